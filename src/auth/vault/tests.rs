//! Tests of `vault`: the states a keyring can be in, and the file beside it.

use std::{
    collections::HashMap,
    fs,
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    time::{Duration, Instant},
};

use super::*;
use crate::{auth::Endpoint, base::Secret, protocol::Kind};

type Shared = Arc<Mutex<HashMap<(String, String), String>>>;

/// A store that behaves as it is told.
struct Fake {
    entries: Shared,
    mood: Mood,
}

enum Mood {
    Willing,
    Refuses(StoreError),
    /// Answers only when somebody says so, as a question on a screen does.
    Asks(Receiver<()>),
}

impl Fake {
    fn mood(&mut self) -> Result<(), StoreError> {
        match &self.mood {
            Mood::Willing => Ok(()),
            Mood::Refuses(error) => Err(error.clone()),
            Mood::Asks(answered) => answered.recv().map_err(|_| StoreError::Locked),
        }
    }
}

impl Store for Fake {
    fn get(&mut self, service: &str, user: &str) -> Result<Option<Secret>, StoreError> {
        self.mood()?;
        let entries = self.entries.lock().unwrap();
        Ok(entries.get(&(service.into(), user.into())).map(|text| Secret::new(text.clone())))
    }

    fn set(&mut self, service: &str, user: &str, secret: &Secret) -> Result<(), StoreError> {
        self.mood()?;
        self.entries.lock().unwrap().insert((service.into(), user.into()), secret.expose().into());
        Ok(())
    }

    fn remove(&mut self, service: &str, user: &str) -> Result<bool, StoreError> {
        // The one removal of these tests that must not ask is the one after a late answer.
        if !matches!(self.mood, Mood::Asks(_)) {
            self.mood()?;
        }
        Ok(self.entries.lock().unwrap().remove(&(service.into(), user.into())).is_some())
    }
}

fn fake(mood: Mood) -> (Keyring, Shared) {
    let entries = Shared::default();
    let shared = entries.clone();
    (Keyring::of(move || Box::new(Fake { entries: shared, mood })), entries)
}

fn slot(base: &str) -> Slot {
    Slot::new(&Endpoint::parse(base).unwrap(), "work")
}

fn key() -> Secret {
    Secret::new("sk-canary-0123456789".into())
}

const BASE: &str = "https://api.example.com/v1";

fn vault(storage: Storage, keyring: Option<Keyring>) -> (tempfile::TempDir, Vault) {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::with(home.path(), storage, keyring);
    (home, vault)
}

#[test]
fn an_unlocked_keyring_keeps_a_key_and_no_file_is_made() {
    let (keyring, entries) = fake(Mood::Willing);
    let (home, vault) = vault(Storage::Auto, Some(keyring));
    assert_eq!(vault.state(), State::Ready);
    let kept = vault.put(&slot(BASE), &key()).unwrap();
    assert_eq!(kept, Kept { place: Place::Keyring, line: "the key is in the system's keyring".into() });
    let under = ("qwen https://api.example.com/v1".to_owned(), "work".to_owned());
    assert_eq!(entries.lock().unwrap().get(&under).map(String::as_str), Some("sk-canary-0123456789"));
    assert_eq!(vault.read(&slot(BASE), Place::Keyring).unwrap().expose(), "sk-canary-0123456789");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    assert_eq!(vault.remove(&slot(BASE), Place::Keyring), Ok(true));
    assert_eq!(vault.remove(&slot(BASE), Place::Keyring), Ok(false));
    assert!(vault.read(&slot(BASE), Place::Keyring).is_err());
}

#[test]
fn a_keyring_that_does_not_take_the_key_is_named_and_the_file_takes_it() {
    let absent = StoreError::Absent("no such bus".into());
    for (mood, said) in [
        (Mood::Refuses(absent), "there is no keyring (no such bus)"),
        (Mood::Refuses(StoreError::Locked), "the keyring is locked"),
    ] {
        let (home, vault) = vault(Storage::Auto, Some(fake(mood).0));
        let path = home.path().join("credentials.json");
        let kept = vault.put(&slot(BASE), &key()).unwrap();
        let line = format!("the key is in `{}`, which only you can read: {said}", path.display());
        assert_eq!(kept, Kept { place: Place::File, line });
        assert_eq!(vault.read(&slot(BASE), Place::File).unwrap().expose(), "sk-canary-0123456789");
        assert_eq!(vault.state().to_string(), said);
    }
}

