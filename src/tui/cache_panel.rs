//! `/cache`: what each request read and wrote, the sums, and why something was missed.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    bill::{Request, entries},
    lang::{Words, counted, fill, told},
    layout::cut,
    look::Look,
    model::Model,
    tally,
};
use crate::{
    base::{Money, Tokens, width},
    protocol::{
        Charge, Finding, Miss, Totals, Usage,
        bill::{Entry, rounded, signed},
    },
};

/// Of all requests at most this many have a row; the others are in the sums.
const MOST: usize = 30;
/// Rows of the panel beside those of requests: it fits on the screen with them, newest last.
const AROUND: usize = 14;
/// A small screen shows this many requests all the same.
const LEAST: usize = 3;

/// Columns of the table, by what is in them and how wide they are.
type Columns = &'static [(Column, usize)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Number,
    Read,
    Written,
    Plain,
    Output,
    Cost,
    Saved,
    Why,
}

use Column::{Cost, Number, Output, Plain, Read, Saved, Why, Written};

/// From 80 columns on, whole numbers.
const WIDE: Columns =
    &[(Number, 4), (Read, 11), (Written, 11), (Plain, 11), (Output, 9), (Cost, 12), (Saved, 12), (Why, 8)];
/// From 64 columns on, the same in short numbers.
const MIDDLE: Columns =
    &[(Number, 3), (Read, 7), (Written, 8), (Plain, 7), (Output, 7), (Cost, 10), (Saved, 11), (Why, 8)];
/// Below that, what matters most.
const NARROW: Columns = &[(Number, 3), (Read, 7), (Written, 8), (Cost, 10), (Why, 8)];

/// The panel as printed rows; no row of its table is wider than the screen.
pub(super) fn cache_panel(model: &Model) -> Vec<Line<'static>> {
    let (columns, look) = (model.size.columns, model.look);
    let (table, is_short) = match columns {
        80.. => (WIDE, false),
        64..80 => (MIDDLE, true),
        _ => (NARROW, true),
    };
    let room = model.size.rows.saturating_sub(AROUND).clamp(LEAST, MOST);
    let from = model.requests.len().saturating_sub(room);
    let mut rows = vec![titles(table, look)];
    let unseen = u64::from(model.totals.requests).saturating_sub((model.requests.len() - from) as u64);
    if unseen > 0 {
        let text = counted(unseen, look.words.cache_unseen_one, look.words.cache_unseen);
        rows.push(Line::styled(format!("  {text}"), look.dim));
    }
    let line = |row: &Row| row.line(table, is_short, look);
    rows.extend(model.requests[from..].iter().map(|request| line(&Row::of(request))));
    if model.requests.len() > 1 || unseen > 0 {
        rows.push(line(&Row::all(&model.totals, look.words)));
    }
    let mut lines: Vec<_> = rows.into_iter().map(|row| cut(row, columns)).collect();
    let notes = if is_short { short_notes(model) } else { notes(model) };
    lines.extend(entries(&notes, if is_short { 6 } else { 10 }, columns, Style::new()));
    lines
}

fn titles(table: Columns, look: Look) -> Line<'static> {
    let name = |column| match column {
        Number => "#",
        Read => look.words.cache_read,
        Written => look.words.cache_written,
        Plain => look.words.cache_plain,
        Output => look.words.cache_output,
        Cost => look.words.cache_cost,
        Saved => look.words.cache_saved,
        Why => look.words.cache_why,
    };
    let cells =
        table.iter().map(|(column, room)| Span::styled(padded(name(*column), *column, *room), look.bold));
    Line::from(cells.collect::<Vec<_>>())
}

/// Numbers end in one column, words begin in one.
fn padded(text: &str, column: Column, room: usize) -> String {
    if column == Why {
        return format!("  {text}");
    }
    format!("{}{text}", " ".repeat(room.saturating_sub(width(text))))
}

/// One row: a request, or all of them.
struct Row {
    name: String,
    usage: Option<Usage>,
    charge: Option<Charge>,
    miss: Option<Miss>,
}

impl Row {
    fn of(request: &Request) -> Self {
        let Request { number, usage, charge, miss, .. } = *request;
        Self { name: number.to_string(), usage, charge, miss }
    }

    fn all(totals: &Totals, words: &Words) -> Self {
        Self {
            name: words.cache_all.to_owned(),
            usage: Some(totals.usage),
            charge: Some(totals.charge),
            miss: None,
        }
    }

