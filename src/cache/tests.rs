//! Stories of the ledger: what it believes, why something was missed, and what it finds out about a provider.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    base::{Account, Moment, Tokens},
    prompt::{Head, Prompt, Then, ToolSpec},
    protocol::{CacheMode, CacheReport, CacheTerms, Finding, Item, Miss, Part, Turn, Usage, UserMessage},
};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;
/// Tools, instructions and repository of the head the stories are told with.
const PARTS: [&str; 3] = ["tools", "instructions", "repository"];

fn head(parts: [&str; 3]) -> Arc<Head> {
    let [tools, instructions, repository] = parts.map(|part| part.repeat(800));
    let parameters = serde_json::json!({"type": "object"});
    let tool = ToolSpec { name: "glob".into(), description: tools, parameters };
    Arc::new(Head::new(vec![tool], instructions, repository))
}

/// A conversation in which the person spoke so often.
fn talk(head: &Arc<Head>, turns: usize) -> Prompt {
    let said = |turn: usize| UserMessage::words(format!("{turn} ").repeat(300));
    let mut items = vec![Item::User(said(0))];
    for turn in 1..turns {
        items.extend([Item::Assistant(Turn::text("Done.")), Item::User(said(turn))]);
    }
    Prompt::restore(head.clone(), items).expect("a conversation")
}

/// A client and a provider that keeps its rules unless it is told otherwise.
struct Story {
    ledger: Ledger,
    limits: Limits,
    situation: Situation,
    now: Moment,
}

impl Story {
    fn new() -> Self {
        let scope = Scope { account: Account::new("a"), model: "m".into() };
        let terms = CacheTerms { explicit: true, implicit: true, ..CacheTerms::default() };
        let situation = Situation { is_interactive: true, offers_tools: true, ..Situation::default() };
        let now = Moment(1_000_000 * SECOND);
        Self { ledger: Ledger::default(), limits: Limits { scope, terms }, situation, now }
    }

    fn without_implicit(mut self) -> Self {
        self.limits.terms.implicit = false;
        self
    }

    fn script(mut self) -> Self {
        self.situation.is_interactive = false;
        self
    }

    fn wait(&mut self, seconds: u64) {
        self.now = Moment(self.now.0 + seconds * SECOND);
    }

    fn plan(&self, prompt: &Prompt) -> Plan {
        let forecast = forecast(self.situation, &self.ledger, &self.limits.scope);
        plan(prompt, &self.limits, &self.ledger, forecast, self.now)
    }

    /// Asks; the answer comes after five seconds and reports this.
    fn told(&mut self, prompt: &Prompt, usage: Option<Usage>) -> CacheReport {
        let plan = self.plan(prompt);
        self.ledger.sent(prompt, &self.limits, &plan, self.now);
        let sent = self.now;
        self.wait(5);
        self.ledger.completed(prompt, &self.limits, &plan, usage.as_ref(), (sent, self.now))
    }

    /// Asks, and is billed as predicted.
    fn ask(&mut self, prompt: &Prompt) -> CacheReport {
        let predicted = self.plan(prompt).prediction();
        self.told(prompt, Some(usage(predicted.read.0, predicted.written.0, predicted.plain.0)))
    }

    fn warm(&self, prompt: &Prompt) -> Option<Moment> {
        self.ledger.warm_until(&self.limits.scope, prompt.head().prefix(), self.now)
    }

    fn miss(&self, prompt: &Prompt) -> Option<Miss> {
        self.plan(prompt).prediction().miss
    }
}

fn usage(cached: u64, created: u64, plain: u64) -> Usage {
    Usage {
        input: Tokens(cached + created + plain),
        cached: Some(Tokens(cached)),
        created: Some(Tokens(created)),
        ..Usage::default()
    }
}

#[test]
fn a_first_request_writes_and_the_next_reads_it_to_the_token() {
    let (mut story, head) = (Story::new(), head(PARTS));
    let first = story.told(&talk(&head, 1), Some(usage(0, 7_003, 7)));
    assert_eq!(
        (first.mode, first.miss, first.stored),
        (CacheMode::Explicit, Some(Miss::First), Tokens(7_003))
    );
    assert_eq!(first.warm_until, Some(Moment(story.now.0 + 300 * SECOND)));
    let next = story.plan(&talk(&head, 2)).prediction();
    assert_eq!((next.read, next.miss), (Tokens(7_003), None));
    assert!(next.plain == Tokens(7), "the tokens the service adds are learned: {next:?}");
}

