//! A terminal that breaks its rows anew when it is resized, and what it must show.

use std::{
    cell::RefCell,
    io::{self, Write},
    num::NonZeroU16,
    rc::Rc,
};

use super::super::{Frame, Size, Stage, plain, view};
use crate::tui::{screen::Screen, sheet::Sheet};

/// Rows the terminal remembers.
const REMEMBERED: usize = 20_000;
/// Lines that are broken anew; more than any window has rows.
const REFLOWED: usize = 60;

/// The bytes on their way to the terminal.
#[derive(Clone, Default)]
struct Wire(Rc<RefCell<Vec<u8>>>);

impl Wire {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct Window {
    size: Size,
    wire: Wire,
    screen: Screen<Wire>,
    first: vt100::Parser,
    other: Option<(Sheet<Wire>, vt100::Parser)>,
    /// How many of the printed lines were drawn.
    drawn: usize,
    /// How wide the rows of the block are that was drawn last.
    block: Vec<usize>,
}

fn parser(size: Size) -> vt100::Parser {
    let whole = |n: usize| u16::try_from(n).ok().and_then(NonZeroU16::new).expect("a size");
    vt100::Parser::new(whole(size.rows), whole(size.columns), REMEMBERED)
}

/// The rows of a terminal, scrollback first, and which of them go on in the next one.
fn rows(terminal: &vt100::Parser) -> Vec<(String, bool)> {
    let mut screen = terminal.screen().clone();
    let (height, width) = screen.size();
    let mut all = Vec::new();
    for back in (1..=screen.scrollback_len()).rev() {
        screen.set_scrollback(back);
        all.push((screen.rows(0, width.get()).next().unwrap_or_default(), screen.row_wrapped(0)));
    }
    screen.set_scrollback(0);
    let texts: Vec<String> = screen.rows(0, width.get()).collect();
    all.extend(texts.into_iter().zip(0..height.get()).map(|(text, at)| (text, screen.row_wrapped(at))));
    all
}

fn cursor(terminal: &vt100::Parser) -> (usize, usize) {
    let (row, column) = terminal.screen().cursor_position();
    (row.into(), column.into())
}

fn show(frame: &Frame) -> Vec<String> {
    frame.rows.iter().map(|row| plain(std::slice::from_ref(row)).trim_end().to_owned()).collect()
}

impl Window {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let size = Size { columns, rows };
        let wire = Wire::default();
        let screen = Screen::new(wire.clone(), columns);
        Self { size, wire, screen, first: parser(size), other: None, drawn: 0, block: Vec::new() }
    }

    /// Whether the block as it was drawn last fits into a window of this size.
    pub(super) fn has_room(&self, size: Size) -> bool {
        let rows: usize = self.block.iter().map(|row| row.div_ceil(size.columns).max(1) + 1).sum();
        rows <= size.rows
    }

    /// Draws what the program would draw.
    pub(super) fn draw(&mut self, stage: &Stage) {
        let frame = view(&stage.model);
        if stage.model.pager.is_some() && !stage.model.size.is_too_small() {
            let size = self.size;
            let (sheet, terminal) =
                self.other.get_or_insert_with(|| (Sheet::new(self.wire.clone()), parser(size)));
            sheet.draw(&frame, size.columns).expect("a vector takes all");
            terminal.process(&self.wire.take());
            return;
        }
        self.other = None;
        let printed = &stage.printed[self.drawn..];
        self.drawn = stage.printed.len();
        self.block = show(&frame).iter().map(|row| crate::base::width(row)).collect();
        self.screen.draw(printed, &frame, self.size.columns).expect("a vector takes all");
        self.first.process(&self.wire.take());
    }

