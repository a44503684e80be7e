//! Items of the Responses API, read as messages of Chat Completions and written from a turn.
//!
//! The script and the cache know messages only. What the assistant says and calls in one go is one message, and
//! reasoning is not rendered again in later turns.

use serde_json::{Value, json};

use crate::sim::{reply::Told, shape::ThoughtEvents, turn::Turn};

/// The items of an input: a text is one message of the user.
pub(super) fn of(input: &Value) -> Vec<Value> {
    match input {
        Value::Array(items) => items.clone(),
        text => vec![json!({"role": "user", "content": text})],
    }
}

/// The request in the form of Chat Completions.
pub(super) fn chat(json: &Value, context: &[Value]) -> Value {
    let mut messages = Vec::new();
    if let Some(instructions) = json["instructions"].as_str().filter(|text| !text.is_empty()) {
        messages.push(json!({"role": "system", "content": instructions}));
    }
    join(&mut messages, context);
    let mut chat = json!({"model": json["model"], "messages": messages});
    let tools: Vec<Value> = json["tools"].as_array().into_iter().flatten().filter_map(tool).collect();
    if !tools.is_empty() {
        chat["tools"] = json!(tools);
    }
    chat
}

fn tool(flat: &Value) -> Option<Value> {
    let part = |name: &str| flat.get(name).cloned().unwrap_or_default();
    (flat["type"] == "function").then(|| {
        json!({"type": "function", "function": {
            "name": part("name"), "description": part("description"), "parameters": part("parameters")}})
    })
}

/// Adds items to messages.
pub(super) fn join(messages: &mut Vec<Value>, items: &[Value]) {
    for item in items {
        match item["type"].as_str() {
            Some("function_call") => called(messages, item),
            Some("function_call_output") => messages.push(json!({
                "role": "tool", "tool_call_id": item["call_id"], "content": content(&item["output"])})),
            Some("reasoning") => {}
            _ => {
                let role = match item["role"].as_str() {
                    Some("developer") => "system",
                    Some(role) => role,
                    None => "user",
                };
                messages.push(json!({"role": role, "content": content(&item["content"])}));
            }
        }
    }
}

/// A call belongs to what the assistant has just said.
fn called(messages: &mut Vec<Value>, item: &Value) {
    let call = json!({"id": item["call_id"], "type": "function",
        "function": {"name": item["name"], "arguments": item["arguments"]}});
    if !messages.last().is_some_and(|message| message["role"] == "assistant") {
        messages.push(json!({"role": "assistant", "content": ""}));
    }
    if let Some(message) = messages.last_mut() {
        match message["tool_calls"].as_array_mut() {
            Some(calls) => calls.push(call),
            None => message["tool_calls"] = json!([call]),
        }
    }
}

fn content(content: &Value) -> Value {
    let part = |part: &Value| match part["text"].as_str() {
        Some(text) => json!({"type": "text", "text": text}),
        None => part.clone(),
    };
    match content {
        Value::Array(parts) => parts.iter().map(part).collect(),
        other => other.clone(),
    }
}

/// The items of an answer: thoughts, then the message, then the calls. An answer without anything is an empty message.
pub(super) fn output(turn: &Turn, told: &[Told], thoughts: ThoughtEvents, id: &str) -> Vec<Value> {
    let serial = id.rsplit('-').next().unwrap_or_default();
    let mut output = Vec::new();
    if !turn.thinking.is_empty() {
        let mut item = json!({"id": format!("rs_{serial}"), "type": "reasoning", "summary": []});
        match thoughts {
            ThoughtEvents::Summary => {
                item["summary"] = json!([{"type": "summary_text", "text": turn.thinking}]);
            }
            ThoughtEvents::Text => {
                item["content"] = json!([{"type": "reasoning_text", "text": turn.thinking}]);
            }
        }
        output.push(item);
    }
    if !turn.text.is_empty() || told.is_empty() {
        output.push(json!({"id": format!("msg_{serial}"), "type": "message", "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": turn.text, "annotations": []}]}));
    }
    output.extend(told.iter().enumerate().map(|(at, call)| {
        json!({"id": format!("fc_{serial}{at:03}"), "type": "function_call", "status": "completed",
            "call_id": call.id, "name": call.name, "arguments": call.arguments})
    }));
    output
}
