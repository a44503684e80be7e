//! What the provider's store is known to hold, for every account and model.

use serde::{Deserialize, Serialize};

use super::{
    Situation,
    store::{Block, Store},
    trust::Trust,
};
use crate::{
    base::{Account, Moment, Tokens},
    prompt::Prefix,
    protocol::Finding,
};

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
#[serde(default)]
pub struct Ledger {
    pub(super) stores: Vec<(Scope, Store)>,
    /// The project whose heads and habits are meant; said by whoever loads the ledger, never kept.
    #[serde(skip)]
    pub(super) project: String,
    /// When the running request of this process was sent.
    #[serde(skip)]
    pub(super) own: Option<Moment>,
}

impl Ledger {
    /// Blocks that are kept for one account and model.
    const BLOCKS: usize = 2_000;
    /// Accounts and models that are kept.
    const SCOPES: usize = 32;

    /// The same ledger for a run in this project: causes and habits are those of the project.
    #[must_use]
    pub fn in_project(self, name: &str) -> Self {
        Self { project: name.to_owned(), ..self }
    }

    /// Real tokens for this many estimated ones, as far as reports of this account and model tell.
    pub fn scaled(&self, scope: &Scope, estimate: Tokens) -> Tokens {
        self.store(scope).map_or(estimate, |store| store.scaled(estimate))
    }

    /// Whether a report of this account and model has calibrated the estimate.
    pub fn is_calibrated(&self, scope: &Scope) -> bool {
        self.store(scope).is_some_and(|store| store.scale.is_some())
    }

    /// The estimate a block must have so that it is surely at least `minimum` real tokens: a tenth more once a
    /// report has calibrated the estimate, a third more before, since English prose has up to five letters a
    /// token where the estimate counts four.
    pub fn least(&self, scope: &Scope, minimum: Tokens) -> Tokens {
        let tenth_more = Tokens(minimum.0.saturating_mul(11) / 10);
        match self.store(scope).and_then(|store| store.scale) {
            Some(scale) => scale.inverse(tenth_more).max(tenth_more),
            None => Tokens(minimum.0.saturating_mul(4) / 3),
        }
    }

    /// Until when the prefix can surely be read, if it can at `now`.
    pub fn warm_until(&self, scope: &Scope, prefix: Prefix, now: Moment) -> Option<Moment> {
        self.block(scope, prefix).filter(|block| block.is_sure(now)).map(|block| block.sure)
    }

    /// Since when a request that has not ended is storing the prefix: whoever shares it had better wait for that one.
    pub fn storing_since(&self, scope: &Scope, prefix: Prefix, now: Moment) -> Option<Moment> {
        self.block(scope, prefix)?.storing_since(now)
    }

    /// Whether the prefix may be stored for anybody: then its bytes are worth keeping.
    pub fn may_hold(&self, prefix: Prefix, now: Moment) -> bool {
        let lives = |block: &Block| block.is_sure(now) || block.may_live(now);
        self.stores.iter().any(|(_, store)| store.blocks.get(&prefix).is_some_and(lives))
    }

    /// What this account and model were found to do against the rules, gravest first; empty when they keep them.
    pub fn findings(&self, scope: &Scope, now: Moment) -> Vec<Finding> {
        self.trust(scope).findings(now)
    }

    /// How much of what the implicit cache could read it does read, as far as requests without markers told.
    /// *Unit:* thousandths.
    pub fn implicit_rate(&self, scope: &Scope) -> u64 {
        self.store(scope).map(|store| store.implicit).unwrap_or_default().rate()
    }

    /// What may be new of one account and model to other processes: everything but blocks that nothing happened to for
    /// some minutes. Much smaller than the whole, which holds a day.
    #[must_use]
    pub fn news(&self, scope: &Scope, now: Moment) -> Self {
        let stores = self.store(scope).map(|store| (scope.clone(), store.news(now)));
        Self { stores: stores.into_iter().collect(), project: self.project.clone(), own: None }
    }

    /// Takes in what another process has learned. The order does not matter, nor how often it is done.
    pub fn merge(&mut self, other: &Self) {
        for (scope, theirs) in &other.stores {
            self.store_mut(scope).merge(theirs);
        }
    }

    /// Forgets what is of no use at `now`: blocks a day past their life, and the oldest beyond some thousands.
    pub fn prune(&mut self, now: Moment) {
        for (_, store) in &mut self.stores {
            store.prune(now, Self::BLOCKS);
        }
        let newest = |store: &Store| store.blocks.values().map(Block::last).max().unwrap_or_default();
        if self.stores.len() > Self::SCOPES {
            self.stores.sort_by_key(|(_, store)| std::cmp::Reverse(newest(store)));
            self.stores.truncate(Self::SCOPES);
        }
    }

    /// Keeps a ledger that nobody prunes from growing without end.
    pub(super) fn bound(&mut self, scope: &Scope, now: Moment) {
        let store = self.store_mut(scope);
        if store.blocks.len() > Self::BLOCKS * 2 {
            store.prune(now, Self::BLOCKS);
        }
    }

    pub(super) fn store(&self, scope: &Scope) -> Option<&Store> {
        self.stores.iter().find(|(known, _)| known == scope).map(|(_, store)| store)
    }

    pub(super) fn store_mut(&mut self, scope: &Scope) -> &mut Store {
        let at = self.stores.iter().position(|(known, _)| known == scope).unwrap_or_else(|| {
            self.stores.push((scope.clone(), Store::default()));
            self.stores.len() - 1
        });
        &mut self.stores[at].1
    }

    fn block(&self, scope: &Scope, prefix: Prefix) -> Option<&Block> {
        self.store(scope)?.blocks.get(&prefix)
    }

    pub(super) fn trust(&self, scope: &Scope) -> Trust {
        self.store(scope).map(|store| store.trust).unwrap_or_default()
    }

    /// Whether every marker above what is read costs its own write. The account tells, whatever the model.
    pub(super) fn bills_each(&self, scope: &Scope, now: Moment) -> bool {
        let same = self.stores.iter().filter(|(known, _)| known.account == scope.account);
        same.map(|(_, store)| store.trust).any(|trust| trust.bills_each(now))
    }

    pub(super) fn internal(&self, scope: &Scope) -> Tokens {
        self.store(scope).map_or_else(|| Store::default().internal(), Store::internal)
    }

    /// The chance that the `depth`-th request of such a run is followed by another. *Unit:* thousandths.
    pub(super) fn next(&self, scope: &Scope, situation: Situation, depth: usize) -> u64 {
        let nothing = Store::default();
        self.store(scope).unwrap_or(&nothing).history.next(&self.project, situation, depth)
    }

    /// The chance that another run with this head begins in time. *Unit:* thousandths.
    pub(super) fn meets(&self, scope: &Scope, situation: Situation) -> u64 {
        let nothing = Store::default();
        self.store(scope).unwrap_or(&nothing).history.meets(&self.project, situation)
    }
}
