//! Where vim's moves lead and what its objects span. Pure; places are bytes between two signs.

use std::ops::Range;

use super::{
    super::moves::{self, Class, class, line_end, line_start, next, prev, sign_at},
    keys::{Find, Move, Object},
};

/// What a move passes when a verb uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Up to the sign it leads to.
    Before,
    /// That sign, too.
    With,
    /// Whole lines.
    Lines,
}

/// Where a move leads from `at`; `None` where it cannot go. Moves by rows are made elsewhere.
pub(super) fn follow(text: &str, at: usize, to: Move, many: Option<usize>) -> Option<usize> {
    let times = many.unwrap_or(1);
    let repeat = |step: &dyn Fn(usize) -> usize| (0..times).fold(at, |at, _| step(at));
    Some(match to {
        Move::Left => repeat(&|at| prev(text, at).max(line_start(text, at))),
        Move::Right => repeat(&|at| next(text, at).min(line_end(text, at))),
        Move::WordStart { is_big } => repeat(&|at| word_start(text, at, is_big)),
        Move::WordBack { is_big } => repeat(&|at| word_back(text, at, is_big)),
        Move::WordEnd { is_big } => repeat(&|at| word_end(text, at, is_big)),
        Move::LineStart => line_start(text, at),
        Move::FirstSign => first_sign(text, at),
        Move::LineEnd => {
            let line = (1..times).fold(at, |at, _| below(text, at).unwrap_or(at));
            line_end(text, line)
        }
        Move::Down => (0..times).try_fold(at, |at, _| below(text, at))?,
        Move::Up => (0..times).try_fold(at, |at, _| line_start(text, at).checked_sub(1))?,
        Move::Line { is_last } => first_sign(text, numbered_line(text, is_last, many)),
        Move::Find(find) => find_sign(text, at, find, times)?,
    })
}

/// What a verb does with a move.
pub(super) fn reach(to: Move) -> Reach {
    match to {
        Move::WordEnd { .. } => Reach::With,
        Move::Find(find) if find.is_forward => Reach::With,
        Move::Down | Move::Up | Move::Line { .. } => Reach::Lines,
        _ => Reach::Before,
    }
}

/// The first sign of the line that is not blank.
pub(super) fn first_sign(text: &str, at: usize) -> usize {
    let (start, end) = (line_start(text, at), line_end(text, at));
    start + text[start..end].find(|c: char| !c.is_whitespace()).unwrap_or(0)
}

fn below(text: &str, at: usize) -> Option<usize> {
    let end = line_end(text, at);
    (end < text.len()).then_some(end + 1)
}

fn numbered_line(text: &str, is_last: bool, many: Option<usize>) -> usize {
    match many {
        None if is_last => text.len(),
        None => 0,
        Some(number) => (1..number).fold(0, |at, _| below(text, at).unwrap_or(at)),
    }
}

/// The class of a sign, where a big word is all that is not blank.
fn kind(sign: &str, is_big: bool) -> Class {
    match class(sign) {
        Class::Blank => Class::Blank,
        _ if is_big => Class::Word,
        kind => kind,
    }
}

/// The end of the word, or of the blanks, that `at` is in.
fn end_of(text: &str, at: usize, is_big: bool) -> usize {
    let here = kind(sign_at(text, at), is_big);
    let mut at = at;
    while at < text.len() && kind(sign_at(text, at), is_big) == here {
        at = next(text, at);
        if here == Class::Chip {
            break;
        }
    }
    at
}

fn word_start(text: &str, at: usize, is_big: bool) -> usize {
    let is_blank = |at: usize| at < text.len() && class(sign_at(text, at)) == Class::Blank;
    let mut to = if is_blank(at) { at } else { end_of(text, at, is_big) };
    while is_blank(to) {
        // An empty line is a word.
        if to > at && text[..to].ends_with('\n') && text[to..].starts_with('\n') {
            break;
        }
        to = next(text, to);
    }
    to
}

