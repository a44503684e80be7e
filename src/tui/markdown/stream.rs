//! The incremental reader: text in, finished lines out.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    code::{ANSWER_LINES, Colours},
    inline::inline,
    line::{Start, indent, is_delimiter, is_underline, quote, start},
    table::{Columns, Part, is_head, table},
};
use crate::{
    base::{Clean, width},
    tui::{
        layout::{floor, untab, wrap},
        look::Look,
    },
};

/// A paragraph of more lines is frozen up to its last line, so that the open part stays small.
const PARAGRAPH_LINES: usize = 16;
/// A table of more rows is frozen with the columns it has.
const TABLE_ROWS: usize = 64;
/// The same for a table of more bytes.
const TABLE_BYTES: usize = 16 * 1024;
/// Quotes in quotes are shown down to this depth.
const QUOTES: usize = 8;
/// A single line of more bytes is frozen by chunk.
const LINE_BYTES: usize = 4_096;
/// How far past the limit is read before cutting, so that no joined sign is cut in two.
const LOOKAHEAD: usize = 64;

/// An answer that is being written.
///
/// Shape: the lines that [`Markdown::push`] and [`Markdown::finish`] return are the same however the text was split.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Markdown {
    look: Look,
    columns: usize,
    /// The last line, while its end has not come. Not cleaned.
    partial: String,
    /// How many bytes of the source stand before `partial`.
    at: usize,
    /// Whether `partial` goes on a line whose beginning was frozen.
    is_continued: bool,
    open: Option<Leaf>,
    quote: usize,
    lists: Vec<List>,
    /// A blank line stands between what was written and what comes.
    is_gap: bool,
    is_begun: bool,
    /// How many lines of code may still be coloured.
    colours_left: usize,
    /// Bytes laid out for good.
    work: usize,
}

/// A block that may still grow.
#[derive(Clone, Debug)]
enum Leaf {
    /// `from` is where its first line begins in the source, `last` where its last one does.
    Paragraph {
        lines: Vec<String>,
        lead: Lead,
        from: usize,
        last: usize,
    },
    Fence {
        mark: char,
        len: usize,
        indent: usize,
        colours: Option<Box<Colours>>,
    },
    Table(Box<Table>),
}

/// A table that may still grow.
#[derive(Clone, Debug)]
struct Table {
    head: [String; 2],
    rows: Vec<String>,
    /// Where in the source begins what is not laid out yet.
    from: usize,
    bytes: usize,
    fixed: Option<Columns>,
    lead: Lead,
}

/// What stands before the first row of a block and before the others.
#[derive(Clone, Debug)]
struct Lead {
    first: String,
    rest: String,
}

/// An open list item: where its text begins in the source and on the screen.
#[derive(Clone, Copy, Debug)]
struct List {
    content: usize,
    shown: usize,
}

impl Markdown {
    pub(in crate::tui) fn new(look: Look, columns: usize) -> Self {
        Self {
            look,
            columns,
            partial: String::new(),
            at: 0,
            is_continued: false,
            open: None,
            quote: 0,
            lists: Vec::new(),
            is_gap: false,
            is_begun: false,
            colours_left: ANSWER_LINES,
            work: 0,
        }
    }

    /// What comes from now on is laid out for another width.
    pub(in crate::tui) fn set_columns(&mut self, columns: usize) {
        self.columns = columns;
    }

    /// Whether nothing is open: what comes begins a block of its own, whatever was before.
    pub(in crate::tui) fn is_at_rest(&self) -> bool {
        self.partial.is_empty() && self.open.is_none() && self.lists.is_empty() && self.quote == 0
    }

