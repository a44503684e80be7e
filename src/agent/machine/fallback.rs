//! A model that has no room for a request: how often it is asked again, and what is asked then. Never another model
//! unless the person named it for that.

use super::{
    Effect, Machine,
    phase::{Asking, Purpose, Trying},
};
use crate::{protocol::Event, provider::Trouble};

impl Machine {
    /// Whether the same request goes out again after a wait.
    pub(super) fn tries_again(&self, asking: &Asking, trouble: &Trouble) -> bool {
        asking.attempt < self.config.tries || self.is_endless(trouble)
    }

    /// Whether it does so as often as it takes. Source: `docs/sources.md`, qwen-code 3: 429 and 529.
    pub(super) fn is_endless(&self, trouble: &Trouble) -> bool {
        self.config.is_unattended && trouble.is_crowded() && trouble.status != 503
    }

    pub(super) fn can_fall_back(&self, asking: &Asking, trouble: &Trouble) -> bool {
        trouble.is_crowded() && matches!(asking.purpose, Purpose::Turn) && !self.config.fallbacks.is_empty()
    }

    /// Sends the request to the next model the person named.
    pub(super) fn fall_back(&mut self, mut asking: Asking, trouble: &Trouble) {
        let Some(to) = self.config.fallbacks.pop_front() else { return self.send(asking) };
        let from = self.config.cache.scope.model.clone();
        self.fallen += 1;
        let (status, index) = (trouble.status, self.fallen);
        self.emit(Event::FellBack { from, to: to.cache.scope.model.clone(), status, index });
        self.ask_another(to);
        self.out.push(Effect::FallBack);
        (asking.attempt, asking.adapted, asking.state) = (0, 0, Trying::New);
        self.send(asking);
    }
}
