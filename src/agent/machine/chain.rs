//! Conversations the provider keeps: what a request may follow, and what is done when the copy is gone.

use super::{
    Effect, Kept, Machine,
    phase::{Asking, Phase, Trying},
};
use crate::{
    base::Tokens,
    cache::Link,
    prompt::{Prefix, Prompt},
    protocol::{CacheMode, Chain, Usage},
};

impl Machine {
    /// What the running request follows; `None` when it carries the whole conversation.
    pub fn chain(&self) -> Option<&Chain> {
        match &self.phase {
            Phase::Asking(asking) => asking.chain.as_ref(),
            _ => None,
        }
    }

    /// What a request with this prompt may follow.
    pub(super) fn followed(&self, prompt: &Prompt) -> Option<Chain> {
        let link = self.link.as_ref().filter(|_| self.config.cache_mode == CacheMode::Session)?;
        link.follows(prompt, &self.config.cache.scope, self.now).cloned()
    }

    /// The provider keeps the conversation up to and with an answer.
    pub(super) fn link_to(
        &mut self,
        response: Option<String>,
        items: usize,
        prefix: Prefix,
        usage: Option<Usage>,
    ) {
        let Some(response) = response.filter(|_| self.config.cache_mode == CacheMode::Session) else {
            return;
        };
        let (chain, scope) = (Chain { response, items }, self.config.cache.scope.clone());
        let link = Link::new(chain, prefix, scope, self.now).of_size(copied(usage));
        self.link = Some(link.clone());
        self.out.push(Effect::Keep(Kept::Link(link)));
    }

    /// The provider no longer has what was followed: the whole conversation goes out, which cannot be lost again.
    pub(super) fn unchain(&mut self, mut asking: Asking) {
        self.link = None;
        asking.attempt -= 1;
        asking.state = Trying::Running;
        self.notice("cache: the provider no longer keeps this conversation; all of it is sent again");
        self.send(asking);
    }

    /// The model does not serve the dialect of kept conversations: markers are used from here on.
    pub(super) fn leave_session(&mut self, mut asking: Asking) {
        self.link = None;
        self.config.cache_mode = CacheMode::Explicit;
        self.config.cache.terms.session = false;
        self.config.cache.terms.explicit = true;
        asking.attempt -= 1;
        asking.state = Trying::Running;
        self.out.push(Effect::LeaveSession);
        self.notice(
            "cache: the provider keeps no conversations for this model; cache markers are used instead",
        );
        self.send(asking);
    }
}

/// How much the provider's copy has: all that went in but the service's own tokens, and the answer.
fn copied(usage: Option<Usage>) -> Option<Tokens> {
    let usage = usage.filter(|usage| usage.created.is_some() || usage.cached.is_some())?;
    let stored = usage.cached.unwrap_or_default() + usage.created.unwrap_or_default();
    (stored > Tokens(0)).then(|| stored + usage.output)
}
