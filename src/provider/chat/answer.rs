//! Puts an answer together from the parts of its stream and says whether it is complete.

use serde_json::Value;

use super::{
    calls::Calls,
    chunk::{Choice, choices},
    details,
    think::{Channel, Think, split_unopened},
};
use crate::{
    base::{Money, Tokens, estimate},
    protocol::{Counted, Finish, Turn, Usage},
    provider::{
        Chunk, Reply,
        answer::{Answer, Lack, Sink, push},
        errors::{Report, status_in},
        sse::Part,
        usage,
    },
};

/// An answer while it arrives.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is seen on its own, in any order")]
pub(super) struct ChatAnswer {
    keeps_details: bool,
    seed: String,
    text: String,
    reasoning: String,
    details: Vec<Value>,
    think: Think,
    calls: Calls,
    usage: Option<Usage>,
    counted: Counted,
    cached: Option<Tokens>,
    cost: Option<Money>,
    model: Option<String>,
    id: Option<String>,
    status: Option<u16>,
    finish: Option<Finish>,
    is_refused: bool,
    is_done: bool,
    has_events: bool,
    has_delta: bool,
    is_garbled: bool,
}

impl Answer for ChatAnswer {
    fn take(&mut self, part: &Part, sink: &mut Sink<'_>) -> Result<(), Box<Report>> {
        self.has_events = true;
        match part {
            Part::Comment(text) => {
                self.status = status_in(text).or(self.status);
                Ok(())
            }
            Part::Event { name, data } => self.event(name, data.trim(), sink),
        }
    }

    fn is_done(&self) -> bool {
        self.is_done
    }

    fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    fn written(&self) -> Tokens {
        estimate(&self.text) + estimate(&self.reasoning)
    }

    fn finish(mut self, stray: &str, sink: &mut Sink<'_>) -> Result<Reply, Lack> {
        let stray = stray.trim();
        if !stray.is_empty() && (stray.starts_with('{') || !self.has_events) {
            self.stray(stray, sink)?;
        }
        let (text, reasoning) = (&mut self.text, &mut self.reasoning);
        self.think.finish(&mut |channel, piece| match channel {
            Channel::Text => push(text, piece, sink, Chunk::Text),
            Channel::Reasoning => push(reasoning, piece, sink, Chunk::Reasoning),
        });
        let is_complete = self.finish.is_some() || (self.is_done && self.has_delta);
        if self.is_garbled || !is_complete {
            return Err(Lack::Incomplete);
        }
        Ok(self.reply())
    }
}

impl ChatAnswer {
    /// Nothing yet. `seed` makes local ids of calls unique; `keeps_details` says that the provider wants structured
    /// reasoning back.
    pub(super) fn new(seed: String, keeps_details: bool) -> Self {
        Self { keeps_details, seed, ..Self::default() }
    }

