//! The pieces of an answer while it is written: `--include-partial-messages`.
//!
//! Source: Qwen Code. One `message_start` and one `message_stop` stand around an answer; the index of blocks
//! begins at 0 again with each type of block; the input of a call comes as one whole piece.

use serde_json::{Value, json};

use super::messages::{input, tool_use};
use crate::protocol::{DeltaKind, ToolCall, Turn};

/// What is open in the stream.
#[derive(Default)]
pub(super) struct Partial {
    message: Option<String>,
    block: Option<DeltaKind>,
    has_text: bool,
    has_reasoning: bool,
}

impl Partial {
    /// More of the answer.
    pub(super) fn grow(
        &mut self,
        kind: DeltaKind,
        text: &str,
        model: &str,
        id: &mut dyn FnMut() -> String,
    ) -> Vec<Value> {
        let mut events = self.open(model, id);
        if self.block != Some(kind) {
            events.extend(self.close_block());
            events.push(start(0, &empty_block(kind)));
            self.block = Some(kind);
        }
        match kind {
            DeltaKind::Text => self.has_text = true,
            DeltaKind::Reasoning => self.has_reasoning = true,
        }
        events.push(delta(0, &text_delta(kind, text)));
        events
    }

    /// The answer is whole: what was not yet written of it; [`Partial::abandon`] ends it. The second value is the id the
    /// stream gave the message.
    pub(super) fn finish(
        &mut self,
        turn: &Turn,
        model: &str,
        id: &mut dyn FnMut() -> String,
    ) -> (Vec<Value>, Option<String>) {
        let mut events = self.open(model, id);
        let whole = [
            (DeltaKind::Reasoning, &turn.reasoning, self.has_reasoning),
            (DeltaKind::Text, &turn.text, self.has_text),
        ];
        for (kind, text, is_written) in whole {
            if !is_written && !text.is_empty() {
                events.extend(self.grow(kind, text, model, id));
            }
        }
        events.extend(self.close_block());
        events.extend(turn.calls.iter().enumerate().flat_map(|(at, call)| call_events(at, call)));
        (events, self.message.clone())
    }

    /// Nothing more will come of what is open.
    pub(super) fn abandon(&mut self) -> Vec<Value> {
        let mut events: Vec<Value> = self.close_block().into_iter().collect();
        if self.message.is_some() {
            events.push(json!({ "type": "message_stop" }));
        }
        *self = Self::default();
        events
    }

    fn open(&mut self, model: &str, id: &mut dyn FnMut() -> String) -> Vec<Value> {
        if self.message.is_some() {
            return Vec::new();
        }
        let name = id();
        let event = json!({
            "type": "message_start",
            "message": { "id": name, "role": "assistant", "model": model, "content": [] },
        });
        self.message = Some(name);
        vec![event]
    }

    fn close_block(&mut self) -> Option<Value> {
        self.block.take().map(|_| stop(0))
    }
}

/// More output of a running call.
pub(super) fn progress(call: &str, text: &str) -> Value {
    json!({ "type": "tool_progress", "tool_use_id": call, "content": text })
}

fn call_events(at: usize, call: &ToolCall) -> [Value; 3] {
    let mut block = tool_use(call);
    block["input"] = json!({});
    let whole = Value::Object(input(call)).to_string();
    [start(at, &block), delta(at, &json!({ "type": "input_json_delta", "partial_json": whole })), stop(at)]
}

fn start(at: usize, block: &Value) -> Value {
    json!({ "type": "content_block_start", "index": at, "content_block": block })
}

fn delta(at: usize, delta: &Value) -> Value {
    json!({ "type": "content_block_delta", "index": at, "delta": delta })
}

fn stop(at: usize) -> Value {
    json!({ "type": "content_block_stop", "index": at })
}

fn empty_block(kind: DeltaKind) -> Value {
    match kind {
        DeltaKind::Text => json!({ "type": "text", "text": "" }),
        DeltaKind::Reasoning => json!({ "type": "thinking", "thinking": "", "signature": "" }),
    }
}

fn text_delta(kind: DeltaKind, text: &str) -> Value {
    match kind {
        DeltaKind::Text => json!({ "type": "text_delta", "text": text }),
        DeltaKind::Reasoning => json!({ "type": "thinking_delta", "thinking": text }),
    }
}
