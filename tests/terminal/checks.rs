//! Checks of the whole, each as it stands in the table of `docs/testing.md`.

use qwen::sim::{Fault, OAuth, Turn, call, say};
use serde_json::json;

use crate::{Desk, Key, Terminal, bytes, numbered};

/// Where a key, an address or a model may be found.
const NAMES: [&str; 4] = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"];

fn unsigned(desk: Desk) -> Terminal {
    let mut terminal = NAMES.into_iter().fold(desk, Desk::without).opens();
    terminal.waits_for("Sign in");
    terminal
}

/// The word behind a text on the screen.
fn behind(screen: &str, text: &str) -> String {
    screen
        .split_once(text)
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn nothing_leaves_before_the_first_words_and_their_request_is_the_first() {
    let mut terminal = Desk::new(100, 30).model_says(say("Hello.")).opens();
    terminal.is_ready().waits_for_rest();
    assert!(terminal.requests().is_empty());
    terminal.says("hi").waits_for_printed("Hello.").waits_for_rest();
    let asked: Vec<(String, bool)> =
        terminal.requests().iter().map(|r| (r.path.clone(), r.json.to_string().contains("hi"))).collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].0.ends_with("/chat/completions") && asked[0].1, "{asked:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_start_opens_no_connection_and_writes_only_below_its_own_folder() {
    for signed_in in [true, false] {
        let desk = Desk::new(100, 30);
        let mut terminal = if signed_in { desk.opens() } else { unsigned(desk) };
        let before = terminal.files("work");
        terminal.waits_for("> ").waits_for_rest();
        assert_eq!(terminal.connections(), 0);
        assert_eq!(terminal.files("work"), before);
        let outside: Vec<_> =
            terminal.files("home").into_iter().filter(|path| !path.starts_with(".qwen")).collect();
        assert!(
            outside.is_empty() && terminal.files("tmp").is_empty(),
            "{outside:?} {:?}",
            terminal.files("tmp")
        );
        assert!(terminal.requests().is_empty());
    }
}

#[test]
fn a_code_is_shown_with_its_whole_address_and_counts_down() {
    let oauth = OAuth { interval: Some(1), ..OAuth::named("by-hand").expect("a known one") };
    let mut terminal = unsigned(Desk::new(100, 40).signs_in_at(oauth));
    terminal.waits_for("1 Qwen account").type_text("1").waits_for("expires in 14:5");
    let screen = terminal.screen();
    let code = behind(&screen, "Check the code is ");
    assert!(!code.is_empty() && screen.contains(&format!("/authorize?user_code={code}")), "{screen}");
    let left = |t: &Terminal| behind(&t.screen(), "expires in ");
    let first = left(&terminal);
    terminal.waits_until("it counts down", |t| left(t) < first);
}

#[test]
fn an_approved_sign_in_names_the_models_and_shows_no_token() {
    let oauth = OAuth { interval: Some(1), ..OAuth::named("by-hand").expect("a known one") };
    let mut terminal = unsigned(Desk::new(100, 40).signs_in_at(oauth).model_says(say("OK")));
    terminal.waits_for("1 Qwen account").type_text("1").waits_for("Waiting for approval").approves();
    terminal.waits_for_printed("is in use now").is_ready().waits_for_rest();
    let all = terminal.scrollback();
    let told = all.lines().find(|line| line.contains("✓ signed in: `127.0.0.1` works (200, "));
    let models = told.and_then(|line| line.split_once(" models)")?.0.rsplit(' ').next()?.parse::<u32>().ok());
    assert!(models.is_some_and(|many| many > 0), "{all}");
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("sim-access"), "no token is drawn");
    let holders = terminal.who_holds("sim-access");
    assert!(holders.iter().all(|path| path.starts_with("home/.qwen")) && holders.len() == 1, "{holders:?}");
}

#[test]
fn a_code_that_ran_out_is_told_and_one_key_gets_another() {
    let oauth =
        OAuth { interval: Some(1), fault_first: Some(1), ..OAuth::named("expired").expect("a known one") };
    let mut terminal = unsigned(Desk::new(100, 40).signs_in_at(oauth));
    terminal.waits_for("1 Qwen account").type_text("1").waits_for("Check the code is ");
    let first = behind(&terminal.screen(), "Check the code is ");
    terminal.waits_for("Code expired").type_text("r").waits_for("Check the code is ");
    assert_ne!(behind(&terminal.screen(), "Check the code is "), first);
}

/// Chooses an address of one's own, the simulator's, and pastes a key for it.
fn adds_key(terminal: &mut Terminal, key: &str) {
    terminal.waits_for("Custom address");
    let screen = terminal.screen();
    let digit = (1..=9).map(|n| n.to_string()).find(|n| screen.contains(&format!("{n} Custom address")));
    let address = terminal.address();
    terminal.type_text(&digit.expect("a digit chooses it")).waits_for("Base URL");
    terminal.pastes(&address).waits_for(&address).type_text("\t").pastes(key).waits_for("sk-…");
    terminal.type_text("\tqwen3-coder-plus").waits_for("qwen3-coder-plus");
}

#[test]
fn a_key_shows_its_ends_alone_and_its_test_tells_status_and_time() {
    let desk = Desk::new(100, 36).takes_key("sk-canary-secret1234").model_says(say("OK"));
    let mut terminal = unsigned(desk);
    adds_key(&mut terminal, "sk-canary-secret1234");
    assert!(terminal.screen().contains("sk-…1234 (20 characters)"), "{}", terminal.screen());
    terminal.key(Key::Enter).waits_for_printed("is in use now").waits_for_rest();
    let all = terminal.scrollback();
    assert!(all.contains("200") && all.contains(" ms"), "{all}");
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("secret"), "the key is never drawn");
}

