//! The last answer, and nothing else on stdout. Of a run that a limit or a signal ended: what was written of it.

use std::io;

use serde_json::Value;

use super::{
    aside::{aside, warning},
    face::{Ending, Face, Outlets},
    record::Record,
};
use crate::{base::Clean, protocol::Event};

/// Writes the last answer.
pub(super) struct Text {
    is_terminal: bool,
}

impl Text {
    /// A terminal gets clean text; a file or a pipe gets the answer as it is.
    pub(super) fn new(is_terminal: bool) -> Self {
        Self { is_terminal }
    }

    fn write(&self, answer: &str, to: &mut Outlets<'_>) -> io::Result<()> {
        if self.is_terminal {
            writeln!(to.out, "{}", Clean::new(answer))
        } else {
            writeln!(to.out, "{answer}")
        }
    }
}

impl Face for Text {
    fn see(&mut self, event: &Event, _: &Record, to: &mut Outlets<'_>) -> io::Result<()> {
        if let Some(line) = aside(event) {
            to.aside(&line);
        }
        Ok(())
    }

    fn end(&mut self, ending: &Ending<'_>, to: &mut Outlets<'_>) -> io::Result<()> {
        let record = ending.record;
        match (&ending.outcome, &record.structured) {
            (Ok(_), Some(payload)) => writeln!(to.out, "{}", Value::Object(payload.clone())),
            (Ok(answer), None) => self.write(answer, to),
            (Err(failure), _) => {
                let written = record.partial().map_or(Ok(()), |text| {
                    to.aside(&warning("the answer is not whole"));
                    self.write(text, to)
                });
                to.aside(Clean::new(&failure.to_string()).as_str());
                written
            }
        }
    }
}
