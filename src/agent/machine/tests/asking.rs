//! Questions about calls.

use super::*;
use crate::{
    agent::machine::Asked,
    base::AbsPath,
    permissions::{Action, Policy, Verdict as Judged, decide},
    protocol::{Answer, Preview, Question},
};

/// What the rules of an empty policy make of a call.
fn asked(id: &str, name: &str, action: Action) -> Input {
    let root = AbsPath::new("/work").expect("absolute");
    let Judged::Ask(pending) = decide(&Policy::new(Mode::Default, root), call(id, name, "{}"), action) else {
        panic!("`{name}` asks")
    };
    let preview = Preview::Other { text: name.into() };
    let remember = pending.remember.clone();
    let question = Question { preview, remember, reason: String::new(), effects: Vec::new() };
    let judgement = Judgement::Ask(Box::new(Asked { pending, question, title: name.into() }));
    Input::Judged { call: CallId::new(id), judgement }
}

fn outside(id: &str) -> Input {
    asked(id, "read_file", Action::Read { path: AbsPath::new("/etc/hosts").expect("absolute") })
}

fn answer(machine: &mut Machine, id: &str, answer: Answer) -> Vec<Effect> {
    machine.step(Input::Op(Op::Answer { call: CallId::new(id), answer }), NOW)
}

/// Two calls side by side that ask.
fn two_questions() -> Machine {
    let mut m = machine();
    say(&mut m, "go");
    m.step(calling(vec![call("a", "read_file", "{}"), call("b", "read_file", "{}")]), NOW);
    assert_eq!(path(&m.step(outside("b"), NOW)), ["permission b"]);
    assert_eq!(path(&m.step(outside("a"), NOW)), ["permission a"], "both can be counted");
    m
}

#[test]
fn questions_are_answered_in_any_order() {
    let mut m = two_questions();
    assert_eq!(path(&answer(&mut m, "a", Answer::Once)), ["started a", "run"]);
    assert_eq!(path(&answer(&mut m, "a", Answer::Once)), Vec::<String>::new(), "one answer each");
    let no = Answer::No { say: "not that".into() };
    assert_eq!(path(&answer(&mut m, "b", no)), ["b Denied"]);
}

#[test]
fn a_rule_that_was_stored_may_answer_the_other_questions() {
    let mut m = two_questions();
    assert_eq!(path(&answer(&mut m, "a", Answer::Always)), ["started a", "run", "remember", "judge b"]);
}

#[test]
fn after_a_plain_no_nothing_more_is_asked() {
    let mut m = two_questions();
    let path = path(&answer(&mut m, "b", Answer::No { say: String::new() }));
    assert_eq!(path[..2], ["b Denied", "a Denied"]);
    assert_eq!(path.last().map(String::as_str), Some("ended Denied"));
}

#[test]
fn a_no_that_ends_the_turn_asks_nothing_of_the_model_in_between() {
    let mut m = two_questions();
    let path = path(&answer(&mut m, "b", Answer::Stop { say: "enough".into() }));
    let kept = ["keep item"; 4];
    assert_eq!(path, [&["b Denied", "stoptools"], &kept[..], &["sync", "ended Interrupted"]].concat());
    assert_eq!(self::path(&answer(&mut m, "a", Answer::Once)), Vec::<String>::new(), "it comes too late");
}

#[test]
fn what_the_person_wrote_goes_with_the_ticket_of_a_write_and_of_nothing_else() {
    let mut m = machine();
    say(&mut m, "go");
    m.step(calling(vec![call("a", "edit", "{}")]), NOW);
    m.step(asked("a", "edit", Action::Write { path: AbsPath::new("/shop/a").expect("absolute") }), NOW);
    let effects = answer(&mut m, "a", Answer::Rewritten { content: "mine\n".into() });
    let Some(Effect::Run(approved)) = effects.last() else { panic!("it does not run: {:?}", path(&effects)) };
    assert_eq!(approved.content(), Some("mine\n"));
    let mut m = two_questions();
    let effects = answer(&mut m, "a", Answer::Rewritten { content: "mine\n".into() });
    assert_eq!(path(&effects), Vec::<String>::new(), "the question stays");
    assert_eq!(path(&answer(&mut m, "a", Answer::Once)), ["started a", "run"]);
}
