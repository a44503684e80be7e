//! The sessions that are kept as rows. Pure.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    Paper, Rows, Sessions, preview,
    sessions::{Page, age},
};
use crate::{
    base::{Clean, SessionId, width},
    protocol::SessionRow,
    tui::{lang::fill, layout::cut},
};

/// From this width on a row has turns and branch.
const WIDE: usize = 66;

impl Sessions {
    pub(super) fn rows(&self, paper: Paper, own: Option<&SessionId>) -> Rows {
        let words = paper.look.words;
        let mut rows = match &self.page {
            Page::All => self.all(paper, own),
            Page::Preview { items, offset, .. } => self.preview(items.as_deref(), *offset, paper),
            Page::Removing(row) => {
                let mut rows = Rows { title: words.sessions_remove.into(), ..Rows::default() };
                rows.body.push(cut(Line::from(cells(row, false, paper, own)), paper.columns));
                rows.body.extend(paper.text(words.sessions_removed_for_good, paper.look.warn));
                rows.keys = words.sessions_remove_keys.into();
                rows
            }
        };
        if let Some(failure) = &self.failure {
            rows.under.extend(paper.failure(failure));
        }
        rows
    }

    fn all(&self, paper: Paper, own: Option<&SessionId>) -> Rows {
        let words = paper.look.words;
        let title = if self.is_everywhere { words.sessions_title_all } else { words.sessions_title };
        let mut rows = Rows { title: title.into(), ..Rows::default() };
        rows.keys = if self.is_everywhere { words.sessions_keys_all } else { words.sessions_keys }.into();
        if self.list.count() == Some(0) {
            let none = if self.is_everywhere { words.sessions_none_at_all } else { words.sessions_none };
            rows.body.extend(paper.text(none, paper.look.dim));
        }
        self.list.lay_out(words.type_to_search, &mut rows, paper, |row, paper| {
            cells(row, self.is_everywhere, paper, own)
        });
        if let Some(row) = self.list.marked()
            && !row.last.trim().is_empty()
        {
            let last = fill(words.sessions_last, &[("text", Clean::line(&row.last).as_str())]);
            rows.under.extend(paper.text(&last, paper.look.dim).into_iter().take(2));
        }
        rows
    }

    fn preview(&self, items: Option<&[crate::protocol::Item]>, offset: usize, paper: Paper) -> Rows {
        let words = paper.look.words;
        let title = self.list.marked().map(|row| Clean::line(&row.title).into_string()).unwrap_or_default();
        let mut rows = Rows { title, keys: words.sessions_preview_keys.into(), ..Rows::default() };
        match items {
            Some(items) => rows.body = preview::rows(items, paper),
            None => rows.body = paper.text(words.list_is_asked_for, paper.look.dim),
        }
        rows.top = Some(offset);
        rows
    }
}

/// Age and title on the left; turns, money, branch or folder, and its state on the right.
fn cells(row: &SessionRow, has_folder: bool, paper: Paper, own: Option<&SessionId>) -> Vec<Span<'static>> {
    let (words, look) = (paper.look.words, paper.look);
    let age = age(row.changed, paper);
    let age = format!("{age}{}", " ".repeat(12_usize.saturating_sub(width(&age))));
    let is_wide = paper.columns >= WIDE;
    let mut right = Vec::new();
    if is_wide {
        let turns = if row.turns == 1 { words.turn_one } else { words.turn_many };
        right.push(fill(turns, &[("n", &row.turns.to_string())]));
    }
    let state = match (own == Some(&row.session), row.is_open) {
        (true, _) => Some(words.session_is_this),
        (false, true) => Some(words.session_is_open),
        _ => None,
    };
    match row.cost {
        // Where there is little room, who is in it matters more.
        _ if !is_wide && state.is_some() => {}
        Some(money) => right.push(money.to_string()),
        None if is_wide => right.push(words.price_unknown.to_owned()),
        None => {}
    }
    if has_folder {
        let folder = row.root.rsplit(['/', '\\']).next().unwrap_or_default();
        right.push(Clean::line(folder).into_string());
    } else if is_wide && let Some(branch) = &row.branch {
        let branch: String = Clean::line(branch).as_str().chars().take(20).collect();
        right.push(branch);
    }
    let right = right.join("  ");
    let apart = if right.is_empty() { "" } else { "  " };
    let state = state.map(|state| format!("{apart}{state}")).unwrap_or_default();
    let room = paper.columns.saturating_sub(2 + width(&age) + 2 + width(&right) + width(&state)).max(8);
    let title = cut(Line::raw(Clean::line(&row.title).into_string()), room);
    let title: String = title.spans.into_iter().map(|span| span.content.into_owned()).collect();
    let blanks = " ".repeat(room.saturating_sub(width(&title)) + 2);
    vec![
        Span::raw(format!("{age}{title}")),
        Span::raw(blanks),
        Span::styled(right, look.dim),
        Span::styled(state, if own == Some(&row.session) { Style::new() } else { look.warn }),
    ]
}