#[test]
fn a_hit_keeps_the_longest_block_alive_and_the_head_lapses_and_is_made_anew() {
    let (mut story, head) = (Story::new(), head(PARTS));
    story.ask(&talk(&head, 1));
    let lapses = story.warm(&talk(&head, 1)).expect("stored");
    story.wait(200);
    story.ask(&talk(&head, 2));
    assert_eq!(story.warm(&talk(&head, 1)), Some(lapses), "a hit above it does not refresh it");
    story.wait(200);
    assert_eq!(story.warm(&talk(&head, 1)), None);
    let plan = story.plan(&talk(&head, 3));
    assert!(plan.marks().contains(&Mark::Head), "{:?}", plan.marks());
    assert_eq!(plan.prediction().miss, None, "the conversation itself was refreshed");
    story.ask(&talk(&head, 3));
    assert_eq!(story.warm(&talk(&head, 1)), Some(Moment(story.now.0 + 300 * SECOND)));
}

#[test]
fn free_slots_go_to_the_instructions_and_then_to_turn_boundaries_in_rotation() {
    let (mut story, head) = (Story::new(), head(PARTS));
    assert_eq!(story.plan(&talk(&head, 1)).marks(), [Mark::Instructions, Mark::Head, Mark::Item(0)]);
    let mut boundaries = Vec::new();
    for turns in 1..8 {
        let prompt = talk(&head, turns);
        let marks = story.plan(&prompt).marks().to_vec();
        boundaries.extend(marks.iter().copied().filter(|mark| {
            let tail = 2 * (turns - 1);
            matches!(mark, Mark::Item(at) if *at != tail && *at + 2 != tail)
        }));
        story.ask(&prompt);
        story.wait(150);
    }
    // While none has lapsed a marker there changes nothing; then each in its turn is made anew.
    assert_eq!(boundaries, [0, 0, 2, 4, 6].map(Mark::Item).to_vec());
}

#[test]
fn every_miss_has_its_cause() {
    let told = |change: &dyn Fn(&mut Story) -> Prompt| {
        let mut story = Story::new();
        story.ask(&talk(&head(PARTS), 1));
        let prompt = change(&mut story);
        story.miss(&prompt)
    };
    let same = || talk(&head(PARTS), 1);
    let changed = |part| Some(Miss::Changed { part });
    assert_eq!(Story::new().miss(&same()), Some(Miss::First));
    assert_eq!(told(&|_| same()), None);
    assert_eq!(
        told(&|story| {
            story.wait(310);
            same()
        }),
        Some(Miss::Idle { seconds: 10 })
    );
    let other = |at: usize| {
        let mut parts = PARTS;
        parts[at] = "different";
        talk(&head(parts), 1)
    };
    assert_eq!(told(&|_| other(0)), changed(Part::Tools));
    assert_eq!(told(&|_| other(1)), changed(Part::Instructions));
    assert_eq!(told(&|_| other(2)), changed(Part::Repository));
    let model = |story: &mut Story| {
        story.limits.scope.model = "n".into();
        same()
    };
    assert_eq!(told(&model), Some(Miss::Model));
    let account = |story: &mut Story| {
        story.limits.scope.account = Account::new("b");
        same()
    };
    assert_eq!(told(&account), Some(Miss::Account));
    let small = Arc::new(Head::new(Vec::new(), "Help.".into(), String::new()));
    assert_eq!(
        told(&|_| Prompt::restore(
            small.clone(),
            vec![Item::User(UserMessage::words("word ".repeat(3_000)))]
        )
        .expect("one")),
        Some(Miss::BelowMinimum)
    );
}

#[test]
fn a_cut_a_race_and_a_rewritten_history_have_their_causes_too() {
    let head = head(PARTS);
    let mut story = Story::new();
    let prompt = talk(&head, 1);
    let cut = story.plan(&prompt);
    story.ledger.sent(&prompt, &story.limits, &cut, story.now);
    let mut other = Story::new();
    other.ledger.merge(&story.ledger);
    assert_eq!(other.miss(&prompt), Some(Miss::Racing), "somebody else is storing it");
    assert!(other.ledger.storing_since(&other.limits.scope, head.prefix(), other.now).is_some());
    story.ledger.failed(&prompt, &story.limits, &cut, story.now);
    assert_eq!(story.miss(&prompt), Some(Miss::Cut));

    let mut story = Story::new();
    story.ask(&talk(&head, 1));
    story.ask(&talk(&head, 2));
    let compacted = talk(&head, 2).compact("We talked.", usize::MAX, Then::Ask);
    story.wait(10);
    assert_eq!(story.miss(&compacted), None, "after a compaction the head is all there is, and it is read");
    let kept = talk(&head, 2).compact("We talked.", 0, Then::Ask);
    let history = Part::History;
    assert_eq!(
        story.miss(&kept),
        Some(Miss::Changed { part: history }),
        "what was kept stands elsewhere now"
    );
    story.wait(400);
    assert_eq!(story.miss(&compacted), Some(Miss::Idle { seconds: 115 }));
}

