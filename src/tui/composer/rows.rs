//! A draft as rows of a screen: soft wrap, and where the caret is. Pure.

use std::{borrow::Cow, ops::Range};

use super::{chips::Chips, moves};
use crate::base::width;

/// What a tab takes.
const TAB: &str = "    ";

/// The draft as rows of a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Shown {
    /// The rows.
    pub(in crate::tui) rows: Vec<String>,
    /// Row and column of the caret.
    pub(in crate::tui) caret: (usize, usize),
    /// The part of the text that each row shows.
    parts: Vec<Range<usize>>,
}

/// Lays a text out in rows of at most `columns`.
pub(super) fn lay_out(text: &str, caret: usize, chips: &Chips, columns: usize) -> Shown {
    let columns = columns.max(2);
    let mut shown = Shown { rows: Vec::new(), caret: (0, 0), parts: Vec::new() };
    let mut start = 0;
    for line in text.split('\n') {
        for part in soft_rows(text, start..start + line.len(), chips, columns) {
            shown.rows.push(signs(text, part.clone(), chips, columns).map(|(_, sign)| sign).collect());
            shown.parts.push(part);
        }
        start += line.len() + 1;
    }
    // Where a row ends and the next begins at the same place, the caret stands at the beginning.
    let row = shown.parts.iter().rposition(|part| part.start <= caret).unwrap_or(0);
    let before = shown.parts[row].start..caret.min(shown.parts[row].end);
    let column = signs(text, before, chips, columns).map(|(_, sign)| width(&sign)).sum();
    shown.caret = (row, column);
    if column >= columns {
        // The caret stands behind a full row: it is shown where the next sign will be.
        shown.caret = (row + 1, 0);
        shown.rows.insert(row + 1, String::new());
        shown.parts.insert(row + 1, caret..caret);
    }
    shown
}

impl Shown {
    /// The place in a row that is nearest to a column, at or before it.
    pub(super) fn place(
        &self,
        text: &str,
        chips: &Chips,
        row: usize,
        column: usize,
        columns: usize,
    ) -> usize {
        let part = self.parts[row].clone();
        let (mut used, mut at) = (0, part.start);
        for (place, sign) in signs(text, part.clone(), chips, columns.max(2)) {
            used += width(&sign);
            if used > column {
                return place;
            }
            at = moves::next(text, place);
        }
        // The end of a wrapped row is the beginning of the next.
        let is_wrapped = self.parts.get(row + 1).is_some_and(|next| next.start == at) && !part.is_empty();
        if is_wrapped { moves::prev(text, at) } else { at }
    }
}

/// The signs of a part, with their places, as they are drawn.
fn signs<'a>(
    text: &'a str,
    part: Range<usize>,
    chips: &'a Chips,
    columns: usize,
) -> impl Iterator<Item = (usize, Cow<'a, str>)> {
    let mut at = part.start;
    std::iter::from_fn(move || {
        let place = at;
        at = moves::next(text, at);
        (place < part.end).then(|| (place, drawn(&text[place..at.min(part.end)], chips, columns)))
    })
}

/// A sign as it is drawn, never wider than a row.
fn drawn<'a>(sign: &'a str, chips: &'a Chips, columns: usize) -> Cow<'a, str> {
    if sign == "\t" {
        return Cow::Borrowed(&TAB[..TAB.len().min(columns)]);
    }
    let label = sign.chars().next().and_then(|c| chips.label(c));
    match label {
        // Labels are ASCII.
        Some(label) if label.len() > columns => Cow::Owned(format!("{}…", &label[..columns - 1])),
        Some(label) => Cow::Borrowed(label),
        None => Cow::Borrowed(sign),
    }
}

/// Breaks a line behind blanks, or anywhere inside a word that fills a row. Nothing is left out.
fn soft_rows(text: &str, line: Range<usize>, chips: &Chips, columns: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    // Where the row begins, where the last word in it does, and how wide the row is up to there and in all.
    let (mut start, mut word, mut to_word, mut used) = (line.start, line.start, 0, 0);
    for (at, sign) in signs(text, line.clone(), chips, columns) {
        let wide = width(&sign);
        if used + wide > columns && at > start {
            let cut = if word > start { word } else { at };
            rows.push(start..cut);
            used -= if word > start { to_word } else { used };
            (start, word, to_word) = (cut, cut, 0);
            if used + wide > columns && at > start {
                rows.push(start..at);
                (start, word, used) = (at, at, 0);
            }
        }
        used += wide;
        if sign == " " {
            (word, to_word) = (at + 1, used);
        }
    }
    rows.push(start..line.end);
    rows
}
