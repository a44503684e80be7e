//! A program that speaks with the session on stdin: `--input-format stream-json`.

use qwen::sim::{Script, Turn, call, say};
use serde_json::{Value, json};

use crate::{Session, ran::Ran, session::Running};

const FLAGS: [&str; 6] = ["--input-format", "stream-json", "-o", "stream-json", "--session-id", "s1"];

fn user(text: &str) -> Value {
    json!({"type": "user", "session_id": "s1", "parent_tool_use_id": null,
        "message": {"role": "user", "content": text}})
}

fn request(id: &str, payload: &Value) -> Value {
    json!({"type": "control_request", "request_id": id, "request": payload})
}

fn answer(id: &Value, payload: &Value) -> Value {
    json!({"type": "control_response",
        "response": {"subtype": "success", "request_id": id, "response": payload}})
}

fn is(kind: &'static str) -> impl Fn(&Value) -> bool {
    move |message| message["type"] == kind
}

fn touch(file: &str) -> Turn {
    call("run_shell_command", json!({"command": format!("echo x > {file}"), "description": "make a file"}))
}

/// The answer to a request.
fn asks(talk: &mut Running, id: &'static str, payload: &Value) -> Value {
    talk.tell(&request(id, payload));
    talk.hears(move |m| m["type"] == "control_response" && m["response"]["request_id"] == id)["response"]
        .clone()
}

fn results(ran: &Ran) -> Vec<Value> {
    ran.json_lines().into_iter().filter(is("result")).collect()
}

#[test]
fn several_turns_are_one_conversation_until_stdin_ends() {
    let session = Session::new().model_says(say("One.")).model_says(say("Two."));
    let mut talk = session.talk(&FLAGS);
    let begun = asks(&mut talk, "r1", &json!({"subtype": "initialize", "hooks": null}));
    assert_eq!(
        begun,
        json!({"subtype": "success", "request_id": "r1", "response": {"subtype": "initialize", "session_id": "s1",
            "capabilities": {"can_handle_can_use_tool": true, "can_handle_hook_callback": false,
                "can_set_permission_mode": true, "can_set_model": true, "can_set_effort": false,
                "can_get_context_usage": true, "can_get_available_models": true, "can_get_usage_info": false,
                "can_handle_mcp_message": false}}})
    );
    talk.tell(&user("first")).tell(&user("second")).hang_up();
    let ran = talk.wait();
    let all = results(ran.exit_is(0).asks(2).stderr_is(""));
    assert_eq!([&all[0]["result"], &all[1]["result"]], ["One.", "Two."]);
    assert_eq!([&all[0]["num_turns"], &all[1]["num_turns"]], [1, 1]);
    let kinds: Vec<Value> = ran.json_lines().iter().map(|m| m["type"].clone()).collect();
    assert_eq!(kinds, ["system", "control_response", "assistant", "result", "assistant", "result"]);
}

#[test]
fn without_a_word_nothing_is_asked() {
    let ran = Session::new().stdin("").run_with(&FLAGS);
    ran.exit_is(0).asks(0).stderr_is("");
    assert_eq!(ran.json_lines().len(), 1);
}

