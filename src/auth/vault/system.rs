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
    let inner = |e: &(dyn std::error::Error + 'static)| {
        let all = std::iter::successors(Some(e), |e| e.source());
        let text = all.last().map(ToString::to_string).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
    };
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
