//! What fills the model's window, part by part.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Paper, Rows};
use crate::{
    base::{Clean, Tokens, width},
    protocol::WindowPart,
    tui::{
        lang::{Words, fill},
        layout::cut,
    },
};

/// Columns of a name, of a size, of a share.
const NAME: usize = 28;
const SIZE: usize = 10;
const SHARE: usize = 7;

/// The panel.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Window {
    /// `None` until they come.
    pub(super) parts: Option<Vec<WindowPart>>,
    /// The size of the window.
    pub(super) whole: Tokens,
    pub(super) offset: usize,
}

impl Window {
    pub(super) fn rows(&self, paper: Paper) -> Rows {
        let words = paper.look.words;
        let mut rows = Rows { title: words.window_title.into(), ..Rows::default() };
        rows.keys = words.window_keys.into();
        rows.top = Some(self.offset);
        let Some(parts) = &self.parts else {
            rows.body = paper.text(words.list_is_asked_for, paper.look.dim);
            return rows;
        };
        let is_reserve = |part: &&WindowPart| part.name == "reserve";
        let used: Tokens = parts
            .iter()
            .filter(|part| part.group.is_empty() && !is_reserve(part))
            .map(|part| part.size)
            .sum();
        let reserve = parts.iter().find(is_reserve).map(|part| part.size).unwrap_or_default();
        let is_estimate = parts.iter().any(|part| part.is_estimate);
        let sign = if is_estimate { "~" } else { "" };
        if self.whole > Tokens(0) {
            rows.title = fill(
                words.window_title_of,
                &[
                    ("used", &format!("{sign}{used}")),
                    ("window", &self.whole.to_string()),
                    ("share", &share(used, self.whole)),
                ],
            );
        }
        rows.body.extend(parts.iter().filter(|part| !is_reserve(part)).map(|part| self.row(part, paper)));
        if self.whole > Tokens(0) {
            let free = self.whole - used - reserve;
            let rest = |name: &str, size| WindowPart {
                name: name.to_owned(),
                group: String::new(),
                size,
                is_estimate,
            };
            rows.body.push(self.row(&rest("free", free), paper));
            rows.body.push(self.row(&WindowPart { is_estimate: false, ..rest("reserve", reserve) }, paper));
        }
        if is_estimate {
            rows.under.extend(paper.text(words.window_estimate, paper.look.dim));
        }
        rows
    }

    fn row(&self, part: &WindowPart, paper: Paper) -> Line<'static> {
        let look = paper.look;
        let lead = if part.group.is_empty() { "" } else { "  " };
        let room = NAME.min(paper.columns.saturating_sub(SIZE + SHARE + 2));
        let name = format!("{lead}{}", name(part, look.words));
        let name: String =
            cut(Line::raw(name), room).spans.into_iter().map(|span| span.content.into_owned()).collect();
        let blanks = " ".repeat(room.saturating_sub(width(&name)));
        let size = format!("{}{}", if part.is_estimate { "~" } else { "" }, part.size);
        let style = if part.group.is_empty() { Style::new() } else { look.dim };
        let mut row = vec![Span::styled(format!("{name}{blanks}{size:>SIZE$}"), style)];
        if self.whole > Tokens(0) && part.group.is_empty() {
            row.push(Span::styled(format!("{:>SHARE$}", share(part.size, self.whole)), look.dim));
            let bar = paper.columns.saturating_sub(room + SIZE + SHARE + 2).min(40) as u64;
            let filled = (part.size.0 * bar).div_ceil(self.whole.0).min(bar);
            let style = if part.name == "free" { look.dim } else { look.accent };
            let sign = if part.name == "free" { "░" } else { "█" };
            row.push(Span::styled(format!("  {}", sign.repeat(usize::try_from(filled).unwrap_or(0))), style));
        }
        cut(Line::from(row), paper.columns)
    }
}

/// A share in percent; what is there is never 0 %.
fn share(size: Tokens, of: Tokens) -> String {
    match (size.0 * 100).checked_div(of.0) {
        Some(0) if size.0 > 0 => "<1 %".to_owned(),
        share => format!("{} %", share.unwrap_or_default()),
    }
}

/// What a part is called; what is not one of the known ones is a file or a tool.
fn name(part: &WindowPart, words: &Words) -> String {
    let known = match (part.group.as_str(), part.name.as_str()) {
        ("", "tools") => words.window_tools,
        ("", "instructions") => words.window_instructions,
        ("", "repository") => words.window_repository,
        ("repository", "map") => words.window_map,
        ("", "messages") => words.window_messages,
        ("", "beside") => words.window_beside,
        ("", "answers") => words.window_answers,
        ("", "reasoning") => words.window_reasoning,
        ("", "results") => words.window_results,
        ("", "free") => words.window_free,
        ("", "reserve") => words.window_reserve,
        (_, other) => return Clean::line(other).into_string(),
    };
    known.to_owned()
}