    fn stray(&mut self, stray: &str, sink: &mut Sink<'_>) -> Result<(), Lack> {
        for value in serde_json::Deserializer::from_str(stray).into_iter::<Value>() {
            match value {
                Ok(value) => {
                    self.value(&value, sink).map_err(Lack::Error)?;
                    let is_answer = value.get("choices").is_some();
                    if !is_answer && !self.has_events {
                        return Err(Lack::Foreign(Box::new(Report::read(0, stray))));
                    }
                }
                Err(e) if e.is_eof() => return Err(Lack::Incomplete),
                Err(_) if !self.has_events => return Err(Lack::Foreign(Box::new(Report::read(0, stray)))),
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    fn event(&mut self, name: &str, data: &str, sink: &mut Sink<'_>) -> Result<(), Box<Report>> {
        if data == "[DONE]" {
            self.is_done = true;
            return Ok(());
        }
        let is_error = name.eq_ignore_ascii_case("error");
        // Some proxies keep a connection alive with words instead of comments.
        if !data.starts_with(['{', '[']) && !is_error {
            return Ok(());
        }
        for value in serde_json::Deserializer::from_str(data).into_iter::<Value>() {
            let Ok(value) = value else {
                // A piece is missing now; a call put together without it might look whole.
                self.is_garbled = true;
                break;
            };
            self.value(&value, sink)?;
        }
        if is_error {
            return Err(Box::new(Report::read(self.status.unwrap_or_default(), data)));
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, sink: &mut Sink<'_>) -> Result<(), Box<Report>> {
        if let Some(report) = Report::of(self.status.unwrap_or_default(), value) {
            return Err(Box::new(report));
        }
        let name = |key: &str| value.get(key).and_then(Value::as_str).filter(|t| !t.is_empty());
        if self.model.is_none() {
            self.model = name("model").map(str::to_owned);
        }
        if self.id.is_none() {
            self.id = name("request_id").or(name("id")).map(str::to_owned);
        }
        for choice in choices(value) {
            self.choice(choice, sink)?;
            self.count(choice.usage());
        }
        // Cumulative counts come with every chunk of some servers: the last ones hold.
        self.count(value.get("usage"));
        self.cost = value.get("usage").and_then(usage::cost).or(self.cost);
        self.cached = value.get("timings").and_then(usage::cached_in_timings).or(self.cached);
        Ok(())
    }

    fn choice(&mut self, choice: Choice<'_>, sink: &mut Sink<'_>) -> Result<(), Box<Report>> {
        let word = choice.finish();
        if let Some(word) = word.as_deref().filter(|w| FAILED.contains(w)) {
            let code = if matches!(word, "error" | "abort") { "stream_error" } else { word };
            // DashScope puts the text of the error where the answer would stand.
            let text = if word == "error_finish" { choice.text() } else { "".into() };
            return Err(Box::new(Report::word(code, &text)));
        }
        // A whole message at the end of a stream repeats what was streamed.
        if !(choice.is_whole && self.has_delta) {
            self.delta(choice, sink);
        }
        if let Some(word) = word {
            self.finish = Some(finish_of(&word));
        }
        Ok(())
    }

    fn delta(&mut self, choice: Choice<'_>, sink: &mut Sink<'_>) {
        let reasoning = choice.reasoning();
        if !reasoning.is_empty() {
            push(&mut self.reasoning, &reasoning, sink, Chunk::Reasoning);
        }
        if self.keeps_details {
            details::merge(&mut self.details, choice.details());
        }
        let content = choice.text();
        if !content.is_empty() {
            let (text, reasoning) = (&mut self.text, &mut self.reasoning);
            self.think.feed(&content, &mut |channel, piece| match channel {
                Channel::Text => push(text, piece, sink, Chunk::Text),
                Channel::Reasoning => push(reasoning, piece, sink, Chunk::Reasoning),
            });
        }
        let refusal = choice.refusal();
        if !refusal.is_empty() {
            self.is_refused = true;
            push(&mut self.text, refusal, sink, Chunk::Text);
        }
        self.calls.take(choice.calls());
        if let Some(call) = choice.legacy_call().filter(|_| choice.calls().is_empty()) {
            self.calls.take_legacy(call);
        }
        self.has_delta |= !(reasoning.is_empty() && content.is_empty() && refusal.is_empty());
        self.has_delta |= !self.calls.is_empty();
    }

    fn count(&mut self, told: Option<&Value>) {
        if let Some((usage, told)) = told.and_then(|told| Some((usage::read(told)?, told))) {
            self.usage = Some(usage);
            self.counted = usage::counted(told);
        }
    }

    fn reply(mut self) -> Reply {
        let has_channel = !self.reasoning.is_empty() || self.think.is_tagged();
        if let Some((reasoning, text)) = split_unopened(&self.text).filter(|_| !has_channel) {
            (self.reasoning, self.text) = (reasoning.to_owned(), text.to_owned());
        }
        let finish = self.finish.unwrap_or(Finish::Stop);
        let mut calls = self.calls.finish(&self.seed, finish == Finish::Length);
        if finish == Finish::Filtered {
            // What a filter has cut is not run.
            calls.clear();
        }
        let finish = match finish {
            Finish::Stop | Finish::Calls if !calls.is_empty() => Finish::Calls,
            Finish::Stop | Finish::Calls if self.is_refused => Finish::Refused,
            Finish::Calls => Finish::Stop,
            other => other,
        };
        let is_timed = self.cached.is_some() && self.usage.is_some_and(|u| u.cached.is_none());
        let counted = if is_timed { Counted::Timings } else { self.counted };
        let usage =
            self.usage.map(|u| Usage { cached: u.cached.or(self.cached.map(|c| c.min(u.input))), ..u });
        let turn = Turn {
            reasoning: self.reasoning,
            reasoning_details: self.details,
            text: self.text,
            calls,
            finish,
        };
        let model = self.model.unwrap_or_default();
        Reply { cost: self.cost, counted, request_id: self.id, ..Reply::new(turn, usage, model) }
    }
}

/// Words at the end of a stream that mean a failure.
const FAILED: &[&str] = &[
    "error",
    "error_finish",
    "network_error",
    "insufficient_system_resource",
    "model_context_window_exceeded",
    "abort",
];

fn finish_of(word: &str) -> Finish {
    match word {
        "tool_calls" | "tool_use" | "function_call" => Finish::Calls,
        "length" | "max_tokens" | "max_output_tokens" => Finish::Length,
        "content_filter" | "sensitive" | "safety" => Finish::Filtered,
        "refusal" => Finish::Refused,
        // `stop`, `end_turn`, and whatever comes next.
        _ => Finish::Stop,
    }
}

#[cfg(test)]
mod tests;
