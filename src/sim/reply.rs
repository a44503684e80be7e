//! A turn as the data of stream events, or as one JSON object.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    cache::Bill,
    count::Count,
    shape::{CallShape, ReasoningPlace, Shape, UsagePlace},
    turn::Turn,
    usage::{self, CacheReport, Spoken},
};

/// The data of one event, and how many tokens the model spoke for it.
pub(super) struct Event {
    /// What the event is called, where events have names.
    pub(super) name: Option<&'static str>,
    pub(super) data: String,
    pub(super) tokens: u64,
}

/// Everything that is said in one response.
pub(super) struct Reply {
    pub(super) request_id: String,
    pub(super) model: String,
    /// Unit: seconds since 1970.
    pub(super) created: u64,
    pub(super) turn: Turn,
    /// Where the last call's arguments end, for [`super::Fault::CutArguments`].
    pub(super) cut: Option<usize>,
    pub(super) usage_asked: bool,
    pub(super) bill: Bill,
    pub(super) report: CacheReport,
    pub(super) spoken: Spoken,
}

/// The fields of a delta, without braces; the finish reason; the tokens.
struct Delta(String, Option<String>, u64);

impl Delta {
    fn of(field: &str, (piece, tokens): (String, u64)) -> Self {
        Self(format!("\"{field}\":{}", Value::from(piece)), None, tokens)
    }
}

/// A call as it is told.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) arguments: String,
    object: Value,
}

impl Reply {
    /// The data of each event in order, made while it is read: a long answer is never whole in memory.
    pub(super) fn events(self, shape: &Shape, count: &Count) -> impl Iterator<Item = Event> + Send + use<> {
        let reply = Arc::new(self);
        let separate = reply.usage_asked && shape.usage == UsagePlace::Separate;
        let (fixed, last) = (reply.fixed(), reply.fixed());
        let mut spoken = 0;
        let (teller, every, finish) = (reply.clone(), shape.usage == UsagePlace::Every, shape.finish);
        let chunks = reply.deltas(shape, count).map(move |Delta(fields, reason, tokens)| {
            spoken += tokens;
            let now = if reason.is_some() { teller.spoken.output } else { spoken.min(teller.spoken.output) };
            let usage = if every { teller.usage(now) } else { "null".to_owned() };
            let reason = reason.filter(|_| finish).map_or(Value::Null, Value::from);
            let choice = format!(
                "{{\"delta\":{{{fields}}},\"finish_reason\":{reason},\"index\":0,\"logprobs\":null}}"
            );
            Event { name: None, data: Self::chunk(&choice, &usage, &fixed), tokens }
        });
        let usage = separate.then(|| Event {
            name: None,
            data: Self::chunk("", &reply.usage(reply.spoken.output), &last),
            tokens: 0,
        });
        let done = shape.done.then(|| Event { name: None, data: "[DONE]".to_owned(), tokens: 0 });
        chunks.chain(usage).chain(done)
    }

    /// The same as one object, for requests that do not stream.
    pub(super) fn whole(&self) -> String {
        let mut message = json!({"role": "assistant", "content": self.turn.text});
        if !self.turn.thinking.is_empty() {
            message["reasoning_content"] = json!(self.turn.thinking);
        }
        let calls: Vec<Value> = self.told().iter().enumerate().map(|(at, call)| call.all(Some(at))).collect();
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let spoken = self.spoken;
        let mut whole = json!({
            "choices": [{"message": message, "finish_reason": self.reason(), "index": 0, "logprobs": null}],
            "object": "chat.completion",
            "usage": usage::chat(&self.bill, spoken, self.report),
            "created": self.created,
            "system_fingerprint": null,
            "model": self.model,
            "id": format!("chatcmpl-{}", self.request_id),
        });
        if let Some(timings) = usage::timings(&self.bill, self.spoken.output, self.report) {
            whole["timings"] = timings;
        }
        whole.to_string()
    }

