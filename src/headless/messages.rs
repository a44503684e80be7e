//! The messages of the JSON formats.
//!
//! Source: Qwen Code's shapes, field for field and in its order; `cost`, `cache`, `termination_reason`,
//! `partial_result`, `model` of the result and `cache_creation_input_tokens` are ours. Every message of the model holds blocks of one type only.

use serde_json::{Map, Value, json};

use super::{face::Ending, stats::millis};
use crate::protocol::{
    Charge, Failure, Kind, SessionInfo, ToolCall, ToolResult, Totals, Turn, Usage, Verdict,
};

/// The first message: what this session is.
pub(super) fn init(info: &SessionInfo) -> Value {
    json!({
        "type": "system",
        "subtype": "init",
        "uuid": info.id.as_str(),
        "session_id": info.id.as_str(),
        "cwd": info.root,
        "tools": info.tools,
        "mcp_servers": [],
        "model": info.model,
        "permission_mode": info.mode.name(),
        "slash_commands": [],
        "qwen_code_version": env!("CARGO_PKG_VERSION"),
        "agents": [],
    })
}

/// An answer as content blocks, grouped by type: thinking, then text, then all calls.
pub(super) fn groups(turn: &Turn) -> Vec<Vec<Value>> {
    let thinking = json!({ "type": "thinking", "thinking": turn.reasoning, "signature": "" });
    let text = json!({ "type": "text", "text": turn.text });
    let mut groups = Vec::new();
    if !turn.reasoning.is_empty() {
        groups.push(vec![thinking]);
    }
    if !turn.text.is_empty() || (turn.reasoning.is_empty() && turn.calls.is_empty()) {
        groups.push(vec![text]);
    }
    if !turn.calls.is_empty() {
        groups.push(turn.calls.iter().map(tool_use).collect());
    }
    groups
}

/// A call as a block.
pub(super) fn tool_use(call: &ToolCall) -> Value {
    json!({ "type": "tool_use", "id": call.id.as_str(), "name": call.name, "input": input(call) })
}

/// What a call was given; nothing when its arguments cannot be read.
pub(super) fn input(call: &ToolCall) -> Map<String, Value> {
    call.arguments.object().cloned().unwrap_or_default()
}

/// One message of the model.
pub(super) fn assistant(session: &str, uuid: &str, model: &str, content: &[Value], usage: &Usage) -> Value {
    let is_calls = content.iter().all(|block| block["type"] == "tool_use");
    json!({
        "type": "assistant",
        "uuid": uuid,
        "session_id": session,
        "parent_tool_use_id": null,
        "message": {
            "id": uuid,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": content,
            "stop_reason": if is_calls { Some("tool_use") } else { None },
            "usage": usage_of(usage),
        },
    })
}

/// Token counts. Shape: a field about the cache is there only when the provider reported it.
pub(super) fn usage_of(usage: &Usage) -> Value {
    let mut counts = json!({ "input_tokens": usage.input.0, "output_tokens": usage.output.0 });
    if let Some(read) = usage.cached {
        counts["cache_read_input_tokens"] = read.0.into();
    }
    if let Some(written) = usage.created {
        counts["cache_creation_input_tokens"] = written.0.into();
    }
    if usage.total().0 > 0 {
        counts["total_tokens"] = usage.total().0.into();
    }
    counts
}

/// The answer to one call.
pub(super) fn tool_result(session: &str, uuid: &str, result: &ToolResult) -> Value {
    json!({
        "type": "user",
        "uuid": uuid,
        "session_id": session,
        "parent_tool_use_id": null,
        "message": {
            "role": "user",
            "content": [{
                "type": "tool_result",
                "tool_use_id": result.call.as_str(),
                "is_error": result.verdict != Verdict::Done,
                "content": result.text,
            }],
        },
    })
}

/// What the person said.
pub(super) fn words(session: &str, uuid: &str, text: &str) -> Value {
    json!({
        "type": "user",
        "uuid": uuid,
        "session_id": session,
        "parent_tool_use_id": null,
        "message": { "role": "user", "content": [{ "type": "text", "text": text }] },
    })
}

