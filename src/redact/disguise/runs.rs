//! Runs of base64, base32 and hexadecimal digits, also over several lines.

use std::ops::Range;

use super::Plain;

/// Fewer letters hold no secret.
const FEWEST: usize = 24;
/// A line that is so long and nothing but such letters may go on in the next.
const WHOLE_LINE: usize = 16;

pub(super) fn undo(text: &str, plain: &mut Plain) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_letter(bytes[at]) {
            at += 1;
            continue;
        }
        let lines = lines_from(bytes, at);
        let whole = at..lines.last().map_or(at, |line| line.end);
        take(bytes, &lines, &whole, plain);
        if lines.len() > 1 {
            // The first lines may have been something else.
            for line in &lines {
                take(bytes, std::slice::from_ref(line), line, plain);
            }
        }
        at = whole.end.max(at + 1);
    }
}

/// The lines of the run that begins here.
fn lines_from(bytes: &[u8], start: usize) -> Vec<Range<usize>> {
    let (mut lines, mut from) = (Vec::new(), start);
    loop {
        let many = bytes[from..].iter().take_while(|b| is_letter(**b)).count();
        let padding = bytes[from + many..].iter().take(6).take_while(|b| **b == b'=').count();
        let end = from + many + padding;
        lines.push(from..end);
        let next = match &bytes[end..] {
            [b'\n', ..] => end + 1,
            [b'\r', b'\n', ..] => end + 2,
            _ => return lines,
        };
        let goes_on = padding == 0 && many >= WHOLE_LINE && bytes.get(next).copied().is_some_and(is_letter);
        if !goes_on {
            return lines;
        }
        from = next;
    }
}

fn take(bytes: &[u8], lines: &[Range<usize>], whole: &Range<usize>, plain: &mut Plain) {
    if lines.iter().map(Range::len).sum::<usize>() < FEWEST {
        return;
    }
    let letters: Vec<u8> =
        lines.iter().flat_map(|line| &bytes[line.clone()]).copied().filter(|b| *b != b'=').collect();
    let all = |value: fn(u8) -> Option<u8>| letters.iter().all(|b| value(*b).is_some());
    // A run may begin in the middle of what was written.
    let mut read = |value: fn(u8) -> Option<u8>, bits: u32, starts: usize| {
        for start in 0..starts {
            plain.take(&packed(&letters[start..], value, bits), whole);
        }
    };
    read(base64, 6, 4);
    if all(base32) {
        read(base32, 5, 8);
    }
    if all(hexadecimal) {
        read(hexadecimal, 4, 2);
    }
}

/// The bytes that digits of so many bits make.
fn packed(digits: &[u8], value: fn(u8) -> Option<u8>, bits: u32) -> Vec<u8> {
    let (mut out, mut held, mut many) = (Vec::with_capacity(digits.len()), 0_u32, 0);
    for digit in digits.iter().filter_map(|b| value(*b)) {
        held = (held << bits) | u32::from(digit);
        many += bits;
        if many >= 8 {
            many -= 8;
            out.push(u8::try_from((held >> many) & 0xff).unwrap_or_default());
        }
    }
    out
}

fn is_letter(b: u8) -> bool {
    base64(b).is_some()
}

fn base64(b: u8) -> Option<u8> {
    match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn base32(b: u8) -> Option<u8> {
    match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'2'..=b'7' => Some(b - b'2' + 26),
        _ => None,
    }
}

fn hexadecimal(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
