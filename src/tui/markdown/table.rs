//! Tables: aligned columns, or records of `key: value` where the columns do not fit.

use std::iter::repeat_n;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::inline::inline;
use crate::{
    base::width,
    tui::{
        lang::fill,
        layout::wrap,
        look::{Look, Voice},
    },
};

type Cell = Vec<Span<'static>>;

/// How much wider columns become where more rows will come than were measured: numbers grow by a digit or two.
const SPARE: usize = 3;

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Centre,
    Right,
}

/// How the columns of one table are laid out; fixed by its first rows.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    titles: Vec<Cell>,
    align: Vec<Align>,
    widths: Vec<usize>,
    are_records: bool,
    /// How many rows were laid out, where they are counted aloud.
    told: usize,
}

/// Whether a line and the delimiter under it are the head of a table: both have as many cells.
pub(super) fn is_head(title: &str, delimiter: &str) -> bool {
    cells(title).len() == cells(delimiter).len()
}

/// The cells of a row. A bar in a cell is written `\|`.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut found = vec![String::new()];
    let mut signs = row.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' if signs.peek() == Some(&'|') => found.last_mut().expect("never empty").extend(signs.next()),
            '|' if signs.peek().is_none() => return found,
            '|' => found.push(String::new()),
            _ => found.last_mut().expect("never empty").push(sign),
        }
    }
    found
}

fn aligns(delimiter: &str) -> Vec<Align> {
    let align = |cell: String| match (cell.trim().starts_with(':'), cell.trim().ends_with(':')) {
        (true, true) => Align::Centre,
        (false, true) => Align::Right,
        _ => Align::Left,
    };
    cells(delimiter).into_iter().map(align).collect()
}

/// One row of `many` cells: what is missing is empty, what is too much stays with the last.
fn read(row: &str, many: usize, base: Style, look: Look) -> Vec<Cell> {
    let mut texts = cells(row);
    if texts.len() > many.max(1) {
        let rest = texts.split_off(many.max(1) - 1);
        texts.push(rest.join("|"));
    }
    texts.resize(many, String::new());
    texts.iter().map(|t| inline(t.trim(), base, look).into_iter().flatten().collect()).collect()
}

/// What is to be laid out of a table.
pub(super) struct Part<'a> {
    /// Its first two source lines.
    pub(super) head: &'a [String; 2],
    /// The rows.
    pub(super) rows: &'a [String],
    /// The columns, if the head was written already.
    pub(super) fixed: Option<&'a Columns>,
    /// More rows may come.
    pub(super) is_open: bool,
}

/// Lays out a part of a table.
pub(super) fn table(part: &Part<'_>, screen: usize, look: Look) -> (Vec<Line<'static>>, Columns) {
    let Part { head, rows, fixed, is_open } = *part;
    let align = aligns(&head[1]);
    let many = align.len();
    let rows: Vec<Vec<Cell>> = rows.iter().map(|r| read(r, many, Style::new(), look)).collect();
    let columns = fixed.cloned().unwrap_or_else(|| {
        let titles = read(&head[0], many, look.bold, look);
        let mut columns = measure(titles, align, &rows, screen);
        let spare = columns.widths.len() * SPARE;
        if is_open && columns.total() + spare <= screen {
            columns.widths.iter_mut().for_each(|w| *w += SPARE);
        }
        columns
    });
    let mut out = Vec::new();
    if look.voice == Voice::Spoken {
        let mut columns = columns;
        for row in &rows {
            columns.told += 1;
            out.push(columns.sentence(row, look));
        }
        return (out, columns);
    }
    if columns.are_records {
        for (at, row) in rows.iter().enumerate() {
            if at > 0 || fixed.is_some() {
                out.push(Line::default());
            }
            out.extend(record(&columns, row, screen, look));
        }
        if rows.is_empty() && fixed.is_none() {
            let titles =
                columns.titles.iter().flat_map(|t| wrap(t, screen, &Span::raw(""), &Span::raw("  ")));
            out.extend(titles);
        }
    } else {
        if fixed.is_none() {
            out.extend(columns.row(&columns.titles, look));
            let dashes: Vec<String> = columns.widths.iter().map(|w| repeat_n('─', w + 2).collect()).collect();
            out.push(Line::styled(format!("├{}┤", dashes.join("┼")), look.dim));
        }
        out.extend(rows.iter().flat_map(|r| columns.row(r, look)));
    }
    (out, columns)
}

