//! The draft and its caret.

use ratatui_textarea::{CursorMove, DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{chips::Chips, history::History};
use crate::base::{Clean, width};

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

/// The composer.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Composer {
    area: TextArea<'static>,
    chips: Chips,
    history: History,
}

/// The draft as rows of a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Shown {
    /// The rows.
    pub(in crate::tui) rows: Vec<String>,
    /// Row and column of the caret.
    pub(in crate::tui) caret: (usize, usize),
    /// For each row: its line, and the character it begins with.
    starts: Vec<(usize, usize)>,
}

impl Composer {
    /// The draft as it is shown, chips as labels.
    pub(in crate::tui) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether there is no draft.
    pub(in crate::tui) fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Takes the draft in full, chips expanded, and keeps it in the history. `None` if it is blank.
    pub(in crate::tui) fn take(&mut self) -> Option<String> {
        let text = self.chips.expand(&self.text());
        let is_blank = text.trim().is_empty();
        if !is_blank {
            self.history.push(self.text());
        }
        self.set("");
        (!is_blank).then_some(text)
    }

    /// The draft in full, chips expanded.
    pub(in crate::tui) fn whole(&self) -> String {
        self.chips.expand(&self.text())
    }

    /// Takes the draft as it stands, without keeping it.
    pub(in crate::tui) fn clear(&mut self) -> String {
        let text = self.chips.expand(&self.text());
        self.set("");
        text
    }

    /// Replaces the draft; the caret goes to its end.
    pub(in crate::tui) fn set(&mut self, text: &str) {
        self.area = TextArea::from(text.split('\n'));
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
        self.history.leave();
    }

    /// Puts texts before the draft, each a paragraph: what was queued comes back.
    pub(in crate::tui) fn give_back(&mut self, texts: Vec<String>) {
        let mut all: Vec<String> =
            texts.into_iter().map(|t| Clean::new(&self.chips.take(t)).into_string()).collect();
        all.extend(Some(self.text()).filter(|t| !t.is_empty()));
        self.set(&all.join("\n\n"));
    }

    /// Types one character.
    pub(in crate::tui) fn insert(&mut self, c: char) {
        self.history.leave();
        // What stands before decides whether a joiner is part of a sign or hidden text.
        let before: String = self.around().0.chars().next_back().into_iter().collect();
        let both = Clean::line(&format!("{before}{c}")).into_string();
        self.area.insert_str(both.strip_prefix(Clean::line(&before).as_str()).unwrap_or_default());
    }

