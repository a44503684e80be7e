//! What is written: pastes without marks, new lines, and drafts that outlive the program.

use qwen::sim::say;

use crate::{Desk, Key};

#[test]
fn keys_that_no_hand_types_are_a_paste_and_are_not_sent() {
    let mut terminal = Desk::new(100, 30).model_says(say("Read.")).opens();
    terminal.is_ready().type_text("one\rtwo\rthree\r").waits_for("  three").pauses(300);
    assert_eq!(terminal.requests().len(), 0);
    terminal.key(Key::Enter).waits_for_printed("Read.");
    assert!(terminal.last_message().contains("one\\ntwo\\nthree"), "{}", terminal.last_message());
}

#[test]
fn what_a_script_types_with_enter_at_its_end_is_sent() {
    let mut terminal = Desk::new(100, 30).model_says(say("First.")).model_says(say("Second.")).opens();
    terminal.is_ready().type_text("hello\r").waits_for_printed("First.").is_ready();
    terminal.type_text("/vi").waits_for("/vim").type_text("m\r").waits_for("vim's keys are on");
    terminal.type_text("again\r").waits_for_printed("Second.");
    assert_eq!(terminal.requests().len(), 2);
}

#[test]
fn every_key_for_a_new_line_makes_one() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().type_text("a").waits_for("> a");
    // Shift-Enter as terminals send it that were asked to tell it apart, then Alt-Enter, Ctrl-J, and a backslash.
    for (keys, shown) in [("\x1b[13;2u", "b"), ("\x1b\r", "c"), ("\n", "d"), ("\\", "e")] {
        terminal.type_text(keys);
        if keys == "\\" {
            terminal.waits_for("  d\\").moves(Key::Enter);
        }
        terminal.type_text(shown).waits_for(&format!("  {shown}"));
    }
    assert!(terminal.screen().contains("> a\n  b\n  c\n  d\n  e"), "{}", terminal.screen());
    assert_eq!(terminal.requests().len(), 0);
}

#[test]
fn a_draft_outlives_a_signal_and_what_was_sent_is_known_the_next_time() {
    let killing = "f() { kill -TERM $PPID; sleep 9; }; f";
    let desk = Desk::new(100, 30).env("EDITOR", killing).shell("\"$QWEN\"; echo CODE $?; \"$QWEN\"");
    let mut terminal = desk.model_says(say("Read.")).opens();
    terminal.is_ready().says("an earlier text").waits_for_printed("Read.").is_ready();
    terminal.type_text("half a thought").waits_for("> half a thought").key(Key::Control('g'));
    terminal.waits_for_printed("CODE 143").waits_for("your draft from the last session is back");
    terminal.waits_for("> half a thought").key(Key::Control('r')).waits_for("› an earlier text");
    terminal.key(Key::Enter).waits_for("> an earlier text").key(Key::Control('c')).waits_for_rest();
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored();
}

#[test]
fn a_draft_outlives_a_kill_that_nobody_can_see_coming() {
    let killing = "f() { kill -KILL $PPID; sleep 9; }; f";
    let desk = Desk::new(100, 30).env("EDITOR", killing).shell("\"$QWEN\"; echo CODE $?; \"$QWEN\"");
    let mut terminal = desk.opens();
    terminal.is_ready().type_text("half a thought").waits_for("> half a thought");
    let kept =
        |t: &crate::Terminal| t.who_holds("half a thought").iter().any(|path| path.ends_with("draft.json"));
    terminal.waits_until("it is on the disk", kept);
    terminal.key(Key::Control('g')).waits_for_printed("CODE 137");
    terminal.waits_for("your draft from the last session is back").waits_for("> half a thought");
    terminal.key(Key::Control('c')).waits_for_no("> half").is_ready().key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    assert!(!kept(&terminal), "what was cleared is not kept");
}

#[test]
fn a_private_session_keeps_neither_texts_nor_drafts() {
    let killing = "f() { kill -TERM $PPID; sleep 9; }; f";
    let line =
        "\"$QWEN\" --private; find \"$HOME\" -name 'past*' -o -name 'draft*' | wc -l | tr -d ' ' > found";
    let desk = Desk::new(100, 30).env("EDITOR", killing).shell(line).model_says(say("Read."));
    let mut terminal = desk.opens();
    terminal.is_ready().says("a secret plan").waits_for_printed("Read.").is_ready();
    terminal.type_text("half").waits_for("> half").key(Key::Control('g'));
    terminal.exits();
    assert_eq!(terminal.file("found"), "0\n");
}

#[test]
fn the_cursor_is_at_the_caret_at_the_right_edge_and_in_a_wrapped_draft() {
    let mut terminal = Desk::new(40, 12).opens();
    // 37 columns of text have room; a wide sign that has not goes to the next row as a whole.
    terminal.is_ready().type_text(&"中".repeat(18)).waits_for("中中").waits_for_rest();
    assert_eq!(terminal.cursor().map(|(column, _)| column), Some(2 + 36));
    terminal.type_text("文").waits_for("  文").waits_for_rest();
    assert_eq!(terminal.cursor().map(|(column, _)| column), Some(2 + 2));
    terminal.key(Key::Control('u')).type_text(&"x".repeat(37)).waits_for("xxx").waits_for_rest();
    assert_eq!(terminal.cursor().map(|(column, _)| column), Some(2), "behind a full row");
}
