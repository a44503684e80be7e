//! Line mode: terminals that cannot move their cursor, and screen readers.

use qwen::sim::{call, say};
use serde_json::json;

use crate::{Desk, Key};

/// Not one escape byte, and nothing but text and ends of lines.
fn is_plain(raw: &[u8]) {
    let text = String::from_utf8_lossy(raw);
    let bad = |c: char| {
        c.is_control() && !matches!(c, '\r' | '\n' | '\u{8}') || ('\u{2500}'..='\u{257f}').contains(&c)
    };
    assert!(!text.contains(bad), "{text:?}");
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_lines_and_says_so_once() {
    let mut terminal = Desk::new(100, 30)
        .env("TERM", "dumb")
        .model_says(say("# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThat is **all**."))
        .opens();
    terminal.is_ready().shows_once("line mode");
    terminal
        .type_text("hi")
        .key(Key::Enter)
        .waits_for_printed("That is all.")
        .waits_for("$0")
        .waits_for_rest();
    is_plain(&terminal.raw());
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.shows_once("qwen --resume ").is_restored().leaves_no_process();
    is_plain(&terminal.raw());
}

#[test]
fn a_screen_reader_hears_the_question_and_a_number_answers_it() {
    let edit = json!({"file_path": "{{cwd}}/app.py", "old_string": "one", "new_string": "two"});
    let mut terminal = Desk::new(100, 30)
        .word("--screen-reader")
        .file("app.py", "one\n")
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/app.py"})))
        .model_says(call("edit", edit))
        .model_says(say("Changed."))
        .opens();
    terminal.is_ready().waits_for("You: ").type_text("change it").key(Key::Enter);
    terminal.waits_for("Needs approval: Change app.py?").waits_for("- one").waits_for("+ two");
    terminal.waits_for("1 Yes, once").waits_for("4 No").pauses(900);
    assert_eq!(terminal.file("app.py"), "one\n");
    terminal.type_text("1").key(Key::Enter).waits_for_printed("Qwen: Changed.").waits_for("Tool: ");
    assert_eq!(terminal.file("app.py"), "two\n");
    is_plain(&terminal.raw());
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
}

#[test]
fn in_line_mode_ctrl_c_stops_a_turn_and_leaves_when_pressed_twice() {
    let text: String = crate::numbered(0..2_000, |n| format!("word{n}\n\n"));
    let mut terminal = Desk::new(100, 30).env("TERM", "dumb").model_says(say(text).pace(40)).opens();
    terminal.is_ready().type_text("write").key(Key::Enter).waits_for_printed("word3");
    terminal.key(Key::Control('c')).waits_for_printed("stopped").waits_for("$0").waits_for_rest();
    assert!(terminal.is_running());
    terminal.key(Key::Control('c')).waits_for("again").key(Key::Control('c'));
    assert_eq!(terminal.exits(), 0);
}
