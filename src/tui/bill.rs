//! Times and sums of a session, in words.

use std::time::Duration;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{layout::wrap, look::Look, tally::bill};
use crate::{
    base::{Clean, width},
    protocol::{Charge, Finding, Miss, Totals, Usage, bill::Entry},
};

/// One answered request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) number: u32,
    /// Which of the models that answered.
    pub(super) model: usize,
    pub(super) usage: Option<Usage>,
    pub(super) charge: Option<Charge>,
    /// Why less was read than could have been.
    pub(super) miss: Option<Miss>,
    /// What the provider did against the rules of its cache.
    pub(super) finding: Option<Finding>,
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

/// The sums of a session: at its end, and for `/stats`.
pub(super) fn summary(totals: &Totals, lasted: Duration, columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut bill = bill(totals, &clock(lasted), look.words);
    // Who asked nothing has no bill.
    bill.truncate(if totals.requests + totals.pings == 0 { 1 } else { bill.len() });
    entries(&bill, 9, columns, look.dim)
}

/// Names in a column of `margin`, and beside them what there is to say.
pub(super) fn entries(bill: &[Entry], margin: usize, columns: usize, style: Style) -> Vec<Line<'static>> {
    let rest = Span::raw(" ".repeat(margin));
    let shown = |(name, text): &Entry| {
        let blanks = " ".repeat(margin.saturating_sub(width(name)).max(1));
        let first = Span::styled(format!("{name}{blanks}"), style);
        wrap(&[Span::styled(Clean::line(text).into_string(), style)], columns, &first, &rest)
    };
    bill.iter().flat_map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{Money, Tokens},
        tui::layout::plain,
    };

    #[test]
    fn the_summary_hangs_below_its_names_and_says_what_it_cost_or_that_nobody_knows() {
        let usage = Usage {
            input: Tokens(10_000),
            cached: Some(Tokens(8_000)),
            created: Some(Tokens(1_500)),
            output: Tokens(500),
            ..Usage::default()
        };
        let money = |thousandths| Some(Money::per_million(thousandths));
        let charge = Charge {
            units: 3_175_000,
            units_uncached: 10_000_000,
            units_implicit: 3_600_000,
            money: money(3_175_000),
            money_uncached: money(10_000_000),
            money_implicit: money(3_600_000),
        };
        let mut totals = Totals { requests: 9, calls: 4, denied: 1, usage, charge, ..Totals::default() };
        let shown = |totals: &Totals, columns| {
            plain(&summary(totals, Duration::from_secs(842), columns, Look::new(true)))
        };
        assert_eq!(
            shown(&totals, 80),
            "\
session  14:02 min · 9 requests · 4 tool calls (1 denied)
tokens   10,000 in, 80 % hit: 8,000 read from cache, 1,500 written, 500 plain ·
         500 out
units    3,175; without a cache 10,000 (−68 %), implicit at best 3,600 (−11 %)
money    $0.00317; without a cache $0.0100 (saved $0.00683), implicit at best
         $0.00360 (saved $0.000425)"
        );
        (totals.charge.money, totals.charge.money_uncached) = (None, None);
        assert!(shown(&totals, 80).ends_with("\nmoney    price unknown"));
        assert!(shown(&totals, 40).lines().all(|row| crate::base::width(row) <= 40));
    }
}
