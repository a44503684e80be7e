//! `qwen cache models`: the catalogue's cache support, model by model.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::place::settings;
use crate::{
    base::{Money, Tokens},
    catalog::{Marking, READ, Support, support},
    protocol::{Failure, Tier},
};

/// The rows, the person's own prices above the catalogue's. Errors: settings that cannot be read.
pub(super) fn rows() -> Result<Vec<Support>, Failure> {
    let prices = settings()?.overrides(None).prices;
    Ok(support(|model| prices.get(model)))
}

/// For a person.
pub(super) fn to_text(rows: &[Support]) -> String {
    let mut out = format!(
        "{:<24} {:<8} {:<8} {:<7} {:>5} {:>5} {:>8} {:>7}  ≈ $ in / out per million (up to)\n",
        "model", "markers", "implicit", "session", "write", "read", "implicit", "minimum"
    );
    for row in rows {
        let terms = &row.terms;
        let only = |is: bool, factor: u32| if is { part(factor) } else { "-".to_owned() };
        let _ = writeln!(
            out,
            "{:<24} {:<8} {:<8} {:<7} {:>5} {:>5} {:>8} {:>7}  {}",
            row.model,
            row.markers.name(),
            if terms.implicit { "yes" } else { "no" },
            if terms.session { "yes" } else { "no" },
            only(terms.explicit, terms.write),
            only(terms.explicit, terms.read),
            only(terms.implicit, terms.implicit_read),
            only_if(row.markers != Marking::None, terms.minimum),
            prices(&row.tiers)
        );
    }
    let _ = write!(
        out,
        "\nFactors are parts of the price of a plain input token. Prices and support as read in {READ}; set your own \
         in `cache.prices`.\nlisted: on the provider's own list; watched: named by later sources, the first two \
         reports decide; none: no marker is sent.\n"
    );
    out
}

/// For programs.
pub(super) fn to_json(rows: &[Support]) -> Value {
    let model = |row: &Support| {
        json!({
            "model": row.model,
            "markers": row.markers.name(),
            "implicit": row.terms.implicit,
            "session": row.terms.session,
            "write": f64::from(row.terms.write) / 1_000.0,
            "read": f64::from(row.terms.read) / 1_000.0,
            "implicit_read": f64::from(row.terms.implicit_read) / 1_000.0,
            "minimum": row.terms.minimum.0,
            "window": row.window.0,
            "prices": row.tiers.iter().map(tier_json).collect::<Vec<_>>(),
        })
    };
    json!({ "form": 1, "read": READ, "models": rows.iter().map(model).collect::<Vec<_>>() })
}

/// A price for programs.
pub(in crate::cli) fn tier_json(tier: &Tier) -> Value {
    json!({
        "up_to": (tier.up_to.0 != u64::MAX).then_some(tier.up_to.0),
        "input_usd_per_million": million(tier.input),
        "output_usd_per_million": million(tier.output),
    })
}

/// `1.00 / 5.00 (32k), 1.80 / 9.00 (128k)`.
pub(in crate::cli) fn prices(tiers: &[Tier]) -> String {
    if tiers.is_empty() {
        return "unknown".to_owned();
    }
    let tier = |tier: &Tier| {
        let both = format!("{} / {}", dollars(tier.input), dollars(tier.output));
        match tier.up_to {
            Tokens(u64::MAX) => both,
            bound => format!("{both} ({})", bound.short()),
        }
    };
    tiers.iter().map(tier).collect::<Vec<_>>().join(", ")
}

/// `0.10`, `1.25`, `0.125`.
pub(super) fn part(thousandths: u32) -> String {
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    if rest % 10 == 0 { format!("{whole}.{:02}", rest / 10) } else { format!("{whole}.{rest:03}") }
}

fn only_if(is: bool, minimum: Tokens) -> String {
    if is { minimum.to_string() } else { "-".to_owned() }
}

fn million(price: Money) -> f64 {
    price.times(Tokens(1_000_000), 1_000).dollars()
}

/// Cents, and as many places more as the price has.
fn dollars(price: Money) -> String {
    let text = format!("{:.4}", million(price));
    let end = text.trim_end_matches('0').len().max(text.len() - 2);
    text[..end].to_owned()
}