#[test]
fn the_client_is_asked_and_its_answer_counts() {
    let session = Session::new()
        .model_says(touch("A"))
        .model_says(touch("B"))
        .model_says(touch("C"))
        .model_says(say("Done."));
    let mut talk = session.talk(&FLAGS);
    talk.tell(&user("go"));
    let first = talk.hears(is("control_request"));
    let mut asked = first["request"].clone();
    let id = asked.as_object_mut().and_then(|asked| asked.shift_remove("tool_use_id")).expect("an id");
    assert!(id.is_string());
    assert_eq!(
        asked,
        json!({"subtype": "can_use_tool", "tool_name": "run_shell_command",
            "input": {"command": "echo x > A", "description": "make a file"},
            "permission_suggestions": [
                {"type": "allow", "label": "Allow Command", "description": "Execute: echo x > A (writes a file)"},
                {"type": "deny", "label": "Deny", "description": "Block this command execution"}],
            "blocked_path": null})
    );
    talk.tell(&answer(&first["request_id"], &json!({"behavior": "allow", "updatedInput": asked["input"]})));
    let second = talk.hears(is("control_request"));
    let changed = json!({"command": "echo y > B2", "description": "make another file"});
    talk.tell(&answer(&second["request_id"], &json!({"behavior": "allow", "updatedInput": changed})));
    let third = talk.hears(is("control_request"));
    talk.tell(&answer(&third["request_id"], &json!({"behavior": "deny", "message": "not that one"})));
    talk.hears(is("result"));
    let ran = talk.wait();
    ran.exit_is(0).file_is("A", "x\n").no_file("B").file_is("B2", "y\n").no_file("C").asks(4);
    let results = ran.results();
    assert!(
        results[1].starts_with("The user changed the parameters to: {\"command\":\"echo y > B2\""),
        "{}",
        results[1]
    );
    assert_eq!(results[2], "The user did not allow this. Nothing was run. They say: not that one");
    let last = results_of(&ran);
    assert_eq!(last["permission_denials"][0]["tool_input"]["command"], "echo x > C");
}

fn results_of(ran: &Ran) -> Value {
    results(ran).pop().expect("a result")
}

#[test]
fn what_the_rules_forbid_the_client_cannot_allow() {
    let session = Session::new()
        .flags(["--exclude-tools", "Bash(rm *)"])
        .file("keep", "x")
        .model_says(touch("A"))
        .model_says(say("Done."));
    let mut talk = session.talk(&FLAGS);
    talk.tell(&user("go"));
    let asked = talk.hears(is("control_request"));
    let changed = json!({"command": "rm keep", "description": "d"});
    talk.tell(&answer(&asked["request_id"], &json!({"behavior": "allow", "updatedInput": changed})));
    talk.hears(is("result"));
    talk.wait().exit_is(0).file_is("keep", "x").no_file("A");
}

#[test]
fn a_client_that_fails_is_silent_or_gone_has_said_no() {
    let story = || Session::new().model_says(touch("A")).model_says(say("Then not."));
    let begun = |ms: u64| {
        let mut talk = story().talk(&FLAGS);
        talk.tell(&request("r", &json!({"subtype": "initialize", "timeout": {"canUseTool": ms}})));
        talk.tell(&user("go"));
        let asked = talk.hears(is("control_request"));
        (talk, asked["request_id"].clone())
    };
    let (mut talk, id) = begun(60_000);
    talk.tell(&json!({"type": "control_response",
        "response": {"subtype": "error", "request_id": id, "error": {"message": "the window was closed"}}}));
    talk.hears(is("result"));
    let ran = talk.wait();
    ran.exit_is(0).no_file("A");
    assert!(ran.results()[0].ends_with("They say: the window was closed"));

    let (mut talk, id) = begun(1);
    assert_eq!(talk.hears(is("control_cancel_request"))["request_id"], id);
    talk.hears(is("result"));
    talk.wait().exit_is(0).no_file("A");

    let (mut talk, id) = begun(60_000);
    talk.hang_up();
    assert_eq!(talk.hears(is("control_cancel_request"))["request_id"], id);
    talk.wait().exit_is(0).no_file("A");
}

#[test]
fn a_no_may_end_the_turn_and_the_session_goes_on() {
    let session = Session::new().model_says(touch("A")).model_says(say("Here."));
    let mut talk = session.talk(&FLAGS);
    talk.tell(&user("go"));
    let asked = talk.hears(is("control_request"));
    talk.tell(&answer(
        &asked["request_id"],
        &json!({"behavior": "deny", "message": "stop", "interrupt": true}),
    ));
    let result = talk.hears(is("result"));
    assert_eq!(
        (&result["subtype"], &result["termination_reason"]),
        (&json!("error_during_execution"), &json!("interrupted"))
    );
    talk.tell(&user("are you there?"));
    assert_eq!(talk.hears(is("result"))["result"], "Here.");
    let ran = talk.wait();
    ran.exit_is(0).no_file("A").asks(2);
    assert_eq!(ran.results(), ["The user did not allow this. Nothing was run. They say: stop"]);
}

