//! The plan of markers for one request.

use super::{
    Forecast, Ledger, Scope,
    forecast::{break_even, pays_from},
    survey::Survey,
};
use crate::{
    base::Moment,
    prompt::Prompt,
    protocol::{CacheMode, CacheTerms, Item, Prediction},
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
    plain_results: bool,
    prediction: Prediction,
    pub(super) forecast: Forecast,
}

impl Plan {
    /// The provider's limit; with more, only the last four count. Source: Qwen Cloud's context cache page.
    pub const MAX: usize = 4;

    /// No markers; content as plain strings.
    pub fn none() -> Self {
        Self::default()
    }

    /// No markers, for requests that are cached in another way.
    pub(super) fn without_marks(prediction: Prediction, forecast: Forecast) -> Self {
        Self { prediction, forecast, ..Self::none() }
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

    /// Whether tool results are plain strings all the same, for a server that refuses parts there.
    pub fn has_plain_results(&self) -> bool {
        self.plain_results
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
/// The cost of a request is r·H + w·(T(t) − H) + the rest, where H is the longest stored prefix that a marker finds
/// and t the last marker; r < w, so more H is always cheaper, and a marker exactly on a stored block finds it at
/// distance zero, whatever the look-back and however many blocks came since. From this the order in which places are
/// taken while there are slots, dearest loss first:
///
/// 1. **A**, the highest place that is surely stored. Without it (w − r)·T(A) may be lost in this very request.
/// 2. **t**, the tail, when the next request is likely enough. Without it the next request loses (w − r)·(T(t) − H).
/// 3. **Q**, the highest place above A that may be stored, by a request whose fate is unknown. It gains
///    (w − r)·(T(Q) − T(A)) if it was.
/// 4. **S**, the end of the head. A hit on A does not refresh it, so it lapses; marked below t it is made anew at no
///    price, since nested blocks are billed as the highest. It is read after a compaction and by the next session.
/// 5. **I**, the end of the instructions, while nothing above it is surely stored: the next repository reads it.
/// 6. **B**, of the last four places where the person spoke the one that lapses first: a rewind reads it.
///
/// A, t, Q and S are at most four, so nothing that is paid for competes with what is only insurance.
///
/// Shape: ascending, none twice, at most [`Plan::MAX`]; empty when t itself is below the minimum, since a marker
/// would only give up the implicit cache, and when markers are not worth their price ([`Forecast`]).
/// Errors: none; a prompt too short to cache gives an empty plan.
/// Source: `docs/cache.md`, from Qwen Cloud's context cache page; the model is `docs/sources.md`, wire 3.3 and 3.6.
pub fn plan(prompt: &Prompt, limits: &Limits, ledger: &Ledger, forecast: Forecast, now: Moment) -> Plan {
    let survey = Survey::new(prompt, limits, ledger);
    if !limits.terms.explicit {
        let prediction = Prediction { plain: survey.whole(), ..Prediction::default() };
        return Plan::without_marks(prediction, forecast);
    }
    let planner = Planner { survey, limits, ledger, forecast, now };
    let marks = planner.marks();
    let prediction = planner.prediction(&marks);
    let arrays = ledger.trust(&limits.scope).allows_parts(now);
    Plan { marks, arrays, plain_results: !planner.survey.results, prediction, forecast }
}

struct Planner<'a> {
    survey: Survey<'a>,
    limits: &'a Limits,
    ledger: &'a Ledger,
    forecast: Forecast,
    now: Moment,
}

impl Planner<'_> {
    fn marks(&self) -> Vec<Mark> {
        let trust = self.ledger.trust(&self.limits.scope);
        let tail = self.survey.tail();
        let fits = tail.is_some_and(|tail| self.survey.can_mark(tail)) || self.survey.can_mark(Mark::Head);
        let perhaps = self.survey.perhaps(self.now);
        if !fits || !trust.allows_markers(self.now) || (perhaps.is_none() && self.is_cheaper_implicit()) {
            return Vec::new();
        }
        let sure = self.survey.sure(self.now);
        let (head, tail) = self.worth(perhaps, tail);
        let mut chosen = Chosen { survey: &self.survey, marks: Vec::new() };
        if trust.is_plain() {
            chosen.take([tail, head]);
        } else if self.ledger.bills_each(&self.limits.scope, self.now) {
            // What lies below the hit is free under every reading; above it only one marker is paid for.
            let top = if perhaps.is_none() && self.is_better_head(tail) { head } else { tail.or(head) };
            let is_free = |mark: &Mark| sure.is_some_and(|sure| *mark <= sure);
            let instructions = Some(Mark::Instructions).filter(|mark| !self.is_sure(*mark));
            chosen.take([sure, top, head.filter(is_free), instructions.filter(is_free)]);
            chosen.take([self.turn_boundary(&chosen.marks).filter(is_free)]);
        } else {
            // The instructions only while a new head is written anyway; later a rewind is likelier than another
            // repository.
            let is_cold = sure.is_none_or(|mark| mark < Mark::Head);
            let instructions = is_cold.then_some(Mark::Instructions);
            chosen.take([sure, tail, perhaps, head, instructions]);
            chosen.take([self.turn_boundary(&chosen.marks)]);
        }
        // Boundaries and instructions ride along; alone they are worth nothing.
        let is_alone = ![sure, tail, perhaps, head].iter().flatten().any(|m| chosen.marks.contains(m));
        if is_alone { Vec::new() } else { chosen.ascending() }
    }

    /// Whether a cold conversation of this length costs less with the implicit cache.
    fn is_cheaper_implicit(&self) -> bool {
        let rate = self.ledger.implicit_rate(&self.limits.scope);
        self.limits.terms.implicit && u64::from(self.forecast.further) <= pays_from(&self.limits.terms, rate)
    }

    /// Head and tail, each if it is read again often enough. A head below what is stored, or below the tail, costs
    /// nothing to mark.
    fn worth(&self, stored: Option<Mark>, tail: Option<Mark>) -> (Option<Mark>, Option<Mark>) {
        let pays = break_even(&self.limits.terms);
        let tail = tail.filter(|_| self.forecast.tail >= pays);
        let is_below = tail.is_some() || stored.is_some_and(|mark| mark >= Mark::Head);
        let head = is_below || self.forecast.head >= pays;
        (head.then_some(Mark::Head), tail)
    }

    /// Whether, of a cold prompt of which only one place can be marked, it had better be the head: others may read
    /// it, and the few tokens above it are then paid once plain and once written.
    fn is_better_head(&self, tail: Option<Mark>) -> bool {
        let Some(tail) = tail else { return true };
        let terms = &self.limits.terms;
        let (head, above) =
            (self.survey.size(Mark::Head), self.survey.size(tail) - self.survey.size(Mark::Head));
        let gain = u64::from(terms.write.saturating_sub(terms.read)) * u64::from(self.forecast.others);
        let loss = u64::from(1_000_u32.saturating_sub(terms.read)) * u64::from(self.forecast.tail);
        self.survey.can_mark(Mark::Head) && head.0.saturating_mul(gain) > above.0.saturating_mul(loss)
    }

    fn is_sure(&self, mark: Mark) -> bool {
        self.survey.block(mark).is_some_and(|block| block.is_sure(self.now))
    }

    /// Of the last four places before the person spoke again the one that lapses first. Those that are marked
    /// anyway do not count.
    fn turn_boundary(&self, marks: &[Mark]) -> Option<Mark> {
        /// How far back people rewind. Source: `docs/sources.md`, wire 3.6.
        const BACK: usize = 4;
        let items = self.survey.prompt.items();
        let spoke = (1..items.len()).rev().filter(|at| matches!(items[*at], Item::User(_)));
        let boundaries = spoke.filter_map(|at| self.survey.boundary(at)).take(BACK);
        let lapses = |mark: &Mark| self.survey.block(*mark).map_or(Moment(0), |block| block.sure);
        // Above the highest marker it would be paid for.
        let rides = |mark: &Mark| !marks.contains(mark) && marks.iter().any(|top| top > mark);
        boundaries.filter(rides).min_by_key(lapses)
    }

    /// What will be read and written, if the provider keeps its rules in their strictest reading.
    fn prediction(&self, marks: &[Mark]) -> Prediction {
        let whole = self.survey.whole();
        let internal = self.ledger.internal(&self.limits.scope);
        let Some(top) = marks.last().copied() else {
            return Prediction { plain: whole + internal, ..Prediction::default() };
        };
        // What is not marked may be found by looking back, but that depends on how the provider counts.
        let sure = marks.iter().rev().find(|mark| self.is_sure(**mark)).copied();
        let read = sure.map(|mark| self.survey.size(mark)).unwrap_or_default();
        let reach = self.survey.size(top).max(read);
        let written = if self.ledger.bills_each(&self.limits.scope, self.now) {
            marks.iter().map(|mark| self.survey.size(*mark) - read).sum()
        } else {
            reach - read
        };
        let plain = whole - reach + internal;
        let miss = self.ledger.foreseen(&self.survey, self.limits, self.now);
        Prediction { read, written, plain, miss }
    }
}

/// Marks that were taken so far.
struct Chosen<'a> {
    survey: &'a Survey<'a>,
    marks: Vec<Mark>,
}

impl Chosen<'_> {
    /// Takes those that can be marked, while there are slots.
    fn take<const N: usize>(&mut self, candidates: [Option<Mark>; N]) {
        for mark in candidates.into_iter().flatten() {
            let is_new = !self.marks.contains(&mark) && self.survey.can_mark(mark);
            if is_new && self.marks.len() < Plan::MAX {
                self.marks.push(mark);
            }
        }
    }

    fn ascending(mut self) -> Vec<Mark> {
        self.marks.sort_unstable();
        self.marks
    }
}

#[cfg(test)]
mod tests;
