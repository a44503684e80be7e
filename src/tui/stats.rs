//! `/stats`: time, requests and money by model, what the cache saved, what the next request brings.

use std::collections::BTreeMap;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    bill::{Request, clock},
    lang::fill,
    layout::{cut, wrap},
    model::Model,
    warmth::Warmth,
};
use crate::{
    base::{Clean, Money, Tokens, width},
    protocol::{Charge, Miss, Usage},
};

/// From this width on the table has all columns.
const WIDE: usize = 72;

/// The block as printed rows; no row of its table is wider than the screen.
pub(super) fn stats(model: &Model) -> Vec<Line<'static>> {
    let (look, columns) = (model.look, model.size.columns);
    let mut sentences = vec![session(model)];
    let mut out = Vec::new();
    if !model.requests.is_empty() {
        out = table(model);
        sentences.push(saved(model));
        sentences.extend(misses(model));
    }
    sentences.extend(next(model));
    let mut lines =
        sentences.into_iter().map(|text| wrap(&[Span::raw(text)], columns, &Span::raw(""), &Span::raw("  ")));
    let first = lines.next().unwrap_or_default();
    let rest: Vec<Line<'static>> = lines.flatten().collect();
    let first = first.into_iter().map(|line| line.style(look.bold));
    first.chain(out).chain(rest).collect()
}

fn session(model: &Model) -> String {
    let (words, totals) = (model.look.words, &model.totals);
    let time = clock(model.now.since(model.started));
    let many =
        |n: u32, one: &str, more: &str| fill(if n == 1 { one } else { more }, &[("n", &n.to_string())]);
    let mut text = fill(
        words.stats_session,
        &[
            ("time", &time),
            ("requests", &many(totals.requests, words.stats_request, words.stats_requests)),
            ("calls", &many(totals.calls, words.stats_call, words.stats_calls)),
        ],
    );
    if totals.denied > 0 {
        text.push_str(&fill(words.stats_denied, &[("n", &totals.denied.to_string())]));
    }
    text
}

/// Sums of one model.
#[derive(Clone, Copy)]
struct Sum {
    requests: u32,
    usage: Option<Usage>,
    charge: Charge,
}

fn sums(model: &Model) -> Vec<(String, Sum)> {
    let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
    for Request { model: of, usage, charge, .. } in &model.requests {
        let sum = sums.entry(*of).or_insert(Sum { requests: 0, usage: None, charge: Charge::nothing() });
        sum.requests += 1;
        if let Some(usage) = usage {
            sum.usage = Some(sum.usage.map_or(*usage, |all| all.plus(*usage)));
        }
        sum.charge = sum.charge.plus(charge.unwrap_or_default());
    }
    let name =
        |at: usize| model.models.get(at).map(|name| Clean::line(name).into_string()).unwrap_or_default();
    sums.into_iter().map(|(at, sum)| (name(at), sum)).collect()
}

fn table(model: &Model) -> Vec<Line<'static>> {
    let (look, words, columns) = (model.look, model.look.words, model.size.columns);
    let is_wide = columns >= WIDE;
    let head = [
        words.stats_model,
        words.stats_requests_head,
        words.stats_input,
        words.stats_cached,
        words.stats_output,
        words.stats_cost,
    ];
    let mut rows = vec![head.map(str::to_owned)];
    for (name, Sum { requests, usage, charge }) in sums(model) {
        let count = |n: Tokens| if is_wide { n.to_string() } else { n.short() };
        let cached = usage.map_or_else(
            || "?".to_owned(),
            |usage| {
                let share = usage.hit_rate().map(|share| format!(" ({share} %)")).unwrap_or_default();
                usage.cached.map_or_else(|| "?".to_owned(), |cached| format!("{}{share}", count(cached)))
            },
        );
        rows.push([
            name,
            requests.to_string(),
            usage.map_or_else(|| "?".to_owned(), |usage| count(usage.input)),
            cached,
            usage.map_or_else(|| "?".to_owned(), |usage| count(usage.output)),
            charge.money.map_or_else(|| words.price_unknown.to_owned(), |money| money.to_string()),
        ]);
    }
    let shown: &[usize] = if is_wide { &[0, 1, 2, 3, 4, 5] } else { &[0, 3, 5] };
    let wide = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
    let others: usize = shown[1..].iter().map(|column| wide(*column) + 2).sum();
    let name_room = wide(0).min(columns.saturating_sub(others).max(6));
    let line = |(at, row): (usize, &[String; 6])| {
        let style = if at == 0 { look.dim } else { Style::new() };
        let name: String =
            cut(Line::raw(row[0].clone()), name_room).spans.iter().map(|s| s.content.as_ref()).collect();
        let mut text = format!("{name}{}", " ".repeat(name_room.saturating_sub(width(&name))));
        for column in &shown[1..] {
            let blanks = " ".repeat(wide(*column).saturating_sub(width(&row[*column])) + 2);
            text = format!("{text}{blanks}{}", row[*column]);
        }
        cut(Line::styled(text, style), columns)
    };
    rows.iter().enumerate().map(line).collect()
}

/// What the cache saved, in money where the price is known.
fn saved(model: &Model) -> String {
    let (words, charge) = (model.look.words, &model.totals.charge);
    let share = -charge.against_nothing();
    let share = share.unsigned_abs().to_string();
    let is_loss = charge.against_nothing() > 0;
    match charge.saved() {
        Some(money) if money < Money::default() => {
            let money = (Money::default() - money).to_string();
            fill(words.stats_lost, &[("money", &money), ("share", &share)])
        }
        Some(money) => fill(words.stats_saved, &[("money", &money.to_string()), ("share", &share)]),
        None if is_loss => fill(words.stats_lost_share, &[("share", &share)]),
        None => fill(words.stats_saved_share, &[("share", &share)]),
    }
}

/// How often less was read than could have been, by cause.
fn misses(model: &Model) -> Option<String> {
    let mut causes: Vec<(String, u32)> = Vec::new();
    for miss in model.requests.iter().filter_map(|request| request.miss).filter(|miss| *miss != Miss::First) {
        let code = miss.code().to_owned();
        match causes.iter_mut().find(|(known, _)| *known == code) {
            Some((_, n)) => *n += 1,
            None => causes.push((code, 1)),
        }
    }
    let all: u32 = causes.iter().map(|(_, n)| n).sum();
    let causes: Vec<String> =
        causes.into_iter().map(|(code, n)| if n == 1 { code } else { format!("{n} × {code}") }).collect();
    let values = [("n", all.to_string()), ("causes", causes.join(", "))];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    (all > 0).then(|| fill(model.look.words.stats_misses, &values))
}

/// How full the window is, and what the next request brings.
fn next(model: &Model) -> Option<String> {
    let words = model.look.words;
    let session = model.session.as_ref().filter(|session| session.window > Tokens(0))?;
    let values = [("used", model.context.short()), ("window", session.window.short())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut text = fill(words.stats_context, &values);
    if model.context > Tokens(0) && !model.requests.is_empty() {
        let warm = match (model.warmth(), model.cache) {
            (Some((Warmth::Cold(_), _)), _) | (_, None) => Tokens(0),
            (_, Some(report)) => report.stored,
        };
        let values = [("tokens", model.context.short()), ("cached", warm.min(model.context).short())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        text.push_str(&fill(words.stats_next, &values));
    }
    Some(text)
}
