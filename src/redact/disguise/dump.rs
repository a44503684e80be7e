//! Numbers of bytes one after the other: what `xxd`, `hexdump` and `od` print, and lists in programs.

use std::ops::Range;

use super::plain::{Plain, SHORTEST};

/// What a line of a dump shows at most. *Unit:* bytes.
const ROW: usize = 16;

/// A way in which a word may stand for bytes.
type Reading = fn(&str) -> Option<Vec<u8>>;

/// All of them.
const READINGS: [Reading; 5] = [in_order, swapped, octal, octal_pair, decimal];

/// Bytes that were read so far, and where they stand.
#[derive(Default)]
struct Row {
    bytes: Vec<u8>,
    range: Range<usize>,
}

impl Row {
    fn add(&mut self, bytes: &[u8], place: &Range<usize>) {
        if self.bytes.is_empty() {
            self.range = place.clone();
        }
        self.bytes.extend(bytes);
        self.range.end = place.end;
    }

    fn end(&mut self, plain: &mut Plain) {
        if self.bytes.len() >= SHORTEST {
            plain.take(&self.bytes, &self.range);
        }
        self.bytes.clear();
    }
}

pub(super) fn undo(text: &str, plain: &mut Plain) {
    let mut rows: [Row; READINGS.len()] = std::array::from_fn(|_| Row::default());
    let mut letters = Row::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let place = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        let line = &text[place.clone()];
        if line.is_empty() {
            continue;
        }
        match cells(line) {
            Some(bytes) => letters.add(&bytes, &place),
            None => letters.end(plain),
        }
        let offset = offset(line);
        for (row, reading) in rows.iter_mut().zip(READINGS) {
            if let Some(offset) = offset {
                let bytes = shown(&line[offset..], reading);
                if bytes.is_empty() {
                    row.end(plain);
                } else {
                    row.add(&bytes, &place);
                }
                continue;
            }
            for (word, at) in words(line) {
                let word_place = place.start + at..place.start + at + word.len();
                match reading(word) {
                    Some(bytes) => row.add(&bytes, &word_place),
                    None => row.end(plain),
                }
            }
        }
    }
    rows.iter_mut().chain([&mut letters]).for_each(|row| row.end(plain));
}

/// The words of letters and digits in a line, and where they begin.
fn words(line: &str) -> impl Iterator<Item = (&str, usize)> {
    let is_between = |c: char| !c.is_ascii_alphanumeric();
    let pieces = line.split_inclusive(is_between).scan(0, |at, piece| {
        *at += piece.len();
        Some((piece, *at - piece.len()))
    });
    pieces
        .map(move |(piece, at)| (piece.trim_end_matches(is_between), at))
        .filter(|(word, _)| !word.is_empty())
}

/// Where a line of a dump goes on behind its offset: `00000010: 6768`, `0000020 147 150`.
fn offset(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_hexdigit).count();
    let rest = line.get(digits..)?;
    let colon = usize::from(rest.starts_with(':'));
    let is_offset = (4..=16).contains(&digits) && (colon == 1 || digits >= 6);
    (is_offset && rest[colon..].starts_with([' ', '\t'])).then_some(digits + colon)
}

/// The bytes of a line of a dump, without the letters that stand beside them.
fn shown(rest: &str, reading: Reading) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in rest.split_ascii_whitespace() {
        match reading(word) {
            Some(more) if bytes.len() < ROW => bytes.extend(more),
            _ => break,
        }
    }
    bytes
}

/// `67`, `6768`, `0x67`, `67685f70`.
fn in_order(word: &str) -> Option<Vec<u8>> {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    if !matches!(digits.len(), 2 | 4 | 8 | 16) {
        return None;
    }
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// The same with the last byte of each word in front.
fn swapped(word: &str) -> Option<Vec<u8>> {
    in_order(word).filter(|bytes| bytes.len() > 1).map(|bytes| bytes.into_iter().rev().collect())
}

/// `147`.
fn octal(word: &str) -> Option<Vec<u8>> {
    (word.len() == 3).then_some(())?;
    Some(vec![u8::from_str_radix(word, 8).ok()?])
}

/// `064147`: two bytes, the last in front.
fn octal_pair(word: &str) -> Option<Vec<u8>> {
    (word.len() == 6).then_some(())?;
    Some(u16::from_str_radix(word, 8).ok()?.to_le_bytes().to_vec())
}

/// `103`.
fn decimal(word: &str) -> Option<Vec<u8>> {
    (word.len() <= 3).then_some(())?;
    Some(vec![word.parse().ok()?])
}

/// What `od -c` shows: an offset, then four columns for each letter.
fn cells(line: &str) -> Option<Vec<u8>> {
    let (offset, rest) = line.split_at_checked(7)?;
    let is_offset = offset.bytes().all(|b| b.is_ascii_digit()) && !rest.is_empty() && rest.is_ascii();
    is_offset.then_some(())?;
    rest.as_bytes()
        .chunks(4)
        .map(|cell| match cell {
            b"    " => Some(b' '),
            [b' ', b' ', b' ', letter] => Some(*letter),
            [b' ', b' ', b'\\', letter] => Some(if *letter == b'n' { b'\n' } else { 0 }),
            [b' ', digits @ ..] => u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok(),
            _ => None,
        })
        .collect()
}
