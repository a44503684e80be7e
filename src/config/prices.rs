//! Reads `cache.prices`: what models cost, by the person who pays for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    base::{Money, Tokens},
    catalog::Price,
    protocol::Tier,
};

/// The keys of one model, and those of one tier.
const KEYS: &[&str] = &["input", "output", "tiers", "write", "read", "implicitRead", "currency"];
const TIER_KEYS: &[&str] = &["upTo", "input", "output"];
/// Above this a price is a slip of the finger. *Unit:* dollars per million tokens.
const DEAREST: f64 = 100_000.0;
/// Above this a factor is one.
const LARGEST: f64 = 10.0;

/// Reads the prices of all models.
///
/// Errors: what is wrong, with the place of it below `cache.prices`, as half a sentence.
pub(super) fn prices(all: &Map<String, Value>) -> Result<BTreeMap<String, Price>, String> {
    all.iter().map(|(model, value)| Ok((model.clone(), price(&Place::of(model), value)?))).collect()
}

/// Where a value stands, for messages.
struct Place(String);

impl Place {
    fn of(model: &str) -> Self {
        Self(format!("cache.prices.{model}"))
    }

    fn below(&self, key: &str) -> Self {
        Self(format!("{}.{key}", self.0))
    }

    /// "`cache.prices.m.input` is `-1`, not …".
    fn not(&self, value: &Value, what: &str) -> String {
        let shown = match value {
            Value::Number(_) | Value::Bool(_) => format!("`{value}`"),
            Value::String(word) if word.len() <= 40 => format!("`{word}`"),
            Value::String(_) => "a string".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
            Value::Null => "null".to_owned(),
        };
        format!("`{}` is {shown}, not {what}", self.0)
    }
}

fn price(place: &Place, value: &Value) -> Result<Price, String> {
    let fields = object(place, value, KEYS)?;
    if let Some(currency) = fields.get("currency").filter(|c| c.as_str() != Some("USD")) {
        return Err(place.below("currency").not(currency, "`USD`, the one currency that is counted"));
    }
    let has_flat = fields.contains_key("input") || fields.contains_key("output");
    let tiers = match fields.get("tiers") {
        Some(_) if has_flat => {
            return Err(format!(
                "`{}` has `tiers` beside `input` or `output`; leave one of them out",
                place.0
            ));
        }
        Some(tiers) => read_tiers(&place.below("tiers"), tiers)?,
        None if has_flat => vec![tier(place, fields, Tokens(u64::MAX))?],
        None => Vec::new(),
    };
    let factor = |key| fields.get(key).map(|value| factor(&place.below(key), value)).transpose();
    Ok(Price {
        tiers,
        write: factor("write")?,
        read: factor("read")?,
        implicit_read: factor("implicitRead")?,
    })
}

fn read_tiers(place: &Place, value: &Value) -> Result<Vec<Tier>, String> {
    let Some(list) = value.as_array().filter(|list| !list.is_empty()) else {
        return Err(place.not(value, "a list of tiers"));
    };
    let mut tiers: Vec<Tier> = Vec::with_capacity(list.len());
    for (at, value) in list.iter().enumerate() {
        let place = place.below(&at.to_string());
        let fields = object(&place, value, TIER_KEYS)?;
        let up_to = match fields.get("upTo") {
            Some(bound) => bound
                .as_u64()
                .filter(|bound| *bound > 0)
                .ok_or_else(|| place.below("upTo").not(bound, "a number of input tokens"))?,
            None if at + 1 == list.len() => u64::MAX,
            None => return Err(format!("`{}` has no `upTo`; only the last tier needs none", place.0)),
        };
        if tiers.last().is_some_and(|before| before.up_to.0 >= up_to) {
            return Err(format!("`{}.upTo` is not above the one before it", place.0));
        }
        tiers.push(tier(&place, fields, Tokens(up_to))?);
    }
    Ok(tiers)
}

fn tier(place: &Place, fields: &Map<String, Value>, up_to: Tokens) -> Result<Tier, String> {
    let money = |key: &str| {
        let value = fields.get(key).ok_or_else(|| format!("`{}` has no `{key}`", place.0))?;
        let dollars = value.as_f64().filter(|d| (0.0..=DEAREST).contains(d));
        dollars.map(per_token).ok_or_else(|| {
            place.below(key).not(value, "a price in dollars per million tokens, from 0 to 100,000")
        })
    };
    Ok(Tier { up_to, input: money("input")?, output: money("output")? })
}

