//! What is known of one account and model: its blocks, its sizes, its habits. Every part can be merged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{history::History, trust::Trust};
use crate::{
    base::{Moment, Tokens},
    prompt::{Head, Prefix},
};

/// How long a block lives after it was stored or read. *Unit:* milliseconds.
/// Source: `docs/sources.md`, wire 3.1: 300 seconds.
pub(super) const LIFE: u64 = 300_000;
/// A request that takes longer than this is believed to be dead: its process was killed. *Unit:* milliseconds.
const LONGEST: u64 = 600_000;
/// How long an entry is kept that can no longer be read, so that a miss has a cause. *Unit:* milliseconds.
const REMEMBERED: u64 = 24 * 3_600_000;
/// Times that lie this far ahead come from a clock that was wrong then or is wrong now. *Unit:* milliseconds.
const DRIFT: u64 = 60_000;
/// Tokens the service adds behind every prompt, until a report says otherwise.
/// Source: `docs/sources.md`, wire 3.4: six in every recorded usage; the provider says fewer than ten.
const INTERNAL: Tokens = Tokens(6);
/// Projects whose heads are remembered.
const PROJECTS: usize = 64;

/// What is stored for one account and model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Store {
    pub(super) blocks: BTreeMap<Prefix, Block>,
    pub(super) scale: Option<Scale>,
    pub(super) internal: Option<Tokens>,
    pub(super) implicit: Rate,
    pub(super) history: History,
    pub(super) heads: BTreeMap<String, Parts>,
    pub(super) trust: Trust,
}

/// One prefix that a request carried.
///
/// Every field only grows, so that the news of two processes can be merged in any order, any number of times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Block {
    /// Until when it can be read under every reading of the rules.
    pub(super) sure: Moment,
    /// Until when it can be read under some reading, or if a request whose fate is unknown stored it.
    pub(super) perhaps: Moment,
    /// When a request was sent that should have read it and did not: older evidence counts for nothing.
    pub(super) gone: Moment,
    /// When the newest request was sent that would store it.
    pub(super) begun: Moment,
    /// When the newest of those ended, well or not.
    pub(super) ended: Moment,
    /// When the newest request that ended here, marked or not, was answered.
    pub(super) answered: Moment,
    /// Its size by a report; `None` while it is only estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<Tokens>,
}

impl Block {
    /// Whether it can be read at `now` under every reading.
    pub(super) fn is_sure(&self, now: Moment) -> bool {
        is_ahead(self.sure, now) && self.sure.0 >= self.gone.0.saturating_add(LIFE)
    }

    /// Whether it can be read at `now` under some reading.
    pub(super) fn may_live(&self, now: Moment) -> bool {
        is_ahead(self.perhaps, now) && self.perhaps.0 >= self.gone.0.saturating_add(LIFE)
    }

    /// When the newest request was sent that is still storing it, as far as anybody told.
    pub(super) fn storing_since(&self, now: Moment) -> Option<Moment> {
        let is_past = self.begun.0 <= now.0.saturating_add(DRIFT);
        let is_running = is_past && self.begun > self.ended && now.0.saturating_sub(self.begun.0) < LONGEST;
        Some(self.begun).filter(|_| is_running)
    }

    /// Stored at `end`, or read at it, under every reading.
    pub(super) fn lives_from(&mut self, from: Moment) {
        self.sure = extended(self.sure, from);
        self.perhaps = extended(self.perhaps, from).max(self.sure);
    }

    /// Stored or read at `from` under some reading.
    pub(super) fn may_live_from(&mut self, from: Moment) {
        self.perhaps = extended(self.perhaps, from);
    }

    /// Whether all of it can have happened at `now`. What cannot was written while the clock was ahead.
    fn is_possible(&self, now: Moment) -> bool {
        let past = [self.gone, self.begun, self.ended, self.answered];
        let ends = self.sure.max(self.perhaps);
        past.iter().all(|at| at.0 <= now.0.saturating_add(DRIFT))
            && ends.0 <= now.0.saturating_add(LIFE + DRIFT)
    }

    fn merge(&mut self, other: &Self) {
        self.sure = self.sure.max(other.sure);
        self.perhaps = self.perhaps.max(other.perhaps);
        self.gone = self.gone.max(other.gone);
        self.begun = self.begun.max(other.begun);
        self.ended = self.ended.max(other.ended);
        self.answered = self.answered.max(other.answered);
        self.size = self.size.max(other.size);
    }

    /// The last moment anything happened to it or can.
    pub(super) fn last(&self) -> Moment {
        self.perhaps.max(self.begun).max(self.answered)
    }
}

/// Whether a life that ends then goes on at `now`: it has not ended, and it is not longer than a life can be.
fn is_ahead(end: Moment, now: Moment) -> bool {
    end > now && end.0 <= now.0.saturating_add(LIFE + DRIFT)
}

/// The end of a life that goes on at `from`. An end that no life can have was told by a wrong clock.
fn extended(end: Moment, from: Moment) -> Moment {
    let new = Moment(from.0.saturating_add(LIFE));
    if end.0 > new.0.saturating_add(DRIFT) { new } else { end.max(new) }
}

/// Real tokens for estimated ones, from the newest report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Scale {
    at: Moment,
    real: u64,
    estimated: u64,
}

impl Scale {
    /// One report. An estimate that is off by more than four times is not believed: the server counts otherwise.
    fn new(at: Moment, real: Tokens, estimated: Tokens) -> Self {
        let estimated = estimated.0.max(1);
        let most = estimated.saturating_mul(4);
        Self { at, real: real.0.clamp(estimated / 4, most).max(1), estimated }
    }

