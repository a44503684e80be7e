//! What a server grants: tokens, until when, and where they may go.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use oauth2::TokenResponse as _;
use serde::{Deserialize, Serialize};

use super::options::Options;
use crate::base::Secret;

/// How long before its end a token is renewed.
const MARGIN: Duration = Duration::from_secs(45);

/// How long a token is taken to hold when the server does not say.
const USUAL: Duration = Duration::from_secs(3_600);

/// The longest time that is believed.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);

/// The fields of an answer beyond RFC 6749.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Beyond {
    /// The host of the API for this sign-in.
    pub(super) resource_url: Option<String>,
}

impl oauth2::ExtraTokenFields for Beyond {}

/// An answer of the token endpoint, as the crate reads it.
pub(super) type Response = oauth2::StandardTokenResponse<Beyond, oauth2::basic::BasicTokenType>;

/// What a sign-in gave. Cannot be printed.
///
/// ```
/// fn ends(grant: &qwen::auth::oauth::Grant) -> String { format!("{:?}", grant.expires_at_ms()) }
/// ```
/// ```compile_fail
/// fn ends(grant: &qwen::auth::oauth::Grant) -> String { format!("{:?}", grant) }
/// ```
pub struct Grant {
    pub(super) access: Arc<Secret>,
    pub(super) refresh: Option<Arc<Secret>>,
    pub(super) token_type: String,
    pub(super) resource_url: Option<String>,
    /// Who gave it; `None` for Qwen, whose file has no such key.
    pub(super) issuer: Option<String>,
    /// Unit: milliseconds since 1970.
    pub(super) expires_at_ms: u64,
}

impl Grant {
    /// When the access token ends. Unit: milliseconds since 1970.
    pub fn expires_at_ms(&self) -> u64 {
        self.expires_at_ms
    }

    /// Whether it can be renewed without the person.
    pub fn is_renewable(&self) -> bool {
        self.refresh.is_some()
    }

    pub(super) fn of(response: &Response, options: &Options, now_ms: u64) -> Self {
        let holds = response.expires_in().unwrap_or(USUAL).min(LONGEST);
        let secret = |text: &str| Arc::new(Secret::new(text.to_owned()));
        Self {
            access: secret(response.access_token().secret()),
            refresh: response.refresh_token().map(|token| secret(token.secret())),
            token_type: response.token_type().as_ref().to_owned(),
            resource_url: response.extra_fields().resource_url.clone(),
            issuer: options.issuer(),
            expires_at_ms: now_ms.saturating_add(millis(holds)),
        }
    }

    /// Whether it may be renewed there. What Qwen Code keeps does not say who gave it.
    pub(in crate::auth) fn is_of(&self, options: &Options) -> bool {
        self.issuer.is_none() || self.issuer == options.issuer()
    }

    /// What is not renewed stays as it was.
    pub(super) fn after(mut self, before: &Self) -> Self {
        self.refresh = self.refresh.or_else(|| before.refresh.clone());
        self.resource_url = self.resource_url.or_else(|| before.resource_url.clone());
        self
    }

    /// Whether it holds for a while yet.
    pub(super) fn is_fresh(&self, now_ms: u64) -> bool {
        !self.access.is_empty() && now_ms.saturating_add(millis(MARGIN)) < self.expires_at_ms
    }

    /// Whether it holds at this moment.
    pub(super) fn is_alive(&self, now_ms: u64) -> bool {
        !self.access.is_empty() && now_ms < self.expires_at_ms
    }
}

/// Now. Unit: milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
