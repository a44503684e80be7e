//! The keyring of the session this is run in. Not part of the usual run: `scripts/keyring.sh` makes the sessions.

use std::time::{Duration, Instant};

use qwen::{
    auth::{Endpoint, Place, Slot, State, Storage, Vault},
    base::Secret,
};

/// Says which state is expected, and what may keep the answer waiting.
const EXPECTED: &str = "KEYRING_IS";

#[test]
#[ignore = "speaks to a real keyring; `scripts/keyring.sh` runs it"]
fn a_real_keyring_is_what_it_is_said_to_be() {
    let expected = std::env::var(EXPECTED).expect("the script says what to expect");
    let home = tempfile::tempdir().expect("a folder");
    let vault = Vault::new(home.path(), Storage::Auto, None);
    let endpoint = Endpoint::parse("https://keyring.example.invalid/v1").expect("an address");
    let (slot, key) = (Slot::new(&endpoint, "test"), Secret::new("sk-keyring-0123456789".to_owned()));

    let began = Instant::now();
    let state = vault.state();
    let seen = began.elapsed();
    let kept = vault.put(&slot, &key).expect("the file takes what the keyring does not");
    let put = began.elapsed();
    let read = vault.read(&slot, kept.place).expect("it is where it was put");
    let took = began.elapsed();
    eprintln!("{state} (after {seen:?}); {} (after {put:?}); read (after {took:?})", kept.line);
    assert_eq!(read.expose(), key.expose());
    assert!(took < Duration::from_secs(4), "{took:?}");

    if expected == "ready" {
        assert_eq!((state, kept.place), (State::Ready, Place::Keyring));
        assert!(vault.remove(&slot, Place::Keyring).expect("it can be removed"));
        assert!(vault.read(&slot, Place::Keyring).is_err());
    } else {
        assert_eq!(kept.place, Place::File);
        assert!(kept.line.contains(&expected), "{}", kept.line);
    }
}

#[test]
#[ignore = "speaks to a real keyring; `scripts/keyring.sh` runs it"]
fn a_key_in_a_real_keyring_is_read_or_refused_in_time() {
    let expected = std::env::var(EXPECTED).expect("the script says what to expect");
    let home = tempfile::tempdir().expect("a folder");
    let vault = Vault::new(home.path(), Storage::Keyring, None);
    let endpoint = Endpoint::parse("https://keyring.example.invalid/v1").expect("an address");
    // It stays in the keyring, so that the sessions after this one find it locked away.
    let (slot, key) = (Slot::new(&endpoint, "stays"), Secret::new("sk-stays-0123456789".to_owned()));
    let began = Instant::now();
    if expected == "ready" {
        assert_eq!(vault.put(&slot, &key).expect("it is unlocked").place, Place::Keyring);
        let read = vault.read(&slot, Place::Keyring).expect("it was just put");
        assert_eq!(read.expose(), key.expose());
    } else {
        let failure = vault.read(&slot, Place::Keyring).err().expect("it cannot be read");
        eprintln!("{failure} ({:?})", began.elapsed());
        assert!(failure.error.contains(&expected), "{failure}");
    }
    assert!(began.elapsed() < Duration::from_secs(4));
}
