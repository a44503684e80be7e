//! The window changes its size.

use qwen::sim::{call, say};
use serde_json::json;

use crate::{Desk, Key, numbered};

#[test]
fn after_many_sizes_there_is_one_composer_and_one_footer() {
    let text: String = numbered(1..=20, |n| format!("Paragraph {n:02}.\n\n"));
    let mut terminal =
        Desk::new(100, 30).shell("echo the shell was here; exec \"$QWEN\"").model_says(say(text)).opens();
    terminal.is_ready().says("write").waits_for_printed("Paragraph 20.").waits_for_rest();
    terminal.type_text("a draft of mine").waits_for("> a draft of mine");
    for (columns, rows) in [(50, 30), (140, 30), (40, 12), (100, 30)] {
        terminal.resize(columns, rows).waits_for_rest().waits_for("> a draft of mine");
        let screen = terminal.screen();
        assert_eq!(screen.matches("> a draft of mine").count(), 1, "{columns}x{rows}\n{screen}");
        assert_eq!(screen.matches("ctx ").count(), 1, "{columns}x{rows}\n{screen}");
    }
    terminal.shows_once("the shell was here").shows_once("> write").shows_once("Paragraph 20.");
}

#[test]
fn a_window_that_is_too_small_says_so_and_comes_back() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().type_text("draft").waits_for("> draft").resize(30, 8).waits_for("Window too small");
    terminal.resize(60, 20).waits_for("> draft").waits_for_no("Window too small");
}

#[test]
fn what_is_said_while_the_window_is_too_small_is_printed_when_there_is_room() {
    let line = "An answer that is as wide as a line.";
    let mut terminal = Desk::new(100, 30).model_says(say(line)).opens();
    terminal.is_ready().resize(20, 5).waits_for("Window too").type_text("go").key(Key::Enter);
    terminal.resize(100, 30).waits_for_printed(line).waits_for_rest().shows_once(line);
}

#[test]
fn a_question_is_laid_out_anew_and_still_asks() {
    let turn = call("run_shell_command", json!({"command": "touch made", "description": "x"}));
    let mut terminal = Desk::new(100, 30).model_says(turn).model_says(say("Made.")).opens();
    terminal.is_ready().says("touch").waits_for_question("touch made");
    for (columns, rows) in [(40, 12), (140, 40), (100, 30)] {
        terminal.resize(columns, rows).waits_for_rest().waits_for("touch made").waits_for("1 Yes");
        assert_eq!(terminal.screen().matches("1 Yes").count(), 1, "{}", terminal.screen());
    }
    terminal.key(Key::Enter).waits_for_printed("Made.");
    assert!(terminal.path("made").exists());
}

#[test]
fn a_key_and_a_new_size_that_come_together_are_both_heard() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready();
    for typed in ["a", "ab", "abc", "abcd", "abcde"] {
        terminal.signal("STOP").resize(30, 8).type_text(&typed[typed.len() - 1..]).signal("CONT");
        terminal.waits_for("Window too small");
        terminal.signal("STOP").resize(100, 30).type_text("\x1b[C").signal("CONT");
        terminal.waits_for(&format!("> {typed}")).waits_for("ctx ");
    }
}
