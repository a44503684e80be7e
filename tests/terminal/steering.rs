//! Saying more to a turn that runs.

use qwen::sim::{call, say};
use serde_json::{Value, json};

use crate::{Desk, Key};

/// A request's messages without cache markers, which move from request to request.
fn messages(request: &Value) -> Vec<Value> {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("cache_control");
                fields.values_mut().for_each(strip);
            }
            Value::Array(all) => all.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut messages = request["messages"].clone();
    strip(&mut messages);
    messages.as_array().cloned().unwrap_or_default()
}

#[test]
fn tab_sends_words_with_the_next_request_behind_what_was_sent_before() {
    let line = "until [ -e go ]; do sleep 0.05; done";
    let mut terminal = Desk::new(100, 30)
        .word("--yolo")
        .model_says(call("run_shell_command", json!({"command": line, "description": "wait"})))
        .model_says(say("Only the tests."))
        .model_says(say("Hello."))
        .opens();
    terminal
        .is_ready()
        .says("work")
        .waits_for("▸ run until")
        .type_text("only the tests")
        .waits_for("Tab says");
    terminal.key(Key::Control('i')).waits_for("with the next request: only the tests");
    assert_eq!(terminal.requests().len(), 1);
    std::fs::write(terminal.path("go"), "").expect("written");
    terminal.waits_for_printed("Only the tests.").waits_for_no("with the next request").waits_for_rest();
    terminal.shows_once("> only the tests");
    let (first, second) = (messages(&terminal.requests()[0].json), messages(&terminal.requests()[1].json));
    assert_eq!(second[..first.len()], first, "the second request begins with the first");
    let roles: Vec<&str> = second[first.len()..].iter().filter_map(|m| m["role"].as_str()).collect();
    assert_eq!(roles, ["assistant", "tool", "user"]);
    assert!(second.last().is_some_and(|m| m.to_string().contains("only the tests")));
    terminal.says("again").waits_for_printed("Hello.");
    let third = messages(&terminal.requests()[2].json);
    assert_eq!(third[..second.len()], second, "the words stay where they were said");
}

#[test]
fn words_for_a_turn_that_ends_first_are_said_next() {
    let text: String = crate::numbered(0..60, |n| format!("word{n} "));
    let mut terminal = Desk::new(100, 30).model_says(say(text).pace(60)).model_says(say("Hello.")).opens();
    terminal.is_ready().says("write").waits_for("word5 ").type_text("and then").waits_for("> and then");
    terminal.key(Key::Control('i')).waits_for("with the next request").waits_for_printed("Hello.");
    terminal.waits_for_rest().shows_once("> and then").shows_once("word59");
    assert_eq!(terminal.requests().len(), 2);
}

#[test]
fn escape_gives_back_what_was_not_said() {
    let text: String = crate::numbered(0..2_000, |n| format!("word{n} "));
    let mut terminal = Desk::new(100, 30).model_says(say(text).pace(40)).opens();
    terminal.is_ready().says("write").waits_for("word5 ").type_text("now").waits_for("> now");
    terminal
        .key(Key::Control('i'))
        .waits_for("with the next request: now")
        .says("later")
        .waits_for("queued 1: later");
    terminal.key(Key::Up).waits_for("> later").key(Key::Enter).waits_for("queued 1: later");
    terminal.key(Key::Escape).waits_for_printed("stopped").waits_for("> now").waits_for("  later");
    assert_eq!(terminal.requests().len(), 1);
}
