//! What a run may use up, and how it ends when that is used up.

use qwen::sim::{Fault, Planned, Script, Turn, call, say};
use serde_json::{Value, json};

use crate::{Session, ran::Ran};

fn read() -> Turn {
    call("read_file", json!({"file_path": "{{cwd}}/README.md"}))
}

fn endless() -> Session {
    let on = || say("I read on.").call("read_file", json!({"file_path": "{{cwd}}/README.md"}));
    Session::new().sim(move |options| options.script = Script::by(move |_| on()))
}

fn result(ran: &Ran) -> Value {
    ran.json().as_array().and_then(|all| all.last().cloned()).expect("a result")
}

#[test]
fn each_limit_ends_the_run_with_55_and_its_name() {
    let cases: [(&[&str], &str, &str); 3] = [
        (&["--max-tool-calls", "3"], "max_tool_calls", "tool calls"),
        (&["--max-tokens", "5000"], "max_tokens", "tokens"),
        (&["--max-cost", "0.003"], "max_cost", "money"),
    ];
    for (flags, name, noun) in cases {
        let ran = endless().flags(flags.iter().copied()).run_with(&["-o", "json", "-p", "read"]);
        ran.exit_is(55).stderr_has("\"type\":\"FatalBudgetExceededError\"").stderr_has("\"code\":55");
        let told = result(&ran);
        assert_eq!(told["subtype"], "error_during_execution", "{name}");
        assert_eq!(told["termination_reason"], name);
        assert_eq!(told["error"]["type"], "budget");
        assert_eq!(told["error"]["message"], format!("the limit of {noun} for this run was reached"));
        assert_eq!(told["partial_result"], "I read on.");
    }
}

#[test]
fn text_keeps_what_was_written_and_says_that_it_is_not_whole() {
    let ran = endless().run_with(&["--max-tool-calls", "1", "-p", "read"]);
    ran.exit_is(55).stdout_is("I read on.\n").stderr_is(
        "warning: 100 % of the tool calls this run may use are used up (--max-tool-calls)\n\
         warning: the answer is not whole\n\
         error: the limit of tool calls for this run was reached\n  \
         hint: allow more with `--max-tool-calls`, or go on with `qwen --continue`\n",
    );
}

#[test]
fn no_call_may_be_allowed_and_a_whole_answer_is_none() {
    let ran = Session::new().model_says(read()).run_with(&["--max-tool-calls", "0", "-p", "read"]);
    ran.exit_is(55).stdout_is("").asks(1).stderr_is(
        "error: the limit of tool calls for this run was reached\n  \
         hint: allow more with `--max-tool-calls`, or go on with `qwen --continue`\n",
    );
    Session::new()
        .model_says(say("Hi."))
        .run_with(&["--max-tool-calls", "0", "-p", "x"])
        .exit_is(0)
        .stdout_is("Hi.\n");
}

#[test]
fn the_model_is_told_before_it_is_too_late() {
    let mut session = Session::new();
    for turn in [read(), call("glob", json!({"pattern": "*.md"})), read(), read()] {
        session = session.model_says(turn);
    }
    let ran = session.model_says(say("Done in time.")).run_with(&["--max-tool-calls", "5", "-p", "read"]);
    ran.exit_is(0)
        .stdout_is("Done in time.\n")
        .stderr_is("warning: 80 % of the tool calls this run may use are used up (--max-tool-calls)\n");
    let last = ran.requests().last().expect("requests");
    assert!(
        String::from_utf8_lossy(&last.body)
            .contains("80 % of the tool calls this run may use are used up. Finish")
    );
}

#[test]
fn time_stops_answers_tools_and_waits() {
    let slow = Session::new().model_says(say("word ".repeat(400)).pace(20));
    let ran = slow.run_with(&["--max-wall-time", "1s", "-o", "json", "-p", "tell"]);
    ran.exit_is(55);
    assert_eq!(result(&ran)["termination_reason"], "max_wall_time");
    assert!(result(&ran)["partial_result"].as_str().is_some_and(|text| text.starts_with("word")));

    let sleep = json!({"command": "echo $$ > pid; exec sleep 60", "description": "sleep"});
    let ran = Session::new().flag("-y").model_says(call("run_shell_command", sleep)).run_with(&[
        "--max-wall-time",
        "1",
        "-p",
        "sleep",
    ]);
    ran.exit_is(55).has_ended("pid");

    let busy = Fault::Status {
        status: 503,
        code: None,
        message: None,
        retry_after: Some("60".to_owned()),
        shape: qwen::sim::ErrorShape::default(),
    };
    let ran = Session::new().fault(busy).run_with(&["--max-wall-time", "1", "-p", "x"]);
    ran.exit_is(55).asks(1).stderr_has("retry: try 2 of 5 in 60.0 s");
}

#[test]
fn an_answer_that_broke_off_is_paid_for_too() {
    let long = "many words ".repeat(250);
    let session = Session::new()
        .sim(move |options| options.script = Script::by(move |_| say(long.clone())))
        .fault(Planned { fault: Fault::Drop { after_bytes: 60_000 }, first: Some(1) });
    let ran = session.run_with(&["-o", "json", "--max-tokens", "4000", "-p", "x"]);
    ran.exit_is(0).asks(2);
    assert!(
        ran.stderr.contains("of the tokens this run may use")
            || result(&ran)["usage"]["total_tokens"].as_u64() < Some(4_000)
    );
}

#[test]
fn the_settings_have_qwen_codes_names_and_flags_stand_above_them() {
    let settings = json!({"model": {"maxToolCalls": 1, "maxWallTimeSeconds": 600}});
    endless().settings(&settings).run("read").exit_is(55).asks(2);
    let lifted =
        Session::new().settings(&settings).model_says(read()).model_says(read()).model_says(say("Done."));
    lifted.run_with(&["--max-tool-calls", "-1", "-p", "read"]).exit_is(0).asks(3);
}

#[test]
fn a_limit_that_cannot_be_kept_is_refused() {
    let ran = Session::new().run_with(&["-m", "nobody-knows-this", "--max-cost", "1", "-p", "x"]);
    ran.exit_is(52)
        .asks(0)
        .stderr_has("the price of `nobody-knows-this` is not known, so `--max-cost` cannot be kept");
    for words in [
        ["--max-wall-time", "0"],
        ["--max-wall-time", "1d"],
        ["--max-tool-calls", "-2"],
        ["--max-cost", "0"],
        ["--max-tokens", "0"],
    ] {
        Session::new().run_with(&[&words[..], &["-p", "x"]].concat()).exit_is(42).asks(0);
    }
}
