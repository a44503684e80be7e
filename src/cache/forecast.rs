//! How likely another request is, and when that is worth a marker.
//!
//! The rule looks at the kind of run, its depth and how such runs went on before; never at the words of a prompt.

use super::{Ledger, Scope, history::DEPTHS};
use crate::protocol::CacheTerms;

/// What is known of a run when a request is planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts that do not exclude each other")]
pub struct Situation {
    /// Whether a person is there who may say more.
    pub is_interactive: bool,
    /// Whether tools are offered.
    pub offers_tools: bool,
    /// How many requests of this session were answered.
    pub answered: u32,
    /// Whether this is the last request the limits of the run allow.
    pub is_last: bool,
    /// Whether nothing is ever appended to this prompt: a summary, a title. The conversation before it goes on.
    pub is_aside: bool,
}

/// How likely what is stored now is read again while it lives.
///
/// *Unit:* thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// That the whole prompt is read again, by the next request of this conversation.
    pub tail: u32,
    /// That the head is read again, by this conversation or another.
    pub head: u32,
    /// That another conversation reads the head.
    pub others: u32,
    /// How many further requests are expected to read at least the head, each in time for the one before.
    pub further: u32,
    /// What the forecast was made from; what comes of it is remembered under that.
    pub situation: Situation,
}

/// The chance that a run at its limit is taken up again in time. *Unit:* thousandths.
const TAKEN_UP: u64 = 50;
/// No more requests than this are hoped for. *Unit:* thousandths.
const HOPE: u64 = 30_000;

/// Forecasts from what is known of the run and from how such runs went on before.
///
/// Source: `docs/cache.md`, the forecast.
pub fn forecast(situation: Situation, ledger: &Ledger, scope: &Scope) -> Forecast {
    let chance = |depth: usize| ledger.next(scope, situation, depth);
    let depth = situation.answered as usize;
    let next = if situation.is_last { TAKEN_UP } else { chance(depth) };
    let others = ledger.meets(scope, situation);
    let heirs = others * 1_000 / (1_000 - others.min(990));
    let further = (further(next, depth, chance) + heirs).min(HOPE);
    let head = 1_000 - (1_000 - next.min(1_000)) * (1_000 - others.min(1_000)) / 1_000;
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    Forecast {
        tail: if situation.is_aside { 0 } else { narrow(next) },
        head: narrow(head),
        others: narrow(others),
        further: narrow(further),
        situation,
    }
}

/// The expected number of requests after this one: the sum of the chances that each is reached.
fn further(next: u64, depth: usize, chance: impl Fn(usize) -> u64) -> u64 {
    let (mut reached, mut sum) = (next, next);
    for at in depth + 1..DEPTHS.max(depth + 1) {
        reached = reached * chance(at) / 1_000;
        sum += reached;
    }
    // Beyond the last depth that is told apart every further one is as likely as the last.
    let last = chance(DEPTHS).min(990);
    sum + reached * last / (1_000 - last)
}

/// The break-even of writing: what costs `write` now pays when it is read at `read` instead of written again with at
/// least this probability. *Unit:* thousandths. Source: `docs/sources.md`, wire 3.7: (w − 1) / (w − r).
pub(super) fn break_even(terms: &CacheTerms) -> u32 {
    let gain = u64::from(terms.write.saturating_sub(terms.read)).max(1);
    let price = u64::from(terms.write.saturating_sub(1_000));
    u32::try_from(price * 1_000 / gain).unwrap_or(u32::MAX)
}

/// How many further requests a run must have so that markers cost less than the implicit cache, which reads with
/// this rate. *Unit:* thousandths, both. Source: `docs/sources.md`, wire 3.7: k > (w − 1) / (1 − (1 − ρ)h − r).
pub(super) fn pays_from(terms: &CacheTerms, rate: u64) -> u64 {
    let saved = u64::from(1_000_u32.saturating_sub(terms.implicit_read)) * rate / 1_000;
    let implicit = 1_000 - saved.min(1_000);
    let gain = implicit.saturating_sub(u64::from(terms.read));
    let price = u64::from(terms.write.saturating_sub(1_000));
    match gain {
        // The implicit cache reads as cheaply: markers never pay.
        0 => u64::MAX,
        gain => price * 1_000 / gain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_break_evens_are_those_of_the_published_prices() {
        let terms = CacheTerms::default();
        assert_eq!(break_even(&terms), 217);
        // h = 1, .95, .9, .8, .5, 0 of wire 3.7.
        let from: Vec<u64> = [1_000, 950, 900, 800, 500, 0].map(|h| pays_from(&terms, h)).to_vec();
        assert_eq!(from, [2_500, 1_785, 1_388, 961, 500, 277]);
        // A model that writes at the plain price always pays; one whose implicit reads are as cheap never does.
        let free = CacheTerms { write: 1_000, ..terms };
        assert_eq!((break_even(&free), pays_from(&free, 800)), (0, 0));
        let same = CacheTerms { implicit_read: 100, ..terms };
        assert_eq!(pays_from(&same, 1_000), u64::MAX);
    }
}
