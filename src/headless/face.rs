//! The ways of writing a run, behind one trait.

use std::{
    io::{self, Write},
    time::Duration,
};

use super::{Format, Options, json::Json, narration::Narration, record::Record, text::Text};
use crate::protocol::{Event, Failure};

/// One way of writing a run.
pub(super) trait Face {
    /// Writes what is to be written at once. Errors: stdout takes no more.
    fn see(&mut self, event: &Event, record: &Record, to: &mut Outlets<'_>) -> io::Result<()>;

    /// Writes what comes last. Errors: stdout takes no more.
    fn end(&mut self, ending: &Ending<'_>, to: &mut Outlets<'_>) -> io::Result<()>;
}

/// Where a face writes, and where its ids come from.
pub(super) struct Outlets<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) err: &'a mut dyn Write,
    pub(super) id: &'a mut dyn FnMut() -> String,
}

impl Outlets<'_> {
    /// Writes a line to stderr. A closed stderr is no reason to stop the work.
    pub(super) fn aside(&mut self, line: &str) {
        let _ = writeln!(self.err, "{line}").and_then(|()| self.err.flush());
    }
}

/// How a run ended.
pub(super) struct Ending<'a> {
    /// The last answer, or why there is none to rely on.
    pub(super) outcome: Result<&'a str, Failure>,
    /// All that was seen.
    pub(super) record: &'a Record,
    /// From start to end, by the clock.
    pub(super) took: Duration,
}

/// The face for a format.
pub(super) fn choose(options: &Options) -> Box<dyn Face + Send> {
    match options.format {
        Format::Text => Box::new(Text::new(options.is_terminal)),
        Format::Json => Box::new(Json::whole()),
        Format::StreamJson => Box::new(Json::stream(options.include_partial_messages)),
        Format::Narration => Box::new(Narration::new(options.approvals)),
    }
}