    /// Pastes; never sends, whatever the text ends with.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.history.leave();
        let text = self.chips.take(text);
        self.area.insert_str(Clean::new(&text).as_str());
    }

    /// Changes the draft or moves in it.
    pub(in crate::tui) fn edit(&mut self, edit: Edit) {
        if !matches!(
            edit,
            Edit::Left | Edit::Right | Edit::Head | Edit::End | Edit::WordLeft | Edit::WordRight
        ) {
            self.history.leave();
        }
        match edit {
            Edit::Newline => self.area.insert_newline(),
            Edit::Backspace => {
                if self.step_back() {
                    self.delete_next();
                }
            }
            Edit::Delete => self.delete_next(),
            Edit::WordBack => drop(self.area.delete_word()),
            Edit::WordForward => drop(self.area.delete_next_word()),
            Edit::ToHead => drop(self.area.delete_line_by_head()),
            Edit::ToEnd => drop(self.area.delete_line_by_end()),
            Edit::Left => drop(self.step_back()),
            Edit::Right => {
                let many = self.next_length();
                for _ in 0..many {
                    self.area.move_cursor(CursorMove::Forward);
                }
            }
            Edit::WordLeft => self.area.move_cursor(CursorMove::WordBack),
            Edit::WordRight => self.area.move_cursor(CursorMove::WordForward),
            Edit::Head => self.area.move_cursor(CursorMove::Head),
            Edit::End => self.area.move_cursor(CursorMove::End),
            Edit::Yank => drop(self.area.paste()),
            Edit::Undo => drop(self.area.undo()),
            Edit::Redo => drop(self.area.redo()),
        }
    }

    /// Whether the caret stands behind a `\` at the end of the draft; takes it away if so.
    pub(in crate::tui) fn take_backslash(&mut self) -> bool {
        let (before, after) = self.around();
        let is_there = before.ends_with('\\') && after.is_empty();
        if is_there {
            self.edit(Edit::Backspace);
        }
        is_there
    }

    /// Moves one row up; on the first row goes to the text sent before.
    pub(in crate::tui) fn up(&mut self, columns: usize) {
        let shown = self.shown(columns);
        if shown.caret.0 > 0 {
            self.jump(&shown, shown.caret.0 - 1);
        } else if let Some(text) = self.history.older(&self.area.lines().join("\n")).map(str::to_owned) {
            self.recall(&text);
        }
    }

    /// Moves one row down; on the last row goes to the text sent after.
    pub(in crate::tui) fn down(&mut self, columns: usize) {
        let shown = self.shown(columns);
        if shown.caret.0 + 1 < shown.rows.len() {
            self.jump(&shown, shown.caret.0 + 1);
        } else if let Some(text) = self.history.newer().map(str::to_owned) {
            self.recall(&text);
        }
    }

    /// The draft wrapped to `columns`, with the caret.
    pub(in crate::tui) fn shown(&self, columns: usize) -> Shown {
        let DataCursor(line_at, char_at) = self.area.cursor();
        let mut shown = Shown { rows: Vec::new(), caret: (0, 0), starts: Vec::new() };
        for (number, line) in self.area.lines().iter().enumerate() {
            let mut start = 0;
            let rows = soft_rows(line, columns);
            let last = rows.len() - 1;
            for (at, row) in rows.into_iter().enumerate() {
                let length = row.chars().count();
                let is_here = number == line_at && char_at >= start;
                if is_here && (char_at < start + length || at == last) {
                    let before: String = row.chars().take(char_at - start).collect();
                    shown.caret = (shown.rows.len(), drawn_width(&before));
                }
                shown.rows.push(row.replace('\t', "    "));
                shown.starts.push((number, start));
                start += length;
            }
        }
        if shown.caret.1 >= columns {
            // The caret stands behind a full row: it is shown where the next sign will be.
            shown.caret = (shown.caret.0 + 1, 0);
            shown.rows.insert(shown.caret.0, String::new());
            shown.starts.insert(shown.caret.0, (line_at, char_at));
        }
        shown
    }

    fn recall(&mut self, text: &str) {
        let history = std::mem::take(&mut self.history);
        self.set(text);
        self.history = history;
    }

    /// Puts the caret into another row, as near to its column as possible.
    fn jump(&mut self, shown: &Shown, row: usize) {
        let (line, start) = shown.starts[row];
        let mut used = 0;
        let mut chars = 0;
        for g in shown.rows[row].graphemes(true) {
            used += width(g);
            if used > shown.caret.1 {
                break;
            }
            chars += g.chars().count();
        }
        let is_wrapped = shown.starts.get(row + 1).is_some_and(|next| next.0 == line);
        let length = shown.rows[row].chars().count();
        if is_wrapped && chars == length && chars > 0 {
            chars -= 1;
        }
        let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(short(line), short(start + chars)));
    }

    /// The caret's line before and after it.
    fn around(&self) -> (String, String) {
        let DataCursor(line, column) = self.area.cursor();
        let line = self.area.lines().get(line).map_or("", String::as_str);
        (line.chars().take(column).collect(), line.chars().skip(column).collect())
    }

    /// Moves back over one sign as a person sees it, or over a chip; `false` at the very beginning.
    fn step_back(&mut self) -> bool {
        let (before, _) = self.around();
        let many = self
            .chips
            .ending(&before)
            .or_else(|| before.graphemes(true).next_back().map(|g| g.chars().count()))
            .unwrap_or(1);
        let from = self.area.cursor();
        for _ in 0..many {
            self.area.move_cursor(CursorMove::Back);
        }
        self.area.cursor() != from
    }

    /// Deletes one sign as a person sees it, or a chip.
    fn delete_next(&mut self) {
        let yank = self.area.yank_text();
        self.area.delete_str(self.next_length());
        self.area.set_yank_text(yank);
    }

    /// How many characters the sign or chip behind the caret has.
    fn next_length(&self) -> usize {
        let (_, after) = self.around();
        self.chips
            .beginning(&after)
            .or_else(|| after.graphemes(true).next().map(|g| g.chars().count()))
            .unwrap_or(1)
    }
}

