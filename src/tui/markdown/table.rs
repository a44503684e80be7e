//! Tables: aligned columns, or records of `key: value` where the columns do not fit.

use std::iter::repeat_n;

use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd};
use ratatui::text::{Line, Span};

use super::inline::Writer;
use crate::{
    base::width,
    tui::{layout::wrap, look::Look},
};

type Cell = Vec<Span<'static>>;

/// How the columns of one table are laid out; fixed by its first rows.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    titles: Vec<Cell>,
    align: Vec<Alignment>,
    widths: Vec<usize>,
    are_records: bool,
}

/// Reads `rows` below a table's `head` (its first two source lines).
fn read(head: &[String], rows: &[String], look: Look) -> (Vec<Alignment>, Vec<Cell>, Vec<Vec<Cell>>) {
    let source = [head, rows].concat().join("\n");
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let (mut align, mut all) = (Vec::new(), Vec::new());
    let mut writer: Option<Writer> = None;
    for event in Parser::new_ext(&source, options) {
        match event {
            Event::Start(Tag::Table(columns)) => align = columns,
            Event::Start(Tag::TableHead | Tag::TableRow) => all.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                let base = if all.len() == 1 { look.bold } else { ratatui::style::Style::new() };
                writer = Some(Writer::new(base, look));
            }
            Event::End(TagEnd::TableCell) => {
                let cell = writer.take().map(Writer::finish).unwrap_or_default();
                if let Some(row) = all.last_mut() {
                    row.push(cell.into_iter().flatten().collect());
                }
            }
            other => {
                if let Some(writer) = &mut writer {
                    writer.take(other);
                }
            }
        }
    }
    let titles = if all.is_empty() { Vec::new() } else { all.remove(0) };
    (align, titles, all)
}

/// Lays out rows of a table. With `fixed` they are later rows of a table whose head was already written.
pub(super) fn table(
    head: &[String],
    rows: &[String],
    fixed: Option<&Columns>,
    screen: usize,
    look: Look,
) -> (Vec<Line<'static>>, Columns) {
    let (align, titles, rows) = read(head, rows, look);
    let columns = fixed.cloned().unwrap_or_else(|| measure(titles, align, &rows, screen));
    let mut out = Vec::new();
    if columns.are_records {
        for row in &rows {
            out.extend(record(&columns, row, screen, look));
        }
    } else {
        if fixed.is_none() {
            out.push(columns.row(&columns.titles, look));
            let dashes: Vec<String> = columns.widths.iter().map(|w| repeat_n('─', w + 2).collect()).collect();
            out.push(Line::styled(format!("├{}┤", dashes.join("┼")), look.dim));
        }
        out.extend(rows.iter().map(|r| columns.row(r, look)));
    }
    (out, columns)
}

fn measure(titles: Vec<Cell>, align: Vec<Alignment>, rows: &[Vec<Cell>], screen: usize) -> Columns {
    let widths: Vec<usize> = (0..titles.len())
        .map(|at| {
            let cells = std::iter::once(&titles).chain(rows).filter_map(|r| r.get(at));
            cells.map(|c| cell_width(c)).max().unwrap_or(0).max(1)
        })
        .collect();
    let total = widths.iter().map(|w| w + 3).sum::<usize>() + 1;
    Columns { titles, align, are_records: total > screen, widths }
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
    out.push(Line::default());
    out
}

impl Columns {
    fn row(&self, cells: &[Cell], look: Look) -> Line<'static> {
        let bar = |text: &'static str| Span::styled(text, look.dim);
        let mut line = vec![bar("│ ")];
        for (at, wide) in self.widths.iter().enumerate() {
            let cell = cells.get(at).cloned().unwrap_or_default();
            let free = wide.saturating_sub(cell_width(&cell));
            let before = match self.align.get(at) {
                Some(Alignment::Right) => free,
                Some(Alignment::Center) => free / 2,
                _ => 0,
            };
            line.push(Span::raw(" ".repeat(before)));
            line.extend(cell);
            line.push(Span::raw(" ".repeat(free - before)));
            line.push(bar(if at + 1 == self.widths.len() { " │" } else { " │ " }));
        }
        Line::from(line)
    }
}
