//! A prompt as the ledger sees it: which of its places are stored, and how large each of them is.

use super::{Ledger, Limits, Mark, store::Block, store::Store};
use crate::{
    base::{Moment, Tokens},
    prompt::{Prefix, Prompt},
    protocol::Item,
};

/// What is known of the places of one prompt. Made in one pass over them.
pub(super) struct Survey<'a> {
    pub(super) prompt: &'a Prompt,
    store: Option<&'a Store>,
    /// Places with an entry in the ledger, ascending.
    pub(super) known: Vec<(Mark, Block)>,
    /// Places whose size was reported, ascending.
    measured: Vec<(Mark, Tokens)>,
    /// Whether a tool's result can carry a marker.
    pub(super) results: bool,
    /// The smallest estimate of which a marker is sure to be worth its slot.
    pub(super) least: Tokens,
}

impl<'a> Survey<'a> {
    pub(super) fn new(prompt: &'a Prompt, limits: &Limits, ledger: &'a Ledger) -> Self {
        let store = ledger.store(&limits.scope);
        let known: Vec<(Mark, Block)> = match store.filter(|store| !store.blocks.is_empty()) {
            Some(store) => places(prompt)
                .filter_map(|mark| Some((mark, *store.blocks.get(&mark.prefix(prompt))?)))
                .collect(),
            None => Vec::new(),
        };
        let measured = known.iter().filter_map(|(mark, block)| Some((*mark, block.size?))).collect();
        let least = ledger.least(&limits.scope, limits.terms.minimum);
        let results = store.is_none_or(|store| store.trust.marks_results());
        Self { prompt, store, known, measured, results, least }
    }

    /// Real tokens up to and with a place: as reported, or from the nearest report below it by estimate.
    pub(super) fn size(&self, mark: Mark) -> Tokens {
        let estimate = size_through(self.prompt, mark);
        let scaled = |estimate| self.store.map_or(estimate, |store| store.scaled(estimate));
        let below = self.measured.partition_point(|(at, _)| *at <= mark);
        match below.checked_sub(1).map(|at| self.measured[at]) {
            Some((at, size)) if at == mark => size,
            Some((at, size)) => size + scaled(estimate - size_through(self.prompt, at)),
            None => scaled(estimate),
        }
    }

    fn is_measured(&self, mark: Mark) -> bool {
        self.measured.binary_search_by_key(&mark, |(at, _)| *at).is_ok()
    }

    /// Whether a report of so many tokens read may mean this place: one whose size was reported is known to the
    /// token, any other within a tenth.
    pub(super) fn is_size_of(&self, mark: Mark, read: Tokens) -> bool {
        let size = self.size(mark);
        if self.is_measured(mark) { size.0.abs_diff(read.0) <= 2 } else { is_about(size, read) }
    }

    /// Real tokens of the whole prompt, without what the service adds.
    pub(super) fn whole(&self) -> Tokens {
        self.size(last_place(self.prompt))
    }

    /// The highest place that is surely stored at `now`.
    pub(super) fn sure(&self, now: Moment) -> Option<Mark> {
        self.known.iter().rev().find(|(_, block)| block.is_sure(now)).map(|(mark, _)| *mark)
    }

    /// The highest place that may be stored at `now`.
    pub(super) fn perhaps(&self, now: Moment) -> Option<Mark> {
        let lives = |(_, block): &&(Mark, Block)| block.is_sure(now) || block.may_live(now);
        self.known.iter().rev().find(lives).map(|(mark, _)| *mark)
    }

    /// What is known of one place.
    pub(super) fn block(&self, mark: Mark) -> Option<&Block> {
        let at = self.known.binary_search_by_key(&mark, |(mark, _)| *mark).ok()?;
        Some(&self.known[at].1)
    }

    /// Whether a marker there has a place to stand and is worth it.
    pub(super) fn can_mark(&self, mark: Mark) -> bool {
        can_carry(self.prompt, mark, self.results) && size_through(self.prompt, mark) >= self.least
    }

    /// The last place of the request before this one, if this conversation had one; otherwise the end of the head.
    /// All of it could be read.
    pub(super) fn expected(&self) -> Mark {
        self.boundary(self.prompt.items().len()).unwrap_or(Mark::Head)
    }

    /// The last place that can carry a marker.
    pub(super) fn tail(&self) -> Option<Mark> {
        last_markable(self.prompt, self.prompt.items().len(), self.results)
    }

    /// Where the marker of the last request before item `end` stood: the last place before the last answer there.
    pub(super) fn boundary(&self, end: usize) -> Option<Mark> {
        let is_answer = |at: &usize| matches!(self.prompt.items().get(*at), Some(Item::Assistant(_)));
        let answer = (0..end).rev().find(is_answer)?;
        last_markable(self.prompt, answer, self.results)
    }
}

/// Whether two counts of the same thing, one of them an estimate, may be equal.
pub(super) fn is_about(a: Tokens, b: Tokens) -> bool {
    a.0.abs_diff(b.0).saturating_mul(10) <= a.0.max(b.0)
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

/// All places of a prompt, ascending.
fn places(prompt: &Prompt) -> impl Iterator<Item = Mark> {
    let instructions = prompt.head().has_two_blocks().then_some(Mark::Instructions);
    instructions.into_iter().chain([Mark::Head]).chain((0..prompt.items().len()).map(Mark::Item))
}

fn last_place(prompt: &Prompt) -> Mark {
    prompt.items().len().checked_sub(1).map_or(Mark::Head, Mark::Item)
}

/// Estimated size of everything up to and with a mark.
pub(super) fn size_through(prompt: &Prompt, mark: Mark) -> Tokens {
    match mark {
        Mark::Instructions => prompt.head().estimate_through_instructions(),
        Mark::Head => prompt.head().estimate(),
        Mark::Item(index) => prompt.estimate_through(index),
    }
}

/// The last item before `end` that has content to carry a marker: an assistant message with only calls has none, and
/// a tool's result unless the server takes parts there.
pub(super) fn last_markable(prompt: &Prompt, end: usize, results: bool) -> Option<Mark> {
    (0..end).rev().map(Mark::Item).find(|mark| can_carry(prompt, *mark, results))
}

pub(super) fn can_carry(prompt: &Prompt, mark: Mark, results: bool) -> bool {
    match mark {
        Mark::Instructions => prompt.head().has_two_blocks(),
        Mark::Head => prompt.head().blocks().next().is_some(),
        Mark::Item(index) => match prompt.items().get(index) {
            Some(Item::User(message)) => message.parts().any(|part| !part.is_empty()),
            Some(Item::Result(result)) => results && !result.text.is_empty(),
            // Its calls stand behind its text, so a marker on the text ends before the item does: only where the results
            // can carry none is that better than nothing.
            Some(Item::Assistant(turn)) => !turn.text.is_empty() && (turn.calls.is_empty() || !results),
            None => false,
        },
    }
}
