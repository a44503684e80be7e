//! The instruction files the model reads.

use ratatui::text::Span;

use super::{Entry, List, Paper, Rows, Step};
use crate::{
    base::{Clean, width},
    protocol::MemoryFile,
    tui::{
        editor::{Errand, Page},
        keys::{Action, Meaning},
        lang::fill,
        msg::Cmd,
    },
};

/// The panel.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Memory {
    pub(super) list: List<MemoryFile>,
}

impl Entry for MemoryFile {
    fn text(&self) -> String {
        self.path.clone()
    }
}

impl Memory {
    pub(super) fn key(&mut self, meaning: Meaning) -> Step {
        match (meaning, self.list.marked()) {
            (Meaning::Does(Action::Send | Action::Editor), Some(file)) => {
                let text = file.path.clone();
                Step::Do(Cmd::Edit(Page { errand: Errand::File, text, ending: "" }))
            }
            (meaning, _) => {
                self.list.key(meaning);
                Step::Stay
            }
        }
    }

    /// Lays the files out; `short` writes a path as a person would.
    pub(super) fn rows(&self, paper: Paper, short: impl Fn(&str) -> String) -> Rows {
        let (words, look) = (paper.look.words, paper.look);
        let mut rows = Rows { title: words.memory_title.into(), ..Rows::default() };
        rows.keys = words.memory_keys.into();
        let path = |file: &MemoryFile| Clean::line(&short(&file.path)).into_string();
        let room = self.list.shown().iter().map(|file| width(&path(file))).max().unwrap_or(0);
        self.list.lay_out(words.type_to_filter, &mut rows, paper, |file, paper| {
            let shown = path(file);
            let blanks = " ".repeat(room.min(paper.columns / 2).saturating_sub(width(&shown)));
            let about = if file.exists {
                fill(words.memory_size, &[("tokens", &file.size.to_string())])
            } else {
                words.memory_missing.to_owned()
            };
            vec![Span::raw(format!("{shown}{blanks}  ")), Span::styled(about, look.dim)]
        });
        rows.under = paper.text(words.memory_refresh, look.dim);
        rows
    }
}