#[test]
fn what_another_process_stored_while_we_asked_is_a_race() {
    let (head, mut ours) = (head(PARTS), Story::new());
    let prompt = talk(&head, 1);
    ours.ask(&prompt);
    ours.wait(1_000);
    let plan = ours.plan(&prompt);
    let sent = ours.now;
    let mut theirs = Story { ledger: ours.ledger.clone(), ..Story::new() };
    theirs.now = ours.now;
    theirs.wait(1);
    theirs.ask(&prompt);
    ours.ledger.merge(&theirs.ledger);
    ours.wait(9);
    let usage = usage(0, plan.prediction().written.0, 6);
    let report = ours.ledger.completed(&prompt, &ours.limits, &plan, Some(&usage), (sent, ours.now));
    assert_eq!(plan.prediction().miss, Some(Miss::Idle { seconds: 700 }), "nobody could know");
    assert_eq!(report.miss, Some(Miss::Racing));
}

#[test]
fn one_unexplained_miss_is_told_two_are_an_anomaly_and_three_end_the_markers_of_this_session() {
    let (mut story, head) = (Story::new(), head(PARTS));
    story.ask(&talk(&head, 1));
    let mut found = Vec::new();
    for turns in 2..5 {
        let expected = story.plan(&talk(&head, turns)).prediction();
        assert!(expected.read > Tokens(0), "the tail is believed anew after each miss");
        let all = expected.read + expected.written;
        let report = story.told(&talk(&head, turns), Some(usage(0, all.0, 6)));
        found.push((report.miss, report.finding));
    }
    let unknown = Some(Miss::Unknown);
    assert_eq!(
        found,
        [(unknown, None), (unknown, Some(Finding::Missing)), (unknown, Some(Finding::GivenUp))]
    );
    assert_eq!(story.ledger.findings(&story.limits.scope, story.now), [Finding::GivenUp]);
    let plan = story.plan(&talk(&head, 5));
    assert_eq!((plan.marks(), plan.uses_arrays()), (&[][..], true), "the bytes stay as they are");
    let kept = serde_json::to_string(&story.ledger).expect("a ledger");
    story.ledger = serde_json::from_str(&kept).expect("the same");
    assert!(!story.plan(&talk(&head, 5)).marks().is_empty(), "another session tries again");
}

#[test]
fn a_model_that_does_nothing_with_markers_gets_none_for_a_day() {
    let (mut story, head) = (Story::new(), head(PARTS));
    assert_eq!(story.told(&talk(&head, 1), Some(usage(0, 0, 7_000))).finding, None);
    let second = story.told(&talk(&head, 2), Some(usage(0, 0, 7_300)));
    assert_eq!((second.finding, second.miss), (Some(Finding::Ignored), Some(Miss::Ignored)));
    let kept = serde_json::to_string(&story.ledger).expect("a ledger");
    story.ledger = serde_json::from_str(&kept).expect("the same");
    assert_eq!(story.plan(&talk(&head, 3)).marks(), [], "also in another process");
    story.now = Moment(story.now.0 + DAY);
    assert_ne!(story.plan(&talk(&head, 3)).marks(), []);
}