    /// Takes more text and returns the lines that are final now.
    pub(in crate::tui) fn push(&mut self, mut text: &str) -> Vec<Line<'static>> {
        let mut out = Vec::new();
        while let Some(first) = text.chars().next() {
            let room = (LINE_BYTES + LOOKAHEAD).saturating_sub(self.partial.len());
            let most = floor(text, room).max(first.len_utf8());
            let Some(end) = text[..most].find('\n') else {
                self.partial.push_str(&text[..most]);
                text = &text[most..];
                self.freeze_long_line(&mut out);
                continue;
            };
            self.partial.push_str(&text[..end]);
            text = &text[end + 1..];
            let line = std::mem::take(&mut self.partial);
            self.line(&line, &mut out);
            self.at += line.len() + 1;
            self.is_continued = false;
        }
        out
    }

    /// How many bytes of the source are laid out for good, and are in the lines that were returned.
    pub(in crate::tui) fn frozen(&self) -> usize {
        match &self.open {
            Some(Leaf::Paragraph { lines, from, .. }) if !lines.is_empty() => *from,
            Some(Leaf::Table(table)) if !table.rows.is_empty() || table.fixed.is_none() => table.from,
            _ => self.at,
        }
    }

    /// Takes what has come as laid out for good by somebody else; a block that is open may go on.
    pub(in crate::tui) fn settle(&mut self) {
        let mut elsewhere = Vec::new();
        let line = std::mem::take(&mut self.partial);
        if !line.is_empty() {
            self.line(&line, &mut elsewhere);
            self.at += line.len();
            self.is_continued = true;
        }
        match &mut self.open {
            Some(Leaf::Paragraph { lines, lead, .. }) => {
                lines.clear();
                lead.first.clone_from(&lead.rest);
            }
            Some(Leaf::Table(table)) => drop(table.freeze(true, self.columns, self.look)),
            Some(Leaf::Fence { .. }) | None => {}
        }
    }

    /// Ends the text and returns the rest of the lines.
    pub(in crate::tui) fn finish(&mut self) -> Vec<Line<'static>> {
        let mut out = Vec::new();
        let line = std::mem::take(&mut self.partial);
        if !line.is_empty() {
            self.line(&line, &mut out);
            self.at += line.len();
        }
        self.close(&mut out);
        out
    }

    /// The rows of what is still open, as they would be if the text ended here.
    pub(in crate::tui) fn open(&self) -> Vec<Line<'static>> {
        self.clone().finish()
    }

    /// Cuts a line that is too long to be kept open, at a blank if there is one near the end.
    fn freeze_long_line(&mut self, out: &mut Vec<Line<'static>>) {
        if self.partial.len() < LINE_BYTES + LOOKAHEAD {
            return;
        }
        let window = &self.partial[..floor(&self.partial, LINE_BYTES + LOOKAHEAD)];
        let grapheme =
            window.grapheme_indices(true).map(|(at, _)| at).take_while(|at| *at <= LINE_BYTES).last();
        let near = floor(window, LINE_BYTES);
        let blank = window[..near].rfind(' ').filter(|at| *at > LINE_BYTES * 3 / 4);
        let cut = blank.map(|at| at + 1).or(grapheme).filter(|at| *at > 0).unwrap_or(near);
        let rest = self.partial.split_off(cut);
        let line = std::mem::replace(&mut self.partial, rest);
        self.line(&line, out);
        if matches!(self.open, Some(Leaf::Paragraph { .. })) {
            self.close(out);
        }
        self.at += line.len();
        self.is_continued = true;
    }

    /// Takes one whole line.
    fn line(&mut self, raw: &str, out: &mut Vec<Line<'static>>) {
        let line = untab(Clean::new(raw.strip_suffix('\r').unwrap_or(raw)).as_str());
        if matches!(self.open, Some(Leaf::Fence { .. })) {
            return self.code(&line, out);
        }
        if self.is_continued {
            return self.text(line.trim(), None, out);
        }
        let (depth, rest) = quote(&line);
        let (blanks, body) = indent(rest);
        let is_lazy = depth == 0 && self.is_paragraph() && start(body) == Start::Text;
        if depth != self.quote && !is_lazy {
            self.close(out);
            self.lists.clear();
            self.quote = depth;
        }
        self.block(blanks, body, None, out);
    }

    /// Takes a line without quote signs and indent; `bullet` is the lead of a list item that begins with it.
    fn block(&mut self, blanks: usize, body: &str, bullet: Option<Lead>, out: &mut Vec<Line<'static>>) {
        let kind = start(body);
        match &kind {
            Start::Rule | Start::Item { .. } | Start::Text
                if self.is_paragraph() && bullet.is_none() && is_underline(body) && self.lists.is_empty() =>
            {
                return self.underline(out);
            }
            Start::Text if self.is_paragraph() && bullet.is_none() => {
                return self.text(body.trim_end(), None, out);
            }
            Start::Item { number: Some(2..), .. } if self.is_paragraph() && self.lists.is_empty() => {
                return self.text(body.trim_end(), None, out);
            }
            Start::Text if matches!(self.open, Some(Leaf::Table(_))) && body.contains('|') => {
                return self.row(body, out);
            }
            _ => self.close(out),
        }
        if bullet.is_none() && kind != Start::Blank {
            while self.lists.last().is_some_and(|l| blanks < l.content) {
                self.lists.pop();
            }
        }
        match kind {
            Start::Blank if bullet.is_none() => self.is_gap = self.is_begun,
            Start::Fence { mark, len, after } => {
                self.begin(out);
                if let Some(lead) = bullet {
                    out.push(Line::raw(lead.first));
                }
                let colours = if self.look.colour { Colours::open(after).map(Box::new) } else { None };
                self.open = Some(Leaf::Fence { mark, len, indent: blanks, colours });
            }
            Start::Heading { text } => {
                self.is_gap = self.is_begun;
                self.begin(out);
                let lead = bullet.unwrap_or_else(|| self.lead());
                self.lay_out(text, self.look.bold, &lead, out);
            }
            Start::Rule => {
                self.begin(out);
                out.push(Line::styled("─".repeat(self.columns.min(40)), self.look.dim));
            }
            Start::Item { wide, bullet, text, .. } => self.item(blanks, wide, &bullet, text, out),
            Start::Text if bullet.is_none() && self.is_indented_code(blanks) => {
                self.begin(out);
                let base = self.lists.last().map_or(0, |l| l.content);
                out.push(Line::raw(format!("{}{}", " ".repeat(blanks - base - 4), body.trim_end())));
            }
            Start::Text | Start::Blank => self.text(body.trim_end(), bullet, out),
        }
    }

    fn item(&mut self, blanks: usize, wide: usize, bullet: &str, text: &str, out: &mut Vec<Line<'static>>) {
        let before = self.lead();
        // However deep a list is, half of the screen is left for its text.
        let shown = (self.lists.last().map_or(0, |l| l.shown) + width(bullet)).min(self.columns / 2);
        self.lists.push(List { content: blanks + wide, shown });
        let lead = Lead { first: format!("{}{bullet}", before.rest), rest: self.lead().rest };
        // A list in a list on one line is shown as text: nobody writes it on purpose.
        if matches!(start(text), Start::Item { .. } | Start::Rule) {
            self.text(text, Some(lead), out);
        } else {
            self.block(blanks + wide, text, Some(lead), out);
        }
    }

    /// Adds a line to the open paragraph, or opens one.
    fn text(&mut self, body: &str, bullet: Option<Lead>, out: &mut Vec<Line<'static>>) {
        if let Some(Leaf::Paragraph { lines, .. }) = &self.open {
            if is_delimiter(body) && lines.last().is_some_and(|l| is_head(l, body)) {
                return self.open_table(body, out);
            }
        } else {
            self.close(out);
            if !self.is_continued {
                self.begin(out);
            }
            let lead = bullet.unwrap_or_else(|| self.lead());
            self.open = Some(Leaf::Paragraph { lines: Vec::new(), lead, from: self.at, last: self.at });
        }
        let Some(Leaf::Paragraph { lines, lead, from, last: begins }) = &mut self.open else { return };
        if lines.is_empty() {
            *from = self.at;
        }
        *begins = self.at;
        lines.push(body.to_owned());
        let size: usize = lines.iter().map(String::len).sum();
        if lines.len() > PARAGRAPH_LINES || (size > LINE_BYTES && lines.len() > 1) {
            let last = lines.pop().unwrap_or_default();
            let frozen = std::mem::replace(lines, vec![last]).join("\n");
            let lead = std::mem::replace(lead, Lead { first: lead.rest.clone(), rest: lead.rest.clone() });
            *from = self.at;
            self.lay_out(&frozen, Style::new(), &lead, out);
        }
    }

    fn open_table(&mut self, delimiter: &str, out: &mut Vec<Line<'static>>) {
        let Some(Leaf::Paragraph { mut lines, lead, last, .. }) = self.open.take() else { return };
        let title = lines.pop().unwrap_or_default();
        if !lines.is_empty() {
            self.lay_out(&lines.join("\n"), Style::new(), &lead, out);
        }
        let lead = if lines.is_empty() { lead } else { Lead { first: lead.rest.clone(), rest: lead.rest } };
        let head = [title, delimiter.to_owned()];
        let table = Table { head, rows: Vec::new(), from: last, bytes: 0, fixed: None, lead };
        self.open = Some(Leaf::Table(Box::new(table)));
    }

    fn row(&mut self, body: &str, out: &mut Vec<Line<'static>>) {
        let Some(Leaf::Table(open)) = &mut self.open else { return };
        if open.rows.is_empty() && open.fixed.is_some() {
            open.from = self.at;
        }
        open.bytes += body.len();
        open.rows.push(body.trim_end().to_owned());
        if open.rows.len() >= TABLE_ROWS || open.bytes >= TABLE_BYTES {
            self.work += open.bytes;
            out.extend(open.freeze(true, self.columns, self.look));
        }
    }

    /// Makes the open paragraph a heading.
    fn underline(&mut self, out: &mut Vec<Line<'static>>) {
        if let Some(Leaf::Paragraph { lines, lead, .. }) = self.open.take()
            && !lines.is_empty()
        {
            self.lay_out(&lines.join("\n"), self.look.bold, &lead, out);
        }
    }

    /// Takes a line inside a fence. It is final at once, without border or number, so that it copies clean.
    fn code(&mut self, line: &str, out: &mut Vec<Line<'static>>) {
        let Some(Leaf::Fence { mark, len, indent: deep, colours }) = &mut self.open else { return };
        let mut body = line;
        for _ in 0..self.quote {
            let (_, inner) = indent(body);
            body = inner.strip_prefix('>').map_or(body, |i| i.strip_prefix(' ').unwrap_or(i));
        }
        let (blanks, rest) = indent(body);
        let closing = rest.trim_end();
        if !self.is_continued
            && blanks <= *deep + 3
            && closing.len() >= *len
            && closing.chars().all(|c| c == *mark)
        {
            self.open = None;
            return;
        }
        self.work += line.len();
        let text = &body[blanks.min(*deep)..];
        if self.colours_left == 0 || self.is_continued {
            *colours = None;
        }
        let coloured = colours.as_mut().and_then(|c| c.line(text, self.look));
        if let Some(spans) = coloured {
            self.colours_left -= 1;
            out.push(Line::from(spans));
        } else {
            *colours = None;
            out.push(Line::raw(text.to_owned()));
        }
    }

    /// Ends the open block and writes it.
    fn close(&mut self, out: &mut Vec<Line<'static>>) {
        match self.open.take() {
            Some(Leaf::Paragraph { lines, lead, .. }) if !lines.is_empty() => {
                self.lay_out(&lines.join("\n"), Style::new(), &lead, out);
            }
            Some(Leaf::Table(mut open)) if !open.rows.is_empty() || open.fixed.is_none() => {
                self.work += open.bytes;
                out.extend(open.freeze(false, self.columns, self.look));
            }
            Some(Leaf::Paragraph { .. } | Leaf::Table(_) | Leaf::Fence { .. }) | None => {}
        }
    }

    fn lay_out(&mut self, text: &str, base: Style, lead: &Lead, out: &mut Vec<Line<'static>>) {
        self.work += text.len();
        let styled = |text: &str| Span::styled(text.to_owned(), self.look.dim);
        let (mut first, rest) = (Span::raw(lead.first.clone()), styled(&lead.rest));
        for spans in inline(text, base, self.look) {
            out.extend(wrap(&spans, self.columns, &first, &rest));
            first = rest.clone();
        }
    }

    /// A new block begins: writes the blank line before it, if one is due.
    fn begin(&mut self, out: &mut Vec<Line<'static>>) {
        if std::mem::take(&mut self.is_gap) {
            out.push(Line::default());
        }
        self.is_begun = true;
    }

    fn lead(&self) -> Lead {
        let shown = self.lists.last().map_or(0, |l| l.shown);
        let bars = self.quote.min(QUOTES).min(self.columns / 4);
        let both = format!("{}{}", "│ ".repeat(bars), " ".repeat(shown));
        Lead { first: both.clone(), rest: both }
    }

    fn is_paragraph(&self) -> bool {
        matches!(self.open, Some(Leaf::Paragraph { .. }))
    }

    fn is_indented_code(&self, blanks: usize) -> bool {
        blanks >= self.lists.last().map_or(0, |l| l.content) + 4
    }
}

impl Table {
    /// Lays out the rows that have come; the columns stay as they are from then on.
    fn freeze(&mut self, is_open: bool, columns: usize, look: Look) -> Vec<Line<'static>> {
        let room = columns.saturating_sub(width(&self.lead.rest)).max(1);
        let part = Part { head: &self.head, rows: &self.rows, fixed: self.fixed.as_ref(), is_open };
        let (lines, fixed) = table(&part, room, look);
        self.rows.clear();
        (self.bytes, self.fixed) = (0, Some(fixed));
        let under = Span::styled(self.lead.rest.clone(), look.dim);
        let mut out = Vec::with_capacity(lines.len());
        for mut line in lines {
            if !under.content.is_empty() {
                line.spans.insert(0, under.clone());
            }
            out.push(line);
        }
        let first = std::mem::replace(&mut self.lead.first, self.lead.rest.clone());
        if let Some(line) = out.first_mut().filter(|_| first != under.content) {
            if !under.content.is_empty() {
                line.spans.remove(0);
            }
            line.spans.insert(0, Span::raw(first));
        }
        out
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
