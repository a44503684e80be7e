//! The whole window, for `--fullscreen`: what is printed inline is kept here and shown above the block.
//!
//! The same lines and the same block as inline; only where they stand is different. Nothing is in the terminal's own
//! scrollback until the screen ends.

use std::{
    collections::VecDeque,
    io::{self, Stdout},
};

use crossterm::{
    execute,
    terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate},
};
use ratatui::{
    Terminal,
    backend::CrosstermBackend,
    layout::Rect,
    text::{Line, Span},
};

use super::{frame::Frame, layout::wrap};

/// How many printed lines are kept. Longer sessions lose their beginning, as in a terminal.
const KEPT: usize = 50_000;

/// What was printed, and which part of it is looked at.
#[derive(Debug, Default)]
pub(super) struct History {
    lines: VecDeque<Line<'static>>,
    /// How many rows the view is above the end.
    up: usize,
}

impl History {
    /// Adds lines. Who has scrolled up keeps what they look at.
    pub(super) fn print(&mut self, lines: &[Line<'static>]) {
        if self.up > 0 {
            self.up += lines.len();
        }
        self.lines.extend(lines.iter().cloned());
        let extra = self.lines.len().saturating_sub(KEPT);
        self.lines.drain(..extra);
    }

    /// Moves the view, up where `rows` is positive.
    pub(super) fn scroll(&mut self, rows: isize) {
        self.up = self.up.saturating_add_signed(rows);
    }

    /// The rows in view: `room` of them at most, no wider than `columns`. The view does not go above the first.
    pub(super) fn rows(&mut self, room: usize, columns: usize) -> Vec<Line<'static>> {
        let none = Span::raw("");
        let mut found: VecDeque<Line<'static>> = VecDeque::new();
        for line in self.lines.iter().rev() {
            let spans: Vec<_> = line
                .spans
                .iter()
                .map(|s| Span::styled(s.content.clone(), line.style.patch(s.style)))
                .collect();
            for row in wrap(&spans, columns, &none, &none).into_iter().rev() {
                found.push_front(row);
            }
            if found.len() >= room + self.up {
                break;
            }
        }
        self.up = self.up.min(found.len().saturating_sub(room));
        let end = found.len() - self.up;
        let start = end.saturating_sub(room);
        found.range(start..end).cloned().collect()
    }
}

/// The window.
pub(super) struct Fullscreen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    pub(super) history: History,
    /// What stands in the window may be something else than what was drawn last.
    is_doubtful: bool,
}

impl Fullscreen {
    /// Draws into the window, which was taken with the terminal. Errors: its size cannot be had.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminal: Terminal::new(CrosstermBackend::new(io::stdout()))?,
            history: History::default(),
            is_doubtful: false,
        })
    }

    /// Shows the end of what was printed, and the block below it.
    pub(super) fn draw(&mut self, printed: &[Line<'static>], frame: &Frame) -> io::Result<()> {
        self.history.print(printed);
        execute!(io::stdout(), BeginSynchronizedUpdate)?;
        if std::mem::take(&mut self.is_doubtful) {
            let size = self.terminal.size()?;
            // Not `clear`: it asks the terminal where the cursor is and waits for an answer that the keyboard's reader takes.
            self.terminal.resize(Rect::new(0, 0, size.width, size.height))?;
        }
        let history = &mut self.history;
        let drawn = self.terminal.draw(|window| {
            let area = window.area();
            let (columns, rows) = (usize::from(area.width), usize::from(area.height));
            let first = rows.saturating_sub(frame.rows.len());
            let above = history.rows(first, columns);
            let top = first - above.len();
            let buffer = window.buffer_mut();
            let put = |buffer: &mut ratatui::buffer::Buffer, at: usize, line: &Line<'static>| {
                if at < rows {
                    buffer.set_line(0, small(at), line, area.width);
                }
            };
            for (at, line) in above.iter().enumerate() {
                put(buffer, top + at, line);
            }
            for (at, line) in frame.rows.iter().enumerate() {
                put(buffer, first + at, line);
            }
            if let Some((row, column)) = frame.caret {
                let column = small(column).min(area.width.saturating_sub(1));
                window.set_cursor_position((column, small(first + row).min(area.height.saturating_sub(1))));
            }
        });
        execute!(io::stdout(), EndSynchronizedUpdate)?;
        drawn.map(drop)
    }

    /// The next frame is drawn whole. Also where a window was small for a moment: what did not fit is gone, whatever size it
    /// has when it is drawn.
    pub(super) fn distrust(&mut self) {
        self.is_doubtful = true;
    }
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::layout::plain;

    fn shown(history: &mut History, room: usize, columns: usize) -> String {
        plain(&history.rows(room, columns))
    }

    #[test]
    fn the_end_is_shown_until_somebody_scrolls_and_then_the_view_stays() {
        let mut history = History::default();
        let lines =
            |from: u32, to: u32| (from..=to).map(|n| Line::raw(format!("line {n}"))).collect::<Vec<_>>();
        history.print(&lines(1, 6));
        assert_eq!(shown(&mut history, 3, 20), "line 4\nline 5\nline 6");
        history.scroll(2);
        assert_eq!(shown(&mut history, 3, 20), "line 2\nline 3\nline 4");
        history.print(&lines(7, 8));
        assert_eq!(shown(&mut history, 3, 20), "line 2\nline 3\nline 4");
        history.scroll(-100);
        assert_eq!(shown(&mut history, 3, 20), "line 6\nline 7\nline 8");
        history.scroll(100);
        assert_eq!(shown(&mut history, 3, 20), "line 1\nline 2\nline 3");
        history.scroll(100);
        assert_eq!(shown(&mut history, 2, 4), "line\n1");
    }
}
