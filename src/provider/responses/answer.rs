//! Puts an answer together from the events of its stream and says whether it is complete.
//!
//! Source: `docs/sources.md`, wire 2.3.

use std::collections::BTreeMap;

use serde_json::Value;

use super::slot::{Channel, Kind, Slot};
use crate::{
    base::{CallId, Tokens, estimate},
    protocol::{Arguments, Finish, ToolCall, Turn, Usage},
    provider::{
        Chunk, Reply,
        answer::{Answer, Lack, Sink},
        errors::{Report, status_in},
        sse::Part,
        usage,
    },
};

/// What stands between two texts of one answer.
const JOINT: &str = "\n\n";

/// What is kept for later requests.
#[derive(Clone, Copy)]
pub(super) struct Keeping {
    /// The response, by the provider.
    pub(super) response: bool,
    /// Its sealed reasoning, by us.
    pub(super) seal: bool,
}

/// An answer while it arrives.
pub(super) struct ResponsesAnswer {
    seed: String,
    keeping: Keeping,
    slots: BTreeMap<u64, Slot>,
    id: Option<String>,
    model: Option<String>,
    status: Option<u16>,
    usage: Option<Usage>,
    end: Option<Finish>,
    has_events: bool,
    is_garbled: bool,
    written: Tokens,
}

impl Answer for ResponsesAnswer {
    fn take(&mut self, part: &Part, sink: &mut Sink<'_>) -> Result<(), Box<Report>> {
        self.has_events = true;
        match part {
            // Some events follow the last one; they are not about the answer.
            _ if self.end.is_some() => Ok(()),
            Part::Comment(text) => {
                self.status = status_in(text).or(self.status);
                Ok(())
            }
            Part::Event { name, data } => self.event(name, data.trim(), sink),
        }
    }

    fn is_done(&self) -> bool {
        self.end.is_some()
    }

    fn is_finished(&self) -> bool {
        self.end.is_some()
    }

    fn written(&self) -> Tokens {
        self.written
    }

    fn finish(mut self, stray: &str, sink: &mut Sink<'_>) -> Result<Reply, Lack> {
        let stray = stray.trim();
        if self.end.is_none() && (stray.starts_with('{') || !(stray.is_empty() || self.has_events)) {
            self.stray(stray, sink)?;
        }
        match self.end {
            Some(finish) if !self.is_garbled => Ok(self.reply(finish)),
            _ => Err(Lack::Incomplete),
        }
    }
}

impl ResponsesAnswer {
    /// Nothing yet. `seed` makes local ids of calls unique.
    pub(super) fn new(seed: String, keeping: Keeping) -> Self {
        Self {
            seed,
            keeping,
            slots: BTreeMap::new(),
            id: None,
            model: None,
            status: None,
            usage: None,
            end: None,
            has_events: false,
            is_garbled: false,
            written: Tokens(0),
        }
    }

    /// A server that does not stream answers with the response itself.
    fn stray(&mut self, stray: &str, sink: &mut Sink<'_>) -> Result<(), Lack> {
        let foreign = || Lack::Foreign(Box::new(Report::read(0, stray)));
        let value: Value = match serde_json::from_str(stray) {
            Ok(value) => value,
            Err(e) if e.is_eof() => return Err(Lack::Incomplete),
            Err(_) if self.has_events => return Ok(()),
            Err(_) => return Err(foreign()),
        };
        if value.get("output").is_some_and(Value::is_array) || value["object"] == "response" {
            let status = value.get("status").and_then(Value::as_str).unwrap_or("completed");
            return self.ended(status, &value, sink).map_err(Lack::Error);
        }
        match Report::of(self.status.unwrap_or_default(), &value) {
            Some(report) => Err(Lack::Error(Box::new(report))),
            None if self.has_events => Ok(()),
            None => Err(foreign()),
        }
    }