#[test]
fn a_refused_key_tells_status_and_host_and_is_not_kept() {
    let mut terminal = unsigned(Desk::new(100, 36).takes_key("sk-another"));
    adds_key(&mut terminal, "sk-canary-secret1234");
    terminal.key(Key::Enter).waits_for("✗ 127.0.0.1").waits_for("401").waits_for("Test again");
    assert!(terminal.who_holds("canary-secret").is_empty(), "{:?}", terminal.who_holds("canary-secret"));
    terminal.key(Key::Escape).waits_for_rest();
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("secret"));
}

#[test]
fn thinking_is_one_line_with_its_time() {
    let turn = qwen::sim::think("First I look at it.").say("It retries.");
    let mut terminal = Desk::new(100, 30).model_says(turn).opens();
    terminal.is_ready().says("why?").waits_for_printed("It retries.").waits_for_rest();
    let all = terminal.scrollback();
    let line = all.lines().find(|line| line.contains("Thought")).unwrap_or_default().to_owned();
    let seconds =
        line.strip_prefix("+ Thought · ").and_then(|rest| rest.strip_suffix(" s · Ctrl-O shows it"));
    assert!(seconds.is_some_and(|n| n.parse::<f64>().is_ok()), "{line}");
}

#[test]
fn a_change_shows_its_lines_with_numbers_and_leaves_no_question() {
    let old = "a\nb\ntwo\nthree\ne\n";
    let edit =
        json!({"file_path": "{{cwd}}/app.py", "old_string": "two\nthree\n", "new_string": "2\n3\n4\n"});
    let mut terminal = Desk::new(100, 30)
        .file("app.py", old)
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/app.py"})))
        .model_says(call("edit", edit))
        .model_says(say("Changed."))
        .opens();
    terminal.is_ready().says("go").waits_for_question("Change app.py?").waits_for("+3 −2");
    let screen = terminal.screen();
    for (number, line) in [("3", "- two"), ("4", "- three"), ("3", "+ 2"), ("4", "+ 3"), ("5", "+ 4")] {
        let is_there = |row: &str| {
            let row = row.trim_start_matches(['│', ' ']);
            row.starts_with(number) && row.trim_end().ends_with(line)
        };
        assert!(screen.lines().any(is_there), "{number} {line}\n{screen}");
    }
    terminal.key(Key::Enter).waits_for_printed("Changed.").waits_for_rest();
    for left in ["1 Yes", "4 No", "needs your OK"] {
        terminal.shows(left, 0);
    }
    assert_eq!(terminal.file("app.py"), "a\nb\n2\n3\n4\ne\n");
}

#[test]
fn markdown_survives_a_storm_of_sizes() {
    let table = "| name | 说明 |\n|---|---|\n| alpha | 中文宽字符 |\n| 👩\u{200d}💻 | é |\n";
    let list = numbered(1..=12, |n| format!("- point {n:02}\n"));
    let text = format!("# Title\n\n{table}\n{list}\n```rust\nfn main() {{}}\n```\n\nThe very end.");
    let mut terminal =
        Desk::new(100, 30).shell("echo the shell was here; exec \"$QWEN\"").model_says(say(text)).opens();
    terminal.is_ready().says("show").waits_for_printed("The very end.").waits_for_rest();
    for (columns, rows) in [(50, 30), (140, 30), (40, 12), (100, 30)] {
        terminal.resize(columns, rows).waits_for_rest();
        let screen = terminal.screen();
        assert_eq!(screen.lines().filter(|row| row.trim_end() == ">").count(), 1, "{screen}");
        assert_eq!(screen.matches("ctx ").count(), 1, "{screen}");
        assert!(screen.lines().all(|row| qwen::base::width(row) <= usize::from(columns)), "{screen}");
    }
    terminal.shows_once("the shell was here").shows_once("The very end.");
    assert_eq!(bytes::count(&terminal.raw(), b"\x1b[2J") + bytes::count(&terminal.raw(), b"\x1b[3J"), 0);
}

#[test]
fn three_turns_have_a_bill_with_what_the_cache_saved() {
    let turns = ["One.", "Two.", "Three."].map(say);
    let mut terminal = turns.into_iter().fold(Desk::new(100, 30), Desk::model_says).opens();
    terminal.is_ready();
    for answer in ["One.", "Two.", "Three."] {
        terminal.says("more").waits_for_printed(answer).waits_for_rest();
    }
    terminal
        .says("/stats")
        .waits_for_printed("3 requests")
        .waits_for_printed("Cache saved $")
        .waits_for_rest();
    let all = terminal.scrollback();
    assert!(all.lines().any(|line| line.contains("Cache saved $") && line.contains(" %")), "{all}");
    terminal.key(Key::Control('c')).waits_for("again").key(Key::Control('c'));
    assert_eq!(terminal.exits(), 0);
    terminal.shows_once("qwen --resume ").is_restored().leaves_no_process();
}

#[test]
fn an_error_stays_in_the_scrollback_behind_later_answers() {
    let refused: Turn = say("x").fault(Fault::status(401));
    let mut terminal = Desk::new(40, 12)
        .model_says(refused)
        .model_says(say(numbered(1..=40, |n| format!("- {n}\n"))))
        .opens();
    terminal.is_ready().says("hi").waits_for_printed("(401)").waits_for_rest();
    terminal.says("again").waits_for_printed("• 40").waits_for_rest();
    assert_eq!(terminal.scrollback().matches("(401)").count(), 1, "{}", terminal.scrollback());
}
