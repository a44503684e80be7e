//! The plan of markers for one request.

use super::{Forecast, Ledger, Scope, forecast::PAYS};
use crate::{
    base::{Moment, Tokens},
    prompt::Prompt,
    protocol::{CacheMode, CacheTerms, Item, Miss, Prediction},
};

/// A place for a marker: the last content part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The first of two system blocks: what every repository shares.
    Instructions,
    /// The last system block.
    Head,
    /// The message of the item with this index in the prompt's tail.
    Item(usize),
}

/// Where the next request carries markers, and how content is written.
///
/// Shape: marks ascend, none twice, at most [`Plan::MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    marks: Vec<Mark>,
    arrays: bool,
    prediction: Prediction,
}

impl Plan {
    /// The provider's limit; with more, only the last four count. Source: Qwen Cloud's context cache page.
    pub const MAX: usize = 4;

    /// No markers; content as plain strings.
    pub fn none() -> Self {
        Self::default()
    }

    /// The marks, ascending.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// What the request is expected to be billed.
    pub fn prediction(&self) -> Prediction {
        self.prediction
    }

    /// How the cache is used.
    pub fn mode(&self) -> CacheMode {
        if self.marks.is_empty() { CacheMode::Implicit } else { CacheMode::Explicit }
    }

    /// Whether content is written as arrays of parts: from the first request on wherever markers may be used, so
    /// that the bytes of a message never depend on its marker.
    pub fn uses_arrays(&self) -> bool {
        self.arrays
    }
}

/// What the provider allows for this model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Whose blocks are read and written.
    pub scope: Scope,
    /// The cache terms, the gate already applied: without `explicit` there are no markers.
    pub terms: CacheTerms,
}

/// Chooses where cache markers go in the next request, and says what it will be billed.
///
/// The candidates are S, the end of the head; A, the highest place that is surely stored; Q, the highest that may
/// be; and t, the tail of this request. A marker exactly on a stored block finds it at distance zero, whatever the
/// look-back distance and however many blocks came since; nested markers cost no more than the highest. Volatile
/// text never stands before t, because the prompt only grows.
///
/// Shape: ascending, none twice, at most [`Plan::MAX`]; empty when t itself is below the minimum, since a marker
/// would only give up the implicit cache.
/// Errors: none; a prompt too short to cache gives an empty plan.
/// Source: `docs/cache.md`, from Qwen Cloud's context cache page.
pub fn plan(prompt: &Prompt, limits: &Limits, ledger: &Ledger, forecast: Forecast, now: Moment) -> Plan {
    let whole = ledger.scaled(&limits.scope, prompt.estimate());
    if !limits.terms.explicit {
        return Plan { prediction: Prediction { plain: whole, ..Prediction::default() }, ..Plan::none() };
    }
    let least = ledger.least(&limits.scope, limits.terms.minimum);
    let places = || (0..prompt.items().len()).rev().map(Mark::Item).chain([Mark::Head]);
    let stored = |mark: &Mark| ledger.block(&limits.scope, mark.prefix(prompt));
    let sure = places().find(|mark| stored(mark).is_some_and(|block| block.sure > now));
    let perhaps = places().find(|mark| stored(mark).is_some_and(|block| block.perhaps > now));
    let tail = last_markable(prompt, prompt.items().len()).filter(|_| forecast.tail >= PAYS);
    // Writing the head alone pays no sooner than writing all: cold and unlikely to be read again, neither is marked.
    let head = Some(Mark::Head).filter(|_| perhaps.is_some() || tail.is_some());
    let mut marks: Vec<Mark> = [head, sure, perhaps, tail]
        .into_iter()
        .flatten()
        .filter(|mark| can_carry(prompt, *mark) && size_through(prompt, *mark) >= least)
        .collect();
    marks.sort_unstable();
    marks.dedup();
    debug_assert!(marks.len() <= Plan::MAX, "four candidates");
    let size = |mark: Mark| ledger.scaled(&limits.scope, size_through(prompt, mark));
    let read = sure.map(size).unwrap_or_default();
    let top = marks.last().copied().map(size).unwrap_or_default();
    let written = top - read;
    let newest = places().skip(1).find_map(|mark| stored(&mark));
    let miss = sure.is_none().then(|| Miss::of(newest, now)).filter(|_| !marks.is_empty());
    let prediction = Prediction { read, written, plain: whole - read - written, miss };
    Plan { marks, arrays: true, prediction }
}

/// Estimated size of everything up to and with a mark.
pub(super) fn size_through(prompt: &Prompt, mark: Mark) -> Tokens {
    match mark {
        Mark::Instructions => prompt.head().estimate_through_instructions(),
        Mark::Head => prompt.head().estimate(),
        Mark::Item(index) => prompt.estimate_through(index),
    }
}

/// The last item before `end` that has content to carry a marker: an assistant message with only calls has none.
fn last_markable(prompt: &Prompt, end: usize) -> Option<Mark> {
    (0..end).rev().map(Mark::Item).find(|mark| can_carry(prompt, *mark))
}

fn can_carry(prompt: &Prompt, mark: Mark) -> bool {
    match mark {
        Mark::Instructions => prompt.head().has_two_blocks(),
        Mark::Head => prompt.head().blocks().next().is_some(),
        Mark::Item(index) => match prompt.items().get(index) {
            Some(Item::User(_) | Item::Result(_)) => true,
            Some(Item::Assistant(turn)) => !turn.text.is_empty(),
            None => false,
        },
    }
}

#[cfg(test)]
mod tests;
