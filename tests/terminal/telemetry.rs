//! What is counted of sessions in the terminal, and the notice before it.

use qwen::sim::{call, say};
use serde_json::json;

use crate::{Desk, Key, Terminal};

/// Somebody signed in with Qwen OAuth some time ago, with nothing else.
fn signed_in(line: &str) -> Terminal {
    let creds = "{\"access_token\":\"sk-canary-access\",\"refresh_token\":\"canary-refresh\",\"token_type\":\"Bearer\",\
                 \"resource_url\":\"portal.qwen.ai\",\"expiry_date\":4102444800000}";
    let line = format!("printf '%s' '{creds}' > \"$QWEN_HOME/oauth_creds.json\"; {line}");
    let desk = Desk::new(110, 40).shell(&line);
    let names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"];
    names.into_iter().fold(desk, Desk::without).opens()
}

#[test]
fn the_notice_is_shown_once_and_counting_begins_with_the_session_after_it() {
    let look = "ls \"$QWEN_HOME/telemetry\"; \"$QWEN\" telemetry show";
    let mut terminal = signed_in(&format!(
        "\"$QWEN\"; echo first; {look}; \"$QWEN\"; echo second; {look}; \"$QWEN\" telemetry off; echo third; ls \"$QWEN_HOME\""
    ));
    terminal.is_ready().waits_for_printed("To turn it off:").waits_for_rest().key(Key::Control('d'));
    terminal.waits_for_printed("first").waits_for_printed("nothing waits to be sent").is_ready();
    terminal.waits_for_rest().says("/help").waits_for_rest().key(Key::Control('d'));
    terminal.waits_for_printed("third");
    assert_eq!(terminal.exits(), 0);
    let all = terminal.scrollback();
    assert_eq!(all.matches("qwen counts how it is used").count(), 1, "{all}");
    let part = |from: &str, to: &str| {
        all.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or_default().to_owned()
    };
    let second = part("second", "third").replace('\n', "");
    for word in ["session_started", "qwen-oauth", "command_used", "help", "session_ended", "terminal"] {
        assert!(second.contains(word), "{word}: {second}");
    }
    assert!(!second.contains("canary"), "{second}");
    assert!(second.contains("telemetry is off: `privacy.usageStatisticsEnabled` is false in user settings"));
    assert!(!part("third", "never").contains("telemetry"), "{all}");
}

#[test]
fn a_session_in_the_terminal_says_nothing_of_what_was_in_it() {
    let mut terminal = Desk::new(100, 30)
        .env("QWEN_TELEMETRY", "1")
        .env("TERM_PROGRAM", "canary-program")
        .env("HOSTNAME", "canary-host")
        .env("USER", "canary-user")
        .file("src/canary_file.rs", "fn canary_code() {}\n")
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/src/canary_file.rs"})))
        .model_says(call("run_shell_command", json!({"command": "echo canary-output", "is_background": false})))
        .model_says(say("It says canary-answer."))
        .shell("\"$QWEN\"; echo ended; \"$QWEN\" telemetry show > \"$TMPDIR/shown\"; cat \"$QWEN_HOME\"/telemetry/queued-* | cmp - \"$TMPDIR/shown\" && echo same; grep -c canary \"$TMPDIR/shown\" \"$QWEN_HOME\"/telemetry/*; tr ',' '\\n' < \"$TMPDIR/shown\" | grep eventName")
        .opens();
    terminal.is_ready().says("canary-prompt");
    // A paste of two lines stays in the draft, and is counted as little as what is sent.
    terminal.waits_for_printed("It says canary-answer.").waits_for_rest();
    terminal.pastes("canary-paste\ncanary-line").waits_for("canary-line").key(Key::Control('c'));
    terminal.waits_for_no("canary-line").waits_for_rest().says("/stats").waits_for_rest();
    terminal.key(Key::Control('d')).waits_for_printed("session_ended");
    assert_eq!(terminal.exits(), 0);
    let all = terminal.scrollback();
    let shown = all.split("\nended").nth(1).unwrap_or_default();
    assert!(shown.contains("same"), "{all}");
    for line in shown.lines().filter(|line| line.contains(".json:") || line.contains("shown:")) {
        assert!(line.ends_with(":0"), "{line}");
    }
    let events: Vec<_> = shown.lines().filter_map(|line| line.split('"').nth(3)).collect();
    let expected = [
        "session_started",
        "answered",
        "tool_done",
        "answered",
        "tool_done",
        "answered",
        "turn_ended",
        "command_used",
        "session_ended",
    ];
    assert_eq!(events, expected, "{all}");
}

#[test]
fn a_crash_is_offered_once_at_the_next_start() {
    let mut terminal = Desk::new(110, 30)
        .shell("\"$QWEN\" telemetry crash --now 2>/dev/null; \"$QWEN\"; echo again; \"$QWEN\"")
        .opens();
    terminal.waits_for_printed("something crashed in an earlier run").is_ready().waits_for_rest();
    terminal.key(Key::Control('d')).waits_for_printed("again").is_ready().waits_for_rest();
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    assert_eq!(terminal.scrollback().matches("something crashed").count(), 1);
}

#[test]
fn a_session_that_goes_on_inside_the_program_is_counted_with_it_and_the_run_ends_once() {
    let line = "\"$QWEN\" -p 'first words' >/dev/null; QWEN_TELEMETRY=1 \"$QWEN\"; echo ended; \
                \"$QWEN\" telemetry show | tr ',' '\\n' | grep eventName";
    let mut terminal =
        Desk::new(100, 30).shell(line).model_says(say("Hello.")).model_says(say("Again.")).opens();
    terminal.is_ready().says("/resume").waits_for("first words").key(Key::Enter);
    terminal.waits_for_printed("1 turn restored").waits_for("ctx ").says("and now");
    terminal.waits_for_printed("Again.").waits_for_no("· Esc stop").key(Key::Control('d'));
    terminal.waits_for_printed("session_ended");
    assert_eq!(terminal.exits(), 0);
    let all = terminal.scrollback();
    let shown = all.split("\nended").nth(1).unwrap_or_default();
    let events: Vec<_> = shown.lines().filter_map(|line| line.split('"').nth(3)).collect();
    let expected = ["session_started", "command_used", "answered", "turn_ended", "session_ended"];
    assert_eq!(events, expected, "{all}");
}
