//! An earlier conversation goes on: what was said in it becomes entries, and its end is printed.

use std::time::Duration;

use ratatui::text::{Line, Span};

use super::entries::{Entry, Transcript};
use crate::{
    agent::machine::StandIn,
    base::Clean,
    protocol::{Finish, Item, ToolCall, Turn, Verdict},
    tui::{
        lang::{Words, fill},
        layout::wrap,
        look::Look,
        markdown::Markdown,
        printed,
    },
};

/// How many of the person's turns are printed at most.
const TURNS: usize = 3;
/// How many rows are printed at most; the newest of them.
const ROWS: usize = 60;

/// Takes the items in; returns the rows to print.
pub(in crate::tui) fn restored(
    items: &[Item],
    transcript: &mut Transcript,
    columns: usize,
    look: Look,
) -> Vec<Line<'static>> {
    record(items, transcript, columns, look);
    let turns: Vec<usize> = (0..items.len()).filter(|at| is_words(&items[*at])).collect();
    let from = turns.len().saturating_sub(TURNS);
    let start = turns.get(from).copied().unwrap_or(0);
    let mut rows: Vec<Line<'static>> = Vec::new();
    for (at, item) in items.iter().enumerate().skip(start) {
        let more = shown(item, &items[at + 1..], columns, look);
        if !more.is_empty() && !rows.is_empty() {
            rows.push(Line::default());
        }
        rows.extend(more);
    }
    let is_cut = rows.len() > ROWS;
    if is_cut {
        rows.drain(..rows.len() - ROWS);
    }
    let words = look.words;
    let above = match (from, is_cut) {
        (0, false) => return rows,
        (0, true) => words.restored_more.to_owned(),
        (n, _) => fill(words.restored_turns, &[("n", &n.to_string())]),
    };
    let none = Span::raw("");
    let mut out = wrap(&[Span::styled(above, look.dim)], columns, &none, &none);
    out.push(Line::default());
    out.extend(rows);
    out
}

fn is_words(item: &Item) -> bool {
    matches!(item, Item::User(message) if !message.text.trim().is_empty())
}

/// What an answer says, and the word about an answer that was not finished.
pub(in crate::tui) fn said<'a>(turn: &'a Turn, words: &'static Words) -> (&'a str, Option<&'static str>) {
    match StandIn::of(&turn.text) {
        Some(StandIn::Stopped) => ("", Some(words.stopped)),
        Some(StandIn::NoAnswer) => ("", Some(words.no_answer_came)),
        Some(StandIn::Circled) => ("", Some(words.circled)),
        None if turn.finish == Finish::Interrupted => (&turn.text, Some(words.stopped)),
        None => (&turn.text, None),
    }
}

fn record(items: &[Item], transcript: &mut Transcript, columns: usize, look: Look) {
    let words = look.words;
    for (at, item) in items.iter().enumerate() {
        match item {
            Item::User(message) if is_words(item) => transcript.push(Entry::Words(message.text.clone())),
            Item::User(_) | Item::Result(_) => {}
            Item::Assistant(turn) => {
                if !turn.reasoning.trim().is_empty() {
                    transcript.push(Entry::thought(words.thought_title, &turn.reasoning, words));
                }
                let (text, mark) = said(turn, words);
                if !text.trim().is_empty() {
                    transcript.push(Entry::Answer { text: text.to_owned(), goes_on: false });
                }
                for call in &turn.calls {
                    let (verdict, text) = outcome(call, &items[at + 1..]);
                    transcript.push(Entry::tool(
                        &printed::untitled(call),
                        verdict,
                        Duration::ZERO,
                        text,
                        words,
                    ));
                }
                if let Some(mark) = mark {
                    transcript.note(&printed::note(mark, true, columns, look));
                }
            }
        }
    }
}

/// How a call went; one without a result was stopped.
fn outcome<'a>(call: &ToolCall, later: &'a [Item]) -> (Verdict, &'a str) {
    let results = later.iter().take_while(|i| !matches!(i, Item::Assistant(_)));
    let result = results.filter_map(|i| if let Item::Result(r) = i { Some(r) } else { None });
    result
        .filter(|r| r.call == call.id)
        .map(|r| (r.verdict, r.text.as_str()))
        .next()
        .unwrap_or((Verdict::Interrupted, ""))
}

/// What is printed of an item: words, answers, one line for each call.
fn shown(item: &Item, later: &[Item], columns: usize, look: Look) -> Vec<Line<'static>> {
    match item {
        Item::User(message) if is_words(item) => printed::words(&message.text, columns, look),
        Item::User(_) | Item::Result(_) => Vec::new(),
        Item::Assistant(turn) => {
            let mut markdown = Markdown::new(look, columns);
            let (text, mark) = said(turn, look.words);
            let mut out = markdown.push(text);
            out.extend(markdown.finish());
            if !out.is_empty() && !turn.calls.is_empty() {
                out.push(Line::default());
            }
            for call in &turn.calls {
                let mark = super::pages::sign(outcome(call, later).0);
                let text = Clean::line(&printed::untitled(call)).into_string();
                let line = Line::from(vec![Span::styled(format!("{mark} "), look.dim), Span::raw(text)]);
                out.push(crate::tui::layout::cut(line, columns));
            }
            if let Some(mark) = mark {
                if !out.is_empty() {
                    out.push(Line::default());
                }
                out.extend(printed::note(mark, true, columns, look));
            }
            out
        }
    }
}
