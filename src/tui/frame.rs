//! The live block at the bottom, as rows.

use ratatui::text::Line;

use super::layout::cut;

/// What the live block shows.
///
/// Shape: no row is wider than the screen, there are no more rows than the screen has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Frame {
    /// The rows, from the top.
    pub(super) rows: Vec<Line<'static>>,
    /// Where the cursor stands: row and column from the top left; hidden if `None`.
    pub(super) caret: Option<(usize, usize)>,
}

impl Frame {
    /// Adds a row, cut to the screen.
    pub(super) fn push(&mut self, row: impl Into<Line<'static>>, columns: usize) {
        self.rows.push(cut(row.into(), columns));
    }
}

/// The size of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// Unit: columns.
    pub(super) columns: usize,
    /// Unit: rows.
    pub(super) rows: usize,
}

impl Size {
    /// Whether there is room to work. Source: the smallest window of the screens this was drawn for.
    pub(super) fn is_too_small(self) -> bool {
        self.columns < 40 || self.rows < 10
    }
}
