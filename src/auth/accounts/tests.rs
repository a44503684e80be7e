//! Tests of `accounts`: the list and the keys together.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::*;
use crate::{
    auth::{Endpoint, Keyring, Place, Storage, Store, StoreError, Vault},
    base::{Moment, Secret},
    protocol::Kind,
};

const CHINA: &str = "https://dashscope.aliyuncs.com/compatible-mode/v1";

fn account(name: &str, base: &str) -> Account {
    Account {
        name: name.into(),
        preset: "qwen-cloud-china".into(),
        endpoint: Endpoint::parse(base).unwrap(),
        model: Some("qwen3-coder-plus".into()),
        key: None,
        created: Moment(7),
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

fn desk() -> (tempfile::TempDir, Book, Vault) {
    let home = tempfile::tempdir().unwrap();
    let (book, vault) = (Book::at(home.path()), Vault::with(home.path(), Storage::File, None));
    (home, book, vault)
}

fn file(home: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(home.join("accounts.json")).unwrap()).unwrap()
}

/// A keyring that is locked.
struct Locked;

impl Store for Locked {
    fn get(&mut self, _: &str, _: &str) -> Result<Option<Secret>, StoreError> {
        Err(StoreError::Locked)
    }
    fn set(&mut self, _: &str, _: &str, _: &Secret) -> Result<(), StoreError> {
        Err(StoreError::Locked)
    }
    fn remove(&mut self, _: &str, _: &str) -> Result<bool, StoreError> {
        Err(StoreError::Locked)
    }
}

#[test]
fn several_accounts_stand_side_by_side_and_one_is_used() {
    let (home, book, vault) = desk();
    assert_eq!(book.list(), Accounts::default());
    let added = book.add(&vault, account("work", CHINA), Some(&secret("sk-work-0123456789"))).unwrap();
    assert_eq!(added.account.key, Some(Place::File));
    assert!(added.line.unwrap().contains("credentials.json`, which only you can read"));
    let local = book.add(&vault, account("local", "http://localhost:11434/v1"), None).unwrap();
    assert_eq!((local.account.key, local.line), (None, None));
    let names = |accounts: &Accounts| accounts.all.iter().map(|a| a.name.clone()).collect::<Vec<_>>();
    let accounts = book.list();
    assert_eq!(
        (names(&accounts), accounts.current()),
        (vec!["work".into(), "local".into()], Some(&local.account))
    );
    book.choose("work").unwrap();
    let chosen = book.list().current().cloned().unwrap();
    assert_eq!(chosen, added.account);
    assert_eq!(vault.read(&chosen.slot(), Place::File).unwrap().expose(), "sk-work-0123456789");
    let text = fs::read_to_string(home.path().join("accounts.json")).unwrap();
    assert!(!text.contains("sk-"), "{text}");

    book.remove(&vault, "work").unwrap();
    let left = book.list();
    assert_eq!((names(&left), left.current), (vec!["local".to_owned()], None));
    assert!(vault.read(&chosen.slot(), Place::File).is_err(), "its key is gone too");
    let failure = book.choose("work").unwrap_err();
    assert_eq!(failure.error, "there is no account `work`");
    assert_eq!(failure.hints, ["there are `local`"]);
}

#[test]
fn a_key_is_changed_by_adding_the_account_again_and_an_address_is_not() {
    let (_home, book, vault) = desk();
    book.add(&vault, account("work", CHINA), Some(&secret("sk-old-0123456789"))).unwrap();
    book.add(&vault, account("work", CHINA), Some(&secret("sk-new-0123456789"))).unwrap();
    let accounts = book.list();
    assert_eq!(accounts.all.len(), 1);
    let slot = accounts.all[0].slot();
    assert_eq!(vault.read(&slot, Place::File).unwrap().expose(), "sk-new-0123456789");
    let failure =
        book.add(&vault, account("work", "https://evil.test/v1"), Some(&secret("sk-x"))).unwrap_err();
    assert_eq!(
        (failure.kind, failure.error.as_str()),
        (Kind::Usage, "the account `work` is for `dashscope.aliyuncs.com`")
    );
    assert_eq!(vault.read(&slot, Place::File).unwrap().expose(), "sk-new-0123456789");
}

#[test]
fn an_address_that_was_changed_by_hand_finds_no_key() {
    let (home, book, vault) = desk();
    book.add(&vault, account("work", CHINA), Some(&secret("sk-work-0123456789"))).unwrap();
    let path = home.path().join("accounts.json");
    let text = fs::read_to_string(&path).unwrap().replace(CHINA, "https://evil.test/v1");
    fs::write(&path, text).unwrap();
    let changed = book.list().current().cloned().unwrap();
    assert_eq!(changed.endpoint.host(), "evil.test");
    let failure = vault.read(&changed.slot(), Place::File).err().unwrap();
    assert_eq!(failure.kind, Kind::Auth);
    assert!(failure.error.starts_with("the key of the account `work` for `https://evil.test/v1` is not in"));
}

#[test]
fn a_plan_key_is_not_taken_for_a_host_that_is_not_the_plans() {
    let (home, book, vault) = desk();
    let failure = book.add(&vault, account("work", CHINA), Some(&secret("sk-sp-0123456789"))).unwrap_err();
    assert_eq!(
        failure.error,
        "this is a key for Qwen Cloud Coding Plan and is not sent to `dashscope.aliyuncs.com` (Qwen Cloud)"
    );
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing was written");
}

#[test]
fn entries_of_another_version_are_noted_and_kept() {
    let (home, book, vault) = desk();
    let path = home.path().join("accounts.json");
    let theirs = json!({"name": "theirs", "key": "token-of-later", "baseUrl": CHINA});
    let mine = json!({"name": "mine", "preset": "x", "baseUrl": CHINA, "key": "none", "note": "kept"});
    fs::write(&path, json!({"accounts": [theirs, mine, 5], "current": "theirs", "later": true}).to_string())
        .unwrap();
    let accounts = book.list();
    assert_eq!(accounts.all.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["mine"]);
    let unread = "an entry of `accounts.json` is not understood and not used";
    assert_eq!(accounts.notes, [unread, unread, "the chosen account `theirs` is not in `accounts.json`"]);
    book.add(&vault, account("mine", CHINA), None).unwrap();
    let after = file(home.path());
    assert_eq!(
        (&after["accounts"][0], &after["accounts"][2], &after["later"]),
        (&theirs, &json!(5), &json!(true))
    );
    assert_eq!(
        (&after["accounts"][1]["note"], &after["accounts"][1]["created"]),
        (&json!("kept"), &json!(7))
    );
    fs::write(&path, "{").unwrap();
    assert_eq!(book.list().all, []);
    assert!(book.list().notes[0].contains("is not a JSON object"));
}

#[test]
fn an_account_whose_key_cannot_be_removed_stays_so_that_it_can_be_tried_again() {
    let (home, book, vault) = desk();
    book.add(&vault, account("work", CHINA), Some(&secret("sk-work-0123456789"))).unwrap();
    let path = home.path().join("accounts.json");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("\"file\"", "\"keyring\"")).unwrap();
    let locked = Vault::with(home.path(), Storage::Auto, Some(Keyring::of(|| Box::new(Locked))));
    let failure = book.remove(&locked, "work").unwrap_err();
    assert_eq!(failure.error, "the key of the account `work` is still in the keyring: the keyring is locked");
    assert_eq!(book.list().all.len(), 1);
    // A new key goes where it can, and the old one is not forgotten silently.
    let added = book.add(&locked, account("work", CHINA), Some(&secret("sk-new-0123456789"))).unwrap();
    assert_eq!(added.account.key, Some(Place::File));
    assert!(added.line.unwrap().contains("the old one was not removed: "));
}

