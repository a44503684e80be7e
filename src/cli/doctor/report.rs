//! The page: sections of rows, for a person and for programs.

use serde_json::{Value, json};

use super::{super::cache::page, safe::Safe};
use crate::protocol::{Failure, Kind};

/// How wide the column of names is, with the mark before it.
const MARGIN: usize = 15;

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// As it should be.
    Fine,
    /// Worth knowing; a run works.
    Note,
    /// In the way of a run.
    Trouble,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    name: &'static str,
    state: State,
    text: String,
    next: Vec<String>,
}

/// What was looked at, by subject.
pub(super) struct Report {
    safe: Safe,
    sections: Vec<(&'static str, Vec<Row>)>,
    failure: Option<Kind>,
}

impl Report {
    /// An empty page, whose words all go through `safe`.
    pub(super) fn new(safe: Safe) -> Self {
        Self { safe, sections: Vec::new(), failure: None }
    }

    /// What follows belongs to this subject.
    pub(super) fn section(&mut self, title: &'static str) {
        self.sections.push((title, Vec::new()));
    }

    /// A thing that is as it should be.
    pub(super) fn fine(&mut self, name: &'static str, text: &str) {
        self.row(name, State::Fine, text, &[]);
    }

    /// A thing worth knowing.
    pub(super) fn note(&mut self, name: &'static str, text: &str) {
        self.row(name, State::Note, text, &[]);
    }

    /// What ends a run, and what to do. The first one decides the exit code.
    pub(super) fn trouble(&mut self, name: &'static str, failure: &Failure) {
        self.failure = self.failure.or(Some(failure.kind));
        self.row(name, State::Trouble, &failure.error, &failure.hints);
    }

    fn row(&mut self, name: &'static str, state: State, text: &str, next: &[String]) {
        let row = Row {
            name,
            state,
            text: self.safe.text(text),
            next: next.iter().map(|hint| self.safe.text(hint)).collect(),
        };
        if let Some((_, rows)) = self.sections.last_mut() {
            rows.push(row);
        }
    }

    /// Zero, or the code a run would end with.
    pub(super) fn exit_code(&self) -> u8 {
        self.failure.map_or(0, Kind::exit_code)
    }

    /// For a person.
    pub(super) fn to_text(&self) -> String {
        let mut out = format!("qwen {}\n", env!("CARGO_PKG_VERSION"));
        for (title, rows) in &self.sections {
            out.extend(["\n", title, "\n"]);
            for row in rows {
                let mark = match row.state {
                    State::Fine => " ",
                    State::Note => "!",
                    State::Trouble => "✗",
                };
                let name = format!("{mark} {}", row.name);
                let mut lines = vec![(name.as_str(), row.text.clone())];
                let next: Vec<String> = row.next.iter().map(|hint| format!("→ {hint}")).collect();
                lines.extend(next.into_iter().map(|hint| ("", hint)));
                out.push_str(&page::rows(&lines, MARGIN));
            }
        }
        let end = match self.failure {
            None => "What a run needs is there.".to_owned(),
            Some(kind) => format!("✗ marks what is in the way: {} ({}).", kind.meaning(), kind.exit_code()),
        };
        out.extend(["\n", &end, "\n"]);
        out
    }

    /// For programs: docs/schemas/doctor.schema.json.
    pub(super) fn to_json(&self) -> Value {
        let row = |row: &Row| {
            json!({
                "name": row.name,
                "state": match row.state {
                    State::Fine => "fine",
                    State::Note => "note",
                    State::Trouble => "trouble",
                },
                "text": row.text,
                "next": row.next,
            })
        };
        let section = |(title, rows): &(&str, Vec<Row>)| json!({ "title": title, "rows": rows.iter().map(row).collect::<Vec<_>>() });
        json!({
            "form": 1,
            "qwen": env!("CARGO_PKG_VERSION"),
            "usable": self.failure.is_none(),
            "exit_code": self.exit_code(),
            "sections": self.sections.iter().map(section).collect::<Vec<_>>(),
        })
    }
}
