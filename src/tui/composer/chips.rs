//! Long pastes, shown as one short sign and sent in full.

use crate::base::Bytes;

/// A paste of more lines becomes a chip.
const LINES: usize = 10;
/// A paste of more characters becomes a chip.
const CHARACTERS: usize = 1_000;

/// The long pastes of one draft.
#[derive(Clone, Debug, Default)]
pub(super) struct Chips(Vec<(String, String)>);

impl Chips {
    /// What to put into the draft for a paste: the text itself, or the label of a chip.
    pub(super) fn take(&mut self, pasted: String) -> String {
        let lines = pasted.lines().count();
        if lines <= LINES && pasted.chars().count() <= CHARACTERS {
            return pasted;
        }
        let size = Bytes(pasted.len() as u64).short();
        let many = if lines == 1 { "" } else { "s" };
        let mut label = format!("[Pasted {lines} line{many}, {size}]");
        if self.0.iter().any(|(known, _)| *known == label) {
            label = format!("[Pasted {lines} line{many}, {size} #{}]", self.0.len() + 1);
        }
        self.0.push((label.clone(), pasted));
        label
    }

    /// The draft with every chip replaced by what it stands for.
    pub(super) fn expand(&self, draft: &str) -> String {
        let mut out = String::with_capacity(draft.len());
        let mut rest = draft;
        while let Some((at, (label, text))) =
            self.0.iter().filter_map(|c| Some((rest.find(&c.0)?, c))).min_by_key(|(at, _)| *at)
        {
            out.push_str(&rest[..at]);
            out.push_str(text);
            rest = &rest[at + label.len()..];
        }
        out.push_str(rest);
        out
    }

    /// The chip that ends where `before` ends, as a number of characters.
    pub(super) fn ending(&self, before: &str) -> Option<usize> {
        self.0
            .iter()
            .find(|(label, _)| before.ends_with(label.as_str()))
            .map(|(label, _)| label.chars().count())
    }

    /// The chip that begins where `after` begins, as a number of characters.
    pub(super) fn beginning(&self, after: &str) -> Option<usize> {
        self.0
            .iter()
            .find(|(label, _)| after.starts_with(label.as_str()))
            .map(|(label, _)| label.chars().count())
    }
}
