//! What was paid and what the cache did, in the words of the screen.
//!
//! The other faces read `protocol::bill` and `protocol::words`, which are English; in English the screen says the same.

use super::lang::{Words, counted, fill};
use crate::{
    base::{Money, Tokens, minutes},
    protocol::{
        Charge, Finding, Miss, Part, Totals, Usage,
        bill::{Entry, rounded, signed},
        words::LIFE,
    },
};

/// What all of it cost: an amount, or that nobody knows the price.
pub(super) fn price(totals: &Totals, words: &Words) -> String {
    match totals.charge.money {
        Some(money) => money.to_string(),
        None if totals.usage.total() == Tokens(0) => Money::default().to_string(),
        None => words.price_unknown.to_owned(),
    }
}

/// The sums of a session, line by line.
pub(super) fn bill(totals: &Totals, time: &str, words: &'static Words) -> Vec<Entry> {
    let requests = counted(totals.requests.into(), words.stats_request, words.stats_requests);
    let mut session = format!("{time} · {requests}");
    if totals.pings > 0 {
        let pings = counted(totals.pings.into(), words.bill_ping, words.bill_pings);
        session = format!("{session} {pings}");
    }
    session = format!("{session} · {}", counted(totals.calls.into(), words.stats_call, words.stats_calls));
    if totals.denied > 0 {
        session.push_str(&fill(words.stats_denied, &[("n", &totals.denied.to_string())]));
    }
    if (totals.lines_added, totals.lines_removed) != (0, 0) {
        let (added, removed) = (totals.lines_added.to_string(), totals.lines_removed.to_string());
        let lines = fill(words.bill_lines, &[("added", &added), ("removed", &removed)]);
        session = format!("{session} · {lines}");
    }
    let mut bill = vec![(words.bill_session, session), (words.bill_tokens, tokens(&totals.usage, words))];
    if totals.usage.input > Tokens(0) {
        bill.push((words.bill_units, units(&totals.charge, words)));
    }
    let money = money(&totals.charge, words);
    bill.push((words.bill_money, money.unwrap_or_else(|| price(totals, words))));
    bill
}

/// All tokens by what they cost.
fn tokens(usage: &Usage, words: &Words) -> String {
    let read = usage.cached.unwrap_or_default().to_string();
    let plain = usage.plain().to_string();
    let parts = match (usage.cached, usage.created) {
        (None, None) => words.bill_not_reported.to_owned(),
        (_, None) => fill(words.bill_read, &[("read", &read), ("plain", &plain)]),
        (_, Some(written)) => {
            let written = written.to_string();
            fill(words.bill_read_written, &[("read", &read), ("written", &written), ("plain", &plain)])
        }
    };
    let rate = usage.hit_rate();
    let sentence = if rate.is_some() { words.bill_all } else { words.bill_all_no_rate };
    let rate = rate.unwrap_or_default().to_string();
    let (input, output) = (usage.input.to_string(), usage.output.to_string());
    fill(sentence, &[("input", &input), ("rate", &rate), ("parts", &parts), ("output", &output)])
}

/// The input in units, and against what it would have been.
pub(super) fn units(charge: &Charge, words: &Words) -> String {
    let (with, without) = (rounded(charge.units), rounded(charge.units_uncached));
    let percent = signed(charge.against_nothing());
    let text = compared(words, &with.to_string(), &without.to_string(), &percent);
    if charge.units_implicit == 0 {
        return text;
    }
    let implicit = rounded(charge.units_implicit).to_string();
    beside(words, &text, &implicit, &signed(charge.against_implicit()))
}

/// Input and output in money, and against what they would have been; `None` when the price is not known.
pub(super) fn money(charge: &Charge, words: &Words) -> Option<String> {
    let (with, without) = charge.money.zip(charge.money_uncached)?;
    let text = compared(words, &with.to_string(), &without.to_string(), &saved(without - with, words));
    Some(match charge.money_implicit.zip(charge.saved_to_implicit()) {
        Some((implicit, saving)) => beside(words, &text, &implicit.to_string(), &saved(saving, words)),
        None => text,
    })
}

fn compared(words: &Words, with: &str, without: &str, change: &str) -> String {
    fill(words.bill_without, &[("with", with), ("without", without), ("change", change)])
}

fn beside(words: &Words, text: &str, implicit: &str, change: &str) -> String {
    fill(words.bill_implicit, &[("text", text), ("implicit", implicit), ("change", change)])
}

fn saved(money: Money, words: &Words) -> String {
    if money < Money::default() {
        fill(words.bill_more, &[("money", &(Money::default() - money).to_string())])
    } else {
        fill(words.bill_saved, &[("money", &money.to_string())])
    }
}

/// What a person should know where the cache has cost more than it saved; `None` where it has paid.
pub(super) fn not_yet(charge: &Charge, requests: u32, words: &Words) -> Option<String> {
    let percent = signed(-charge.against_nothing());
    let sentence = if requests == 1 { words.bill_first } else { words.bill_not_yet };
    (charge.units > charge.units_uncached).then(|| fill(sentence, &[("change", &percent)]))
}

