//! How the provider's context cache is used, what is expected of it, and why it missed.

use serde::{Deserialize, Serialize};

use crate::base::{Moment, Tokens};

/// How the provider's context cache is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheMode {
    /// Markers in the request.
    Explicit,
    /// No markers; the prefix is byte-stable and the provider caches on its own, or not.
    #[default]
    Implicit,
    /// The provider keeps the conversation and each request names the response it follows.
    Session,
    /// Nothing is done for a cache.
    Off,
}

impl CacheMode {
    /// The word in settings and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Implicit => "implicit",
            Self::Session => "session",
            Self::Off => "off",
        }
    }
}

/// The terms on which a provider caches one model.
///
/// Unit: factors are thousandths of the price of a standard input token.
/// Source of the defaults: Qwen Cloud's context cache page (`docs/sources.md`, wire 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheTerms {
    /// Whether `cache_control` markers take effect for this model at this provider.
    pub explicit: bool,
    /// Whether the provider caches prefixes by itself.
    pub implicit: bool,
    /// Whether the provider keeps the conversation and caches it as a whole: each request names the response it
    /// follows. Excludes `explicit`.
    pub session: bool,
    /// Blocks below this size are not stored.
    pub minimum: Tokens,
    /// Price of writing.
    pub write: u32,
    /// Price of reading from the explicit cache.
    pub read: u32,
    /// Price of reading from the implicit cache.
    pub implicit_read: u32,
}

impl Default for CacheTerms {
    fn default() -> Self {
        Self {
            explicit: false,
            implicit: false,
            session: false,
            minimum: Tokens(1_024),
            write: 1_250,
            read: 100,
            implicit_read: 200,
        }
    }
}

/// What one request is expected to be billed, said before it is sent.
///
/// *Unit:* tokens, by estimate until a report has calibrated it. The three parts add up to the whole input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// Read from the cache.
    pub read: Tokens,
    /// Written to it.
    pub written: Tokens,
    /// Neither.
    pub plain: Tokens,
    /// Why less is read than the conversation has; `None` when nothing is missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub miss: Option<Miss>,
}

/// Why a request read less from the cache than it could have. The list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Miss {
    /// Nothing of this prompt was ever stored: the first request.
    First,
    /// It was stored and nothing read it for longer than the cache's life.
    Idle {
        /// How long ago its life ended. *Unit:* seconds.
        seconds: u64,
    },
    /// A part of the prefix is not what it was.
    Changed {
        /// The first part that differs.
        part: Part,
    },
    /// It is stored for another model.
    Model,
    /// It is stored for another key or address.
    Account,
    /// The prefix is smaller than the smallest block that is stored.
    BelowMinimum,
    /// The model takes markers and does nothing with them.
    Ignored,
    /// The response that would have stored it was cut or stopped.
    Cut,
    /// Another process was still storing it.
    Racing,
    /// The provider had it stored, by its own words, and did not read it.
    Unknown,
}

/// A part of the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The tools.
    Tools,
    /// The system text.
    Instructions,
    /// Instruction files and map.
    Repository,
    /// The conversation: it was compressed or rewound.
    History,
}

/// What came of a prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheReport {
    /// How the cache was used for this request.
    pub mode: CacheMode,
    /// What was expected.
    pub predicted: Prediction,
    /// Why less was read than the conversation has; `None` when nothing was missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub miss: Option<Miss>,
    /// Until when the next request finds what is stored, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_until: Option<Moment>,
    /// How much of the conversation is stored.
    #[serde(default)]
    pub stored: Tokens,
    /// What this answer taught of the provider's cache, if it went against the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// Where the answer told the counts of the cache.
    #[serde(default, skip_serializing_if = "Counted::is_usual")]
    pub counted: Counted,
}

/// The fields in which an answer tells what was read from the cache and written to it.
/// Source: `docs/sources.md`, wire 1.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// The fields of Qwen Cloud and OpenAI, or none.
    #[default]
    Usual,
    /// What was written stands inside of `cache_creation`.
    Nested,
    /// `prompt_cache_hit_tokens`.
    HitTokens,
    /// `cached_tokens` beside the totals.
    Beside,
    /// `timings.cache_n`.
    Timings,
}

impl Counted {
    /// Whether there is nothing to say of it.
    pub fn is_usual(&self) -> bool {
        *self == Self::Usual
    }
}

/// A verdict of the client on a cache that does not do what its rules say. The list is closed.
/// Source: `docs/cache.md`, the self-checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// What was surely stored was not read, twice in a row: it is stored anew, from the tail.
    Missing,
    /// The same a third time: no more markers in this session, the implicit cache may work.
    GivenUp,
    /// Markers had no effect on two large requests: none for this model for a day.
    Ignored,
    /// Much more was written than was new: only head and tail are marked until a request reads what it should.
    Rewritten {
        /// The first item the provider did not recognise; `None` for the head.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<usize>,
    },
    /// Every marker is billed for itself: no marker between what is read and the tail for a day.
    PerMarker,
    /// The server refuses `cache_control`: no markers for this model for a day.
    Refused,
    /// The server refuses content in parts, in which markers stand: plain content and no markers for a day.
    PlainContent,
    /// The server refuses parts in tool results: they are plain, and markers stand in other messages, for a day.
    PlainResults,
    /// The server refuses `prompt_cache_key`: it is left out.
    NoKey,
    /// The router does not offer the one server whose cache is used: it chooses itself.
    Unpinned,
}

impl Finding {
    /// The word in JSON and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::GivenUp => "given_up",
            Self::Ignored => "ignored",
            Self::Rewritten { .. } => "rewritten",
            Self::PerMarker => "per_marker",
            Self::Refused => "refused",
            Self::PlainContent => "plain_content",
            Self::PlainResults => "plain_results",
            Self::NoKey => "no_key",
            Self::Unpinned => "unpinned",
        }
    }
}
