//! A field for a key: what is typed is never drawn.

use crate::{
    base::Secret,
    protocol::Key,
    tui::lang::{Sentence, Words, fill},
};

/// What a pasted key may be wrapped in.
const QUOTES: [char; 3] = ['"', '\'', '`'];

/// A key being typed or pasted.
#[derive(Clone, Debug)]
pub(super) struct SecretField(Key);

impl Default for SecretField {
    fn default() -> Self {
        Self(Key::new(Secret::new(String::new())))
    }
}

impl SecretField {
    /// The key so far; `None` while there is none.
    pub(super) fn key(&self) -> Option<Key> {
        (!self.0.secret().is_empty()).then(|| self.0.clone())
    }

    /// What may be drawn: first and last letters and how long it is.
    pub(super) fn shown(&self, words: &Words) -> String {
        let length = self.0.secret().expose().chars().count();
        let shown = match length {
            0 => return String::new(),
            1..12 => "•".repeat(length),
            _ => self.0.secret().masked(),
        };
        fill(words.key_characters, &[("shown", &shown), ("n", &length.to_string())])
    }

    /// Types one character; blanks and control characters are no part of a key.
    pub(super) fn push(&mut self, c: char) {
        if !c.is_whitespace() && !c.is_control() {
            self.set(format!("{}{c}", self.0.secret().expose()));
        }
    }

    /// Takes the last character back.
    pub(super) fn pop(&mut self) {
        let mut text = self.0.secret().expose().to_owned();
        text.pop();
        self.set(text);
    }

    /// Empties the field.
    pub(super) fn clear(&mut self) {
        self.set(String::new());
    }

    /// Pastes: an assignment, quotes and blanks around the key are dropped. Returns what was dropped.
    pub(super) fn paste(&mut self, text: &str) -> Option<Sentence> {
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let (mut key, mut dropped): (_, Vec<Sentence>) = (line, Vec::new());
        let bare = key.strip_prefix("export ").unwrap_or(key);
        let is_name = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        if let Some((_, value)) = bare.split_once('=').filter(|(name, _)| is_name(name.trim())) {
            key = value.trim();
            dropped.push(|w| w.dropped_name);
        }
        let unquoted = key.trim_matches(QUOTES);
        if unquoted != key {
            dropped.push(|w| w.dropped_quotes);
        }
        let clean: String = unquoted.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        if clean != unquoted || text.trim() != line {
            dropped.push(|w| w.dropped_blanks);
        }
        self.set(clean);
        dropped.first().copied()
    }

    fn set(&mut self, text: String) {
        self.0 = Key::new(Secret::new(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::lang::Language;

    const ENGLISH: Language = Language::English;

    fn pasted(text: &str) -> (String, Option<&'static str>) {
        let mut field = SecretField::default();
        let dropped = field.paste(text).map(|word| word(ENGLISH.words()));
        (field.key().map(|k| k.secret().expose().to_owned()).unwrap_or_default(), dropped)
    }

    #[test]
    fn a_pasted_assignment_becomes_the_key_and_says_so() {
        let key = "sk-0123456789abcdef".to_owned();
        assert_eq!(pasted(" sk-0123456789abcdef\n"), (key.clone(), None));
        let name = Some("the name before `=`");
        assert_eq!(pasted("export DASHSCOPE_API_KEY=\"sk-0123456789abcdef\""), (key.clone(), name));
        assert_eq!(pasted("'sk-0123456789abcdef'"), (key.clone(), Some("quotes")));
        assert_eq!(pasted("sk-01234567 89abcdef"), (key, Some("blanks")));
        assert_eq!(pasted("abc=def"), ("abc=def".to_owned(), None), "a key may hold an equals sign");
    }

    #[test]
    fn a_key_is_shown_by_its_ends_and_never_in_debug() {
        let mut field = SecretField::default();
        field.paste("sk-canary-0123456789");
        assert_eq!(field.shown(ENGLISH.words()), "sk-…6789 (20 characters)");
        assert_eq!(format!("{field:?}"), "SecretField(Key(…))");
        field.clear();
        "short".chars().for_each(|c| field.push(c));
        field.pop();
        assert_eq!(field.shown(ENGLISH.words()), "•••• (4 characters)");
    }
}
