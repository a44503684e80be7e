//! The messages of a session beside its screen: `--json-fd` and `--json-file`.

use std::io::{self, Write};

use super::{
    Stamps,
    face::{Ending, Face as _, Outlets},
    json::Json,
    messages,
    record::Record,
};
use crate::{base::Moment, protocol::Event};

/// Writes what happens as `-o stream-json --include-partial-messages` does, with a result after each turn.
pub struct Mirror {
    out: Box<dyn Write + Send>,
    json: Json,
    record: Record,
    stamps: Stamps,
    turn: Option<Moment>,
}

impl Mirror {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write + Send>, stamps: Stamps) -> Self {
        Self { out, json: Json::stream(true), record: Record::default(), stamps, turn: None }
    }

    /// Takes one event. Errors: `out` takes no more.
    pub fn see(&mut self, event: &Event) -> io::Result<()> {
        self.record.see(event);
        // What is said beside the data is on the screen.
        let mut nowhere = io::sink();
        let mut to = Outlets { out: self.out.as_mut(), err: &mut nowhere, id: &mut self.stamps.id };
        match event {
            Event::SessionStarted(info) => {
                let mut message = messages::init(info);
                // Source: `docs/sources.md`, qwen-code 9.5.
                message["subtype"] = "session_start".into();
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
}
