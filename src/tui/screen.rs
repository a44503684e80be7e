//! Writes finished lines and the live block to a terminal.
//!
//! The live block stands below what was printed and is found again by relative moves alone: the terminal is never
//! asked anything, and nothing above the block is ever erased. Each frame is one synchronized update.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use crossterm::{Command as _, clipboard::CopyToClipboard};
use ratatui::{
    style::{Color, Modifier, Style},
    text::Line,
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    frame::{Frame, Size},
    layout::reach,
};
use crate::base::width;

/// A terminal with a live block at its end.
pub(super) struct Screen<W: Write> {
    out: W,
    window: Size,
    /// What the block shows now.
    rows: Vec<Row>,
    caret: Option<(usize, usize)>,
    /// Where the terminal's cursor is, in the block.
    at: (usize, usize),
    /// What is on the screen is not known to be what was written.
    is_stale: bool,
}

/// A row of text: as bytes for the terminal, and as it is read.
#[derive(Clone, PartialEq)]
struct Row {
    bytes: String,
    text: String,
}

impl Row {
    fn new(line: &Line<'_>) -> Self {
        Self { bytes: encode(line), text: line.spans.iter().map(|span| span.content.as_ref()).collect() }
    }

    /// A row of the block, without the blanks at its end, but for those before the caret. When a window becomes narrower,
    /// some terminals break a row for them and others forget them; the way back to the top of the block has to be the same
    /// in all.
    fn of_block(line: &Line<'static>, caret: usize) -> Self {
        let mut line = line.clone();
        let mut spare = line.width().saturating_sub(caret);
        while let Some(mut last) = line.spans.pop() {
            if !shows_blanks(line.style.patch(last.style)) {
                let text = last.content.trim_end_matches(' ');
                let blanks = (last.content.len() - text.len()).min(spare);
                spare -= blanks;
                let end = last.content.len() - blanks;
                last.content.to_mut().truncate(end);
            }
            if !last.content.is_empty() {
                line.spans.push(last);
                break;
            }
        }
        Self::new(&line)
    }

    /// How many more rows the terminal begins for the text up to a column, and the column it comes to there. A sign that
    /// is too wide for the rest of a row stands in the next one.
    fn broken(&self, up_to: usize, columns: usize) -> (usize, usize) {
        let (mut row, mut column, mut passed) = (0, 0, 0);
        for sign in self.text.graphemes(true) {
            let wide = width(sign);
            if passed + wide > up_to {
                break;
            }
            passed += wide;
            if column > 0 && column + wide > columns {
                (row, column) = (row + 1, 0);
            }
            column += wide;
        }
        // The caret may stand behind the text.
        let behind = column + up_to.saturating_sub(passed);
        if passed < up_to { (row + behind / columns, behind % columns) } else { (row, column) }
    }

    /// How many rows the terminal makes of it.
    fn height(&self, columns: usize) -> usize {
        self.broken(width(&self.text), columns).0 + 1
    }
}

impl<W: Write> Screen<W> {
    /// Starts at the cursor's line, which is expected to be empty.
    pub(super) fn new(out: W, window: Size) -> Self {
        Self { out, window, rows: Vec::new(), caret: None, at: (0, 0), is_stale: false }
    }

