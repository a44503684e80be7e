//! A key and the one place it may go.

use std::{fmt, sync::Arc};

use sha2::{Digest as _, Sha256};
use url::Url;

use super::oauth::Keeper;
use crate::{
    base::{Account, Secret},
    net,
    protocol::Failure,
};

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
    /// An account, by its name.
    Account(String),
    /// The `env` object or a key of the user's settings file.
    Settings(String),
    /// A sign-in, by the path of its file.
    SignIn(String),
    /// Given by the person a moment ago, and kept nowhere yet.
    Given,
    /// Built in.
    BuiltIn,
}

impl Source {
    /// What a person does so that this place says nothing any more; `None` where nothing can be done.
    pub fn undo(&self) -> Option<String> {
        Some(match self {
            Self::Flag(name) => format!("leave out {name}"),
            Self::Environment(name) => format!("`unset {name}`"),
            Self::EnvFile(name, path) => format!("remove {name} from `{path}`"),
            Self::Account(name) => format!("`qwen auth logout {name}`"),
            Self::Settings(key) => format!("remove `{key}` from the user settings"),
            Self::SignIn(_) => "`qwen auth logout qwen-oauth`".to_owned(),
            Self::Given | Self::BuiltIn => return None,
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "{name}"),
            Self::Environment(name) => write!(f, "{name} from the environment"),
            Self::EnvFile(name, path) => write!(f, "{name} from {path}"),
            Self::Account(name) => write!(f, "the account `{name}`"),
            Self::Settings(key) => write!(f, "`{key}` in the user settings"),
            Self::SignIn(path) => write!(f, "the sign-in in `{path}`"),
            Self::Given => write!(f, "just given"),
            Self::BuiltIn => write!(f, "the built-in default"),
        }
    }
}

/// A key or a sign-in, and the endpoint it was given for. No key is needed for a local server.
pub struct Credential {
    pub(super) endpoint: Endpoint,
    pub(super) opener: Opener,
    pub(super) source: Source,
}

/// What opens the door.
pub(super) enum Opener {
    /// A key that stays the same, or none.
    Key(Option<Arc<Secret>>),
    /// Tokens that are renewed.
    SignIn(Arc<Keeper>),
}

/// What one request may carry, and the only address it may carry it to. Made by [`Credential::authorize`] alone,
/// so that no key meets another address. Cannot be printed.
///
/// ```
/// fn shown(pass: &qwen::auth::Authorization) -> String { format!("{:?}", pass.endpoint()) }
/// ```
/// ```compile_fail
/// fn shown(pass: &qwen::auth::Authorization) -> String { format!("{:?}", pass) }
/// ```
pub struct Authorization {
    endpoint: Endpoint,
    key: Option<Arc<Secret>>,
}

impl Authorization {
    /// The only address this key may be sent to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The key or token.
    pub fn key(&self) -> Option<&Secret> {
        self.key.as_deref()
    }
}

impl Credential {
    /// The only address this key may be sent to; of a sign-in, the one it named when it was found.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The key; `None` for a sign-in, whose tokens change.
    pub fn key(&self) -> Option<&Secret> {
        match &self.opener {
            Opener::Key(key) => key.as_deref(),
            Opener::SignIn(_) => None,
        }
    }

    /// Whether a person signed in instead of giving a key.
    pub fn is_sign_in(&self) -> bool {
        matches!(self.opener, Opener::SignIn(_))
    }

    /// Tells this account from others and says nothing of the key: what a cache holds is shared by requests with
    /// the same address and key, and by no others.
    pub fn account(&self) -> Account {
        let mut hash = Sha256::new_with_prefix("qwen account\n");
        hash.update(self.endpoint.base());
        hash.update("\n");
        match &self.opener {
            Opener::Key(key) => hash.update(key.as_ref().map_or("", |key| key.expose())),
            // Tokens change while the account stays: what they are kept in stands for it.
            Opener::SignIn(_) => hash.update(self.source.to_string()),
        }
        let number = hash.finalize().iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
        Account::new(format!("{number:016x}"))
    }

    /// Where the key was found.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What the next request may carry and where to. A sign-in that ends soon is renewed first, once for all who ask.
    ///
    /// Errors: none for a key; for a sign-in kind `auth` when the person must sign in again, `network` when it may
    /// work later, `config` when its file cannot be used.
    pub async fn authorize(&self, net: &net::Lazy) -> Result<Authorization, Failure> {
        let (endpoint, key) = match &self.opener {
            Opener::Key(key) => (self.endpoint.clone(), key.clone()),
            Opener::SignIn(keeper) => {
                let (endpoint, token) = keeper.authorize(net).await?;
                (endpoint, Some(token))
            }
        };
        Ok(Authorization { endpoint, key })
    }

    /// Renews a sign-in whose token a server refused; `false` for a key, which cannot be renewed.
    ///
    /// Errors: as [`Credential::authorize`].
    pub async fn renew(&self, net: &net::Lazy, refused: &Authorization) -> Result<bool, Failure> {
        match (&self.opener, &refused.key) {
            (Opener::SignIn(keeper), Some(token)) => keeper.renew(net, token).await.map(|()| true),
            _ => Ok(false),
        }
    }

    /// A server's words without the key or token, if it repeated it.
    pub fn mask(&self, text: &str) -> String {
        let masked = |key: &Secret| text.replace(key.expose(), &key.masked());
        match &self.opener {
            Opener::Key(Some(key)) if !key.is_empty() => masked(key),
            Opener::Key(_) => text.to_owned(),
            Opener::SignIn(keeper) => Some(keeper.token())
                .filter(|token| !token.is_empty())
                .map_or_else(|| text.to_owned(), |token| masked(&token)),
        }
    }
}