#[test]
fn a_question_nobody_answers_is_given_up_and_not_asked_again() {
    let (_answer, answered) = mpsc::channel();
    let keyring = fake(Mood::Asks(answered)).0.within(Duration::from_secs(1));
    let (_home, vault) = vault(Storage::Auto, Some(keyring));
    let failure = vault.read(&slot(BASE), Place::Keyring).err().unwrap();
    assert_eq!(
        (failure.kind, failure.error.as_str()),
        (
            Kind::Auth,
            "the key of the account `work` could not be read: the keyring did not answer within 3 seconds"
        )
    );
    let began = Instant::now();
    for _ in 0..20 {
        assert_eq!(vault.state(), State::Slow);
    }
    assert!(began.elapsed() < Duration::from_secs(15), "only the first waits");
}

#[test]
fn a_key_that_the_keyring_takes_too_late_is_taken_out_again() {
    let (answer, answered): (Sender<()>, _) = mpsc::channel();
    let (keyring, entries) = fake(Mood::Asks(answered));
    let (_home, vault) = vault(Storage::Auto, Some(keyring.within(Duration::from_millis(20))));
    let kept = vault.put(&slot(BASE), &key()).unwrap();
    assert_eq!(kept.place, Place::File);
    answer.send(()).unwrap();
    // The thread ends its late work, then waits for requests: its next answer comes after the removal.
    drop(answer);
    drop(vault);
    let began = Instant::now();
    while Arc::strong_count(&entries) > 1 {
        assert!(began.elapsed() < Duration::from_secs(10), "the thread ends when nobody can ask it");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(entries.lock().unwrap().len(), 0);
}

#[test]
fn the_setting_decides_and_a_keyring_that_is_wanted_is_not_replaced() {
    let (keyring, entries) = fake(Mood::Willing);
    let (_home, plain) = vault(Storage::File, Some(keyring));
    assert_eq!(plain.put(&slot(BASE), &key()).unwrap().place, Place::File);
    assert_eq!(plain.state(), State::Off("`auth.storage` is `file`"));
    assert_eq!(entries.lock().unwrap().len(), 0);

    let (home, strict) = vault(Storage::Keyring, Some(fake(Mood::Refuses(StoreError::Locked)).0));
    let failure = strict.put(&slot(BASE), &key()).unwrap_err();
    assert_eq!(failure.error, "the key was not kept: the keyring is locked");
    assert!(!failure.to_string().contains("canary"));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn the_variable_keeps_the_keyring_untouched() {
    let home = tempfile::tempdir().unwrap();
    let vault = Vault::new(home.path(), Storage::Auto, Some("1"));
    assert_eq!(vault.state(), State::Off("QWEN_NO_KEYRING is set"));
    let kept = vault.put(&slot(BASE), &key()).unwrap();
    assert!(kept.line.ends_with("the keyring is not used (QWEN_NO_KEYRING is set)"), "{}", kept.line);
    let failure = vault.read(&slot(BASE), Place::Keyring).err().unwrap();
    assert_eq!(failure.hints[0], "allow the keyring again: the account's key is in it");
}

#[test]
fn a_key_is_not_there_for_another_address_or_account() {
    let (_home, vault) = vault(Storage::File, None);
    vault.put(&slot(BASE), &key()).unwrap();
    assert!(vault.read(&slot(BASE), Place::File).is_ok());
    let other = Slot::new(&Endpoint::parse(BASE).unwrap(), "home");
    for slot in [slot("https://api.example.com.evil.test/v1"), slot("https://api.example.com/v2"), other] {
        let failure = vault.read(&slot, Place::File).err().unwrap();
        assert!(failure.error.contains("is not in `"), "{failure}");
    }
}

#[test]
fn what_the_file_holds_beside_our_keys_is_kept() {
    let (home, vault) = vault(Storage::File, None);
    let path = home.path().join("credentials.json");
    let theirs = r#"{"later": {"x": 1}, "keys": [{"endpoint": "e", "account": "a", "token": "t"}, 7]}"#;
    fs::write(&path, theirs).unwrap();
    vault.put(&slot(BASE), &key()).unwrap();
    vault.put(&slot(BASE), &Secret::new("sk-second".into())).unwrap();
    let read = || serde_json::from_str::<serde_json::Value>(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(
        read(),
        serde_json::json!({"later": {"x": 1}, "keys": [
            {"endpoint": "e", "account": "a", "token": "t"},
            7,
            {"endpoint": BASE, "account": "work", "key": "sk-second"},
        ]})
    );
    assert_eq!(vault.remove(&slot(BASE), Place::File), Ok(true));
    assert_eq!(read(), serde_json::from_str::<serde_json::Value>(theirs).unwrap());
}
