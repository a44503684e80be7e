//! Long pastes, shown as one short sign and sent in full.
//!
//! In the draft a chip is one character that nothing else uses, so that no move, edit or undo can take it apart.

use crate::{
    base::Bytes,
    tui::lang::{Language, Words, fill},
};

/// A paste of more lines becomes a chip. Source: `docs/sources.md`, tui 4.5.
const LINES: usize = 10;
/// A paste of more characters becomes a chip. Source: as above.
const CHARACTERS: usize = 1_000;

/// The first character that stands for a chip: near the end of the private ones, where no font has signs.
pub(super) const FIRST: char = '\u{10f000}';
const LAST: char = '\u{10fffd}';

/// Whether a character of a draft stands for a chip.
pub(super) fn is_chip(c: char) -> bool {
    (FIRST..=LAST).contains(&c)
}

/// A text from outside, in which no character stands for a chip.
pub(super) fn without_chips(text: &str) -> String {
    text.replace(is_chip, "\u{fffd}")
}

/// The long pastes of one composer.
#[derive(Clone, Debug)]
pub(super) struct Chips {
    /// What they are shown with.
    words: &'static Words,
    /// How each is shown, and what it stands for.
    all: Vec<(String, String)>,
}

impl Default for Chips {
    fn default() -> Self {
        Self::speaking(Language::default().words())
    }
}

impl Chips {
    /// None yet, shown in a language.
    pub(super) fn speaking(words: &'static Words) -> Self {
        Self { words, all: Vec::new() }
    }

    /// Speaks another language from now on; labels stay as they are.
    pub(super) fn speak(&mut self, words: &'static Words) {
        self.words = words;
    }

    /// The character that stands for a long text; `None` for one that is short enough to be shown.
    pub(super) fn take(&mut self, pasted: &str) -> Option<char> {
        let lines = pasted.lines().count();
        if lines <= LINES && pasted.chars().nth(CHARACTERS).is_none() {
            return None;
        }
        let number = u32::try_from(self.all.len()).ok()?;
        let sign = char::from_u32(u32::from(FIRST) + number).filter(|c| is_chip(*c))?;
        let size = Bytes(pasted.len() as u64).short();
        let (n, at) = (lines.to_string(), (self.all.len() + 1).to_string());
        let values = [("n", n.as_str()), ("size", &size), ("at", &at)];
        let words = self.words;
        let mut label = fill(if lines == 1 { words.pasted_line } else { words.pasted_lines }, &values);
        if self.all.iter().any(|(known, _)| *known == label) {
            label = fill(words.pasted_again, &values);
        }
        self.all.push((label, pasted.to_owned()));
        Some(sign)
    }

    /// How a chip is shown.
    pub(super) fn label(&self, sign: char) -> Option<&str> {
        self.find(sign).map(|chip| chip.0.as_str())
    }

    /// What a chip stands for.
    pub(super) fn text(&self, sign: char) -> Option<&str> {
        self.find(sign).map(|chip| chip.1.as_str())
    }

    /// The draft as it is shown.
    pub(super) fn labelled(&self, draft: &str) -> String {
        replace(draft, |sign| self.label(sign))
    }

    /// The draft with every chip replaced by what it stands for.
    pub(super) fn expand(&self, draft: &str) -> String {
        replace(draft, |sign| self.text(sign))
    }

    fn find(&self, sign: char) -> Option<&(String, String)> {
        let number = u32::from(sign).checked_sub(u32::from(FIRST))?;
        self.all.get(usize::try_from(number).ok()?)
    }
}

fn replace<'a>(draft: &str, by: impl Fn(char) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(draft.len());
    for c in draft.chars() {
        match by(c) {
            Some(text) => out.push_str(text),
            None => out.push(c),
        }
    }
    out
}
