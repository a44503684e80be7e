//! Entries laid out for one width, as far as somebody looks at them.

use std::collections::HashMap;

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::entries::{Entry, Transcript};
use crate::{
    base::{Clean, width},
    protocol::Verdict,
    tui::{
        diff::diff_rows,
        layout::{untab, wrap, wrap_plain},
        look::Look,
        markdown::Markdown,
    },
};

/// When more rows are kept, all but those in use are dropped.
const ROWS: usize = 100_000;

/// The rows of entries that were looked at.
#[derive(Debug)]
pub(super) struct Pages {
    columns: usize,
    look: Look,
    laid: HashMap<u64, Page>,
    rows: usize,
}

/// The rows of one entry.
#[derive(Debug)]
struct Page {
    rows: Vec<Line<'static>>,
    /// An answer that grows, how much of it was read, and how many of the rows are final.
    growing: Option<(Box<Markdown>, usize, usize)>,
}

impl Pages {
    pub(super) fn new(columns: usize, look: Look) -> Self {
        Self { columns, look, laid: HashMap::new(), rows: 0 }
    }

    /// From now on for another width; what was laid out is forgotten.
    pub(super) fn fit(&mut self, columns: usize) {
        if columns != self.columns {
            *self = Self::new(columns, self.look);
        }
    }

    /// How many entries are laid out.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.laid.len()
    }

    /// The rows of an entry. Only what came since the last look is laid out.
    pub(super) fn rows(&mut self, transcript: &Transcript, number: u64) -> &[Line<'static>] {
        let (columns, look) = (self.columns, self.look);
        let Some(entry) = transcript.get(number) else { return &[] };
        if self.rows > ROWS {
            self.laid.clear();
            self.rows = 0;
        }
        let page = self.laid.entry(number).or_insert_with(|| {
            let mut rows = Vec::new();
            if number > transcript.first() && !is_tight(transcript.get(number - 1), entry) {
                rows.push(Line::default());
            }
            let growing = match entry {
                Entry::Answer { .. } => Some((Box::new(Markdown::new(look, columns)), 0, rows.len())),
                other => {
                    rows.extend(lay_out(other, columns, look).into_iter().flat_map(|l| fit(l, columns)));
                    None
                }
            };
            self.rows += rows.len();
            Page { rows, growing }
        });
        if let (Some((markdown, read, kept)), Entry::Answer { text, .. }) = (&mut page.growing, entry) {
            let before = page.rows.len();
            let is_growing = transcript.is_growing(number);
            if *read < text.len() || !is_growing {
                page.rows.truncate(*kept);
                let more = markdown.push(text.get(*read..).unwrap_or_default());
                page.rows.extend(more.into_iter().flat_map(|l| fit(l, columns)));
                (*read, *kept) = (text.len(), page.rows.len());
                let open = if is_growing { markdown.open() } else { markdown.finish() };
                page.rows.extend(open.into_iter().flat_map(|l| fit(l, columns)));
            }
            self.rows = self.rows + page.rows.len() - before.min(page.rows.len());
            if !is_growing {
                page.growing = None;
            }
        }
        &page.rows
    }
}

/// Whether no blank row stands between two entries.
fn is_tight(before: Option<&Entry>, entry: &Entry) -> bool {
    let is_tool = |e: &Entry| matches!(e, Entry::Tool { text, .. } if text.is_empty());
    match (before, entry) {
        (_, Entry::Answer { goes_on, .. }) => *goes_on,
        (Some(Entry::Note(_)), Entry::Note(_)) => true,
        (Some(before), entry) => is_tool(before) && is_tool(entry),
        (None, _) => false,
    }
}

fn lay_out(entry: &Entry, columns: usize, look: Look) -> Vec<Line<'static>> {
    match entry {
        Entry::Words(text) => {
            let mut lead = Span::styled("> ", look.accent);
            let mut out = Vec::new();
            for line in Clean::new(text.trim_end()).as_str().split('\n') {
                let text = [Span::styled(untab(line), look.bold)];
                out.extend(wrap(&text, columns, &lead, &Span::raw("  ")));
                lead = Span::raw("  ");
            }
            out
        }
        Entry::Thought { title, text } => {
            let mut out = vec![Line::styled(format!("+ {title}"), look.dim)];
            out.extend(wrap_plain(&Clean::output(text.trim_end()), look.dim, columns, "  "));
            out
        }
        Entry::Tool { verdict, title, text } => {
            let mut out = heading(*verdict, title, columns, look);
            if !text.is_empty() {
                out.extend(wrap_plain(&Clean::output(text), Style::new(), columns, "  "));
            }
            out
        }
        Entry::Change { verdict, title, diff } => {
            let mut out = heading(*verdict, title, columns, look);
            out.extend(diff_rows(diff, true, columns, look));
            out
        }
        Entry::Note(lines) => lines.clone(),
        Entry::Beginning => vec![Line::styled("─".repeat(columns.min(40)), look.dim)],
        Entry::Answer { .. } => Vec::new(),
    }
}

/// The sign of how a call went.
pub(super) fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Done => "✓",
        Verdict::Failed => "✗",
        Verdict::Denied => "⊘",
        Verdict::Interrupted => "■",
    }
}

fn heading(verdict: Verdict, title: &str, columns: usize, look: Look) -> Vec<Line<'static>> {
    let style = match verdict {
        Verdict::Done => look.ok,
        Verdict::Failed => look.error,
        Verdict::Denied | Verdict::Interrupted => look.warn,
    };
    let lead = Span::styled(format!("{} ", sign(verdict)), style);
    wrap(&[Span::raw(title.to_owned())], columns, &lead, &Span::raw("  "))
}

/// Breaks a line that is wider than the screen, where the row is full: nothing is lost.
fn fit(line: Line<'static>, columns: usize) -> Vec<Line<'static>> {
    let columns = columns.max(2);
    if line.spans.iter().map(|s| width(&s.content)).sum::<usize>() <= columns {
        return vec![line];
    }
    let (mut rows, mut row, mut used) = (Vec::new(), Vec::new(), 0);
    for span in line.spans {
        let style = line.style.patch(span.style);
        let mut part = String::new();
        for sign in span.content.graphemes(true) {
            let wide = width(sign);
            if used + wide > columns {
                row.push(Span::styled(std::mem::take(&mut part), style));
                rows.push(Line::from(std::mem::take(&mut row)));
                used = 0;
            }
            part.push_str(sign);
            used += wide;
        }
        row.push(Span::styled(part, style));
    }
    rows.push(Line::from(row));
    rows
}
