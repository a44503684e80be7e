//! `/cache`: what each request read and wrote, the sums, and why something was missed.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    bill::{Request, entries},
    layout::cut,
    look::Look,
    model::Model,
};
use crate::{
    base::{Money, Tokens},
    protocol::{
        Charge, Miss, Totals, Usage,
        bill::{Entry, many, rounded, signed},
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
        let text = format!("  … {} in the sums", many(unseen, "more request"));
        rows.push(Line::styled(text, look.dim));
    }
    let line = |row: &Row| row.line(table, is_short, look);
    rows.extend(model.requests[from..].iter().map(|request| line(&Row::of(request))));
    if model.requests.len() > 1 || unseen > 0 {
        rows.push(line(&Row::all(&model.totals)));
    }
    let mut lines: Vec<_> = rows.into_iter().map(|row| cut(row, columns)).collect();
    let notes = if is_short { short_notes(model) } else { notes(model) };
    lines.extend(entries(&notes, if is_short { 6 } else { 10 }, columns, Style::new()));
    lines
}

fn titles(table: Columns, look: Look) -> Line<'static> {
    let name = |column| match column {
        Number => "#",
        Read => "read",
        Written => "written",
        Plain => "plain",
        Output => "output",
        Cost => "cost",
        Saved => "saved",
        Why => "why",
    };
    let cells =
        table.iter().map(|(column, room)| Span::styled(padded(name(*column), *column, *room), look.bold));
    Line::from(cells.collect::<Vec<_>>())
}

/// Numbers end in one column, words begin in one.
fn padded(text: &str, column: Column, room: usize) -> String {
    if column == Why { format!("  {text}") } else { format!("{text:>room$}") }
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

    fn all(totals: &Totals) -> Self {
        Self { name: "all".to_owned(), usage: Some(totals.usage), charge: Some(totals.charge), miss: None }
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
    let mut notes = Vec::new();
    if let Some(rate) = usage.hit_rate() {
        notes.push(("hit rate", format!("{rate} % of the input was read from cache")));
    }
    if usage.input > Tokens(0) {
        notes.push(("units", charge.units_in_words()));
        notes.push(("money", charge.money_in_words().unwrap_or_else(|| model.totals.price())));
    }
    notes.extend(charge.not_yet((*requests).into()).map(|text| ("note", text)));
    notes.push(("now", model.warmth_sentence()));
    notes.extend(mode(model));
    notes.extend(last_miss(&model.requests).map(|(number, miss)| {
        let what = miss.advice().map(|advice| format!("; {advice}")).unwrap_or_default();
        ("last miss", format!("request {number}: {}{what}", miss.sentence()))
    }));
    notes.extend(
        last_finding(&model.requests).map(|(number, text)| ("found", format!("request {number}: {text}"))),
    );
    notes
}

/// The same where there is little room: `/stats` and `qwen cache explain` have the rest.
fn short_notes(model: &Model) -> Vec<Entry> {
    let Totals { usage, charge, requests, .. } = &model.totals;
    let mut notes = Vec::new();
    if let Some(rate) = usage.hit_rate() {
        notes.push(("hits", format!("{rate} % of the input")));
    }
    if usage.input > Tokens(0) {
        let (with, without) = (rounded(charge.units), rounded(charge.units_uncached));
        let change = signed(charge.against_nothing());
        notes.push(("units", format!("{with}, not {without} ({change})")));
        let money = match (charge.money, charge.money_uncached) {
            (Some(with), Some(without)) => format!("{with}, not {without}"),
            _ => model.totals.price(),
        };
        notes.push(("money", money));
    }
    if *requests == 1 {
        notes.extend(charge.not_yet(1).map(|_| ("note", "it pays from the second request".to_owned())));
    }
    notes.extend(model.warmth_field().map(|(long, _)| ("now", long)));
    notes.extend(mode(model));
    notes.extend(
        last_miss(&model.requests).map(|(number, miss)| ("miss", format!("#{number} {}", miss.sentence()))),
    );
    notes.extend(last_finding(&model.requests).map(|(number, text)| ("found", format!("#{number} {text}"))));
    notes
}

fn mode(model: &Model) -> Option<Entry> {
    let (mode, why) = &model.session.as_ref()?.cache;
    let name = mode.name();
    Some(("mode", if why.starts_with(name) { why.clone() } else { format!("{name}: {why}") }))
}

fn last_finding(requests: &[Request]) -> Option<(u32, String)> {
    requests.iter().rev().find_map(|request| Some((request.number, request.finding?.sentence())))
}

fn last_miss(requests: &[Request]) -> Option<(u32, Miss)> {
    requests.iter().rev().find_map(|request| Some((request.number, request.miss?)))
}
