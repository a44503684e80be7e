//! Reads one chunk of a stream. Every field may be missing, null or of another type than it should be.
//!
//! Source: `docs/sources.md`, wire 1.2 and 1.6.

use std::borrow::Cow;

use serde_json::Value;

/// A choice in a chunk, or in a whole completion that came instead of a stream.
#[derive(Clone, Copy)]
pub(super) struct Choice<'a> {
    outer: &'a Value,
    delta: &'a Value,
    /// Whether this is a whole message and not a piece of one.
    pub(super) is_whole: bool,
}

/// The choices that are ours: only one answer is ever asked for.
pub(super) fn choices(chunk: &Value) -> impl Iterator<Item = Choice<'_>> {
    let all = chunk.get("choices").and_then(Value::as_array).into_iter().flatten();
    all.filter(|c| c.get("index").and_then(Value::as_u64).unwrap_or(0) == 0).map(Choice::of)
}

impl<'a> Choice<'a> {
    fn of(choice: &'a Value) -> Self {
        let object = |name: &str| choice.get(name).filter(|d| d.as_object().is_some_and(|o| !o.is_empty()));
        match (object("delta"), object("message")) {
            (None, Some(message)) => Self { outer: choice, delta: message, is_whole: true },
            (delta, _) => Self { outer: choice, delta: delta.unwrap_or(&Value::Null), is_whole: false },
        }
    }

    /// The piece of the answer.
    pub(super) fn text(&self) -> Cow<'a, str> {
        self.delta.get("content").map(text_of).unwrap_or_default()
    }

    /// The piece of a refusal.
    pub(super) fn refusal(&self) -> &'a str {
        self.delta.get("refusal").and_then(Value::as_str).unwrap_or_default()
    }

    /// The piece of the reasoning. Servers that fill two channels put the same text into both, so one counts.
    pub(super) fn reasoning(&self) -> Cow<'a, str> {
        for name in ["reasoning_content", "reasoning"] {
            let text = self.delta.get(name).map(text_of).unwrap_or_default();
            if !text.is_empty() {
                return text;
            }
        }
        let texts = self.details().iter().filter_map(|d| d.get("text").or(d.get("summary"))?.as_str());
        Cow::Owned(texts.collect())
    }

    /// Structured reasoning.
    pub(super) fn details(&self) -> &'a [Value] {
        self.list("reasoning_details")
    }

    /// The pieces of calls.
    pub(super) fn calls(&self) -> &'a [Value] {
        self.list("tool_calls")
    }

    /// The single call of the old form.
    pub(super) fn legacy_call(&self) -> Option<&'a Value> {
        self.delta.get("function_call").filter(|c| c.is_object())
    }

    /// Why the answer ends, in small letters, if it does. Words for nothing are nothing.
    pub(super) fn finish(&self) -> Option<String> {
        let word = self.outer.get("finish_reason")?.as_str()?.trim().to_lowercase();
        (!matches!(word.as_str(), "" | "null" | "none")).then_some(word)
    }

    /// Token counts that ride in the choice.
    pub(super) fn usage(&self) -> Option<&'a Value> {
        self.outer.get("usage")
    }

    fn list(&self, name: &str) -> &'a [Value] {
        self.delta.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// A text, or the texts of a list of parts.
fn text_of(content: &Value) -> Cow<'_, str> {
    match content {
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|p| p.as_str().or_else(|| p.get("text")?.as_str()));
            Cow::Owned(texts.collect())
        }
        _ => Cow::Borrowed(""),
    }
}
