//! A terminal that breaks its rows anew when it is resized, and what it must show.

use std::{
    cell::RefCell,
    io::{self, Write},
    num::NonZeroU16,
    rc::Rc,
};

use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    super::{Frame, Size, Stage, plain, view},
    agent::marks,
};
use crate::{
    base::width,
    tui::{screen::Screen, sheet::Sheet},
};

/// Rows the terminal remembers: more than all lines that are broken anew have in a window of one column.
const REMEMBERED: usize = 100_000;
/// Lines that are broken anew; more than any window has rows.
const REFLOWED: usize = 160;
/// A sign that is wider than the window stands as one of private use, which this is the first of.
const PRIVATE: u32 = 0xf_0000;

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

/// What a terminal does with the rows below the cursor when its window gets lower.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Manners {
    /// They stay, and rows leave at the top, as long as the cursor does not.
    KeepsEnd,
    /// They go first, as in tmux.
    KeepsTop,
}

pub(super) struct Window {
    size: Size,
    manners: Manners,
    wire: Wire,
    screen: Screen<Wire>,
    first: vt100::Parser,
    other: Option<(Sheet<Wire>, vt100::Parser)>,
    /// How many of the printed lines were drawn.
    drawn: usize,
    /// The rows of the block that was drawn last, and where the cursor stands in it.
    block: (usize, usize),
    /// Lines that left so long ago that they are not broken anew.
    past: Vec<String>,
    /// What stood there when the size changed, until something is drawn.
    still: Option<Still>,
    /// How many rows of blocks left the window for good, and how many of them were text of an answer.
    pub(super) left: (usize, usize),
}

/// Lines as they were written, however often the window changes.
struct Still {
    lines: Vec<String>,
    /// Where the cursor stands: the line, and the column in it.
    place: (usize, usize),
    /// How many rows of the block left the window at its top.
    above: usize,
}

/// A row, and whether it goes on in the next one.
type Row = (String, bool);

fn parser(size: Size) -> vt100::Parser {
    let whole = |n: usize| u16::try_from(n).ok().and_then(NonZeroU16::new).expect("a size");
    vt100::Parser::new(whole(size.rows), whole(size.columns), REMEMBERED)
}

/// The rows of a terminal, scrollback first.
fn rows(terminal: &vt100::Parser) -> Vec<Row> {
    let mut screen = terminal.screen().clone();
    let (height, width) = screen.size();
    let public = |text: String| -> String {
        let back =
            |c: char| char::from_u32(u32::from(c).wrapping_sub(PRIVATE)).filter(|_| u32::from(c) >= PRIVATE);
        text.chars().map(|c| back(c).unwrap_or(c)).collect()
    };
    assert!(screen.scrollback_len() < REMEMBERED, "the terminal has forgotten rows");
    let mut all = Vec::new();
    for back in (1..=screen.scrollback_len()).rev() {
        screen.set_scrollback(back);
        all.push((public(screen.rows(0, width.get()).next().unwrap_or_default()), screen.row_wrapped(0)));
    }
    screen.set_scrollback(0);
    let texts: Vec<String> = screen.rows(0, width.get()).map(public).collect();
    all.extend(texts.into_iter().zip(0..height.get()).map(|(text, at)| (text, screen.row_wrapped(at))));
    all
}

/// A line as the rows a terminal makes of it.
fn broken(line: &str, columns: usize) -> Vec<Row> {
    let mut rows = vec![(String::new(), false)];
    let mut used = 0;
    for sign in line.graphemes(true) {
        let wide = width(sign).min(columns);
        let row = rows.last_mut().expect("never empty");
        if used > 0 && used + wide > columns {
            row.1 = true;
            rows.push((sign.to_owned(), false));
            used = wide;
        } else {
            row.0.push_str(sign);
            used += wide;
        }
    }
    rows
}

fn cursor(terminal: &vt100::Parser) -> (usize, usize) {
    let (row, column) = terminal.screen().cursor_position();
    (row.into(), column.into())
}

