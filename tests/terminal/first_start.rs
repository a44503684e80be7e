//! The first start: nobody has signed in, and there is no key to be found.

use crate::{Desk, Key, Terminal};

/// A person's first start.
fn first_start(columns: u16, rows: u16) -> Terminal {
    let desk = Desk::new(columns, rows);
    let names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"];
    let mut terminal = names.into_iter().fold(desk, Desk::without).opens();
    terminal.waits_for("Sign in").waits_for("no API key was found");
    terminal
}

#[test]
fn a_first_start_shows_the_ways_to_sign_in_under_a_composer_that_works() {
    let mut terminal = first_start(100, 30);
    terminal.waits_for_printed("not signed in · /auth");
    terminal.says("/help").waits_for_printed("/compress").waits_for("Sign in");
    // Words are neither sent nor lost.
    terminal.type_text("fix it").waits_for("> fix it").key(Key::Enter).waits_for("your words wait");
    terminal.key(Key::Escape).waits_for_no("┌ Sign in").waits_for("default · not signed in · /auth");
    terminal.key(Key::Enter).waits_for("┌ Sign in").waits_for("> fix it");
    terminal.key(Key::Escape).waits_for_no("┌ Sign in");
    terminal
        .key(Key::Control('c'))
        .waits_for_no("fix it")
        .type_text("/auth")
        .key(Key::Enter)
        .waits_for("┌ Sign in");
    terminal.key(Key::Control('c')).waits_for("Ctrl-C again").key(Key::Control('c'));
    assert_eq!(terminal.exits(), 0);
    assert!(terminal.requests().is_empty(), "nothing was sent anywhere");
    terminal.is_restored().leaves_no_process();
}

#[test]
fn the_smallest_window_shows_the_first_start_too() {
    let mut terminal = first_start(40, 12);
    terminal.key(Key::Control('c')).waits_for("again").key(Key::Control('c'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored();
}

#[test]
fn words_of_the_command_line_wait_in_the_composer() {
    let names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"];
    let desk = Desk::new(100, 30).word("-i").word("explain the parser");
    let mut terminal = names.into_iter().fold(desk, Desk::without).opens();
    terminal.waits_for("Sign in").waits_for("> explain the parser");
    terminal.key(Key::Control('c')).waits_for_no("┌ Sign in");
    terminal.key(Key::Control('c')).waits_for_no("explain").key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
}
