//! The dialect requests are made in.

use std::sync::Arc;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::Setup;
use crate::{
    auth::Credential,
    base::Tokens,
    cache::Plan,
    catalog::Profile,
    net,
    prompt::Prompt,
    protocol::Chain,
    provider::{Chat, Chunk, Options, Reply, Responses, Trouble},
};

/// One of the dialects, bound to a model and a key.
#[derive(Clone)]
pub(super) enum Wire {
    Chat(Arc<Chat>),
    Responses(Arc<Responses>),
}

impl Wire {
    /// Writes a request. What a chain covers is left out where the dialect can.
    pub(super) fn body(&self, prompt: &Prompt, plan: &Plan, chain: Option<&Chain>) -> Bytes {
        match self {
            Self::Chat(chat) => chat.body(prompt, plan),
            Self::Responses(responses) => responses.body(prompt, plan, chain),
        }
    }

    /// Sends a request. Errors: there is no complete answer.
    pub(super) async fn send(
        &self,
        body: Bytes,
        stop: &CancellationToken,
        sink: &mut (dyn FnMut(Chunk) + Send),
    ) -> Result<Reply, Trouble> {
        match self {
            Self::Chat(chat) => chat.send(body, stop, sink).await,
            Self::Responses(responses) => responses.send(body, stop, sink).await,
        }
    }
}

/// What dialects are made from.
pub(super) struct Wires {
    net: net::Lazy,
    credential: Arc<Credential>,
    profile: Arc<Profile>,
    options: Options,
}

impl Wires {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            net: setup.net.clone(),
            credential: setup.credential.clone(),
            profile: setup.profile.clone(),
            options: setup.provider.clone(),
        }
    }

    /// The dialect of the session: Responses where the provider keeps the conversation.
    pub(super) fn first(&self) -> Wire {
        if self.profile.cache.session {
            let (net, credential) = (self.net.clone(), self.credential.clone());
            let (profile, options) = (self.profile.clone(), self.options.clone());
            return Wire::Responses(Arc::new(Responses::new(net, credential, profile, options)));
        }
        self.chat(self.profile.clone(), self.options.clone())
    }

    /// For a model that turns out not to serve Responses.
    pub(super) fn without_session(&self) -> Wire {
        self.chat(Arc::new(self.profile.without_session()), self.options.clone())
    }

    /// For requests of which the answer is not wanted: the same prompt, the smallest output.
    pub(super) fn small(&self) -> Wire {
        let mut options = Options { max_output: Some(Tokens(1)), ..self.options.clone() };
        // The person's own fields win over ours, and a bound of theirs would be a larger one.
        options
            .extra_body
            .retain(|field, _| !matches!(field.as_str(), "max_tokens" | "max_completion_tokens"));
        self.chat(self.profile.clone(), options)
    }

    fn chat(&self, profile: Arc<Profile>, options: Options) -> Wire {
        Wire::Chat(Arc::new(Chat::new(self.net.clone(), self.credential.clone(), profile, options)))
    }
}
