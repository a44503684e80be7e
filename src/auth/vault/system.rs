//! The keyring of the operating system: Keychain, Credential Manager, Secret Service.

use keyring::{Entry, Error};

use crate::base::Secret;

use super::keyring::{Store, StoreError};

/// The system's own store.
pub(super) struct System;

impl Store for System {
    fn get(&mut self, service: &str, user: &str) -> Result<Option<Secret>, StoreError> {
        match entry(service, user)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(e) => Err(wrong(&e)),
        }
    }

    fn set(&mut self, service: &str, user: &str, secret: &Secret) -> Result<(), StoreError> {
        entry(service, user)?.set_password(secret.expose()).map_err(|e| wrong(&e))
    }

    fn remove(&mut self, service: &str, user: &str) -> Result<bool, StoreError> {
        match entry(service, user)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(e) => Err(wrong(&e)),
        }
    }
}

fn entry(service: &str, user: &str) -> Result<Entry, StoreError> {
    Entry::new(service, user).map_err(|e| match (e, Entry::store_status()) {
        // The error itself says only that there is no store; the reason was kept when it was looked for.
        (Error::NoDefaultStore, Err(why)) => wrong(why),
        (e, _) => wrong(&e),
    })
}

/// The words of the innermost cause. Neither of them holds a secret, except the two forms of bad data, whose words
/// are not used.
fn wrong(error: &Error) -> StoreError {
    match error {
        Error::NoStorageAccess(_) => StoreError::Locked,
        Error::PlatformFailure(why) => StoreError::Absent(inner(why.as_ref())),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            StoreError::Absent("what it holds for this account is not text".to_owned())
        }
        Error::Ambiguous(_) => StoreError::Absent("it holds more than one key for this account".to_owned()),
        other => StoreError::Absent(inner(other)),
    }
}

fn inner(error: &(dyn std::error::Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |e| e.source()).last().unwrap_or(error);
    let text = last.to_string();
    // The file that is not there is the bus's socket. The error itself is wrapped out of reach.
    if cfg!(target_os = "linux") && text.ends_with("(os error 2)") {
        return "no D-Bus session was found".to_owned();
    }
    // A bus puts a name for programs in front of the words for people.
    let words = match text.split_once(": ") {
        Some((name, words)) if !name.contains(' ') && name.contains(".Error.") => words,
        _ => &text,
    };
    words.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}
