//! A conversation as rows to look through: who said what, tools by name.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Paper, Rows};
use crate::{
    base::Clean,
    protocol::{Item, Verdict},
    tui::{
        keys::{Action, Meaning},
        layout::{cut, wrap, wrap_plain},
        transcript::said,
    },
};

/// The rows, the oldest first.
pub(super) fn rows(items: &[Item], paper: Paper) -> Vec<Line<'static>> {
    let look = paper.look;
    let mut out: Vec<Line<'static>> = Vec::new();
    for item in items {
        match item {
            Item::User(message) => {
                if !out.is_empty() {
                    out.push(Line::default());
                }
                let text = Clean::new(message.text.trim());
                for line in text.as_str().split('\n') {
                    let words = [Span::styled(line.to_owned(), look.bold)];
                    let (first, rest) = (Span::styled("> ", look.accent), Span::raw("  "));
                    out.extend(wrap(&words, paper.columns, &first, &rest));
                }
            }
            Item::Assistant(turn) => {
                let (text, mark) = said(turn, look.words);
                if !text.trim().is_empty() {
                    out.extend(wrap_plain(&Clean::new(text.trim()), Style::new(), paper.columns, ""));
                }
                if let Some(mark) = mark {
                    out.extend(wrap_plain(&Clean::line(&format!("! {mark}")), look.warn, paper.columns, ""));
                }
            }
            Item::Result(result) => {
                let (mark, style) = match result.verdict {
                    Verdict::Done => ("✓", look.ok),
                    Verdict::Failed => ("✗", look.error),
                    Verdict::Denied => ("⊘", look.warn),
                    Verdict::Interrupted => ("■", look.warn),
                };
                let first = result.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                let about = format!("{} · {}", Clean::line(&result.name), Clean::line(first));
                let row = vec![Span::styled(format!("{mark} "), style), Span::styled(about, look.dim)];
                out.push(cut(Line::from(row), paper.columns));
            }
        }
    }
    out
}

/// Moves through the body of a panel, which shows `room` rows of it.
pub(super) fn scroll(offset: &mut usize, meaning: Meaning, body: &Rows, room: usize) {
    let last = body.body.len().saturating_sub(room);
    *offset = match meaning {
        Meaning::Does(Action::Up) => offset.saturating_sub(1),
        Meaning::Does(Action::Down) => (*offset + 1).min(last),
        Meaning::Does(Action::PageUp) => offset.saturating_sub(room),
        Meaning::Does(Action::PageDown) => (*offset + room).min(last),
        _ => *offset,
    };
}
