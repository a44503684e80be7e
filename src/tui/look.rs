//! How the screen looks and which language it speaks. Colours by role. Sixteen colours of the terminal's own palette, so that both dark and light pages stay readable.

use ratatui::style::{Color, Modifier, Style};

use super::lang::{Language, Words};

/// What each role looks like.
///
/// No page background is ever set. Without colour the roles differ by weight alone; signs and words carry the
/// meaning in either case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// What it says.
    pub(super) words: &'static Words,
    /// Whether colour may be used.
    pub(super) colour: bool,
    /// The prompt sign, the selection, code inside a sentence.
    pub(super) accent: Style,
    /// Hints and what is over.
    pub(super) dim: Style,
    /// Headings and the thing to look at.
    pub(super) bold: Style,
    /// It went well; lines that come.
    pub(super) ok: Style,
    /// It needs care.
    pub(super) warn: Style,
    /// It failed; lines that go.
    pub(super) error: Style,
}

impl Look {
    /// The built-in look. Source: the 16-colour column of `docs/sources.md`, tui 4.4.
    pub(super) fn new(colour: bool) -> Self {
        let coloured = |c: Color| if colour { Style::new().fg(c) } else { Style::new() };
        Self {
            words: Language::English.words(),
            colour,
            accent: coloured(Color::Blue),
            dim: Style::new().add_modifier(Modifier::DIM),
            bold: Style::new().add_modifier(Modifier::BOLD),
            ok: coloured(Color::Green),
            warn: coloured(Color::Yellow),
            error: coloured(Color::Red),
        }
    }
}
