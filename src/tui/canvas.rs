//! Where frames go: a block at the end of the scrollback, or the whole window.

use std::io::{self, Stdout};

use ratatui::text::Line;

use super::{
    frame::{Frame, Size},
    fullscreen::Fullscreen,
    screen::Screen,
    terminal,
};

/// Where frames go.
pub(super) enum Canvas {
    Inline(Screen<Stdout>),
    Whole(Box<Fullscreen>, Screen<Stdout>),
}

impl Canvas {
    /// Errors: the window's size cannot be had.
    pub(super) fn new(is_whole: bool, size: Size) -> io::Result<Self> {
        let screen = Screen::new(io::stdout(), size);
        Ok(if is_whole { Self::Whole(Box::new(Fullscreen::new()?), screen) } else { Self::Inline(screen) })
    }

    /// Prints lines and shows `frame` below them.
    pub(super) fn draw(&mut self, printed: &[Line<'static>], frame: &Frame, size: Size) -> io::Result<()> {
        match self {
            Self::Inline(screen) => screen.draw(printed, frame, size),
            Self::Whole(window, _) => window.draw(printed, frame),
        }
    }

    /// Moves the view of what was printed.
    pub(super) fn scroll(&mut self, rows: isize) {
        if let Self::Whole(window, _) = self {
            window.history.scroll(rows);
        }
    }

    /// The next frame is written whole.
    pub(super) fn distrust(&mut self) {
        match self {
            Self::Inline(screen) => screen.distrust(),
            Self::Whole(window, _) => window.distrust(),
        }
    }

    /// The window has another size, or had one for a moment.
    pub(super) fn resized(&mut self) {
        if let Self::Whole(window, _) = self {
            window.distrust();
        }
    }

    /// Writes bytes of our own.
    pub(super) fn send(&mut self, bytes: &str) -> io::Result<()> {
        let (Self::Inline(screen) | Self::Whole(_, screen)) = self;
        screen.send(bytes)
    }

    /// Hands a text to the clipboard of the terminal.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        let (Self::Inline(screen) | Self::Whole(_, screen)) = self;
        screen.copy(text)
    }

    /// Makes room for another program; [`Self::come_back`] undoes it where something is to be undone.
    pub(super) fn leave(&mut self) -> io::Result<()> {
        match self {
            Self::Inline(screen) => screen.leave(),
            Self::Whole(..) => Ok(()),
        }
    }

    /// The terminal is ours again.
    pub(super) fn come_back(&mut self) {
        self.resized();
    }

    /// Takes the block or the window away and prints the last lines where the shell goes on.
    pub(super) fn end(
        &mut self,
        printed: &[Line<'static>],
        last: &[Line<'static>],
        size: Size,
    ) -> io::Result<()> {
        match self {
            Self::Inline(screen) => {
                screen.draw(&[printed, last].concat(), &Frame::default(), size)?;
                screen.leave()
            }
            Self::Whole(_, screen) => {
                terminal::shrink();
                screen.draw(last, &Frame::default(), size)?;
                screen.leave()
            }
        }
    }
}