#[test]
fn an_interrupt_keeps_what_was_written_and_the_session_goes_on() {
    let long = say("word ".repeat(400)).pace(20);
    let session = Session::new().model_says(long).model_says(say("Yes."));
    let mut talk = session.talk(&[&FLAGS[..], &["--include-partial-messages"]].concat());
    talk.tell(&user("tell"));
    talk.hears(|m| m["event"]["delta"]["text"].is_string());
    assert_eq!(
        asks(&mut talk, "r9", &json!({"subtype": "interrupt"}))["response"],
        json!({"subtype": "interrupt"})
    );
    let result = talk.hears(is("result"));
    assert_eq!(result["termination_reason"], "interrupted");
    assert!(result["partial_result"].as_str().is_some_and(|text| text.starts_with("word")), "{result}");
    talk.tell(&user("go on?"));
    assert_eq!(talk.hears(is("result"))["result"], "Yes.");
    talk.wait().exit_is(0);
}

#[test]
fn mode_and_model_change_between_turns() {
    // Another model is another field of the request.
    let session = Session::new().compacts().sim(|options| {
        options.script = Script::turns([touch("A"), say("Made."), say("Other.")]);
    });
    let mut talk = session.talk(&FLAGS);
    let set = asks(&mut talk, "r1", &json!({"subtype": "set_permission_mode", "mode": "yolo"}));
    assert_eq!(set["response"], json!({"status": "updated", "mode": "yolo"}));
    talk.tell(&user("make it"));
    talk.hears(is("result"));
    talk.tell(&request("r2", &json!({"subtype": "set_model", "model": "qwen-plus"})));
    talk.tell(&user("and now?"));
    let set = talk.hears(|m| m["response"]["request_id"] == "r2");
    assert_eq!(set["response"]["response"], json!({"subtype": "set_model", "model": "qwen-plus"}));
    assert_eq!(talk.hears(is("result"))["model"], "qwen-plus");
    let ran = talk.wait();
    ran.exit_is(0).file_is("A", "x\n").asks(3);
    let models: Vec<&Value> = ran.requests().iter().map(|r| &r.json["model"]).collect();
    assert_eq!(models, ["qwen3-coder-plus", "qwen3-coder-plus", "qwen-plus"]);
}

#[test]
fn what_can_be_asked_is_answered_and_the_rest_is_refused_by_name() {
    let mut talk = Session::new().talk(&FLAGS);
    let mut ask = |id, payload: Value| asks(&mut talk, id, &payload);
    assert_eq!(
        ask("1", json!({"subtype": "supported_commands"}))["response"],
        json!({"subtype": "supported_commands", "commands": []})
    );
    assert_eq!(
        ask("2", json!({"subtype": "mcp_server_status"}))["response"],
        json!({"subtype": "mcp_server_status", "status": {}})
    );
    assert_eq!(
        ask("3", json!({"subtype": "get_context_usage"}))["response"],
        json!({"subtype": "get_context_usage", "modelName": "qwen3-coder-plus", "totalTokens": 0,
            "contextWindowSize": 1_000_000, "isEstimated": true})
    );
    let models = ask("4", json!({"subtype": "get_available_models"}));
    assert!(
        models["response"]["models"]
            .as_array()
            .is_some_and(|rows| rows.iter().any(|r| r["id"] == "qwen3-coder-plus"))
    );
    let error = |error: &str, id: &str| json!({"subtype": "error", "request_id": id, "error": error});
    assert_eq!(
        ask("5", json!({"subtype": "set_effort", "effort": "low"})),
        error("`set_effort` is not supported by this program", "5")
    );
    assert_eq!(ask("6", json!({"subtype": "fly"})), error("`fly` is no request that is known", "6"));
    assert_eq!(
        ask("7", json!({"subtype": "set_permission_mode", "mode": "auto"})),
        error("unknown approval mode `auto`; use plan, default, auto-edit or yolo", "7")
    );
    let ran = talk.wait();
    ran.exit_is(0).stderr_is("");
    let paths: Vec<&str> = ran.requests().iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/compatible-mode/v1/models"]);
}

