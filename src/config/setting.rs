//! What a setting is.

use std::str::FromStr;

use serde_json::Value;

use crate::protocol::Mode;

/// One key a person may write into `settings.json`.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name, parts joined by dots.
    pub key: &'static str,
    /// What may stand there.
    pub shape: Shape,
    /// What holds when nothing is set, as JSON; empty when the key then has no value.
    pub default: &'static str,
    /// One line on what it does.
    pub doc: &'static str,
    /// Whether a project's own settings have a voice: only where they cannot act.
    pub is_for_projects: bool,
    /// Whether it holds keys.
    pub is_secret: bool,
    /// Whether a change counts at once in a running session.
    pub is_live: bool,
    /// How the values of several files come together.
    pub merge: Merge,
    /// The environment variable above it.
    pub env: Option<&'static str>,
    /// The flag above it.
    pub flag: Option<&'static str>,
}

/// What may stand in a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// `true` or `false`.
    Switch,
    /// A whole number from 1.
    Count,
    /// A whole number; zero or less means no limit.
    Limit,
    /// A number.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An approval mode.
    Mode,
    /// A list of strings.
    Texts,
    /// A string or a list of strings.
    TextOrTexts,
    /// An object whose values are strings.
    TextMap,
    /// An object.
    Object,
}

/// How the values of several files come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The higher one counts.
    Replace,
    /// Lists are put together, each entry once.
    Union,
    /// Objects are put together by key; for one key the higher one counts.
    Keys,
    /// `false` in one of them counts.
    Veto,
}

/// Starts a row of the table; the methods below say what differs from the usual.
pub(super) const fn setting(key: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        key,
        shape,
        default: "",
        doc,
        is_for_projects: false,
        is_secret: false,
        is_live: false,
        merge: Merge::Replace,
        env: None,
        flag: None,
    }
}

impl Setting {
    pub(super) const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    pub(super) const fn for_projects(self) -> Self {
        Self { is_for_projects: true, ..self }
    }

    pub(super) const fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    pub(super) const fn live(self) -> Self {
        Self { is_live: true, ..self }
    }

    pub(super) const fn merge(self, merge: Merge) -> Self {
        Self { merge, ..self }
    }

    pub(super) const fn env(self, name: &'static str) -> Self {
        Self { env: Some(name), ..self }
    }

    pub(super) const fn flag(self, name: &'static str) -> Self {
        Self { flag: Some(name), ..self }
    }
}

impl Shape {
    /// Whether the value may stand there.
    pub fn holds(self, value: &Value) -> bool {
        let is_texts = |value: &Value| value.as_array().is_some_and(|all| all.iter().all(Value::is_string));
        match self {
            Self::Text => value.is_string(),
            Self::Switch => value.is_boolean(),
            Self::Count => value.as_u64().is_some_and(|n| n > 0),
            Self::Limit => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            // Newer versions of Qwen Code write `auto`; see `Loaded::mode`.
            Self::Mode => value.as_str().is_some_and(|word| word == "auto" || Mode::from_str(word).is_ok()),
            Self::Texts => is_texts(value),
            Self::TextOrTexts => value.is_string() || is_texts(value),
            Self::TextMap => value.as_object().is_some_and(|map| map.values().all(Value::is_string)),
            Self::Object => value.is_object(),
        }
    }

    /// What may stand there, in words.
    pub fn words(self) -> String {
        match self {
            Self::Text => "a string".to_owned(),
            Self::Switch => "true or false".to_owned(),
            Self::Count => "a whole number from 1".to_owned(),
            Self::Limit => "a whole number".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Word(words) => one_of(words),
            Self::Mode => one_of(&Mode::ALL.map(Mode::name)),
            Self::Texts => "a list of strings".to_owned(),
            Self::TextOrTexts => "a string or a list of strings".to_owned(),
            Self::TextMap => "an object of strings".to_owned(),
            Self::Object => "an object".to_owned(),
        }
    }

    /// Reads the value of an environment variable; `None` when it may not stand there.
    pub(super) fn read(self, text: &str) -> Option<Value> {
        let value = match self {
            Self::Switch if text == "1" => Value::from(true),
            Self::Switch if text == "0" => Value::from(false),
            Self::Switch | Self::Count | Self::Limit | Self::Number => serde_json::from_str(text).ok()?,
            _ => Value::from(text),
        };
        self.holds(&value).then_some(value)
    }
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    format!("one of {}", quoted.join(", "))
}
