//! What a run cost, in words.

use crate::{
    base::Tokens,
    protocol::{Totals, Usage},
};

/// The bill, a few lines.
pub(super) fn bill(totals: &Totals) -> String {
    let usage = &totals.usage;
    let charge = &totals.charge;
    let mut lines = vec![
        format!("requests   {}, tool calls {} ({} denied)", totals.requests, totals.calls, totals.denied),
        format!("input      {} tokens: {}", usage.input, parts(usage)),
        format!("output     {} tokens", usage.output),
        format!(
            "units      {} with the cache, {} without ({} %)",
            rounded(charge.units),
            rounded(charge.units_uncached),
            change(charge.units, charge.units_uncached)
        ),
    ];
    if let (Some(with), Some(without)) = (charge.money, charge.money_uncached) {
        lines.push(format!("money      {with} with the cache, {without} without"));
    }
    lines.push("           (one unit is one input token at its plain price)".to_owned());
    lines.join("\n")
}

/// The input of one request or of many, by what it cost.
pub(super) fn parts(usage: &Usage) -> String {
    format!(
        "{} read from cache, {} written to it, {} plain",
        usage.cached.unwrap_or_default(),
        usage.created.unwrap_or_default(),
        usage.plain()
    )
}

fn rounded(thousandths: u64) -> Tokens {
    Tokens((thousandths + 500) / 1_000)
}

/// How much more or less `with` is than `without`, in percent with its sign.
fn change(with: u64, without: u64) -> String {
    if without == 0 {
        return "±0".to_owned();
    }
    let difference = i128::from(with) - i128::from(without);
    let percent = (difference * 100) / i128::from(without);
    if percent == 0 { "±0".to_owned() } else { format!("{percent:+}") }
}
