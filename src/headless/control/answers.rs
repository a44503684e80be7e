//! The envelopes this side writes.

use serde_json::{Value, json};

use super::super::messages::input;
use crate::protocol::{ModelRow, Preview, Question, SessionInfo, ToolCall, Totals};

/// A request was done.
pub(in crate::headless) fn success(request_id: &str, response: &Value) -> Value {
    json!({
        "type": "control_response",
        "response": { "subtype": "success", "request_id": request_id, "response": response },
    })
}

/// A request, or a line that should have been one, was not understood or could not be done.
pub(super) fn error(request_id: &str, error: &str) -> Value {
    json!({
        "type": "control_response",
        "response": { "subtype": "error", "request_id": request_id, "error": error },
    })
}

/// Asks the client whether a call may run.
pub(in crate::headless) fn can_use_tool(request_id: &str, call: &ToolCall, question: &Question) -> Value {
    let blocked_path = match &question.preview {
        Preview::Read { path } => Some(path.as_str()),
        _ => None,
    };
    json!({
        "type": "control_request",
        "request_id": request_id,
        "request": {
            "subtype": "can_use_tool",
            "tool_name": call.name,
            "tool_use_id": call.id.as_str(),
            "input": input(call),
            "permission_suggestions": suggestions(call, question),
            "blocked_path": blocked_path,
        },
    })
}

/// The client need not answer any more.
pub(in crate::headless) fn cancel(request_id: &str) -> Value {
    json!({ "type": "control_cancel_request", "request_id": request_id })
}

/// What the client can say, as Qwen Code words it.
fn suggestions(call: &ToolCall, question: &Question) -> Value {
    let (allow, about, deny) = match &question.preview {
        Preview::Command { command, .. } => {
            ("Allow Command", format!("Execute: {command}"), "Block this command execution")
        }
        Preview::Change { diff, .. } => {
            ("Allow Edit", format!("Edit file: {}", diff.path), "Block this file edit")
        }
        Preview::Read { path } => ("Allow", format!("Read: {path}"), "Block this read"),
        Preview::Fetch { url } => {
            ("Allow Info Request", format!("Fetch: {url}"), "Block this information request")
        }
        Preview::Other { .. } => ("Allow", format!("Allow {}", call.name), "Block this call"),
    };
    json!([
        { "type": "allow", "label": allow, "description": format!("{about} ({})", question.reason) },
        { "type": "deny", "label": "Deny", "description": deny },
    ])
}

/// What can be asked of this side.
pub(super) fn capabilities(session: &str) -> Value {
    json!({
        "subtype": "initialize",
        "session_id": session,
        "capabilities": {
            "can_handle_can_use_tool": true,
            "can_handle_hook_callback": false,
            "can_set_permission_mode": true,
            "can_set_model": true,
            "can_set_effort": false,
            "can_get_context_usage": true,
            "can_get_available_models": true,
            "can_get_usage_info": false,
            "can_handle_mcp_message": false,
        },
    })
}

/// How full the model's window is.
pub(super) fn context_usage(info: &SessionInfo, totals: &Totals) -> Value {
    let (used, window) = (totals.context.0, info.window.0);
    json!({
        "subtype": "get_context_usage",
        "modelName": info.model,
        "totalTokens": used,
        "contextWindowSize": window,
        "isEstimated": totals.requests == 0,
    })
}

/// The models to choose from.
pub(super) fn models(rows: &[ModelRow]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "id": row.model, "label": row.model, "contextWindowSize": row.window.0 }))
        .collect();
    json!({ "subtype": "get_available_models", "models": rows })
}
