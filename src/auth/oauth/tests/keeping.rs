//! Stories of the file.

use std::{fs, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    auth::oauth::{CredsFile, Grant, Kept, lock::lock},
    base::Secret,
    protocol::Kind,
};

fn home() -> (TempDir, CredsFile) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = CredsFile::in_home(&folder.path().join(".qwen"));
    (folder, file)
}

fn grant(access: &str, refresh: Option<&str>) -> Grant {
    let secret = |text: &str| Arc::new(Secret::new(text.to_owned()));
    Grant {
        access: secret(access),
        refresh: refresh.map(secret),
        token_type: "Bearer".to_owned(),
        resource_url: Some("portal.qwen.ai".to_owned()),
        issuer: None,
        expires_at_ms: 1_800_000_000_000,
    }
}

fn put(file: &CredsFile, text: &str) {
    fs::create_dir_all(file.path().parent().expect("a folder")).expect("made");
    fs::write(file.path(), text).expect("written");
}

fn json(file: &CredsFile) -> Value {
    serde_json::from_slice(&fs::read(file.path()).expect("there")).expect("JSON")
}

fn names(file: &CredsFile) -> Vec<String> {
    let folder = file.path().parent().expect("a folder");
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("there")
        .map(|e| e.expect("read").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_sign_in_is_kept_as_qwen_code_keeps_it_and_for_its_owner_only() {
    let (_folder, file) = home();
    file.save(grant("a", Some("r"))).await.expect("kept");
    assert_eq!(
        json(&file),
        json!({"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "resource_url": "portal.qwen.ai",
            "expiry_date": 1_800_000_000_000_u64})
    );
    assert_eq!(names(&file), ["oauth_creds.json", "oauth_creds.json.lock"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: std::path::PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        let modes = [
            mode(file.path().to_owned()),
            mode(file.path().with_extension("json.lock")),
            mode(file.path().parent().expect("a folder").to_owned()),
        ];
        assert_eq!(modes, [0o600, 0o600, 0o700]);
    }
}

#[tokio::test]
async fn keys_of_others_stay_and_a_readable_file_becomes_private() {
    let (_folder, file) = home();
    put(&file, r#"{"access_token":"old","id_token":"theirs","account":{"id":7},"resource_url":"x"}"#);
    file.save(Grant { resource_url: None, ..grant("a", None) }).await.expect("kept");
    assert_eq!(
        json(&file),
        json!({"access_token": "a", "id_token": "theirs", "account": {"id": 7}, "token_type": "Bearer",
            "expiry_date": 1_800_000_000_000_u64})
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(file.path()).expect("there").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_file_is_read_as_far_as_it_makes_sense() {
    let (_folder, file) = home();
    assert!(matches!(file.read(), Kept::Nothing));
    let whole = r#"{"access_token":"a","refresh_token":"r","token_type":"Bearer","expiry_date":5,"resource_url":"u","x":[1]}"#;
    let table = [
        (whole, Some(("a", Some("r"), 5))),
        ("\u{feff}{\"access_token\":\" a \"}", Some(("a", None, 0))),
        (r#"{"refresh_token":"r","expiry_date":"17.5"}"#, Some(("", Some("r"), 17))),
        (
            r#"{"access_token":"a","expiry_date":-1,"refresh_token":7,"token_type":[],"resource_url":1}"#,
            Some(("a", None, 0)),
        ),
        (r#"{"access_token":"a","expiry_date":1e300}"#, Some(("a", None, u64::MAX))),
        ("", None),
        ("{", None),
        ("null", None),
        ("[]", None),
        ("{}", None),
        (r#"{"access_token":null}"#, None),
        (r#"{"access_token":"","refresh_token":" "}"#, None),
        (r#"{"access_token":"canary"#, None),
    ];
    for (text, expected) in table {
        put(&file, text);
        let read = match file.read() {
            Kept::SignedIn(g) => Some((
                g.access.expose().to_owned(),
                g.refresh.as_ref().map(|r| r.expose().to_owned()),
                g.expires_at_ms,
            )),
            Kept::Damaged(why) => {
                assert!(!why.contains("canary"), "{why}");
                None
            }
            Kept::Nothing => panic!("there is a file"),
        };
        let expected = expected.map(|(a, r, t)| (a.to_owned(), r.map(str::to_owned), t));
        assert_eq!(read, expected, "{text}");
    }
    fs::write(file.path(), [0xff, 0xfe, 0]).expect("written");
    assert!(matches!(file.read(), Kept::Damaged(_)));
    fs::write(file.path(), vec![b' '; 300 * 1_024]).expect("written");
    assert!(matches!(file.read(), Kept::Damaged(why) if why == "it is too large"));
    fs::remove_file(file.path()).expect("removed");
    fs::create_dir(file.path()).expect("made");
    assert!(matches!(file.read(), Kept::Damaged(_)));
}

#[tokio::test]
async fn signing_out_removes_the_file_and_what_a_cut_write_left() {
    let (_folder, file) = home();
    assert_eq!(file.remove().await, Ok(false));
    file.save(grant("a", None)).await.expect("kept");
    fs::write(file.path().with_extension("json.tmp"), r#"{"access_token":"b","expiry_date":9e15}"#)
        .expect("written");
    assert_eq!(file.remove().await, Ok(true));
    assert_eq!(names(&file), ["oauth_creds.json.lock"]);
}

#[tokio::test]
async fn a_write_that_was_cut_before_its_renaming_is_taken_up() {
    let (_folder, file) = home();
    file.save(grant("old", Some("spent"))).await.expect("kept");
    let temp = file.path().with_extension("json.tmp");
    fs::write(&temp, r#"{"access_token":"new","refresh_token":"next","expiry_date":1900000000000}"#)
        .expect("written");
    drop(file.lock().await.expect("free"));
    assert_eq!((json(&file)["refresh_token"].as_str(), temp.exists()), (Some("next"), false));
    // One that was cut in the middle, or is older, is not.
    for text in [r#"{"access_token":"half","refresh"#, r#"{"access_token":"older","expiry_date":5}"#] {
        fs::write(&temp, text).expect("written");
        drop(file.lock().await.expect("free"));
        assert_eq!(json(&file)["access_token"], "new");
    }
    file.save(grant("newest", None)).await.expect("kept in spite of what lies there");
    assert_eq!((json(&file)["access_token"].as_str(), temp.exists()), (Some("newest"), false));
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_stays_a_link() {
    let (folder, file) = home();
    let real = folder.path().join("dotfiles.json");
    put(&file, "{}");
    fs::remove_file(file.path()).expect("removed");
    fs::write(&real, "{\"mine\":1}").expect("written");
    std::os::unix::fs::symlink(&real, file.path()).expect("linked");
    file.save(grant("a", None)).await.expect("kept");
    assert!(fs::symlink_metadata(file.path()).expect("there").is_symlink());
    assert_eq!((json(&file)["mine"].as_i64(), json(&file)["access_token"].as_str()), (Some(1), Some("a")));
}

#[tokio::test]
async fn a_lock_is_waited_for_only_so_long_and_its_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.lock");
    let held = lock(&path, Duration::from_secs(1)).await.expect("free");
    let failure = lock(&path, Duration::from_millis(90)).await.err().expect("held");
    assert_eq!(failure.kind, Kind::Config);
    assert_eq!(failure.error, format!("another process held the lock `{}` for 0 seconds", path.display()));
    let waiting = tokio::spawn({
        let path = path.clone();
        async move { lock(&path, Duration::from_secs(5)).await.is_ok() }
    });
    tokio::time::sleep(Duration::from_millis(60)).await;
    drop(held);
    assert!(waiting.await.expect("no panic"));
    let beneath = folder.path().join("x.lock/y.lock");
    let failure = lock(&beneath, Duration::from_secs(1)).await.err().expect("no folder");
    assert!(
        failure.error.starts_with(&format!("the lock `{}` cannot be made: ", beneath.display())),
        "{failure}"
    );
}
