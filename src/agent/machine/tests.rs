//! Conversations with the machine: inputs in, effects compared.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{Config, Effect, Input, Judgement, Kept, Machine};
use crate::{
    base::{Account, CallId, Moment, Tokens},
    cache::{Ledger, Limits, Scope},
    prompt::{Head, Prompt},
    protocol::{
        Arguments, CacheTerms, Event, Failure, Finish, Item, Kind, Mode, Op, ToolCall, Turn, Usage,
        UserMessage, Verdict,
    },
    provider::{Chunk, Class, Reply, Trouble},
    tools::Outcome,
};

/// Every step happens at this moment.
const NOW: Moment = Moment(1_000_000);

fn machine() -> Machine {
    machine_with(1_000_000, None)
}

fn machine_with(window: u64, max_requests: Option<u32>) -> Machine {
    let head = Head::new(Vec::new(), "Help.".into(), String::new());
    let config = Config {
        cache: Limits {
            scope: Scope { account: Account::new("a"), model: "m".into() },
            terms: CacheTerms::default(),
        },
        tiers: Vec::new(),
        window: Tokens(window),
        max_requests,
        tries: 3,
        parallel: BTreeSet::from(["read_file".to_owned()]),
        mode: Mode::Default,
        is_interactive: true,
        ledger: Ledger::default(),
    };
    Machine::new(config, Prompt::new(Arc::new(head)))
}

/// Says something and has it composed; returns the effects after that.
fn say(machine: &mut Machine, text: &str) -> Vec<Effect> {
    let composed =
        machine.step(Input::Op(Op::Say { text: text.into() }), NOW).into_iter().find_map(|e| match e {
            Effect::Compose { turn, text, .. } => Some((turn, text)),
            _ => None,
        });
    let (turn, text) = composed.expect("the machine was idle");
    machine.step(Input::Composed { turn, message: UserMessage::words(text) }, NOW)
}

fn reply(turn: Turn) -> Input {
    let usage = Usage { input: Tokens(100), output: Tokens(10), ..Usage::default() };
    let reply = Reply::new(turn, Some(usage), "m");
    Input::Replied { reply: Box::new(reply), took: Duration::from_millis(5) }
}

/// An answer without a usage report, so that the estimate alone decides.
fn unmeasured(turn: Turn) -> Input {
    let reply = Reply::new(turn, None, "m");
    Input::Replied { reply: Box::new(reply), took: Duration::from_millis(5) }
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: CallId::new(id), name: name.into(), arguments: Arguments::parse(arguments), extra: None }
}

fn calling(calls: Vec<ToolCall>) -> Input {
    reply(Turn { calls, finish: Finish::Calls, ..Turn::text("") })
}

fn trouble(class: Class) -> Input {
    let failure = Failure::new(Kind::Network, "the connection was lost");
    let trouble = Trouble { class, failure, after: None, request_id: None };
    Input::Troubled { trouble, wait: Duration::from_secs(1) }
}

fn judged(id: &str, why: &str) -> Input {
    Input::Judged { call: CallId::new(id), judgement: Judgement::Impossible(why.into()) }
}

/// The kinds of effects, in order: enough to see the path.
fn path(effects: &[Effect]) -> Vec<String> {
    let one = |effect: &Effect| match effect {
        Effect::Emit(Event::TurnEnded { reason, .. }) => format!("ended {reason:?}"),
        Effect::Emit(Event::Requested { attempt, .. }) => format!("requested {attempt}"),
        Effect::Emit(Event::ToolDone { result, .. }) => format!("{} {:?}", result.call, result.verdict),
        Effect::Emit(Event::Failed(failure)) => format!("failed {}", failure.error),
        Effect::Emit(Event::Retrying { attempt, of, .. }) => format!("retrying {attempt} of {of}"),
        Effect::Emit(Event::Discarded) => "discarded".into(),
        Effect::Emit(Event::Compacted { .. }) => "compacted".into(),
        Effect::Emit(Event::SessionEnded { .. }) => "session ended".into(),
        Effect::Emit(_) | Effect::KeepLedger => "·".into(),
        Effect::Judge(call) => format!("judge {}", call.id),
        Effect::Keep(Kept::Item(_)) => "keep item".into(),
        Effect::Keep(Kept::Usage { .. }) => "keep usage".into(),
        Effect::Keep(Kept::Epoch { items, .. }) => format!("keep epoch of {}", items.len()),
        other => format!("{other:?}").split([' ', '(', '{']).next().unwrap_or_default().to_lowercase(),
    };
    effects.iter().map(one).filter(|s| s != "·").collect()
}

