//! A response as events of the Responses API, or as one JSON object. Source: docs/sources.md, wire 2.3.

use serde_json::{Map, Value, json};

use crate::sim::{
    count::Count,
    refusal::Refusal,
    reply::{Event, Pieces},
    shape::{ArgumentsPlace, FailureEvent, Shape, ThoughtEvents, UsagePlace},
    turn::Turn,
};

/// Everything that is said in one response.
pub(super) struct Speech {
    /// What every form of the response begins with.
    pub(super) response: Map<String, Value>,
    pub(super) output: Vec<Value>,
    /// Whether `max_output_tokens` has ended it.
    pub(super) is_cut: bool,
    pub(super) usage: Value,
}

type Events = Box<dyn Iterator<Item = Said> + Send>;

/// One event before it has its number.
struct Said {
    kind: &'static str,
    fields: Value,
    tokens: u64,
}

fn said(kind: &'static str, fields: Value) -> Said {
    Said { kind, fields, tokens: 0 }
}

fn one(said: Said) -> Events {
    Box::new(std::iter::once(said))
}

impl Speech {
    /// The finished response.
    pub(super) fn whole(&self) -> Value {
        let status = if self.is_cut { "incomplete" } else { "completed" };
        let mut whole = self.with(status, json!(self.output));
        whole["usage"] = self.usage.clone();
        if self.is_cut {
            whole["incomplete_details"] = json!({"reason": "max_output_tokens"});
        }
        whole
    }

    fn with(&self, status: &str, output: Value) -> Value {
        let mut fields = self.response.clone();
        fields.insert("status".to_owned(), json!(status));
        fields.insert("error".to_owned(), Value::Null);
        fields.insert("incomplete_details".to_owned(), Value::Null);
        fields.insert("output".to_owned(), output);
        fields.insert("usage".to_owned(), Value::Null);
        Value::Object(fields)
    }

    /// The events in order, numbered from 0, made while they are read.
    pub(super) fn events(self, shape: &Shape, count: &Count) -> impl Iterator<Item = Event> + Send + use<> {
        let begun = self.with("in_progress", json!([]));
        let mut whole = self.whole();
        if shape.usage == UsagePlace::Nowhere {
            whole["usage"] = Value::Null;
        }
        let mut parts: Vec<Events> = vec![
            one(said("response.created", json!({"response": begun.clone()}))),
            one(said("response.in_progress", json!({"response": begun}))),
        ];
        for (at, item) in self.output.iter().enumerate() {
            parts.push(told(at, item, shape, count));
        }
        if shape.finish {
            let last = if self.is_cut { "response.incomplete" } else { "response.completed" };
            parts.push(one(said(last, json!({"response": whole}))));
        }
        if shape.responses.trailing {
            parts.push(one(said("response.rate_limits.updated", json!({"rate_limits": []}))));
        }
        parts.into_iter().flatten().enumerate().map(|(number, said)| numbered(number, &said))
    }
}

fn numbered(number: usize, said: &Said) -> Event {
    let mut data = json!({"type": said.kind, "sequence_number": number});
    for (name, value) in said.fields.as_object().into_iter().flatten() {
        data[name] = value.clone();
    }
    Event { name: Some(said.kind), data: data.to_string(), tokens: said.tokens }
}

/// One item from its announcement to its end.
fn told(at: usize, item: &Value, shape: &Shape, count: &Count) -> Events {
    let id = item["id"].clone();
    let place = move |more: Value| {
        let mut fields = json!({"item_id": id, "output_index": at});
        for (name, value) in more.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        fields
    };
    let mut begun = item.clone();
    let inside: Vec<Events> = match item["type"].as_str() {
        Some("reasoning") => {
            begun["summary"] = json!([]);
            begun["content"] = json!([]);
            let parts = [&item["summary"][0], &item["content"][0]];
            thoughts(parts.into_iter().map(text).collect::<String>().as_str(), place, shape, count)
        }
        Some("function_call") => {
            begun["arguments"] = json!("");
            begun["status"] = json!("in_progress");
            arguments(item, place, shape, count)
        }
        _ => {
            begun["content"] = json!([]);
            begun["status"] = json!("in_progress");
            words(text(&item["content"][0]), place, shape, count)
        }
    };
    let added = one(said("response.output_item.added", json!({"output_index": at, "item": begun})));
    let done = one(said("response.output_item.done", json!({"output_index": at, "item": item})));
    Box::new(added.chain(inside.into_iter().flatten()).chain(done))
}

fn text(part: &Value) -> &str {
    part["text"].as_str().unwrap_or_default()
}

