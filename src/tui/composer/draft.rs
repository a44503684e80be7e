//! The draft, its chips and what was sent before.

use super::{
    chips::{self, Chips},
    history::History,
    moves,
    rows::{Shown, lay_out},
    text::{How, Text},
    vim::Vim,
};
use crate::{base::Clean, tui::lang::Words};

/// A text from elsewhere that is longer than this is shown as a chip.
const LONG: usize = 20_000;

/// The composer.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Composer {
    pub(super) text: Text,
    pub(super) history: History,
    /// What was deleted last and can be put back.
    pub(super) killed: String,
    /// The last edit was a kill.
    pub(super) is_killing: bool,
    /// The column that moves up and down aim at.
    pub(super) wish: Option<usize>,
    pub(super) vim: Vim,
    chips: Chips,
}

impl Composer {
    /// An empty one that speaks a language.
    pub(in crate::tui) fn speaking(words: &'static Words) -> Self {
        Self { chips: Chips::speaking(words), ..Self::default() }
    }

    /// Speaks another language from now on.
    pub(in crate::tui) fn speak(&mut self, words: &'static Words) {
        self.chips.speak(words);
    }

    /// The draft as it is shown, chips as labels.
    pub(in crate::tui) fn text(&self) -> String {
        self.chips.labelled(self.text.as_str())
    }

    /// The draft in full, chips expanded.
    pub(in crate::tui) fn whole(&self) -> String {
        self.chips.expand(self.text.as_str())
    }

    /// Whether there is no draft.
    pub(in crate::tui) fn is_empty(&self) -> bool {
        self.text.as_str().is_empty()
    }

    /// Takes the draft in full, chips expanded, and keeps it in the history. `None` if it is blank.
    pub(in crate::tui) fn take(&mut self) -> Option<String> {
        let text = self.whole();
        let is_blank = text.trim().is_empty();
        if !is_blank {
            self.history.push(self.text.as_str().to_owned());
        }
        self.history.leave();
        (self.text, self.wish, self.is_killing) = (Text::default(), None, false);
        self.vim_afresh();
        (!is_blank).then_some(text)
    }

    /// Takes the draft as it stands, without keeping it. Undo brings it back.
    pub(in crate::tui) fn clear(&mut self) -> String {
        let text = self.whole();
        self.show("");
        text
    }

    /// Replaces the draft; the caret goes to its end. Undo brings the one before back.
    pub(in crate::tui) fn set(&mut self, text: &str) {
        let text = self.fitting(text);
        self.show(&text);
    }

    /// Puts texts before the draft, each a paragraph: what was queued comes back.
    pub(in crate::tui) fn give_back(&mut self, texts: Vec<String>) {
        let mut all: Vec<String> = texts.into_iter().map(|text| self.chipped(&text)).collect();
        all.extend(Some(self.text.as_str().to_owned()).filter(|t| !t.is_empty()));
        self.show(&all.join("\n\n"));
    }

    /// Types one character.
    pub(in crate::tui) fn insert(&mut self, c: char) {
        self.changed();
        let at = self.text.caret();
        // What stands before decides whether a joiner is part of a sign or hidden text.
        let before: String = self.text.as_str()[..at].chars().next_back().into_iter().collect();
        let both = Clean::line(&format!("{before}{c}")).into_string();
        let typed = both.strip_prefix(Clean::line(&before).as_str()).unwrap_or_default();
        self.text.replace(at..at, &chips::without_chips(typed), How::Typed);
    }

