//! The draft: pastes, Ctrl-C, commands.

use qwen::sim::say;

use crate::{Desk, Key, numbered};

fn lines(count: u32) -> String {
    numbered(1..=count, |n| format!("pasted line {n:03}\n"))
}

#[test]
fn a_long_paste_is_a_chip_is_not_sent_and_is_sent_whole() {
    for (columns, rows) in [(100, 30), (40, 12)] {
        let mut terminal = Desk::new(columns, rows).model_says(say("Read.")).opens();
        terminal.is_ready().pastes(&lines(200)).waits_for("200 lines").pauses(300);
        assert_eq!(terminal.requests().len(), 0);
        terminal.key(Key::Enter).waits_for_printed("Read.");
        let asked = terminal.requests()[0].json["messages"].to_string();
        assert_eq!(asked.matches("pasted line ").count(), 200);
        assert!(asked.contains("pasted line 001\\npasted line 002") && asked.contains("pasted line 200"));
    }
}

#[test]
fn a_short_paste_with_a_line_end_is_text_and_is_not_sent() {
    let mut terminal = Desk::new(100, 30).model_says(say("Read.")).opens();
    terminal.is_ready().pastes("one\ntwo\n").waits_for("> one").waits_for("  two").pauses(300);
    assert_eq!(terminal.requests().len(), 0);
    assert!(terminal.is_running());
}

#[test]
fn ctrl_c_clears_the_draft_and_leaves_only_when_pressed_twice_on_an_empty_one() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().type_text("draft").waits_for("> draft").key(Key::Control('c')).waits_for_no("draft");
    terminal.type_text("x").waits_for("> x").key(Key::Control('c')).waits_for_no("> x");
    assert!(terminal.is_running());
    terminal.key(Key::Control('c')).waits_for("again").type_text("y").waits_for_no("again");
    terminal.key(Key::Control('c')).waits_for_no("> y").key(Key::Control('c')).waits_for("again");
    // The second one has to come soon.
    terminal.waits_for_no("again").key(Key::Control('c')).waits_for("again");
    assert!(terminal.is_running());
    terminal.key(Key::Control('c'));
    assert_eq!(terminal.exits(), 0);
}

#[test]
fn ctrl_d_deletes_in_a_draft_and_leaves_without_one() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().type_text("ab").waits_for("> ab").key(Key::Control('a')).key(Key::Control('d'));
    terminal.waits_for("> b");
    assert!(terminal.is_running());
    terminal.key(Key::Control('d')).waits_for_no("> b").key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
}

#[test]
fn the_cursor_stands_behind_what_was_typed_also_behind_wide_signs() {
    let mut terminal = Desk::new(40, 12).opens();
    terminal.is_ready().type_text("中文 ok").waits_for("> 中文 ok").waits_for_rest();
    assert_eq!(terminal.cursor().map(|(column, _)| column), Some(2 + 7));
}

#[test]
fn an_unknown_command_is_not_sent_and_a_slash_lists_the_known_ones() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().type_text("/").waits_for("/help").waits_for("1/").type_text("statz").key(Key::Enter);
    terminal.waits_for("there is no command `/statz`").waits_for("/stats");
    assert_eq!(terminal.requests().len(), 0);
    terminal.key(Key::Control('u')).says("/help").waits_for_printed("/compress").waits_for_printed("Ctrl-C");
    // Nothing is advertised that is not there.
    terminal.shows("!cmd", 0);
}
