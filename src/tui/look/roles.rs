//! What each role looks like.

use ratatui::style::{Color, Modifier, Style};

use super::{
    Depth, Paint, Theme,
    palette::{self, Palette, style},
    theme::Ground,
};
use crate::tui::lang::{Language, Words};

/// What each role looks like, and what the screen says.
///
/// No page background is ever set; the rows of a change may have a tint of their own. Without colour the roles differ by
/// weight alone; signs and words carry the meaning in either case.
#[derive(Clone, Copy, Debug)]
pub(in crate::tui) struct Look {
    /// What it says.
    pub(in crate::tui) words: &'static Words,
    /// Whether colour may be used.
    pub(in crate::tui) colour: bool,
    /// Whether it is seen or read.
    pub(in crate::tui) voice: Voice,
    /// Whether anything may move that carries no news.
    pub(in crate::tui) motion: bool,
    /// The prompt sign, the selection, code inside a sentence.
    pub(in crate::tui) accent: Style,
    /// Hints and what is over.
    pub(in crate::tui) dim: Style,
    /// Headings and the thing to look at.
    pub(in crate::tui) bold: Style,
    /// It went well; lines that come.
    pub(in crate::tui) ok: Style,
    /// It needs care.
    pub(in crate::tui) warn: Style,
    /// It failed; lines that go.
    pub(in crate::tui) error: Style,
    /// A row that comes: a tint behind it, or green text where there are no tints. Code colours may be patched over it.
    pub(in crate::tui) added: Style,
    /// A row that goes.
    pub(in crate::tui) removed: Style,
    /// What is different in a row that comes.
    pub(in crate::tui) added_word: Style,
    /// What is different in a row that goes.
    pub(in crate::tui) removed_word: Style,
    /// Colours of code.
    pub(in crate::tui) code: &'static Code,
}

/// Whether the screen is seen or read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) enum Voice {
    /// It is seen.
    #[default]
    Screen,
    /// It is read, line by line.
    Lines,
    /// It is read aloud: a word stands before each kind of text, and tables are sentences.
    Spoken,
}

/// What the parts of a program look like.
#[derive(Debug)]
pub(in crate::tui) struct Code {
    pub(in crate::tui) keyword: Style,
    pub(in crate::tui) string: Style,
    pub(in crate::tui) comment: Style,
    pub(in crate::tui) number: Style,
    pub(in crate::tui) function: Style,
    /// The name of a type.
    pub(in crate::tui) kind: Style,
}

impl Look {
    /// The terminal's own sixteen colours or none, in English.
    #[cfg(test)]
    pub(in crate::tui) fn new(colour: bool) -> Self {
        let depth = if colour { Depth::Sixteen } else { Depth::None };
        Self::of(Theme::Auto, Ground::Dark, depth, Language::English)
    }

    /// The look of a theme on a page. `NO_COLOR` and a terminal of few colours are stronger than the theme.
    pub(in crate::tui) fn of(theme: Theme, page: Ground, depth: Depth, language: Language) -> Self {
        let page = match theme {
            Theme::Dark => Ground::Dark,
            Theme::Light => Ground::Light,
            Theme::Auto | Theme::Ansi | Theme::None => page,
        };
        let palette = if page == Ground::Dark { &palette::DARK } else { &palette::LIGHT };
        let plain = Self::plain(language);
        match (theme, depth, page) {
            (Theme::None, _, _) | (_, Depth::None, _) => plain,
            (Theme::Ansi, _, _) | (_, Depth::Sixteen, _) => plain.ansi(),
            (_, Depth::Table, Ground::Dark) => plain.painted(palette, true, &palette::DARK_CODE_256),
            (_, Depth::Table, Ground::Light) => plain.painted(palette, true, &palette::LIGHT_CODE_256),
            (_, Depth::True, Ground::Dark) => plain.painted(palette, false, &palette::DARK_CODE),
            (_, Depth::True, Ground::Light) => plain.painted(palette, false, &palette::LIGHT_CODE),
        }
    }

    /// The same with other colours.
    pub(in crate::tui) fn repainted(self, paint: Paint) -> Self {
        let Paint { theme, ground, depth, .. } = paint;
        Self {
            words: self.words,
            voice: self.voice,
            motion: self.motion,
            ..Self::of(theme, ground, depth, Language::English)
        }
    }

    /// Weights alone.
    fn plain(language: Language) -> Self {
        let (none, word) = (Style::new(), Style::new().add_modifier(Modifier::UNDERLINED));
        Self {
            words: language.words(),
            colour: false,
            voice: Voice::Screen,
            motion: true,
            accent: none,
            dim: Style::new().add_modifier(Modifier::DIM),
            bold: Style::new().add_modifier(Modifier::BOLD),
            ok: none,
            warn: none,
            error: none,
            added: none,
            removed: none,
            added_word: word,
            removed_word: word,
            code: &palette::NO_CODE,
        }
    }

    fn ansi(self) -> Self {
        let fg = |colour| Style::new().fg(colour);
        Self { colour: true, accent: fg(Color::Blue), code: &palette::ANSI_CODE, ..self }.signed(
            fg(Color::Green),
            fg(Color::Yellow),
            fg(Color::Red),
        )
    }

