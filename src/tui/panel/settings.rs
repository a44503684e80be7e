//! All settings: their values, where those come from, and changing them.

use serde_json::Value;

use super::{Entry, List, Mark, Step, by_digit};
use crate::{
    protocol::{DeskOp, Failure, Op, SettingRow, ValueKind},
    tui::{
        composer::Edit,
        keys::{Action, Meaning},
        lang::Words,
    },
};

/// The panel.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Settings {
    pub(super) list: List<SettingRow>,
    pub(super) page: Page,
    pub(super) failure: Option<Failure>,
    /// What is being written.
    writing: Option<(String, Option<String>)>,
    /// What stands above the value that was written last.
    pub(super) above: Option<String>,
}

/// What it shows.
#[derive(Clone, Debug, Default)]
pub(super) enum Page {
    /// The list.
    #[default]
    All,
    /// The words of one.
    Words(Box<SettingRow>, Mark),
    /// A number or a text that is written.
    Write(Box<SettingRow>, String),
}

impl Entry for SettingRow {
    fn text(&self) -> String {
        format!("{} {} {}", self.name, self.value, self.about)
    }
}

impl Settings {
    /// Takes the settings. Gives the name of the one that was changed, if a change of it counts at once, and the values of
    /// all such settings.
    pub(super) fn take(&mut self, rows: Vec<SettingRow>) -> Option<(String, Vec<(String, String)>)> {
        let changed = self.writing.take().map(|(name, value)| {
            let row = rows.iter().find(|row| row.name == name);
            let is_in_force = |row: &&SettingRow| value.as_ref().is_none_or(|value| *value == row.value);
            self.above = row.filter(|row| !is_in_force(row)).map(|row| row.source.clone());
            name
        });
        let live = rows.iter().filter(|row| row.is_live);
        let live: Vec<(String, String)> = live.map(|row| (row.name.clone(), plain(&row.value))).collect();
        self.list.take(rows);
        changed.filter(|name| live.iter().any(|(known, _)| known == name)).map(|name| (name, live))
    }

    /// One step back; whether there was one.
    pub(super) fn back(&mut self) -> bool {
        self.failure = None;
        !matches!(std::mem::take(&mut self.page), Page::All) || self.list.clear()
    }

    /// Takes a pasted text.
    pub(super) fn paste(&mut self, text: &str) {
        match &mut self.page {
            Page::Write(_, value) => {
                let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
                value.push_str(line);
            }
            Page::All => self.list.paste(text),
            Page::Words(..) => {}
        }
    }

    pub(super) fn key(&mut self, meaning: Meaning, words: &Words) -> Step {
        (self.failure, self.above) = (None, None);
        match &mut self.page {
            Page::All => self.key_in_list(meaning, words),
            Page::Words(row, mark) => {
                let many = row.choices.len();
                match meaning {
                    Meaning::Does(action @ (Action::Up | Action::Down)) => {
                        mark.step(action == Action::Down, many);
                        return Step::Stay;
                    }
                    Meaning::Text(c) if let Some(at) = by_digit(c, many) => mark.set(at),
                    Meaning::Does(Action::Send) => {}
                    _ => return Step::Stay,
                }
                let word = row.choices.get(mark.at(many)).cloned().unwrap_or_default();
                let name = row.name.clone();
                self.page = Page::All;
                self.set(name, Some(Value::from(word).to_string()))
            }
            Page::Write(row, value) => match meaning {
                Meaning::Text(c) => {
                    value.push(c);
                    Step::Stay
                }
                Meaning::Does(Action::Edit(Edit::Backspace)) => {
                    value.pop();
                    Step::Stay
                }
                Meaning::Does(Action::Edit(Edit::ToHead | Edit::WordBack)) => {
                    value.clear();
                    Step::Stay
                }
                Meaning::Does(Action::Send) => {
                    let (name, typed) = (row.name.clone(), value.trim().to_owned());
                    let json = match row.kind {
                        _ if typed.is_empty() => None,
                        ValueKind::Text => Some(Value::from(typed).to_string()),
                        _ => Some(typed),
                    };
                    self.page = Page::All;
                    self.set(name, json)
                }
                _ => Step::Stay,
            },
        }
    }

    fn key_in_list(&mut self, meaning: Meaning, words: &Words) -> Step {
        let marked = self.list.marked().cloned();
        match (meaning, marked) {
            (Meaning::Does(Action::Send), Some(row)) => match row.kind {
                ValueKind::Switch => {
                    let other = (row.value != "true").to_string();
                    self.set(row.name, Some(other))
                }
                ValueKind::Word => {
                    let at = row.choices.iter().position(|word| *word == plain(&row.value)).unwrap_or(0);
                    let mut mark = Mark::default();
                    mark.set(at);
                    self.page = Page::Words(Box::new(row), mark);
                    Step::Stay
                }
                ValueKind::Number | ValueKind::Text => {
                    let value = plain(&row.value);
                    self.page = Page::Write(Box::new(row), value);
                    Step::Stay
                }
                ValueKind::Fixed => Step::Hint(words.settings_fixed.to_owned()),
            },
            (Meaning::Does(Action::Edit(Edit::Delete)), Some(row)) => self.set(row.name, None),
            (meaning, _) => {
                self.list.key(meaning);
                Step::Stay
            }
        }
    }

    fn set(&mut self, name: String, value: Option<String>) -> Step {
        self.writing = Some((name.clone(), value.clone()));
        Step::Ask(Op::Desk(DeskOp::Set { name, value }))
    }
}

/// A value as a person writes it: a text without its quotes.
pub(in crate::tui) fn plain(value: &str) -> String {
    match serde_json::from_str(value) {
        Ok(Value::String(text)) => text,
        _ => value.to_owned(),
    }
}
