//! One prompt, one answer: where the prompt comes from, how the run ends.

use qwen::sim::{Fault, Script, call, say};
use serde_json::json;

use crate::{Session, ran::Ran};

fn hello() -> Session {
    Session::new().sim(|options| options.script = Script::by(|_| say("Hello.")))
}

/// What the person said, without what was put before it.
fn words(ran: &Ran) -> String {
    let messages = ran.requests()[0].json["messages"].as_array().expect("messages");
    let parts = messages.last().and_then(|m| m["content"].as_array()).expect("parts");
    parts.last().and_then(|part| part["text"].as_str()).expect("a text").to_owned()
}

#[test]
fn a_hello_causes_one_request_and_one_line() {
    let ran = hello().run("hello, canary");
    ran.exit_is(0).stdout_is("Hello.\n").stderr_is("").asks(1);
    assert_eq!(words(&ran), "hello, canary");
    let request = &ran.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/compatible-mode/v1/chat/completions")
    );
    let json = &request.json;
    assert_eq!((&json["stream"], &json["stream_options"]), (&json!(true), &json!({"include_usage": true})));
    assert_eq!(json["messages"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_prompt_is_a_flag_a_word_words_or_stdin() {
    assert_eq!(words(&hello().run_with(&["-p", "fix it"])), "fix it");
    assert_eq!(words(&hello().run_with(&["--prompt", "fix it"])), "fix it");
    assert_eq!(words(&hello().run_with(&["fix it"])), "fix it");
    assert_eq!(words(&hello().run_with(&["fix", "it"])), "fix it");
    assert_eq!(words(&hello().stdin("fix it\n").run_with(&[])), "fix it\n");
}

#[test]
fn stdin_stands_before_the_prompt_with_blank_lines_between() {
    assert_eq!(words(&hello().stdin("PRE\n").run_with(&["-p", "POST"])), "PRE\n\n\nPOST");
    assert_eq!(words(&hello().stdin("PRE").run_with(&["POST"])), "PRE\n\nPOST");
    assert_eq!(words(&hello().stdin(" \n").run_with(&["POST"])), "POST");
}

#[test]
fn nothing_to_say_is_an_error_and_asks_nobody() {
    for ran in [hello().run_with(&[]), hello().stdin("\n").run_with(&[]), hello().run_with(&["-p", " "])] {
        ran.exit_is(42).stdout_is("").asks(0).stderr_is(
            "error: No input provided via stdin, and no prompt was given\n  \
             hint: say what to do: `qwen -p \"…\"`, or pipe text into qwen\n",
        );
    }
}

#[test]
fn a_prompt_may_be_long_odd_and_in_any_script() {
    let odd = "\"quoted\" \\ back\ttab\r\nline {{cwd}} 你好 👩‍👩‍👧 <environment> \u{200b}$(id) `x`";
    assert_eq!(words(&hello().run(odd)), odd);
    let long = "many words ".repeat(20_000);
    assert_eq!(words(&hello().stdin(long.clone()).run_with(&[])), long);
}

#[test]
fn what_cannot_be_understood_is_refused_before_anything_is_sent() {
    let cases: [&[&str]; 6] = [
        &["--nonsense"],
        &["-y", "--approval-mode", "plan", "-p", "x"],
        &["-c", "-r", "a", "-p", "x"],
        &["-o", "xml", "-p", "x"],
        &["-i", "x"],
        &["-r", "-p", "x"],
    ];
    for words in cases {
        let ran = hello().run_with(words);
        ran.exit_is(42).stdout_is("").asks(0);
        assert!(ran.stderr.starts_with("error: "), "{words:?}: {}", ran.stderr);
    }
}

#[test]
fn broken_settings_are_told_with_their_place() {
    let ran = hello().home_file(".qwen/settings.json", "{\"tools\": [}").run("hello");
    ran.exit_is(52).stdout_is("").asks(0).stderr_has("settings.json");
    let wrong = json!({"tools": {"approvalMode": "maybe"}});
    hello().settings(&wrong).run("hello").exit_is(52).asks(0).stderr_has("tools.approvalMode");
    let ran = hello().home_file(".qwen/settings.json", "{\"tools\": [}").run_with(&["-o", "json", "-p", "x"]);
    ran.exit_is(52).stdout_is("").stderr_has("{\"error\":{\"type\":\"FatalConfigError\"");
}

#[test]
fn the_limit_of_turns_ends_the_run_with_53() {
    let read = || call("read_file", json!({"file_path": "{{cwd}}/README.md"}));
    let endless = || Session::new().sim(move |options| options.script = Script::by(move |_| read()));
    let ran = endless().run_with(&["--max-session-turns", "3", "-p", "read"]);
    ran.exit_is(53).stdout_is("").asks(3).stderr_has("the limit of turns for this run was reached");
    let setting = json!({"model": {"maxSessionTurns": 2}});
    let ran = endless().settings(&setting).run_with(&["-o", "json", "-p", "read"]);
    ran.exit_is(53).asks(2).stderr_has("\"code\":53");
    let all = ran.json();
    let result = all.as_array().and_then(|all| all.last()).expect("a result");
    assert_eq!((&result["subtype"], &result["is_error"]), (&json!("error_max_turns"), &json!(true)));
    assert_eq!(result["num_turns"], 2);
    let lifted = endless().settings(&json!({"model": {"maxSessionTurns": 1}})).sim(|options| {
        options.script = read().then(say("Done."));
    });
    lifted.run_with(&["--max-session-turns", "-1", "-p", "read"]).exit_is(0).asks(2);
}

#[test]
fn a_reader_that_leaves_early_ends_the_run_quietly() {
    let ran = hello().shell("{ \"$QWEN\" -o stream-json -p hello; echo \"code $?\" >&2; } | head -n 1");
    ran.exit_is(0).stderr_is("code 0\n");
    assert_eq!(ran.json_lines()[0]["subtype"], "init");
    // `true` reads nothing at all.
    let ran = hello().shell("{ \"$QWEN\" -p hello; echo \"code $?\" >&2; } | true");
    ran.exit_is(0).stderr_is("code 0\n");
    let ran = hello().shell("{ \"$QWEN\" --help; echo \"code $?\" >&2; } | true");
    ran.exit_is(0).stderr_is("code 0\n");
}

#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    if std::path::Path::new("/dev/full").exists() {
        let ran = hello().shell("\"$QWEN\" -p hello > /dev/full");
        ran.exit_is(42).stderr_has("stdout cannot be written");
    }
}