/// A text piece by piece.
fn deltas(
    kind: &'static str,
    text: &str,
    place: impl Fn(Value) -> Value + Send + 'static,
    shape: &Shape,
    count: &Count,
) -> Events {
    let pieces = Pieces::of(text.to_owned(), shape.chunk, count);
    Box::new(pieces.map(move |(piece, tokens)| Said { kind, fields: place(json!({"delta": piece})), tokens }))
}

/// Puts the same fields into every event of a part.
fn inside(
    place: impl Fn(Value) -> Value + Clone + Send + 'static,
    name: &'static str,
) -> impl Fn(Value) -> Value + Clone + Send + 'static {
    move |more| {
        let mut fields = place(json!({name: 0}));
        for (name, value) in more.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        fields
    }
}

fn words(
    text: &str,
    place: impl Fn(Value) -> Value + Clone + Send + 'static,
    shape: &Shape,
    count: &Count,
) -> Vec<Events> {
    let place = inside(place, "content_index");
    let part = |text: &str| json!({"part": {"type": "output_text", "text": text, "annotations": []}});
    let mut parts = vec![one(said("response.content_part.added", place(part(""))))];
    parts.push(deltas("response.output_text.delta", text, place.clone(), shape, count));
    parts.push(one(said("response.output_text.done", place(json!({"text": text})))));
    parts.push(one(said("response.content_part.done", place(part(text)))));
    parts
}

fn thoughts(
    text: &str,
    place: impl Fn(Value) -> Value + Clone + Send + 'static,
    shape: &Shape,
    count: &Count,
) -> Vec<Events> {
    if shape.responses.thoughts == ThoughtEvents::Text {
        let place = inside(place, "content_index");
        return vec![
            deltas("response.reasoning_text.delta", text, place.clone(), shape, count),
            one(said("response.reasoning_text.done", place(json!({"text": text})))),
        ];
    }
    let place = inside(place, "summary_index");
    let part = |text: &str| json!({"part": {"type": "summary_text", "text": text}});
    vec![
        one(said("response.reasoning_summary_part.added", place(part("")))),
        deltas("response.reasoning_summary_text.delta", text, place.clone(), shape, count),
        one(said("response.reasoning_summary_text.done", place(json!({"text": text})))),
        one(said("response.reasoning_summary_part.done", place(part(text)))),
    ]
}

fn arguments(
    item: &Value,
    place: impl Fn(Value) -> Value + Clone + Send + 'static,
    shape: &Shape,
    count: &Count,
) -> Vec<Events> {
    let text = item["arguments"].as_str().unwrap_or_default();
    let kind = "response.function_call_arguments.delta";
    let done = place(json!({"name": item["name"], "arguments": text}));
    let done = one(said("response.function_call_arguments.done", done));
    match shape.responses.arguments {
        ArgumentsPlace::Deltas => vec![deltas(kind, text, place, shape, count), done],
        ArgumentsPlace::DoneOnly => vec![done],
        ArgumentsPlace::ItemOnly => Vec::new(),
    }
}

/// The event of a response that has failed.
pub(super) fn failed(
    refusal: &Refusal,
    head: &Map<String, Value>,
    number: usize,
    failure: FailureEvent,
) -> Event {
    let error = json!({"code": refusal.code, "message": refusal.message});
    match failure {
        FailureEvent::Failed => {
            let mut response = Value::Object(head.clone());
            response["status"] = json!("failed");
            response["error"] = error;
            response["output"] = json!([]);
            numbered(number, &said("response.failed", json!({"response": response})))
        }
        FailureEvent::Error => numbered(
            number,
            &said("error", json!({"code": refusal.code, "message": refusal.message, "param": null})),
        ),
        FailureEvent::NestedError => numbered(number, &said("error", json!({"error": error}))),
    }
}

/// Ends a turn after so many tokens; what does not fit whole is a text cut short, or a call that is not made. Says
/// whether anything was lost.
pub(super) fn cap(turn: &mut Turn, limit: u64, count: &Count) -> bool {
    let mut left = limit;
    let mut is_cut = false;
    for text in [&mut turn.thinking, &mut turn.text] {
        if is_cut {
            text.clear();
        } else if count.of(text) > left {
            *text = fitting(text, left, count).to_owned();
            is_cut = true;
        }
        left = left.saturating_sub(count.of(text));
    }
    let calls = turn.calls.len();
    turn.calls.retain(|call| {
        let tokens = count.of(&call.name) + count.of(&call.arguments.to_string());
        is_cut |= tokens > left;
        left = left.saturating_sub(tokens);
        !is_cut
    });
    is_cut || turn.calls.len() < calls
}

/// The longest beginning that counts no more than this, for a count that does not fall as a text grows.
fn fitting<'a>(text: &'a str, limit: u64, count: &Count) -> &'a str {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let fits = ends.partition_point(|end| count.of(&text[..*end]) <= limit);
    &text[..ends[..fits].last().copied().unwrap_or(0)]
}
