//! Puts tool calls together from whatever pieces a server sends.
//!
//! The rules are numbered as in `docs/sources.md`, wire 1.4. What is not whole at the end is marked as broken and
//! is never repaired by guessing: a repaired `write_file` writes half a file.

use serde_json::{Map, Value};

use super::scan::Scan;
use crate::{
    base::CallId,
    protocol::{Arguments, ToolCall},
};

/// Bound of calls made from objects glued together under one index.
const GLUED: usize = 64;

/// The calls of one answer while it arrives.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slots: Vec<Slot>,
    last: Option<usize>,
}

#[derive(Debug, Default)]
struct Slot {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
    scan: Scan,
    extra: Map<String, Value>,
}

/// One piece of a call, read from a delta.
struct Piece<'a> {
    index: Option<u64>,
    id: String,
    name: &'a str,
    arguments: Option<&'a Value>,
}

impl Calls {
    /// Whether no call has begun.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Takes the `tool_calls` of one delta.
    pub(super) fn take(&mut self, deltas: &[Value]) {
        let mut touched = None;
        for delta in deltas {
            let piece = Piece::read(delta);
            let at = self.slot_for(&piece, touched);
            self.last = Some(at);
            touched = Some(at);
            let slot = &mut self.slots[at];
            slot.name_it(piece.name);
            if let Some(arguments) = piece.arguments {
                slot.argue(arguments);
            }
            slot.keep_extra(delta);
        }
    }

    /// Takes the single call of the form that came before `tool_calls`.
    pub(super) fn take_legacy(&mut self, call: &Value) {
        self.take(&[serde_json::json!({ "index": 0, "function": call })]);
    }

    /// The calls in the order they arrived (rule 8). `seed` makes missing ids unique; `is_cut` says that the output
    /// limit ended the answer, so the last call may lack arguments that never came.
    pub(super) fn finish(self, seed: &str, is_cut: bool) -> Vec<ToolCall> {
        let last = self.last.filter(|_| is_cut);
        let mut calls: Vec<ToolCall> = Vec::new();
        for (at, slot) in self.slots.into_iter().enumerate() {
            if slot.name.is_empty() && slot.arguments.trim().is_empty() {
                continue;
            }
            let extra = (!slot.extra.is_empty()).then_some(Value::Object(slot.extra));
            let mut id = slot.id;
            for arguments in read_arguments(&slot.arguments, last == Some(at)) {
                if id.is_empty() || calls.iter().any(|c| c.id.as_str() == id) {
                    id = format!("call_{seed}{}", calls.len());
                }
                calls.push(ToolCall {
                    id: CallId::new(std::mem::take(&mut id)),
                    name: slot.name.clone(),
                    arguments,
                    extra: extra.clone(),
                });
            }
        }
        calls
    }

    /// Finds or opens the slot a piece belongs to (rules 1 and 2). `touched` is the slot the same delta has just
    /// written to: one delta never holds two pieces of one call.
    fn slot_for(&mut self, piece: &Piece<'_>, touched: Option<usize>) -> usize {
        let at_index = self.slots.iter().rposition(|s| piece.index.is_some() && s.index == piece.index);
        let found = if piece.id.is_empty() {
            self.unnamed(piece, at_index, touched)
        } else {
            self.named(piece, at_index)
        };
        found.unwrap_or_else(|| {
            self.slots.push(Slot { index: piece.index, id: piece.id.clone(), ..Slot::default() });
            self.slots.len() - 1
        })
    }

    fn named(&mut self, piece: &Piece<'_>, at_index: Option<usize>) -> Option<usize> {
        let known = |s: &Slot| s.id == piece.id;
        if let Some(at) = self.slots.iter().rposition(|s| known(s) && s.index == piece.index) {
            return Some(at);
        }
        if let Some(at) = self.slots.iter().rposition(known) {
            // The same id under another index is another call only if it has a name of its own (n).
            let is_other = piece.index.is_some() && self.slots[at].index.is_some() && !piece.name.is_empty();
            return (!is_other).then_some(at);
        }
        // A new id names the slot at its index, unless that has another id already (g).
        let at = at_index.filter(|at| self.slots[*at].id.is_empty())?;
        self.slots[at].id.clone_from(&piece.id);
        Some(at)
    }

