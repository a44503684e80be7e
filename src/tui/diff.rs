//! A change of a file as rows: number, sign, text.

use ratatui::text::{Line, Span};

use super::{
    layout::{untab, wrap_exact},
    look::Look,
};
use crate::{
    base::Clean,
    protocol::{Diff, LineKind},
};

/// All rows of a change. Long lines are wrapped, never cut. `with_context` keeps the unchanged lines.
pub(super) fn diff_rows(diff: &Diff, with_context: bool, columns: usize, look: Look) -> Vec<Line<'static>> {
    let digits = diff.lines.iter().map(|l| l.number).max().unwrap_or(0).to_string().len();
    let mut out = Vec::new();
    for line in diff.lines.iter().filter(|l| with_context || l.kind != LineKind::Same) {
        let (sign, style) = match line.kind {
            LineKind::Same => (' ', look.dim),
            LineKind::Added => ('+', look.ok),
            LineKind::Removed => ('-', look.error),
            LineKind::Gap => {
                out.push(Line::styled(format!("{:>digits$} …", ""), look.dim));
                continue;
            }
        };
        let text = untab(Clean::line(&line.text.replace('\t', "    ")).as_str());
        for (at, row) in wrap_exact(&text, columns.saturating_sub(digits + 3)).into_iter().enumerate() {
            let number = if at == 0 { line.number.to_string() } else { String::new() };
            out.push(Line::from(vec![
                Span::styled(format!("{number:>digits$} "), look.dim),
                Span::styled(format!("{sign} {row}"), style),
            ]));
        }
    }
    out
}

/// `+3 −2`.
pub(super) fn counts(diff: &Diff) -> String {
    format!("+{} −{}", diff.added, diff.removed)
}
