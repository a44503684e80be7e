//! `qwen auth login` in a terminal: questions, a key that nobody sees, and a way out at each of them.

use crate::{Desk, Key, Terminal};

const SECRET: &str = "sk-canary-typed-0123456789";

/// Somebody without any key who wants to sign in.
fn login() -> Terminal {
    let desk = Desk::new(120, 40).word("auth").word("login");
    let names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"];
    names.into_iter().fold(desk, Desk::without).opens()
}

#[test]
fn a_key_is_typed_unseen_tested_and_kept() {
    let mut terminal = login();
    let base = terminal.base_url();
    terminal.waits_for("14  Custom address").waits_for("Which one? Enter for none:");
    terminal.type_text("99\r").waits_for("type a number from 1 to 15");
    terminal.type_text("14\r").waits_for("Base URL:").type_text(&format!("{base}\r"));
    terminal.waits_for("Key (not shown):").type_text(SECRET).pauses(200).key(Key::Enter);
    terminal.waits_for("signed in as `127.0.0.1`; the model is `qwen3-coder-plus`");
    assert_eq!(terminal.exits(), 0);
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("canary-typed"), "{}", terminal.screen());
    terminal.is_restored();
}

#[test]
fn ctrl_c_at_a_question_ends_it_and_gives_the_terminal_back() {
    let mut terminal = login();
    terminal.waits_for("Which one?").key(Key::Control('c'));
    assert_eq!(terminal.exits(), 130);
    terminal.is_restored();
    let mut terminal = login();
    terminal.waits_for("Which one?").type_text("6\r").waits_for("Key (not shown):");
    terminal.type_text(SECRET).pauses(100).key(Key::Control('c'));
    assert_eq!(terminal.exits(), 130);
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("canary-typed"));
    assert!(terminal.requests().is_empty(), "nothing was sent anywhere");
    terminal.is_restored();
}

#[test]
fn enter_chooses_nothing() {
    let mut terminal = login();
    terminal.waits_for("Which one?").key(Key::Enter);
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored();
}
