//! The key sheet: what can be typed and pressed, on one page over the live block.

use ratatui::text::{Line, Span};

use super::{
    frame::{Frame, Size},
    keys::{Action, Meaning},
    lang::fill,
    look::Look,
    model::Model,
    printed::{entry, key_groups},
};

/// From this width on there are two columns.
const TWO: usize = 96;
/// Between them.
const GAP: usize = 2;
/// The column of names.
const NAMES: usize = 18;

/// The open sheet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeySheet {
    /// The first row that is shown.
    offset: usize,
}

impl Model {
    /// A key while the sheet is open; `false` when it is text for the draft, which closes the sheet all the same.
    pub(super) fn sheet_key(&mut self, meaning: Meaning) -> bool {
        let Some(sheet) = &mut self.sheet else { return false };
        let (size, look) = (self.size, self.look);
        let (rows, room) = (body(size, look).len(), room(size));
        let last = rows.saturating_sub(room);
        match meaning {
            Meaning::Does(Action::Up) => sheet.offset = sheet.offset.saturating_sub(1),
            Meaning::Does(Action::Down) => sheet.offset = (sheet.offset + 1).min(last),
            Meaning::Does(Action::PageUp) => sheet.offset = sheet.offset.saturating_sub(room),
            Meaning::Does(Action::PageDown) => sheet.offset = (sheet.offset + room).min(last),
            Meaning::Text(sign) => {
                self.sheet = None;
                return sign == '?';
            }
            _ => self.sheet = None,
        }
        true
    }

    /// Whether a typed sign opens the sheet.
    pub(super) fn opens_sheet(&mut self, sign: char) -> bool {
        let opens =
            sign == '?' && self.composer.is_empty() && !self.shell.is_open && !self.is_editing_command();
        if opens {
            self.sheet = Some(KeySheet::default());
        }
        opens
    }
}

/// Rows of the sheet that are shown at once: all but its first and last one and that of the draft.
fn room(size: Size) -> usize {
    size.rows.saturating_sub(3).max(1)
}

/// Shows the sheet; the draft was pushed before.
pub(super) fn show_sheet(model: &Model, sheet: KeySheet, frame: &mut Frame) {
    let (size, look) = (model.size, model.look);
    let body = body(size, look);
    let room = room(size).min(body.len());
    let offset = sheet.offset.min(body.len() - room);
    let (edge, inset) = if size.columns >= 60 { (["┌ ", "│ ", "└ "], true) } else { ([""; 3], false) };
    let edge = |at: usize| Span::styled(edge[at], look.accent);
    let all = body.len();
    frame.push(vec![edge(0), Span::styled(look.words.sheet_title, look.bold)], size.columns);
    for mut row in body.into_iter().skip(offset).take(room) {
        if inset {
            row.spans.insert(0, edge(1));
        }
        frame.push(row, size.columns);
    }
    let keys = if room < all {
        let place = [(offset + 1).to_string(), (offset + room).to_string(), all.to_string()];
        fill(look.words.sheet_scrolls, &[("first", &place[0]), ("last", &place[1]), ("all", &place[2])])
    } else {
        look.words.sheet_closes.to_owned()
    };
    frame.push(vec![edge(2), Span::styled(keys, look.dim)], size.columns);
}

/// The rows between the first and the last one.
fn body(size: Size, look: Look) -> Vec<Line<'static>> {
    let columns = size.columns - if size.columns >= 60 { 2 } else { 0 };
    let groups = |columns: usize| -> Vec<Vec<Line<'static>>> {
        let one = |(heading, rows): (&'static str, Vec<(String, &'static str)>)| {
            let mut lines = vec![Line::styled(heading, look.bold)];
            lines.extend(rows.into_iter().flat_map(|row| entry(row, columns, NAMES, look)));
            lines
        };
        key_groups(look).into_iter().map(one).collect()
    };
    if size.columns < TWO {
        return groups(columns).join(&Line::default());
    }
    let half = (columns - GAP) / 2;
    let groups = groups(half);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let total: usize = groups.iter().map(|group| group.len() + 1).sum();
    for group in groups {
        let column =
            if left.len() + group.len() / 2 < total / 2 && right.is_empty() { &mut left } else { &mut right };
        if !column.is_empty() {
            column.push(Line::default());
        }
        column.extend(group);
    }
    side_by_side(left, right, half)
}

fn side_by_side(left: Vec<Line<'static>>, right: Vec<Line<'static>>, half: usize) -> Vec<Line<'static>> {
    let many = left.len().max(right.len());
    let mut right = right.into_iter();
    let mut left = left.into_iter();
    (0..many)
        .map(|_| {
            let mut row = spelled(left.next().unwrap_or_default());
            let used: usize = row.iter().map(|span| crate::base::width(&span.content)).sum();
            row.push(Span::raw(" ".repeat((half + GAP).saturating_sub(used))));
            row.extend(spelled(right.next().unwrap_or_default()));
            Line::from(row)
        })
        .collect()
}

/// The spans of a line with the line's own style in each.
fn spelled(line: Line<'static>) -> Vec<Span<'static>> {
    let style = line.style;
    line.spans.into_iter().map(|span| Span::styled(span.content, style.patch(span.style))).collect()
}
