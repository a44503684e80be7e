//! What a session has hidden: each secret under one number.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use super::find::find;

/// How a placeholder begins, and how it ends.
const OPEN: &str = "[hidden ";
const CLOSE: char = ']';

/// What a session has hidden from the model.
///
/// A secret is known again by its hash, so the veil keeps none. Numbers count up from 1 and never change.
#[derive(Clone, Debug, Default)]
pub struct Veil {
    numbers: HashMap<[u8; 32], u32>,
    last: u32,
    allowed: BTreeSet<u32>,
}

/// A text that may leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The text with placeholders in the place of secrets.
    pub text: String,
    /// What was hidden in it, each number once, in order of appearance.
    pub hidden: Vec<Hidden>,
}

/// A secret that was hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// What it is: `github-token`.
    pub kind: &'static str,
    /// Its number in this session.
    pub number: u32,
}

impl Hidden {
    /// What stands in the place of the secret: `[hidden github-token #3]`.
    pub fn placeholder(self) -> String {
        format!("{OPEN}{} #{}{CLOSE}", self.kind, self.number)
    }
}

impl Veil {
    /// Counts on from the placeholders of a text that was sent in an earlier part of the conversation, so that one
    /// placeholder never stands for two secrets.
    pub fn count_on(&mut self, sent: &str) {
        for (at, _) in sent.match_indices(OPEN) {
            let rest = &sent[at + OPEN.len()..];
            let Some((inside, _)) = rest.split_once(CLOSE) else { continue };
            let number = inside.rsplit_once('#').and_then(|(_, number)| number.parse::<u32>().ok());
            // A number nobody counted to was written by somebody else.
            self.last = self.last.max(number.filter(|n| *n < 1_000_000).unwrap_or(0));
        }
    }

    /// Hides every secret of a text but those that were allowed.
    pub fn cover(&mut self, text: &str) -> Covered {
        let (mut out, mut hidden, mut from) = (String::new(), Vec::new(), 0);
        for found in find(text) {
            let secret = &text[found.range.clone()];
            let this = Hidden { kind: found.kind, number: self.number(secret) };
            if self.allowed.contains(&this.number) {
                continue;
            }
            out.push_str(&text[from..found.range.start]);
            out.push_str(&this.placeholder());
            from = found.range.end;
            if !hidden.contains(&this) {
                hidden.push(this);
            }
        }
        out.push_str(&text[from..]);
        Covered { text: out, hidden }
    }

    /// Lets one secret through from now on; what was sent before stays as it is. `false` if nothing has this number.
    pub fn allow(&mut self, number: u32) -> bool {
        let is_known = self.numbers.values().any(|known| *known == number);
        if is_known {
            self.allowed.insert(number);
        }
        is_known
    }

    /// How many secrets were met, and how many of them may leave.
    pub fn counts(&self) -> (usize, usize) {
        (self.numbers.len(), self.allowed.len())
    }

    fn number(&mut self, secret: &str) -> u32 {
        let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        let last = &mut self.last;
        *self.numbers.entry(hash).or_insert_with(|| {
            *last += 1;
            *last
        })
    }
}
