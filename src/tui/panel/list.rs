//! A list that is searched by typing: the same keys and the same look in every panel.

use ratatui::text::{Line, Span};

use super::{Mark, Paper, Rows};
use crate::tui::{
    composer::Edit,
    keys::{Action, Meaning},
    lang::fill,
};

/// How far a page goes. *Unit:* entries.
const PAGE: usize = 8;

/// An entry of a list.
pub(in crate::tui) trait Entry {
    /// What is searched.
    fn text(&self) -> String;
}

/// Entries, what was typed to find one of them, and the marked one.
#[derive(Clone, Debug)]
pub(in crate::tui) struct List<T> {
    /// All of them; `None` until they come.
    all: Option<Vec<T>>,
    typed: String,
    mark: Mark,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { all: None, typed: String::new(), mark: Mark::default() }
    }
}

impl<T: Entry> List<T> {
    /// Takes the entries; the mark stays where it stands.
    pub(in crate::tui) fn take(&mut self, all: Vec<T>) {
        self.all = Some(all);
    }

    /// Takes the entries and marks one of them.
    pub(in crate::tui) fn take_at(&mut self, all: Vec<T>, mark: usize) {
        self.mark.set(mark);
        self.take(all);
    }

    /// How many there are; `None` until they come.
    pub(in crate::tui) fn count(&self) -> Option<usize> {
        self.all.as_ref().map(Vec::len)
    }

    /// All entries, whatever was typed.
    pub(in crate::tui) fn all(&self) -> impl Iterator<Item = &T> {
        self.all.iter().flatten()
    }

    /// Those in which every typed word stands.
    pub(in crate::tui) fn shown(&self) -> Vec<&T> {
        let words: Vec<String> = self.typed.split_whitespace().map(str::to_lowercase).collect();
        let fits = |entry: &&T| {
            let text = entry.text().to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        self.all().filter(fits).collect()
    }

    /// The marked one of those.
    pub(in crate::tui) fn marked(&self) -> Option<&T> {
        let shown = self.shown();
        shown.get(self.mark.at(shown.len())).copied()
    }

    /// What was typed, without blanks around it.
    pub(in crate::tui) fn typed(&self) -> &str {
        self.typed.trim()
    }

    /// Forgets what was typed; whether there was anything.
    pub(in crate::tui) fn clear(&mut self) -> bool {
        let had = !self.typed.is_empty();
        self.type_anew(String::new());
        had
    }

    /// Takes a pasted text: its first line.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        self.type_anew(format!("{}{line}", self.typed));
    }

    /// Moves the mark and takes letters; whether the key was one of these.
    pub(in crate::tui) fn key(&mut self, meaning: Meaning) -> bool {
        let many = self.shown().len();
        let at = self.mark.at(many);
        match meaning {
            Meaning::Text(c) => self.type_anew(format!("{}{c}", self.typed)),
            Meaning::Does(Action::Edit(Edit::Backspace)) => {
                self.typed.pop();
                self.mark.set(0);
            }
            Meaning::Does(Action::Edit(Edit::ToHead | Edit::WordBack)) => drop(self.clear()),
            Meaning::Does(action @ (Action::Up | Action::Down)) => {
                self.mark.step(action == Action::Down, many);
            }
            Meaning::Does(Action::PageUp) => self.mark.set(at.saturating_sub(PAGE)),
            Meaning::Does(Action::PageDown) => self.mark.set((at + PAGE).min(many.saturating_sub(1))),
            Meaning::Does(Action::Edit(Edit::Head)) => self.mark.set(0),
            Meaning::Does(Action::Edit(Edit::End)) => self.mark.set(many.saturating_sub(1)),
            Meaning::Does(_) | Meaning::Nothing => return false,
        }
        true
    }

    fn type_anew(&mut self, typed: String) {
        self.typed = typed;
        self.mark.set(0);
    }

    /// Lays the list out: the field after `lead` in the title, the counter, and a row for each entry that fits.
    pub(in crate::tui) fn lay_out(
        &self,
        lead: &'static str,
        rows: &mut Rows,
        paper: Paper,
        row: impl Fn(&T, Paper) -> Vec<Span<'static>>,
    ) {
        let words = paper.look.words;
        rows.field = Some((lead, self.typed.clone()));
        let Some(many) = self.count() else {
            rows.body.extend(paper.text(words.list_is_asked_for, paper.look.dim));
            return;
        };
        let shown = self.shown();
        rows.count = Some((self.mark.at(shown.len()) + usize::from(!shown.is_empty()), shown.len()));
        if shown.is_empty() && many > 0 {
            let text = fill(words.list_fits_none, &[("many", &many.to_string())]);
            rows.body.extend(paper.text(&text, paper.look.warn));
        }
        for (at, entry) in shown.iter().enumerate() {
            let is_marked = at == self.mark.at(shown.len());
            if is_marked {
                rows.focus = rows.body.len();
            }
            rows.body.push(marked(row(entry, paper), is_marked, paper));
        }
    }
}

/// A row with its mark: `›` and bold, or two blanks.
pub(in crate::tui) fn marked(spans: Vec<Span<'static>>, is_marked: bool, paper: Paper) -> Line<'static> {
    let look = paper.look;
    let style = look.bold.patch(look.accent);
    let mut row = vec![if is_marked { Span::styled("› ", style) } else { Span::raw("  ") }];
    row.extend(spans.into_iter().enumerate().map(|(at, span)| {
        if is_marked && at == 0 { Span::styled(span.content, style.patch(span.style)) } else { span }
    }));
    crate::tui::layout::cut(Line::from(row), paper.columns)
}