/// Why less was read than could have been, in half a sentence.
pub(super) fn miss(miss: Miss, words: &Words) -> String {
    let sentence = match miss {
        Miss::Idle { seconds } => {
            let (time, life) = (minutes(LIFE + seconds), minutes(LIFE));
            return fill(words.miss_idle, &[("time", &time), ("life", &life)]);
        }
        Miss::First => words.miss_first,
        Miss::Changed { part: Part::Tools } => words.miss_tools,
        Miss::Changed { part: Part::Instructions } => words.miss_instructions,
        Miss::Changed { part: Part::Repository } => words.miss_repository,
        Miss::Changed { part: Part::History } => words.miss_history,
        Miss::Model => words.miss_model,
        Miss::Account => words.miss_account,
        Miss::BelowMinimum => words.miss_small,
        Miss::Ignored => words.miss_ignored,
        Miss::Cut => words.miss_cut,
        Miss::Racing => words.miss_racing,
        Miss::Unknown => words.miss_unknown,
    };
    sentence.to_owned()
}

/// What a person can do about it; `None` where nothing is to be done.
pub(super) fn advice(miss: Miss, words: &'static Words) -> Option<&'static str> {
    match miss {
        Miss::Idle { .. } => Some(words.advice_idle),
        Miss::Changed { part: Part::Tools } => Some(words.advice_tools),
        Miss::Changed { part: Part::Instructions } => Some(words.advice_instructions),
        Miss::Changed { part: Part::Repository } => Some(words.advice_repository),
        Miss::Model => Some(words.advice_model),
        Miss::Account => Some(words.advice_account),
        Miss::Ignored => Some(words.advice_ignored),
        Miss::Racing => Some(words.advice_racing),
        Miss::First
        | Miss::Changed { part: Part::History }
        | Miss::BelowMinimum
        | Miss::Cut
        | Miss::Unknown => None,
    }
}

/// What the provider did against the rules of its cache, and what is done about it.
pub(super) fn finding(finding: Finding, words: &Words) -> String {
    let sentence = match finding {
        Finding::Rewritten { item } => {
            let item = item.map(|item| fill(words.found_item, &[("n", &item.to_string())]));
            let what = item.unwrap_or_else(|| words.found_head.to_owned());
            return fill(words.found_rewritten, &[("what", &what)]);
        }
        Finding::Missing => words.found_missing,
        Finding::GivenUp => words.found_given_up,
        Finding::Ignored => words.found_ignored,
        Finding::PerMarker => words.found_per_marker,
        Finding::Refused => words.found_refused,
        Finding::PlainContent => words.found_plain_content,
        Finding::PlainResults => words.found_plain_results,
        Finding::NoKey => words.found_no_key,
        Finding::Unpinned => words.found_unpinned,
    };
    sentence.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::lang::Language;

    #[test]
    fn in_english_the_screen_says_what_the_other_faces_say() {
        let words = Language::English.words();
        let parts = [Part::Tools, Part::Instructions, Part::Repository, Part::History];
        let misses = [
            Miss::First,
            Miss::Idle { seconds: 3_600 },
            Miss::Model,
            Miss::Account,
            Miss::BelowMinimum,
            Miss::Ignored,
            Miss::Cut,
            Miss::Racing,
            Miss::Unknown,
        ];
        for told in misses.into_iter().chain(parts.map(|part| Miss::Changed { part })) {
            assert_eq!(miss(told, words), told.sentence());
            assert_eq!(advice(told, words), told.advice());
        }
        let findings = [
            Finding::Missing,
            Finding::GivenUp,
            Finding::Ignored,
            Finding::Rewritten { item: None },
            Finding::Rewritten { item: Some(3) },
            Finding::PerMarker,
            Finding::Refused,
            Finding::PlainContent,
            Finding::PlainResults,
            Finding::NoKey,
            Finding::Unpinned,
        ];
        for told in findings {
            assert_eq!(finding(told, words), told.sentence());
        }
    }

    #[test]
    fn in_english_the_bill_is_that_of_the_other_faces() {
        let words = Language::English.words();
        let usage = |cached, created| Usage {
            input: Tokens(10_000),
            cached,
            created,
            output: Tokens(500),
            ..Usage::default()
        };
        let money = |thousandths| Some(Money::per_million(thousandths));
        let charge = Charge {
            units: 13_175_000,
            units_uncached: 10_000_000,
            units_implicit: 3_600_000,
            money: money(13_175_000),
            money_uncached: money(10_000_000),
            money_implicit: money(3_600_000),
        };
        let unknown = Charge { money: None, units_implicit: 0, ..charge };
        for (requests, usage, charge) in [
            (0, Usage::default(), Charge::nothing()),
            (1, usage(None, None), charge),
            (2, usage(Some(Tokens(4_000)), None), unknown),
            (1_234, usage(Some(Tokens(4_000)), Some(Tokens(5_000))), charge),
        ] {
            let totals = Totals {
                requests,
                calls: 1,
                denied: requests,
                pings: requests,
                lines_added: requests,
                usage,
                charge,
                ..Totals::default()
            };
            assert_eq!(bill(&totals, "14 s", words), totals.bill(Some("14 s")));
            assert_eq!(not_yet(&charge, requests, words), charge.not_yet(requests.into()));
        }
    }
}
