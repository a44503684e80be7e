//! Changes of the draft and moves in it.

use super::{Composer, moves, text::How};

/// A change of the draft or a move in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Edit {
    Newline,
    Backspace,
    Delete,
    WordBack,
    WordForward,
    ToHead,
    ToEnd,
    Left,
    Right,
    WordLeft,
    WordRight,
    Head,
    End,
    Yank,
    Undo,
    Redo,
}

impl Edit {
    /// Whether it leaves the text as it is.
    fn is_move(self) -> bool {
        use Edit as E;
        matches!(self, E::Left | E::Right | E::WordLeft | E::WordRight | E::Head | E::End)
    }

    /// Whether what it deletes can be put back with [`Edit::Yank`].
    fn kills(self) -> bool {
        matches!(self, Self::WordBack | Self::WordForward | Self::ToHead | Self::ToEnd)
    }
}

impl Composer {
    /// Changes the draft or moves in it.
    pub(in crate::tui) fn edit(&mut self, edit: Edit) {
        self.wish = None;
        if !edit.is_move() {
            self.history.leave();
        }
        let at = self.text.caret();
        let text = self.text.as_str();
        let (start, end) = (moves::line_start(text, at), moves::line_end(text, at));
        let (before, after) = (moves::prev(text, at), moves::next(text, at));
        match edit {
            Edit::Newline => self.text.replace(at..at, "\n", How::Step),
            Edit::Backspace => self.text.replace(before..at, "", How::Deleted),
            Edit::Delete => self.text.replace(at..after, "", How::Deleted),
            Edit::WordBack => self.kill(moves::word_left(text, at), at),
            Edit::WordForward => self.kill(at, moves::word_right(text, at)),
            // At the edge of a line its neighbour is joined.
            Edit::ToHead => self.kill(if start == at { before } else { start }, at),
            Edit::ToEnd => self.kill(at, if end == at { after } else { end }),
            Edit::Left => self.text.go(before),
            Edit::Right => self.text.go(after),
            Edit::WordLeft => self.text.go(moves::word_left(text, at)),
            Edit::WordRight => self.text.go(moves::word_right(text, at)),
            Edit::Head => self.text.go(start),
            Edit::End => self.text.go(end),
            Edit::Yank => {
                let killed = std::mem::take(&mut self.killed);
                self.text.replace(at..at, &killed, How::Step);
                self.killed = killed;
            }
            Edit::Undo => {
                self.text.undo();
            }
            Edit::Redo => {
                self.text.redo();
            }
        }
        if edit.is_move() {
            self.text.rest();
        }
        self.is_killing = edit.kills();
    }

    /// Deletes a part and keeps it; parts that are killed one after the other are kept together.
    fn kill(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let part = self.text.as_str()[from..to].to_owned();
        let is_before = to == self.text.caret();
        match (self.is_killing, is_before) {
            (false, _) => self.killed = part,
            (true, true) => self.killed.insert_str(0, &part),
            (true, false) => self.killed.push_str(&part),
        }
        self.text.replace(from..to, "", How::Step);
    }
}
