//! What the conversation consists of, for whoever shows it.

use super::{
    Machine,
    phase::{Phase, Purpose},
};
use crate::{base::Tokens, prompt::Head, protocol::Item};

impl Machine {
    /// What the next request is made of; `None` when the session is over.
    pub fn conversation(&self) -> Option<(&Head, &[Item])> {
        let prompt = match &self.phase {
            Phase::Idle(prompt) | Phase::Composing(prompt) => prompt,
            Phase::Asking(asking) => match &asking.purpose {
                Purpose::Summary { base, .. } => base,
                Purpose::Turn => &asking.prompt,
            },
            Phase::Working(working) => return Some(working.round.so_far()),
            Phase::Ended => return None,
        };
        Some((prompt.head(), prompt.items()))
    }

    /// How estimates become real tokens, and whether they are still estimates because no report has calibrated them.
    pub fn scale(&self) -> (impl Fn(Tokens) -> Tokens + '_, bool) {
        (|size| self.scaled(size), !self.ledger.is_calibrated(&self.config.cache.scope))
    }
}