/// $1 per million tokens is a million millionths of a millionth of a dollar for each.
#[expect(clippy::cast_possible_truncation, reason = "at most 10^11, checked above")]
fn per_token(dollars_per_million: f64) -> Money {
    Money::from_pico_dollars((dollars_per_million * 1e6).round() as i64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 10,000, checked in the line above"
)]
fn factor(place: &Place, value: &Value) -> Result<u32, String> {
    let factor = value.as_f64().filter(|f| (0.0..=LARGEST).contains(f));
    factor
        .map(|factor| (factor * 1_000.0).round() as u32)
        .ok_or_else(|| place.not(value, "a part of the input price, such as 0.1 or 1.25, from 0 to 10"))
}

fn object<'a>(place: &Place, value: &'a Value, keys: &[&str]) -> Result<&'a Map<String, Value>, String> {
    let fields = value.as_object().ok_or_else(|| place.not(value, "an object"))?;
    match fields.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(other) => Err(format!("`{}` has a key `{other}`; it may have {}", place.0, keys.join(", "))),
        None => Ok(fields),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<BTreeMap<String, Price>, String> {
        prices(value.as_object().expect("an object"))
    }

    #[test]
    fn one_price_or_a_list_of_tiers_and_the_factors_of_the_cache() {
        let all = read(&json!({
            "flat": {"input": 1.0, "output": 5, "write": 1.25, "read": 0.083, "implicitRead": 0.2, "currency": "USD"},
            "tiered": {"tiers": [{"upTo": 32_000, "input": 0.1875, "output": 1}, {"input": 0.3, "output": 2}]},
            "factors": {"read": 0},
        }))
        .expect("valid");
        let tier = |up_to, input, output| Tier {
            up_to: Tokens(up_to),
            input: Money::from_pico_dollars(input),
            output: Money::from_pico_dollars(output),
        };
        let expected = [
            ("factors", Price { read: Some(0), ..Price::default() }),
            (
                "flat",
                Price {
                    tiers: vec![tier(u64::MAX, 1_000_000, 5_000_000)],
                    write: Some(1_250),
                    read: Some(83),
                    implicit_read: Some(200),
                },
            ),
            (
                "tiered",
                Price {
                    tiers: vec![tier(32_000, 187_500, 1_000_000), tier(u64::MAX, 300_000, 2_000_000)],
                    ..Price::default()
                },
            ),
        ];
        assert_eq!(all, expected.map(|(name, price)| (name.to_owned(), price)).into());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let wrong = |value: Value| read(&json!({ "m": value })).expect_err("wrong");
        let dollars = "not a price in dollars per million tokens, from 0 to 100,000";
        assert_eq!(wrong(json!(1)), "`cache.prices.m` is `1`, not an object");
        assert_eq!(wrong(json!({"input": 1})), "`cache.prices.m` has no `output`");
        assert_eq!(
            wrong(json!({"input": -1, "output": 1})),
            format!("`cache.prices.m.input` is `-1`, {dollars}")
        );
        assert_eq!(
            wrong(json!({"input": "1", "output": 1})),
            format!("`cache.prices.m.input` is `1`, {dollars}")
        );
        assert_eq!(
            wrong(json!({"input": 1, "output": 1, "currency": "CNY"})),
            "`cache.prices.m.currency` is `CNY`, not `USD`, the one currency that is counted"
        );
        assert_eq!(
            wrong(json!({"read": 12})),
            "`cache.prices.m.read` is `12`, not a part of the input price, such as 0.1 or 1.25, from 0 to 10"
        );
        assert_eq!(
            wrong(json!({"inputs": 1})),
            "`cache.prices.m` has a key `inputs`; it may have input, output, tiers, write, read, implicitRead, currency"
        );
        assert_eq!(
            wrong(json!({"input": 1, "output": 1, "tiers": []})),
            "`cache.prices.m` has `tiers` beside `input` or `output`; leave one of them out"
        );
        assert_eq!(wrong(json!({"tiers": []})), "`cache.prices.m.tiers` is a list, not a list of tiers");
        let tier = |up_to| json!({"upTo": up_to, "input": 1, "output": 1});
        assert_eq!(
            wrong(json!({"tiers": [tier(2), tier(2)]})),
            "`cache.prices.m.tiers.1.upTo` is not above the one before it"
        );
        assert_eq!(
            wrong(json!({"tiers": [{"input": 1, "output": 1}, tier(2)]})),
            "`cache.prices.m.tiers.0` has no `upTo`; only the last tier needs none"
        );
    }
}
