//! Keys → commands. Pure.

/// A key as vim sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum VimKey {
    /// A letter, a digit, a sign.
    Char(char),
    /// Ctrl-R.
    Redo,
    Escape,
    Backspace,
}

/// What keys mean now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) enum Mode {
    /// They write.
    #[default]
    Insert,
    /// They are commands.
    Normal,
    /// They are commands for what is marked, which begins at this place.
    Visual { anchor: usize, by_lines: bool },
}

/// What is done with a part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Verb {
    Delete,
    Change,
    Yank,
}

/// Where a move leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Move {
    Left,
    Right,
    Down,
    Up,
    WordStart {
        is_big: bool,
    },
    WordBack {
        is_big: bool,
    },
    WordEnd {
        is_big: bool,
    },
    LineStart,
    FirstSign,
    LineEnd,
    /// To a line, counted from 1; without a count to the first or the last.
    Line {
        is_last: bool,
    },
    Find(Find),
}

/// A sign that is looked for in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Find {
    pub(super) sign: char,
    pub(super) is_forward: bool,
    /// The caret stops before it.
    pub(super) is_till: bool,
}

/// A part of the text around the caret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Object {
    /// What names it: `w`, `"`, `(`.
    pub(super) name: char,
    /// With the blanks or signs around it.
    pub(super) is_around: bool,
}

/// What a verb is used on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Target {
    Move(Move),
    Object(Object),
    /// The verb twice: whole lines.
    Lines,
    /// What is marked.
    Marked,
}

/// A complete command. Shape: `many` is the count, if one was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Step {
    Go(Move, Option<usize>),
    Do(Verb, Target, Option<usize>),
    /// `x` deletes forward, `X` backward.
    DeleteSigns {
        is_forward: bool,
        many: usize,
    },
    /// `i a I A o O`, by their letters.
    Insert(char),
    Replace(char, usize),
    SwapCase(usize),
    JoinLines(usize),
    Put {
        is_before: bool,
        many: usize,
    },
    Undo(usize),
    Redo(usize),
    Mark {
        by_lines: bool,
    },
    /// An object is marked.
    MarkObject(Object),
    /// The last find again, or the other way.
    FindAgain {
        is_turned: bool,
    },
    ToNormal,
    /// None of vim's business: the key does what it does without vim.
    Pass,
    /// More keys belong to the command, or it means nothing.
    Nothing,
}

/// The keys of a command that is not complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Keys {
    count: Option<usize>,
    verb: Option<(Verb, Option<usize>)>,
    /// A key that needs another: `g r f F t T`, and `i a` after a verb.
    open: Option<char>,
}

/// Counts beyond this mean the same.
const MOST: usize = 9_999;

impl Keys {
    /// Takes one key of NORMAL or VISUAL.
    pub(super) fn take(&mut self, key: VimKey, mode: Mode) -> Step {
        let is_visual = matches!(mode, Mode::Visual { .. });
        match key {
            VimKey::Escape if is_visual => self.done(Step::ToNormal),
            VimKey::Escape if *self == Self::default() => Step::Pass,
            VimKey::Escape => self.done(Step::Nothing),
            VimKey::Redo => {
                let many = self.many();
                self.done(Step::Redo(many))
            }
            VimKey::Backspace => self.motion(Move::Left, is_visual),
            VimKey::Char(c) => match self.open.take() {
                Some(open) => self.second(open, c, is_visual),
                None => self.first(c, is_visual),
            },
        }
    }

    fn first(&mut self, c: char, is_visual: bool) -> Step {
        match c {
            '1'..='9' => self.digit(c),
            '0' if self.count.is_some() => self.digit(c),
            'g' | 'f' | 'F' | 't' | 'T' => self.open(c),
            'r' if self.verb.is_none() => self.open(c),
            'i' | 'a' if self.verb.is_some() || is_visual => self.open(c),
            'd' | 'c' | 'y' => self.verb(c, is_visual),
            ';' | ',' if self.verb.is_none() => self.done(Step::FindAgain { is_turned: c == ',' }),
            c => match plain_move(c) {
                Some(to) => self.motion(to, is_visual),
                None if self.verb.is_some() => self.done(Step::Nothing),
                None if is_visual => self.visual(c),
                None => self.command(c),
            },
        }
    }