    fn unnamed(&self, piece: &Piece<'_>, at_index: Option<usize>, touched: Option<usize>) -> Option<usize> {
        if piece.name.is_empty() {
            return at_index.or(self.last);
        }
        let at = if piece.index.is_some() { at_index? } else { self.last? };
        let slot = &self.slots[at];
        let is_next = touched == Some(at) || (slot.scan.is_whole() && slot.begins_another(piece));
        (!is_next).then_some(at)
    }
}

impl<'a> Piece<'a> {
    fn read(delta: &'a Value) -> Self {
        let function = delta.get("function").filter(|f| f.is_object()).unwrap_or(delta);
        let id = match delta.get("id") {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => String::new(),
        };
        Self {
            index: delta.get("index").and_then(Value::as_u64),
            id,
            name: function.get("name").and_then(Value::as_str).unwrap_or_default(),
            arguments: function.get("arguments").filter(|a| !a.is_null()),
        }
    }
}

impl Slot {
    /// Whether a named piece without id, for a slot whose arguments are whole, is the next call and not the
    /// same one told again (d, k).
    fn begins_another(&self, piece: &Piece<'_>) -> bool {
        if piece.name != self.name {
            return true;
        }
        let text = match piece.arguments {
            None => return false,
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(other) => other.to_string(),
        };
        !text.is_empty() && text != self.arguments.trim() && self.arguments.trim() != "{}"
    }

    /// Rule 3: a name may come whole, again, or in parts.
    fn name_it(&mut self, name: &str) {
        if name.is_empty() || name == self.name {
            return;
        }
        if self.name.is_empty() || self.arguments.is_empty() {
            self.name.push_str(name);
        }
    }

    /// Rule 4.
    fn argue(&mut self, arguments: &Value) {
        match arguments {
            Value::String(fragment) => self.append(fragment),
            // Some servers send the object itself instead of its text (i).
            whole => self.append(&whole.to_string()),
        }
    }

    fn append(&mut self, fragment: &str) {
        if self.scan.is_whole() {
            let (stored, more) = (self.arguments.trim(), fragment.trim());
            if stored == more {
                return;
            }
            if stored == "{}" && more.starts_with('{') {
                self.arguments.clear();
                self.scan = Scan::default();
            }
        }
        self.scan.feed(fragment);
        self.arguments.push_str(fragment);
    }

    fn keep_extra(&mut self, delta: &Value) {
        let known = ["index", "id", "type", "function", "name", "arguments"];
        for (key, value) in delta.as_object().into_iter().flatten() {
            if !value.is_null() && !known.contains(&key.as_str()) {
                self.extra.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Rules 5 and 6: one element for most texts, more for objects glued together.
fn read_arguments(text: &str, is_cut: bool) -> Vec<Arguments> {
    let arguments = Arguments::parse(text);
    if is_cut && matches!(arguments.raw(), "{}") {
        return vec![Arguments::cut(text)];
    }
    if arguments.object().is_ok() {
        return vec![arguments];
    }
    if let Ok(inner) = serde_json::from_str::<String>(text.trim()) {
        let unwrapped = Arguments::parse(&inner);
        return vec![if unwrapped.object().is_ok() { unwrapped } else { arguments }];
    }
    unglue(text).unwrap_or_else(|| vec![arguments])
}

/// Splits `{…}{…}`. A cut last object makes the whole call cut: which part was meant cannot be known.
fn unglue(text: &str) -> Option<Vec<Arguments>> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>();
    let (mut from, mut parts) = (0, Vec::new());
    while let Some(object) = stream.next() {
        match object {
            Ok(_) => {
                let part = text[from..stream.byte_offset()].trim();
                if !parts.contains(&part) {
                    parts.push(part);
                }
                from = stream.byte_offset();
            }
            Err(e) if e.is_eof() && !parts.is_empty() => return Some(vec![Arguments::cut(text)]),
            Err(_) => return None,
        }
    }
    (1..=GLUED).contains(&parts.len()).then(|| parts.into_iter().map(Arguments::parse).collect())
}

#[cfg(test)]
mod tests;
