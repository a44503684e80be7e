//! Commands → changes of the draft.

use std::ops::Range;

use super::{
    Mode, Step, VimKey,
    keys::{Find, Move, Target, Verb},
    places::{Reach, first_sign, follow, reach, span},
};
use crate::tui::composer::{
    Composer,
    moves::{line_end, line_start, next, prev, sign_at, snap},
    text::{How, Text},
    vim::Keys,
};

/// Vim's part of the composer.
#[derive(Clone, Debug, Default)]
pub(in crate::tui::composer) struct Vim {
    pub(in crate::tui::composer) is_on: bool,
    mode: Mode,
    keys: Keys,
    register: Register,
    found: Option<Find>,
}

/// What was deleted or copied last.
#[derive(Clone, Debug, Default)]
struct Register {
    text: String,
    /// It is whole lines.
    by_lines: bool,
}

impl Composer {
    /// Turns vim's keys on, beginning in INSERT, or off.
    pub(in crate::tui) fn set_vim(&mut self, is_on: bool) {
        self.text.end_group();
        self.vim = Vim { is_on, ..Vim::default() };
    }

    /// Whether vim's keys are on.
    pub(in crate::tui) fn has_vim(&self) -> bool {
        self.vim.is_on
    }

    /// The name of vim's mode, if its keys are on.
    pub(in crate::tui) fn vim_mode(&self) -> Option<&'static str> {
        self.vim.is_on.then_some(match self.vim.mode {
            Mode::Insert => "INSERT",
            Mode::Normal => "NORMAL",
            Mode::Visual { by_lines: false, .. } => "VISUAL",
            Mode::Visual { by_lines: true, .. } => "VISUAL LINE",
        })
    }

    /// Takes a key; `false` when it means what it means without vim.
    pub(in crate::tui) fn vim_key(&mut self, key: VimKey, columns: usize) -> bool {
        if !self.vim.is_on {
            return false;
        }
        if self.vim.mode == Mode::Insert {
            let leaves = key == VimKey::Escape;
            if leaves {
                self.leave_writing();
                let (text, at) = (self.text.as_str(), self.text.caret());
                self.text.go(prev(text, at).max(line_start(text, at)));
            }
            return leaves;
        }
        let mut keys = std::mem::take(&mut self.vim.keys);
        let step = keys.take(key, self.vim.mode);
        self.vim.keys = keys;
        let is_taken = step != Step::Pass;
        if is_taken {
            self.is_killing = false;
            self.perform(step, columns);
            self.stay_on_a_sign();
        }
        is_taken
    }

    /// What a new draft begins with, as after sending.
    pub(in crate::tui::composer) fn vim_afresh(&mut self) {
        self.text.end_group();
        (self.vim.mode, self.vim.keys) = (Mode::Insert, Keys::default());
    }

    fn perform(&mut self, step: Step, columns: usize) {
        match step {
            Step::Go(to, many) => self.move_by(to, many, columns),
            Step::Do(verb, target, many) => self.use_verb(verb, target, many),
            Step::DeleteSigns { is_forward, many } => {
                let to = if is_forward { Move::Right } else { Move::Left };
                self.use_verb(Verb::Delete, Target::Move(to), Some(many));
            }
            Step::Insert(how) => self.insert_as(how),
            Step::Replace(sign, many) => self.rewrite(many, |_| sign.to_string()),
            Step::SwapCase(many) => {
                self.rewrite(many, swap_case);
                let (text, at) = (self.text.as_str(), self.text.caret());
                self.text.go(next(text, at).min(line_end(text, at)));
            }
            Step::JoinLines(many) => self.join_lines(many),
            Step::Put { is_before, many } => self.put(is_before, many),
            Step::Undo(many) => self.travel(many, Text::undo),
            Step::Redo(many) => self.travel(many, Text::redo),
            Step::Mark { by_lines } => self.mark(by_lines),
            Step::MarkObject(object) => {
                if let Some(part) = span(self.text.as_str(), self.text.caret(), object) {
                    self.vim.mode = Mode::Visual { anchor: part.start, by_lines: false };
                    self.text.go(prev(self.text.as_str(), part.end).max(part.start));
                }
            }
            Step::FindAgain { is_turned } => {
                if let Some(mut find) = self.vim.found {
                    find.is_forward ^= is_turned;
                    let kept = self.vim.found;
                    self.move_by(Move::Find(find), None, columns);
                    self.vim.found = kept;
                }
            }
            Step::ToNormal => self.leave_writing(),
            Step::Pass | Step::Nothing => {}
        }
    }

    /// Undoes or does again, as often as there is something.
    fn travel(&mut self, many: usize, step: impl Fn(&mut Text) -> bool) {
        self.history.leave();
        for _ in 0..many {
            if !step(&mut self.text) {
                return;
            }
        }
    }

    fn move_by(&mut self, to: Move, many: Option<usize>, columns: usize) {
        self.text.rest();
        match to {
            // By rows of the screen, as the arrows do.
            Move::Down => (0..many.unwrap_or(1)).for_each(|_| self.step_row(true, columns)),
            Move::Up => (0..many.unwrap_or(1)).for_each(|_| self.step_row(false, columns)),
            to => {
                self.wish = None;
                if let Move::Find(find) = to {
                    self.vim.found = Some(find);
                }
                if let Some(at) = follow(self.text.as_str(), self.text.caret(), to, many) {
                    self.text.go(at);
                }
            }
        }
    }

    fn use_verb(&mut self, verb: Verb, target: Target, many: Option<usize>) {
        let (text, at) = (self.text.as_str(), self.text.caret());
        let found = match target {
            Target::Move(to) => {
                if let Move::Find(find) = to {
                    self.vim.found = Some(find);
                }
                // Changing a word leaves the blanks behind it.
                let to = match to {
                    Move::WordStart { is_big } if verb == Verb::Change && !is_blank(text, at) => {
                        Move::WordEnd { is_big }
                    }
                    to => to,
                };
                moved(text, at, to, many)
            }
            Target::Object(object) => span(text, at, object).map(|part| (part, false)),
            Target::Lines => {
                let last = follow(text, at, Move::Down, Some(many.unwrap_or(1) - 1)).unwrap_or(text.len());
                Some((line_start(text, at)..line_end(text, last), true))
            }
            Target::Marked => self.marked(),
        };
        if self.vim.mode != Mode::Normal {
            self.leave_writing();
        }
        if let Some((part, by_lines)) = found {
            self.use_on(verb, part, by_lines);
        }
    }

    /// Uses a verb on a part: of whole lines it does not hold the last newline.
    fn use_on(&mut self, verb: Verb, part: Range<usize>, by_lines: bool) {
        let text = self.text.as_str();
        self.vim.register = Register { text: text[part.clone()].to_owned(), by_lines };
        match verb {
            Verb::Yank => self.text.go(if by_lines { self.text.caret().min(part.end) } else { part.start }),
            Verb::Change => {
                self.write_as_one_step();
                self.text.replace(part, "", How::Step);
            }
            Verb::Delete if by_lines => {
                let part = if part.end < text.len() {
                    part.start..part.end + 1
                } else {
                    part.start.saturating_sub(1)..part.end
                };
                self.cut(part);
                self.text.go(first_sign(self.text.as_str(), self.text.caret()));
            }
            Verb::Delete => self.cut(part),
        }
    }

    fn cut(&mut self, part: Range<usize>) {
        self.history.leave();
        self.text.replace(part, "", How::Step);
    }

    fn insert_as(&mut self, how: char) {
        let (text, at) = (self.text.as_str(), self.text.caret());
        let (start, end) = (line_start(text, at), line_end(text, at));
        let after = next(text, at).min(end);
        let to = match how {
            'a' => after,
            'I' => first_sign(text, at),
            'A' | 'o' => end,
            'O' => start,
            _ => at,
        };
        self.write_as_one_step();
        self.text.go(to);
        if matches!(how, 'o' | 'O') {
            self.text.replace(to..to, "\n", How::Step);
        }
        if how == 'O' {
            self.text.go(to);
        }
    }

    /// INSERT, where all that is written is undone at once.
    fn write_as_one_step(&mut self) {
        self.history.leave();
        self.vim.mode = Mode::Insert;
        self.text.begin_group();
    }

    /// Puts other signs in place of the next ones of the line; nothing happens if there are fewer.
    fn rewrite(&mut self, many: usize, with: impl Fn(&str) -> String) {
        let (text, at) = (self.text.as_str(), self.text.caret());
        let (mut to, end, mut written) = (at, line_end(text, at), String::new());
        for _ in 0..many {
            if to >= end {
                return;
            }
            written.push_str(&with(sign_at(text, to)));
            to = next(text, to);
        }
        self.history.leave();
        self.text.replace(at..to, &written, How::Step);
        self.text.go(prev(self.text.as_str(), self.text.caret()));
    }

    fn join_lines(&mut self, many: usize) {
        self.text.begin_group();
        for _ in 1..many.max(2) {
            let (text, at) = (self.text.as_str(), self.text.caret());
            let end = line_end(text, at);
            if end < text.len() {
                let from = end + 1;
                let to = first_sign(text, from).max(from);
                self.text.replace(end..to, " ", How::Step);
                self.text.go(end);
            }
        }
        self.text.end_group();
    }

    fn put(&mut self, is_before: bool, many: usize) {
        let Register { text: put, by_lines } = self.vim.register.clone();
        if put.is_empty() && !by_lines {
            return;
        }
        self.history.leave();
        let (text, at) = (self.text.as_str(), self.text.caret());
        let (start, end) = (line_start(text, at), line_end(text, at));
        match (by_lines, is_before) {
            (true, true) => {
                self.text.replace(start..start, &format!("{put}\n").repeat(many), How::Step);
                self.text.go(first_sign(self.text.as_str(), start));
            }
            (true, false) => {
                self.text.replace(end..end, &format!("\n{put}").repeat(many), How::Step);
                self.text.go(first_sign(self.text.as_str(), end + 1));
            }
            (false, is_before) => {
                let to = if is_before { at } else { next(text, at).min(end) };
                self.text.replace(to..to, &put.repeat(many), How::Step);
                self.text.go(prev(self.text.as_str(), self.text.caret()));
            }
        }
    }

    fn mark(&mut self, by_lines: bool) {
        self.vim.mode = match self.vim.mode {
            Mode::Visual { by_lines: same, .. } if same == by_lines => Mode::Normal,
            Mode::Visual { anchor, .. } => Mode::Visual { anchor, by_lines },
            _ => Mode::Visual { anchor: self.text.caret(), by_lines },
        };
    }

    /// What is marked, and whether it is whole lines.
    fn marked(&self) -> Option<(Range<usize>, bool)> {
        let Mode::Visual { anchor, by_lines } = self.vim.mode else { return None };
        let (text, at) = (self.text.as_str(), self.text.caret());
        let anchor = snap(text, anchor);
        let (from, to) = (anchor.min(at), anchor.max(at));
        let part = if by_lines { line_start(text, from)..line_end(text, to) } else { from..next(text, to) };
        Some((part, by_lines))
    }

    fn leave_writing(&mut self) {
        self.text.end_group();
        (self.vim.mode, self.vim.keys) = (Mode::Normal, Keys::default());
    }

    /// Outside INSERT the caret stands on a sign, not behind the last of its line.
    fn stay_on_a_sign(&mut self) {
        let (text, at) = (self.text.as_str(), self.text.caret());
        if self.vim.mode == Mode::Normal && at == line_end(text, at) {
            self.text.go(prev(text, at).max(line_start(text, at)));
        }
    }
}

/// The part between the caret and where a move leads, and whether it is whole lines.
fn moved(text: &str, at: usize, to: Move, many: Option<usize>) -> Option<(Range<usize>, bool)> {
    let mut end = follow(text, at, to, many)?;
    let reach = reach(to);
    // A word at the end of a line ends there.
    if matches!(to, Move::WordStart { .. }) && many.is_none() {
        end = end.min(line_end(text, at).max(at));
    }
    let (from, to) = (at.min(end), at.max(end));
    Some(match reach {
        Reach::Before => (from..to, false),
        Reach::With => (from..next(text, to), false),
        Reach::Lines => (line_start(text, from)..line_end(text, to), true),
    })
}

fn is_blank(text: &str, at: usize) -> bool {
    sign_at(text, at).chars().all(char::is_whitespace)
}

fn swap_case(sign: &str) -> String {
    sign.chars()
        .flat_map(|c| -> Vec<char> {
            if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
        })
        .collect()
}