#[test]
fn ctrl_c_stops_the_answer_and_the_tools() {
    let slow = || say("word ".repeat(400)).pace(20);
    let ran = Session::new().model_says(slow()).spawn(&["-p", "tell"]).asked(1).signal("INT").wait();
    ran.exit_is(130).stderr_has("the run was stopped");
    assert!(slow().text.starts_with(ran.stdout.trim_end()), "{}", ran.stdout);
    let sleep = "echo $$ > pid; exec sleep 60";
    let ran = Session::new()
        .flag("-y")
        .model_says(call("run_shell_command", json!({"command": sleep, "description": "sleep"})))
        .spawn(&["-p", "sleep"])
        .until(|world| {
            std::fs::read_to_string(world.repository().join("pid")).is_ok_and(|p| p.ends_with('\n'))
        })
        .signal("INT")
        .wait();
    ran.exit_is(130).stdout_is("").asks(1);
    ran.has_ended("pid");
    let json = Session::new().model_says(slow()).spawn(&["-o", "json", "-p", "tell"]);
    let json = json.asked(1).signal("TERM").wait();
    json.exit_is(130);
    assert!(!json.stdout.contains("success"), "{}", json.stdout);
}

#[test]
fn a_hello_causes_no_other_request_even_when_all_goes_wrong() {
    let ran = hello().fault(Fault::status(400)).run("hello");
    ran.exit_is(1).asks(1);
    let ran = hello().without_git().run("hello");
    ran.exit_is(0).asks(1);
}
