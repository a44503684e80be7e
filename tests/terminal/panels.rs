//! Panels in a real terminal: going on with another session, and rules that are forgotten.

use qwen::sim::{Turn, call, say};
use serde_json::json;

use crate::{Desk, Key, bytes};

fn command(line: &str) -> Turn {
    call("run_shell_command", json!({"command": line, "description": "do it"}))
}

#[test]
fn an_earlier_session_goes_on_inside_the_program() {
    let script = "\"$QWEN\" -p 'first words'; \"$QWEN\"";
    let mut terminal = Desk::new(100, 30)
        .shell(script)
        .model_says(say("Hello."))
        .model_says(say("In between."))
        .model_says(say("Again."))
        .opens();
    terminal
        .is_ready()
        .says("something else")
        .waits_for_printed("In between.")
        .waits_for("cache")
        .waits_for_rest();
    terminal.says("/resume").waits_for("first words").waits_for("this one");
    // The list begins with the newest, which is the running one.
    terminal.key(Key::Enter).waits_for("you are in this session");
    terminal.type_text("first").waits_for("this folder 1/1").key(Key::Enter);
    terminal.waits_for_printed("1 turn restored").waits_for("ctx ");
    terminal.waits_for_printed("This session is left; it is kept: qwen --resume ");
    terminal.says("and now").waits_for_printed("Again.").waits_for_no("· Esc stop").waits_for_rest();
    let last =
        terminal.requests().last().map(|request| request.json["messages"].to_string()).unwrap_or_default();
    assert!(last.contains("first words") && last.contains("and now"), "{last}");
    assert!(!last.contains("something else"), "{last}");
    assert_eq!(bytes::count(&terminal.raw(), b"\x1b[?2004h"), 1, "the terminal was taken once");
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored().leaves_no_process();
}

#[test]
fn resume_without_an_id_opens_the_list() {
    let script = "\"$QWEN\" -p 'first words'; \"$QWEN\" --resume";
    let mut terminal =
        Desk::new(100, 30).shell(script).model_says(say("Hello.")).model_says(say("Again.")).opens();
    terminal.waits_for("type to search").waits_for("first words").waits_for("last: \"Hello.\"");
    terminal.key(Key::Enter).waits_for_printed("1 turn restored").is_ready();
    terminal
        .says("and now")
        .waits_for_printed("Again.")
        .waits_for_no("· Esc stop")
        .waits_for_rest()
        .key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored();
}

#[test]
fn a_rule_that_is_forgotten_asks_again() {
    let mut terminal = Desk::new(100, 30)
        .model_says(command("touch made"))
        .model_says(say("Done one."))
        .model_says(command("touch made"))
        .model_says(say("Done two."))
        .model_says(command("touch made"))
        .model_says(say("Done three."))
        .opens();
    terminal.is_ready().says("go").waits_for_question("touch made").type_text("2");
    terminal.waits_for_printed("Done one.").waits_for_rest();
    terminal.says("again").waits_for_printed("Done two.").waits_for_rest();
    terminal.says("/permissions").waits_for("Bash(touch made)").waits_for("this session");
    terminal
        .key(Key::Up)
        .waits_for("› allow Bash(touch made)")
        .key(Key::Delete)
        .waits_for_no("Bash(touch made)");
    terminal.key(Key::Escape).waits_for("ctx ");
    terminal.says("third").waits_for_question("touch made").type_text("1");
    terminal.waits_for_printed("Done three.");
}

#[test]
fn what_fills_the_window_is_told_by_a_running_session() {
    let mut terminal = Desk::new(100, 30).file("QWEN.md", "Be brief.\n").model_says(say("Hello.")).opens();
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for("cache").waits_for_rest();
    terminal.says("/context").waits_for("tools").waits_for("QWEN.md").waits_for("your messages");
    terminal.waits_for("kept for the answer").key(Key::Escape).waits_for("ctx ");
}

#[test]
fn a_private_run_goes_on_with_no_session_that_is_kept() {
    let script = "\"$QWEN\" -p 'first words' >/dev/null; find \"$QWEN_HOME/projects\" -type f | sort > before; \
                  \"$QWEN\" --private; find \"$QWEN_HOME/projects\" -type f | sort > after";
    let mut terminal =
        Desk::new(100, 30).shell(script).model_says(say("Hello.")).model_says(say("Again.")).opens();
    terminal.is_ready().says("/resume").waits_for("first words").key(Key::Enter);
    terminal.waits_for("a private run keeps nothing").key(Key::Escape);
    terminal.is_ready().says("and now").waits_for_printed("Again.").waits_for_no("· Esc stop");
    terminal.key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    assert_eq!(terminal.file("after"), terminal.file("before"));
    assert_eq!(terminal.file("before").matches(".jsonl").count(), 1);
}
