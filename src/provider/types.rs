//! What a dialect gives back.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{
    base::{Money, Tokens},
    protocol::{Counted, Failure, Finding, Turn, Usage},
};

/// Settings of requests.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bound of the output; `None` leaves it to the catalogue.
    pub max_output: Option<Tokens>,
    /// Sampling temperature, if the person set one.
    pub temperature: Option<f64>,
    /// Fields merged into the body last; they win.
    pub extra_body: Map<String, Value>,
    /// Limit until the first byte of the answer's stream. Source: `docs/sources.md`, wire 1.1, 300 s.
    pub first_byte: Duration,
    /// Limit between two events; comments count as events.
    pub idle: Duration,
    /// Limit of a whole request.
    pub total: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_output: None,
            temperature: None,
            extra_body: Map::new(),
            first_byte: Duration::from_secs(300),
            idle: Duration::from_secs(120),
            total: Duration::from_secs(1_800),
        }
    }
}

/// A piece of an answer, as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// More of the answer.
    Text(String),
    /// More of the reasoning.
    Reasoning(String),
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The answer. Calls are canonical: whole arguments or marked as broken, each with a unique id.
    pub turn: Turn,
    /// Token counts, if the server reported them.
    pub usage: Option<Usage>,
    /// The model's name as the server gave it; the requested one if it gave none.
    pub model: String,
    /// The server's name for the request, for support.
    pub request_id: Option<String>,
    /// The response as the server keeps it, for a request that follows it; `None` where nothing is kept.
    pub response: Option<String>,
    /// Whether the request carried cache markers. A plan's markers are left out where the server refuses them, and
    /// then nothing follows from a cache that stays empty.
    pub marked: bool,
    /// What the server says the request cost; most say nothing.
    pub cost: Option<Money>,
    /// Where it told the counts of its cache.
    pub counted: Counted,
}

impl Reply {
    /// An answer of which nothing more is known.
    pub fn new(turn: Turn, usage: Option<Usage>, model: impl Into<String>) -> Self {
        Self {
            turn,
            usage,
            model: model.into(),
            request_id: None,
            response: None,
            marked: false,
            cost: None,
            counted: Counted::Usual,
        }
    }
}

/// A request that brought no complete answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What to do about it.
    pub class: Class,
    /// What to tell the person.
    pub failure: Failure,
    /// How long the server asked to wait.
    pub after: Option<Duration>,
    /// The server's name for the request.
    pub request_id: Option<String>,
    /// The HTTP status that counts, which may stand inside the body; 0 when there was none.
    pub status: u16,
    /// What the refusal taught of the cache: then the request is planned anew before it is sent again.
    pub taught: Option<Box<Finding>>,
}

impl Trouble {
    /// Whether the server is there and has no room for this request now: 429, 503 or 529.
    pub fn is_crowded(&self) -> bool {
        matches!(self.class, Class::Retry | Class::RetrySlowly) && matches!(self.status, 429 | 503 | 529)
    }
}

/// What to do about a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Try again after a wait.
    Retry,
    /// Try again after a long wait: a limit per minute.
    RetrySlowly,
    /// The dialect has learned something (a field the server refuses); send again at once, once.
    Adapted,
    /// The server does not have the response this request follows: send the whole conversation, once.
    ChainLost,
    /// The model does not serve this dialect, and no request of it will be answered: ask through [`super::Chat`].
    Unserved,
    /// The prompt does not fit; the server's limit if it named one.
    Overflow(Option<Tokens>),
    /// Trying again would not help.
    Tell,
}