/// Breaks a line behind blanks, or anywhere inside a word that fills a row. Nothing is left out.
fn soft_rows(line: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut rows = Vec::new();
    let (mut row, mut used, mut after_blank) = (String::new(), 0, 0);
    for g in line.graphemes(true) {
        let w = drawn_width(g);
        if used + w > columns {
            let rest = if after_blank > 0 { row.split_off(after_blank) } else { String::new() };
            used = drawn_width(&rest);
            rows.push(std::mem::replace(&mut row, rest));
            after_blank = 0;
        }
        row.push_str(g);
        used += w;
        if g == " " {
            after_blank = row.len();
        }
    }
    rows.push(row);
    rows
}

fn drawn_width(text: &str) -> usize {
    text.split('\t').map(width).sum::<usize>() + 4 * text.matches('\t').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Composer {
        let mut composer = Composer::default();
        for c in text.chars() {
            composer.insert(c);
        }
        composer
    }

    #[test]
    fn a_long_paste_is_one_sign_and_is_sent_in_full() {
        let pasted = "twenty-two letters long\n".repeat(200);
        let mut composer = typed("see ");
        composer.paste(&pasted.replace('\n', "\r"));
        composer.insert('!');
        assert_eq!(composer.text(), "see [Pasted 200 lines, 4.8 KB]!");
        let mut deleted = composer.clone();
        deleted.edit(Edit::Left);
        deleted.edit(Edit::Backspace);
        assert_eq!(deleted.text(), "see !");
        assert_eq!(composer.take(), Some(format!("see {pasted}!")));
        composer.up(80);
        assert_eq!(composer.take(), Some(format!("see {pasted}!")), "the history keeps the chip");
    }

    #[test]
    fn a_short_paste_is_text_and_hides_nothing() {
        let mut composer = Composer::default();
        composer.paste("a\r\nb\u{1b}[2J\n");
        assert_eq!(composer.text(), "a\nb␛[2J\n");
    }

    #[test]
    fn the_caret_counts_columns_and_moves_by_whole_signs() {
        let mut composer = typed("中文👩\u{200d}💻a");
        assert_eq!(composer.shown(20).caret, (0, 7));
        composer.edit(Edit::Left);
        composer.edit(Edit::Left);
        assert_eq!(composer.shown(20).caret, (0, 4));
        composer.edit(Edit::Delete);
        assert_eq!(composer.text(), "中文a");
    }

    #[test]
    fn a_full_row_puts_the_caret_on_the_next() {
        let composer = typed("abcd");
        assert_eq!(
            composer.shown(4),
            Shown { rows: vec!["abcd".into(), String::new()], caret: (1, 0), starts: vec![(0, 0), (0, 4)] }
        );
        assert_eq!(typed("one two three").shown(8).rows, ["one two ", "three"]);
    }

    #[test]
    fn up_and_down_walk_rows_first_and_then_the_history() {
        let mut composer = typed("first");
        composer.take();
        for c in "abcdef gh".chars() {
            composer.insert(c);
        }
        assert_eq!(composer.shown(8).caret, (1, 2));
        composer.up(8);
        assert_eq!(composer.shown(8).caret, (0, 2));
        composer.up(8);
        assert_eq!(composer.text(), "first");
        composer.down(8);
        assert_eq!(composer.text(), "abcdef gh");
    }

    #[test]
    fn a_backslash_before_enter_asks_for_a_new_line() {
        let mut composer = typed("a\\");
        assert!(composer.take_backslash());
        assert_eq!(composer.text(), "a");
        assert!(!composer.take_backslash());
    }
}