fn word_back(text: &str, at: usize, is_big: bool) -> usize {
    let mut at = at;
    while at > 0 && class(sign_at(text, prev(text, at))) == Class::Blank {
        at = prev(text, at);
    }
    if at == 0 {
        return 0;
    }
    at = prev(text, at);
    let here = kind(sign_at(text, at), is_big);
    while at > 0 && here != Class::Chip && kind(sign_at(text, prev(text, at)), is_big) == here {
        at = prev(text, at);
    }
    at
}

/// The last sign of the word, or of the next one.
fn word_end(text: &str, at: usize, is_big: bool) -> usize {
    let mut to = next(text, at);
    while to < text.len() && class(sign_at(text, to)) == Class::Blank {
        to = next(text, to);
    }
    if to >= text.len() { prev(text, text.len()).max(at) } else { prev(text, end_of(text, to, is_big)) }
}

fn find_sign(text: &str, at: usize, find: Find, times: usize) -> Option<usize> {
    let (start, end) = (line_start(text, at), line_end(text, at));
    let found = if find.is_forward {
        let from = next(text, at).min(end);
        let found = text[from..end].match_indices(find.sign).nth(times - 1)?.0 + from;
        if find.is_till { prev(text, found) } else { found }
    } else {
        let found = text[start..at].rmatch_indices(find.sign).nth(times - 1)?.0 + start;
        if find.is_till { next(text, found) } else { found }
    };
    Some(found)
}

/// What an object spans around `at`; `None` where there is none.
pub(super) fn span(text: &str, at: usize, object: Object) -> Option<Range<usize>> {
    match object.name {
        'w' | 'W' => Some(word(text, at, object.name == 'W', object.is_around)),
        quote @ ('"' | '\'' | '`') => quoted(text, at, quote, object.is_around),
        '(' | ')' | 'b' => bracketed(text, at, ('(', ')'), object.is_around),
        '[' | ']' => bracketed(text, at, ('[', ']'), object.is_around),
        '{' | '}' | 'B' => bracketed(text, at, ('{', '}'), object.is_around),
        '<' | '>' => bracketed(text, at, ('<', '>'), object.is_around),
        _ => None,
    }
}

fn word(text: &str, at: usize, is_big: bool, is_around: bool) -> Range<usize> {
    let line = line_start(text, at)..line_end(text, at);
    if line.is_empty() {
        return line;
    }
    let at = if at >= line.end { prev(text, line.end) } else { at };
    let here = kind(sign_at(text, at), is_big);
    let mut start = at;
    while start > line.start && here != Class::Chip && kind(sign_at(text, prev(text, start)), is_big) == here
    {
        start = prev(text, start);
    }
    let end = end_of(text, at, is_big).min(line.end);
    if !is_around {
        return start..end;
    }
    if end < line.end && (here == Class::Blank || class(sign_at(text, end)) == Class::Blank) {
        return start..end_of(text, end, is_big).min(line.end);
    }
    moves::run_left(text, start, Class::Blank).max(line.start)..end
}

/// Between two quotes of the line: those around the caret, or the next ones.
fn quoted(text: &str, at: usize, quote: char, is_around: bool) -> Option<Range<usize>> {
    let (start, end) = (line_start(text, at), line_end(text, at));
    let marks: Vec<usize> = text[start..end].match_indices(quote).map(|(place, _)| start + place).collect();
    let pair = marks.chunks_exact(2).find(|pair| at <= pair[1])?;
    Some(if is_around { pair[0]..pair[1] + 1 } else { pair[0] + 1..pair[1] })
}

/// Between two brackets that belong together, over lines.
fn bracketed(text: &str, at: usize, (open, close): (char, char), is_around: bool) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    let from = if text[at..].starts_with(open) { at + open.len_utf8() } else { at };
    let start = text[..from].char_indices().rev().find_map(|(place, c)| {
        if c == close {
            depth += 1;
        } else if c == open {
            if depth == 0 {
                return Some(place);
            }
            depth -= 1;
        }
        None
    })?;
    let mut depth = 0_usize;
    let end = text[start..].char_indices().find_map(|(place, c)| {
        if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.saturating_sub(1);
        }
        (depth == 0).then_some(start + place)
    })?;
    Some(if is_around { start..end + 1 } else { start + 1..end })
}
