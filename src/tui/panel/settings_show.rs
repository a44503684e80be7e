//! The settings as rows. Pure.

use ratatui::text::{Line, Span};

use super::{
    Paper, Rows, Settings,
    list::marked,
    settings::{Page, plain},
};
use crate::{
    base::{Clean, width},
    protocol::{SettingRow, ValueKind},
    tui::{
        lang::{Words, fill, told},
        layout::cut,
    },
};

/// Rows for what a setting is about.
const ABOUT: usize = 3;

impl Settings {
    pub(super) fn rows(&self, paper: Paper) -> Rows {
        let (words, look) = (paper.look.words, paper.look);
        let mut rows = match &self.page {
            Page::All => self.all(paper),
            Page::Words(row, mark) => {
                let mut rows = Rows { title: Clean::line(&row.name).into_string(), ..Rows::default() };
                rows.focus = mark.at(row.choices.len());
                for (at, word) in row.choices.iter().enumerate() {
                    let text = format!("{} {}", at + 1, Clean::line(word));
                    rows.body.push(marked(vec![Span::raw(text)], at == rows.focus, paper));
                }
                rows.keys = words.settings_words_keys.into();
                rows.under = about(row, paper);
                rows
            }
            Page::Write(row, value) => {
                let mut rows = Rows { title: Clean::line(&row.name).into_string(), ..Rows::default() };
                let value = Clean::line(value).into_string();
                rows.caret = Some((0, width(&value).min(paper.columns.saturating_sub(1))));
                rows.body.push(cut(Line::raw(value), paper.columns));
                rows.keys = words.settings_write_keys.into();
                rows.under = about(row, paper);
                rows
            }
        };
        if let Some(failure) = &self.failure {
            rows.under.extend(paper.failure(failure));
        } else if let Some(source) = &self.above {
            let note = fill(words.settings_above, &[("source", Clean::line(source).as_str())]);
            rows.under.extend(paper.text(&note, look.warn));
        }
        rows
    }

    fn all(&self, paper: Paper) -> Rows {
        let (words, look) = (paper.look.words, paper.look);
        let mut rows = Rows { title: words.settings_title.into(), ..Rows::default() };
        rows.keys = words.settings_keys.into();
        let names = self.list.shown().iter().map(|row| width(&row.name)).max().unwrap_or(0);
        let names = names.min(paper.columns / 2);
        self.list.lay_out(words.type_to_filter, &mut rows, paper, |row, paper| {
            let name = cut(Line::raw(Clean::line(&row.name).into_string()), names);
            let name: String = name.spans.into_iter().map(|span| span.content.into_owned()).collect();
            let blanks = " ".repeat(names.saturating_sub(width(&name)));
            let source = if row.source == "default" { words.settings_default } else { &row.source };
            let source = format!("  {}", Clean::line(source));
            let room = paper.columns.saturating_sub(2 + names + 2 + width(&source)).max(8);
            let value = cut(Line::raw(value(row, words)), room);
            let value: String = value.spans.into_iter().map(|span| span.content.into_owned()).collect();
            let apart = " ".repeat(room.saturating_sub(width(&value)));
            let value = Span::raw(format!("  {value}{apart}"));
            vec![Span::raw(format!("{name}{blanks}")), value, Span::styled(source, look.dim)]
        });
        if let Some(row) = self.list.marked() {
            rows.under = about(row, paper);
        }
        rows
    }
}

fn value(row: &SettingRow, words: &Words) -> String {
    match (row.value.as_str(), row.kind) {
        ("", _) => words.settings_unset.to_owned(),
        ("true", ValueKind::Switch) => words.switch_on.to_owned(),
        ("false", ValueKind::Switch) => words.switch_off.to_owned(),
        (value, _) => Clean::line(&plain(value)).into_string(),
    }
}

/// What the setting is for, and from when on a change counts.
fn about(row: &SettingRow, paper: Paper) -> Vec<Line<'static>> {
    let words = paper.look.words;
    let when = match (row.kind, row.is_live) {
        (ValueKind::Fixed, _) => words.settings_fixed,
        (_, true) => words.settings_live,
        (_, false) => words.settings_next_start,
    };
    let mut rows = paper.text(&told(words, &row.about), paper.look.dim);
    if rows.len() > ABOUT {
        rows.truncate(ABOUT);
        if let Some(last) = rows.last_mut() {
            last.spans.push(Span::styled(" …", paper.look.dim));
        }
    }
    rows.extend(paper.text(when, paper.look.dim));
    rows
}
