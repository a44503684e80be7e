//! A model that repeats itself.

use proptest::prelude::*;

use super::*;
use crate::protocol::EndReason;

const PLAIN: &str = "<reminder>";

fn watched() -> Machine {
    Machine::new(Config { loops: Loops::Break, ..config() }, Prompt::new(head("Help.")))
}

fn ended(effects: &[Effect]) -> Option<EndReason> {
    effects.iter().find_map(|effect| match effect {
        Effect::Emit(Event::TurnEnded { reason, .. }) => Some(*reason),
        _ => None,
    })
}

/// One round: the call, and what comes of it.
fn round(m: &mut Machine, id: &str, name: &str, arguments: &str, outcome: Outcome) -> Vec<Effect> {
    m.step(calling(vec![call(id, name, arguments)]), NOW);
    m.step(Input::Ran { call: CallId::new(id), outcome, took: Duration::ZERO }, NOW)
}

/// What the model was told of loops so far.
fn told(m: &Machine) -> Vec<String> {
    let (_, items) = m.conversation().expect("the session goes on");
    let context = |item: &Item| match item {
        Item::User(message) => message.context.clone(),
        _ => Vec::new(),
    };
    items.iter().flat_map(context).filter(|text| text.starts_with(PLAIN)).collect()
}

#[test]
fn the_same_call_with_the_same_result_is_told_at_the_third_and_handed_back_at_the_fourth() {
    let mut m = watched();
    say(&mut m, "go");
    for id in ["a", "b"] {
        round(&mut m, id, "glob", r#"{"pattern":"*.x"}"#, Outcome::done("no file", None));
        assert_eq!(told(&m), [""; 0]);
    }
    let third = round(&mut m, "c", "glob", r#"{"pattern":"*.x"}"#, Outcome::done("no file", None));
    assert_eq!(ended(&third), None);
    assert_eq!(notices(&third), ["the model repeats itself; it is told so, and the turn ends if it goes on"]);
    assert_eq!(
        told(&m),
        [
            "<reminder>You made the same call of `glob` three times and got the same result each time. It will not \
          change. Do something else, or say what keeps you from going on.</reminder>"
        ]
    );
    let fourth = round(&mut m, "d", "glob", r#"{"pattern":"*.x"}"#, Outcome::done("no file", None));
    assert_eq!(ended(&fourth), Some(EndReason::Loop));
    // The person goes on, and everything is forgotten.
    say(&mut m, "try again");
    let next = round(&mut m, "e", "glob", r#"{"pattern":"*.x"}"#, Outcome::done("no file", None));
    assert_eq!(ended(&next), None);
}

#[test]
fn a_model_that_heeds_what_it_is_told_goes_on() {
    let mut m = watched();
    say(&mut m, "go");
    for id in ["a", "b", "c"] {
        round(&mut m, id, "glob", "{}", Outcome::done("no file", None));
    }
    round(&mut m, "d", "read_file", r#"{"file_path":"/a"}"#, Outcome::done("text", None));
    assert_eq!(ended(&m.step(reply(Turn::text("There is none.")), NOW)), Some(EndReason::Completed));
}

fn edit(m: &mut Machine, id: &str, from: &str, to: &str) -> Vec<Effect> {
    let arguments = format!(r#"{{"file_path":"/a.rs","old_string":"{from}","new_string":"{to}"}}"#);
    round(m, id, "edit", &arguments, Outcome::done("changed", None))
}

#[test]
fn an_edit_that_is_undone_and_made_again_is_told() {
    let mut m = watched();
    say(&mut m, "go");
    edit(&mut m, "a", "one", "two");
    round(&mut m, "b", "run_shell_command", r#"{"command":"cargo test"}"#, Outcome::failed("red"));
    edit(&mut m, "c", "two", "one");
    assert_eq!(told(&m), [""; 0], "a change that is taken back is ordinary");
    edit(&mut m, "d", "one", "two");
    assert_eq!(
        told(&m),
        [
            "<reminder>Your edits of `/a.rs` undo each other: it was changed, changed back and changed again. Decide for \
          one, or say what keeps you from deciding.</reminder>"
        ]
    );
    assert_eq!(ended(&edit(&mut m, "e", "two", "one")), Some(EndReason::Loop));
}

#[test]
fn whole_files_that_are_written_to_and_fro_are_told() {
    let mut m = watched();
    say(&mut m, "go");
    for (id, content) in [("a", "x"), ("b", "y"), ("c", "x"), ("d", "y")] {
        assert_eq!(told(&m), [""; 0]);
        let arguments = format!(r#"{{"file_path":"/a.rs","content":"{content}"}}"#);
        round(&mut m, id, "write_file", &arguments, Outcome::done("written", None));
    }
    assert_eq!(told(&m).len(), 1);
}

#[test]
fn an_answer_in_circles_is_stopped_and_said_once() {
    let mut m = watched();
    say(&mut m, "go");
    m.step(Input::Chunk(Chunk::Text("Let me see.\n".into())), NOW);
    let mut stopped = Vec::new();
    for _ in 0..400 {
        stopped = m.step(Input::Chunk(Chunk::Text("I will check.\n".into())), NOW);
        if stopped.len() > 1 {
            break;
        }
    }
    assert_eq!(path(&stopped), ["stopasking", "discarded", "keep item", "keep item", "requested 1", "ask"]);
    let (_, items) = m.conversation().expect("a request runs");
    let said: Vec<&Turn> = items
        .iter()
        .filter_map(|item| if let Item::Assistant(turn) = item { Some(turn) } else { None })
        .collect();
    assert_eq!(said[0].text, "Let me see.\nI will check.\nI will check …");
    assert_eq!(
        told(&m),
        [
            "<reminder>Your answer said the same over and over and was stopped. Do not begin it again: give the answer in \
          a few words, or say what keeps you from it.</reminder>"
        ]
    );
    let again = m.step(reply(Turn::text("I will check.\n".repeat(400))), NOW);
    assert_eq!(ended(&again), Some(EndReason::Loop));
}

#[test]
fn thoughts_in_circles_are_stopped_before_a_word_is_said() {
    let mut m = watched();
    say(&mut m, "go");
    let stopped = m.step(Input::Chunk(Chunk::Reasoning("Wait, no. ".repeat(500))), NOW);
    assert_eq!(path(&stopped), ["stopasking", "discarded", "keep item", "keep item", "requested 1", "ask"]);
    assert_eq!(told(&m).len(), 1);
}

#[test]
fn who_does_not_want_it_is_not_told() {
    let mut m = Machine::new(config(), Prompt::new(head("Help.")));
    say(&mut m, "go");
    for id in ["a", "b", "c", "d", "e"] {
        assert_eq!(ended(&round(&mut m, id, "glob", "{}", Outcome::done("no file", None))), None);
    }
    m.step(Input::Chunk(Chunk::Text("I will check.\n".repeat(2_000))), NOW);
    assert_eq!(told(&m), [""; 0]);
}

/// Something a model does in the course of ordinary work.
#[derive(Clone, Debug)]
enum Step {
    /// Asks a command whose answer changes.
    Poll,
    /// Reads another part of a file.
    Read(u32),
    /// Makes a change nobody made before.
    Edit,
    /// Takes the newest change back.
    Undo,
    /// Runs the tests, which say what the last change did.
    Test,
    /// Does the same again, once.
    Again,
}

proptest! {
    #[test]
    fn ordinary_work_is_never_a_loop(
        steps in prop::collection::vec(
            prop_oneof![
                Just(Step::Poll),
                (0_u32..1_000).prop_map(Step::Read),
                Just(Step::Edit),
                Just(Step::Undo),
                Just(Step::Test),
                Just(Step::Again),
            ],
            1..60,
        )
    ) {
        let mut m = watched();
        say(&mut m, "go");
        let (mut last, mut change, mut is_undone) = (None, 0, true);
        for (n, step) in steps.into_iter().enumerate() {
            let is_again = matches!(step, Step::Again);
            let (name, arguments, result) = match step {
                Step::Poll => ("run_shell_command", r#"{"command":"gh run watch"}"#.to_owned(), format!("{n} s")),
                Step::Read(at) => ("read_file", format!(r#"{{"file_path":"/a","offset":{at}}}"#), format!("line {at} {n}")),
                Step::Edit => {
                    (change, is_undone) = (n, false);
                    ("edit", format!(r#"{{"file_path":"/a","old_string":"o{n}","new_string":"n{n}"}}"#), "changed".to_owned())
                }
                Step::Undo if !is_undone => {
                    is_undone = true;
                    ("edit", format!(r#"{{"file_path":"/a","old_string":"n{change}","new_string":"o{change}"}}"#), "changed".to_owned())
                }
                Step::Again => match last.take() {
                    Some(last) => last,
                    None => continue,
                },
                Step::Test | Step::Undo => ("run_shell_command", r#"{"command":"cargo test"}"#.to_owned(), format!("{n} passed")),
            };
            // An edit that is made twice fails the second time.
            let is_new = step_is_new(&m, &arguments);
            let outcome = if name == "edit" && !is_new { Outcome::failed("not found") } else { Outcome::done(result.clone(), None) };
            let effects = round(&mut m, &format!("c{n}"), name, &arguments, outcome);
            prop_assert_eq!(ended(&effects), None);
            prop_assert!(told(&m).is_empty(), "{:?}", told(&m));
            last = (!is_again).then_some((name, arguments, result));
        }
    }
}

/// Whether no call of the conversation had these parameters.
fn step_is_new(m: &Machine, arguments: &str) -> bool {
    let (_, items) = m.conversation().expect("the session goes on");
    !items.iter().any(|item| match item {
        Item::Assistant(turn) => turn.calls.iter().any(|call| call.arguments.text() == arguments),
        _ => false,
    })
}