fn show(frame: &Frame) -> Vec<String> {
    frame.rows.iter().map(|row| plain(std::slice::from_ref(row)).trim_end().to_owned()).collect()
}

/// A terminal with these rows, the last of which are in the window, and the cursor in the window.
fn rebuilt(all: &[Row], at: (usize, usize), size: Size) -> vt100::Parser {
    let mut terminal = parser(size);
    for (number, (text, goes_on)) in all.iter().enumerate() {
        let narrow = |c: char| {
            char::from_u32(PRIVATE + u32::from(c)).filter(|_| width(c.encode_utf8(&mut [0; 4])) > 1)
        };
        let text: String = match size.columns {
            1 => text.chars().map(|c| narrow(c).unwrap_or(c)).collect(),
            _ => text.clone(),
        };
        terminal.process(text.as_bytes());
        // A row that is not full would not go on by itself.
        let is_full = width(&text) >= size.columns;
        if number + 1 < all.len() && !(*goes_on && is_full) {
            terminal.process(b"\r\n");
        }
    }
    terminal.process(format!("\x1b[{};{}H", at.0 + 1, at.1 + 1).as_bytes());
    terminal
}

impl Window {
    pub(super) fn new(columns: usize, rows: usize, manners: Manners) -> Self {
        let size = Size { columns, rows };
        let wire = Wire::default();
        let screen = Screen::new(wire.clone(), size);
        Self {
            size,
            manners,
            wire,
            screen,
            first: parser(size),
            other: None,
            drawn: 0,
            block: (0, 0),
            past: Vec::new(),
            still: None,
            left: (0, 0),
        }
    }

    /// The next frame is written whole.
    pub(super) fn distrust(&mut self) {
        self.screen.distrust();
        if let Some((sheet, _)) = &mut self.other {
            sheet.distrust();
        }
    }

    /// Draws what the program would draw.
    pub(super) fn draw(&mut self, stage: &Stage) {
        let (frame, window) = (view(&stage.model), stage.model.window);
        if stage.model.pager.is_some() && !window.is_too_small() {
            let size = self.size;
            let (sheet, terminal) =
                self.other.get_or_insert_with(|| (Sheet::new(self.wire.clone()), parser(size)));
            sheet.draw(&frame, size.columns).expect("a vector takes all");
            terminal.process(&self.wire.take());
            return;
        }
        if self.other.take().is_some() {
            self.screen.distrust();
        }
        let until = if window.is_too_small() { self.drawn } else { stage.printed.len() };
        let printed = &stage.printed[self.drawn..until];
        self.screen.draw(printed, &frame, self.size).expect("a vector takes all");
        let bytes = self.wire.take();
        if bytes.is_empty() {
            return;
        }
        self.drawn = until;
        self.lose();
        let caret = frame.caret.map_or(frame.rows.len().saturating_sub(1), |(row, _)| row);
        self.block = (frame.rows.len().max(1), caret);
        self.first.process(&bytes);
    }

