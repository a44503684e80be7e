//! Limits of a run, and answers in a form.

use super::*;
use crate::{
    base::Money,
    protocol::{Budget, EndReason, Tier},
};

fn limited(limits: RunLimits) -> Machine {
    let tiers = vec![Tier {
        up_to: Tokens(1_000_000),
        input: Money::per_million(1_000),
        output: Money::per_million(5_000),
    }];
    Machine::new(Config { limits, tiers, is_interactive: false, ..config() }, Prompt::new(head("Help.")))
}

fn ended(effects: &[Effect]) -> Option<EndReason> {
    effects.iter().find_map(|effect| match effect {
        Effect::Emit(Event::TurnEnded { reason, .. }) => Some(*reason),
        _ => None,
    })
}

fn alarms(effects: &[Effect]) -> Vec<Moment> {
    let at = |effect: &Effect| if let Effect::AlarmAt(at) = effect { Some(*at) } else { None };
    effects.iter().filter_map(at).collect()
}

/// What the program told the model beside the person's words, in the request that runs.
fn reminders(machine: &Machine) -> Vec<String> {
    let (prompt, _) = machine.request().expect("a request is running");
    let context = |item: &Item| match item {
        Item::User(message) => message.context.clone(),
        _ => Vec::new(),
    };
    prompt.items().iter().flat_map(context).collect()
}

fn read(id: &str) -> Input {
    calling(vec![call(id, "read_file", "{}")])
}

#[test]
fn time_is_told_at_four_fifths_and_ends_the_run_with_what_there_is() {
    let mut m = limited(RunLimits { wall_time: Some(Duration::from_secs(10)), ..RunLimits::default() });
    let begun = m.step(Input::Op(Op::Say { text: "go".into() }), NOW);
    assert_eq!(alarms(&begun), [NOW.after(Duration::from_secs(8))]);
    m.step(Input::Composed { turn: 1, message: UserMessage::words("go") }, NOW);
    let near = m.step(Input::Alarm, NOW.after(Duration::from_secs(8)));
    assert_eq!(alarms(&near), [NOW.after(Duration::from_secs(10))]);
    assert_eq!(notices(&near), ["80 % of the time this run may use are used up (--max-wall-time)"]);
    m.step(Input::Chunk(Chunk::Text("half an ans".into())), NOW);
    let over = m.step(Input::Alarm, NOW.after(Duration::from_secs(10)));
    assert_eq!(path(&over), ["stopasking", "keep item", "sync", "ended Budget(WallTime)"]);
    let Some(Item::Assistant(last)) = m.phase_items().last().cloned() else { panic!("the answer is kept") };
    assert_eq!((last.text.as_str(), last.finish), ("half an ans", Finish::Interrupted));
}

#[test]
fn time_runs_while_tools_run_and_while_nobody_speaks() {
    let limits = RunLimits { wall_time: Some(Duration::from_secs(10)), ..RunLimits::default() };
    let late = NOW.after(Duration::from_secs(11));
    let mut m = limited(limits);
    say(&mut m, "go");
    m.step(read("a"), NOW);
    let over = path(&m.step(Input::Alarm, late));
    assert_eq!(over.first().map(String::as_str), Some("stoptools"));
    assert_eq!(over.last().map(String::as_str), Some("ended Budget(WallTime)"));
    let mut m = limited(limits);
    say(&mut m, "go");
    m.step(reply(Turn::text("done")), NOW);
    assert_eq!(path(&m.step(Input::Alarm, late)), ["sync", "ended Budget(WallTime)"]);
}

#[test]
fn the_call_after_the_last_one_is_not_run_and_ends_the_run() {
    let mut m = limited(RunLimits { tool_calls: Some(2), ..RunLimits::default() });
    say(&mut m, "go");
    m.step(read("a"), NOW);
    let second = m.step(judged("a", "x"), NOW);
    assert_eq!(ended(&second), None);
    let calls = vec![call("b", "read_file", "{}"), call("c", "read_file", "{}")];
    assert_eq!(path(&m.step(calling(calls), NOW)), ["keep usage", "judge b", "c Interrupted"]);
    let over = m.step(judged("b", "x"), NOW);
    assert_eq!(ended(&over), Some(EndReason::Budget(Budget::ToolCalls)));
}

#[test]
fn no_call_at_all_may_be_allowed() {
    let mut m = limited(RunLimits { tool_calls: Some(0), ..RunLimits::default() });
    let begun = say(&mut m, "go");
    assert_eq!((notices(&begun), reminders(&m)), (Vec::new(), Vec::new()));
    assert_eq!(ended(&m.step(read("a"), NOW)), Some(EndReason::Budget(Budget::ToolCalls)));
}

