//! How the program ends, and what it leaves behind.

use std::time::Instant;

use qwen::sim::{call, say};
use serde_json::json;

use crate::{Desk, Key, Terminal, numbered};

fn after_one_turn() -> Terminal {
    let mut terminal = Desk::new(100, 30).model_says(say("Hello.")).model_says(say("Again.")).opens();
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for("cache").waits_for_rest();
    terminal
}

/// A turn that writes for a long time.
fn mid_stream() -> Terminal {
    let text: String = numbered(0..2_000, |n| format!("word{n} "));
    let mut terminal = Desk::new(100, 30).model_says(say(text).pace(40)).opens();
    terminal.is_ready().says("write").waits_for("word5 ");
    terminal
}

/// A command that runs for a long time.
fn mid_command() -> Terminal {
    let line = "echo begun; sleep 300 & sleep 300";
    let turn = call("run_shell_command", json!({"command": line, "description": "wait"}));
    let mut terminal = Desk::new(100, 30).word("--yolo").model_says(turn).opens();
    terminal.is_ready().says("wait").waits_for("begun");
    terminal
}

#[test]
fn every_way_to_leave_gives_the_summary_and_the_terminal_back() {
    for way in ["Ctrl-C twice", "Ctrl-D", "/quit"] {
        let mut terminal = after_one_turn();
        match way {
            "Ctrl-C twice" => terminal.key(Key::Control('c')).waits_for("again").key(Key::Control('c')),
            "Ctrl-D" => terminal.key(Key::Control('d')),
            _ => terminal.says("/quit"),
        };
        assert_eq!(terminal.exits(), 0, "{way}");
        terminal.shows_once("> hi").shows_once("Hello.").shows_once("1 request").shows_once(" out");
        terminal.shows_once("qwen --resume ").is_restored().leaves_no_process();
        assert!(!terminal.screen().contains("ctx "), "the live block is gone: {}", terminal.screen());
    }
}

#[test]
fn the_summary_names_a_session_that_can_be_resumed() {
    let script = "\"$QWEN\"; id=$(ls \"$HOME\"/.qwen/projects/*/*/*.jsonl | sed 's|.*/||; s|.jsonl||'); echo \"kept $id\"; \"$QWEN\" --resume \"$id\"";
    let mut terminal =
        Desk::new(100, 30).shell(script).model_says(say("Hello.")).model_says(say("Again.")).opens();
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for_rest().key(Key::Control('d'));
    terminal.waits_for("kept ").waits_for("1 turn restored").is_ready();
    let all = terminal.scrollback();
    let id = |lead: &str| {
        all.split(lead).nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default().to_owned()
    };
    assert_eq!(id("qwen --resume "), id("kept "), "{all}");
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
}

#[test]
fn a_session_without_a_word_is_not_kept_and_names_nothing_to_resume() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.shows("--resume", 0).is_restored();
}

#[test]
fn a_signal_in_the_middle_of_an_answer_ends_it_and_restores_the_terminal() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut terminal = mid_stream();
        terminal.signal(name);
        assert_eq!(terminal.exits(), code, "{name}");
        terminal.shows_once("> write").shows_once("word0 word1 ").is_restored().leaves_no_process();
    }
}

#[test]
fn nothing_that_a_command_started_outlives_the_screen() {
    for signal in [true, false] {
        let mut terminal = mid_command();
        if signal {
            terminal.signal("TERM");
        } else {
            terminal.says("/quit");
        }
        terminal.exits();
        terminal.is_restored().leaves_no_process();
    }
}

#[test]
fn a_program_whose_window_was_closed_ends_soon() {
    for (name, mut terminal) in
        [("at rest", after_one_turn()), ("writing", mid_stream()), ("running", mid_command())]
    {
        let began = Instant::now();
        terminal.closes();
        assert_eq!(terminal.exits(), 129, "{name}");
        assert!(began.elapsed().as_secs() < 30, "{name}");
        terminal.leaves_no_process();
    }
}

#[test]
fn a_program_whose_window_was_closed_ends_soon_also_when_no_signal_reaches_it() {
    let turns = [say("Hello."), say("Again.")];
    let mut terminal = turns
        .into_iter()
        .fold(Desk::new(100, 30), Desk::model_says)
        .shell("trap '' HUP; \"$QWEN\"; exit $?")
        .opens();
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for_rest();
    terminal.closes();
    assert_eq!(terminal.exits(), 129);
    terminal.leaves_no_process();
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_one_answer_as_any_other() {
    let mut terminal =
        Desk::new(100, 30).env("TERM", "dumb").word("-p").word("hi").model_says(say("Hello.")).opens();
    assert_eq!(terminal.exits(), 0);
    assert!(!terminal.raw().contains(&0x1b));
    terminal.shows_once("Hello.");
}

#[test]
fn a_session_whose_only_request_failed_can_be_resumed_as_the_summary_says() {
    let script = "\"$QWEN\"; \"$QWEN\" --continue";
    let refused = say("x").fault(qwen::sim::Fault::status(401));
    let mut terminal = Desk::new(100, 30).shell(script).model_says(refused).opens();
    terminal.is_ready().says("hi").waits_for_printed("(401)").waits_for_rest().key(Key::Control('d'));
    terminal.waits_for_printed("go on with: qwen --resume ").waits_for_printed("1 turn restored").is_ready();
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
}