#[test]
fn what_a_server_refuses_is_left_out_for_a_day_by_every_process() {
    let head = head(PARTS);
    let table = [
        (Finding::Refused, (0, true, false)),
        (Finding::PlainContent, (0, false, false)),
        (Finding::PlainResults, (3, true, true)),
    ];
    for (finding, expected) in table {
        let mut story = Story::new();
        let scope = story.limits.scope.clone();
        assert!(story.ledger.refused(&scope, finding, story.now), "{finding:?} is new");
        assert!(!story.ledger.refused(&scope, finding, story.now), "and then known");
        let kept = serde_json::to_string(&story.ledger).expect("a ledger");
        story.ledger = serde_json::from_str(&kept).expect("the same");
        let plan = story.plan(&talk(&head, 1));
        let did = (plan.marks().len(), plan.uses_arrays(), plan.has_plain_results());
        assert_eq!(did, expected, "{finding:?}");
        assert_eq!(story.ledger.findings(&scope, story.now), [finding]);
        story.now = Moment(story.now.0 + DAY);
        story.ledger.prune(story.now);
        let plan = story.plan(&talk(&head, 1));
        assert_eq!((plan.marks().len(), plan.uses_arrays(), plan.has_plain_results()), (3, true, false));
    }
}

#[test]
fn the_news_are_what_happened_lately_and_lose_nothing_of_it() {
    let (mut story, head) = (Story::new(), head(PARTS));
    let scope = story.limits.scope.clone();
    for turns in 1..30 {
        story.ask(&talk(&head, turns));
    }
    story.now = Moment(story.now.0 + HOUR);
    let mut kept = story.ledger.clone();
    story.ask(&talk(&head, 30));
    let news = story.ledger.news(&scope, story.now);
    let size = |ledger: &Ledger| serde_json::to_string(ledger).expect("a ledger").len();
    assert!(size(&news) * 3 < size(&story.ledger), "{} of {}", size(&news), size(&story.ledger));
    kept.merge(&news);
    assert_eq!(kept, Ledger { own: kept.own, ..story.ledger.clone() });
}

#[test]
fn a_clock_that_was_ahead_makes_nothing_warm_for_longer_than_it_can_be() {
    let (mut story, head) = (Story::new(), head(PARTS));
    let now = story.now;
    story.now = Moment(now.0 + 3 * HOUR);
    story.ask(&talk(&head, 1));
    story.ledger.refused(&story.limits.scope.clone(), Finding::Refused, story.now);
    story.now = now;
    assert_eq!(story.warm(&talk(&head, 1)), None, "five minutes are the longest life");
    story.ledger.prune(story.now);
    assert_eq!(
        story.ledger.findings(&story.limits.scope, story.now),
        [],
        "nor is a verdict from then believed"
    );
    story.ask(&talk(&head, 1));
    assert_eq!(story.warm(&talk(&head, 1)), Some(Moment(story.now.0 + 300 * SECOND)));
}

#[test]
fn a_clock_that_jumps_back_within_a_session_costs_one_request() {
    let (mut story, head) = (Story::new(), head(PARTS));
    story.ask(&talk(&head, 1));
    story.now = Moment(story.now.0 - 3 * HOUR);
    story.ask(&talk(&head, 2));
    let expected = story.plan(&talk(&head, 3)).prediction();
    assert!(expected.read > expected.written, "{expected:?}");
}

#[test]
fn a_server_that_says_nothing_of_a_cache_has_not_said_zero() {
    let (mut story, head) = (Story::new(), head(PARTS));
    let silent = Usage { input: Tokens(7_000), ..Usage::default() };
    for turns in 1..6 {
        let report = story.told(&talk(&head, turns), Some(silent));
        assert_eq!(report.finding, None);
        assert!(!story.plan(&talk(&head, turns + 1)).marks().is_empty());
    }
    assert_eq!(story.ledger.findings(&story.limits.scope, story.now), []);
    assert_eq!(story.warm(&talk(&head, 1)), None, "nothing is proved either");
}

#[test]
fn markers_billed_one_by_one_are_found_out_and_then_only_one_is_above_what_is_read() {
    let (mut story, head) = (Story::new(), head(PARTS));
    let first = story.told(&talk(&head, 1), Some(Usage { input: Tokens(7_000), ..usage(0, 18_000, 0) }));
    assert_eq!(first.finding, Some(Finding::PerMarker));
    let read = story.plan(&talk(&head, 2));
    let above = read.marks().iter().filter(|mark| **mark > Mark::Item(0)).count();
    assert_eq!(above, 1, "{:?}", read.marks());
    story.wait(1_000);
    assert_eq!(story.plan(&talk(&head, 2)).marks().len(), 1, "of a cold prompt only one place is written");
}