#[test]
fn a_name_is_short_and_printable() {
    let (_home, book, vault) = desk();
    for name in ["", " x", "a\nb", "\u{1b}[31m", &"x".repeat(65)] {
        let failure = book.add(&vault, account(name, CHINA), None).unwrap_err();
        assert_eq!(failure.error, "this cannot be the name of an account", "{name:?}");
    }
    assert!(book.add(&vault, account("Büro 2", CHINA), None).is_ok());
}

#[test]
fn a_list_that_is_no_list_is_named_and_left_alone() {
    let (home, book, vault) = desk();
    for (file, text) in
        [("accounts.json", r#"{"accounts": {"work": 1}}"#), ("credentials.json", r#"{"keys": "x"}"#)]
    {
        let path = home.path().join(file);
        fs::write(&path, text).unwrap();
        assert_eq!(book.list().all, []);
        let failure = book.add(&vault, account("work", CHINA), Some(&secret("sk-0123456789"))).unwrap_err();
        assert!(failure.error.contains(&format!("in `{file}` is not a list")), "{failure}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        fs::remove_file(&path).unwrap();
    }
    // A key that no account leads to was not left behind.
    let slot = account("work", CHINA).slot();
    assert!(vault.read(&slot, Place::File).is_err());
}

#[test]
fn a_sign_in_is_an_account_without_a_key_of_its_own() {
    let (home, book, vault) = desk();
    let new = || Account { model: None, ..account("qwen-oauth", "https://portal.qwen.ai/v1") };
    let added = book.add_sign_in(new()).unwrap();
    assert!(added.is_sign_in() && book.list().current() == Some(&added));
    assert_eq!(file(home.path())["accounts"][0]["key"], "oauth");
    // Signing in again renews the entry.
    let moved = Account { endpoint: Endpoint::parse(CHINA).unwrap(), ..new() };
    assert_eq!(book.add_sign_in(moved).unwrap().endpoint.base(), CHINA);
    assert_eq!(book.list().all.len(), 1);
    book.add(&vault, account("work", CHINA), Some(&secret("sk-work-0123456789"))).unwrap();
    assert_eq!(book.add_sign_in(account("work", CHINA)).unwrap_err().kind, Kind::Usage);
    assert_eq!(vault.read(&added.slot(), Place::SignIn).map(drop).unwrap_err().kind, Kind::Auth);
    assert_eq!(book.remove(&vault, "qwen-oauth").unwrap().name, "qwen-oauth");
    assert_eq!(book.list().current.as_deref(), Some("work"));
}

#[test]
fn a_model_is_changed_in_its_entry_and_the_choice_can_be_taken_back() {
    let (home, book, vault) = desk();
    book.add(&vault, account("work", CHINA), Some(&secret("sk-work-0123456789"))).unwrap();
    book.set_model("work", "qwen-flash").unwrap();
    assert_eq!(book.list().current().unwrap().model.as_deref(), Some("qwen-flash"));
    assert_eq!(book.set_model("nobody", "m").unwrap_err().kind, Kind::Usage);
    assert_eq!((book.choose_none(), book.choose_none()), (Ok(true), Ok(false)));
    assert_eq!((book.list().current(), file(home.path()).get("current")), (None, None));
}
