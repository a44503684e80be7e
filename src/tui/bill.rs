//! Sums of a session, in words.

use std::time::Duration;

use ratatui::text::Line;

use super::theme::Theme;
use crate::{
    base::{Money, Tokens},
    protocol::{Charge, Totals, Usage},
};

/// One answered request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) number: u32,
    pub(super) usage: Usage,
    pub(super) charge: Option<Charge>,
}

/// `14 s`, `3:07`, `1:02:33`.
pub(super) fn clock(time: Duration) -> String {
    let s = time.as_secs();
    match s {
        0..60 => format!("{s} s"),
        60..3_600 => format!("{}:{:02} min", s / 60, s % 60),
        _ => format!("{}:{:02}:{:02} h", s / 3_600, s / 60 % 60, s % 60),
    }
}

/// `0.2 s` below a minute, then as [`clock`].
pub(super) fn short_time(time: Duration) -> String {
    if time.as_secs() < 60 { format!("{:.1} s", time.as_secs_f64()) } else { clock(time) }
}

/// `1 request`, `2 requests`.
pub(super) fn many(n: u64, what: &str) -> String {
    format!("{} {what}{}", Tokens(n), if n == 1 { "" } else { "s" })
}

/// How much of the input came from a cache, in percent; `None` when the provider does not say.
pub(super) fn cache_share(usage: &Usage) -> Option<u64> {
    let cached = usage.cached?;
    (usage.input.0 > 0).then(|| cached.0 * 100 / usage.input.0)
}

/// Money spent, or that nobody knows the price.
pub(super) fn money(totals: &Totals) -> String {
    match totals.charge.money {
        Some(money) => money.to_string(),
        None if totals.usage.total() == Tokens(0) => Money::default().to_string(),
        None => "price unknown".to_owned(),
    }
}

/// The three lines at the end of a session, also the body of `/stats`.
pub(super) fn summary(totals: &Totals, lasted: Duration) -> [String; 3] {
    let Totals { requests, calls, denied, usage, charge, .. } = totals;
    let denied = if *denied > 0 { format!(" ({denied} denied)") } else { String::new() };
    let lines = match (totals.lines_added, totals.lines_removed) {
        (0, 0) => String::new(),
        (added, removed) => format!(" · lines +{added} −{removed}"),
    };
    let share = match cache_share(usage) {
        Some(share) => format!("{share} % from cache"),
        None => "cache not reported".to_owned(),
    };
    let saved = match charge.saved() {
        // What is written into a cache costs more than what is not; reading it pays that back.
        _ if charge.units > charge.units_uncached => " · the cache has not paid off yet".to_owned(),
        Some(saved) if charge.units != charge.units_uncached => {
            let percent = percent_saved(charge);
            format!(" · saved {saved} by cache ({percent} % of the input)")
        }
        _ if charge.units != charge.units_uncached => {
            format!(" · cache saved {} % of the input", percent_saved(charge))
        }
        _ => String::new(),
    };
    [
        format!(
            "{} · {} · {}{denied}{lines}",
            clock(lasted),
            many((*requests).into(), "request"),
            many((*calls).into(), "tool call"),
        ),
        format!("{} tokens in, {share} · {} tokens out", usage.input, usage.output),
        format!("{}{saved}", money(totals)),
    ]
}

/// The table of `/cache`, one line for each request.
pub(super) fn cache_lines(requests: &[Request], totals: &Totals, theme: Theme) -> Vec<Line<'static>> {
    /// Older requests are in the sums.
    const SHOWN: usize = 30;
    let mut out = vec![Line::styled(
        format!(
            "{:>4} {:>10} {:>10} {:>10} {:>8} {:>11} {:>11}",
            "#", "read", "written", "plain", "output", "cost", "saved"
        ),
        theme.bold,
    )];
    let row = |name: String, usage: &Usage, charge: Option<Charge>| {
        let known = |n: Option<Tokens>| n.map_or_else(|| "?".to_owned(), |n| n.to_string());
        let cash = |m: Option<Money>| m.map_or_else(|| "?".to_owned(), |m| m.to_string());
        Line::raw(format!(
            "{name:>4} {:>10} {:>10} {:>10} {:>8} {:>11} {:>11}",
            known(usage.cached),
            known(usage.created),
            usage.plain().to_string(),
            usage.output.to_string(),
            cash(charge.and_then(|c| c.money)),
            cash(charge.and_then(|c| c.saved())),
        ))
    };
    let skipped = requests.len().saturating_sub(SHOWN);
    out.extend(requests[skipped..].iter().map(|r| row(r.number.to_string(), &r.usage, r.charge)));
    out.push(row("all".to_owned(), &totals.usage, Some(totals.charge)));
    out.push(Line::raw(format!(
        "Input billed as {} tokens instead of {} · {}",
        Tokens(totals.charge.units / 1_000),
        Tokens(totals.charge.units_uncached / 1_000),
        money(totals),
    )));
    out
}

fn percent_saved(charge: &Charge) -> i64 {
    let (with, without) = (i128::from(charge.units), i128::from(charge.units_uncached).max(1));
    i64::try_from((without - with) * 100 / without).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_it_cost_or_that_nobody_knows() {
        let usage = Usage {
            input: Tokens(10_000),
            cached: Some(Tokens(8_000)),
            output: Tokens(500),
            ..Usage::default()
        };
        let charge = Charge {
            units: 2_800_000,
            units_uncached: 10_000_000,
            money: Some(Money::per_million(2_800)),
            money_uncached: Some(Money::per_million(10_000)),
            ..Charge::default()
        };
        let mut totals = Totals { requests: 9, calls: 4, denied: 1, usage, charge, ..Totals::default() };
        assert_eq!(
            summary(&totals, Duration::from_secs(842)),
            [
                "14:02 min · 9 requests · 4 tool calls (1 denied)",
                "10,000 tokens in, 80 % from cache · 500 tokens out",
                "$0.000003 · saved $0.000007 by cache (72 % of the input)",
            ]
        );
        (totals.charge.money, totals.charge.money_uncached) = (None, None);
        assert_eq!(
            summary(&totals, Duration::from_secs(2))[2],
            "price unknown · cache saved 72 % of the input"
        );
    }
}
