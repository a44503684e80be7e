//! Messages for programs: one array at the end, or one a line as things happen.

use std::io;

use serde_json::Value;

use super::{
    aside::aside,
    face::{Ending, Face, Outlets},
    fatal::fatal,
    messages,
    partial::{Partial, progress},
    record::Record,
};
use crate::protocol::{Event, Turn, Usage};

/// Writes messages.
pub(super) struct Json {
    delivery: Delivery,
    partial: Option<Partial>,
}

enum Delivery {
    /// All at the end, with `stats`.
    Whole(Vec<Value>),
    /// Each at once, on a line of its own.
    Lines,
}

impl Json {
    /// One array at the end.
    pub(super) fn whole() -> Self {
        Self { delivery: Delivery::Whole(Vec::new()), partial: None }
    }

    /// One message a line.
    pub(super) fn stream(include_partial_messages: bool) -> Self {
        Self { delivery: Delivery::Lines, partial: include_partial_messages.then(Partial::default) }
    }

    /// Writes one message of another kind.
    pub(super) fn deliver(&mut self, message: Value, to: &mut Outlets<'_>) -> io::Result<()> {
        match &mut self.delivery {
            Delivery::Whole(messages) => {
                messages.push(message);
                Ok(())
            }
            Delivery::Lines => {
                writeln!(to.out, "{message}")?;
                to.out.flush()
            }
        }
    }

    fn pieces(&mut self, pieces: &[Value], session: &str, to: &mut Outlets<'_>) -> io::Result<()> {
        pieces.iter().try_for_each(|piece| {
            let message = messages::stream_event(session, &(to.id)(), piece);
            self.deliver(message, to)
        })
    }

    /// One message for each type of block; the counts stand on the last, so that adding them up is right.
    fn answer(
        &mut self,
        turn: &Turn,
        (session, model): (&str, &str),
        usage: &Usage,
        mut first_id: Option<String>,
        to: &mut Outlets<'_>,
    ) -> io::Result<()> {
        let mut groups = messages::groups(turn).into_iter().peekable();
        while let Some(blocks) = groups.next() {
            let uuid = first_id.take().unwrap_or_else(|| (to.id)());
            let counts = if groups.peek().is_none() { *usage } else { Usage::default() };
            self.deliver(messages::assistant(session, &uuid, model, &blocks, &counts), to)?;
        }
        Ok(())
    }

    fn message(&mut self, event: &Event, session: &str, to: &mut Outlets<'_>) -> io::Result<()> {
        match event {
            Event::SessionStarted(info) => self.deliver(messages::init(info), to),
            Event::Answered { turn, model, usage, .. } => {
                let (pieces, id) = match &mut self.partial {
                    Some(partial) => partial.finish(turn, model, to.id),
                    None => (Vec::new(), None),
                };
                self.pieces(&pieces, session, to)?;
                self.answer(turn, (session, model), &usage.unwrap_or_default(), id, to)?;
                // As Qwen Code: the whole message comes before the end of its pieces.
                let end = self.partial.as_mut().map(Partial::abandon).unwrap_or_default();
                self.pieces(&end, session, to)
            }
            Event::ToolDone { result, .. } => {
                self.deliver(messages::tool_result(session, &(to.id)(), result), to)
            }
            Event::FellBack { from, to: model, status, index } => {
                let uuid = (to.id)();
                self.deliver(messages::fell_back(session, &uuid, (from, model), *status, *index), to)
            }
            Event::Compacted { before, .. } => {
                self.deliver(messages::compacted(session, &(to.id)(), before.0), to)
            }
            _ => Ok(()),
        }
    }

    /// What an event adds to the stream of pieces, whole answers excepted.
    fn growth(&mut self, event: &Event, model: &str, to: &mut Outlets<'_>) -> Vec<Value> {
        let Some(partial) = &mut self.partial else { return Vec::new() };
        match event {
            Event::Delta { kind, text } => partial.grow(*kind, text, model, to.id),
            Event::ToolOutput { call, text } => vec![progress(call.as_str(), text)],
            Event::Discarded | Event::Failed(_) | Event::TurnEnded { .. } => partial.abandon(),
            _ => Vec::new(),
        }
    }
}

impl Face for Json {
    fn see(&mut self, event: &Event, record: &Record, to: &mut Outlets<'_>) -> io::Result<()> {
        if let Some(line) = aside(event) {
            to.aside(&line);
        }
        let Some(info) = &record.session else { return Ok(()) };
        let growth = self.growth(event, &info.model, to);
        self.pieces(&growth, info.id.as_str(), to)?;
        self.message(event, info.id.as_str(), to)
    }

    fn end(&mut self, ending: &Ending<'_>, to: &mut Outlets<'_>) -> io::Result<()> {
        if let Err(failure) = &ending.outcome {
            to.aside(&fatal(failure));
        }
        let Some(info) = &ending.record.session else { return Ok(()) };
        let mut result = messages::result(info.id.as_str(), &(to.id)(), ending);
        if let Delivery::Whole(_) = self.delivery {
            result["stats"] = ending.record.stats.to_json(&ending.record.totals);
        }
        self.deliver(result, to)?;
        match &mut self.delivery {
            Delivery::Whole(messages) => writeln!(to.out, "{}", Value::Array(std::mem::take(messages))),
            Delivery::Lines => Ok(()),
        }
    }
}
