//! What a request cost, as the cache rules and the price table say.

use serde::{Deserialize, Serialize};

use crate::base::{Money, Tokens};

/// How the provider's context cache is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheMode {
    /// Markers in the request.
    Explicit,
    /// No markers; the prefix is byte-stable and the provider caches on its own, or not.
    #[default]
    Implicit,
    /// Nothing is done for a cache.
    Off,
}

/// The cost of one or more requests.
///
/// Unit: `units` and `units_uncached` are thousandths of one standard input token: a token read from the explicit
/// cache counts 100, a written one 1,250, a plain one 1,000. Output is not in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Input as billed.
    pub units: u64,
    /// Input as it would have been billed without any cache.
    pub units_uncached: u64,
    /// Input and output in money; `None` when the catalogue knows no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// The same without any cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_uncached: Option<Money>,
}

impl Charge {
    /// Both together; money stays known only while it is known for both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            units: self.units + other.units,
            units_uncached: self.units_uncached + other.units_uncached,
            money: self.money.zip(other.money).map(|(a, b)| a + b),
            money_uncached: self.money_uncached.zip(other.money_uncached).map(|(a, b)| a + b),
        }
    }

    /// A charge of nothing, to which others are added.
    pub fn nothing() -> Self {
        Self { money: Some(Money::default()), money_uncached: Some(Money::default()), ..Self::default() }
    }

    /// What the cache saved, in money; negative on a first request that only writes.
    pub fn saved(&self) -> Option<Money> {
        self.money_uncached.zip(self.money).map(|(without, with)| without - with)
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
            minimum: Tokens(1_024),
            write: 1_250,
            read: 100,
            implicit_read: 200,
        }
    }
}

/// Prices of one model while the input of a request is at most `up_to` tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The largest input this tier holds for.
    pub up_to: Tokens,
    /// Price of a standard input token.
    pub input: Money,
    /// Price of an output token.
    pub output: Money,
}
