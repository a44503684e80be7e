//! What was undone so far.

use std::{io::Read as _, ops::Range};

/// What is unpacked of one piece at most. *Unit:* bytes.
const UNPACKED: u64 = 256 * 1024;
/// A shorter stretch of text holds no secret. *Unit:* bytes.
pub(super) const SHORTEST: usize = 12;
/// Stands between two pieces; no form goes across it.
const BREAK: &str = "\n\u{1}\n";

/// What was undone, and where each byte of it came from.
#[derive(Default)]
pub(in crate::redact) struct Plain {
    pub(in crate::redact) text: String,
    from: Vec<(usize, usize)>,
}

impl Plain {
    /// Where a piece of this text stands in the one it was made of.
    pub(in crate::redact) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let from = &self.from[range.clone()];
        let start = from.iter().map(|(start, _)| *start).min().unwrap_or_default();
        let end = from.iter().map(|(_, end)| *end).max().unwrap_or_default();
        start..end
    }

    /// Adds every stretch of text in the bytes that a whole run undoes to.
    pub(super) fn take(&mut self, bytes: &[u8], run: &Range<usize>) {
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut unpacked = Vec::new();
            // What could be read before an error is looked at, too.
            let _ = flate2::read::GzDecoder::new(bytes).take(UNPACKED).read_to_end(&mut unpacked);
            self.take_stretches(&unpacked, run);
        } else {
            self.take_stretches(bytes, run);
        }
    }

    fn take_stretches(&mut self, bytes: &[u8], run: &Range<usize>) {
        let is_utf8 = std::str::from_utf8(bytes).is_ok();
        // A zero is the other half of a wide letter, or fills a block.
        let is_break = |b: &u8| {
            let is_text = matches!(*b, 0 | b'\t' | b'\n' | b'\r' | b' '..=b'~') || (is_utf8 && *b >= 0x80);
            !is_text
        };
        for stretch in bytes.split(is_break).filter(|stretch| stretch.len() >= SHORTEST) {
            let letters: Vec<u8> = stretch.iter().copied().filter(|b| *b != 0).collect();
            if letters.len() >= SHORTEST {
                self.add(&String::from_utf8_lossy(&letters), run);
            }
        }
    }

    /// Adds a text that a whole run undoes to.
    fn add(&mut self, text: &str, run: &Range<usize>) {
        self.text.push_str(text);
        self.text.push_str(BREAK);
        self.from.resize(self.text.len(), (run.start, run.end));
    }

    /// Adds one letter that comes from there.
    pub(super) fn push(&mut self, letter: char, from: Range<usize>) {
        self.text.push(letter);
        self.from.resize(self.text.len(), (from.start, from.end));
    }

    /// Ends a piece that was added letter by letter.
    pub(super) fn end(&mut self) {
        let last = self.from.last().copied().unwrap_or_default();
        self.text.push_str(BREAK);
        self.from.resize(self.text.len(), last);
    }
}
