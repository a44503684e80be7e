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
    /// Adds rows above the others, cut to the screen.
    pub(super) fn push_above(&mut self, rows: Vec<Line<'static>>, columns: usize) {
        self.caret = self.caret.map(|(row, column)| (row + rows.len(), column));
        self.rows.splice(0..0, rows.into_iter().map(|row| cut(row, columns)));
    }

    /// Leaves out rows at the top where there are more than the screen has.
    pub(super) fn keep_end(&mut self, rows: usize) {
        let extra = self.rows.len().saturating_sub(rows);
        self.rows.drain(..extra);
        self.caret = self.caret.and_then(|(row, column)| Some((row.checked_sub(extra)?, column)));
    }

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
    /// The smallest window there is room to work in: the smallest of the screens this was drawn for.
    pub(super) const LEAST: Self = Self { columns: 40, rows: 10 };

    /// Whether there is no room to work.
    pub(super) fn is_too_small(self) -> bool {
        self.columns < Self::LEAST.columns || self.rows < Self::LEAST.rows
    }

    /// This size, or the smallest one there is room to work in.
    pub(super) fn at_least(self) -> Self {
        Self { columns: self.columns.max(Self::LEAST.columns), rows: self.rows.max(Self::LEAST.rows) }
    }
}
