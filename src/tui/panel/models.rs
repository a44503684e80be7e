//! The list of models, filtered by what is typed.

use ratatui::text::Span;

use super::{Entry, List, Paper, Rows, Step};
use crate::{
    base::{Clean, width},
    protocol::{DeskOp, ModelRow, Op},
    tui::{
        keys::{Action, Meaning},
        lang::fill,
    },
};

/// The panel.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Models {
    pub(super) list: List<ModelRow>,
    /// What changing it will cost, in words of the session.
    price: Option<String>,
}

impl Entry for ModelRow {
    fn text(&self) -> String {
        format!("{} {}", self.model, self.provider)
    }
}

impl Models {
    /// Opens the list.
    pub(in crate::tui) fn new(price: Option<String>) -> Self {
        Self { price, ..Self::default() }
    }

    /// Takes the models.
    pub(super) fn take(&mut self, all: Vec<ModelRow>) {
        let current = all.iter().position(|row| row.is_current).filter(|_| self.list.typed().is_empty());
        self.list.take_at(all, current.unwrap_or(0));
    }

    pub(super) fn key(&mut self, meaning: Meaning) -> Step {
        match meaning {
            Meaning::Does(action @ (Action::Send | Action::Complete)) => {
                self.choose(action == Action::Complete).map_or(Step::Stay, |op| Step::Last(Op::Desk(op)))
            }
            meaning => {
                self.list.key(meaning);
                Step::Stay
            }
        }
    }

    /// Enter: the marked model, or what was typed if none fits: a model nobody has listed can be used, too.
    fn choose(&self, is_default: bool) -> Option<DeskOp> {
        if let Some(row) = self.list.marked() {
            let (model, account) = (row.model.clone(), row.account.clone());
            return Some(DeskOp::UseModel { model, account, is_default });
        }
        let model = self.list.typed().to_owned();
        (!model.is_empty()).then_some(DeskOp::UseModel { model, account: None, is_default })
    }

    pub(super) fn rows(&self, paper: Paper) -> Rows {
        let words = paper.look.words;
        let mut rows = Rows { title: words.models_title.into(), ..Rows::default() };
        rows.keys = words.models_keys.into();
        let shown = self.list.shown();
        let names = shown.iter().map(|row| width(&row.model)).max().unwrap_or(0).min(36);
        self.list.lay_out(words.type_to_filter, &mut rows, paper, |row, paper| cells(row, names, paper));
        if shown.is_empty() && !self.list.typed().is_empty() {
            rows.under.extend(paper.text(words.models_as_written, paper.look.dim));
        }
        if let Some(price) = &self.price {
            rows.under.extend(paper.text(price, paper.look.warn));
        }
        rows
    }
}

fn cells(row: &ModelRow, names: usize, paper: Paper) -> Vec<Span<'static>> {
    let words = paper.look.words;
    let name = Clean::line(&row.model).into_string();
    let blanks = " ".repeat(names.saturating_sub(width(&name)));
    let price = match (row.input, row.output) {
        (Some(input), Some(output)) => {
            let sentence = if row.cached.is_some() { words.model_price_cached } else { words.model_price };
            let cached = row.cached.map(|cached| cached.to_string()).unwrap_or_default();
            let (input, output) = (input.to_string(), output.to_string());
            fill(sentence, &[("input", &input), ("cached", &cached), ("output", &output)])
        }
        _ => words.price_unknown.to_owned(),
    };
    let state = match (&row.account, row.is_current) {
        (_, true) => words.models_in_use,
        (Some(_), false) => words.models_ready,
        (None, false) => words.models_no_key,
    };
    let about = format!(
        "{:>5} · {price} · {state} · {} · {}",
        row.window.short(),
        Clean::line(&row.provider),
        fill(words.model_cache, &[("how", Clean::line(&row.cache).as_str())])
    );
    vec![Span::raw(format!("{name}{blanks}  ")), Span::styled(about, paper.look.dim)]
}