fn measure(titles: Vec<Cell>, align: Vec<Align>, rows: &[Vec<Cell>], screen: usize) -> Columns {
    let widths: Vec<usize> = (0..titles.len())
        .map(|at| {
            let cells = std::iter::once(&titles).chain(rows).filter_map(|r| r.get(at));
            cells.map(|c| cell_width(c)).max().unwrap_or(0).max(1)
        })
        .collect();
    let mut columns = Columns { titles, align, are_records: false, widths, told: 0 };
    columns.are_records = columns.total() > screen;
    columns
}

fn cell_width(cell: &[Span<'static>]) -> usize {
    cell.iter().map(|s| width(&s.content)).sum()
}

fn record(columns: &Columns, row: &[Cell], screen: usize, look: Look) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for (title, cell) in columns.titles.iter().zip(row) {
        let mut spans = title.clone();
        spans.push(Span::styled(": ", look.bold));
        spans.extend(cell.iter().cloned());
        out.extend(wrap(&spans, screen, &Span::raw(""), &Span::raw("  ")));
    }
    out
}

impl Columns {
    /// A row as a sentence: `row 1: Name alpha, Price 3`.
    fn sentence(&self, row: &[Cell], look: Look) -> Line<'static> {
        let number = self.told.to_string();
        let mut spans = vec![Span::raw(fill(look.words.spoken_row, &[("n", &number)]))];
        for (at, (title, cell)) in self.titles.iter().zip(row).enumerate() {
            spans.push(Span::raw(if at == 0 { " " } else { ", " }));
            spans.extend(title.iter().cloned());
            spans.push(Span::raw(" "));
            spans.extend(cell.iter().cloned());
        }
        Line::from(spans)
    }

    /// What a row takes on the screen.
    fn total(&self) -> usize {
        self.widths.iter().map(|w| w + 3).sum::<usize>() + 1
    }

    /// One row. Where a cell is wider than its column, which the first rows have fixed, the row is higher.
    fn row(&self, cells: &[Cell], look: Look) -> Vec<Line<'static>> {
        let bar = |text: &'static str| Span::styled(text, look.dim);
        let wrapped: Vec<Vec<Line<'static>>> = self
            .widths
            .iter()
            .zip(cells)
            .map(|(wide, cell)| wrap(cell, *wide, &Span::raw(""), &Span::raw("")))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(1);
        let one = |at: usize| {
            let mut line = vec![bar("│ ")];
            for (column, wide) in self.widths.iter().enumerate() {
                let part = wrapped.get(column).and_then(|rows| rows.get(at));
                let part = part.map(|l| l.spans.clone()).unwrap_or_default();
                let free = wide.saturating_sub(cell_width(&part));
                let before = match self.align.get(column) {
                    Some(Align::Right) => free,
                    Some(Align::Centre) => free / 2,
                    _ => 0,
                };
                line.push(Span::raw(" ".repeat(before)));
                line.extend(part);
                line.push(Span::raw(" ".repeat(free - before)));
                line.push(bar(if column + 1 == self.widths.len() { " │" } else { " │ " }));
            }
            Line::from(line)
        };
        (0..height).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_split_at_bars_that_are_not_written_as_text() {
        assert_eq!(cells("| a | b\\|c |"), [" a ", " b|c "]);
        assert_eq!(cells("a|"), ["a"]);
        assert_eq!(cells("a | b"), ["a ", " b"]);
        assert!(is_head("| a | b |", "|---|:-:|") && !is_head("a | b", "|---|"));
        assert_eq!(aligns("|:--|:-:|--:|---|"), [Align::Left, Align::Centre, Align::Right, Align::Left]);
    }
}
