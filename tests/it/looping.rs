//! A model that repeats itself, and the way out.

use qwen::sim::{Script, Turn, call, say, think};
use serde_json::json;

use crate::Session;

fn stubborn(turn: impl Fn() -> Turn + Send + Sync + 'static) -> Session {
    Session::new().sim(move |options| options.script = Script::by(move |_| turn()))
}

fn looks() -> Turn {
    call("glob", json!({"pattern": "*.nothing"}))
}

#[test]
fn the_same_call_over_and_over_is_told_once_and_ends_the_run_with_its_own_code() {
    let session = stubborn(looks);
    let ran = session.run("find it");
    ran.exit_is(60)
        .stdout_is("")
        .asks(4)
        .stderr_has("the model repeated itself and did not stop when it was told");
    let last = String::from_utf8_lossy(&ran.requests()[3].body).into_owned();
    assert!(last.contains("You made the same call of `glob` three times"), "{last}");
    assert!(!String::from_utf8_lossy(&ran.requests()[2].body).contains("three times"));
    let json = session.run_with(&["-o", "json", "-p", "find it"]);
    let result = json.exit_is(60).json().as_array().and_then(|all| all.last().cloned()).expect("a result");
    assert_eq!(
        (&result["is_error"], &result["termination_reason"], &result["error"]["type"]),
        (&json!(true), &json!("loop"), &json!("loop"))
    );
    // The conversation is whole and goes on.
    let again = session.run_with(&["-c", "-p", "and now?"]);
    again.exit_is(60).goes_on_from(&json);
}

#[test]
fn words_and_thoughts_in_circles_are_cut_and_told() {
    for turn in [|| say("I will check that. ".repeat(3_000)), || think("No, wait. ".repeat(3_000)).say("Hm.")]
    {
        let ran = stubborn(turn).run("check it");
        ran.exit_is(60).asks(2);
        let second = String::from_utf8_lossy(&ran.requests()[1].body).into_owned();
        assert!(
            second.contains("said the same over and over") && second.len() < 20_000,
            "{} bytes",
            second.len()
        );
    }
}

#[test]
fn edits_to_and_fro_are_told() {
    let edit = |from: &str, to: &str| {
        call("edit", json!({"file_path": "{{cwd}}/a.txt", "old_string": from, "new_string": to}))
    };
    let mut session = Session::new().file("a.txt", "one\n").flag("--yolo");
    session = session.model_says(call("read_file", json!({"file_path": "{{cwd}}/a.txt"})));
    for (from, to) in [("one", "two"), ("two", "one"), ("one", "two"), ("two", "one")] {
        session = session.model_says(edit(from, to));
    }
    let ran = session.run("decide");
    ran.exit_is(60).asks(5).file_is("a.txt", "one\n");
}

#[test]
fn who_wants_repetition_gets_it() {
    let session = stubborn(looks).settings(&json!({"model": {"skipLoopDetection": true}}));
    session.run_with(&["--max-session-turns", "8", "-p", "find it"]).exit_is(53).asks(8);
}
