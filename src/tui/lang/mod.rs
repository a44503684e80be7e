//! What the screen says, in the languages it speaks.
//!
//! Every sentence of the screen is a field of [`Words`]; a language is one value of it, in a file of its own, so that a
//! sentence that is missing does not compile. What other floors say of settings, providers and questions is in `told.rs`; their
//! notices and errors are shown as they are.

mod en;
#[cfg(test)]
mod tests;
mod told;
mod words;
mod zh;

pub(super) use told::told;
pub(super) use words::Words;

use crate::base::Tokens;

/// A sentence of the screen, in whichever language it is asked for: `|w| w.not_signed_in`.
pub(super) type Sentence = fn(&Words) -> &'static str;

/// A language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// All of them, with the names they are chosen by.
    pub const ALL: [(Self, &'static str); 2] = [(Self::English, "en"), (Self::Chinese, "zh")];

    /// The language of a locale as the environment writes it: `zh_CN.UTF-8`, `en`, `C`. English for all others.
    pub fn of_locale(locale: &str) -> Self {
        let tag: String = locale.chars().take_while(char::is_ascii_alphabetic).collect();
        if tag.eq_ignore_ascii_case("zh") { Self::Chinese } else { Self::English }
    }

    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &en::WORDS,
            Self::Chinese => &zh::WORDS,
        }
    }
}

/// A sentence about a number: one for 1, another for all others, each with `{n}`.
pub(super) fn counted(n: u64, one: &str, more: &str) -> String {
    fill(if n == 1 { one } else { more }, &[("n", &Tokens(n).to_string())])
}

/// Puts values into a sentence: `fill("{n} lines", &[("n", "3")])`. A name that is not in the sentence is left out.
pub(super) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else { break };
        let name = &rest[open + 1..open + close];
        out.push_str(&rest[..open]);
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}