#[test]
fn a_prefix_the_provider_does_not_recognise_is_named_by_its_first_item() {
    let (mut story, head) = (Story::new(), head(PARTS));
    for turns in 1..4 {
        story.ask(&talk(&head, turns));
    }
    let prompt = talk(&head, 4);
    let expected = story.plan(&prompt).prediction();
    let read = expected.read.0 * 4 / 5;
    let all = (expected.read + expected.written).0;
    let report = story.told(&prompt, Some(usage(read, all - read, 6)));
    assert_eq!(report.finding.map(Finding::name), Some("rewritten"));
    assert_eq!(story.plan(&talk(&head, 5)).marks(), [Mark::Head, Mark::Item(8)]);
    story.ask(&talk(&head, 5));
    assert_eq!(
        story.ledger.findings(&story.limits.scope, story.now),
        [],
        "a request that reads what it should ends it"
    );
}

#[test]
fn a_cold_question_without_tools_is_not_marked_and_a_warm_head_always_is() {
    let head = head(PARTS);
    let mut story = Story::new().script();
    story.situation.offers_tools = false;
    assert_eq!(story.plan(&talk(&head, 1)).marks(), []);
    story = story.without_implicit();
    assert_eq!(story.plan(&talk(&head, 1)).marks(), [], "nor where nothing else caches");
    let mut other = Story::new();
    other.ask(&talk(&head, 1));
    story.ledger.merge(&other.ledger);
    story.now = other.now;
    let elsewhere =
        Prompt::restore(head.clone(), vec![Item::User(UserMessage::words("what?"))]).expect("one");
    assert_eq!(story.plan(&elsewhere).marks(), [Mark::Head]);
}

#[test]
fn a_question_in_another_repository_reads_the_instructions_and_writes_nothing() {
    let (mut story, there) = (Story::new(), head(["tools", "instructions", "elsewhere"]));
    story.ask(&talk(&head(PARTS), 1));
    let mut question = Story { ledger: story.ledger, now: story.now, ..Story::new().script() };
    question.situation.is_last = true;
    let plan = question.plan(&talk(&there, 1));
    assert_eq!(plan.marks(), [Mark::Instructions]);
    assert_eq!(
        (plan.prediction().read, plan.prediction().written),
        (there.estimate_through_instructions(), Tokens(0))
    );
    question.situation.is_last = false;
    assert_eq!(question.plan(&talk(&there, 1)).marks(), [Mark::Instructions, Mark::Head, Mark::Item(0)]);
}

#[test]
fn a_hit_on_the_head_is_not_taken_for_one_on_a_tail_of_almost_the_same_size() {
    let (mut story, head) = (Story::new(), head(PARTS));
    let said =
        |text: &str| Prompt::restore(head.clone(), vec![Item::User(UserMessage::words(text))]).expect("one");
    let first = said("hello");
    let size = first.estimate().0 + 40;
    story.told(&first, Some(usage(0, size, 6)));
    story.wait(30);
    // The head is one in a hundred smaller than the tail above it, and its size is still an estimate.
    let report = story.told(&first, Some(usage(size - 20, 20, 6)));
    assert_eq!(report.miss, None, "of a first message no more than the head could be expected");
    assert_eq!(story.warm(&first), Some(Moment(story.now.0 + 295 * SECOND)), "the head was read");
}

#[test]
fn the_last_request_of_a_run_reads_and_writes_nothing_new() {
    let (mut story, head) = (Story::new(), head(PARTS));
    story.ask(&talk(&head, 1));
    story.situation.is_last = true;
    assert_eq!(story.plan(&talk(&head, 2)).marks(), [Mark::Head, Mark::Item(0)]);
    story.wait(400);
    assert_eq!(story.plan(&talk(&head, 2)).marks(), [], "after a pause there is nothing to read");
}

#[test]
fn runs_that_never_use_their_tools_teach_not_to_write_their_tails() {
    let head = head(PARTS);
    let mut story = Story::new().script().without_implicit();
    let mut marked = 0;
    for run in 0..30 {
        let said = vec![Item::User(UserMessage::words(format!("hello {run}")))];
        let prompt = Prompt::restore(head.clone(), said).expect("one");
        marked += usize::from(!story.plan(&prompt).marks().is_empty());
        story.ask(&prompt);
        story.wait(3_600);
    }
    assert!((8..20).contains(&marked), "{marked} of 30 were marked");
}