    fn event(&mut self, name: &str, data: &str, sink: &mut Sink<'_>) -> Result<(), Box<Report>> {
        let is_error = name.eq_ignore_ascii_case("error");
        // No answer ends with this word here, and words instead of comments keep some connections alive.
        if data == "[DONE]" || (!data.starts_with('{') && !is_error) {
            return Ok(());
        }
        let status = self.status.unwrap_or_default();
        let Ok(value) = serde_json::from_str::<Value>(data) else {
            if is_error {
                return Err(Box::new(Report::read(status, data)));
            }
            // A piece is missing now; a call put together without it might look whole.
            self.is_garbled = true;
            return Ok(());
        };
        let kind = value.get("type").and_then(Value::as_str).unwrap_or(name);
        if is_error || matches!(kind, "error" | "") {
            // An error of the address and not of the response has no type.
            return match Report::of(status, &value) {
                Some(report) => Err(Box::new(report)),
                None if is_error => Err(Box::new(Report::read(status, data))),
                None => Ok(()),
            };
        }
        match (kind, value.get("response")) {
            ("response.created" | "response.queued" | "response.in_progress", Some(response)) => {
                self.introduce(response);
                Ok(())
            }
            ("response.completed", Some(response)) => self.ended("completed", response, sink),
            ("response.incomplete", Some(response)) => self.ended("incomplete", response, sink),
            ("response.failed", Some(response)) => self.ended("failed", response, sink),
            _ => {
                self.piece(kind, &value, sink);
                Ok(())
            }
        }
    }

    fn introduce(&mut self, response: &Value) {
        let text = |key: &str| response.get(key).and_then(Value::as_str).filter(|t| !t.is_empty());
        self.id = text("id").map(str::to_owned).or(self.id.take());
        self.model = text("model").map(str::to_owned).or(self.model.take());
    }

    /// The last event. Errors: the response failed.
    fn ended(&mut self, status: &str, response: &Value, sink: &mut Sink<'_>) -> Result<(), Box<Report>> {
        self.introduce(response);
        self.usage = response.get("usage").and_then(usage::read);
        let finish = match status {
            "completed" => Finish::Stop,
            "incomplete" => match response.pointer("/incomplete_details/reason").and_then(Value::as_str) {
                Some("content_filter") => Finish::Filtered,
                _ => Finish::Length,
            },
            _ => {
                let report = Report::of(self.status.unwrap_or_default(), response)
                    .unwrap_or_else(|| Report::word("server_error", "the response failed"));
                return Err(Box::new(report));
            }
        };
        let output = response.get("output").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        // What was told item by item is not told again.
        if self.slots.values().filter(|s| s.is_whole).count() < output.len() {
            for (at, item) in (0..).zip(output) {
                let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
                let at = self.known(id).unwrap_or(at);
                if !self.slots.get(&at).is_some_and(|slot| slot.is_whole) {
                    self.whole(at, item, sink);
                }
            }
        }
        self.end = Some(finish);
        Ok(())
    }

    fn known(&self, id: &str) -> Option<u64> {
        self.slots.iter().find(|(_, slot)| !id.is_empty() && slot.id == id).map(|(at, _)| *at)
    }

    /// The slot an event is about: by its index, else by the item's id, else the newest.
    fn place(&self, event: &Value) -> u64 {
        let id = ["/item_id", "/item/id"].iter().find_map(|p| event.pointer(p)?.as_str()).unwrap_or_default();
        let newest = self.slots.keys().next_back().copied();
        let next = || newest.map_or(0, |at| at.saturating_add(1));
        match event.get("output_index").and_then(Value::as_u64) {
            Some(at) => at,
            None if event["type"] == "response.output_item.added" => next(),
            None => self.known(id).unwrap_or_else(|| newest.unwrap_or(0)),
        }
    }

