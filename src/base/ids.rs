//! Names of things that are created while the program runs.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a name as it was given by whoever owns the thing.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id! {
    /// Names one tool call; kept as the server gave it, so that later requests repeat the same bytes.
    CallId
}
id! {
    /// Names one session; a UUID unless the person chose another with `--session-id`.
    SessionId
}
id! {
    /// Tells one account from another without telling whose it is: a fingerprint of address and key.
    Account
}