    fn deltas(&self, shape: &Shape, count: &Count) -> impl Iterator<Item = Delta> + Send + use<> {
        let (thinking, mut text) = (self.turn.thinking.clone(), self.turn.text.clone());
        let (field, thinking) = match shape.reasoning {
            ReasoningPlace::ReasoningContent => ("reasoning_content", thinking),
            ReasoningPlace::Reasoning => ("reasoning", thinking),
            ReasoningPlace::ThinkTags if thinking.is_empty() => ("", thinking),
            ReasoningPlace::ThinkTags => {
                text = format!("<think>\n{thinking}\n</think>\n\n{text}");
                ("", String::new())
            }
        };
        let calls = self.told();
        let whole_last = shape.calls == CallShape::WholeLast && !calls.is_empty();
        let (fragments, last) = if whole_last {
            let all: Vec<Value> = calls.iter().enumerate().map(|(at, call)| call.all(Some(at))).collect();
            (
                Vec::new(),
                Delta(format!("\"tool_calls\":{}", Value::from(all)), Some(self.reason_or("stop")), 0),
            )
        } else {
            (fragments(&calls, shape, count), Delta("\"content\":\"\"".to_owned(), Some(self.reason()), 0))
        };
        let pieces = |text| Pieces::of(text, shape.chunk, count);
        std::iter::once(Delta("\"content\":\"\",\"role\":\"assistant\"".to_owned(), None, 0))
            .chain(pieces(thinking).map(move |piece| Delta::of(field, piece)))
            .chain(pieces(text).map(|piece| Delta::of("content", piece)))
            .chain(fragments)
            .chain(std::iter::once(last))
    }

    fn told(&self) -> Vec<Told> {
        Told::of(&self.turn, self.cut, &self.request_id)
    }

    fn reason(&self) -> String {
        let has_calls = !self.turn.calls.is_empty() && self.cut.is_none();
        self.reason_or(if has_calls { "tool_calls" } else { "stop" })
    }

    fn reason_or(&self, fitting: &str) -> String {
        self.turn.finish.clone().unwrap_or_else(|| fitting.to_owned())
    }

    /// One chunk. `fixed` is what all chunks of the reply end with.
    fn chunk(choice: &str, usage: &str, fixed: &str) -> String {
        format!("{{\"choices\":[{choice}],\"object\":\"chat.completion.chunk\",\"usage\":{usage},{fixed}}}")
    }

    fn fixed(&self) -> String {
        let (created, model, id) = (self.created, Value::from(self.model.as_str()), &self.request_id);
        format!(
            "\"created\":{created},\"system_fingerprint\":null,\"model\":{model},\"id\":\"chatcmpl-{id}\""
        )
    }

    /// The token counts, and what stands beside them.
    fn usage(&self, output: u64) -> String {
        let spoken = Spoken { output, ..self.spoken };
        let usage = usage::chat(&self.bill, spoken, self.report);
        match usage::timings(&self.bill, output, self.report) {
            Some(timings) => format!("{usage},\"timings\":{timings}"),
            None => usage.to_string(),
        }
    }
}

impl Told {
    /// The calls of a turn; the arguments of the last one may be cut.
    pub(super) fn of(turn: &Turn, cut: Option<usize>, request_id: &str) -> Vec<Self> {
        let serial = request_id.rsplit('-').next().unwrap_or_default();
        let mut calls: Vec<Self> = (turn.calls.iter().enumerate())
            .map(|(at, call)| Self {
                id: format!("call_{serial}{at:03}"),
                name: call.name.clone(),
                arguments: call.arguments.to_string(),
                object: call.arguments.clone(),
            })
            .collect();
        if let (Some(at), Some(last)) = (cut, calls.last_mut()) {
            let at = (0..=at.min(last.arguments.len()))
                .rev()
                .find(|at| last.arguments.is_char_boundary(*at))
                .unwrap_or(0);
            last.arguments.truncate(at);
            last.object = json!(last.arguments);
        }
        calls
    }

    /// The whole call in one piece.
    fn all(&self, index: Option<usize>) -> Value {
        entry(index, Some(&self.id), Some(json!(self.name)), json!(self.arguments))
    }
}

/// One element of `tool_calls`.
fn entry(index: Option<usize>, id: Option<&str>, name: Option<Value>, arguments: Value) -> Value {
    let mut function = Map::new();
    if let Some(name) = name {
        function.insert("name".to_owned(), name);
    }
    function.insert("arguments".to_owned(), arguments);
    let mut call = Map::new();
    if let Some(index) = index {
        call.insert("index".to_owned(), json!(index));
    }
    if let Some(id) = id {
        call.insert("id".to_owned(), json!(id));
    }
    call.insert("type".to_owned(), json!("function"));
    call.insert("function".to_owned(), Value::Object(function));
    Value::Object(call)
}