#[test]
fn the_person_and_the_model_are_told_once_that_calls_run_out() {
    let mut m = limited(RunLimits { tool_calls: Some(5), ..RunLimits::default() });
    say(&mut m, "go");
    let mut told = Vec::new();
    for id in ["a", "b", "c", "d", "e"] {
        m.step(read(id), NOW);
        told.extend(notices(&m.step(judged(id, "x"), NOW)).into_iter().map(str::to_owned));
    }
    assert_eq!(told, ["80 % of the tool calls this run may use are used up (--max-tool-calls)"]);
    assert_eq!(
        reminders(&m),
        [
            "<reminder>80 % of the tool calls this run may use are used up. Finish the most important part now and \
          give your answer before the run is ended.</reminder>"
        ]
    );
}

#[test]
fn tokens_and_money_of_every_answer_count() {
    for (limits, budget) in [
        (RunLimits { tokens: Some(Tokens(220)), ..RunLimits::default() }, Budget::Tokens),
        // 100 in and 10 out cost $0.00015.
        (
            RunLimits {
                cost: Some(Money::per_million(300_000).times(Tokens(1), 1_000)),
                ..RunLimits::default()
            },
            Budget::Cost,
        ),
    ] {
        let mut m = limited(limits);
        say(&mut m, "go");
        m.step(read("a"), NOW);
        assert_eq!(ended(&m.step(judged("a", "x"), NOW)), None, "{budget:?}");
        m.step(read("b"), NOW);
        assert_eq!(ended(&m.step(judged("b", "x"), NOW)), Some(EndReason::Budget(budget)));
    }
}

#[test]
fn an_answer_that_broke_off_counts_as_well_as_it_can_be_estimated() {
    let mut m = limited(RunLimits { tokens: Some(Tokens(20)), ..RunLimits::default() });
    say(&mut m, "go");
    m.step(Input::Chunk(Chunk::Text("many words ".repeat(40))), NOW);
    m.step(trouble(Class::Retry), NOW);
    m.step(Input::Woke, NOW);
    m.step(reply(Turn::text("whole")), NOW);
    assert!(m.reached().is_some());
}

#[test]
fn a_whole_answer_beyond_a_limit_is_still_an_answer() {
    let mut m = limited(RunLimits { tokens: Some(Tokens(1)), ..RunLimits::default() });
    say(&mut m, "go");
    assert_eq!(ended(&m.step(reply(Turn::text("done")), NOW)), Some(EndReason::Completed));
}

fn formed() -> Machine {
    let final_tool = Some("structured_output".to_owned());
    let limits = RunLimits { tool_calls: Some(1), ..RunLimits::default() };
    Machine::new(Config { limits, final_tool, ..config() }, Prompt::new(head("Help.")))
}

fn ran(id: &str, outcome: Outcome) -> Input {
    Input::Ran { call: CallId::new(id), outcome, took: Duration::ZERO }
}

#[test]
fn the_first_call_that_gives_the_answer_ends_the_run() {
    let mut m = formed();
    say(&mut m, "go");
    let calls = vec![call("a", "structured_output", "{}"), call("b", "read_file", "{}")];
    m.step(calling(calls), NOW);
    let done = m.step(ran("a", Outcome::done("taken", None)), NOW);
    assert_eq!(ended(&done), Some(EndReason::Completed));
    assert!(path(&done).contains(&"b Interrupted".to_owned()), "{:?}", path(&done));
}

#[test]
fn an_answer_in_the_wrong_form_is_handed_back_a_few_times() {
    let mut m = formed();
    say(&mut m, "go");
    for _ in 0..2 {
        assert_eq!(ended(&m.step(reply(Turn::text("I think so")), NOW)), None);
    }
    assert_eq!(reminders(&m).len(), 2);
    for id in ["a", "b"] {
        m.step(calling(vec![call(id, "structured_output", "{}")]), NOW);
        assert_eq!(ended(&m.step(ran(id, Outcome::failed("`n` is missing")), NOW)), None);
    }
    let told = path(&m.step(reply(Turn::text("I give up")), NOW));
    assert!(
        told.contains(&"failed the model gave no answer that fits `--json-schema` in 5 tries".to_owned()),
        "{told:?}"
    );
    assert_eq!(told.last().map(String::as_str), Some("ended Failed"));
}