    /// The live block is what a fresh drawing of the state is, at the cursor, with nothing below it.
    pub(super) fn shows(&self, stage: &Stage) {
        let frame = stage.frame();
        let expected = show(&frame);
        let terminal = self.other.as_ref().map_or(&self.first, |(_, terminal)| terminal);
        let seen: Vec<String> = terminal.screen().rows(0, terminal.screen().size().1.get()).collect();
        let seen: Vec<&str> = seen.iter().map(|row| row.trim_end()).collect();
        let (row, column) = cursor(terminal);
        let at = frame.caret.unwrap_or((frame.rows.len().saturating_sub(1), 0));
        if self.other.is_none() {
            assert!(row >= at.0, "the block begins above the window: {expected:#?}\n{seen:#?}");
            assert_eq!(column, at.1, "the cursor's column\n{expected:#?}\n{seen:#?}");
            assert_eq!(terminal.screen().hide_cursor(), frame.caret.is_none(), "{expected:#?}");
            let top = row - at.0;
            assert_eq!(seen[top..top + expected.len()], expected[..], "the live block\n{seen:#?}");
            assert!(seen[top + expected.len()..].iter().all(|row| row.is_empty()), "below it\n{seen:#?}");
        } else {
            assert_eq!(seen[..expected.len()], expected[..], "the transcript");
        }
        if let Some((row, column)) = frame.caret {
            assert!(row < frame.rows.len() && column < self.size.columns, "the caret at {row}, {column}");
        }
        let fresh = {
            let (wire, mut terminal) = (Wire::default(), parser(self.size));
            let mut screen = Screen::new(wire.clone(), self.size.columns);
            screen.draw(&[], &frame, self.size.columns).expect("a vector takes all");
            terminal.process(&wire.take());
            rows(&terminal)
        };
        let fresh: Vec<&str> = fresh.iter().take(expected.len()).map(|(row, _)| row.trim_end()).collect();
        assert_eq!(fresh, expected, "a fresh drawing");
    }

    /// Everything that was printed stands there once, in order, and then the live block.
    pub(super) fn holds_everything(&self, stage: &Stage) {
        let columns = self.size.columns;
        let mut expected: Vec<String> = Vec::new();
        for line in &stage.printed {
            let text = plain(std::slice::from_ref(line)).trim_end().to_owned();
            assert!(crate::base::width(&text) <= columns, "wider than the screen: {text:?}");
            expected.push(text);
        }
        expected.extend(show(&view(&stage.model)));
        while expected.last().is_some_and(String::is_empty) {
            expected.pop();
        }
        let mut seen: Vec<String> =
            rows(&self.first).into_iter().map(|(row, _)| row.trim_end().to_owned()).collect();
        while seen.last().is_some_and(String::is_empty) {
            seen.pop();
        }
        if let Some(at) = seen.iter().zip(&expected).position(|(a, b)| a != b) {
            let near = at.saturating_sub(3)..(at + 4);
            panic!("row {at}: {:#?}\ninstead of {:#?}", seen.get(near.clone()), expected.get(near));
        }
        assert_eq!(seen.len(), expected.len());
    }

    /// Gives the window another size, as a terminal does that breaks its rows anew.
    pub(super) fn resize(&mut self, size: Size) {
        if let Some((_, terminal)) = &mut self.other {
            *terminal = parser(size);
        }
        let cursor_at = self.first.screen().scrollback_len() + cursor(&self.first).0;
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        let all = rows(&self.first);
        let from = all.len().saturating_sub(REFLOWED);
        let last = all.iter().rposition(|(row, _)| !row.is_empty()).unwrap_or(0).max(cursor_at);
        let mut lines: Vec<(String, bool)> = Vec::new();
        let mut place = (0, 0);
        let mut goes_on = false;
        for (at, (row, wraps)) in all.into_iter().enumerate().take(last + 1).skip(from) {
            if !goes_on {
                lines.push((String::new(), false));
            }
            let line = lines.len() - 1;
            if at == cursor_at {
                let column = cursor(&self.first).1;
                place = (line, crate::base::width(&lines[line].0) + column);
            }
            lines[line].0.push_str(&row);
            goes_on = wraps;
        }
        for (at, (line, _)) in lines.into_iter().enumerate() {
            let line = line.trim_end().to_owned();
            if at < place.0 { before.push(line) } else { behind.push(line) }
        }
        self.size = size;
        self.rewrite(&before, &behind, place.1);
    }

    /// Writes lines into a terminal of the size, and puts the cursor `column` columns into the first line of `behind`.
    fn rewrite(&mut self, before: &[String], behind: &[String], column: usize) {
        let size = self.size;
        let height = |lines: &[String]| {
            let mut tall = parser(Size { columns: size.columns, rows: 1_000 });
            tall.process(lines.join("\r\n").as_bytes());
            cursor(&tall).0
        };
        let whole: Vec<String> = before.iter().chain(behind).cloned().collect();
        let mut terminal = parser(size);
        terminal.process(whole.join("\r\n").as_bytes());
        let above = if before.is_empty() { 0 } else { height(before) + 1 };
        let up = height(&whole) - above;
        let down = column / size.columns;
        let up = up.saturating_sub(down);
        let column = column % size.columns;
        terminal.process(b"\r");
        if up > 0 {
            terminal.process(format!("\x1b[{up}A").as_bytes());
        }
        if column > 0 {
            terminal.process(format!("\x1b[{column}C").as_bytes());
        }
        self.first = terminal;
    }
}
