//! A line of results. Source: `docs/schemas/batch-result.schema.json` is its form.

use serde_json::{Value, json};

use super::{spent::Spent, task::Task};
use crate::protocol::{Failure, Kind};

/// How every line begins.
pub(super) const BEGIN: &str = "{\"id\":";

/// The line of a task that ended, from the last message of its run and the first.
pub(super) fn line(task: &Task, result: &Value, init: &Value, spent: Spent, attempts: u32) -> Value {
    let kind = result["error"]["type"].as_str().and_then(kind);
    let code = match kind {
        Some(kind) => kind.exit_code(),
        None if result["is_error"] == true => Kind::Bug.exit_code(),
        None => 0,
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut line = json!({
        "id": task.id,
        "status": if code == 0 { "success" } else { "failed" },
        "exit_code": code,
        "result": text(&result["result"]),
        "error": result.get("error"),
        "num_turns": spent.requests,
        "usage": spent.usage_json(),
        "cost": spent.cost_json(),
        "duration_ms": result["duration_ms"].as_u64().unwrap_or_default(),
        "session_id": text(&init["session_id"]),
        "model": text(&result["model"]).or_else(|| text(&init["model"])),
        "cwd": text(&init["cwd"]),
        "attempts": attempts,
        "line": task.line,
        "hash": task.hash,
    });
    for name in ["termination_reason", "partial_result", "structured_result"] {
        if let Some(value) = result.get(name) {
            line[name] = value.clone();
        }
    }
    if let Some(denials) = result["permission_denials"].as_array().filter(|denials| !denials.is_empty()) {
        line["permission_denials"] = denials.clone().into();
    }
    line
}

/// The line of a task that has no run, or none that ended.
pub(super) fn failed(task: &Task, failure: &Failure, spent: Spent, attempts: u32) -> Value {
    let mut error = json!({ "type": failure.kind.name(), "message": failure.error });
    if !failure.hints.is_empty() {
        error["hints"] = failure.hints.clone().into();
    }
    line(task, &json!({ "is_error": true, "error": error }), &Value::Null, spent, attempts)
}

fn kind(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.name() == name)
}
