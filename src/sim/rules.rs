//! The cache's rules as knobs: every reading of the provider's words that a client must survive.

use std::time::Duration;

/// What the look-back counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Content blocks: each element of a content array, each message without elements, the calls of a message.
    #[default]
    Element,
    /// Whole messages.
    Message,
}

/// Which stored blocks live on after a hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Refresh {
    /// The longest stored prefix that was hit, and no other.
    #[default]
    Longest,
    /// Every stored prefix of the prompt up to the hit.
    All,
}

/// What several missed markers cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Billing {
    /// As much as the highest of them: blocks lie inside each other.
    #[default]
    Telescoped,
    /// Each of them from the hit on, so that `cached + created` may exceed the prompt.
    PerMarker,
}

/// When a cache forgets earlier than it promised. Requests are counted from 0, each that reaches the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Evict {
    /// It keeps its promise.
    #[default]
    Never,
    /// Everything is gone before each of these requests.
    Before(Vec<u64>),
    /// Everything is gone before each n-th request; 0 for never.
    Every(u64),
}

impl Evict {
    /// Whether everything is gone before this request.
    pub(super) fn strikes(&self, number: u64) -> bool {
        match self {
            Self::Never => false,
            Self::Before(numbers) => numbers.contains(&number),
            Self::Every(n) => number.checked_rem(*n).is_some_and(|rest| rest + 1 == *n),
        }
    }
}

/// What the session cache stores when a response is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SessionReach {
    /// The whole context: the input and the answer to it.
    #[default]
    Context,
    /// The input alone; the answer is written with the next turn.
    Input,
}

/// Prices in thousandths of the price of a standard input token.
/// Source: Qwen Cloud's context cache page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// A token written to the explicit cache.
    pub write: u64,
    /// A token read from the explicit cache.
    pub read: u64,
    /// A token read from the implicit cache.
    pub implicit: u64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { write: 1_250, read: 100, implicit: 200 }
    }
}

/// The rules of the context cache.
///
/// Source: Qwen Cloud's context cache page; where its words allow more than one reading there is a knob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRules {
    /// How far before a marker a stored block is still found. *Unit:* [`Unit`]; the marker's own block is at 0.
    pub look_back: usize,
    /// What `look_back` counts.
    pub unit: Unit,
    /// What a hit keeps alive.
    pub refresh: Refresh,
    /// What several missed markers cost.
    pub billing: Billing,
    /// How many markers count: the last ones by position.
    pub markers: usize,
    /// The least size of a stored block, tools included. *Unit:* tokens.
    pub minimum: u64,
    /// How long a stored block lives after it was stored or hit.
    pub life: Duration,
    /// How long after the response a new block can first be hit.
    pub ready_delay: Duration,
    /// Models whose markers count; elsewhere a marker is ignored without a word.
    pub explicit_models: Vec<String>,
    /// Models that find repeated prefixes by themselves.
    pub implicit_models: Vec<String>,
    /// Whether the implicit cache hits when it could; it is best effort, so a client must survive both.
    pub implicit_hits: bool,
    /// The least size of an implicit hit. *Unit:* tokens.
    pub implicit_minimum: u64,
    /// How long the implicit cache remembers.
    pub implicit_life: Duration,
    /// Models that have a session cache in the Responses API.
    pub session_models: Vec<String>,
    /// What a session cache stores.
    pub session_reach: SessionReach,
    /// Whether a session cache also helps a request that sends the whole history instead of the last response's id.
    pub session_unchained: bool,
    /// When blocks are gone before their time.
    pub evict: Evict,
    /// What tokens cost.
    pub rates: Rates,
}

const EXPLICIT: [&str; 8] = [
    "qwen3-max",
    "qwen3.6-plus",
    "qwen3.5-plus",
    "qwen-plus",
    "qwen3.5-flash",
    "qwen-flash",
    "qwen3-coder-plus",
    "qwen3-coder-flash",
];

const IMPLICIT: [&str; 8] = [
    "qwen3-max",
    "qwen3-max-preview",
    "qwen-max",
    "qwen-plus",
    "qwen-flash",
    "qwen-turbo",
    "qwen3-coder-plus",
    "qwen3-coder-flash",
];

impl Default for CacheRules {
    fn default() -> Self {
        let five_minutes = Duration::from_secs(300);
        Self {
            look_back: 20,
            unit: Unit::default(),
            refresh: Refresh::default(),
            billing: Billing::default(),
            markers: 4,
            minimum: 1_024,
            life: five_minutes,
            ready_delay: Duration::ZERO,
            explicit_models: EXPLICIT.map(str::to_owned).to_vec(),
            implicit_models: IMPLICIT.map(str::to_owned).to_vec(),
            implicit_hits: true,
            implicit_minimum: 256,
            implicit_life: five_minutes,
            session_models: EXPLICIT.map(str::to_owned).to_vec(),
            session_reach: SessionReach::default(),
            session_unchained: false,
            evict: Evict::default(),
            rates: Rates::default(),
        }
    }
}