    /// An event about one item.
    fn piece(&mut self, kind: &str, event: &Value, sink: &mut Sink<'_>) {
        let at = self.place(event);
        match kind {
            "response.output_item.added" => self.slot(at).describe(&event["item"]),
            "response.output_item.done" => self.whole(at, &event["item"], sink),
            "response.function_call_arguments.delta" => {
                self.slot(at).arguments.push_str(text_of(event, "delta"));
            }
            "response.function_call_arguments.done" => {
                let slot = self.slot(at);
                slot.kind.get_or_insert(Kind::Call);
                if slot.name.is_empty() {
                    text_of(event, "name").clone_into(&mut slot.name);
                }
                slot.argue(event.get("arguments"));
            }
            _ => self.text(at, kind, event, sink),
        }
    }

    /// An event about the text of an item; any other is a tool of the server's own, a notice, or whatever comes next.
    fn text(&mut self, at: u64, kind: &str, event: &Value, sink: &mut Sink<'_>) {
        let Some((what, step)) = kind.rsplit_once('.') else { return };
        let said = match (step, what) {
            ("delta", _) => Said::More(text_of(event, "delta")),
            ("done", "response.refusal") => Said::Whole(text_of(event, "refusal")),
            ("done", _) => Said::Whole(text_of(event, "text")),
            _ => return,
        };
        let index = |key: &str| event.get(key).and_then(Value::as_u64).unwrap_or(0);
        match what {
            "response.output_text" => self.say(at, index("content_index"), said, sink),
            "response.refusal" => self.refuse(at, index("content_index"), said, sink),
            "response.reasoning_text" => self.think(at, Channel::Text, index("content_index"), said, sink),
            "response.reasoning_summary_text" => {
                self.think(at, Channel::Summary, index("summary_index"), said, sink);
            }
            _ => {}
        }
    }

    fn slot(&mut self, at: u64) -> &mut Slot {
        self.slots.entry(at).or_default()
    }

    /// A whole item: what it says counts, whatever its pieces said.
    fn whole(&mut self, at: u64, item: &Value, sink: &mut Sink<'_>) {
        let slot = self.slot(at);
        slot.describe(item);
        slot.is_whole = true;
        match slot.kind {
            Some(Kind::Call) => slot.argue(item.get("arguments")),
            Some(Kind::Message) => {
                for (index, part) in parts(item, "content") {
                    match part["type"].as_str() {
                        Some("refusal") => {
                            self.refuse(at, index, Said::Whole(text_of(part, "refusal")), sink);
                        }
                        _ => self.say(at, index, Said::Whole(text_of(part, "text")), sink),
                    }
                }
            }
            Some(Kind::Reasoning) => {
                for (channel, list) in [(Channel::Text, "content"), (Channel::Summary, "summary")] {
                    for (index, part) in parts(item, list) {
                        self.think(at, channel, index, Said::Whole(text_of(part, "text")), sink);
                    }
                }
            }
            _ => {}
        }
    }

    fn refuse(&mut self, at: u64, part: u64, said: Said<'_>, sink: &mut Sink<'_>) {
        self.slot(at).is_refusal = true;
        self.say(at, part, said, sink);
    }

    fn say(&mut self, at: u64, part: u64, said: Said<'_>, sink: &mut Sink<'_>) {
        let is_next = self.slots.iter().any(|(other, slot)| *other != at && !slot.text.is_empty());
        let slot = self.slots.entry(at).or_default();
        let (Said::More(text) | Said::Whole(text)) = said;
        if text.is_empty() {
            // A whole that was left out does not undo its pieces.
            return;
        }
        slot.kind.get_or_insert(Kind::Message);
        let is_fresh = slot.text.is_empty() && is_next;
        let piece = match said {
            Said::More(piece) => {
                slot.text.add(part, piece);
                piece
            }
            Said::Whole(whole) => slot.text.settle(part, whole),
        };
        self.show(piece, is_fresh, sink, Chunk::Text);
    }