    fn painted(self, palette: &Palette, is_table: bool, code: &'static Code) -> Self {
        let fg = |shade| style(shade, is_table);
        let look = Self { colour: true, accent: fg(palette.accent), code, ..self }.signed(
            fg(palette.ok),
            fg(palette.warn),
            fg(palette.error),
        );
        if is_table {
            return look;
        }
        let [added, removed, added_word, removed_word] =
            palette.tints.map(|[red, green, blue]| Style::new().bg(Color::Rgb(red, green, blue)));
        let bold = |style: Style| style.add_modifier(Modifier::BOLD);
        Self { added, removed, added_word: bold(added_word), removed_word: bold(removed_word), ..look }
    }

    /// With the colours of good, careful and bad, also for the rows of a change.
    fn signed(self, ok: Style, warn: Style, error: Style) -> Self {
        let word = |style: Style| style.add_modifier(Modifier::UNDERLINED);
        let (added_word, removed_word) = (word(ok), word(error));
        Self { ok, warn, error, added: ok, removed: error, added_word, removed_word, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::palette::{DARK, LIGHT, Shade};

    /// How bright a colour is, from 0 to 1. Source: <https://www.w3.org/TR/WCAG22/>, relative luminance.
    fn luminance(rgb: [u8; 3]) -> f64 {
        let [red, green, blue] = rgb.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The colour of an entry of the table of 256, past the first sixteen.
    fn entry(at: u8) -> [u8; 3] {
        if at >= 232 {
            return [8 + 10 * (at - 232); 3];
        }
        let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
        let at = at - 16;
        [level(at / 36), level(at / 6 % 6), level(at % 6)]
    }

    #[test]
    fn every_foreground_can_be_read_on_its_page_and_on_its_tints() {
        for (name, palette, page, text) in
            [("dark", &DARK, [0; 3], [255; 3]), ("light", &LIGHT, [255; 3], [0; 3])]
        {
            let roles = [palette.accent, palette.ok, palette.warn, palette.error];
            for Shade { rgb, entry: at } in roles.into_iter().chain(palette.code) {
                for (rgb, page) in [(rgb, page), (entry(at), page)] {
                    let found = contrast(rgb, page);
                    assert!(found >= 4.5, "{name}: {rgb:?} on {page:?}: {found:.2}");
                }
            }
            for tint in palette.tints {
                for rgb in palette.code.iter().map(|shade| shade.rgb).chain([text]) {
                    let found = contrast(rgb, tint);
                    assert!(found >= 4.5, "{name}: {rgb:?} on the tint {tint:?}: {found:.2}");
                }
            }
        }
    }

    #[test]
    fn contrast_is_counted_as_the_standard_counts_it() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([118; 3], [255; 3]) - 4.54).abs() < 0.01);
    }

    fn all() -> Vec<(String, Look)> {
        let mut found = Vec::new();
        for theme in Theme::ALL {
            for page in [Ground::Dark, Ground::Light] {
                for depth in [Depth::None, Depth::Sixteen, Depth::Table, Depth::True] {
                    let name = format!("{theme:?} {page:?} {depth:?}");
                    found.push((name, Look::of(theme, page, depth, Language::English)));
                }
            }
        }
        found
    }

    fn styles(look: &Look) -> Vec<Style> {
        let Code { keyword, string, comment, number, function, kind } = *look.code;
        let roles = [look.accent, look.dim, look.bold, look.ok, look.warn, look.error];
        let rows = [look.added, look.removed, look.added_word, look.removed_word];
        [&roles[..], &rows, &[keyword, string, comment, number, function, kind]].concat()
    }

    #[test]
    fn only_rows_of_a_change_have_a_background_and_without_colour_there_is_none_at_all() {
        for (name, look) in all() {
            let of_changes = [look.added, look.removed, look.added_word, look.removed_word];
            for style in styles(&look) {
                assert!(style.bg.is_none() || of_changes.contains(&style), "{name}: {style:?}");
                assert!(look.colour || style.fg.is_none() && style.bg.is_none(), "{name}: {style:?}");
            }
        }
    }

    #[test]
    fn a_theme_is_for_its_page_and_few_colours_are_stronger_than_any_theme() {
        let accent = |theme, page, depth| Look::of(theme, page, depth, Language::English).accent.fg;
        let (dark, light) = (Some(Color::Rgb(0x8A, 0xAD, 0xF4)), Some(Color::Rgb(0x1E, 0x56, 0xC5)));
        assert_eq!(accent(Theme::Auto, Ground::Dark, Depth::True), dark);
        assert_eq!(accent(Theme::Auto, Ground::Light, Depth::True), light);
        assert_eq!(accent(Theme::Light, Ground::Dark, Depth::True), light);
        assert_eq!(accent(Theme::Dark, Ground::Light, Depth::Table), Some(Color::Indexed(111)));
        assert_eq!(accent(Theme::Dark, Ground::Dark, Depth::Sixteen), Some(Color::Blue));
        assert_eq!(accent(Theme::Ansi, Ground::Dark, Depth::True), Some(Color::Blue));
        assert_eq!(accent(Theme::None, Ground::Dark, Depth::True), None);
        assert_eq!(accent(Theme::Dark, Ground::Dark, Depth::None), None);
    }
}
