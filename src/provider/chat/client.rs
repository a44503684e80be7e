//! Chat Completions of one model at one address.

use std::sync::Arc;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{answer::ChatAnswer, body::Source, leak};
use crate::{
    auth::Credential,
    cache::Plan,
    catalog::{Echo, Profile},
    net,
    prompt::Prompt,
    provider::{
        Chunk, Options, Reply, Trouble,
        exchange::{Exchange, Question, seed},
    },
};

/// Talks to one model at one address. Cheap to share behind an `Arc`; what it learns of the server holds for all.
pub struct Chat(Exchange);

impl Chat {
    /// Binds a model to the credential it is used with. Nothing is sent.
    pub fn new(net: net::Lazy, credential: Arc<Credential>, profile: Arc<Profile>, options: Options) -> Self {
        Self(Exchange::new(net, credential, profile, options))
    }

    /// Writes a prompt as the body of a request: the same bytes for the same prompt and plan, until the server
    /// refuses a field ([`crate::provider::Class::Adapted`]); from then on the same bytes without that field.
    pub fn body(&self, prompt: &Prompt, plan: &Plan) -> Bytes {
        let source = Source {
            prompt,
            marks: plan.marks(),
            arrays: plan.uses_arrays(),
            plain_results: plan.has_plain_results(),
            profile: &self.0.profile,
            options: &self.0.options,
            quirks: self.0.quirks(),
        };
        source.write().into()
    }

    /// Sends a body and hands each piece of the answer to `sink` as it arrives. Cancelling `stop` ends it at once.
    /// Errors: there is no complete answer. What `sink` was given then counts for nothing, and a call in it must
    /// not be run.
    pub async fn send(
        &self,
        body: Bytes,
        stop: &CancellationToken,
        sink: &mut (dyn FnMut(Chunk) + Send),
    ) -> Result<Reply, Trouble> {
        let seed = seed();
        let answer = ChatAnswer::new(seed.clone(), self.0.profile.provider.echo == Echo::Details);
        let question = Question { path: "chat/completions", headers: &[], body: body.clone() };
        let mut reply = self.0.send(question, answer, stop, sink).await?;
        leak::recover(&mut reply.turn, &body, &seed);
        Ok(reply)
    }
}

#[cfg(test)]
mod tests;
