//! Words in the middle of a turn.

use super::*;

fn steer(machine: &mut Machine, text: &str) -> Vec<String> {
    path(&machine.step(Input::Op(Op::Steer { text: text.into() }), NOW))
}

/// Composes what the effects ask for.
fn compose(machine: &mut Machine, effects: Vec<Effect>) -> Vec<Effect> {
    let asked = effects.into_iter().find_map(|e| match e {
        Effect::Compose { turn, text, is_first: false, .. } => Some((turn, text)),
        _ => None,
    });
    let (turn, text) = asked.expect("a message is to be composed");
    machine.step(Input::Composed { turn, message: UserMessage::words(text) }, NOW)
}

/// A turn with one call that runs.
fn working() -> Machine {
    let mut m = machine();
    say(&mut m, "go");
    m.step(calling(vec![call("a", "read_file", "{}")]), NOW);
    m
}

#[test]
fn words_go_behind_the_results_of_the_round_and_nothing_before_them_changes() {
    let mut m = working();
    let sent = m.config.cache_mode;
    assert_eq!(sent, CacheMode::Explicit);
    assert_eq!(steer(&mut m, "only the tests"), Vec::<String>::new());
    assert_eq!(steer(&mut m, "and quickly"), Vec::<String>::new());
    let after = m.step(judged("a", "no such file"), NOW);
    assert_eq!(path(&after), ["a Failed", "keep item", "keep item", "compose"]);
    let effects = compose(&mut m, after);
    let told = ["keep item", "steered \"only the tests\\n\\nand quickly\"", "requested 1", "ask"];
    assert_eq!(path(&effects), told);
    let (prompt, _) = m.request().expect("a request runs");
    let kinds: Vec<&str> = prompt.items().iter().map(kind).collect();
    assert_eq!(kinds, ["user go", "assistant", "result", "user only the tests\n\nand quickly"]);
    assert!(Prompt::restore(head("Help."), prompt.items().to_vec()).is_ok());
    assert_eq!(
        path(&m.step(reply(Turn::text("done")), NOW)).last().map(String::as_str),
        Some("ended Completed")
    );
}

fn kind(item: &Item) -> &str {
    match item {
        Item::User(message) if message.text == "go" => "user go",
        Item::User(message) if message.text.starts_with("only") => "user only the tests\n\nand quickly",
        Item::User(_) => "user",
        Item::Assistant(_) => "assistant",
        Item::Result(_) => "result",
    }
}

#[test]
fn words_that_no_request_could_take_along_are_said_next() {
    let mut m = machine();
    say(&mut m, "hi");
    steer(&mut m, "and then?");
    m.step(Input::Op(Op::Say { text: "later".into() }), NOW);
    let effects = m.step(reply(Turn::text("hello")), NOW);
    let said = effects.iter().find_map(|e| match e {
        Effect::Emit(Event::TurnStarted { turn, text }) => Some((*turn, text.as_str())),
        _ => None,
    });
    assert_eq!(said, Some((2, "and then?")), "before what waited for the end of the turn");
}

#[test]
fn without_a_turn_they_are_said_at_once() {
    let mut m = machine();
    assert_eq!(steer(&mut m, "hi"), ["compose"]);
}

#[test]
fn a_stop_drops_them_and_leaves_every_call_answered() {
    let mut m = working();
    steer(&mut m, "wait");
    let stopped = path(&m.step(Input::Op(Op::Interrupt), NOW));
    assert_eq!(stopped.last().map(String::as_str), Some("ended Interrupted"), "{stopped:?}");
    assert_eq!(
        items(&mut m).iter().map(kind).collect::<Vec<_>>(),
        ["user go", "assistant", "result", "assistant"]
    );
    // Also while the message with them is being made.
    let mut m = working();
    steer(&mut m, "wait");
    m.step(judged("a", "x"), NOW);
    m.step(Input::Op(Op::Interrupt), NOW);
    assert_eq!(
        items(&mut m).iter().map(kind).collect::<Vec<_>>(),
        ["user go", "assistant", "result", "assistant"]
    );
    let late = Input::Composed { turn: 1, message: UserMessage::words("wait") };
    assert_eq!(path(&m.step(late, NOW)), Vec::<String>::new(), "a late message changes nothing");
}

#[test]
fn a_wait_before_the_next_try_can_be_cut_short() {
    let mut m = machine();
    say(&mut m, "hi");
    assert_eq!(
        path(&m.step(Input::Op(Op::TryNow), NOW)),
        Vec::<String>::new(),
        "a running try is left alone"
    );
    m.step(trouble(Class::Retry), NOW);
    assert_eq!(path(&m.step(Input::Op(Op::TryNow), NOW)), ["requested 2", "ask"]);
    assert_eq!(path(&m.step(Input::Woke, NOW)), Vec::<String>::new(), "the wait is over already");
}
