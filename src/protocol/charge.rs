//! What a request cost, as the cache rules and the price table say.

use serde::{Deserialize, Serialize};

use crate::base::{Money, Tokens};

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
    /// Input as it would have been billed if the implicit cache had read all that was read here; the same as
    /// without any cache for a model that has none.
    #[serde(default)]
    pub units_implicit: u64,
    /// Input and output in money; `None` when the catalogue knows no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// The same without any cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_uncached: Option<Money>,
    /// The same with the implicit cache alone, at its best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_implicit: Option<Money>,
}

impl Charge {
    /// Both together; money stays known only while it is known for both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            units: self.units.saturating_add(other.units),
            units_uncached: self.units_uncached.saturating_add(other.units_uncached),
            units_implicit: self.units_implicit.saturating_add(other.units_implicit),
            money: self.money.zip(other.money).map(|(a, b)| a + b),
            money_uncached: self.money_uncached.zip(other.money_uncached).map(|(a, b)| a + b),
            money_implicit: self.money_implicit.zip(other.money_implicit).map(|(a, b)| a + b),
        }
    }

    /// A charge of nothing, to which others are added.
    pub fn nothing() -> Self {
        let none = Some(Money::default());
        Self { money: none, money_uncached: none, money_implicit: none, ..Self::default() }
    }

    /// What the cache saved, in money; negative on a first request that only writes.
    pub fn saved(&self) -> Option<Money> {
        self.money_uncached.zip(self.money).map(|(without, with)| without - with)
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
