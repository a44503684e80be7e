//! Commands of the person's own.

use super::*;
use crate::protocol::Display;

fn own() -> ToolCall {
    call("own-1", ToolCall::OWN_COMMAND)
}

fn shell(line: &str) -> [Op; 1] {
    [Op::Shell { command: line.into() }]
}

/// The agent runs a line to its end.
fn runs<'a>(stage: &'a mut Stage, line: &str, output: &str, code: i32) -> &'a mut Stage {
    stage.hear(Event::ToolStarted { call: own(), title: format!("! {line}") });
    stage.hear(Event::ToolOutput { call: own().id, text: output.into() });
    let verdict = if code == 0 { Verdict::Done } else { Verdict::Failed };
    let display = Display::Output { tail: output.trim_end().into(), hidden_lines: 0, exit_code: Some(code) };
    let result = result("own-1", output, verdict);
    stage.hear(Event::ToolDone { call: own(), result, display: Some(display), took: Duration::from_secs(2) })
}

#[test]
fn the_sign_opens_a_command_line_that_stays_until_escape() {
    let mut stage = Stage::new(100, 30);
    stage.write("!");
    let mode = "shell · Enter runs the line here, the model reads it with your next words · Esc leaves";
    assert_eq!(stage.screen(), format!("\n! ▏\n{mode}"));
    stage.write("echo hi").enter();
    assert_eq!(stage.ops(), shell("echo hi"));
    assert_eq!(stage.past, ["!echo hi"], "later sessions know it as what it was");
    stage.hear(Event::ToolStarted { call: own(), title: "! echo hi".into() });
    stage.hear(Event::ToolOutput { call: own().id, text: "hi\n".into() }).wait(1_500);
    assert_eq!(stage.screen(), format!("▸ ! echo hi · 1 s\n  hi\n─ Running · 1 s · Esc stop\n! ▏\n{mode}"));
    runs(&mut stage, "echo hi", "hi\n", 0);
    assert!(stage.history().ends_with("✓ ! echo hi · 2.0 s\n  hi"), "{}", stage.history());
    assert_eq!(stage.screen(), format!("\n! ▏\n{mode}"), "sticky");
    stage.escape();
    assert!(stage.screen().starts_with("\n> ▏\n~/src/shop main · default"));
    assert_eq!(stage.ops(), []);
}

#[test]
fn a_failed_command_shows_its_exit_code_and_backspace_leaves_an_empty_line() {
    let mut stage = Stage::new(80, 24);
    stage.write("!false").enter();
    runs(&mut stage, "false", "", 1);
    assert!(stage.history().ends_with("✗ ! false · failed · exit 1 · 2.0 s"), "{}", stage.history());
    stage.write("a").key(KeyCode::Backspace).key(KeyCode::Backspace).write("x");
    assert!(stage.screen().contains("> x▏"));
}

#[test]
fn escape_stops_a_command_first_and_words_wait_for_it() {
    let mut stage = Stage::new(80, 24);
    stage.write("!sleep 60").enter().ops();
    stage.hear(Event::ToolStarted { call: own(), title: "! sleep 60".into() }).escape();
    assert_eq!(stage.ops(), [Op::Interrupt]);
    stage.hear(Event::ToolDone {
        call: own(),
        result: result("own-1", "[stopped by the person]", Verdict::Interrupted),
        display: None,
        took: Duration::from_secs(1),
    });
    assert!(stage.history().ends_with("■ ! sleep 60 · stopped · 1.0 s"), "{}", stage.history());
    stage.write("sleep 1").enter().ops();
    stage.hear(Event::ToolStarted { call: own(), title: "! sleep 1".into() });
    stage.write("ls").enter();
    assert!(stage.screen().contains("not while something is running; Esc stops it"));
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "ls"));
}

#[test]
fn words_said_while_a_command_runs_are_sent_after_it() {
    let mut stage = Stage::new(80, 24);
    stage.write("!ls").enter().key(KeyCode::Backspace).write("what is this?").enter();
    assert_eq!(stage.ops(), shell("ls"));
    runs(&mut stage, "ls", "a\n", 0);
    assert_eq!(stage.ops(), [Op::Say { text: "what is this?".into() }]);
}

#[test]
fn it_is_refused_while_a_turn_runs_and_the_line_stays() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").write("!ls").enter();
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "ls"));
    assert!(stage.screen().contains("not while something is running"));
}

#[test]
fn paths_and_mentions_on_a_command_line_are_its_own() {
    let mut stage = Stage::new(80, 24);
    stage.write("!/usr/bin/env @x").enter();
    assert_eq!(stage.ops(), shell("/usr/bin/env @x"));
}

#[test]
fn a_line_of_the_past_is_a_command_again_and_words_are_words() {
    let mut stage = Stage::new(80, 24);
    stage.ask("explain it").ends(EndReason::Completed);
    stage.write("!ls -l").enter().ops();
    runs(&mut stage, "ls -l", "a\n", 0);
    stage.write("mak").key(KeyCode::Up);
    assert!(stage.screen().contains("! ls -l▏"), "{}", stage.screen());
    stage.key(KeyCode::Up);
    assert!(stage.screen().contains("> explain it▏"), "{}", stage.screen());
    stage.key(KeyCode::Down).key(KeyCode::Down);
    assert!(stage.screen().contains("! mak▏"), "{}", stage.screen());
    stage.key(KeyCode::Up).enter();
    assert_eq!(stage.ops(), shell("ls -l"));
}

#[test]
fn a_pasted_line_that_begins_with_the_sign_shows_what_enter_will_do() {
    let mut stage = Stage::new(80, 24);
    stage.send(Msg::Paste("!important\n".into()));
    assert!(stage.screen().contains("! important"), "{}", stage.screen());
    assert!(stage.screen().contains("shell · Enter runs"));
    stage.control('c').write("a!b");
    assert!(stage.screen().contains("> a!b▏"));
}

#[test]
fn escape_closes_a_panel_above_the_command_line_and_not_the_line() {
    let mut stage = Stage::new(80, 24);
    stage.ask("words").ends(EndReason::Completed).write("!l").control('r').escape();
    assert!(stage.screen().contains("\n! l▏\nshell · "), "{}", stage.screen());
}
