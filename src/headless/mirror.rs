//! The messages of a session beside its screen: `--json-fd` and `--json-file`.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{
    Asked, Stamps, control,
    face::{Ending, Face as _, Outlets},
    json::Json,
    messages,
    record::Record,
};
use crate::{
    base::Moment,
    protocol::{Event, Verdict},
};

/// Writes what happens as `-o stream-json --include-partial-messages` does, with a result after each turn; what the person
/// says, what they are asked and what came of it as well.
pub struct Mirror {
    out: Box<dyn Write + Send>,
    json: Json,
    record: Record,
    asked: Asked,
    stamps: Stamps,
    turn: Option<Moment>,
}

impl Mirror {
    /// Writes to `out`, and puts the questions it writes into `asked`.
    pub fn new(out: Box<dyn Write + Send>, asked: Asked, stamps: Stamps) -> Self {
        Self { out, json: Json::stream(true), record: Record::default(), asked, stamps, turn: None }
    }

    /// Takes one event. Errors: `out` takes no more.
    pub fn see(&mut self, event: &Event) -> io::Result<()> {
        if matches!(event, Event::SessionStarted(_)) {
            // Another session, or the same one begun anew: its sums are its own.
            self.record = Record::default();
        }
        self.record.see(event);
        let beside = self.beside(event);
        // What is said beside the data is on the screen.
        let mut nowhere = io::sink();
        let mut to = Outlets { out: self.out.as_mut(), err: &mut nowhere, id: &mut self.stamps.id };
        beside.into_iter().try_for_each(|message| self.json.deliver(message, &mut to))?;
        match event {
            Event::SessionStarted(info) => {
                let mut message = messages::init(info);
                // Source: `docs/sources.md`, qwen-code 9.5.
                message["subtype"] = "session_start".into();
                message["data"] = json!({ "session_id": info.id.as_str(), "cwd": info.root });
                self.json.deliver(message, &mut to)
            }
            Event::TurnStarted { .. } => {
                self.turn = Some((self.stamps.now)());
                self.json.see(event, &self.record, &mut to)
            }
            Event::TurnEnded { .. } => {
                self.json.see(event, &self.record, &mut to)?;
                let began = self.turn.take();
                let took = began.map(|began| (self.stamps.now)().since(began)).unwrap_or_default();
                let ending = Ending { outcome: self.record.outcome(), record: &self.record, took };
                let written = self.json.end(&ending, &mut to);
                self.record.begin_turn();
                written
            }
            event => self.json.see(event, &self.record, &mut to),
        }
    }

    /// What only a program beside the screen has to be told.
    fn beside(&mut self, event: &Event) -> Vec<Value> {
        let decided = |id: String, is_allowed: bool| control::success(&id, &json!({ "allowed": is_allowed }));
        match event {
            Event::TurnStarted { text, .. } | Event::Steered { text } => {
                let session = self.record.session.as_ref().map(|info| info.id.as_str()).unwrap_or_default();
                vec![messages::words(session, &(self.stamps.id)(), text)]
            }
            Event::Permission { call, question } => {
                let earlier = self.asked.close(&call.id).map(|id| control::cancel(&id));
                let id = (self.stamps.id)();
                self.asked.open(id.clone(), call.id.clone());
                earlier.into_iter().chain([control::can_use_tool(&id, call, question)]).collect()
            }
            Event::ToolStarted { call, .. } => {
                self.asked.close(&call.id).map(|id| decided(id, true)).into_iter().collect()
            }
            Event::ToolDone { call, result, .. } => {
                let is_allowed = result.verdict == Verdict::Done;
                self.asked.close(&call.id).map(|id| decided(id, is_allowed)).into_iter().collect()
            }
            Event::TurnEnded { .. } | Event::SessionEnded { .. } => {
                self.asked.close_all().iter().map(|id| control::cancel(id)).collect()
            }
            _ => Vec::new(),
        }
    }
}
