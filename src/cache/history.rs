//! How runs went on before, so that the next one can be forecast. Counts only, nothing of what was said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Situation, store::LIFE};
use crate::base::Moment;

/// How many requests of a run are told apart.
pub(super) const DEPTHS: usize = 8;
/// What the habit of everybody weighs against the habit of this person. *Unit:* requests.
const WEIGHT: u64 = 4;
/// Beyond this many requests older ones count half.
const FULL: u32 = 40;
/// Kinds of runs that are remembered: projects times kinds.
const MOST: usize = 128;

/// For each kind of run in each project, how it went on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct History(BTreeMap<String, Curve>);

/// One kind of run: of the requests that were answered, how many were followed by another while what they stored
/// could still be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Curve {
    at: Moment,
    /// The k-th counts requests that were the k-th of their run.
    asked: [u32; DEPTHS],
    /// Of those, the ones with a request after them within a block's life.
    followed: [u32; DEPTHS],
    /// Runs that began.
    begun: u32,
    /// Of those, the ones that found a head which another run had sent within a block's life.
    met: u32,
}

impl Curve {
    /// A request that was the `depth`-th of its run was answered at `at`, so long after the one before it.
    fn saw(&mut self, at: Moment, depth: usize, idle: Option<u64>) {
        let is_in_time = idle.is_some_and(|idle| idle < LIFE);
        self.at = self.at.max(at);
        let Some(asked) = self.asked.get_mut(depth) else { return };
        *asked += 1;
        if let Some(before) = depth.checked_sub(1) {
            self.followed[before] += u32::from(is_in_time);
        } else {
            self.begun += 1;
            self.met += u32::from(is_in_time);
        }
        if self.asked[0] > FULL {
            let counts = self.asked.iter_mut().chain(&mut self.followed);
            counts.chain([&mut self.begun, &mut self.met]).for_each(|n| *n /= 2);
        }
    }

    /// The chance that the `depth`-th request of a run is followed by another in time. *Unit:* thousandths.
    fn next(&self, depth: usize, habit: u64) -> u64 {
        // What comes after the last depth that is told apart was not counted: everybody's habit decides there.
        let is_counted = depth + 1 < DEPTHS;
        if is_counted { mean(self.followed[depth], self.asked[depth], habit) } else { habit }
    }
}

/// The mean of what was seen and of a habit that weighs as much as [`WEIGHT`] sights. *Unit:* thousandths.
fn mean(hits: u32, chances: u32, habit: u64) -> u64 {
    // A file may say that there were more hits than chances.
    let hits = hits.min(chances);
    (u64::from(hits) * 1_000 + habit * WEIGHT) / (u64::from(chances) + WEIGHT)
}

impl History {
    /// A request was answered; `idle` is how long ago the one before it was, if there was one.
    pub(super) fn saw(&mut self, project: &str, situation: Situation, at: Moment, idle: Option<u64>) {
        let curve = self.0.entry(key(project, situation)).or_default();
        curve.saw(at, situation.answered as usize, idle);
    }

    /// The chance that this request is followed by another in time. *Unit:* thousandths.
    pub(super) fn next(&self, project: &str, situation: Situation, depth: usize) -> u64 {
        let nothing = Curve::default();
        self.0.get(&key(project, situation)).unwrap_or(&nothing).next(depth, habit(situation))
    }

    /// The chance that another run with this head begins in time. *Unit:* thousandths.
    pub(super) fn meets(&self, project: &str, situation: Situation) -> u64 {
        /// One run in ten meets another's head, before anything is known.
        const HABIT: u64 = 100;
        let nothing = Curve::default();
        let curve = self.0.get(&key(project, situation)).unwrap_or(&nothing);
        mean(curve.met, curve.begun, HABIT)
    }

    /// The newer of both for each kind.
    pub(super) fn merge(&mut self, other: &Self) {
        for (key, theirs) in &other.0 {
            let ours = self.0.entry(key.clone()).or_insert(*theirs);
            *ours = (*ours).max(*theirs);
        }
    }

    pub(super) fn prune(&mut self) {
        while self.0.len() > MOST {
            let oldest = self.0.iter().min_by_key(|(_, curve)| curve.at).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            self.0.remove(&oldest);
        }
    }
}

/// What is believed of a kind of run before one was seen. *Unit:* thousandths.
///
/// A person at the terminal mostly says more; a run with tools mostly uses one; a run without tools is one question.
fn habit(situation: Situation) -> u64 {
    match situation {
        Situation { is_interactive: true, .. } => 900,
        Situation { offers_tools: true, .. } => 800,
        _ => 100,
    }
}

/// Names a kind of run in a project.
fn key(project: &str, situation: Situation) -> String {
    let face = if situation.is_interactive { "person" } else { "script" };
    let tools = if situation.offers_tools { "tools" } else { "words" };
    format!("{face} {tools} {project}")
}
