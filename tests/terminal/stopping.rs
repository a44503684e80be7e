//! Stopping what runs, and saying more while it runs.

use std::time::{Duration, Instant};

use qwen::sim::{Fault, Turn, call, say};
use serde_json::json;

use crate::{Desk, Key, Terminal, numbered};

fn slow() -> Turn {
    let text: String = numbered(0..2_000, |n| format!("word{n} "));
    say(text).pace(40)
}

fn writing(columns: u16, rows: u16) -> Terminal {
    let mut terminal = Desk::new(columns, rows).model_says(slow()).model_says(say("Hello.")).opens();
    terminal.is_ready().says("write").waits_for("word");
    terminal
}

#[test]
fn escape_stops_a_turn_and_what_was_written_stays() {
    for (columns, rows) in [(100, 30), (40, 12)] {
        let mut terminal = writing(columns, rows);
        terminal.key(Key::Escape).waits_for_printed("stopped").waits_for_rest();
        terminal.shows_once("word0").shows_once("stopped");
        terminal.says("again").waits_for_printed("Hello.").shows_once("word0");
        let request = terminal.requests()[1].json["messages"].to_string();
        assert!(request.contains("word0"), "the model keeps what it said: {request}");
    }
}

#[test]
fn a_stopped_answer_is_marked_when_its_session_goes_on() {
    let line = "\"$QWEN\"; \"$QWEN\" -c";
    let mut terminal = Desk::new(100, 30).shell(line).model_says(slow()).opens();
    terminal.is_ready().says("write").waits_for("word3 ").key(Key::Escape).waits_for_printed("! stopped");
    terminal.waits_for("> ").key(Key::Control('d')).waits_for_printed("1 turn restored");
    terminal.waits_until("both say so", |t| t.scrollback().matches("! stopped").count() == 2);
}

#[test]
fn ctrl_c_stops_a_turn_and_does_not_leave() {
    let mut terminal = writing(100, 30);
    terminal.key(Key::Control('c')).waits_for_printed("stopped").waits_for_rest();
    assert!(terminal.is_running());
    terminal.says("again").waits_for_printed("Hello.");
}

#[test]
fn words_wait_for_the_end_of_the_turn_and_escape_gives_them_back() {
    let mut terminal = writing(100, 30);
    terminal
        .says("next")
        .waits_for("queued 1")
        .key(Key::Escape)
        .waits_for_printed("stopped")
        .waits_for("> next");
    terminal.waits_for_no("queued").waits_for_rest();
    assert_eq!(terminal.requests().len(), 1);
    terminal.key(Key::Enter).waits_for_printed("Hello.").shows_once("> next");
}

#[test]
fn words_that_waited_are_sent_when_the_turn_ends() {
    let text: String = numbered(0..60, |n| format!("word{n} "));
    let mut terminal = Desk::new(100, 30).model_says(say(text).pace(60)).model_says(say("Hello.")).opens();
    terminal
        .is_ready()
        .says("write")
        .waits_for("word5 ")
        .says("next")
        .waits_for_printed("Hello.")
        .waits_for_rest();
    terminal.shows_once("> write").shows_once("> next").shows_once("word59");
    assert_eq!(terminal.requests().len(), 2);
}

#[test]
fn escape_stops_a_command_and_everything_it_started() {
    let line = "echo begun; sleep 300 & sleep 300";
    let mut terminal = Desk::new(100, 30)
        .word("--yolo")
        .model_says(call("run_shell_command", json!({"command": line, "description": "wait"})))
        .opens();
    terminal.is_ready().says("wait").waits_for("begun").key(Key::Escape).waits_for_printed("stopped");
    terminal.waits_until("the command has ended", |t| t.processes().len() == 1);
    assert!(terminal.is_running());
}

/// How long it takes from Esc to the word on the screen.
fn stops_in(terminal: &mut Terminal) -> Duration {
    let pressed = Instant::now();
    terminal.key(Key::Escape).waits_for_printed("stopped");
    pressed.elapsed()
}

#[test]
fn escape_stops_at_once_whatever_runs() {
    let limited = Fault::Status {
        status: 429,
        code: None,
        message: None,
        retry_after: Some("50".to_owned()),
        shape: qwen::sim::ErrorShape::default(),
    };
    let command = call("run_shell_command", json!({"command": "sleep 300", "description": "wait"}));
    let (mut answer, mut tool, mut wait) = (
        writing(100, 30),
        Desk::new(100, 30).word("--yolo").model_says(command).opens(),
        Desk::new(100, 30).model_says(say("Never.").fault(limited)).opens(),
    );
    tool.is_ready().says("wait").waits_for("▸ run sleep 300");
    wait.is_ready().says("wait").waits_for("Retry 1 of 4 in ");
    for (what, terminal) in [("an answer", &mut answer), ("a command", &mut tool), ("a wait", &mut wait)] {
        // How long it takes is a figure of the machine. That nothing is waited for stands in
        // `agent::machine::tests::turns::a_stop_waits_for_nothing`.
        println!("{what} stops in {:?}", stops_in(terminal));
    }
}
