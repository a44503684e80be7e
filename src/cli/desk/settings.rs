//! All settings with their values and sources, and changing one in the person's own file.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{known::Known, service::Service, settings_file};
use crate::{
    config::{ALL, Origin, Setting, Shape},
    protocol::{Failure, Kind, Mode, SettingRow, ValueKind},
};

/// Stands for what is not shown.
const HIDDEN: &str = "••••";

impl Service {
    /// All settings in the order they are documented. Keys are not in them.
    pub(super) async fn settings(self: &Arc<Self>) -> Result<Vec<SettingRow>, Failure> {
        self.on_disk(|_, known| Ok(ALL.iter().map(|setting| known.row(setting)).collect())).await
    }

    /// Writes a setting into the person's file, or takes it out of there.
    ///
    /// Errors: there is no such setting; it is no such value; it is not changed here; the file cannot be written.
    pub(super) async fn set(self: &Arc<Self>, name: String, value: Option<String>) -> Result<(), Failure> {
        self.on_disk(move |_, known| {
            let setting = ALL
                .iter()
                .find(|setting| setting.key == name)
                .ok_or_else(|| Failure::new(Kind::Usage, format!("there is no setting `{name}`")))?;
            let value = value.map(|value| read(setting, &value)).transpose()?;
            if kind(setting) == ValueKind::Fixed && value.is_some() {
                let failure = Failure::new(Kind::Usage, format!("`{name}` is not changed here"));
                return Err(failure.hint(format!("write it into `{}`", known.settings_file().display())));
            }
            settings_file::set(&known.settings_file(), &name, value.as_ref())
        })
        .await
    }
}

impl Known {
    fn row(&self, setting: &Setting) -> SettingRow {
        let (value, origin) = self.settings.value(setting.key).map_or_else(
            || (setting.default.to_owned(), Origin::Default),
            |(value, origin)| (shown(setting, value), origin.clone()),
        );
        let choices = match setting.shape {
            Shape::Switch => vec!["true".to_owned(), "false".to_owned()],
            Shape::Word(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            Shape::Mode => Mode::ALL.map(|mode| mode.name().to_owned()).into(),
            _ => Vec::new(),
        };
        SettingRow {
            name: setting.key.to_owned(),
            about: setting.doc.to_owned(),
            value,
            source: origin.short(&self.homes.user_home),
            kind: kind(setting),
            choices,
            is_live: setting.is_live,
        }
    }
}

fn kind(setting: &Setting) -> ValueKind {
    match setting.shape {
        _ if setting.is_secret => ValueKind::Fixed,
        Shape::Switch => ValueKind::Switch,
        Shape::Word(_) | Shape::Mode => ValueKind::Word,
        Shape::Count | Shape::Limit | Shape::Number => ValueKind::Number,
        Shape::Text => ValueKind::Text,
        Shape::Texts | Shape::TextOrTexts | Shape::TextMap | Shape::Object => ValueKind::Fixed,
    }
}

/// Reads what was typed. Errors: it may not stand there.
fn read(setting: &Setting, text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).ok().filter(|value| setting.shape.holds(value)).ok_or_else(|| {
        let typed: String = text.chars().take(40).collect();
        let wanted = setting.shape.words();
        Failure::new(Kind::Usage, format!("`{}` is {wanted}, not `{typed}`", setting.key))
    })
}

/// A value as JSON that may be looked at: of secrets and objects only the names, of an address no password.
fn shown(setting: &Setting, value: &Value) -> String {
    let hidden = || Value::from(HIDDEN);
    match value {
        Value::Object(map) => {
            let names: Map<String, Value> = map.keys().map(|name| (name.clone(), hidden())).collect();
            Value::Object(names)
        }
        _ if setting.is_secret => hidden(),
        Value::String(text) => Value::from(without_password(text)),
        other => other.clone(),
    }
    .to_string()
}

/// An address without the part that signs in.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match host.rfind('@') {
        Some(at) => format!("{scheme}://{HIDDEN}@{}", &rest[at + 1..]),
        None => text.to_owned(),
    }
}
