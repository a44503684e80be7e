//! Lines with escapes, lines that read backwards, and letters that stand apart.

use std::ops::Range;

use super::Plain;

/// A word of a line that is so long may be a secret when it is read backwards.
const WORD: usize = 16;
/// What stands for a zero in a text that was cleaned.
const SHOWN_ZERO: char = '\u{2400}';
/// So many letters that stand apart may be one.
const APART: usize = 16;

pub(super) fn undo(text: &str, plain: &mut Plain) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.contains(['\\', '%', '\0', SHOWN_ZERO]) {
            unescape(line, start, plain);
        }
        if has_mixed_word(line) {
            for (at, letter) in line.trim_end_matches(['\n', '\r']).char_indices().rev() {
                plain.push(letter, start + at..start + at + letter.len_utf8());
            }
            plain.end();
        }
        start += line.len();
    }
    gather_apart(text, plain);
}

/// Whether a long word of it has letters and digits.
fn has_mixed_word(line: &str) -> bool {
    let is_in_word = |b: u8| b.is_ascii_alphanumeric() || b"_-./+~=!@#$^&*".contains(&b);
    line.as_bytes().split(|b| !is_in_word(*b)).any(|word| {
        word.len() >= WORD && word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic)
    })
}

/// `\n`, `\u0067`, `\x67`, `\147`, `\"`, `%67`, `'\''`, and letters with zeros between them.
fn unescape(line: &str, start: usize, plain: &mut Plain) {
    let mut at = 0;
    while let Some(first) = line[at..].chars().next() {
        let rest = &line[at..];
        let (letter, many) = match first {
            '\\' => escaped(rest),
            '%' => match number(rest.get(1..3), 16) {
                Some(letter) => (Some(letter), 3),
                None => (Some('%'), 1),
            },
            '\'' if rest.starts_with(r"'\''") => (Some('\''), 4),
            '\0' | SHOWN_ZERO => (None, first.len_utf8()),
            plain => (Some(plain), plain.len_utf8()),
        };
        if let Some(letter) = letter {
            plain.push(letter, start + at..start + at + many);
        }
        at += many;
    }
    plain.end();
}

/// What stands behind a backslash, and how many bytes both have.
fn escaped(rest: &str) -> (Option<char>, usize) {
    let by_number = |from: usize, most: usize, radix: u32| {
        (from < most)
            .then(|| number(rest.get(from..most), radix))
            .flatten()
            .map(|letter| (Some(letter), most))
    };
    let Some(second) = rest[1..].chars().next() else { return (Some('\\'), 1) };
    let found = match second {
        'n' => Some((Some('\n'), 2)),
        'r' => Some((Some('\r'), 2)),
        't' => Some((Some('\t'), 2)),
        'u' => by_number(2, 6, 16),
        'x' => by_number(2, 4, 16),
        '0'..='7' => by_number(1, 4, 8),
        _ => None,
    };
    found.unwrap_or((Some(second), 1 + second.len_utf8()))
}

fn number(digits: Option<&str>, radix: u32) -> Option<char> {
    let digits = digits.filter(|digits| digits.chars().all(|c| c.is_digit(radix)))?;
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

/// `g h p _` and one letter on each line.
fn gather_apart(text: &str, plain: &mut Plain) {
    let bytes = text.as_bytes();
    // A blank between two others is one of the letters.
    let is_alone = |at: usize| {
        matches!(bytes[at], b' '..=b'~') && bytes.get(at + 1).is_none_or(|b| matches!(b, b' ' | b'\n'))
    };
    let mut at = 0;
    while at < bytes.len() {
        let begins = at == 0 || matches!(bytes[at - 1], b' ' | b'\n' | b'\t');
        if !begins || bytes[at] == b' ' || !is_alone(at) {
            at += 1;
            continue;
        }
        let mut end = at;
        while end < bytes.len() && is_alone(end) {
            end += 2;
        }
        if end - at >= 2 * APART {
            let letters: Vec<Range<usize>> = (at..end).step_by(2).map(|one| one..one + 1).collect();
            for place in letters {
                plain.push(char::from(bytes[place.start]), place);
            }
            plain.end();
        }
        at = end;
    }
}
