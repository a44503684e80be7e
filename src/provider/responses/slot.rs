//! One item of a response while it arrives.
//!
//! Whatever deltas brought, a whole text replaces it: servers may send the whole alone, and what they send last is
//! what they mean. Source: `docs/sources.md`, wire 2.3.

use std::collections::BTreeMap;

use serde_json::Value;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A part of the answer.
    Message,
    /// A call of a tool of ours.
    Call,
    /// Reasoning.
    Reasoning,
    /// Something we did not ask for and only let pass.
    Other,
}

/// Which of two ways reasoning is told. A server that uses both says the same twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Summary,
    Text,
}

/// One item. What has not come yet is empty.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub(super) id: String,
    pub(super) kind: Option<Kind>,
    pub(super) call_id: String,
    pub(super) name: String,
    pub(super) arguments: String,
    pub(super) text: Texts,
    pub(super) reasoning: Texts,
    pub(super) channel: Option<Channel>,
    pub(super) is_refusal: bool,
    /// Whether the server has told the whole item.
    pub(super) is_whole: bool,
    /// Whether the server says that the item was cut.
    pub(super) is_cut: bool,
    /// The reasoning as it must be sent back, unread.
    pub(super) sealed: Option<Value>,
}

impl Slot {
    /// Takes what an item says of itself besides its texts.
    pub(super) fn describe(&mut self, item: &Value) {
        let text = |key: &str| item.get(key).and_then(Value::as_str).filter(|t| !t.is_empty());
        let kind = match text("type") {
            Some("message") => Some(Kind::Message),
            Some("function_call") => Some(Kind::Call),
            Some("reasoning") => Some(Kind::Reasoning),
            Some(_) => Some(Kind::Other),
            None => None,
        };
        self.kind = kind.or(self.kind);
        for (name, to) in [("id", &mut self.id), ("call_id", &mut self.call_id), ("name", &mut self.name)] {
            if let Some(text) = text(name) {
                text.clone_into(to);
            }
        }
        self.is_cut |= text("status") == Some("incomplete");
        if let Some(seal) = text("encrypted_content") {
            let summary = item.get("summary").filter(|s| s.is_array()).cloned();
            let summary = summary.unwrap_or_else(|| Value::Array(Vec::new()));
            // Without its id: the server keeps nothing under that name.
            self.sealed = Some(
                serde_json::json!({ "type": "reasoning", "summary": summary, "encrypted_content": seal }),
            );
        }
    }

    /// Takes whole arguments: a text, or the object itself.
    pub(super) fn argue(&mut self, arguments: Option<&Value>) {
        match arguments {
            Some(Value::String(text)) if !text.is_empty() => text.clone_into(&mut self.arguments),
            Some(object @ Value::Object(_)) => self.arguments = object.to_string(),
            _ => {}
        }
    }

    /// Whether reasoning that comes this way counts.
    pub(super) fn hears(&mut self, channel: Channel) -> bool {
        *self.channel.get_or_insert(channel) == channel
    }
}

/// The texts of an item's parts, by their index.
#[derive(Debug, Default)]
pub(super) struct Texts(BTreeMap<u64, String>);

impl Texts {
    /// Adds a piece to a part.
    pub(super) fn add(&mut self, part: u64, piece: &str) {
        self.0.entry(part).or_default().push_str(piece);
    }

    /// Sets a part and returns what of it had not come in pieces: nothing when the pieces said something else.
    pub(super) fn settle<'a>(&mut self, part: u64, whole: &'a str) -> &'a str {
        let held = self.0.entry(part).or_default();
        let rest = whole.strip_prefix(held.as_str()).unwrap_or_default();
        whole.clone_into(held);
        rest
    }

    /// Whether a part has no text yet while another has.
    pub(super) fn begins_another(&self, part: u64) -> bool {
        self.0.get(&part).is_none_or(String::is_empty) && !self.is_empty()
    }

    /// Whether nothing has come.
    pub(super) fn is_empty(&self) -> bool {
        self.0.values().all(String::is_empty)
    }

    /// All parts that are not empty, with `joint` between them.
    pub(super) fn join(&self, joint: &str) -> String {
        let parts: Vec<&str> = self.0.values().map(String::as_str).filter(|t| !t.is_empty()).collect();
        parts.join(joint)
    }
}