    fn line(&self, table: Columns, is_short: bool, look: Look) -> Line<'static> {
        let cell = |(column, room): &(Column, usize)| {
            let (text, style) = self.cell(*column, is_short, look);
            Span::styled(padded(&text, *column, *room), style)
        };
        Line::from(table.iter().map(cell).collect::<Vec<_>>())
    }

    fn cell(&self, column: Column, is_short: bool, look: Look) -> (String, Style) {
        let tokens = |n: Option<Tokens>| match n {
            Some(n) if is_short => n.short(),
            Some(n) => n.to_string(),
            None => "?".to_owned(),
        };
        let usage = self.usage.unwrap_or_default();
        let plain = Style::new();
        match column {
            Number => (self.name.clone(), plain),
            Read => (tokens(usage.cached), plain),
            Written => (tokens(usage.created), plain),
            Plain => (tokens(self.usage.map(|u| u.plain())), plain),
            Output => (tokens(self.usage.map(|u| u.output)), plain),
            Cost => {
                (self.charge.and_then(|c| c.money).map_or_else(|| "?".to_owned(), |m| m.to_string()), plain)
            }
            Saved => self.saved(look),
            Why => match self.miss {
                Some(Miss::First) => (Miss::First.code().to_owned(), look.dim),
                Some(miss) => (miss.code().to_owned(), look.warn),
                None => (String::new(), plain),
            },
        }
    }

    /// In money where the price is known, else in percent of the input; a loss has its sign and its colour.
    fn saved(&self, look: Look) -> (String, Style) {
        let Some(charge) = self.charge else { return ("?".to_owned(), Style::new()) };
        match charge.saved() {
            Some(money) if money < Money::default() => (money.to_string(), look.warn),
            Some(money) => (money.to_string(), Style::new()),
            None if charge.against_nothing() > 0 => (signed(-charge.against_nothing()), look.warn),
            None => (signed(-charge.against_nothing()), Style::new()),
        }
    }
}

fn notes(model: &Model) -> Vec<Entry> {
    let Totals { usage, charge, requests, .. } = &model.totals;
    let words = model.look.words;
    let mut notes = Vec::new();
    if let Some(rate) = usage.hit_rate() {
        notes.push((words.cache_rate, fill(words.cache_rate_is, &[("rate", &rate.to_string())])));
    }
    if usage.input > Tokens(0) {
        notes.push((words.bill_units, tally::units(charge, words)));
        let money = tally::money(charge, words);
        notes.push((words.bill_money, money.unwrap_or_else(|| tally::price(&model.totals, words))));
    }
    notes.extend(tally::not_yet(charge, *requests, words).map(|text| (words.cache_note, text)));
    notes.push((words.cache_now, model.warmth_sentence()));
    notes.extend(mode(model));
    let of =
        |number: u32, text: &str| fill(words.cache_request, &[("n", &number.to_string()), ("text", text)]);
    notes.extend(last_miss(&model.requests).map(|(number, miss)| {
        let advice = tally::advice(miss, words).map(|advice| format!("; {advice}")).unwrap_or_default();
        (words.cache_last_miss, of(number, &format!("{}{advice}", tally::miss(miss, words))))
    }));
    let found = last_finding(&model.requests);
    notes.extend(found.map(|(n, found)| (words.cache_found, of(n, &tally::finding(found, words)))));
    notes
}

/// The same where there is little room: `/stats` and `qwen cache explain` have the rest.
fn short_notes(model: &Model) -> Vec<Entry> {
    let Totals { usage, charge, requests, .. } = &model.totals;
    let words = model.look.words;
    let mut notes = Vec::new();
    if let Some(rate) = usage.hit_rate() {
        let rate = fill(words.cache_rate_is_short, &[("rate", &rate.to_string())]);
        notes.push((words.cache_rate_short, rate));
    }
    if usage.input > Tokens(0) {
        let (with, without) = (rounded(charge.units).to_string(), rounded(charge.units_uncached).to_string());
        let change = signed(charge.against_nothing());
        let values = [("with", with.as_str()), ("without", &without), ("change", &change)];
        notes.push((words.bill_units, fill(words.cache_not, &values)));
        let money = match (charge.money, charge.money_uncached) {
            (Some(with), Some(without)) => {
                let (with, without) = (with.to_string(), without.to_string());
                fill(words.cache_not_money, &[("with", &with), ("without", &without)])
            }
            _ => tally::price(&model.totals, words),
        };
        notes.push((words.bill_money, money));
    }
    if *requests == 1 && tally::not_yet(charge, 1, words).is_some() {
        notes.push((words.cache_note, words.cache_pays.to_owned()));
    }
    notes.extend(model.warmth_field().map(|(long, _)| (words.cache_now, long)));
    notes.extend(mode(model));
    let miss = last_miss(&model.requests);
    notes.extend(
        miss.map(|(n, miss)| (words.cache_last_miss_short, format!("#{n} {}", tally::miss(miss, words)))),
    );
    let found = last_finding(&model.requests);
    notes.extend(
        found.map(|(n, found)| (words.cache_found, format!("#{n} {}", tally::finding(found, words)))),
    );
    notes
}

fn mode(model: &Model) -> Option<Entry> {
    let (mode, why) = &model.session.as_ref()?.cache;
    let name = mode.name();
    let words = model.look.words;
    let told = told(words, why);
    let text = if why.starts_with(name) { told.into_owned() } else { format!("{name}: {told}") };
    Some((words.cache_mode, text))
}

fn last_finding(requests: &[Request]) -> Option<(u32, Finding)> {
    requests.iter().rev().find_map(|request| Some((request.number, request.finding?)))
}

fn last_miss(requests: &[Request]) -> Option<(u32, Miss)> {
    requests.iter().rev().find_map(|request| Some((request.number, request.miss?)))
}
