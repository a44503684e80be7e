//! Conversations that outgrow their window.

use qwen::sim::{Turn, call, say};
use serde_json::json;

use crate::{Session, ran::Ran, wire};

/// Three files of about 4,000 tokens each, read one by one with a list of things to do.
fn reading(window: u64) -> Session {
    let read = |name: &str| call("read_file", json!({"file_path": format!("{{{{cwd}}}}/{name}")}));
    let text = |word: &str| format!("{word} is a word of many letters\n").repeat(500);
    let list = json!({"todos": [
        {"id": "1", "content": "read the files", "status": "in_progress"},
        {"id": "2", "content": "write `report.md` in Latin", "status": "pending"},
    ]});
    Session::new()
        .settings(&json!({"model": {"generationConfig": {"contextWindowSize": window}}}))
        .file("a.txt", text("alpha"))
        .file("b.txt", text("beta"))
        .file("c.txt", text("gamma"))
        .compacts()
        .model_says(Turn::default().call("todo_write", list))
        .model_says(read("a.txt"))
        .model_says(read("b.txt"))
}

fn texts(ran: &Ran, request: usize) -> String {
    wire::messages(&ran.requests()[request]).iter().map(wire::text).collect()
}

const WISH: &str = "Read all files.\nNever touch `docs/`, and answer in Latin.";

#[test]
fn a_summary_loses_neither_the_persons_words_nor_the_open_list() {
    let ran = reading(13_000).model_says(say("I read files.")).model_says(say("Lecti sunt.")).run(WISH);
    ran.exit_is(0).stdout_is("Lecti sunt.\n").asks(5);
    let after = texts(&ran, 4);
    for kept in [
        "I read files.\n",
        "\n> Read all files.\n> Never touch `docs/`, and answer in Latin.\n",
        "\n- [in_progress] read the files\n- [pending] write `report.md` in Latin\n",
    ] {
        assert!(after.contains(kept), "no `{kept}` in {after}");
    }
    assert!(ran.requests()[4].bill.is_some_and(|b| b.cached > 1_024), "the head is read from cache");
    let summary = ran.requests()[3].bill.expect("an answer");
    assert!(summary.created < 100, "what is read once is not written: {summary:?}");
}

#[test]
fn a_history_restored_into_a_smaller_window_goes_on() {
    let session = reading(200_000).model_says(say("Lecti sunt.")).model_says(say("Bene."));
    session.run(WISH).exit_is(0).asks(4);
    let smaller = json!({"model": {"generationConfig": {"contextWindowSize": 7_500}}});
    std::fs::write(session.world().qwen_home().join("settings.json"), smaller.to_string()).expect("written");
    let ran = session.run_with(&["--continue", "-p", "And now?"]);
    ran.exit_is(0).stdout_is("Bene.\n").asks(1);
    let sent = texts(&ran, 0);
    assert!(sent.contains("\n> Never touch `docs/`, and answer in Latin.\n"), "{sent}");
    assert!(sent.ends_with("Lecti sunt.And now?"), "the newest messages stay: {sent}");
}

/// A window of 8,000 tokens, at the program and at the server.
fn small() -> Session {
    Session::new()
        .settings(&json!({"model": {"generationConfig": {"contextWindowSize": 8_000, "samplingParams": {"max_tokens": 1_000}}}}))
        .flag("--bare")
        .compacts()
        .sim(|options| options.window = Some(8_000))
}

#[test]
fn a_first_message_larger_than_the_window_is_told_and_the_session_goes_on() {
    let session = small().model_says(say("Too long, I see.")).model_says(say("Hello."));
    let first = session.clone().stdin("alpha beta gamma ".repeat(6_000)).run_with(&["-p", "what is this?"]);
    assert!([0, 58].contains(&first.code()), "{}", first.stderr);
    session.run_with(&["-c", "-p", "hello"]).exit_is(0);
}

#[test]
fn a_result_larger_than_the_window_does_not_end_the_session() {
    let settings = json!({
        "model": {"generationConfig": {"contextWindowSize": 8_000, "samplingParams": {"max_tokens": 1_000}}},
        "tools": {"truncateToolOutputThreshold": 200_000, "truncateToolOutputLines": 100_000},
    });
    let session = small()
        .settings(&settings)
        .flag("--yolo")
        .model_says(call("run_shell_command", json!({"command": "yes 'alpha beta gamma' | head -n 9000"})))
        .model_says(say("That was long."))
        .model_says(say("Hello."));
    session.run("run it").exit_is(0).stdout_is("That was long.\n");
    session.run_with(&["-c", "-p", "hello"]).exit_is(0).stdout_is("Hello.\n");
}

#[test]
fn a_session_much_larger_than_the_window_goes_on_without_a_call_of_the_model_before() {
    let session = reading(200_000).model_says(say("Lecti sunt.")).model_says(say("Bene."));
    session.run(WISH).exit_is(0);
    let tiny = json!({"model": {"generationConfig": {"contextWindowSize": 6_000}}});
    std::fs::write(session.world().qwen_home().join("settings.json"), tiny.to_string()).expect("written");
    // A request for a summary of what does not fit would not fit either.
    session.run_with(&["--bare", "-c", "-p", "And now?"]).exit_is(0).stdout_is("Bene.\n").asks(1);
}
