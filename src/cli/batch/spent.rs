//! What tasks used and cost, read from results.

use serde_json::{Value, json};

use crate::{
    base::{Money, Tokens},
    protocol::{Charge, Totals, Usage},
};

/// Requests, tokens and money of a task, or of many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spent {
    pub(super) requests: u32,
    pub(super) usage: Usage,
    pub(super) charge: Charge,
}

impl Spent {
    pub(super) fn nothing() -> Self {
        let zero = Some(Tokens(0));
        let usage = Usage { cached: zero, created: zero, ..Usage::default() };
        Self { requests: 0, usage, charge: Charge::nothing() }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            usage: self.usage.plus(other.usage),
            charge: self.charge.plus(other.charge),
        }
    }

    /// From the last message of a run, or from a line of results: both have the same fields.
    pub(super) fn of(message: &Value) -> Self {
        let usage = &message["usage"];
        let count = |name: &str| usage[name].as_u64().map(Tokens);
        let (input, output) =
            (count("input_tokens").unwrap_or_default(), count("output_tokens").unwrap_or_default());
        // A run writes zeros where the provider says nothing of its cache.
        let is_silent = input > Tokens(0)
            && message["cache"].is_object()
            && message["cache"]["hit_rate_percent"].is_null();
        let told = |name: &str| count(name).filter(|_| !is_silent);
        let cost = &message["cost"];
        let units = |name: &str| thousandths(cost[name].as_f64().unwrap_or_default());
        // Nothing was used: the price is known, whatever the model.
        let unknown = if input + output > Tokens(0) { None } else { Some(0.0) };
        let money = |name: &str| cost[name].as_f64().or(unknown).map(Money::from_dollars);
        Self {
            requests: message["num_turns"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
            usage: Usage {
                input,
                output,
                cached: told("cache_read_input_tokens"),
                created: told("cache_creation_input_tokens"),
                reasoning: None,
            },
            charge: Charge {
                units: units("units"),
                units_uncached: units("units_without_cache"),
                units_implicit: 0,
                money: money("usd"),
                money_uncached: money("usd_without_cache"),
                money_implicit: None,
            },
        }
    }

    /// The `usage` of a line.
    pub(super) fn usage_json(&self) -> Value {
        json!({
            "input_tokens": self.usage.input.0,
            "output_tokens": self.usage.output.0,
            "cache_read_input_tokens": self.usage.cached.map(|n| n.0),
            "cache_creation_input_tokens": self.usage.created.map(|n| n.0),
            "total_tokens": self.usage.total().0,
        })
    }

    /// The `cost` of a line.
    pub(super) fn cost_json(&self) -> Value {
        json!({
            "units": units(self.charge.units),
            "units_without_cache": units(self.charge.units_uncached),
            "usd": self.charge.money.map(Money::dollars),
            "usd_without_cache": self.charge.money_uncached.map(Money::dollars),
        })
    }

    /// For the words of a bill.
    pub(super) fn totals(&self) -> Totals {
        Totals { requests: self.requests, usage: self.usage, charge: self.charge, ..Totals::default() }
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact below nine million million tokens")]
fn units(thousandths: u64) -> f64 {
    thousandths as f64 / 1_000.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float stops at the ends"
)]
fn thousandths(units: f64) -> u64 {
    (units * 1_000.0).round() as u64
}
