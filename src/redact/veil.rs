//! What a session has hidden: each secret under one number.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::{
    disguise,
    find::{Found, find},
    held::{Held, is_telling},
    known::Known,
    marks::Marks,
};
use crate::base::Secret;

/// How a placeholder begins, and how it ends.
const OPEN: &str = "[hidden ";
const CLOSE: char = ']';

/// A shorter secret is known again by its form only. *Unit:* bytes.
const TELLING: usize = 12;
/// A line of a longer secret that is known again by itself. *Unit:* bytes.
const LINE: usize = 40;

/// What a session has hidden from the model.
///
/// Numbers count up from 1 and never change. The values stay in memory only, so that a secret that was met once is
/// known wherever it stands.
#[derive(Default)]
pub struct Veil {
    numbers: HashMap<[u8; 32], u32>,
    kinds: BTreeMap<u32, &'static str>,
    known: Known,
    sought: HashSet<[u8; 32]>,
    last: u32,
    earlier: Marks,
    allowed: BTreeSet<u32>,
    told: BTreeSet<u32>,
    is_off: bool,
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
    /// A veil that hides nothing.
    pub fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    /// Whether it hides nothing.
    pub fn is_off(&self) -> bool {
        self.is_off
    }

    /// Counts on from the placeholders of a text that was sent in an earlier part of the conversation, so that one
    /// placeholder never stands for two secrets. A secret that stands where it stood has its number again.
    pub fn count_on(&mut self, sent: &str) {
        for (_, _, _, number) in placeholders(sent) {
            // A number nobody counted to was written by somebody else.
            self.last = self.last.max(if number < 1_000_000 { number } else { 0 });
        }
        self.earlier.remember(sent);
    }

    /// Learns values that are to be hidden wherever they stand, in whatever writing.
    pub fn learn(&mut self, held: impl IntoIterator<Item = Held>) {
        if self.is_off {
            return;
        }
        for Held { kind, value, before } in held {
            let secret = value.expose();
            let end = before.len() + secret.len();
            let stands = format!("{before}{secret}");
            if self.known_as(secret).is_none()
                && let Some(number) = self.number_of_earlier(kind, &stands, (before.len(), end))
            {
                self.kinds.insert(number, kind);
                self.numbers.insert(digest(secret), number);
            }
            if is_telling(secret) {
                self.seek(kind, secret);
                self.seek(kind, &secret.chars().rev().collect::<String>());
            } else {
                telling_lines(secret).for_each(|line| self.seek(kind, line));
            }
        }
    }

    /// Hides every secret of a text but those that were allowed.
    pub fn cover(&mut self, text: &str) -> Covered {
        self.covered(text, false)
    }

    /// The same, with as many lines as before: a secret of several lines has its placeholder on each.
    pub fn cover_lines(&mut self, text: &str) -> Covered {
        self.covered(text, true)
    }

    fn covered(&mut self, text: &str, keeps_lines: bool) -> Covered {
        let (mut out, mut hidden, mut from) = (String::new(), Vec::new(), 0);
        for found in self.look(text) {
            let secret = &text[found.range.clone()];
            let this = self.number(found.kind, secret, text, (found.range.start, found.range.end));
            if self.allowed.contains(&this.number) {
                continue;
            }
            out.push_str(&text[from..found.range.start]);
            out.push_str(&if keeps_lines { on_each_line(this, secret) } else { this.placeholder() });
            from = found.range.end;
            if !hidden.contains(&this) {
                hidden.push(this);
            }
        }
        out.push_str(&text[from..]);
        Covered { text: out, hidden }
    }

    /// The two texts of an edit with the secrets of `file` in the place of their placeholders. A secret is only put
    /// into the second text where the first holds it, too.
    ///
    /// Errors: a placeholder that stands for nothing in this file.
    pub fn uncover(&self, file: &str, old: &str, new: &str) -> Result<(String, String), String> {
        let (mut real_old, mut real_new) = (old.to_owned(), new.to_owned());
        for found in self.look(file) {
            let secret = &file[found.range.clone()];
            let Some(this) = self.known_as(secret) else { continue };
            let placeholder = this.placeholder();
            if !old.contains(&placeholder) || file.contains(&placeholder) {
                continue;
            }
            for form in [on_each_line(this, secret), placeholder] {
                real_old = real_old.replace(&form, secret);
                real_new = real_new.replace(&form, secret);
            }
        }
        match self.spoken(&real_old, file).or_else(|| self.spoken(&real_new, file)) {
            Some(left) => Err(left),
            None => Ok((real_old, real_new)),
        }
    }

    /// The first placeholder of this conversation in a text that is to be written, unless `there` holds the same
    /// letters already.
    pub fn spoken(&self, text: &str, there: &str) -> Option<String> {
        let is_ours = |(placeholder, number): &(&str, u32)| {
            (1..=self.last).contains(number) && !there.contains(placeholder)
        };
        let all = placeholders(text).map(|(_, placeholder, _, number)| (placeholder, number));
        let mut all = all.filter(is_ours);
        all.next().map(|(placeholder, _)| placeholder.to_owned())
    }

