//! `qwen demo` in a terminal.

use crate::{Desk, Key};

#[test]
fn the_demo_asks_fixes_its_bug_and_shows_the_bill() {
    let mut terminal = Desk::new(100, 30).word("demo").opens();
    terminal.waits_for_printed("The model is a script");
    for question in ["sh tests/run.sh", "Change src/slug.sh?", "sh tests/run.sh"] {
        terminal.waits_for_question(question).key(Key::Enter).waits_for_no("1 Yes");
    }
    terminal.waits_for_printed("Fixed, and the tests pass.").waits_for_printed("4 cases, 0 failed.");
    terminal.waits_for_rest().key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal
        .shows_once("Fixed, and the tests pass.")
        .shows_once("The simulator's own bill")
        .shows("--resume", 0);
    terminal.is_restored().leaves_no_process();
}

#[test]
fn the_demo_is_a_log_where_no_screen_can_be_drawn() {
    let mut terminal = Desk::new(100, 30).env("TERM", "dumb").word("demo").opens();
    assert_eq!(terminal.exits(), 0);
    assert!(!terminal.raw().contains(&0x1b));
    terminal.waits_for_printed("Fixed, and the tests pass.").shows_once("The simulator's own bill");
}
