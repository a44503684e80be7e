//! What the window itself is told: focus, notifications, its name, and being ours as a whole.

use std::time::Duration;

use qwen::sim::{call, say};
use serde_json::json;

use crate::{Desk, Key, bytes};

const AWAY: &str = "\x1b[O";
const HERE: &str = "\x1b[I";
const QUESTION: &[u8] = b"\x07\x1b]9;qwen: something needs your OK\x1b\\";
const DONE: &[u8] = b"\x07\x1b]9;qwen: the turn has ended\x1b\\";

#[test]
fn who_looks_elsewhere_is_told_that_a_question_waits_and_who_looks_is_not() {
    for (focus, times) in [(AWAY, 1), (HERE, 0)] {
        let turn = call("run_shell_command", json!({"command": "touch made", "description": "do it"}));
        let mut terminal = Desk::new(100, 30).model_says(turn).model_says(say("No then.")).opens();
        terminal.is_ready().says("touch").type_text(focus).waits_for_question("touch made");
        assert_eq!(bytes::count(&terminal.raw(), QUESTION), times);
        terminal.key(Key::Escape).waits_for_printed("touch made · denied");
    }
}

#[test]
fn the_end_of_a_long_turn_is_told_and_of_a_short_one_not() {
    let slow = say("Late.").after(Duration::from_millis(5_300));
    let mut terminal = Desk::new(100, 30).model_says(say("Soon.")).model_says(slow).opens();
    terminal.is_ready().type_text(AWAY).says("short").waits_for_printed("Soon.").waits_for_rest();
    assert_eq!(bytes::count(&terminal.raw(), DONE), 0);
    terminal.says("long").waits_for_printed("Late.").waits_for_rest();
    assert_eq!(bytes::count(&terminal.raw(), DONE), 1);
    terminal.key(Key::Control('d'));
    terminal.exits();
    terminal.is_restored();
}

#[test]
fn the_window_is_named_after_the_folder_and_gets_its_old_name_back() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    assert_eq!(bytes::count(&terminal.raw(), "\x1b[22;0t\x1b]0;qwen · work\x1b\\".as_bytes()), 1);
    terminal.is_restored();
}

#[test]
fn the_whole_window_shows_the_same_conversation_scrolls_and_is_given_back() {
    let text: String = crate::numbered(1..=60, |n| format!("point {n:02}\n\n"));
    let mut terminal = Desk::new(100, 30).word("--fullscreen").model_says(say(text)).opens();
    terminal.is_ready().says("list").waits_for("point 60").waits_for_rest();
    assert!(bytes::count(&terminal.raw(), b"\x1b[?1049h") == 1 && !terminal.screen().contains("point 30"));
    for _ in 0..10 {
        terminal.type_text("\x1b[5~").pauses(60);
    }
    terminal.waits_for("> list").waits_for("point 01").resize(60, 20).waits_for("point 08");
    for _ in 0..12 {
        terminal.type_text("\x1b[6~").pauses(60);
    }
    terminal.waits_for("point 60").key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored().shows_once("1 request").shows_once("qwen --resume ");
    assert!(!terminal.screen().contains("point 60"), "{}", terminal.screen());
}

#[test]
fn the_whole_window_comes_back_from_every_other_screen_and_asks_the_terminal_nothing() {
    let text: String = crate::numbered(1..=60, |n| format!("point {n:02}\n\n"));
    let desk = Desk::new(100, 30).env("EDITOR", "f() { printf ' and more' >> \"$1\"; }; f");
    let mut terminal = desk.word("--fullscreen").model_says(say(text)).opens();
    terminal.is_ready().says("tell me").waits_for("point 60").waits_for("> ");
    for _ in 0..2 {
        terminal.key(Key::Control('t')).waits_for("Esc closes").key(Key::Home).waits_for("> tell me");
        terminal.type_text("q").waits_for("point 60").waits_for("ctx ").waits_for_no("Esc closes");
    }
    terminal.key(Key::Control('l')).type_text("words").waits_for("> words").key(Key::Control('g'));
    terminal.waits_for("> words and more").waits_for("point 60").waits_for("ctx ");
    for (columns, rows) in [(60, 20), (140, 40), (40, 12), (100, 30)] {
        terminal.resize(columns, rows);
    }
    terminal.waits_for("point 60").waits_for("> words and more").waits_for("ctx ").waits_for_rest();
    let screen = terminal.screen();
    assert_eq!((screen.matches("> words").count(), screen.matches("ctx ").count()), (1, 1), "{screen}");
    terminal.key(Key::Control('u')).waits_for_no("words").key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored();
    assert_eq!(bytes::count(&terminal.raw(), b"\x1b[6n"), 0, "where the cursor is, is known");
}

#[test]
fn without_motion_a_running_turn_has_no_clock() {
    let slow = say("Late.").after(Duration::from_millis(2_500));
    let settings =
        r#"mkdir -p "$QWEN_HOME"; echo '{"ui": {"motion": false}}' > "$QWEN_HOME/settings.json"; "$QWEN""#;
    let mut terminal = Desk::new(100, 30).shell(settings).model_says(slow).opens();
    terminal.is_ready().says("wait").waits_for("Waiting for the model · Esc").waits_for_rest();
    let before = terminal.raw().len();
    terminal.pauses(1_200);
    assert_eq!(terminal.raw().len(), before, "{}", terminal.screen());
    terminal.waits_for_printed("Late.");
}
