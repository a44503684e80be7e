//! A list of texts with a search and a preview: what was sent before, and what was said in this conversation.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Mark, Paper, Rows};
use crate::{
    base::{Clean, width},
    tui::{
        composer::Edit,
        keys::{Action, Meaning},
        lang::fill,
        layout::{cut, wrap_plain},
    },
};

/// How many rows of the marked text are shown below the list.
const PREVIEW: usize = 4;
/// How much of a text a row is made of.
const START: usize = 400;

/// The panel.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Texts {
    purpose: Purpose,
    /// The newest first.
    all: Vec<String>,
    filter: String,
    mark: Mark,
}

/// What the list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Purpose {
    /// A text that was sent before goes into the composer.
    Past,
    /// The conversation goes back to before a message.
    Back,
}

/// What came of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Picked {
    /// Nothing yet.
    Nothing,
    /// It goes away.
    Close,
    /// This text goes into the composer.
    Text(String),
    /// The message with this number, counted from the newest, is taken back.
    Back(u32),
}

impl Texts {
    /// Opens the list of these texts, the newest first.
    pub(in crate::tui) fn new(purpose: Purpose, all: Vec<String>) -> Self {
        Self { purpose, all, filter: String::new(), mark: Mark::default() }
    }

    /// Those that hold every word that was typed, with their places.
    fn shown(&self) -> Vec<(usize, &String)> {
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let fits = |(_, text): &(usize, &String)| {
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        self.all.iter().enumerate().filter(fits).collect()
    }

    /// Takes more of the search.
    pub(super) fn paste(&mut self, text: &str) {
        self.filter.push_str(text.lines().next().unwrap_or_default().trim());
        self.mark.set(0);
    }

    pub(super) fn key(&mut self, meaning: Meaning) -> Picked {
        let many = self.shown().len();
        match meaning {
            Meaning::Text(c) => {
                self.filter.push(c);
                self.mark.set(0);
            }
            Meaning::Does(Action::Edit(Edit::Backspace)) => {
                self.filter.pop();
                self.mark.set(0);
            }
            Meaning::Does(Action::Edit(Edit::ToHead | Edit::WordBack)) => {
                self.filter.clear();
                self.mark.set(0);
            }
            Meaning::Does(action @ (Action::Up | Action::Down)) => {
                self.mark.step(action == Action::Down, many);
            }
            // As in a shell, the key that opened the list goes on in it.
            Meaning::Does(Action::Past) => self.mark.step(true, many),
            Meaning::Does(Action::Escape | Action::Cancel) => return Picked::Close,
            Meaning::Does(Action::Send | Action::Complete) => return self.choose(),
            Meaning::Does(_) | Meaning::Nothing => {}
        }
        Picked::Nothing
    }

    fn choose(&self) -> Picked {
        let shown = self.shown();
        match (shown.get(self.mark.at(shown.len())), self.purpose) {
            (Some((_, text)), Purpose::Past) => Picked::Text((*text).clone()),
            (Some((at, _)), Purpose::Back) => Picked::Back(u32::try_from(at + 1).unwrap_or(u32::MAX)),
            (None, _) => Picked::Nothing,
        }
    }

    pub(super) fn rows(&self, paper: Paper) -> Rows {
        let (look, words) = (paper.look, paper.look.words);
        let (title, keys) = match self.purpose {
            Purpose::Past => (words.past_title, words.past_keys),
            Purpose::Back => (words.back_title, words.back_keys),
        };
        let mut rows = Rows { title: title.to_owned(), keys: keys.to_owned(), ..Rows::default() };
        let typed = Clean::line(&self.filter).into_string();
        let lead = words.texts_filter;
        rows.caret = Some((0, (width(lead) + width(&typed)).min(paper.columns.saturating_sub(1))));
        let shown = self.shown();
        let count = fill(
            words.texts_count,
            &[("shown", &shown.len().to_string()), ("of", &self.all.len().to_string())],
        );
        let filter = vec![
            Span::styled(lead, look.dim),
            Span::raw(typed),
            Span::styled(format!("  {count}"), look.dim),
        ];
        rows.body.push(cut(Line::from(filter), paper.columns));
        let marked = self.mark.at(shown.len());
        // The list is bounded by the screen, so that the preview is always there.
        let room = (paper.size.rows / 2).saturating_sub(PREVIEW).clamp(2, 10);
        let first = (marked + 1).saturating_sub(room);
        for (at, (_, text)) in shown.iter().enumerate().skip(first).take(room) {
            let is_marked = at == marked;
            let style = if is_marked { look.bold.patch(look.accent) } else { Style::new() };
            let sign = if is_marked { "›" } else { " " };
            let start: String = text.trim().chars().take(START).collect();
            let row = Line::styled(format!("{sign} {}", Clean::line(&start)), style);
            rows.body.push(cut(row, paper.columns));
        }
        if let Some((_, text)) = shown.get(marked) {
            let start: String = text.trim_end().chars().take(4 * START).collect();
            let preview = wrap_plain(&Clean::new(&start), look.dim, paper.columns, "    ");
            let is_more = text.contains('\n') || width(text) + 2 > paper.columns;
            rows.body.extend(preview.into_iter().take(if is_more { PREVIEW } else { 0 }));
        }
        rows
    }
}
