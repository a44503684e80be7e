//! What was sent before, in this session and in earlier ones.

/// How many texts are kept.
const MOST: usize = 1_000;

/// Sent texts, walked with Up and Down.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// The oldest first; chips as their characters.
    sent: Vec<String>,
    /// Where the walk is, counted from the newest.
    at: Option<usize>,
    /// The draft the walk began with.
    kept: String,
}

impl History {
    /// Adds a sent text and ends the walk.
    pub(super) fn push(&mut self, text: String) {
        self.at = None;
        if self.sent.last() != Some(&text) {
            self.sent.push(text);
        }
        let extra = self.sent.len().saturating_sub(MOST);
        self.sent.drain(..extra);
    }

    /// Puts texts of earlier sessions before those of this one.
    pub(super) fn precede(&mut self, mut earlier: Vec<String>) {
        earlier.append(&mut self.sent);
        self.sent = earlier;
    }

    /// All texts, the newest first, each once.
    pub(super) fn newest(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        self.sent.iter().rev().map(String::as_str).filter(|text| seen.insert(*text)).collect()
    }

    /// The text before the shown one; `draft` is kept for the way back.
    pub(super) fn older(&mut self, draft: &str) -> Option<&str> {
        let next = self.at.map_or(0, |at| at + 1);
        let index = self.sent.len().checked_sub(next + 1)?;
        if self.at.is_none() {
            draft.clone_into(&mut self.kept);
        }
        self.at = Some(next);
        self.sent.get(index).map(String::as_str)
    }

    /// The text after the shown one; at last the draft the walk began with.
    pub(super) fn newer(&mut self) -> Option<&str> {
        self.at = match self.at? {
            0 => None,
            at => Some(at - 1),
        };
        Some(match self.at {
            Some(at) => self.sent.get(self.sent.len() - 1 - at)?,
            None => &self.kept,
        })
    }

    /// The shown text was changed: it is a draft of its own now.
    pub(super) fn leave(&mut self) {
        self.at = None;
    }
}