#[test]
fn an_implicit_cache_that_hits_keeps_short_runs_and_one_that_misses_loses_them() {
    let head = head(PARTS);
    let prompt = talk(&head, 1);
    let after = |cached: u64| {
        let mut story = Story::new().script();
        story.situation.offers_tools = false;
        for _ in 0..4 {
            story.told(&prompt, Some(Usage { created: None, ..usage(cached, 0, 7_000 - cached) }));
            story.wait(5);
        }
        (story.ledger.implicit_rate(&story.limits.scope), story.plan(&prompt).marks().is_empty())
    };
    let (rate, is_implicit) = after(6_800);
    assert!(rate > 900 && is_implicit, "{rate}");
    let (rate, is_implicit) = after(0);
    assert!(rate < 300 && !is_implicit, "{rate}");
}

#[test]
fn an_older_or_newer_ledger_is_read_as_far_as_it_is_understood() {
    let (mut story, head) = (Story::new(), head(PARTS));
    story.ask(&talk(&head, 1));
    let kept = serde_json::to_value(&story.ledger).expect("a ledger");
    let mut newer = kept.clone();
    newer["moons"] = 3.into();
    newer["stores"][0][1]["moons"] = 3.into();
    let read: Ledger = serde_json::from_value(newer).expect("what is unknown is passed over");
    assert_eq!(read.warm_until(&story.limits.scope, head.prefix(), story.now), story.warm(&talk(&head, 1)));
    let mut older = kept;
    older["stores"][0][1] = serde_json::json!({});
    assert!(serde_json::from_value::<Ledger>(older).is_ok());
    assert_eq!(serde_json::from_str::<Ledger>("{}").expect("nothing"), Ledger::default());
}

#[test]
fn dead_entries_explain_misses_for_a_day_and_no_more_than_some_thousands_are_kept() {
    let (mut story, head) = (Story::new(), head(PARTS));
    story.ask(&talk(&head, 1));
    story.wait(20 * 3_600);
    story.ledger.prune(story.now);
    assert!(matches!(story.miss(&talk(&head, 1)), Some(Miss::Idle { .. })));
    story.wait(5 * 3_600);
    story.ledger.prune(story.now);
    assert_eq!(story.miss(&talk(&head, 1)), Some(Miss::First));
    for run in 0..2_100 {
        let mut prompt = Prompt::new(Arc::new(Head::new(Vec::new(), format!("{run}"), String::new())));
        prompt.push(UserMessage::words("hi"));
        story.told(&prompt, None);
    }
    story.ledger.prune(story.now);
    assert!(story.ledger.store(&story.limits.scope).expect("it is there").blocks.len() <= 2_000);
}

#[test]
fn numbers_no_server_should_send_break_nothing() {
    let (mut story, head) = (Story::new(), head(PARTS));
    let most = Tokens(u64::MAX);
    let usage = Usage { input: most, cached: Some(most), created: Some(most), output: most, reasoning: None };
    story.told(&talk(&head, 1), Some(usage));
    let cost = charge(&usage, &story.limits.terms, &[], true);
    assert_eq!(cost.plus(cost).units, u64::MAX);
    assert!(story.plan(&talk(&head, 2)).marks().len() <= Plan::MAX);
}

/// What may happen to a ledger.
fn history() -> impl Strategy<Value = Vec<(u8, usize, u64)>> {
    proptest::collection::vec((0_u8..5, 1_usize..4, 1_u64..400), 0..6)
}

fn lived(mut story: Story, head: &Arc<Head>, events: &[(u8, usize, u64)]) -> Ledger {
    for (what, turns, seconds) in events {
        let prompt = talk(head, *turns);
        match what {
            0 => {
                let plan = story.plan(&prompt);
                story.ledger.failed(&prompt, &story.limits, &plan, story.now);
            }
            1 => drop(story.told(&prompt, None)),
            2 => drop(story.told(&prompt, Some(usage(0, 0, 9_000)))),
            _ => drop(story.ask(&prompt)),
        }
        story.wait(*seconds);
    }
    story.ledger
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ledgers_merge_in_any_order_any_number_of_times(a in history(), b in history()) {
        let head = Arc::new(Head::new(Vec::new(), "i".repeat(6_000), "r".repeat(2_000)));
        let [a, b] = [a, b].map(|events| lived(Story::new(), &head, &events));
        let merged = |all: &[&Ledger]| {
            let mut ledger = Ledger::default();
            for other in all {
                ledger.merge(other);
            }
            serde_json::to_value(&ledger).expect("a ledger")
        };
        prop_assert_eq!(merged(&[&a, &b]), merged(&[&b, &a]));
        prop_assert_eq!(merged(&[&a, &b]), merged(&[&a, &b, &a, &b]));
    }
}
