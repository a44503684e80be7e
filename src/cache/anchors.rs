//! What is known of the provider's store in this conversation.

use super::{Mark, Plan, plan::size_through};
use crate::{base::Tokens, prompt::Prompt, protocol::Usage};

/// The places that are known or thought to be stored, and how estimates compare with real counts.
///
/// Shape: at most one proved and one unproved place; both belong to the current epoch of the prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    epoch: u32,
    proved: Option<Mark>,
    unproved: Option<Mark>,
    /// Real tokens for a thousand estimated ones; `None` before the first report.
    scale: Option<u64>,
}

impl Anchors {
    /// A: the highest place that a completed request has reported stored.
    pub fn proved(&self) -> Option<Mark> {
        self.proved
    }

    /// Q: the tail of the last request, when nobody knows whether it was stored.
    pub fn unproved(&self) -> Option<Mark> {
        self.unproved
    }

    /// Real tokens for this many estimated ones, as far as reports tell.
    pub fn scaled(&self, estimate: Tokens) -> Tokens {
        Tokens(estimate.0 * self.scale.unwrap_or(1_000) / 1_000)
    }

    /// The estimate a block must have so that it is surely at least `minimum` real tokens: a tenth more once a
    /// report has calibrated the estimate, a third more before, since English prose has up to five letters a
    /// token where the estimate counts four.
    pub fn least(&self, minimum: Tokens) -> Tokens {
        match self.scale {
            Some(scale) => {
                Tokens((minimum.0 * 1_100).div_ceil(scale.max(1))).max(Tokens(minimum.0 * 11 / 10))
            }
            None => Tokens(minimum.0 * 4 / 3),
        }
    }

    /// The request with this plan was answered.
    ///
    /// The tail counts as proved when the report accounts for nine tenths of it; without such a report it stays
    /// possible and the older proof is kept beside it.
    pub fn completed(&mut self, prompt: &Prompt, plan: &Plan, usage: Option<&Usage>) {
        self.enter(prompt.epoch());
        if let Some(usage) = usage.filter(|u| u.input > Tokens(0)) {
            let estimate = prompt.estimate().0.max(1);
            self.scale = Some((usage.input.0 * 1_000 / estimate).clamp(250, 4_000));
        }
        let Some(&tail) = plan.marks().last() else { return };
        let stored = usage.map(|u| u.cached.unwrap_or_default() + u.created.unwrap_or_default());
        let needed = Tokens(self.scaled(size_through(prompt, tail)).0 * 9 / 10);
        if stored.is_some_and(|s| s >= needed) {
            self.proved = Some(tail);
            self.unproved = None;
        } else {
            self.unproved = Some(tail);
        }
    }

    /// The request with this plan failed or was stopped: its tail may be stored or not.
    pub fn failed(&mut self, plan: &Plan) {
        if let Some(&tail) = plan.marks().last() {
            self.unproved = Some(tail).filter(|_| Some(tail) != self.proved);
        }
    }

    /// The prompt began a new epoch: nothing but the head is left of what was stored.
    pub fn enter(&mut self, epoch: u32) {
        if self.epoch != epoch {
            *self = Self { epoch, scale: self.scale, ..Self::default() };
        }
    }
}
