//! What a run without a screen needs to know.

use std::{
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio_util::sync::CancellationToken;

use super::control::Lines;
use crate::base::Moment;

/// One run: what to say, how to write what happens, and how to answer questions.
pub struct Options {
    /// What is said.
    pub input: Input,
    /// How stdout is written.
    pub format: Format,
    /// Whether [`Format::StreamJson`] also carries the pieces of an answer while it is written.
    pub include_partial_messages: bool,
    /// Whether stdout is a terminal; an answer is cleaned of control characters there, and is untouched elsewhere.
    pub is_terminal: bool,
    /// Whether stderr is a terminal; a wait is counted down there.
    pub err_is_terminal: bool,
    /// What is answered when a call asks for permission.
    pub approvals: Approvals,
    /// Cancelled when the run is to end early, by a signal for instance.
    pub stop: CancellationToken,
    /// Where ids and the time come from.
    pub stamps: Stamps,
}

/// What is said in a run.
pub enum Input {
    /// These words, and nothing after the answer.
    Prompt(String),
    /// What comes line by line, until it ends; needs [`Format::StreamJson`].
    Lines(Lines),
}

impl Options {
    /// A run that writes the answer as text and approves nothing.
    pub fn new(input: Input) -> Self {
        Self {
            input,
            format: Format::Text,
            include_partial_messages: false,
            is_terminal: false,
            err_is_terminal: false,
            approvals: Approvals::Refuse,
            stop: CancellationToken::new(),
            stamps: Stamps::real(),
        }
    }
}

/// How stdout is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The last answer and a line end.
    #[default]
    Text,
    /// One array of all messages, at the end.
    Json,
    /// One message a line, as things happen.
    StreamJson,
    /// A log of everything that happens, for a person to read; not for `--output-format`.
    Narration,
}

impl Format {
    /// The names of `--output-format`, as in Qwen Code.
    pub const NAMES: [&str; 3] = ["text", "json", "stream-json"];

    /// The name in `--output-format`; a narration has none and counts as text.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Narration => Self::NAMES[0],
            Self::Json => Self::NAMES[1],
            Self::StreamJson => Self::NAMES[2],
        }
    }

    /// Whether a program reads it, so that an error must be JSON too.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::StreamJson)
    }
}

impl FromStr for Format {
    type Err = String;

    /// Errors: the sentence to show, with the names that exist.
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "stream-json" => Ok(Self::StreamJson),
            _ => Err(format!("unknown output format `{name}`; use {}", Self::NAMES.join(", "))),
        }
    }
}

/// What is answered when a call asks for permission and nobody is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Approvals {
    /// No; the model is told that nobody can approve it.
    #[default]
    Refuse,
    /// Yes, this once: for the demo, whose model is a script of ours.
    Once,
}

/// Where ids and the time come from.
pub struct Stamps {
    /// Makes an id that was never used before.
    pub id: Box<dyn FnMut() -> String + Send>,
    /// The time now.
    pub now: Box<dyn FnMut() -> Moment + Send>,
}

impl Stamps {
    /// Random ids (UUID, version 4) and the system's clock.
    pub fn real() -> Self {
        Self { id: Box::new(|| uuid::Uuid::new_v4().to_string()), now: Box::new(clock) }
    }
}

fn clock() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_flag_is_read_and_no_other() {
        for name in Format::NAMES {
            assert!(name.parse::<Format>().is_ok(), "{name}");
        }
        assert_eq!(
            "xml".parse::<Format>(),
            Err("unknown output format `xml`; use text, json, stream-json".to_owned())
        );
    }
}
