//! The other screen of the terminal: a page that covers everything and leaves nothing behind.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use super::{frame::Frame, screen::encode};

/// A page on the terminal's other screen. What stands on the first one, and what it remembers, is not touched.
pub(super) struct Sheet<W: Write> {
    out: W,
    columns: usize,
    rows: Vec<String>,
    caret: Option<(usize, usize)>,
}

impl<W: Write> Sheet<W> {
    /// The terminal shows its other screen already.
    pub(super) fn new(out: W) -> Self {
        Self { out, columns: 0, rows: Vec::new(), caret: None }
    }

    /// Everything is written with the next frame.
    pub(super) fn distrust(&mut self) {
        self.columns = 0;
    }

    /// Shows a frame that has as many rows as the screen. Writes only rows that changed.
    pub(super) fn draw(&mut self, frame: &Frame, columns: usize) -> io::Result<()> {
        if columns != self.columns || frame.rows.len() != self.rows.len() {
            self.rows.clear();
        }
        let rows: Vec<String> = frame.rows.iter().map(encode).collect();
        if rows == self.rows && frame.caret == self.caret {
            return Ok(());
        }
        let mut bytes = String::from("\x1b[?2026h\x1b[?25l");
        for (at, row) in rows.iter().enumerate().filter(|(at, row)| self.rows.get(*at) != Some(row)) {
            // Writing to a string cannot fail.
            let _ = write!(bytes, "\x1b[{};1H\x1b[K{row}", at + 1);
        }
        if let Some((row, column)) = frame.caret {
            let _ = write!(bytes, "\x1b[{};{}H\x1b[?25h", row + 1, column + 1);
        }
        bytes.push_str("\x1b[?2026l");
        (self.rows, self.caret, self.columns) = (rows, frame.caret, columns);
        self.out.write_all(bytes.as_bytes())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use ratatui::text::Line;

    use super::*;

    fn frame(rows: &[&str]) -> Frame {
        Frame { rows: rows.iter().map(|r| Line::raw((*r).to_owned())).collect(), caret: None }
    }

    #[test]
    fn only_rows_that_changed_are_written() {
        let mut sheet = Sheet::new(Vec::new());
        let size = |n| NonZeroU16::new(n).expect("not zero");
        let mut terminal = vt100::Parser::new(size(3), size(6), 0);
        sheet.draw(&frame(&["one", "中文字", "three"]), 6).expect("a vector takes all");
        sheet.draw(&frame(&["one", "two", "three"]), 6).expect("a vector takes all");
        terminal.process(&sheet.out);
        assert_eq!(terminal.screen().contents(), "one\ntwo\nthree");
        sheet.out.clear();
        sheet.draw(&frame(&["one", "two", "3"]), 6).expect("a vector takes all");
        let drawn = String::from_utf8(std::mem::take(&mut sheet.out)).expect("text");
        assert_eq!(drawn, "\x1b[?2026h\x1b[?25l\x1b[3;1H\x1b[K3\x1b[?2026l");
        sheet.draw(&frame(&["one", "two", "3"]), 6).expect("a vector takes all");
        assert!(sheet.out.is_empty());
    }
}