    fn think(&mut self, at: u64, channel: Channel, part: u64, said: Said<'_>, sink: &mut Sink<'_>) {
        let is_next = self.slots.iter().any(|(other, slot)| *other != at && !slot.reasoning.is_empty());
        let slot = self.slots.entry(at).or_default();
        let (Said::More(text) | Said::Whole(text)) = said;
        if text.is_empty() || !slot.hears(channel) {
            return;
        }
        slot.kind.get_or_insert(Kind::Reasoning);
        let is_fresh = (slot.reasoning.is_empty() && is_next) || slot.reasoning.begins_another(part);
        let piece = match said {
            Said::More(piece) => {
                slot.reasoning.add(part, piece);
                piece
            }
            Said::Whole(whole) => slot.reasoning.settle(part, whole),
        };
        self.show(piece, is_fresh, sink, Chunk::Reasoning);
    }

    fn show(&mut self, piece: &str, is_fresh: bool, sink: &mut Sink<'_>, chunk: fn(String) -> Chunk) {
        if piece.is_empty() {
            return;
        }
        self.written += estimate(piece);
        sink(chunk(if is_fresh { format!("{JOINT}{piece}") } else { piece.to_owned() }));
    }

    fn reply(mut self, finish: Finish) -> Reply {
        let slots = std::mem::take(&mut self.slots);
        let is_refused = slots.values().any(|slot| slot.is_refusal);
        let joined = |each: fn(&Slot) -> String| {
            let texts: Vec<String> = slots.values().map(each).filter(|t| !t.is_empty()).collect();
            texts.join(JOINT)
        };
        let (text, reasoning) = (joined(|s| s.text.join("")), joined(|s| s.reasoning.join(JOINT)));
        let sealed = slots.values().filter_map(|slot| slot.sealed.clone());
        let reasoning_details = if self.keeping.seal { sealed.collect() } else { Vec::new() };
        let is_stored = self.keeping.response && finish == Finish::Stop;
        let mut calls = calls(slots.into_values(), &self.seed, finish);
        if finish == Finish::Filtered {
            // What a filter has cut is not run.
            calls.clear();
        }
        let finish = match finish {
            Finish::Stop if !calls.is_empty() => Finish::Calls,
            Finish::Stop if is_refused => Finish::Refused,
            other => other,
        };
        let turn = Turn { reasoning, reasoning_details, text, calls, finish };
        Reply {
            response: self.id.clone().filter(|_| is_stored),
            request_id: self.id,
            ..Reply::new(turn, self.usage, self.model.unwrap_or_default())
        }
    }
}

/// A piece of a text, or all of it.
#[derive(Clone, Copy)]
enum Said<'a> {
    More(&'a str),
    Whole(&'a str),
}

fn parts<'a>(item: &'a Value, list: &str) -> impl Iterator<Item = (u64, &'a Value)> {
    (0..).zip(item.get(list).and_then(Value::as_array).into_iter().flatten())
}

fn text_of<'a>(part: &'a Value, key: &str) -> &'a str {
    part.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The calls, in the server's order. One that was not told to its end is broken when the answer was cut.
fn calls(slots: impl Iterator<Item = Slot>, seed: &str, finish: Finish) -> Vec<ToolCall> {
    let mut calls: Vec<ToolCall> = Vec::new();
    for slot in slots.filter(|s| s.kind == Some(Kind::Call)) {
        let Slot { mut call_id, id, name, arguments, is_whole, is_cut, .. } = slot;
        if name.is_empty() && arguments.trim().is_empty() {
            continue;
        }
        let is_cut = is_cut || (finish == Finish::Length && !is_whole);
        let arguments = if is_cut { Arguments::cut(&arguments) } else { Arguments::parse(&arguments) };
        if call_id.is_empty() {
            call_id = id;
        }
        if call_id.is_empty() || calls.iter().any(|c| c.id.as_str() == call_id) {
            call_id = format!("call_{seed}{}", calls.len());
        }
        calls.push(ToolCall { id: CallId::new(call_id), name, arguments, extra: None });
    }
    calls
}

#[cfg(test)]
mod tests;
