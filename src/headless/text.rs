//! The last answer, and nothing else on stdout.

use std::io;

use super::{
    aside::aside,
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
}

impl Face for Text {
    fn see(&mut self, event: &Event, _: &Record, to: &mut Outlets<'_>) -> io::Result<()> {
        if let Some(line) = aside(event) {
            to.aside(&line);
        }
        Ok(())
    }

    fn end(&mut self, ending: &Ending<'_>, to: &mut Outlets<'_>) -> io::Result<()> {
        match &ending.outcome {
            Ok(answer) if self.is_terminal => writeln!(to.out, "{}", Clean::new(answer)),
            Ok(answer) => writeln!(to.out, "{answer}"),
            Err(failure) => {
                to.aside(Clean::new(&failure.to_string()).as_str());
                Ok(())
            }
        }
    }
}
