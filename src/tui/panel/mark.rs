//! The marked entry of a list.

/// A mark that goes through a list and around its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Mark(usize);

impl Mark {
    /// Where it stands in a list of `many`.
    pub(in crate::tui) fn at(self, many: usize) -> usize {
        self.0.min(many.saturating_sub(1))
    }

    /// Goes one further.
    pub(in crate::tui) fn step(&mut self, down: bool, many: usize) {
        let (at, many) = (self.at(many), many.max(1));
        self.0 = if down { (at + 1) % many } else { (at + many - 1) % many };
    }

    /// Goes to an entry.
    pub(in crate::tui) fn set(&mut self, at: usize) {
        self.0 = at;
    }
}

/// The entry a digit chooses: `1` is the first.
pub(in crate::tui) fn by_digit(c: char, many: usize) -> Option<usize> {
    let at = usize::try_from(c.to_digit(10)?.checked_sub(1)?).ok()?;
    (at < many).then_some(at)
}
