//! The plan of markers for one request.

use super::Anchors;
use crate::{
    base::Tokens,
    prompt::Prompt,
    protocol::{CacheTerms, Item},
};

/// A place for a marker: the last content part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
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

    /// Whether content is written as arrays of parts: from the first request on wherever markers may be used, so
    /// that the bytes of a message never depend on its marker.
    pub fn uses_arrays(&self) -> bool {
        self.arrays
    }
}

/// What the provider allows for this model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The cache terms, the gate already applied: without `explicit` there are no markers.
    pub terms: CacheTerms,
}

/// Chooses where cache markers go in the next request.
///
/// The candidates are S, the end of the head; A, the highest place that a usage report has proved stored; Q, the
/// tail of a request whose fate is unknown; and t, the tail of this one. A marker exactly on a stored block finds
/// it at distance zero, whatever the look-back distance and however many blocks came since; nested markers cost no
/// more than the highest. Volatile text never stands before t, because the prompt only grows.
///
/// Shape: ascending, none twice, at most [`Plan::MAX`]; empty when t itself is below the minimum, since a marker
/// would only give up the implicit cache.
/// Errors: none; a prompt too short to cache gives an empty plan.
/// Source: `docs/cache.md`, from Qwen Cloud's context cache page.
pub fn plan(prompt: &Prompt, limits: &Limits, anchors: &Anchors) -> Plan {
    if !limits.terms.explicit {
        return Plan::none();
    }
    let least = anchors.least(limits.terms.minimum);
    let end = prompt.items().len();
    let tail = last_markable(prompt, end);
    let mut marks: Vec<Mark> = [Some(Mark::Head), anchors.proved(), anchors.unproved(), tail]
        .into_iter()
        .flatten()
        .filter(|mark| can_carry(prompt, *mark) && size_through(prompt, *mark) >= least)
        .collect();
    marks.sort_unstable();
    marks.dedup();
    debug_assert!(marks.len() <= Plan::MAX, "four candidates");
    Plan { marks, arrays: true }
}

/// Estimated size of everything up to and with a mark.
pub(super) fn size_through(prompt: &Prompt, mark: Mark) -> Tokens {
    match mark {
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
        Mark::Head => prompt.head().blocks().next().is_some(),
        Mark::Item(index) => match prompt.items().get(index) {
            Some(Item::User(_) | Item::Result(_)) => true,
            Some(Item::Assistant(turn)) => !turn.text.is_empty(),
            None => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        base::CallId,
        prompt::Head,
        protocol::{Arguments, Finish, ToolCall, ToolResult, Turn, Usage, UserMessage, Verdict},
    };

    const LIMITS: Limits = Limits {
        terms: CacheTerms {
            explicit: true,
            implicit: true,
            minimum: Tokens(1_024),
            write: 1_250,
            read: 100,
            implicit_read: 200,
        },
    };

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

    fn answered(prompt: &Prompt, anchors: &mut Anchors) -> Plan {
        let plan = plan(prompt, &LIMITS, anchors);
        let input = prompt.estimate();
        let usage =
            Usage { input, created: Some(input - Tokens(6)), cached: Some(Tokens(0)), ..Usage::default() };
        anchors.completed(prompt, &plan, Some(&usage));
        plan
    }

    #[test]
    fn the_first_request_marks_head_and_tail() {
        let prompt = prompt(20_000, vec![said(400)]);
        assert_eq!(plan(&prompt, &LIMITS, &Anchors::default()).marks(), [Mark::Head, Mark::Item(0)]);
    }

    #[test]
    fn a_burst_of_results_keeps_the_proved_anchor_before_it() {
        let mut anchors = Anchors::default();
        answered(&prompt(20_000, vec![said(400)]), &mut anchors);
        let mut items = vec![said(400), calls(0..25)];
        items.extend((0..25).map(|n| result(n, 4_000)));
        let after = plan(&prompt(20_000, items), &LIMITS, &anchors);
        assert_eq!(after.marks(), [Mark::Head, Mark::Item(0), Mark::Item(26)]);
    }

    #[test]
    fn a_cancelled_request_keeps_the_older_anchor_and_tries_its_tail() {
        let mut anchors = Anchors::default();
        answered(&prompt(20_000, vec![said(400)]), &mut anchors);
        let items = vec![said(400), calls(0..1), result(0, 4_000)];
        let cancelled = prompt(20_000, items.clone());
        let marks = plan(&cancelled, &LIMITS, &anchors);
        anchors.failed(&marks);
        let mut items = items;
        items.extend([Item::Assistant(Turn::text("(stopped)")), said(40)]);
        let next = plan(&prompt(20_000, items), &LIMITS, &anchors);
        assert_eq!(next.marks(), [Mark::Head, Mark::Item(0), Mark::Item(2), Mark::Item(4)]);
    }

    #[test]
    fn a_short_prompt_gets_no_marker_and_keeps_the_implicit_cache() {
        assert_eq!(plan(&prompt(2_000, vec![said(400)]), &LIMITS, &Anchors::default()).marks(), []);
    }

    #[test]
    fn a_short_head_lets_the_tail_carry_alone() {
        let prompt = prompt(2_000, vec![said(8_000)]);
        assert_eq!(plan(&prompt, &LIMITS, &Anchors::default()).marks(), [Mark::Item(0)]);
    }

    #[test]
    fn a_model_off_the_list_gets_plain_strings() {
        let off = Limits { terms: CacheTerms { explicit: false, ..LIMITS.terms } };
        assert_eq!(plan(&prompt(20_000, vec![said(400)]), &off, &Anchors::default()), Plan::none());
    }

    #[test]
    fn an_assistant_message_without_text_never_carries_a_marker() {
        let open = prompt(20_000, vec![said(400), calls(0..1), result(0, 40), calls(1..2), result(1, 40)]);
        let Mark::Item(tail) = last_markable(&open, 4).expect("there is one") else { panic!("not the head") };
        assert_eq!(tail, 2);
    }

    proptest! {
        /// Random loops with random fates: the invariants of every plan.
        #[test]
        fn every_plan_keeps_its_shape(
            head in 0_usize..12_000,
            steps in proptest::collection::vec((1_usize..30, 0_usize..3_000, 0_u8..3), 1..12),
        ) {
            let mut anchors = Anchors::default();
            let mut items = vec![said(300)];
            let mut id = 0;
            for (burst, size, fate) in steps {
                let now = prompt(head, items.clone());
                let plan = plan(&now, &LIMITS, &anchors);
                prop_assert!(plan.marks().len() <= Plan::MAX);
                prop_assert!(plan.marks().windows(2).all(|w| w[0] < w[1]));
                for mark in plan.marks() {
                    prop_assert!(size_through(&now, *mark) >= Tokens(1_126));
                    prop_assert!(can_carry(&now, *mark));
                }
                match anchors.proved() {
                    Some(proved) if !plan.marks().is_empty() => prop_assert!(plan.marks().contains(&proved)),
                    _ => {}
                }
                let input = now.estimate();
                let usage = Usage { input, created: Some(input), ..Usage::default() };
                match fate {
                    0 => anchors.failed(&plan),
                    1 => anchors.completed(&now, &plan, None),
                    _ => anchors.completed(&now, &plan, Some(&usage)),
                }
                items.push(calls(id..id + burst));
                items.extend((id..id + burst).map(|n| result(n, size)));
                id += burst;
            }
        }
    }
}