    /// The estimate in real tokens.
    pub(super) fn of(self, estimate: Tokens) -> Tokens {
        let real = u128::from(estimate.0) * u128::from(self.real) / u128::from(self.estimated.max(1));
        Tokens(u64::try_from(real).unwrap_or(u64::MAX))
    }

    /// The estimate that is so many real tokens, rounded up.
    pub(super) fn inverse(self, real: Tokens) -> Tokens {
        let estimate =
            (u128::from(real.0) * u128::from(self.estimated)).div_ceil(u128::from(self.real.max(1)));
        Tokens(u64::try_from(estimate).unwrap_or(u64::MAX))
    }
}

/// How much of what the implicit cache could have read it did read. *Unit:* tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Rate {
    at: Moment,
    read: u64,
    readable: u64,
}

impl Rate {
    /// The rate before anything was seen: the provider promises nothing, and a repeated prefix is mostly found.
    const PRIOR: u64 = 800;
    /// What the prior weighs. *Unit:* tokens, about two heads.
    const WEIGHT: u64 = 8_000;
    /// Older sights count half beyond this many tokens.
    const FULL: u64 = 400_000;

    /// An unmarked request could have read `readable` and read `read`.
    pub(super) fn saw(&mut self, at: Moment, read: Tokens, readable: Tokens) {
        let readable = readable.0.min(Self::FULL);
        self.at = at;
        self.read = self.read.saturating_add(read.0.min(readable));
        self.readable = self.readable.saturating_add(readable);
        if self.readable > Self::FULL {
            self.read /= 2;
            self.readable /= 2;
        }
    }

    /// *Unit:* thousandths.
    pub(super) fn rate(self) -> u64 {
        let read = self.read.saturating_mul(1_000).saturating_add(Self::PRIOR * Self::WEIGHT);
        (read / self.readable.saturating_add(Self::WEIGHT)).min(1_000)
    }
}

/// The parts of the newest head of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Parts {
    at: Moment,
    pub(super) tools: Prefix,
    pub(super) instructions: Prefix,
    pub(super) repository: Prefix,
}

impl Parts {
    pub(super) fn of(head: &Head, at: Moment) -> Self {
        Self {
            at,
            tools: head.prefix_through_tools(),
            instructions: head.prefix_through_instructions(),
            repository: head.prefix(),
        }
    }
}

impl Store {
    /// Real tokens for this many estimated ones.
    pub(super) fn scaled(&self, estimate: Tokens) -> Tokens {
        self.scale.map_or(estimate, |scale| scale.of(estimate))
    }

    /// Tokens the service adds behind every prompt.
    pub(super) fn internal(&self) -> Tokens {
        self.internal.unwrap_or(INTERNAL)
    }

    /// A report at `at`: so many real tokens for so many estimated ones.
    pub(super) fn calibrate(&mut self, at: Moment, real: Tokens, estimated: Tokens) {
        let new = Scale::new(at, real, estimated);
        self.scale = Some(self.scale.map_or(new, |old| if old.at > at { old } else { new }));
    }

    /// The same without blocks whose life ended some minutes ago and to which nothing happened since.
    pub(super) fn news(&self, now: Moment) -> Self {
        let is_new = |block: &Block| block.last().0.saturating_add(LIFE) > now.0;
        let blocks = self.blocks.iter().filter(|(_, block)| is_new(block));
        Self {
            blocks: blocks.map(|(prefix, block)| (*prefix, *block)).collect(),
            scale: self.scale,
            internal: self.internal,
            implicit: self.implicit,
            history: self.history.clone(),
            heads: self.heads.clone(),
            trust: self.trust,
        }
    }

    /// Takes in what another process knows: for each block all evidence, for everything else the newest.
    pub(super) fn merge(&mut self, other: &Self) {
        for (prefix, theirs) in &other.blocks {
            self.blocks.entry(*prefix).or_default().merge(theirs);
        }
        self.scale = self.scale.max(other.scale);
        self.internal = self.internal.max(other.internal);
        self.implicit = self.implicit.max(other.implicit);
        self.history.merge(&other.history);
        self.trust.merge(&other.trust);
        for (project, theirs) in &other.heads {
            let ours = self.heads.entry(project.clone()).or_insert(*theirs);
            *ours = (*ours).max(*theirs);
        }
    }

    /// Drops what is a day past its life or cannot have happened yet, and of the rest all but the `most` newest blocks.
    pub(super) fn prune(&mut self, now: Moment, most: usize) {
        let is_kept =
            |block: &Block| block.last().0.saturating_add(REMEMBERED) > now.0 && block.is_possible(now);
        self.blocks.retain(|_, block| is_kept(block));
        // What is newest counts: nothing may be newer than now.
        if let Some(scale) = &mut self.scale {
            scale.at = scale.at.min(now);
        }
        self.implicit.at = self.implicit.at.min(now);
        self.heads.values_mut().for_each(|parts| parts.at = parts.at.min(now));
        if self.blocks.len() > most {
            let mut lasts: Vec<Moment> = self.blocks.values().map(Block::last).collect();
            lasts.sort_unstable_by(|a, b| b.cmp(a));
            let oldest = lasts[most];
            // Those that are as old as the first one too many go with it.
            self.blocks.retain(|_, block| block.last() > oldest);
        }
        while self.heads.len() > PROJECTS {
            let oldest = self.heads.iter().min_by_key(|(_, parts)| parts.at).map(|(name, _)| name.clone());
            let Some(oldest) = oldest else { break };
            self.heads.remove(&oldest);
        }
        self.history.prune();
        self.trust.expire(now, Moment(now.0.saturating_add(DRIFT)));
    }
}
