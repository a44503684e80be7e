//! Questions: when they open, what chooses, what is said.

use super::*;
use crate::protocol::{Answer, Diff, DiffLine, LineKind};

fn answer(answer: Answer) -> Op {
    Op::Answer { call: CallId::new("c1"), answer }
}

/// A question that came while the person was not typing, and is ready for an answer.
fn open(columns: usize, rows: usize, event: Event) -> Stage {
    let mut stage = Stage::new(columns, rows);
    stage.ask("build it").wait(2_000).hear(event).wait(700);
    stage
}

#[test]
fn a_question_waits_until_the_person_stops_typing() {
    let mut stage = Stage::new(100, 30);
    stage.ask("build it").wait(3_000).write("please al");
    stage.hear(asks_to_run("rm -rf build.tmp"));
    for c in "so check th".chars() {
        stage.wait(90).write(&c.to_string());
    }
    assert!(stage.screen().contains("needs your OK"));
    stage.enter().wait(100);
    assert_eq!(stage.ops(), []);
    assert_eq!(stage.model.queue, ["please also check th"]);
    stage.wait(600);
    assert!(stage.screen().contains("Run this command?"));
}

#[test]
fn enter_and_digits_do_nothing_in_the_first_moment() {
    let mut stage = Stage::new(100, 30);
    stage.ask("build it").wait(2_000).hear(asks_to_run("ls"));
    assert!(stage.screen().contains("Run this command?"));
    stage.wait(500).enter().write("1");
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "1"));
    stage.key(KeyCode::Backspace).wait(200).write("1");
    assert_eq!(stage.ops(), [answer(Answer::Once)]);
}

#[test]
fn letters_never_choose_and_with_a_draft_nothing_does_until_the_mark_is_moved() {
    let mut stage = open(100, 30, asks_to_run("ls"));
    stage.write("apyjk1");
    assert_eq!((stage.ops(), stage.draft().as_str(), stage.model.dialogs[0].selected), (vec![], "apyjk1", 0));
    stage.wait(5_000).enter();
    assert_eq!(stage.ops(), []);
    assert!(stage.screen().contains("Enter chooses after ↑ or ↓"));
    stage.key(KeyCode::Down).key(KeyCode::Up).enter();
    assert_eq!(stage.ops(), [answer(Answer::Once)]);
    assert_eq!(stage.draft(), "apyjk1", "the draft is kept");
}

#[test]
fn no_says_what_was_written() {
    let mut stage = open(100, 30, asks_to_run("rm -r x"));
    stage.write("use git clean").escape();
    assert_eq!(stage.ops(), [answer(Answer::No { say: "use git clean".into() })]);
    assert_eq!(stage.draft(), "");
    let mut stage = open(100, 30, asks_to_run("rm -r x"));
    stage.write("keep").control('c');
    assert_eq!(stage.ops(), [answer(Answer::No { say: String::new() })]);
    assert_eq!(stage.draft(), "keep");
}

#[test]
fn an_edited_command_runs_as_edited_and_the_draft_comes_back() {
    let mut stage = open(100, 30, asks_to_run("ls\u{202e} -l"));
    stage.write("dra").key(KeyCode::Down).key(KeyCode::Down).enter();
    assert_eq!(stage.draft(), "ls⟨U+202E⟩ -l", "what is hidden is shown");
    stage.control('u').write("ls -a").enter();
    assert_eq!(stage.ops(), [answer(Answer::Edited { command: "ls -a".into() })]);
    assert_eq!(stage.draft(), "dra");
    let mut stage = open(100, 30, asks_to_run("ls"));
    stage.write("3").write(" x").escape().wait(700).write("2");
    assert_eq!(stage.ops(), [answer(Answer::Always)]);
}

#[test]
fn a_long_command_must_be_seen_as_a_whole_before_yes() {
    let command = format!("{} && rm -rf /", "echo a very long line of words ".repeat(20));
    let mut stage = open(40, 12, asks_to_run(&command));
    assert!(!stage.screen().contains("rm -rf"));
    stage.write("1").enter();
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], ""));
    assert!(stage.screen().contains("first read the whole command: PgDn"));
    let mut seen = String::new();
    for _ in 0..30 {
        seen.push_str(&stage.screen());
        stage.key(KeyCode::PageDown);
    }
    assert!(seen.contains("rm -rf /"));
    stage.write("1");
    assert_eq!(stage.ops(), [answer(Answer::Once)]);
}

#[test]
fn a_narrower_window_asks_to_read_again() {
    let command = "echo some words ".repeat(12);
    let mut stage = Stage::new(100, 30);
    stage.ask("go").wait(2_000);
    stage.send(Msg::Resize(Size { columns: 40, rows: 12 })).hear(asks_to_run(&command)).wait(700);
    assert!(!stage.model.dialogs[0].is_seen);
    stage.send(Msg::Resize(Size { columns: 100, rows: 30 }));
    assert!(stage.model.dialogs[0].is_seen);
}

#[test]
fn a_window_that_is_too_small_asks_nothing() {
    let mut stage = Stage::new(38, 8);
    stage.ask("go").wait(2_000).hear(asks_to_run("ls")).wait(5_000);
    assert_eq!(stage.screen(), "Window too small (38x8), need 40x10");
    stage.write("1").enter();
    assert!(stage.ops().is_empty());
}

#[test]
fn questions_are_asked_one_after_the_other_and_vanish_with_their_turn() {
    let mut stage = open(100, 30, asks_to_run("one"));
    let Event::Permission { question, .. } = asks_to_run("two") else { return };
    stage.hear(Event::Permission { call: call("c2", "run_shell_command"), question });
    assert!(stage.screen().contains("1 of 2"));
    stage.write("1").wait(100).enter().wait(700).enter();
    assert_eq!(stage.ops(), [answer(Answer::Once)], "the second is not armed yet");
    stage.wait(600).write("dra").ends(EndReason::Interrupted);
    assert!(stage.model.dialogs.is_empty());
}

#[test]
fn a_long_change_shows_its_changed_lines_first_and_says_how_many_there_are() {
    let line = |kind, number: u32| DiffLine { kind, number, text: format!("text {number}") };
    let mut lines = vec![line(LineKind::Same, 1)];
    lines.extend((2..82).map(|n| line(LineKind::Added, n)));
    let diff = Diff { path: "a.py".into(), is_new: false, added: 80, removed: 0, lines };
    let question = Question {
        preview: Preview::Change { diff, content: String::new() },
        remember: None,
        reason: "edits ask in this mode".into(),
        effects: Vec::new(),
    };
    let mut stage = open(60, 20, Event::Permission { call: call("c1", "edit"), question });
    let screen = stage.screen();
    assert!(screen.contains("Change a.py?  +80 −0 · 1 hunk  showing 13 of 80 lines"), "{screen}");
    assert!(!screen.contains("text 1\n") && !screen.contains("2 Yes") && !screen.contains("3 Edit"));
    stage.key(KeyCode::PageDown).write("1");
    assert_eq!(stage.ops(), [answer(Answer::Once)], "the count is honest, so Yes is allowed");
}