/// The calls as deltas, in one of the shapes servers really use.
fn fragments(calls: &[Told], shape: &Shape, count: &Count) -> Vec<Delta> {
    let delta = |entry: Value, tokens: u64| Delta(format!("\"tool_calls\":[{entry}]"), None, tokens);
    let whole = |call: &Told| count.of(&call.name) + count.of(&call.arguments);
    let told: Vec<Vec<Delta>> = match shape.calls {
        CallShape::Glued => {
            calls.first().map(|first| glued(first, calls, shape, count, &delta)).into_iter().collect()
        }
        CallShape::IndexZero => {
            calls.iter().map(|call| vec![delta(call.all(Some(0)), whole(call))]).collect()
        }
        CallShape::ArgumentsObject => (calls.iter().enumerate())
            .map(|(at, call)| {
                let all = entry(Some(at), Some(&call.id), Some(json!(call.name)), call.object.clone());
                vec![delta(all, whole(call))]
            })
            .collect(),
        _ => calls.iter().enumerate().map(|(at, call)| cut(at, call, shape, count, &delta)).collect(),
    };
    if shape.calls == CallShape::Interleaved {
        interleaved(told)
    } else {
        told.into_iter().flatten().collect()
    }
}

/// A call as its name and then pieces of its arguments.
fn cut(
    at: usize,
    call: &Told,
    shape: &Shape,
    count: &Count,
    delta: &dyn Fn(Value, u64) -> Delta,
) -> Vec<Delta> {
    let index = (shape.calls != CallShape::NoIndex).then_some(at);
    let id = (shape.calls != CallShape::NoIds).then_some(call.id.as_str());
    let (later_id, later_name) = match shape.calls {
        CallShape::EmptyIdLater => (Some(""), Some(Value::Null)),
        CallShape::NameRepeated => (None, Some(json!(call.name))),
        _ => (None, None),
    };
    let head = delta(entry(index, id, Some(json!(call.name)), json!("")), count.of(&call.name));
    let rest = Pieces::of(call.arguments.clone(), shape.chunk, count)
        .map(|(piece, tokens)| delta(entry(index, later_id, later_name.clone(), json!(piece)), tokens));
    std::iter::once(head).chain(rest).collect()
}

/// One call whose arguments are those of all calls, one after the other.
fn glued(
    first: &Told,
    calls: &[Told],
    shape: &Shape,
    count: &Count,
    delta: &dyn Fn(Value, u64) -> Delta,
) -> Vec<Delta> {
    let arguments: String = calls.iter().map(|call| call.arguments.as_str()).collect();
    let all = Told { id: first.id.clone(), name: first.name.clone(), arguments, object: Value::Null };
    cut(0, &all, shape, count, delta)
}

fn interleaved(calls: Vec<Vec<Delta>>) -> Vec<Delta> {
    let mut waiting: Vec<_> = calls.into_iter().map(Vec::into_iter).collect();
    let mut out = Vec::new();
    while !waiting.is_empty() {
        waiting.retain_mut(|call| call.next().map(|delta| out.push(delta)).is_some());
    }
    out
}

/// A text in pieces of so many characters, each with its share of the text's tokens.
pub(super) struct Pieces {
    text: String,
    at: usize,
    size: usize,
    said: u64,
    characters: u64,
    tokens: u64,
}

impl Pieces {
    /// The shares add up to the tokens of the whole text, so that a slow model takes as long for short pieces as for
    /// long ones. A text that counts nothing is a token for each piece, so that it can be slow at all.
    pub(super) fn of(text: String, size: usize, count: &Count) -> Self {
        let size = size.max(1);
        let characters = text.chars().count();
        let tokens = match count.of(&text) {
            0 => characters.div_ceil(size) as u64,
            tokens => tokens,
        };
        Self { text, at: 0, size, said: 0, characters: characters as u64, tokens }
    }

    /// The tokens of the first so many characters.
    fn share(&self, characters: u64) -> u64 {
        let share = u128::from(self.tokens) * u128::from(characters) / u128::from(self.characters.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

impl Iterator for Pieces {
    type Item = (String, u64);

    fn next(&mut self) -> Option<(String, u64)> {
        let rest = &self.text[self.at..];
        let end = rest.char_indices().nth(self.size).map_or(rest.len(), |(end, _)| end);
        let piece = rest[..end].to_owned();
        let before = self.share(self.said);
        self.said = (self.said + self.size as u64).min(self.characters);
        let tokens = self.share(self.said) - before;
        self.at += end;
        (!piece.is_empty()).then_some((piece, tokens))
    }
}
