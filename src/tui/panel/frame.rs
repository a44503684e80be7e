//! The one look of all panels: a title with what is typed, rows, and the keys at the foot.

use ratatui::text::{Line, Span};

use super::{Panel, Paper, Rows};
use crate::{
    base::{Clean, width},
    tui::{
        frame::{Frame, Size},
        layout::wrap,
        model::Model,
        view::push_draft_rows,
    },
};

/// From this size on a panel has an edge.
const BOXED: Size = Size { columns: 60, rows: 16 };
/// The least room for what is typed beside its name.
const TYPED: usize = 12;
/// The list keeps this many rows when what stands under it is long.
const LEAST: usize = 4;

impl Model {
    /// What a panel's rows are made with, and the width of its edge.
    pub(in crate::tui) fn paper(&self) -> (Paper, usize) {
        let (size, look) = (self.size, self.look);
        let edge = if size.columns >= BOXED.columns && size.rows >= BOXED.rows { 2 } else { 0 };
        (Paper { size, columns: size.columns - edge, look, now: self.now }, edge)
    }
}

/// A panel under the composer, or in its place while it takes text. As much of it as has room, the marked row with it.
pub(in crate::tui) fn show_panel(model: &Model, panel: &Panel, frame: &mut Frame) {
    let (paper, inset) = model.paper();
    let (size, look) = (model.size, model.look);
    let own = model.session.as_ref().map(|session| &session.id);
    let mut rows = panel.rows(paper, own, |path| model.short_path(path));
    if !panel.takes_text() {
        push_draft_rows(model, frame);
    }
    let edge = |sign: &'static str| Span::styled(if inset > 0 { sign } else { "" }, look.accent);
    let title = push_title(&rows, inset, paper, frame);
    let foot = foot(&rows.keys, paper);
    let around = frame.rows.len() + foot.len() + usize::from(model.hint.is_some());
    let room = size.rows.saturating_sub(around).max(1);
    rows.under.truncate(room.saturating_sub(LEAST.min(rows.body.len())));
    let room = room.saturating_sub(rows.under.len()).max(1);
    let last = rows.body.len().saturating_sub(room);
    let first = rows.top.unwrap_or((rows.focus + 1).saturating_sub(room)).min(last);
    let top = frame.rows.len();
    for mut row in rows.body.into_iter().skip(first).take(room).chain(rows.under) {
        row.spans.insert(0, edge("│ "));
        frame.push(row, size.columns);
    }
    if let Some((row, column)) = rows.caret {
        frame.caret = Some((top + row.saturating_sub(first), column + inset));
    } else if let Some(title) = title {
        frame.caret = Some(title);
    }
    for (at, mut row) in foot.into_iter().enumerate() {
        row.spans.insert(0, edge(if at == 0 { "└ " } else { "  " }));
        frame.push(row, size.columns);
    }
    if let Some(hint) = &model.hint {
        frame.push(Line::styled(Clean::line(hint).into_string(), look.warn), size.columns);
    }
}

/// The first row; gives where the cursor stands if something is typed there. Of a long text its end is shown.
fn push_title(rows: &Rows, inset: usize, paper: Paper, frame: &mut Frame) -> Option<(usize, usize)> {
    let look = paper.look;
    let edge = Span::styled(if inset > 0 { "┌ " } else { "" }, look.accent);
    let mut row = vec![edge, Span::styled(rows.title.clone(), look.bold)];
    if let Some((at, of)) = rows.count {
        row.push(Span::styled(format!(" {at}/{of}"), look.dim));
    }
    let mut caret = None;
    if let Some((lead, typed)) = &rows.field {
        let used: usize = row.iter().map(|span| width(&span.content)).sum();
        // What is typed needs the room more than what it is for.
        let has_room = used + 3 + width(lead) + TYPED <= paper.size.columns;
        let lead = format!(" · {}", if has_room { lead } else { "" });
        let used = used + width(&lead);
        row.push(Span::styled(lead, look.dim));
        let room = paper.size.columns.saturating_sub(used + 1);
        let typed = Clean::line(typed).into_string();
        let mut end = typed.as_str();
        while width(end) > room {
            let mut rest = end.chars();
            rest.next();
            end = rest.as_str();
        }
        caret = Some((frame.rows.len(), used + width(end)));
        row.push(Span::raw(end.to_owned()));
    }
    frame.push(row, paper.size.columns);
    caret
}

/// How many rows of a body are in view below `above` other rows.
pub(super) fn room(rows: &Rows, above: usize, paper: Paper) -> usize {
    let around = above + 1 + foot(&rows.keys, paper).len() + rows.under.len();
    paper.size.rows.saturating_sub(around).max(1)
}

/// The keys, in as many rows as they need, parted only between two of them.
fn foot(keys: &str, paper: Paper) -> Vec<Line<'static>> {
    let mut rows: Vec<String> = Vec::new();
    for key in keys.split(" · ") {
        match rows.last_mut() {
            Some(row) if width(row) + 3 + width(key) <= paper.columns => {
                row.push_str(" · ");
                row.push_str(key);
            }
            _ => rows.push(key.to_owned()),
        }
    }
    let none = Span::raw("");
    let dim = paper.look.dim;
    rows.into_iter().flat_map(|row| wrap(&[Span::styled(row, dim)], paper.columns, &none, &none)).collect()
}
