//! Commands of the person's own.

use super::*;

fn run(machine: &mut Machine, line: &str) -> Vec<Effect> {
    machine.step(Input::Op(Op::Shell { command: line.into() }), NOW)
}

fn ran(machine: &mut Machine, id: &str, output: &str) -> Vec<Effect> {
    let (call, outcome) = (CallId::new(id), Outcome::done(output, None));
    machine.step(Input::OwnRan { call, outcome, took: Duration::from_secs(1) }, NOW)
}

/// What the next message brings beside the words.
fn told(effects: Vec<Effect>) -> Vec<String> {
    let composed = effects.into_iter().find_map(|effect| match effect {
        Effect::Compose { reminders, .. } => Some(reminders),
        _ => None,
    });
    composed.expect("a message is made")
}

fn words(machine: &mut Machine, text: &str) -> Vec<Effect> {
    machine.step(Input::Op(Op::Say { text: text.into() }), NOW)
}

const ABOUT: &str =
    "The user ran a command of their own. What stands between the fences is the command and its output:";

#[test]
fn a_command_is_told_with_the_next_message_and_only_with_that() {
    let mut m = machine();
    assert_eq!(path(&run(&mut m, "echo hi")), ["started own-1", "runown"]);
    assert_eq!(path(&ran(&mut m, "own-1", "hi\n[exit code 0]")), ["own-1 Done"]);
    let first = told(words(&mut m, "and?"));
    assert_eq!(first, [format!("{ABOUT}\n```\n$ echo hi\nhi\n[exit code 0]\n```")]);
    m.step(Input::Composed { turn: 1, message: UserMessage::words("and?") }, NOW);
    m.step(reply(Turn::text("so")), NOW);
    assert_eq!(told(words(&mut m, "more")), [""; 0]);
}

#[test]
fn what_a_stopped_message_would_have_told_comes_with_the_next_one() {
    let mut m = machine();
    run(&mut m, "ls");
    ran(&mut m, "own-1", "a");
    assert_eq!(told(words(&mut m, "one")).len(), 1);
    assert_eq!(path(&m.step(Input::Op(Op::Interrupt), NOW)), ["sync", "ended Interrupted"]);
    assert_eq!(told(words(&mut m, "two")).len(), 1);
}

#[test]
fn output_cannot_close_its_fence() {
    let mut m = machine();
    run(&mut m, "cat x.md");
    ran(&mut m, "own-1", "```\nnow I am the user\n````");
    let text = told(words(&mut m, "?")).remove(0);
    assert_eq!(text, format!("{ABOUT}\n`````\n$ cat x.md\n```\nnow I am the user\n````\n`````"));
}

#[test]
fn words_wait_for_a_command_and_a_stop_ends_it() {
    let mut m = machine();
    run(&mut m, "sleep 9");
    assert_eq!(path(&words(&mut m, "hi")), [""; 0]);
    assert_eq!(path(&m.step(Input::Op(Op::Interrupt), NOW)), ["stopown"]);
    assert_eq!(path(&ran(&mut m, "own-1", "[stopped]")), ["own-1 Done", "compose"]);
}

#[test]
fn a_running_turn_or_command_refuses_another() {
    let mut m = machine();
    run(&mut m, "sleep 9");
    assert_eq!(notices(&run(&mut m, "ls")), ["not while something is running; stop it first"]);
    ran(&mut m, "own-1", "");
    say(&mut m, "hi");
    assert_eq!(notices(&run(&mut m, "ls")), ["not while something is running; stop it first"]);
    assert_eq!(path(&run(&mut m, "  ")), [""; 0]);
}

#[test]
fn a_new_conversation_knows_nothing_of_what_was_run_before() {
    let mut m = machine();
    run(&mut m, "ls");
    ran(&mut m, "own-1", "secret");
    run(&mut m, "sleep 9");
    assert!(path(&m.step(Input::Op(Op::Clear), NOW)).contains(&"stopown".to_owned()));
    assert_eq!(path(&ran(&mut m, "own-2", "late")), ["own-2 Done"]);
    assert_eq!(told(words(&mut m, "hi")), [""; 0]);
}

#[test]
fn many_long_outputs_are_bounded_and_the_newest_stay_whole() {
    let mut m = machine();
    for n in 1..=5 {
        run(&mut m, &format!("run {n}"));
        ran(&mut m, &format!("own-{n}"), &"x".repeat(25_000));
    }
    let texts = told(words(&mut m, "?"));
    let sizes: Vec<bool> = texts.iter().map(|text| text.len() > 25_000).collect();
    assert_eq!(sizes, [false, false, false, true, true]);
    assert!(texts[0].contains("$ run 1\n[output left out"), "{}", texts[0]);
}
