//! What a run cost, in words.

use crate::protocol::{Miss, Totals};

/// The bill, a few lines.
pub(super) fn bill(totals: &Totals) -> String {
    let mut lines: Vec<String> =
        totals.bill(None).into_iter().map(|(name, text)| format!("{name:<9}{text}")).collect();
    lines.extend(totals.charge.not_yet(totals.requests.into()).map(|text| format!("{:<9}{text}", "note")));
    lines.push(format!("{:<9}(one unit is one input token at its plain price)", ""));
    lines.join("\n")
}

/// Why a request read less than it could have, in a log.
pub(super) fn missed(miss: Miss) -> String {
    match miss.advice() {
        Some(advice) => format!("cache miss: {}; {advice}", miss.sentence()),
        None => format!("cache miss: {}", miss.sentence()),
    }
}