fn items(machine: &mut Machine) -> Vec<Item> {
    say(machine, "?");
    let (prompt, _) = machine.request().expect("a request is running");
    prompt.items()[..prompt.items().len() - 1].to_vec()
}

#[test]
fn a_question_and_its_answer_are_one_turn() {
    let mut m = machine();
    assert_eq!(path(&say(&mut m, "hi")), ["keep item", "requested 1", "ask"]);
    let done = m.step(reply(Turn::text("hello")), NOW);
    assert_eq!(path(&done), ["keep usage", "keep item", "sync", "ended Completed"]);
    assert_eq!(items(&mut m), [Item::User(UserMessage::words("hi")), Item::Assistant(Turn::text("hello"))]);
}

#[test]
fn broken_arguments_are_answered_and_never_judged() {
    let mut m = machine();
    say(&mut m, "write");
    let cut = vec![call("a", "write_file", r#"{"file_path":"/x","cont"#), call("b", "read_file", "{}")];
    assert_eq!(path(&m.step(calling(cut), NOW)), ["keep usage", "a Failed", "judge b"]);
    let after = m.step(judged("b", "no such file"), NOW);
    let whole = ["b Failed", "keep item", "keep item", "keep item", "requested 1", "ask"];
    assert_eq!(path(&after), whole);
}

#[test]
fn reads_run_side_by_side_and_a_change_waits_for_them() {
    let mut m = machine();
    say(&mut m, "go");
    let calls =
        ["r1", "r2", "e", "r3"].map(|id| call(id, if id == "e" { "edit" } else { "read_file" }, "{}"));
    assert_eq!(path(&m.step(calling(calls.to_vec()), NOW)), ["keep usage", "judge r1", "judge r2"]);
    assert_eq!(path(&m.step(judged("r2", "x"), NOW)), ["r2 Failed"]);
    assert_eq!(path(&m.step(judged("r1", "x"), NOW)), ["r1 Failed", "judge e"]);
    assert_eq!(path(&m.step(judged("e", "x"), NOW)), ["e Failed", "judge r3"]);
}

#[test]
fn a_lost_connection_is_tried_again_and_then_told() {
    let mut m = machine();
    say(&mut m, "hi");
    m.step(Input::Chunk(Chunk::Text("half".into())), NOW);
    assert_eq!(path(&m.step(trouble(Class::Retry), NOW)), ["discarded", "retrying 2 of 3", "wait"]);
    assert_eq!(path(&m.step(Input::Woke, NOW)), ["requested 2", "ask"]);
    m.step(trouble(Class::Retry), NOW);
    m.step(Input::Woke, NOW);
    let told = ["failed the connection was lost", "keep item", "sync", "ended Failed"];
    assert_eq!(path(&m.step(trouble(Class::Retry), NOW)), told);
    let Some(Item::Assistant(last)) = items(&mut m).pop() else { panic!("user and model do not take turns") };
    assert_eq!(last.finish, Finish::Interrupted);
}

#[test]
fn an_adapted_request_goes_out_at_once_and_does_not_count_as_a_try() {
    let mut m = machine();
    say(&mut m, "hi");
    assert_eq!(path(&m.step(trouble(Class::Adapted), NOW)), ["requested 1", "ask"]);
    for _ in 0..4 {
        m.step(trouble(Class::Adapted), NOW);
    }
    assert!(path(&m.step(trouble(Class::Adapted), NOW)).contains(&"ended Failed".to_owned()), "not for ever");
}

#[test]
fn stopping_keeps_what_was_written() {
    let mut m = machine();
    say(&mut m, "hi");
    m.step(Input::Chunk(Chunk::Text("half an ans".into())), NOW);
    let stopped = m.step(Input::Op(Op::Interrupt), NOW);
    assert_eq!(path(&stopped), ["stopasking", "keep item", "sync", "ended Interrupted"]);
    let half = Turn { finish: Finish::Interrupted, ..Turn::text("half an ans") };
    assert_eq!(items(&mut m)[1], Item::Assistant(half));
    assert_eq!(path(&m.step(Input::Woke, NOW)), Vec::<String>::new(), "a late wake changes nothing");
}

#[test]
fn stopping_while_tools_run_leaves_every_call_answered() {
    let mut m = machine();
    say(&mut m, "go");
    m.step(calling(vec![call("a", "edit", "{}"), call("b", "edit", "{}")]), NOW);
    let stopped = m.step(Input::Op(Op::Interrupt), NOW);
    assert_eq!(path(&stopped)[0], "stoptools");
    let verdicts: Vec<Verdict> = items(&mut m)
        .iter()
        .filter_map(|i| if let Item::Result(r) = i { Some(r.verdict) } else { None })
        .collect();
    assert_eq!(verdicts, [Verdict::Interrupted, Verdict::Interrupted]);
    let late = Input::Ran { call: CallId::new("a"), outcome: Outcome::done("x", None), took: Duration::ZERO };
    assert_eq!(path(&m.step(late, NOW)), Vec::<String>::new(), "a late result changes nothing");
}

#[test]
fn an_empty_answer_is_tried_once_more_and_then_told() {
    let mut m = machine();
    say(&mut m, "hi");
    assert_eq!(path(&m.step(reply(Turn::text(" ")), NOW)), ["keep usage", "discarded", "requested 1", "ask"]);
    assert_eq!(path(&m.step(reply(Turn::text("")), NOW))[1], "failed `m` gave an empty answer twice");
}

#[test]
fn what_is_said_during_a_turn_waits_for_its_end() {
    let mut m = machine();
    say(&mut m, "one");
    m.step(Input::Op(Op::Say { text: "two".into() }), NOW);
    let done = m.step(reply(Turn::text("first")), NOW);
    assert_eq!(path(&done).last().map(String::as_str), Some("compose"));
}

#[test]
fn a_limit_of_requests_ends_the_turn_with_its_own_reason() {
    let mut m = machine_with(1_000_000, Some(1));
    say(&mut m, "go");
    m.step(calling(vec![call("a", "read_file", "{}")]), NOW);
    let path = path(&m.step(judged("a", "x"), NOW));
    assert_eq!(path.last().map(String::as_str), Some("ended TurnLimit"));
}

#[test]
fn a_prompt_that_does_not_fit_is_cut_once_and_sent_again() {
    let mut m = machine_with(10_000, None);
    say(&mut m, &"long ".repeat(1_500));
    let after = m.step(trouble(Class::Overflow(Some(Tokens(1_500)))), NOW);
    assert_eq!(path(&after), ["keep epoch of 1", "compacted", "requested 1", "ask"]);
    assert!(path(&m.step(trouble(Class::Overflow(None)), NOW)).contains(&"ended Failed".to_owned()));
}

#[test]
fn a_full_window_is_summarised_on_the_same_head_before_the_next_request() {
    let mut m = machine_with(10_000, None);
    say(&mut m, &"words ".repeat(4_600));
    let before = m.request().map(|(p, _)| p.items().len());
    m.step(
        unmeasured(Turn {
            calls: vec![call("a", "read_file", "{}")],
            finish: Finish::Calls,
            ..Turn::text("")
        }),
        NOW,
    );
    let effects = m.step(judged("a", &"words ".repeat(1_000)), NOW);
    assert!(path(&effects).ends_with(&["requested 1".into(), "ask".into()]));
    let (prompt, _) = m.request().expect("the summary is asked for");
    assert!(before < Some(prompt.items().len()), "the history stands in front of the instruction");
    let after = m.step(unmeasured(Turn::text("The summary.")), NOW);
    assert!(path(&after).contains(&"compacted".to_owned()));
    let (prompt, _) = m.request().expect("the turn goes on");
    assert_eq!((prompt.items().len(), prompt.epoch()), (1, 1));
}

#[test]
fn quitting_in_the_middle_stops_first() {
    let mut m = machine();
    say(&mut m, "hi");
    let path = path(&m.step(Input::Op(Op::Quit), NOW));
    assert_eq!(path, ["stopasking", "keep item", "sync", "ended Interrupted", "session ended", "end"]);
}