    /// What of this nobody was told of yet; told of from now on.
    pub fn untold(&mut self, covered: &str) -> Vec<Hidden> {
        let numbers: Vec<u32> = placeholders(covered).map(|(_, _, _, number)| number).collect();
        let is_news = |n: &u32| self.kinds.contains_key(n) && self.told.insert(*n);
        let news: Vec<u32> = numbers.into_iter().filter(is_news).collect();
        news.into_iter()
            .filter_map(|n| Some(Hidden { kind: self.kinds.get(&n).copied()?, number: n }))
            .collect()
    }

    /// Whether a text holds a placeholder of this conversation.
    pub fn is_veiled(&self, text: &str) -> bool {
        placeholders(text).any(|(_, _, _, number)| (1..=self.last).contains(&number))
    }

    /// Lets one secret through from now on; what was sent before stays as it is. `false` if nothing has this number.
    pub fn allow(&mut self, number: u32) -> bool {
        let is_known = self.kinds.contains_key(&number);
        if is_known {
            self.allowed.insert(number);
        }
        is_known
    }

    /// How many secrets were met, and how many of them may leave.
    pub fn counts(&self) -> (usize, usize) {
        (self.kinds.len(), self.allowed.len())
    }

    /// Everything that was met, by number, and whether it may leave.
    pub fn list(&self) -> Vec<(Hidden, bool)> {
        let row = |(number, kind): (&u32, &&'static str)| {
            (Hidden { kind, number: *number }, self.allowed.contains(number))
        };
        self.kinds.iter().map(row).collect()
    }

    /// Secrets by their form and those that are known, as they are and in another writing. None overlaps another.
    fn look(&self, text: &str) -> Vec<Found> {
        if self.is_off {
            return Vec::new();
        }
        let mut all = self.search(text);
        let plain = disguise::undo(text);
        for found in self.search(&plain.text) {
            let secret = &plain.text[found.range.clone()];
            if !self.known_as(secret).is_some_and(|this| self.allowed.contains(&this.number)) {
                all.push(Found { kind: found.kind, range: plain.place(&found.range) });
            }
        }
        apart(all)
    }

    fn search(&self, text: &str) -> Vec<Found> {
        if text.is_empty() {
            return Vec::new();
        }
        let mut all = find(text);
        all.extend(self.known.find(text));
        apart(all)
    }

    fn known_as(&self, secret: &str) -> Option<Hidden> {
        let number = *self.numbers.get(&digest(secret))?;
        Some(Hidden { kind: self.kinds.get(&number).copied()?, number })
    }

    /// The number a secret had in an earlier part of the conversation, if that can be told by its place.
    fn number_of_earlier(&self, kind: &str, text: &str, place: (usize, usize)) -> Option<u32> {
        let is_free = |number| number <= self.last && !self.kinds.contains_key(&number);
        self.earlier.number(kind, text, place, is_free)
    }

    fn number(&mut self, kind: &'static str, secret: &str, text: &str, place: (usize, usize)) -> Hidden {
        if let Some(known) = self.known_as(secret) {
            return known;
        }
        let number = self.number_of_earlier(kind, text, place).unwrap_or_else(|| {
            self.last += 1;
            self.last
        });
        self.kinds.insert(number, kind);
        self.numbers.insert(digest(secret), number);
        for line in telling_lines(secret) {
            self.numbers.entry(digest(line)).or_insert(number);
            self.seek(kind, line);
        }
        Hidden { kind, number }
    }

    /// Looks for a value from now on.
    fn seek(&mut self, kind: &'static str, value: &str) {
        if self.sought.insert(digest(value)) {
            self.known.add(kind, Secret::new(value.to_owned()));
        }
    }
}

/// What was found, in order, with one place for those that overlap.
fn apart(mut all: Vec<Found>) -> Vec<Found> {
    all.sort_by_key(|found| found.range.start);
    let mut apart: Vec<Found> = Vec::with_capacity(all.len());
    for found in all {
        match apart.last_mut() {
            Some(last) if found.range.start < last.range.end => {
                last.range.end = last.range.end.max(found.range.end);
            }
            _ => apart.push(found),
        }
    }
    apart
}

/// The lines of a secret that are known again by themselves. No word and no number: those stand elsewhere with
/// another meaning.
fn telling_lines(secret: &str) -> impl Iterator<Item = &str> {
    let least = if secret.trim().contains('\n') { LINE } else { TELLING };
    secret.lines().map(str::trim).filter(move |line| {
        let has = |is: fn(&u8) -> bool| line.bytes().any(|b| is(&b));
        line.len() >= least && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
    })
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn on_each_line(hidden: Hidden, secret: &str) -> String {
    vec![hidden.placeholder(); secret.matches('\n').count() + 1].join("\n")
}

/// Everything in a text that has the form of a placeholder: where it begins, the whole, its kind and its number.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = (usize, &str, &str, u32)> {
    text.match_indices(OPEN).filter_map(|(at, _)| {
        let end = at + text[at..].find(CLOSE)? + CLOSE.len_utf8();
        let whole = &text[at..end];
        let (kind, number) = whole[OPEN.len()..].trim_end_matches(CLOSE).split_once(" #")?;
        let is_kind = kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        is_kind.then_some(())?;
        Some((at, whole, kind, number.parse().ok()?))
    })
}
