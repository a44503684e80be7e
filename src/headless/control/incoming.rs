//! What one line says.

use serde_json::{Map, Value};

use super::request::Request;

/// What a line says.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// The person's words.
    Say(String),
    /// A request of the client, and its id.
    Request(String, Request),
    /// The client's answer to a request of ours, by its id: the payload, or what went wrong.
    Answer(String, Result<Map<String, Value>, String>),
    /// The client does not wait for its request any more; `None` for all of them.
    Cancel(Option<String>),
    /// Nothing.
    Blank,
}

/// A line that cannot be understood: the request it belongs to, if it has one, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Empty where there is none.
    pub(super) request_id: String,
    /// A sentence without final dot.
    pub(super) error: String,
}

/// Reads a line. Errors: what is wrong with it.
pub(super) fn read(line: &str) -> Result<Incoming, Wrong> {
    if line.trim().is_empty() {
        return Ok(Incoming::Blank);
    }
    let wrong = |error: String| Wrong { request_id: String::new(), error };
    let value: Value = serde_json::from_str(line).map_err(|e| wrong(format!("the line is not JSON: {e}")))?;
    match text(&value, "type") {
        Some("user") => words(&value).map(Incoming::Say).map_err(wrong),
        Some("control_request") => request(&value),
        Some("control_response") => answer(&value).map_err(wrong),
        Some("control_cancel_request") => Ok(Incoming::Cancel(text(&value, "request_id").map(str::to_owned))),
        Some(other) => Err(wrong(format!("messages of type `{other}` are not understood"))),
        None => Err(wrong("the line is no object with a `type`".to_owned())),
    }
}

/// The words of a message: a text, or blocks of text.
fn words(message: &Value) -> Result<String, String> {
    let content = &message["message"]["content"];
    let words = match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts: Result<Vec<&str>, String> = blocks.iter().map(block).collect();
            texts?.join("\n")
        }
        _ => return Err("a `user` message needs `message.content`, a text or a list of blocks".to_owned()),
    };
    if words.trim().is_empty() {
        return Err("the `user` message has no words".to_owned());
    }
    Ok(words)
}

fn block(block: &Value) -> Result<&str, String> {
    match (text(block, "type"), text(block, "text")) {
        (Some("text"), Some(words)) => Ok(words),
        (kind, _) => Err(format!("blocks of type `{}` cannot be said", kind.unwrap_or("?"))),
    }
}

fn request(message: &Value) -> Result<Incoming, Wrong> {
    let id = text(message, "request_id").unwrap_or_default().to_owned();
    let read = match message["request"].as_object() {
        _ if id.is_empty() => Err("a `control_request` needs a `request_id`".to_owned()),
        Some(request) => Request::read(request),
        None => Err("a `control_request` needs `request`, an object".to_owned()),
    };
    match read {
        Ok(request) => Ok(Incoming::Request(id, request)),
        Err(error) => Err(Wrong { request_id: id, error }),
    }
}

fn answer(message: &Value) -> Result<Incoming, String> {
    let response = &message["response"];
    let id = text(response, "request_id").ok_or("a `control_response` needs `response.request_id`")?;
    let answer = match text(response, "subtype") {
        Some("success") => Ok(response["response"].as_object().cloned().unwrap_or_default()),
        Some("error") => {
            let error = &response["error"];
            Err(error.as_str().or(error["message"].as_str()).unwrap_or("the client failed").to_owned())
        }
        _ => return Err("`response.subtype` must be `success` or `error`".to_owned()),
    };
    Ok(Incoming::Answer(id.to_owned(), answer))
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}
