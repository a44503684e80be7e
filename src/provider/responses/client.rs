//! Responses of one model at one address.

use std::sync::Arc;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{answer::Keeping, answer::ResponsesAnswer, body::Source};
use crate::{
    auth::Credential,
    cache::Plan,
    catalog::Profile,
    net,
    prompt::Prompt,
    protocol::{Chain, Failure, Kind},
    provider::{
        Chunk, Options, Reply, Trouble,
        exchange::{Exchange, Question, seed},
    },
};

/// The path below the base URL.
const PATH: &str = "responses";

/// What makes Qwen Cloud cache a kept conversation. Source: `docs/sources.md`, wire 2.5.
const SESSION: &[(&str, &str)] = &[("x-dashscope-session-cache", "enable")];

/// Talks to one model at one address. Cheap to share behind an `Arc`; what it learns of the server holds for all.
///
/// Where the profile's cache terms say `session`, the provider is asked to keep each response; elsewhere nothing is
/// kept and no chain is followed.
pub struct Responses(Exchange);

impl Responses {
    /// Binds a model to the credential it is used with. Nothing is sent.
    pub fn new(net: net::Lazy, credential: Arc<Credential>, profile: Arc<Profile>, options: Options) -> Self {
        Self(Exchange::new(net, credential, profile, options))
    }

    /// Writes a prompt as the body of a request: with a chain only the items that came after it, and the whole
    /// prompt without one. The same bytes for the same prompt and chain, until the server refuses a field
    /// ([`crate::provider::Class::Adapted`]); from then on the same bytes without that field.
    ///
    /// The plan has no say here: markers and a kept conversation exclude each other. A chain that leaves nothing to
    /// say is not followed; whether it is still good is for the caller to know.
    pub fn body(&self, prompt: &Prompt, _plan: &Plan, chain: Option<&Chain>) -> Bytes {
        let (profile, options, quirks) = (&self.0.profile, &self.0.options, self.0.quirks());
        Source { prompt, chain, profile, options, quirks }.write().into()
    }

    /// Sends a body and hands each piece of the answer to `sink` as it arrives. Cancelling `stop` ends it at once.
    /// Errors: there is no complete answer. What `sink` was given then counts for nothing, and a call in it must
    /// not be run. [`crate::provider::Class::ChainLost`] asks for the same prompt without the chain,
    /// [`crate::provider::Class::Unserved`] for [`crate::provider::Chat`].
    pub async fn send(
        &self,
        body: Bytes,
        stop: &CancellationToken,
        sink: &mut (dyn FnMut(Chunk) + Send),
    ) -> Result<Reply, Trouble> {
        let profile = &self.0.profile;
        let keeping = Keeping {
            response: super::body::is_stored(profile, &self.0.options),
            seal: profile.provider.seals_reasoning,
        };
        let headers = if profile.cache.session { SESSION } else { &[] };
        let answer = ResponsesAnswer::new(seed(), keeping);
        self.0.send(Question { path: PATH, headers, body }, answer, stop, sink).await
    }

    /// Whether the model may be asked this way: it was not yet found that it cannot.
    pub fn is_served(&self) -> bool {
        !self.0.quirks().is_unserved
    }

    /// Has the provider delete a response it keeps. One it no longer has counts as deleted. A conversation is gone
    /// when each of its responses is. Errors: it may still be there; it goes by itself after 7 days.
    /// Source: `docs/sources.md`, wire 2.1 and 2.4.
    pub async fn delete(&self, response: &str) -> Result<(), Failure> {
        // A server made this name up, and it becomes a part of an address.
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if response.is_empty() || response.len() > 256 || !response.chars().all(is_name) {
            let error = "the name of a kept response is not one a provider gives, so it cannot be deleted";
            return Err(Failure::new(Kind::Provider, error).hint("it goes by itself after 7 days"));
        }
        self.0.delete(&format!("{PATH}/{response}")).await
    }
}

#[cfg(test)]
mod tests;