/// The history was replaced by a summary.
pub(super) fn compacted(session: &str, uuid: &str, before: u64) -> Value {
    json!({
        "type": "system",
        "subtype": "compact_boundary",
        "uuid": uuid,
        "session_id": session,
        "compact_metadata": { "trigger": "auto", "pre_tokens": before },
    })
}

/// The model had no room, and another one is asked.
pub(super) fn fell_back(
    session: &str,
    uuid: &str,
    (from, to): (&str, &str),
    status: u16,
    index: u32,
) -> Value {
    json!({
        "type": "system",
        "subtype": "model_fallback",
        "uuid": uuid,
        "session_id": session,
        "data": { "fromModel": from, "toModel": to, "statusCode": status, "fallbackIndex": index },
    })
}

/// A piece of an answer while it is written.
pub(super) fn stream_event(session: &str, uuid: &str, event: &Value) -> Value {
    json!({
        "type": "stream_event",
        "uuid": uuid,
        "session_id": session,
        "parent_tool_use_id": null,
        "event": event,
    })
}

/// The last message: how it went and what it cost.
pub(super) fn result(session: &str, uuid: &str, ending: &Ending<'_>) -> Value {
    let record = ending.record;
    let mut message = json!({
        "type": "result",
        "subtype": subtype(ending.outcome.as_ref().err()),
        "uuid": uuid,
        "session_id": session,
        "is_error": ending.outcome.is_err(),
        "duration_ms": millis(ending.took),
        "duration_api_ms": millis(record.totals.api_time),
        "num_turns": record.requests,
    });
    match (&ending.outcome, &record.structured) {
        (Ok(_), Some(payload)) => {
            let payload = Value::Object(payload.clone());
            message["result"] = payload.to_string().into();
            message["structured_result"] = payload;
        }
        (Ok(answer), None) => message["result"] = (*answer).into(),
        (Err(failure), _) => message["error"] = error(failure),
    }
    message["usage"] = sum_of(&record.totals);
    message["permission_denials"] = record.denials.iter().map(denial).collect();
    if let Some(text) = record.partial() {
        message["partial_result"] = text.into();
    }
    message["termination_reason"] = record.termination().into();
    message["model"] =
        record.model.as_deref().or(record.session.as_ref().map(|info| info.model.as_str())).into();
    message["total_cost_usd"] = record.totals.charge.money.map(crate::base::Money::dollars).into();
    message["cost"] = cost(&record.totals.charge);
    message["cache"] = record.session.as_ref().map(|info| record.cache.to_json(info, &record.totals)).into();
    message
}

fn subtype(failure: Option<&Failure>) -> &'static str {
    match failure {
        None => "success",
        Some(Failure { kind: Kind::Limit, .. }) => "error_max_turns",
        Some(Failure { kind: Kind::Output, .. }) => "error_max_structured_output_retries",
        Some(_) => "error_during_execution",
    }
}

fn error(failure: &Failure) -> Value {
    let mut error = json!({ "type": failure.kind.name(), "message": failure.error });
    if !failure.hints.is_empty() {
        error["hints"] = failure.hints.clone().into();
    }
    error
}

fn denial(call: &ToolCall) -> Value {
    json!({ "tool_name": call.name, "tool_use_id": call.id.as_str(), "tool_input": input(call) })
}

/// The sums, with every field there, so that a reader can add without looking.
fn sum_of(totals: &Totals) -> Value {
    let usage = &totals.usage;
    json!({
        "input_tokens": usage.input.0,
        "output_tokens": usage.output.0,
        "cache_read_input_tokens": usage.cached.unwrap_or_default().0,
        "cache_creation_input_tokens": usage.created.unwrap_or_default().0,
        "total_tokens": usage.total().0,
    })
}

/// What the input cost, in standard input tokens, and everything in US dollars where prices are known.
fn cost(charge: &Charge) -> Value {
    json!({
        "units": units(charge.units),
        "units_without_cache": units(charge.units_uncached),
        "usd": charge.money.map(crate::base::Money::dollars),
        "usd_without_cache": charge.money_uncached.map(crate::base::Money::dollars),
    })
}

/// Thousandths of a unit as units.
#[expect(clippy::cast_precision_loss, reason = "exact below nine million million tokens")]
pub(super) fn units(thousandths: u64) -> f64 {
    thousandths as f64 / 1_000.0
}
