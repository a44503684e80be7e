//! What stdout holds in each format.

use qwen::sim::{call, say, think};
use serde_json::{Value, json};

use crate::Session;

fn story() -> Session {
    Session::new()
        .file("a.txt", "alpha\n")
        .flags(["--session-id", "s1"])
        .model_says(
            think("First I read.")
                .say("I read.")
                .call("read_file", json!({"file_path": "{{cwd}}/a.txt"}))
                .call("write_file", json!({"file_path": "{{cwd}}/C", "content": "x"})),
        )
        .model_says(say("It says alpha."))
}

/// A message without what differs from run to run.
fn stable(mut message: Value) -> Value {
    let fields = message.as_object_mut().expect("a message is an object");
    let unstable = [
        "uuid",
        "duration_ms",
        "duration_api_ms",
        "cwd",
        "stats",
        "cost",
        "total_cost_usd",
        "cache",
        "usage",
    ];
    for name in unstable {
        fields.shift_remove(name);
    }
    if let Some(inner) = fields.get_mut("message").and_then(Value::as_object_mut) {
        inner.shift_remove("id");
        inner.shift_remove("usage");
    }
    message
}

fn kinds(messages: &[Value]) -> Vec<String> {
    let kind = |m: &Value| {
        let block = &m["message"]["content"][0]["type"];
        let detail = m["subtype"].as_str().or(block.as_str()).unwrap_or_default();
        format!("{} {detail}", m["type"].as_str().unwrap_or_default())
    };
    messages.iter().map(kind).collect()
}

const KINDS: [&str; 8] = [
    "system init",
    "assistant thinking",
    "assistant text",
    "assistant tool_use",
    "user tool_result",
    "user tool_result",
    "assistant text",
    "result success",
];

#[test]
fn json_is_one_array_with_everything_that_happened() {
    let ran = story().run_with(&["-o", "json", "-p", "read"]);
    ran.exit_is(0).asks(2);
    assert!(ran.stdout.ends_with("]\n") && ran.stdout.lines().count() == 1);
    let all = ran.json().as_array().cloned().expect("an array");
    assert_eq!(kinds(&all), KINDS);
    let root = std::fs::canonicalize(ran.path("")).expect("there").display().to_string();
    assert_eq!(all[0]["cwd"].as_str(), Some(root.as_str()));
    let init = json!({
        "type": "system", "subtype": "init", "session_id": "s1",
        "tools": ["edit", "glob", "grep_search", "list_directory", "read_file", "run_shell_command",
            "todo_write", "web_fetch", "write_file"],
        "mcp_servers": [], "model": "qwen3-coder-plus", "permission_mode": "default", "slash_commands": [],
        "qwen_code_version": env!("CARGO_PKG_VERSION"), "agents": [],
    });
    assert_eq!(stable(all[0].clone()), init);
    let ids: Vec<&str> = all[3]["message"]["content"]
        .as_array()
        .map(|calls| calls.iter().filter_map(|call| call["id"].as_str()).collect())
        .unwrap_or_default();
    let answered: Vec<&str> =
        [4, 5].iter().filter_map(|at| all[*at]["message"]["content"][0]["tool_use_id"].as_str()).collect();
    assert_eq!(ids, answered);
    let result = json!({
        "type": "result", "subtype": "success", "session_id": "s1", "is_error": false, "num_turns": 2,
        "result": "It says alpha.",
        "permission_denials": [{"tool_name": "write_file", "tool_use_id": ids[1],
            "tool_input": {"file_path": format!("{root}/C"), "content": "x"}}],
        "termination_reason": "completed", "model": "qwen3-coder-plus",
    });
    assert_eq!(stable(all[7].clone()), result);
}

#[test]
fn the_bill_in_json_is_the_one_of_the_simulator() {
    let ran = story().run_with(&["-o", "json", "-p", "read"]);
    let result = ran.exit_is(0).json().as_array().and_then(|all| all.last().cloned()).expect("a result");
    let sum = |of: fn(&qwen::sim::Bill) -> u64| {
        ran.requests().iter().filter_map(|r| r.bill.as_ref()).map(of).sum::<u64>()
    };
    let (input, output) = (sum(|b| b.prompt), sum(|b| b.output));
    assert_eq!(
        result["usage"],
        json!({
            "input_tokens": input, "output_tokens": output, "cache_read_input_tokens": sum(|b| b.cached),
            "cache_creation_input_tokens": sum(|b| b.created), "total_tokens": input + output,
        })
    );
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let units = |thousandths: u64| thousandths as f64 / 1_000.0;
    assert_eq!(result["cost"]["units"], units(sum(|b| b.units)));
    assert_eq!(result["cost"]["units_without_cache"], units(sum(|b| b.units_without_cache)));
    assert_eq!(result["cache"]["units"], result["cost"]["units"]);
    assert_eq!(result["cache"]["written"], sum(|b| b.created));
    assert_eq!(result["cache"]["misses"][0]["cause"], "first");
}

#[test]
fn stream_json_is_a_message_a_line_with_init_first_and_the_result_last() {
    let ran = story().run_with(&["-o", "stream-json", "-p", "read"]);
    ran.exit_is(0).asks(2);
    assert_eq!(kinds(&ran.json_lines()), KINDS);
    let whole: Vec<Value> = story()
        .run_with(&["-o", "json", "-p", "read"])
        .json()
        .as_array()
        .map(|all| all.iter().map(|m| m["type"].clone()).collect())
        .unwrap_or_default();
    let lines: Vec<Value> = ran.json_lines().iter().map(|m| m["type"].clone()).collect();
    assert_eq!(lines, whole);
}

#[test]
fn the_pieces_of_an_answer_join_to_the_answer() {
    let ran = story().run_with(&["-o", "stream-json", "--include-partial-messages", "-p", "read"]);
    ran.exit_is(0);
    let text: String = ran
        .json_lines()
        .iter()
        .filter(|m| m["type"] == "stream_event")
        .filter_map(|m| m["event"]["delta"]["text"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(text, "I read.It says alpha.");
    let rest: Vec<Value> = ran.json_lines().into_iter().filter(|m| m["type"] != "stream_event").collect();
    assert_eq!(kinds(&rest), KINDS);
}

#[test]
fn text_is_the_last_answer_as_the_model_wrote_it_and_nothing_else() {
    let odd = "# 标题\n\n\u{1b}[31mred\u{1b}[0m | a | b |\n";
    let ran = Session::new().model_says(think("hm").say(odd)).run("hello");
    ran.exit_is(0).stdout_is(&format!("{odd}\n")).stderr_is("");
}

#[test]
fn the_format_may_come_from_the_settings() {
    let ran = story().settings(&json!({"output": {"format": "stream-json"}})).run("read");
    assert_eq!(kinds(&ran.exit_is(0).json_lines()), KINDS);
}

#[test]
fn nothing_of_the_server_moves_the_cursor_on_stderr() {
    let told = qwen::sim::Fault::Status {
        status: 400,
        code: Some("invalid_parameter_error".to_owned()),
        message: Some("bad \u{1b}[2J\u{1b}]0;title\u{7} \u{9b}31m thing".to_owned()),
        retry_after: None,
        shape: qwen::sim::ErrorShape::default(),
    };
    let ran = Session::new().fault(told).run("hello");
    ran.exit_is(1);
    assert!(!ran.stderr.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{:?}", ran.stderr);
    let command = "touch \u{1b}[2J".to_owned();
    let ran = Session::new()
        .model_says(call("run_shell_command", json!({"command": command, "description": "d"})))
        .model_says(say("ok"))
        .run("hello");
    assert!(!ran.exit_is(0).stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}
