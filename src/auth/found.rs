//! What [`super::find`] chose, and the last step from there to a key.

use super::{
    accounts::Account,
    credential::{Credential, Endpoint, Source},
    refusal,
    vault::{Place, Vault},
};
use crate::protocol::Failure;

/// What was chosen.
pub struct Found {
    /// The key and its address, or where the key is.
    pub access: Access,
    /// The model's name as it is sent.
    pub model: String,
    /// Where the model was named.
    pub model_source: Source,
    /// The one other base URL that is Qwen Cloud, in the spelling of [`Endpoint::base`].
    pub proxy_base_url: Option<String>,
    /// What a person should be told before the first request.
    pub notes: Vec<String>,
}

/// A key at hand, or one that is still to be read. Nobody can send a request without having opened it.
pub enum Access {
    /// The key was found where it was looked for, or none is needed.
    Ready(Credential),
    /// The key is an account's, in the keyring or the file.
    Stored(StoredKey),
}

/// An account whose key is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    pub(super) account: Account,
    pub(super) place: Place,
}

impl Access {
    /// The address that was chosen.
    pub fn endpoint(&self) -> &Endpoint {
        match self {
            Self::Ready(credential) => credential.endpoint(),
            Self::Stored(stored) => &stored.account.endpoint,
        }
    }

    /// Where the key was found; an account by its name.
    pub fn source(&self) -> Source {
        match self {
            Self::Ready(credential) => credential.source().clone(),
            Self::Stored(stored) => Source::Account(stored.account.name.clone()),
        }
    }

    /// The credential. Only an account's key makes this touch the vault, and the keyring only if the account says
    /// that its key is there; then it may take three seconds.
    ///
    /// Errors: those of [`Vault::read`]; kind `auth` for a key that belongs to another provider.
    pub fn open(self, vault: &Vault) -> Result<Credential, Failure> {
        match self {
            Self::Ready(credential) => Ok(credential),
            Self::Stored(StoredKey { account, place }) => {
                let key = vault.read(&account.slot(), place)?;
                let source = Source::Account(account.name);
                refusal::foreign(&account.endpoint, key.expose(), &source.to_string())?;
                Ok(Credential::new(account.endpoint, Some(key), source))
            }
        }
    }
}
