//! The words of the vault: what a key is kept under, where, and how the keyring is.

use std::fmt;

use crate::auth::Endpoint;

/// What a key is kept under. Made from an [`Endpoint`], so a key that was put for one address is not there for
/// another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub(super) endpoint: String,
    pub(super) account: String,
}

impl Slot {
    /// The place for one account's key at one address.
    pub fn new(endpoint: &Endpoint, account: &str) -> Self {
        Self { endpoint: endpoint.base().to_owned(), account: account.to_owned() }
    }

    /// The service in the keyring. The word in front keeps it apart from what other programs keep for the address.
    pub(super) fn service(&self) -> String {
        format!("qwen {}", self.endpoint)
    }

    /// The user in the keyring.
    pub(super) fn user(&self) -> &str {
        &self.account
    }
}

/// What the person wants: `auth.storage`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// The keyring, and the file where there is none.
    #[default]
    Auto,
    /// The keyring only; an error where there is none.
    Keyring,
    /// The file only.
    File,
}

impl Storage {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Keyring, Self::File];

    /// The word in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

/// Where a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the system's keyring.
    Keyring,
    /// In `credentials.json`.
    File,
    /// In the file of a sign-in with Qwen OAuth, whose tokens are renewed and never in the vault.
    SignIn,
}

impl Place {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Keyring, Self::File, Self::SignIn];

    /// The word in `accounts.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::SignIn => "oauth",
        }
    }
}

/// How the keyring is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It answers. Whether it is unlocked shows when a key is read or put.
    Ready,
    /// It is not used: the person said so.
    Off(&'static str),
    /// There is none, or it cannot be used; the reason as the system gave it.
    Absent(String),
    /// It is locked, and nobody unlocked it or access was refused.
    Locked,
    /// It did not answer within three seconds: most likely a question to unlock it is open somewhere.
    Slow,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => write!(f, "the keyring is ready"),
            Self::Off(why) => write!(f, "the keyring is not used ({why})"),
            Self::Absent(why) => write!(f, "there is no keyring ({why})"),
            Self::Locked => write!(f, "the keyring is locked"),
            Self::Slow => write!(f, "the keyring did not answer within 3 seconds"),
        }
    }
}

/// Where a key was put, and what to tell the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where.
    pub place: Place,
    /// One line: where it is, and why there.
    pub line: String,
}
