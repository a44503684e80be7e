//! A key and the one place it may go.

use std::fmt;

use sha2::{Digest as _, Sha256};
use url::Url;

use crate::base::{Account, Secret};

/// The base address of an OpenAI-compatible API.
///
/// Shape: `https`, or `http` to loopback and private hosts; no user info, query, fragment, trailing slash,
/// `/chat/completions` or `/responses`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) url: Url,
}

impl Endpoint {
    /// The address of a path below the base: `endpoint.at("chat/completions")`.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url.as_str().trim_end_matches('/'))
    }

    /// The lower-case host name, without port.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The base address itself, without a trailing slash.
    pub fn base(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }
}

/// Where a value was found, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A command-line flag.
    Flag(&'static str),
    /// An environment variable.
    Environment(String),
    /// A line of a `.env` file: variable and path.
    EnvFile(String, String),
    /// The `env` object or a key of the user's settings file.
    Settings(String),
    /// Built in.
    BuiltIn,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "{name}"),
            Self::Environment(name) => write!(f, "{name} from the environment"),
            Self::EnvFile(name, path) => write!(f, "{name} from {path}"),
            Self::Settings(key) => write!(f, "`{key}` in the user settings"),
            Self::BuiltIn => write!(f, "the built-in default"),
        }
    }
}

/// A key and the endpoint it was given for. No key is needed for a local server.
pub struct Credential {
    pub(super) endpoint: Endpoint,
    pub(super) key: Option<Secret>,
    pub(super) source: Source,
}

impl Credential {
    /// The only address this key may be sent to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The key.
    pub fn key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// Tells this account from others and says nothing of the key: what a cache holds is shared by requests with
    /// the same address and key, and by no others.
    pub fn account(&self) -> Account {
        let mut hash = Sha256::new_with_prefix("qwen account\n");
        hash.update(self.endpoint.base());
        hash.update("\n");
        hash.update(self.key.as_ref().map_or("", Secret::expose));
        let number = hash.finalize().iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
        Account::new(format!("{number:016x}"))
    }

    /// Where the key was found.
    pub fn source(&self) -> &Source {
        &self.source
    }
}
