//! What the simulator remembers of each request, and what it tells about it.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::cache::Bill;
use crate::base::Tokens;

/// How a request ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has not.
    #[default]
    Open,
    /// The last byte was sent.
    Complete,
    /// The simulator answered with an error.
    Refused,
    /// The connection or the response broke off: billed, but nothing was stored.
    Aborted,
}

/// Which part of the server a request was for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// Chat Completions.
    Chat,
    /// The Responses API, stored responses included.
    Responses,
    /// The list of models.
    Models,
    /// Logins: device codes, polls, renewals, approvals.
    OAuth,
    /// A path that does not exist.
    #[default]
    Other,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Counts requests of every kind from 0.
    pub number: u64,
    /// What it was for.
    pub api: Api,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path and the query.
    pub path: String,
    /// Names in lower case, in the order of arrival, without `authorization`.
    pub headers: Vec<(String, String)>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The body as it came.
    pub body: Bytes,
    /// The body as JSON; null when it is none.
    pub json: Arc<Value>,
    /// When its head had arrived.
    pub arrived: Instant,
    /// When the last byte of the response was handed to the system.
    pub finished: Option<Instant>,
    /// The HTTP status of the response; 0 while there is none.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// What it is charged; `None` for what never reached the model.
    pub bill: Option<Bill>,
}

impl Recorded {
    /// The value of a header; the name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Messages, or items of the Responses API; a text alone is one.
    fn messages(&self) -> usize {
        match (&self.json["messages"], &self.json["input"]) {
            (Value::Array(all), _) | (_, Value::Array(all)) => all.len(),
            (_, input) => usize::from(input.is_string()),
        }
    }

    pub(super) fn summary(&self) -> Summary {
        Summary {
            number: self.number,
            method: self.method.clone(),
            path: self.path.clone(),
            status: self.status,
            model: self.json["model"].as_str().unwrap_or_default().to_owned(),
            messages: self.messages(),
            outcome: self.outcome,
            bill: self.bill,
            took: self.finished.map_or(Duration::ZERO, |end| end.saturating_duration_since(self.arrived)),
        }
    }
}

/// One request in short, for a log. `Display` is one line, free of control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Counts requests of every kind from 0.
    pub number: u64,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path and the query.
    pub path: String,
    /// The HTTP status; 0 when the connection broke before one was sent.
    pub status: u16,
    /// The model asked for; empty when there is none.
    pub model: String,
    /// How many messages were sent; items in the Responses API.
    pub messages: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// What it is charged.
    pub bill: Option<Bill>,
    /// From the head of the request to the last byte of the response.
    pub took: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printable = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        write!(f, "{} {} {}", printable(&self.method), printable(&self.path), self.status)?;
        if !self.model.is_empty() {
            write!(f, " · {} · {} messages", printable(&self.model), self.messages)?;
        }
        if let Some(bill) = self.bill {
            let [prompt, cached, created, plain, output] =
                [bill.prompt, bill.cached, bill.created, bill.plain, bill.output].map(Tokens);
            write!(f, " · {prompt} in = {cached} read + {created} written + {plain} plain · {output} out")?;
        }
        if self.outcome == Outcome::Aborted {
            write!(f, " · aborted")?;
        }
        write!(f, " · {} ms", self.took.as_millis())
    }
}

/// The bills of all requests together. *Unit:* as in [`Bill`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// How many requests reached the model.
    pub requests: u64,
    /// Tokens of all prompts.
    pub prompt: u64,
    /// Read from the cache.
    pub cached: u64,
    /// Written to the cache.
    pub created: u64,
    /// Neither.
    pub plain: u64,
    /// Answered.
    pub output: u64,
    /// The price of the prompts.
    pub units: u64,
    /// The price of the same prompts without any cache.
    pub units_without_cache: u64,
}

impl Total {
    pub(super) fn add(&mut self, bill: &Bill) {
        self.requests += 1;
        self.prompt += bill.prompt;
        self.cached += bill.cached;
        self.created += bill.created;
        self.plain += bill.plain;
        self.output += bill.output;
        self.units += bill.units;
        self.units_without_cache += bill.units_without_cache;
    }
}
