//! The first start: nobody has signed in, and there is no key to be found.

use qwen::sim::{OAuth, say};

use crate::{Desk, Key, Terminal};

/// Where a key, an address or a model may be found.
const NAMES: [&str; 4] = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"];

/// A person's first start.
fn first_start(columns: u16, rows: u16) -> Terminal {
    let desk = Desk::new(columns, rows);
    let mut terminal = NAMES.into_iter().fold(desk, Desk::without).opens();
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
    let desk = Desk::new(100, 30).word("-i").word("explain the parser");
    let mut terminal = NAMES.into_iter().fold(desk, Desk::without).opens();
    terminal.waits_for("Sign in").waits_for("> explain the parser");
    terminal.key(Key::Control('c')).waits_for_no("┌ Sign in");
    terminal.key(Key::Control('c')).waits_for_no("explain").key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
}

/// A server of the person's own, with the simulator's address and a key that nobody may see.
fn adds_a_key(terminal: &mut Terminal) {
    terminal.waits_for("Custom address");
    let screen = terminal.screen();
    let digit = (1..=9).map(|n| n.to_string()).find(|n| screen.contains(&format!("{n} Custom address")));
    let address = terminal.address();
    terminal.type_text(&digit.expect("a digit chooses it")).waits_for("Base URL");
    terminal.pastes(&address).waits_for(&address);
    terminal.type_text("\t").pastes("export KEY='sk-canary-secret-f3a9'").waits_for("sk-…f3a9");
    terminal.type_text("\tqwen3-coder-plus").waits_for("qwen3-coder-plus").key(Key::Enter);
    terminal.waits_for_printed("qwen3-coder-plus from a server on this machine is in use now");
}

#[test]
fn a_key_is_added_and_the_conversation_goes_on_with_another_model() {
    let desk = Desk::new(100, 36).model_says(say("Hello.")).model_says(say("Hello again."));
    let mut terminal = NAMES.into_iter().fold(desk, Desk::without).opens();
    adds_a_key(&mut terminal);
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for_no("· Esc stop").waits_for_rest();
    terminal
        .says("/model qwen3-max")
        .waits_for_printed("qwen3-max from a server on this machine is in use now");
    terminal.waits_for_printed("the cache starts cold: the next request sends about ");
    terminal
        .waits_for("default · qwen3-max")
        .says("and?")
        .waits_for_printed("Hello again.")
        .waits_for_no("· Esc stop");
    let asked: Vec<_> =
        terminal.requests().into_iter().filter(|r| r.path.ends_with("/chat/completions")).collect();
    let models: Vec<_> = asked.iter().filter_map(|r| r.json["model"].as_str()).collect();
    assert_eq!(models, ["qwen3-coder-plus", "qwen3-max"]);
    let told = |at: usize| asked[at].json["messages"].as_array().cloned().unwrap_or_default();
    let (first, second) = (told(0), told(1));
    assert_eq!(second[..first.len()], first[..], "the conversation stays as it is");
    // What is kept is offered the next time.
    terminal
        .says("/auth")
        .waits_for("┌ Sign in")
        .waits_for("Account 127.0.0.1")
        .key(Key::Escape)
        .waits_for_no("┌ Sign in");
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("canary"), "the key is never drawn");
    terminal.is_restored().leaves_no_process();
}

#[test]
fn a_code_is_approved_elsewhere_and_a_draft_waits_for_it() {
    let oauth = OAuth { interval: Some(1), ..OAuth::default() };
    let desk = Desk::new(100, 40).signs_in_at(oauth).model_says(say("OK")).model_says(say("Hello."));
    let mut terminal = NAMES.into_iter().fold(desk, Desk::without).opens();
    terminal
        .waits_for("1 Qwen account")
        .type_text("1")
        .waits_for("Check the code is")
        .waits_for("Waiting for approval");
    terminal.type_text("hello").waits_for("> hello").approves();
    terminal.waits_for_printed("is in use now").waits_for("> hello").is_ready();
    terminal.key(Key::Enter).waits_for_printed("Hello.").waits_for_no("· Esc stop").key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("sim-access"), "no token is drawn");
}

#[test]
fn a_sign_in_that_is_left_asks_the_server_no_more() {
    let oauth = OAuth { interval: Some(1), ..OAuth::default() };
    let desk = Desk::new(100, 40).signs_in_at(oauth);
    let mut terminal = NAMES.into_iter().fold(desk, Desk::without).opens();
    terminal.waits_for("1 Qwen account").type_text("1").waits_for("Waiting for approval").key(Key::Escape);
    terminal.waits_for("1 Qwen account").pauses(300);
    let asked = terminal.requests().len();
    terminal.pauses(2_500);
    assert_eq!(terminal.requests().len(), asked);
    terminal.key(Key::Control('c')).waits_for("again").key(Key::Control('c'));
    assert_eq!(terminal.exits(), 0);
    terminal.leaves_no_process();
}

#[test]
fn a_command_of_ones_own_and_the_key_sheet_need_no_account() {
    let mut terminal = first_start(100, 30);
    terminal
        .type_text("!echo one-$((40+2))")
        .waits_for("! echo one")
        .key(Key::Enter)
        .waits_for_printed("one-42");
    terminal.key(Key::Escape).waits_for("> ").waits_for("┌ Sign in");
    terminal.type_text("?").waits_for("┌ Keys").key(Key::Escape).waits_for("┌ Sign in");
    assert!(terminal.requests().is_empty());
}
