//! What the provider's store is known to hold, for every account and model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Limits, Mark, Plan, plan::size_through};
use crate::{
    base::{Account, Moment, Tokens},
    prompt::{Prefix, Prompt},
    protocol::{CacheReport, Miss, Usage},
};

/// How long a block lives after it was stored or read. *Unit:* milliseconds.
/// Source: `docs/sources.md`, wire 3.1: 300 seconds.
const LIFE: u64 = 300_000;

/// Whose blocks: the provider shares none between accounts or models.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// The fingerprint of address and key.
    pub account: Account,
    /// The model's name as it is sent.
    pub model: String,
}

/// The client's shadow of the provider's store.
///
/// A plain value: it is kept on disk by `session`, shared by all processes of one person, and merged. What it says
/// is never trusted to be complete: a block it does not know costs a marker at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    #[serde(default)]
    stores: Vec<(Scope, Store)>,
}

/// What is stored for one account and model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Store {
    #[serde(default)]
    pub(super) blocks: BTreeMap<Prefix, Block>,
    /// Real tokens for a thousand estimated ones; `None` before the first report.
    #[serde(default)]
    pub(super) scale: Option<u64>,
}

/// One stored prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Block {
    /// Until when it can be read under every reading of the rules.
    pub(super) sure: Moment,
    /// Until when it can be read under some reading, or if a request whose fate is unknown stored it.
    pub(super) perhaps: Moment,
}

impl Ledger {
    /// Real tokens for this many estimated ones, as far as reports of this account and model tell.
    pub fn scaled(&self, scope: &Scope, estimate: Tokens) -> Tokens {
        let scale = self.store(scope).and_then(|store| store.scale).unwrap_or(1_000);
        Tokens(estimate.0 * scale / 1_000)
    }

    /// The estimate a block must have so that it is surely at least `minimum` real tokens: a tenth more once a
    /// report has calibrated the estimate, a third more before, since English prose has up to five letters a
    /// token where the estimate counts four.
    pub fn least(&self, scope: &Scope, minimum: Tokens) -> Tokens {
        match self.store(scope).and_then(|store| store.scale) {
            Some(scale) => {
                Tokens((minimum.0 * 1_100).div_ceil(scale.max(1))).max(Tokens(minimum.0 * 11 / 10))
            }
            None => Tokens(minimum.0 * 4 / 3),
        }
    }

    /// Until when the prefix can surely be read, if it can at `now`.
    pub fn warm_until(&self, scope: &Scope, prefix: Prefix, now: Moment) -> Option<Moment> {
        self.block(scope, prefix).map(|block| block.sure).filter(|until| *until > now)
    }

    /// Whether the prefix may be stored for anybody: then its bytes are worth keeping.
    pub fn may_hold(&self, prefix: Prefix, now: Moment) -> bool {
        self.stores.iter().any(|(_, store)| store.blocks.get(&prefix).is_some_and(|b| b.perhaps > now))
    }

    /// The request with this plan, sent at `sent`, was answered completely at `now`.
    pub fn completed(
        &mut self,
        prompt: &Prompt,
        limits: &Limits,
        plan: &Plan,
        usage: Option<&Usage>,
        (sent, now): (Moment, Moment),
    ) -> CacheReport {
        if let Some(usage) = usage.filter(|u| u.input > Tokens(0)) {
            let estimate = prompt.estimate().0.max(1);
            self.store_mut(&limits.scope).scale = Some((usage.input.0 * 1_000 / estimate).clamp(250, 4_000));
        }
        let cached = usage.and_then(|u| u.cached).unwrap_or_default();
        let stored = cached + usage.and_then(|u| u.created).unwrap_or_default();
        for mark in plan.marks() {
            let size = self.scaled(&limits.scope, size_through(prompt, *mark));
            let is_proved = usage.is_some() && stored.0 * 10 >= size.0 * 9;
            let is_hit = cached.0 * 10 >= size.0 * 9 && cached.0 * 9 <= size.0 * 10;
            let block = self.block_mut(&limits.scope, mark.prefix(prompt));
            let was_alive = block.sure > sent;
            if is_proved && (!was_alive || is_hit) {
                let from = if is_hit { sent } else { now };
                block.sure = block.sure.max(Moment(from.0 + LIFE));
            }
            block.perhaps = block.perhaps.max(Moment(now.0 + LIFE)).max(block.sure);
        }
        let tail = plan.marks().last().and_then(|m| self.block(&limits.scope, m.prefix(prompt)));
        CacheReport {
            mode: plan.mode(),
            predicted: plan.prediction(),
            miss: plan.prediction().miss,
            warm_until: tail.map(|b| b.sure).filter(|until| *until > now),
            stored,
        }
    }

    /// The request with this plan failed or was stopped: what it marked may be stored or not.
    pub fn failed(&mut self, prompt: &Prompt, limits: &Limits, plan: &Plan, now: Moment) {
        for mark in plan.marks() {
            let block = self.block_mut(&limits.scope, mark.prefix(prompt));
            block.perhaps = block.perhaps.max(Moment(now.0 + LIFE));
        }
    }

    /// Takes in what another process has learned.
    pub fn merge(&mut self, other: &Self) {
        for (scope, theirs) in &other.stores {
            let ours = self.store_mut(scope);
            ours.scale = ours.scale.or(theirs.scale);
            for (prefix, theirs) in &theirs.blocks {
                let block = ours.blocks.entry(*prefix).or_insert(*theirs);
                block.sure = block.sure.max(theirs.sure);
                block.perhaps = block.perhaps.max(theirs.perhaps);
            }
        }
    }

    pub(super) fn store(&self, scope: &Scope) -> Option<&Store> {
        self.stores.iter().find(|(known, _)| known == scope).map(|(_, store)| store)
    }

    pub(super) fn block(&self, scope: &Scope, prefix: Prefix) -> Option<&Block> {
        self.store(scope)?.blocks.get(&prefix)
    }

    fn block_mut(&mut self, scope: &Scope, prefix: Prefix) -> &mut Block {
        let nothing = Block { sure: Moment(0), perhaps: Moment(0) };
        self.store_mut(scope).blocks.entry(prefix).or_insert(nothing)
    }

    fn store_mut(&mut self, scope: &Scope) -> &mut Store {
        let at = self.stores.iter().position(|(known, _)| known == scope).unwrap_or_else(|| {
            self.stores.push((scope.clone(), Store::default()));
            self.stores.len() - 1
        });
        &mut self.stores[at].1
    }
}

impl Mark {
    /// Names what lies before and at the mark.
    pub(super) fn prefix(self, prompt: &Prompt) -> Prefix {
        match self {
            Self::Instructions => prompt.head().prefix_through_instructions(),
            Self::Head => prompt.head().prefix(),
            Self::Item(index) => prompt.prefix_through(index),
        }
    }
}

impl Miss {
    /// Why nothing is read, as far as one store tells.
    pub(super) fn of(block: Option<&Block>, now: Moment) -> Self {
        match block {
            Some(block) if block.sure > Moment(0) => Self::Idle { seconds: now.since(block.sure).as_secs() },
            Some(_) => Self::Cut,
            None => Self::First,
        }
    }
}
