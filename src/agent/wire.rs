//! The dialect requests are made in.

use std::sync::Arc;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::Connection;
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

/// The requests of a session, all for one account and model.
pub(super) struct Line {
    wires: Wires,
    main: Wire,
    /// Made with the first.
    small: Option<Wire>,
}

impl Line {
    pub(super) fn new(net: net::Lazy, connection: &Connection) -> Self {
        let wires = Wires {
            net,
            credential: connection.credential.clone(),
            profile: connection.profile.clone(),
            options: connection.provider.clone(),
        };
        Self { main: wires.first(), small: None, wires }
    }

    /// For the requests of turns.
    pub(super) fn main(&self) -> &Wire {
        &self.main
    }

    /// For requests of which the answer is not wanted.
    pub(super) fn small(&mut self) -> &Wire {
        self.small.get_or_insert_with(|| self.wires.small())
    }

    /// The model turns out not to serve Responses.
    pub(super) fn leave_session(&mut self) {
        self.main = self.wires.without_session();
    }
}

/// What dialects are made from.
struct Wires {
    net: net::Lazy,
    credential: Arc<Credential>,
    profile: Arc<Profile>,
    options: Options,
}

impl Wires {
    /// The dialect of the session: Responses where the provider keeps the conversation.
    fn first(&self) -> Wire {
        if self.profile.cache.session {
            let (net, credential) = (self.net.clone(), self.credential.clone());
            let (profile, options) = (self.profile.clone(), self.options.clone());
            return Wire::Responses(Arc::new(Responses::new(net, credential, profile, options)));
        }
        self.chat(self.profile.clone(), self.options.clone())
    }

    /// For a model that turns out not to serve Responses.
    fn without_session(&self) -> Wire {
        self.chat(Arc::new(self.profile.without_session()), self.options.clone())
    }

    /// For requests of which the answer is not wanted: the same prompt, the smallest output.
    fn small(&self) -> Wire {
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
