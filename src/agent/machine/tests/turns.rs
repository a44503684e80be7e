//! One turn: answers, calls, retries, stopping.

use super::*;

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
fn a_stop_waits_for_nothing() {
    let last = |m: &mut Machine| path(&m.step(Input::Op(Op::Interrupt), NOW)).pop();
    let ended = Some("ended Interrupted".to_owned());
    let mut asking = machine();
    say(&mut asking, "hi");
    assert_eq!(last(&mut asking), ended, "the step that hears it ends the turn: before the first byte,");
    let mut waiting = machine();
    say(&mut waiting, "hi");
    waiting.step(trouble(Class::Retry), NOW);
    assert_eq!(last(&mut waiting), ended, "before the next try,");
    let mut working = machine();
    say(&mut working, "go");
    working.step(calling(vec![call("a", "edit", "{}")]), NOW);
    assert_eq!(last(&mut working), ended, "and while tools run");
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
fn quitting_in_the_middle_stops_first() {
    let mut m = machine();
    say(&mut m, "hi");
    let path = path(&m.step(Input::Op(Op::Quit), NOW));
    assert_eq!(path, ["stopasking", "keep item", "sync", "ended Interrupted", "session ended", "end"]);
}
