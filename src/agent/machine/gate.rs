//! The barrier: of several processes that would write the same head, one goes first.

use std::time::Duration;

use super::{
    Effect, Machine,
    phase::{Asking, Phase, Trying},
};
use crate::{cache::Mark, protocol::CacheMode};

/// How long a run for scripts waits for another process. Source: `docs/sources.md`, wire 1.1: the longest cold first
/// answers take about as long.
const SCRIPT: Duration = Duration::from_secs(120);
/// How long a person is made to wait.
const PERSON: Duration = Duration::from_secs(15);

impl Machine {
    /// Whether a request would write a head that is worth waiting for and of which nothing is stored.
    pub(super) fn is_cold(&self, asking: &Asking) -> bool {
        let (head, scope) = (asking.prompt.head().prefix(), &self.config.cache.scope);
        asking.plan.mode() == CacheMode::Explicit
            && asking.plan.marks().contains(&Mark::Head)
            && asking.plan.prediction().read.0 == 0
            && self.ledger.warm_until(scope, head, self.now).is_none()
    }

    /// Has the driver look whether others are at it.
    pub(super) fn gate(&mut self, mut asking: Asking) {
        asking.state = Trying::Gated;
        let prefix = asking.prompt.head().prefix();
        let is_person = self.config.is_interactive;
        let (limit, way_out) =
            if is_person { (PERSON, "Esc stops the turn") } else { (SCRIPT, "Ctrl-C stops") };
        self.out.push(Effect::Gate { prefix, limit, way_out });
        self.phase = Phase::Asking(Box::new(asking));
    }

    /// The barrier is open: plans anew with what was learned meanwhile, and asks.
    pub(super) fn opened(&mut self) {
        match self.take_phase() {
            Phase::Asking(asking) if asking.state == Trying::Gated => self.send(*asking),
            other => self.phase = other,
        }
    }

    /// How many requests were begun.
    pub fn requests(&self) -> u32 {
        self.request
    }

    /// The number of the request that is running now.
    pub fn running(&self) -> Option<u32> {
        match &self.phase {
            Phase::Asking(asking) if asking.state == Trying::Running => Some(self.request),
            _ => None,
        }
    }
}
