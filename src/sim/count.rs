//! Counting tokens: a rough tokenizer of the simulator's own.
//!
//! It is deliberately another one than `base::estimate`, so that a client's estimate is wrong here as it is wrong
//! against a real server.

use std::{fmt, sync::Arc};

use serde_json::Value;

type Function = dyn Fn(&str) -> u64 + Send + Sync;
type Weight = dyn Fn(Part<'_>) -> u64 + Send + Sync;

/// A part of a prompt that has a weight of its own.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// All tools; null when there are none.
    Tools(&'a Value),
    /// A message without its content and calls: its role, its ids, its reasoning.
    Message(&'a Value),
    /// A content element, or a content that is a string and not empty.
    Content(&'a Value),
    /// The calls of a message; at least one.
    Calls(&'a [Value]),
}

/// How the simulator counts the tokens of a text.
#[derive(Clone)]
pub struct Count {
    text: Arc<Function>,
    part: Option<Arc<Weight>>,
}

impl Count {
    /// Counts with this function.
    pub fn new(function: impl Fn(&str) -> u64 + Send + Sync + 'static) -> Self {
        Self { text: Arc::new(function), part: None }
    }

    /// Weighs the parts of prompts with this function, so that a prompt weighs what a client predicts; the fields of
    /// `Sizes` beside `internal` have no say then. Answers are still counted as texts.
    pub fn weighing(self, part: impl Fn(Part<'_>) -> u64 + Send + Sync + 'static) -> Self {
        Self { part: Some(Arc::new(part)), ..self }
    }

    /// The number of tokens of a text.
    pub fn of(&self, text: &str) -> u64 {
        (self.text)(text)
    }

    /// The number of tokens of a part, if parts are weighed.
    pub(super) fn weight(&self, part: Part<'_>) -> Option<u64> {
        self.part.as_ref().map(|weigh| weigh(part))
    }
}

impl Default for Count {
    fn default() -> Self {
        Self::new(words)
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Count")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Space,
    Line,
    Mark,
    Wide,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        '0'..='9' => Kind::Digit,
        ' ' => Kind::Space,
        '\n' | '\r' | '\t' => Kind::Line,
        c if c.is_ascii() => Kind::Mark,
        _ => Kind::Wide,
    }
}

/// Counts by words: six letters of a word are a token, each digit is one (Qwen's vocabulary has no numbers), a run
/// of line breaks or tabs is one, so is a run of more than one space, each pair of punctuation marks, and each
/// character beyond ASCII. One space belongs to the word after it.
fn words(text: &str) -> u64 {
    let mut total = 0;
    let mut run: Option<(Kind, u64)> = None;
    for c in text.chars() {
        let now = kind(c);
        run = match run {
            Some((before, length)) if before == now => Some((now, length + 1)),
            ended => {
                total += ended.map_or(0, size);
                Some((now, 1))
            }
        };
    }
    total + run.map_or(0, size)
}

fn size((kind, length): (Kind, u64)) -> u64 {
    match kind {
        Kind::Letter => length.div_ceil(6),
        Kind::Digit | Kind::Wide => length,
        Kind::Space => u64::from(length > 1),
        Kind::Line => 1,
        Kind::Mark => length.div_ceil(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_digits_marks_and_signs_are_counted_each_in_its_way() {
        let count = Count::default();
        let counts: Vec<u64> = ["", "hi there", "a 2026", "fn main() {}", "中文", "a\n\n\nb"]
            .iter()
            .map(|t| count.of(t))
            .collect();
        assert_eq!(counts, [0, 2, 5, 4, 2, 3]);
    }
}
