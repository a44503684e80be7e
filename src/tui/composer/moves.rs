//! Places in a text: signs as a person sees them, words, lines. Pure; a place is a byte between two signs.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};

use super::chips;
use crate::base::width;

/// What a sign belongs to. A word is a run of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Blank,
    Word,
    /// Scripts without blanks between words.
    Wide,
    Sign,
    /// A pasted text, whole.
    Chip,
}

/// The class of a sign.
pub(super) fn class(sign: &str) -> Class {
    let Some(c) = sign.chars().next() else { return Class::Blank };
    if chips::is_chip(c) {
        Class::Chip
    } else if c.is_whitespace() {
        Class::Blank
    } else if c.is_alphanumeric() || c == '_' {
        if width(sign) > 1 { Class::Wide } else { Class::Word }
    } else {
        Class::Sign
    }
}

/// The sign behind a place; empty at the end.
pub(super) fn sign_at(text: &str, at: usize) -> &str {
    &text[at..next(text, at)]
}

/// The place behind the sign at `at`.
pub(super) fn next(text: &str, at: usize) -> usize {
    let Some(sign) = text[at..].graphemes(true).next() else { return at };
    // A chip is a sign of its own, whatever stands beside it.
    let length = match sign.char_indices().find(|(_, c)| chips::is_chip(*c)) {
        Some((0, chip)) => chip.len_utf8(),
        Some((before, _)) => before,
        None => sign.len(),
    };
    at + length
}

/// The place before the sign that ends at `at`.
pub(super) fn prev(text: &str, at: usize) -> usize {
    let Some(sign) = text[..at].graphemes(true).next_back() else { return 0 };
    let chip = sign.char_indices().rev().find(|(_, c)| chips::is_chip(*c));
    let length = match chip {
        Some((before, chip)) if before + chip.len_utf8() == sign.len() => chip.len_utf8(),
        Some((before, chip)) => sign.len() - before - chip.len_utf8(),
        None => sign.len(),
    };
    at - length
}

fn is_edge(c: char) -> bool {
    c == '\n' || chips::is_chip(c)
}

/// The nearest place at or behind `at` that lies between two signs.
pub(super) fn snap(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let is_edged =
        text[..at].chars().next_back().is_none_or(is_edge) || text[at..].chars().next().is_none_or(is_edge);
    if is_edged || GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true) {
        return at;
    }
    let start = line_start(text, at);
    let mut place = start;
    while place < at {
        place = next(text, place);
    }
    place
}

/// Where the line begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line ends, before its newline.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The end of the word behind `at`.
pub(super) fn word_right(text: &str, at: usize) -> usize {
    let at = over(text, at, |c| c == Class::Blank);
    let here = class(sign_at(text, at));
    run(text, at, here)
}

/// The start of the word before `at`.
pub(super) fn word_left(text: &str, at: usize) -> usize {
    let mut at = at;
    while at > 0 && class(&text[prev(text, at)..at]) == Class::Blank {
        at = prev(text, at);
    }
    if at == 0 {
        return 0;
    }
    let here = class(&text[prev(text, at)..at]);
    run_left(text, at, here)
}

/// The end of the run of one class that begins at `at`. A chip is a run of its own.
pub(super) fn run(text: &str, at: usize, here: Class) -> usize {
    match here {
        Class::Chip => next(text, at),
        here => over(text, at, |c| c == here),
    }
}

/// The start of the run of one class that ends at `at`.
pub(super) fn run_left(text: &str, at: usize, here: Class) -> usize {
    let mut at = at;
    while at > 0 && class(&text[prev(text, at)..at]) == here {
        at = prev(text, at);
        if here == Class::Chip {
            break;
        }
    }
    at
}

fn over(text: &str, at: usize, goes_on: impl Fn(Class) -> bool) -> usize {
    let mut at = at;
    while at < text.len() && goes_on(class(sign_at(text, at))) {
        at = next(text, at);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_what_a_person_sees() {
        let text = "a👩\u{200d}💻e\u{301}\n中";
        let mut places = vec![0];
        while *places.last().expect("it begins with one") < text.len() {
            places.push(next(text, *places.last().expect("as above")));
        }
        assert_eq!(places, [0, 1, 12, 15, 16, 19]);
        let mut back = vec![text.len()];
        while *back.last().expect("it begins with one") > 0 {
            back.push(prev(text, *back.last().expect("as above")));
        }
        back.reverse();
        assert_eq!(back, places);
        assert_eq!((snap(text, 5), snap(text, 13), snap(text, 15)), (12, 15, 15));
    }

    #[test]
    fn words_end_where_the_kind_of_sign_changes() {
        let text = "let x_1 = 中文foo();";
        let mut ends = Vec::new();
        let mut at = 0;
        while at < text.len() {
            at = word_right(text, at);
            ends.push(&text[..at]);
        }
        assert_eq!(ends, ["let", "let x_1", "let x_1 =", "let x_1 = 中文", "let x_1 = 中文foo", text]);
        assert_eq!(word_left(text, text.len()), text.len() - 3);
        assert_eq!(word_left(text, 4), 0);
    }
}
