//! The themes, with a sample that wears the marked one.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Mark, Paper, Rows, by_digit};
use crate::{
    protocol::{DeskOp, Op},
    tui::{
        keys::{Action, Meaning},
        lang::fill,
        layout::cut,
        look::{Look, Theme},
        model::Model,
        msg::Cmd,
    },
};

/// The panel.
#[derive(Clone, Copy, Debug)]
pub(in crate::tui) struct Themes {
    mark: Mark,
    /// What was worn when it was opened.
    before: Theme,
}

impl Themes {
    pub(in crate::tui) fn new(worn: Theme) -> Self {
        let mut mark = Mark::default();
        mark.set(Theme::ALL.iter().position(|theme| *theme == worn).unwrap_or(0));
        Self { mark, before: worn }
    }

    fn marked(self) -> Theme {
        Theme::ALL[self.mark.at(Theme::ALL.len())]
    }

    pub(super) fn rows(self, paper: Paper) -> Rows {
        let (look, words) = (paper.look, paper.look.words);
        let mut rows = Rows {
            title: words.theme_title.to_owned(),
            focus: self.mark.at(Theme::ALL.len()),
            keys: words.theme_keys.to_owned(),
            ..Rows::default()
        };
        let names = Theme::ALL.map(|theme| about(theme, look));
        let wide = Theme::ALL.map(|theme| theme.name().len()).into_iter().max().unwrap_or(0);
        for (at, (theme, about)) in Theme::ALL.into_iter().zip(names).enumerate() {
            rows.body.push(paper.entry(at, at == rows.focus, theme.name(), about, wide));
        }
        rows.body.push(Line::default());
        rows.body.extend(sample(look).into_iter().map(|row| cut(row, paper.columns)));
        rows
    }

    /// Takes a key; `None` when it is none of the panel's business.
    pub(super) fn key(&mut self, meaning: Meaning, has_draft: bool) -> Option<Chosen> {
        let many = Theme::ALL.len();
        match meaning {
            Meaning::Does(Action::Escape | Action::Cancel) => return Some(Chosen::Back(self.before)),
            Meaning::Does(action @ (Action::Up | Action::Down)) => {
                self.mark.step(action == Action::Down, many);
            }
            Meaning::Does(Action::Send) => return Some(Chosen::Keep(self.marked())),
            Meaning::Text(c) if !has_draft => self.mark.set(by_digit(c, many)?),
            _ => return None,
        }
        Some(Chosen::Try(self.marked()))
    }
}

/// What a key in the list of themes chose.
pub(super) enum Chosen {
    /// Wear it and go on choosing.
    Try(Theme),
    /// Wear it from now on.
    Keep(Theme),
    /// Wear again what was worn.
    Back(Theme),
}

impl Model {
    /// Opens the list of themes, or takes the named one at once.
    pub(in crate::tui) fn theme_command(&mut self, name: &str, cmds: &mut Vec<Cmd>) {
        let words = self.look.words;
        match Theme::named(name) {
            _ if name.is_empty() => self.panel = Some(super::Panel::Themes(Themes::new(self.paint.theme))),
            Some(theme) => self.keep_theme(theme, cmds),
            None => {
                let names = Theme::ALL.map(Theme::name).join(", ");
                self.hint = Some(fill(words.theme_unknown, &[("names", &names)]));
            }
        }
    }

    /// Wears a theme, now and in later sessions.
    pub(super) fn keep_theme(&mut self, theme: Theme, cmds: &mut Vec<Cmd>) {
        self.wear(theme);
        let value = Some(format!("\"{}\"", theme.name()));
        cmds.push(Cmd::Send(Op::Desk(DeskOp::Set { name: "ui.theme".to_owned(), value })));
    }
}

fn about(theme: Theme, look: Look) -> &'static str {
    let words = look.words;
    match theme {
        Theme::Auto => words.theme_auto,
        Theme::Dark => words.theme_dark,
        Theme::Light => words.theme_light,
        Theme::Ansi => words.theme_ansi,
        Theme::None => words.theme_none,
    }
}

/// A change, some code and a line of status.
fn sample(look: Look) -> Vec<Line<'static>> {
    let words = look.words;
    let code = look.code;
    let plain = Style::new();
    let row = |base: Style, parts: &[(Style, &'static str)]| {
        let spans = parts.iter().map(|(style, text)| Span::styled(*text, base.patch(*style)));
        Line::from(spans.collect::<Vec<_>>())
    };
    let greeting = |base: Style, sign: &'static str, word: Style, name: &'static str| {
        row(
            base,
            &[
                (plain, sign),
                (code.keyword, "let "),
                (plain, "name = "),
                (code.function, "greet"),
                (plain, "("),
                (code.string, "\""),
                (code.string.patch(word), name),
                (code.string, "\""),
                (plain, ", "),
                (code.number, "42"),
                (plain, ");"),
            ],
        )
    };
    let mut out = vec![
        row(plain, &[(look.dim, "7   "), (code.comment, "// "), (code.comment, words.theme_comment)]),
        greeting(look.removed, "8 - ", look.removed_word, "world"),
        greeting(look.added, "8 + ", look.added_word, "世界"),
        row(plain, &[(look.dim, "9   "), (code.keyword, "struct "), (code.kind, "Shop"), (plain, ";")]),
    ];
    let signs = [
        ("✓ ", look.ok, words.theme_good),
        ("! ", look.warn, words.theme_care),
        ("✗ ", look.error, words.theme_bad),
    ];
    let mut status = vec![Span::styled("> ", look.accent), Span::styled(words.theme_accent, look.accent)];
    for (sign, style, word) in signs {
        status.push(Span::raw("   "));
        status.push(Span::styled(sign, style));
        status.push(Span::styled(word, style));
    }
    out.push(Line::from(status));
    out
}