    /// Pastes; never sends, whatever the text ends with.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        self.changed();
        let text = self.chipped(&text.replace("\r\n", "\n").replace('\r', "\n"));
        let at = self.text.caret();
        self.text.replace(at..at, &text, How::Step);
    }

    /// Shows a chip beside the caret as the text it stands for; whether there was one.
    pub(in crate::tui) fn open_chip(&mut self) -> bool {
        let (text, at) = (self.text.as_str(), self.text.caret());
        let parts = [moves::prev(text, at)..at, at..moves::next(text, at)];
        let found = parts.into_iter().find_map(|part| {
            let chip = text[part.clone()].chars().next()?;
            Some((part, self.chips.text(chip)?.to_owned()))
        });
        let Some((part, whole)) = found else { return false };
        self.changed();
        self.text.replace(part, &chips::without_chips(Clean::new(&whole).as_str()), How::Step);
        true
    }

    /// Whether the caret stands behind a `\` at the end of the draft; takes it away if so.
    pub(in crate::tui) fn take_backslash(&mut self) -> bool {
        let (text, at) = (self.text.as_str(), self.text.caret());
        let is_there = text[..at].ends_with('\\') && moves::line_end(text, at) == at;
        if is_there {
            self.changed();
            self.text.replace(at - 1..at, "", How::Step);
        }
        is_there
    }

    /// What stands before the caret in its line.
    pub(in crate::tui) fn before_caret(&self) -> &str {
        let before = &self.text.as_str()[..self.text.caret()];
        before.rsplit('\n').next().unwrap_or_default()
    }

    /// What stands behind the caret in its line.
    pub(in crate::tui) fn after_caret(&self) -> &str {
        let after = &self.text.as_str()[self.text.caret()..];
        after.split('\n').next().unwrap_or_default()
    }

    /// Puts a text in place of so many characters before the caret.
    pub(in crate::tui) fn replace_before(&mut self, count: usize, text: &str) {
        let (whole, at) = (self.text.as_str(), self.text.caret());
        let many: usize = whole[..at].chars().rev().take(count).map(char::len_utf8).sum();
        self.changed();
        self.text.replace(at - many..at, Clean::new(text).as_str(), How::Step);
    }

    /// Moves one row up; on the first row goes to the text sent before.
    pub(in crate::tui) fn up(&mut self, columns: usize) {
        let shown = self.shown(columns);
        if shown.caret.0 > 0 {
            self.jump(&shown, shown.caret.0 - 1, columns);
        } else if let Some(text) = self.history.older(self.text.as_str()).map(str::to_owned) {
            self.recall(&text);
        }
    }

    /// Moves one row down; on the last row goes to the text sent after.
    pub(in crate::tui) fn down(&mut self, columns: usize) {
        let shown = self.shown(columns);
        if shown.caret.0 + 1 < shown.rows.len() {
            self.jump(&shown, shown.caret.0 + 1, columns);
        } else if let Some(text) = self.history.newer().map(str::to_owned) {
            self.recall(&text);
        }
    }

    /// Moves one row up or down and stays in the draft.
    pub(super) fn step_row(&mut self, is_down: bool, columns: usize) {
        let shown = self.shown(columns);
        let row = if is_down { shown.caret.0.checked_add(1) } else { shown.caret.0.checked_sub(1) };
        if let Some(row) = row.filter(|row| *row < shown.rows.len()) {
            self.jump(&shown, row, columns);
        }
    }

    /// The draft wrapped to `columns`, with the caret.
    pub(in crate::tui) fn shown(&self, columns: usize) -> Shown {
        lay_out(self.text.as_str(), self.text.caret(), &self.chips, columns)
    }

    /// Puts texts of earlier sessions before what was sent in this one.
    pub(in crate::tui) fn remember(&mut self, earlier: Vec<String>) {
        let earlier = earlier.into_iter().map(|text| self.fitting(&text)).collect();
        self.history.precede(earlier);
    }

    /// What was sent, the newest first, in full.
    pub(in crate::tui) fn sent(&self) -> Vec<String> {
        self.history.newest().into_iter().map(|text| self.chips.expand(text)).collect()
    }

    /// The draft becomes something else than a text that was sent before.
    pub(super) fn changed(&mut self) {
        self.history.leave();
        (self.wish, self.is_killing) = (None, false);
    }

    fn recall(&mut self, text: &str) {
        let history = std::mem::take(&mut self.history);
        self.show(text);
        self.history = history;
    }

    /// Replaces the draft, chips as their characters.
    fn show(&mut self, text: &str) {
        self.changed();
        let all = 0..self.text.as_str().len();
        self.text.replace(all, text, How::Step);
    }

    /// Puts the caret into another row, as near to its column as possible.
    fn jump(&mut self, shown: &Shown, row: usize, columns: usize) {
        let wish = self.wish.unwrap_or(shown.caret.1);
        self.text.go(shown.place(self.text.as_str(), &self.chips, row, wish, columns));
        self.text.rest();
        (self.wish, self.is_killing) = (Some(wish), false);
    }

    /// A text as it stands in the draft: a chip if it is long.
    fn chipped(&mut self, text: &str) -> String {
        match self.chips.take(text) {
            Some(chip) => chip.to_string(),
            None => chips::without_chips(Clean::new(text).as_str()),
        }
    }

    /// A text that a person wrote: a chip only if it is so long that it would be in the way.
    fn fitting(&mut self, text: &str) -> String {
        let is_long = text.len() > LONG;
        if is_long { self.chipped(text) } else { chips::without_chips(Clean::new(text).as_str()) }
    }
}