    /// The key behind one that needs another.
    fn second(&mut self, open: char, c: char, is_visual: bool) -> Step {
        match open {
            'g' if c == 'g' => self.motion(Move::Line { is_last: false }, is_visual),
            'f' | 'F' | 't' | 'T' => {
                let (is_forward, is_till) = (matches!(open, 'f' | 't'), matches!(open, 't' | 'T'));
                self.motion(Move::Find(Find { sign: c, is_forward, is_till }), is_visual)
            }
            'r' => {
                let many = self.many();
                self.done(Step::Replace(c, many))
            }
            'i' | 'a' => {
                let object = Object { name: c, is_around: open == 'a' };
                match self.verb {
                    Some((verb, _)) => self.done(Step::Do(verb, Target::Object(object), None)),
                    None => self.done(Step::MarkObject(object)),
                }
            }
            _ => self.done(Step::Nothing),
        }
    }

    fn verb(&mut self, c: char, is_visual: bool) -> Step {
        let verb = verb(c);
        match self.verb {
            _ if is_visual => self.done(Step::Do(verb, Target::Marked, None)),
            Some((same, _)) if same == verb => {
                let many = self.count_of_both();
                self.done(Step::Do(verb, Target::Lines, many))
            }
            Some(_) => self.done(Step::Nothing),
            None => {
                self.verb = Some((verb, self.count.take()));
                Step::Nothing
            }
        }
    }

    fn motion(&mut self, to: Move, is_visual: bool) -> Step {
        let many = self.count_of_both();
        match self.verb {
            Some((verb, _)) if !is_visual => self.done(Step::Do(verb, Target::Move(to), many)),
            _ => self.done(Step::Go(to, many)),
        }
    }

    /// A command of NORMAL that is one key.
    fn command(&mut self, c: char) -> Step {
        let (count, many) = (self.count, self.many());
        let to_end = Target::Move(Move::LineEnd);
        self.done(match c {
            'x' | 'X' => Step::DeleteSigns { is_forward: c == 'x', many },
            's' => Step::Do(Verb::Change, Target::Move(Move::Right), count),
            'S' => Step::Do(Verb::Change, Target::Lines, count),
            'D' => Step::Do(Verb::Delete, to_end, count),
            'C' => Step::Do(Verb::Change, to_end, count),
            'Y' => Step::Do(Verb::Yank, Target::Lines, count),
            'i' | 'a' | 'I' | 'A' | 'o' | 'O' => Step::Insert(c),
            'u' => Step::Undo(many),
            'p' | 'P' => Step::Put { is_before: c == 'P', many },
            '~' => Step::SwapCase(many),
            'J' => Step::JoinLines(many),
            'v' | 'V' => Step::Mark { by_lines: c == 'V' },
            _ => Step::Nothing,
        })
    }

    /// A command for what is marked.
    fn visual(&mut self, c: char) -> Step {
        self.done(match c {
            'x' | 'X' => Step::Do(Verb::Delete, Target::Marked, None),
            's' => Step::Do(Verb::Change, Target::Marked, None),
            'v' | 'V' => Step::Mark { by_lines: c == 'V' },
            _ => Step::Nothing,
        })
    }

    fn digit(&mut self, c: char) -> Step {
        let digit = c.to_digit(10).and_then(|d| usize::try_from(d).ok()).unwrap_or(0);
        self.count = Some((self.count.unwrap_or(0) * 10 + digit).min(MOST));
        Step::Nothing
    }

    fn open(&mut self, c: char) -> Step {
        self.open = Some(c);
        Step::Nothing
    }

    fn many(&self) -> usize {
        self.count.unwrap_or(1)
    }

    /// `2d3w` deletes six words.
    fn count_of_both(&self) -> Option<usize> {
        let before = self.verb.and_then(|(_, count)| count);
        match (before, self.count) {
            (None, None) => None,
            (before, count) => Some((before.unwrap_or(1) * count.unwrap_or(1)).min(MOST)),
        }
    }

    fn done(&mut self, step: Step) -> Step {
        *self = Self::default();
        step
    }
}

fn verb(c: char) -> Verb {
    match c {
        'd' => Verb::Delete,
        'c' => Verb::Change,
        _ => Verb::Yank,
    }
}

fn plain_move(c: char) -> Option<Move> {
    Some(match c {
        'h' => Move::Left,
        'l' | ' ' => Move::Right,
        'j' => Move::Down,
        'k' => Move::Up,
        'w' | 'W' => Move::WordStart { is_big: c == 'W' },
        'b' | 'B' => Move::WordBack { is_big: c == 'B' },
        'e' | 'E' => Move::WordEnd { is_big: c == 'E' },
        '0' => Move::LineStart,
        '^' => Move::FirstSign,
        '$' => Move::LineEnd,
        'G' => Move::Line { is_last: true },
        _ => return None,
    })
}