    /// What left the window at its top can be taken back by nobody, and is not looked at any more.
    fn lose(&mut self) {
        let Some(Still { above, .. }) = self.still.take() else { return };
        if above == 0 {
            return;
        }
        self.left.0 += above;
        let mut all = rows(&self.first);
        let top = all.len() - self.size.rows;
        let has_text = |row: &Row| !marks(&row.0).is_empty();
        self.left.1 += all.drain(top - above..top).filter(has_text).count();
        if top > above {
            all[top - above - 1].1 = false;
        }
        self.first = rebuilt(&all, cursor(&self.first), self.size);
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
            let mut screen = Screen::new(wire.clone(), self.size);
            screen.draw(&[], &frame, self.size).expect("a vector takes all");
            terminal.process(&wire.take());
            rows(&terminal)
        };
        let fresh: Vec<&str> = fresh.iter().take(expected.len()).map(|(row, _)| row.trim_end()).collect();
        assert_eq!(fresh, expected, "a fresh drawing");
    }

    /// Everything above the live block, from the first line on.
    pub(super) fn history(&self) -> String {
        let all = rows(&self.first);
        let cursor = all.len() - self.size.rows + cursor(&self.first).0;
        let seen: Vec<&str> = all[..cursor - self.block.1].iter().map(|(row, _)| row.as_str()).collect();
        format!("{}\n{}", self.past.join("\n"), seen.join("\n"))
    }

    /// Where the window never changed: every sign that was printed stands there once, in order, and then the live block.
    pub(super) fn holds_every_sign(&self, stage: &Stage) {
        let shown = show(&view(&stage.model)).concat();
        let signs = |text: &str| text.split_whitespace().collect::<String>();
        let expected = signs(&plain(&stage.printed)) + &signs(&shown);
        let seen = signs(&rows(&self.first).into_iter().map(|(row, _)| row).collect::<String>());
        if let Some(at) = seen.chars().zip(expected.chars()).position(|(a, b)| a != b) {
            let near = |text: &str| text.chars().skip(at.saturating_sub(60)).take(120).collect::<String>();
            panic!("sign {at}: {:?}\ninstead of {:?}", near(&seen), near(&expected));
        }
        assert_eq!(seen.len(), expected.len());
    }

    /// Gives the window another size, as a terminal does that breaks its rows anew.
    pub(super) fn resize(&mut self, size: Size) {
        if let Some((_, terminal)) = &mut self.other {
            *terminal = parser(size);
        }
        let is_hidden = self.first.screen().hide_cursor();
        let mut still = self.still.take().unwrap_or_else(|| self.stands());
        let mut all: Vec<Row> = Vec::new();
        let (mut at, mut block) = ((0, 0), 0);
        for (number, line) in still.lines.iter().enumerate() {
            if number + self.block.1 == still.place.0 {
                block = all.len();
            }
            let rows = broken(line, size.columns);
            if number == still.place.0 {
                at = place(&rows, still.place.1, size.columns);
                at.0 += all.len();
            }
            all.extend(rows);
        }
        all.resize(all.len().max(at.0 + 1), (String::new(), false));
        let end = all.len().saturating_sub(size.rows);
        let is_lower = size.rows < self.size.rows && self.manners == Manners::KeepsTop;
        let top = if is_lower { (at.0 + 1).saturating_sub(size.rows) } else { end.min(at.0) };
        all.truncate(top + size.rows);
        all.resize(top + size.rows, (String::new(), false));
        still.above = top.saturating_sub(block);
        self.first = rebuilt(&all, (at.0 - top, at.1), size);
        if is_hidden {
            self.first.process(b"\x1b[?25l");
        }
        (self.size, self.still) = (size, Some(still));
    }

    /// The lines that stand there, and where the cursor stands in them.
    fn stands(&mut self) -> Still {
        let all = rows(&self.first);
        let cursor_at = all.len() - self.size.rows + cursor(&self.first).0;
        let last = all.iter().rposition(|(row, _)| !row.is_empty()).unwrap_or(0).max(cursor_at);
        let mut lines: Vec<String> = Vec::new();
        let mut place = (0, 0);
        let mut goes_on = false;
        for (at, (row, wraps)) in all.into_iter().enumerate().take(last + 1) {
            if !goes_on {
                lines.push(String::new());
            }
            let line = lines.len() - 1;
            if at == cursor_at {
                place = (line, width(&lines[line]) + cursor(&self.first).1);
            }
            lines[line].push_str(&row);
            goes_on = wraps;
        }
        let old = lines.len().saturating_sub(REFLOWED);
        self.past.extend(lines.drain(..old));
        for line in &mut lines {
            line.truncate(line.trim_end_matches(' ').len());
        }
        Still { lines, place: (place.0 - old, place.1), above: 0 }
    }
}

/// The row and the column of a column of a line that is broken.
fn place(rows: &[Row], mut column: usize, columns: usize) -> (usize, usize) {
    for (at, (text, goes_on)) in rows.iter().enumerate() {
        let wide: usize = text.graphemes(true).map(|sign| width(sign).min(columns)).sum();
        if column < wide || !goes_on {
            return (at + column / columns, column % columns);
        }
        column -= wide;
    }
    (rows.len(), 0)
}
