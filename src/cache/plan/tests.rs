//! What is marked in which situation, and what every plan has in common.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    base::{Account, CallId, Tokens},
    cache::Situation,
    cache::survey::{can_carry, last_markable, size_through},
    prompt::{Head, Heard},
    protocol::{Arguments, Finish, ToolCall, ToolResult, Turn, Usage, UserMessage, Verdict},
};

const LIKELY: Forecast = Forecast {
    tail: 900,
    head: 900,
    others: 100,
    further: 9_000,
    situation: Situation {
        is_interactive: true,
        offers_tools: true,
        answered: 0,
        is_last: false,
        is_aside: false,
    },
};

fn limits() -> Limits {
    let scope = Scope { account: Account::new("a"), model: "m".into() };
    Limits { scope, terms: CacheTerms { explicit: true, implicit: true, ..CacheTerms::default() } }
}

/// A plan at the first second, as if another request were sure to come.
fn planned(prompt: &Prompt, ledger: &Ledger) -> Plan {
    plan(prompt, &limits(), ledger, LIKELY, Moment(1_000))
}

fn prompt(head_letters: usize, items: Vec<Item>) -> Prompt {
    let head = Head::new(Vec::new(), "a".repeat(head_letters), String::new());
    Prompt::restore(Arc::new(head), items).expect("a conversation")
}

fn said(letters: usize) -> Item {
    Item::User(UserMessage::words("b".repeat(letters)))
}

fn calls(ids: std::ops::Range<usize>) -> Item {
    let calls = ids.map(|n| ToolCall {
        id: CallId::new(format!("call_{n}")),
        name: "read_file".into(),
        arguments: Arguments::parse("{}"),
        extra: None,
    });
    Item::Assistant(Turn { calls: calls.collect(), finish: Finish::Calls, ..Turn::text("") })
}

fn result(n: usize, letters: usize) -> Item {
    Item::Result(ToolResult {
        call: CallId::new(format!("call_{n}")),
        name: "read_file".into(),
        text: "c".repeat(letters),
        verdict: Verdict::Done,
    })
}

/// The prompt after a turn with these calls and a result of this size for each.
fn worked(prompt: Prompt, ids: std::ops::Range<usize>, letters: usize) -> Prompt {
    let Item::Assistant(turn) = calls(ids.clone()) else { panic!("calls are an answer") };
    let Heard::Open(mut round) = prompt.hear(turn) else { panic!("calls open a round") };
    for n in ids {
        let Item::Result(result) = result(n, letters) else { panic!("it is a result") };
        round.answer(result);
    }
    round.close().expect("all are answered")
}

fn answered(prompt: &Prompt, ledger: &mut Ledger) {
    let plan = planned(prompt, ledger);
    let input = prompt.estimate();
    let usage =
        Usage { input, created: Some(input - Tokens(6)), cached: Some(Tokens(0)), ..Usage::default() };
    ledger.completed(prompt, &limits(), &plan, Some(&usage), (Moment(1_000), Moment(1_000)));
}

#[test]
fn the_first_request_marks_head_and_tail() {
    let prompt = prompt(20_000, vec![said(400)]);
    assert_eq!(planned(&prompt, &Ledger::default()).marks(), [Mark::Head, Mark::Item(0)]);
}

#[test]
fn a_burst_of_results_keeps_the_proved_anchor_before_it() {
    let mut ledger = Ledger::default();
    answered(&prompt(20_000, vec![said(400)]), &mut ledger);
    let mut items = vec![said(400), calls(0..25)];
    items.extend((0..25).map(|n| result(n, 4_000)));
    let after = planned(&prompt(20_000, items), &ledger);
    assert_eq!(after.marks(), [Mark::Head, Mark::Item(0), Mark::Item(26)]);
}

#[test]
fn a_cancelled_request_keeps_the_older_anchor_and_tries_its_tail() {
    let mut ledger = Ledger::default();
    answered(&prompt(20_000, vec![said(400)]), &mut ledger);
    let items = vec![said(400), calls(0..1), result(0, 4_000)];
    let cancelled = prompt(20_000, items.clone());
    let marks = planned(&cancelled, &ledger);
    ledger.failed(&cancelled, &limits(), &marks, Moment(1_000));
    let mut items = items;
    items.extend([Item::Assistant(Turn::text("(stopped)")), said(40)]);
    let next = planned(&prompt(20_000, items), &ledger);
    assert_eq!(next.marks(), [Mark::Head, Mark::Item(0), Mark::Item(2), Mark::Item(4)]);
}

#[test]
fn a_short_prompt_gets_no_marker_and_keeps_the_implicit_cache() {
    assert_eq!(planned(&prompt(2_000, vec![said(400)]), &Ledger::default()).marks(), []);
}

#[test]
fn a_short_head_lets_the_tail_carry_alone() {
    let prompt = prompt(2_000, vec![said(8_000)]);
    assert_eq!(planned(&prompt, &Ledger::default()).marks(), [Mark::Item(0)]);
}

#[test]
fn a_model_off_the_list_gets_plain_strings() {
    let off = Limits { terms: CacheTerms::default(), ..limits() };
    let plan = plan(&prompt(20_000, vec![said(400)]), &off, &Ledger::default(), LIKELY, Moment(1_000));
    assert_eq!((plan.marks(), plan.uses_arrays()), (&[][..], false));
}

#[test]
fn an_assistant_message_without_text_never_carries_a_marker() {
    let open = prompt(20_000, vec![said(400), calls(0..1), result(0, 40), calls(1..2), result(1, 40)]);
    let Mark::Item(tail) = last_markable(&open, 4, true).expect("there is one") else {
        panic!("not the head")
    };
    assert_eq!(tail, 2);
}

proptest! {
    /// Random loops with random fates: the invariants of every plan.
    #[test]
    fn every_plan_keeps_its_shape(
        head in 0_usize..12_000,
        steps in proptest::collection::vec((1_usize..30, 0_usize..600, 0_u8..3), 1..12),
    ) {
        let mut ledger = Ledger::default();
        // Grown as a session grows it, so that every item is hashed once.
        let mut now = prompt(head, vec![said(300)]);
        let mut id = 0;
        for (burst, size, fate) in steps {
            let plan = planned(&now, &ledger);
            prop_assert!(plan.marks().len() <= Plan::MAX);
            prop_assert!(plan.marks().windows(2).all(|w| w[0] < w[1]));
            for mark in plan.marks() {
                prop_assert!(size_through(&now, *mark) >= Tokens(1_126));
                prop_assert!(can_carry(&now, *mark, true));
            }
            let input = now.estimate();
            let usage = Usage { input, created: Some(input), ..Usage::default() };
            match fate {
                0 => ledger.failed(&now, &limits(), &plan, Moment(1_000)),
                1 => drop(ledger.completed(&now, &limits(), &plan, None, (Moment(1_000), Moment(1_000)))),
                _ => drop(ledger.completed(&now, &limits(), &plan, Some(&usage), (Moment(1_000), Moment(1_000)))),
            }
            now = worked(now, id..id + burst, size);
            id += burst;
        }
    }
}
