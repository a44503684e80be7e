//! The text of a draft: every change can be undone.

use std::ops::Range;

use super::moves::snap;

/// How many changes can be undone.
const CHANGES: usize = 10_000;

/// A text with a caret.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    content: String,
    caret: usize,
    done: Vec<Change>,
    undone: Vec<Change>,
    /// Changes from here on are one step: whether there was one already.
    group: Option<bool>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    at: usize,
    gone: String,
    came: String,
    /// Where the caret stood before.
    caret: usize,
    /// It is undone together with the one before it.
    joins: bool,
    how: How,
}

/// How a change came about: what a person does in one go is undone in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// A character was typed.
    Typed,
    /// A sign was deleted with a key that repeats.
    Deleted,
    /// A step of its own.
    Step,
}

impl Text {
    pub(super) fn as_str(&self) -> &str {
        &self.content
    }

    /// Where the caret stands: a byte between two signs.
    pub(super) fn caret(&self) -> usize {
        self.caret
    }

    /// Puts the caret at a place, or behind the sign that the place is inside of.
    pub(super) fn go(&mut self, at: usize) {
        self.caret = snap(&self.content, at);
    }

    /// Puts `with` in place of a part; the caret goes behind it.
    pub(super) fn replace(&mut self, part: Range<usize>, with: &str, how: How) {
        if part.is_empty() && with.is_empty() {
            return;
        }
        let gone = self.content[part.clone()].to_owned();
        let change =
            Change { at: part.start, gone, came: with.to_owned(), caret: self.caret, joins: false, how };
        self.content.replace_range(part.clone(), with);
        self.go(part.start + with.len());
        self.undone.clear();
        self.note(change);
    }

    fn note(&mut self, mut change: Change) {
        if let Some(has_change) = &mut self.group {
            change.joins = std::mem::replace(has_change, true);
        }
        if let Some(last) = self.done.last_mut()
            && (change.joins || self.group.is_none())
            && last.grow(&change)
        {
            return;
        }
        self.done.push(change);
        if self.done.len() > CHANGES {
            let many = 1 + self.done.iter().skip(1).take_while(|c| c.joins).count();
            self.done.drain(..many);
        }
    }

    /// Changes from here on are one step, until [`Text::end_group`].
    pub(super) fn begin_group(&mut self) {
        self.group = Some(false);
    }

    pub(super) fn end_group(&mut self) {
        self.group = None;
        self.rest();
    }

    /// What is typed next is a step of its own.
    pub(super) fn rest(&mut self) {
        if let Some(last) = self.done.last_mut() {
            last.how = How::Step;
        }
    }

    /// Takes the last step back; whether there was one.
    pub(super) fn undo(&mut self) -> bool {
        self.group = None;
        let many = self.done.len();
        while let Some(change) = self.done.pop() {
            self.content.replace_range(change.at..change.at + change.came.len(), &change.gone);
            self.go(change.caret);
            let is_first = !change.joins;
            self.undone.push(change);
            if is_first {
                break;
            }
        }
        self.rest();
        many > self.done.len()
    }

    /// Does the last step again that was taken back; whether there was one.
    pub(super) fn redo(&mut self) -> bool {
        self.group = None;
        let many = self.undone.len();
        while let Some(change) = self.undone.pop() {
            self.content.replace_range(change.at..change.at + change.gone.len(), &change.came);
            self.go(change.at + change.came.len());
            self.done.push(change);
            if !self.undone.last().is_some_and(|next| next.joins) {
                break;
            }
        }
        self.rest();
        many > self.undone.len()
    }
}

impl Change {
    /// Takes the next change in, if both are one go: a word typed on, signs deleted one after the other.
    fn grow(&mut self, next: &Self) -> bool {
        if self.how != next.how {
            return false;
        }
        match self.how {
            How::Typed => {
                let ends_word = self.came.ends_with(char::is_whitespace);
                let begins_word = !next.came.starts_with(char::is_whitespace);
                let follows = next.gone.is_empty() && next.at == self.at + self.came.len();
                let goes_on = follows && next.caret == next.at && !(ends_word && begins_word);
                if goes_on {
                    self.came.push_str(&next.came);
                }
                goes_on
            }
            How::Deleted if next.at == self.at => {
                self.gone.push_str(&next.gone);
                true
            }
            How::Deleted if next.at + next.gone.len() == self.at => {
                self.at = next.at;
                self.gone.insert_str(0, &next.gone);
                true
            }
            How::Deleted | How::Step => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &mut Text, more: &str) {
        for c in more.chars() {
            let at = text.caret();
            text.replace(at..at, c.encode_utf8(&mut [0; 4]), How::Typed);
        }
    }

    #[test]
    fn a_word_is_undone_at_once_and_done_again() {
        let mut text = Text::default();
        typed(&mut text, "one two");
        assert!(text.undo());
        assert_eq!((text.as_str(), text.caret()), ("one ", 4));
        assert!(text.undo() && !text.undo());
        assert_eq!(text.as_str(), "");
        assert!(text.redo() && text.redo() && !text.redo());
        assert_eq!((text.as_str(), text.caret()), ("one two", 7));
    }

    #[test]
    fn a_group_is_one_step() {
        let mut text = Text::default();
        text.replace(0..0, "keep gone", How::Step);
        text.begin_group();
        text.replace(5..9, "", How::Step);
        typed(&mut text, "a b c");
        text.end_group();
        typed(&mut text, "!");
        assert!(text.undo());
        assert_eq!(text.as_str(), "keep a b c");
        assert!(text.undo());
        assert_eq!((text.as_str(), text.caret()), ("keep gone", 9));
        assert!(text.redo());
        assert_eq!(text.as_str(), "keep a b c");
    }

    #[test]
    fn what_was_undone_is_lost_when_something_else_is_written() {
        let mut text = Text::default();
        typed(&mut text, "one two");
        text.undo();
        typed(&mut text, "2");
        assert!(!text.redo());
        assert_eq!(text.as_str(), "one 2");
    }
}
