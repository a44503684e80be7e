//! The list of models, filtered by what is typed.

use super::Mark;
use crate::protocol::{DeskOp, ModelRow};

/// The panel.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Models {
    /// All of them; `None` until they come.
    pub(super) all: Option<Vec<ModelRow>>,
    pub(super) filter: String,
    pub(super) mark: Mark,
    /// What changing it will cost, in words of the session.
    pub(super) price: Option<String>,
}

impl Models {
    /// Opens the list with what was already typed.
    pub(in crate::tui) fn new(filter: &str, price: Option<String>) -> Self {
        Self { filter: filter.to_owned(), price, ..Self::default() }
    }

    /// Takes the models.
    pub(super) fn take(&mut self, all: Vec<ModelRow>) {
        let current = all.iter().position(|row| row.is_current).filter(|_| self.filter.is_empty());
        self.mark.set(current.unwrap_or(0));
        self.all = Some(all);
    }

    /// Those that fit what was typed: every word of it is in the name of the model or of the provider.
    pub(super) fn shown(&self) -> Vec<&ModelRow> {
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let fits = |row: &&ModelRow| {
            let text = format!("{} {}", row.model, row.provider).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        self.all.iter().flatten().filter(fits).collect()
    }

    /// Enter: the marked model, or what was typed if none fits: a model nobody has listed can be used, too.
    pub(super) fn choose(&self, is_default: bool) -> Option<DeskOp> {
        let shown = self.shown();
        if let Some(row) = shown.get(self.mark.at(shown.len())) {
            let (model, account) = (row.model.clone(), row.account.clone());
            return Some(DeskOp::UseModel { model, account, is_default });
        }
        let typed = self.filter.trim();
        (!typed.is_empty()).then(|| DeskOp::UseModel { model: typed.to_owned(), account: None, is_default })
    }
}