    /// Prints lines above the block and shows `frame` as the block. Writes nothing if nothing changed; in a window of
    /// another size everything, because some terminals drop the rows below the cursor when it gets lower.
    pub(super) fn draw(&mut self, printed: &[Line<'static>], frame: &Frame, window: Size) -> io::Result<()> {
        let is_same = !std::mem::take(&mut self.is_stale) && window == self.window;
        self.reflow(window);
        let caret = |row: usize| frame.caret.filter(|caret| caret.0 == row).map_or(0, |caret| caret.1);
        let rows: Vec<Row> =
            frame.rows.iter().enumerate().map(|(at, row)| Row::of_block(row, caret(at))).collect();
        if is_same && printed.is_empty() && rows == self.rows && frame.caret == self.caret {
            return Ok(());
        }
        let mut bytes = String::from("\x1b[?2026h\x1b[?25l");
        let at = if is_same && printed.is_empty() && rows.len() == self.rows.len() {
            self.change_rows(&rows, &mut bytes)
        } else {
            self.write_all(printed, &rows, &mut bytes)
        };
        let end = frame.caret.unwrap_or((rows.len().saturating_sub(1), 0));
        go(at, end.0, &mut bytes);
        if end.1 > 0 {
            let _ = write!(bytes, "\x1b[{}C", end.1);
        }
        if frame.caret.is_some() {
            bytes.push_str("\x1b[?25h");
        }
        bytes.push_str("\x1b[?2026l");
        (self.rows, self.caret, self.at) = (rows, frame.caret, end);
        self.send(&bytes)
    }

    /// The terminal has another width now. Most terminals break the rows of the block anew, so the way back to its
    /// top grows; rows are counted as the terminal breaks them.
    fn reflow(&mut self, window: Size) {
        let columns = window.columns.max(1);
        if columns < self.window.columns {
            let above: usize = self.rows.iter().take(self.at.0).map(|row| row.height(columns)).sum();
            let (row, column) = self.rows.get(self.at.0).map_or((0, 0), |row| row.broken(self.at.1, columns));
            self.at = if column < columns { (above + row, column) } else { (above + row + 1, 0) };
        }
        self.window = window;
    }

    /// Hands a text to the clipboard of the terminal (OSC 52). Whether it took it, no terminal tells.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut bytes = String::new();
        let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut bytes);
        self.send(&bytes)
    }

    /// The next frame is written whole.
    pub(super) fn distrust(&mut self) {
        self.is_stale = true;
    }

    /// Erases the block and leaves the cursor, shown, where it began.
    pub(super) fn leave(&mut self) -> io::Result<()> {
        let mut bytes = String::new();
        go(self.at.0, 0, &mut bytes);
        bytes.push_str("\x1b[K");
        if self.rows.len() > 1 {
            bytes.push_str("\r\n\x1b[J\x1b[1A");
        }
        bytes.push_str("\x1b[?25h");
        (self.rows, self.caret, self.at) = (Vec::new(), None, (0, 0));
        self.send(&bytes)
    }

    /// Rewrites the rows that changed, from the cursor's row; returns the row where the cursor is left.
    fn change_rows(&self, rows: &[Row], bytes: &mut String) -> usize {
        let mut at = self.at.0;
        for (row, (new, old)) in rows.iter().zip(&self.rows).enumerate() {
            if new != old {
                go(at, row, bytes);
                at = row;
                self.write_row(new, bytes);
            }
        }
        at
    }

    /// Writes lines and then the block over the old block; returns the row where the cursor is left.
    ///
    /// Everything is erased from behind the text, never from a row's first column on the first row: some terminals
    /// take erasing the whole screen for the wish to keep it, and move the old block into the scrollback.
    fn write_all(&self, printed: &[Line<'static>], rows: &[Row], bytes: &mut String) -> usize {
        go(self.at.0, 0, bytes);
        for line in printed {
            self.write_row(&Row::new(line), bytes);
            bytes.push_str("\r\n");
        }
        for (at, row) in rows.iter().enumerate() {
            if at > 0 {
                bytes.push_str("\r\n");
            }
            if at + 1 == rows.len() && (at > 0 || !printed.is_empty()) {
                bytes.push_str("\x1b[J");
            }
            self.write_row(row, bytes);
        }
        if rows.is_empty() {
            bytes.push_str(if printed.is_empty() { "\x1b[K" } else { "\x1b[J" });
        }
        // One row alone cannot be erased from behind its text; the rows below it are.
        let was_taller =
            self.rows.len() > 1 || self.rows.iter().any(|row| row.height(self.window.columns) > 1);
        if rows.len() < 2 && printed.is_empty() && was_taller && self.window.rows > 1 {
            bytes.push_str("\r\n\x1b[J\x1b[1A");
        }
        rows.len().saturating_sub(1)
    }

    /// Writes a row over what stood there. Erasing from the first column also makes the terminal forget that it broke
    /// this row in two when the window was resized; it would join the halves again later.
    fn write_row(&self, row: &Row, bytes: &mut String) {
        bytes.push_str("\x1b[K");
        if reach(&row.text) > self.window.columns {
            // A long line goes on in the rows below, where old text may stand.
            bytes.push_str(" \x1b[J\r");
        }
        bytes.push_str(&row.bytes);
    }

    /// Writes bytes of our own.
    pub(super) fn send(&mut self, bytes: &str) -> io::Result<()> {
        self.out.write_all(bytes.as_bytes())?;
        self.out.flush()
    }
}

/// Whether a blank in this style can be seen.
fn shows_blanks(style: Style) -> bool {
    let lines = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
    style.add_modifier.intersects(lines) || style.bg.is_some_and(|colour| colour != Color::Reset)
}

/// Moves the cursor to the first column of another row of the block.
fn go(from: usize, to: usize, bytes: &mut String) {
    bytes.push('\r');
    // Writing to a string cannot fail.
    let _ = match from.cmp(&to) {
        std::cmp::Ordering::Greater => write!(bytes, "\x1b[{}A", from - to),
        std::cmp::Ordering::Less => write!(bytes, "\x1b[{}B", to - from),
        std::cmp::Ordering::Equal => Ok(()),
    };
}

/// One line as bytes for the terminal. Control characters never pass, whatever stands in the text.
pub(super) fn encode(line: &Line<'_>) -> String {
    let mut out = String::new();
    let mut now = Style::new();
    for span in &line.spans {
        let style = line.style.patch(span.style);
        if style != now {
            out.push_str(&sgr(style));
            now = style;
        }
        out.extend(span.content.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }));
    }
    if now != Style::new() {
        out.push_str("\x1b[0m");
    }
    out
}

/// The sequence that sets a style from whatever was before.
fn sgr(style: Style) -> String {
    let mut out = String::from("\x1b[0");
    let weights = [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
        (Modifier::CROSSED_OUT, 9),
    ];
    for (modifier, code) in weights {
        if style.add_modifier.contains(modifier) {
            let _ = write!(out, ";{code}");
        }
    }
    for (colour, base) in [(style.fg, 30), (style.bg, 40)] {
        if let Some(code) = colour.and_then(|colour| code(colour, base)) {
            out.push(';');
            out.push_str(&code);
        }
    }
    out.push('m');
    out
}

/// The code of a colour, counted from `base`: 30 for text, 40 for what is behind it.
fn code(colour: Color, base: u8) -> Option<String> {
    let own = match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        // The white that a page of paper has, not the grey of the palette's eighth entry.
        Color::White => 67,
        Color::Indexed(entry) => return Some(format!("{};5;{entry}", base + 8)),
        Color::Rgb(red, green, blue) => return Some(format!("{};2;{red};{green};{blue}", base + 8)),
        _ => return None,
    };
    Some((base + own).to_string())
}

#[cfg(test)]
mod tests;