#[test]
fn lines_that_mean_nothing_are_answered_and_the_session_goes_on() {
    let mut talk = Session::new().model_says(say("Fine.")).talk(&FLAGS);
    let refused = |m: &Value| m["response"]["subtype"] == "error";
    talk.write(b"\xff\xfe not json\n\n");
    let error = talk.hears(refused);
    assert_eq!(error["response"]["request_id"], "");
    talk.tell(&json!({"type": "user", "message": {"role": "user", "content": [{"type": "image"}]}}));
    assert_eq!(talk.hears(refused)["response"]["error"], "blocks of type `image` cannot be said");
    talk.write(&vec![b'a'; 40_000_000]).write(b"\n");
    assert_eq!(talk.hears(refused)["response"]["error"], "the line is too long");
    talk.tell(&answer(&json!("nobody"), &json!({"behavior": "allow"})));
    talk.tell(&user("hello"));
    assert_eq!(talk.hears(is("result"))["result"], "Fine.");
    talk.wait().exit_is(0).stderr_is("warning: nothing was asked under the id `nobody`\n");
}

#[test]
fn a_turn_that_fails_is_told_and_the_last_one_decides_the_code() {
    let refused = || say("x").fault(qwen::sim::Fault::status(400));
    let session = Session::new().model_says(refused()).model_says(say("Better."));
    let mut talk = session.talk(&FLAGS);
    talk.tell(&user("one"));
    let result = talk.hears(is("result"));
    assert_eq!((&result["is_error"], &result["termination_reason"]), (&json!(true), &json!("provider")));
    talk.tell(&user("two"));
    assert_eq!(talk.hears(is("result"))["result"], "Better.");
    talk.wait().exit_is(0).stderr_has("FatalProviderError");
    let mut talk = Session::new().model_says(refused()).talk(&FLAGS);
    talk.tell(&user("one")).hang_up();
    talk.wait().exit_is(1);
}

#[test]
fn a_signal_ends_the_session_whatever_it_waits_for() {
    let mut idle = Session::new().talk(&FLAGS);
    idle.hears(is("system"));
    // Its lines go on until it has spoken: their end would be a way to end of its own.
    let mut idle = idle.signal("TERM");
    assert_eq!(idle.hears(is("result"))["termination_reason"], "interrupted");
    idle.wait().exit_is(130);
    let mut asked = Session::new().model_says(touch("A")).talk(&FLAGS);
    asked.tell(&user("go"));
    asked.hears(is("control_request"));
    let mut asked = asked.signal("INT");
    asked.hears(is("result"));
    let ran = asked.wait();
    ran.exit_is(130).no_file("A");
    assert_eq!(results(&ran).len(), 1);
}

#[test]
fn the_clock_runs_while_the_client_says_nothing() {
    let mut talk =
        Session::new().model_says(say("Hi.")).talk(&[&FLAGS[..], &["--max-wall-time", "1"]].concat());
    talk.tell(&user("hello"));
    talk.hears(is("result"));
    assert_eq!(talk.hears(is("result"))["termination_reason"], "max_wall_time");
    talk.wait().exit_is(55);
}

#[test]
fn it_needs_a_client_that_can_read_the_answers() {
    let cases: [(&[&str], &str); 4] = [
        (&["--input-format", "stream-json"], "needs `--output-format stream-json`"),
        (&["--input-format", "stream-json", "-o", "json"], "needs `--output-format stream-json`"),
        (
            &["--input-format", "stream-json", "-o", "stream-json", "-p", "x"],
            "the prompt comes as a message on stdin",
        ),
        (
            &["--input-format", "stream-json", "-o", "stream-json", "--json-schema", "{}"],
            "do not go together",
        ),
    ];
    for (words, told) in cases {
        Session::new().run_with(words).exit_is(42).stdout_is("").asks(0).stderr_has(told);
    }
}
