//! What is concluded from a transcript.

use super::explain::{Explained, Finding, Outcome};
use crate::{
    base::{Moment, SessionId, Tokens},
    protocol::{self, CacheMode, CacheReport, Charge, Counted, Miss, Prediction, Usage},
    session::{Bill, Billed, Meta, Spent},
};

/// Expected read and written, reported read and written, the mode.
type Did = ((u64, u64), (u64, u64), CacheMode);

fn billed((expected, reported, mode): Did) -> Billed {
    let usage = Usage {
        input: Tokens(reported.0 + reported.1 + 3_000),
        cached: Some(Tokens(reported.0)),
        created: Some(Tokens(reported.1)),
        output: Tokens(10),
        reasoning: None,
    };
    let predicted =
        Prediction { read: Tokens(expected.0), written: Tokens(expected.1), ..Prediction::default() };
    let spent = Spent {
        request: 1,
        model: "m".into(),
        usage: Some(usage),
        charge: Some(Charge { units: 1_000, units_uncached: 2_000, ..Charge::nothing() }),
        cache: Some(CacheReport { mode, predicted, ..CacheReport::default() }),
        is_ping: false,
        at: Moment(5),
    };
    Billed { run: 1, is_summary: false, spent }
}

fn explained(requests: Vec<Billed>) -> Explained {
    let meta = Meta::new(SessionId::new("s"), "/r", "m", Moment(0));
    Explained::of(Bill { meta, requests, unread: 0 })
}

#[test]
fn what_falls_short_by_a_tenth_is_told_and_what_is_better_is_not() {
    let read =
        |read| explained(vec![billed(((1_000, 0), (read, 10), CacheMode::Explicit))]).requests[0].outcome;
    assert_eq!(read(1_200), Outcome::AsExpected);
    assert_eq!(read(900), Outcome::AsExpected);
    assert_eq!(read(899), Outcome::LessRead(Tokens(101)));
}

#[test]
fn what_was_not_reported_or_not_kept_is_no_miss() {
    let mut silent = billed(((1_000, 0), (0, 0), CacheMode::Implicit));
    if let Some(usage) = &mut silent.spent.usage {
        (usage.cached, usage.created) = (None, None);
    }
    let mut old = silent.clone();
    old.spent.cache = None;
    let mut told = billed(((0, 0), (0, 10), CacheMode::Explicit));
    if let Some(cache) = &mut told.spent.cache {
        cache.miss = Some(Miss::Racing);
    }
    let outcomes: Vec<_> = explained(vec![silent, old, told]).requests.iter().map(|r| r.outcome).collect();
    assert_eq!(outcomes, [Outcome::NotReported, Outcome::NotKept, Outcome::Missed(Miss::Racing)]);
}

#[test]
fn the_server_is_found_out() {
    use CacheMode::{Explicit, Implicit};
    let findings = |all: &[Did]| explained(all.iter().copied().map(billed).collect()).findings;
    let fine = ((0, 900), (0, 1_400), Explicit);
    assert_eq!(findings(&[fine, ((1_400, 300), (1_400, 310), Explicit)]), []);
    let silent = ((0, 1_366), (0, 0), Explicit);
    assert_eq!(findings(&[silent, silent]), [Finding::NothingWritten { request: 1 }], "once is enough");
    assert_eq!(findings(&[((0, 1_365), (0, 0), Explicit)]), [], "it may be below what is stored at all");
    assert_eq!(findings(&[((0, 2_000), (2_000, 0), Explicit)]), [], "another process had stored it");
    let bare = ((0, 0), (0, 0), Implicit);
    assert_eq!(findings(&[fine, bare, bare]), [Finding::MarkersStopped { request: 2 }]);
}

#[test]
fn what_was_noted_at_the_time_is_told_once_and_before_what_is_concluded_later() {
    let mut noted = billed(((0, 2_000), (0, 0), CacheMode::Explicit));
    if let Some(cache) = &mut noted.spent.cache {
        cache.finding = Some(protocol::Finding::Ignored);
    }
    let findings = explained(vec![noted.clone(), noted]).findings;
    assert_eq!(findings, [Finding::Noted { request: 1, finding: protocol::Finding::Ignored }]);
}

#[test]
fn a_server_that_reads_what_it_never_wrote_caches_by_itself() {
    use CacheMode::Explicit;
    let findings = |all: &[Did]| explained(all.iter().copied().map(billed).collect()).findings;
    let silent = ((0, 2_000), (0, 0), Explicit);
    assert_eq!(findings(&[silent, ((0, 2_100), (2_000, 0), Explicit)]), [Finding::ByItself { request: 1 }]);
    let late = ((2_000, 100), (2_000, 100), Explicit);
    assert_eq!(findings(&[silent, late]), [Finding::NothingWritten { request: 1 }], "it does write");
}

#[test]
fn a_refusal_stands_for_the_markers_that_are_missing_after_it() {
    let fine = billed(((0, 900), (0, 1_400), CacheMode::Explicit));
    let mut refused = billed(((0, 0), (0, 0), CacheMode::Implicit));
    if let Some(cache) = &mut refused.spent.cache {
        cache.finding = Some(protocol::Finding::Refused);
    }
    let bare = billed(((0, 0), (0, 0), CacheMode::Implicit));
    let noted = Finding::Noted { request: 2, finding: protocol::Finding::Refused };
    assert_eq!(explained(vec![fine, refused, bare]).findings, [noted]);
}

#[test]
fn counts_in_another_form_and_pings_have_their_names() {
    let mut ping = billed(((2_000, 0), (2_000, 0), CacheMode::Explicit));
    ping.spent.is_ping = true;
    if let Some(cache) = &mut ping.spent.cache {
        cache.counted = Counted::Nested;
    }
    let all = explained(vec![ping.clone(), ping]);
    assert_eq!(all.findings, [Finding::Told { request: 1, counted: Counted::Nested }], "once");
    assert_eq!(all.requests[0].purpose(), "keep_warm");
    let text = super::explain_text::page(&all);
    assert!(text.contains("  kept warm\n"), "{text}");
    assert_eq!(super::explain_json::page(&all)["requests"][0]["purpose"], "keep_warm");
}

#[test]
fn sums_run_along() {
    let did = ((0, 0), (100, 200), CacheMode::Explicit);
    let all = explained(vec![billed(did), billed(did)]);
    let units: Vec<_> =
        all.requests.iter().map(|r| (r.so_far.charge.units, r.so_far.usage.input.0)).collect();
    assert_eq!(units, [(1_000, 3_300), (2_000, 6_600)]);
    assert_eq!(all.requests[0].difference(), Some((100, 200)));
}
