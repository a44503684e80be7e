//! What a private session leaves behind, and how what a provider keeps is deleted.

use std::fs;

use qwen::sim::{call, say};
use serde_json::json;

use crate::Session;

fn story() -> Session {
    Session::new()
        .compacts()
        .settings(&json!({"cache": {"mode": "session"}}))
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/README.md"})))
        .model_says(say("Read."))
        .model_says(say("Still."))
}

#[test]
fn a_private_session_is_kept_by_nobody() {
    let session = story();
    let ran = session.run_with(&["--private", "-p", "read"]);
    ran.exit_is(0)
        .stdout_is("Read.\n")
        .asks(2)
        .stderr_has("the provider is not asked to keep this conversation");
    assert!(ran.requests().iter().all(|request| request.path.ends_with("/chat/completions")));
    assert_eq!(session.world().sim.kept_responses(), [""; 0]);
    for left in ["projects", "cache"] {
        assert!(!session.world().qwen_home().join(left).exists(), "{left}");
    }
    // Nothing to go on with.
    session.run_with(&["-c", "-p", "and now?"]).exit_is(42);
    session.run_with(&["--private", "-c", "-p", "and now?"]).exit_is(42);
}

#[test]
fn the_bill_of_a_kept_conversation_is_expected_as_it_comes() {
    let session = story();
    let status = session.run_with(&["cache", "status", "--json"]).json();
    assert_eq!(status["next_request"]["read"], 0);
    assert!(status["next_request"]["written"].as_u64() > Some(1_024), "{status:#}");
    session.run("read").exit_is(0);
    session.run_with(&["-c", "-p", "and now?"]).exit_is(0);
    let page = session.run_with(&["cache", "explain", "--json"]).json();
    let of = |key: &str, what: &str| -> Vec<u64> {
        let requests = page["requests"].as_array().expect("a list").iter();
        requests.map(|request| request[key][what].as_u64().expect("a count")).collect()
    };
    let (expected, read) = (of("predicted", "read"), of("reported", "read"));
    assert_eq!((expected[0], read[0], read.len()), (0, 0, 3));
    for (expected, read) in expected.iter().zip(&read).skip(1) {
        // The frame of the answer is not in the counts.
        assert!(*read > 1_024 && expected.abs_diff(*read) < 10, "{page:#}");
    }
    assert_eq!(of("predicted", "plain"), of("reported", "plain"));
    assert!(page["requests"][2]["warm_until"].is_string(), "{page:#}");
}

#[test]
fn what_the_provider_keeps_of_a_session_is_deleted_when_asked() {
    let session = story();
    session.run_with(&["--session-id", "mine", "-p", "read"]).exit_is(0);
    let sim = &session.world().sim;
    assert_eq!(sim.kept_responses().len(), 2);
    let other = session.clone().env("OPENAI_API_KEY", "sk-another-key").run_with(&["cache", "forget"]);
    other.exit_is(41).stdout_is("").stderr_has("2 kept responses belong to another key or address");
    assert_eq!(sim.kept_responses().len(), 2);
    let host = "127.0.0.1";
    session
        .run_with(&["cache", "forget", "mi"])
        .exit_is(0)
        .stdout_is(&format!("deleted 2 kept responses at {host}\n"));
    assert_eq!(sim.kept_responses(), [""; 0]);
    // What is gone counts as deleted, and the session goes on all the same.
    session.run_with(&["cache", "forget"]).exit_is(0);
    session.run_with(&["-c", "-p", "and now?"]).exit_is(0).stdout_is("Still.\n");
    session.run_with(&["cache", "forget", "nobody"]).exit_is(42).stderr_has("there is no session `nobody`");
}

#[test]
fn what_cannot_be_deleted_without_a_network_is_said() {
    let session = story();
    session.run_with(&["--session-id", "mine", "-p", "read"]).exit_is(0);
    // The same conversation, as if it had been kept at an address where nobody answers now.
    let dead = "http://127.0.0.1:9/v1";
    let gone = session.clone().env("OPENAI_BASE_URL", dead).env("DASHSCOPE_PROXY_BASE_URL", dead);
    let there = |session: &Session| {
        let page = session.run_with(&["cache", "status", "--json"]).json();
        page["account"]["fingerprint"].as_str().expect("an account").to_owned()
    };
    let file = session.world().qwen_home().join("projects");
    let file = fs::read_dir(file).expect("a folder").flatten().next().expect("a project").path();
    let file = file.join("sessions/mine.jsonl");
    let kept = fs::read_to_string(&file).expect("a transcript");
    fs::write(&file, kept.replace(&there(&session), &there(&gone))).expect("it can be written");
    let ran = gone.run_with(&["cache", "forget"]);
    ran.exit_is(57).stdout_is("").stderr_has("2 kept responses could not be deleted: `127.0.0.1` refused");
}
