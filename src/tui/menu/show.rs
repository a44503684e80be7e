//! The menu as rows.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::model::Entry;
use crate::{
    base::width,
    tui::{layout::cut, model::Model},
};

/// Names stand in a column of this width; a longer one pushes what it does to the right.
const NAMES: usize = 28;
/// From this width on what a row does stands in a column of its own.
const WIDE: usize = 60;

/// The rows of the menu; `None` while it is not shown.
pub(in crate::tui) fn rows(model: &Model, room: usize) -> Option<Vec<Line<'static>>> {
    let (menu, look, columns) = (&model.menu, model.look, model.size.columns);
    if !menu.is_shown() {
        return model.is_looking().then(|| vec![Line::styled(look.words.files_looking, look.dim)]);
    }
    let marked = menu.marked();
    let many = room.clamp(1, menu.entries.len());
    let first = (marked.unwrap_or(0) + 1).saturating_sub(many);
    let shown: Vec<(usize, Row)> =
        (first..first + many).filter_map(|at| Some((at, Row::of(model, *menu.entries.get(at)?)))).collect();
    let names = if columns >= WIDE { NAMES } else { 0 };
    let is_files = matches!(menu.entries.first(), Some(Entry::File(_)));
    let more = if is_files && model.files.is_cut() { "+" } else { "" };
    let count = |at: usize| format!("{}/{}{more} ", at + 1, menu.total);
    let line = |(at, row): (usize, Row)| {
        let is_marked = marked == Some(at);
        let style = if is_marked { look.bold.patch(look.accent) } else { Style::new() };
        let mark = if is_marked { "› " } else { "  " };
        let count = if is_marked { count(at) } else { String::new() };
        let room = columns.saturating_sub(3 + width(&count));
        let name = if row.about.is_empty() { keep_end(&row.name, room) } else { row.name };
        let pad = " ".repeat(names.saturating_sub(2 + width(&name)));
        let about = format!("{count}{}", row.about);
        cut(
            Line::from(vec![
                Span::styled(format!("{mark}{name}"), style),
                Span::raw(format!("{pad} ")),
                Span::styled(about.trim_end().to_owned(), look.dim),
            ]),
            columns,
        )
    };
    Some(shown.into_iter().map(line).collect())
}

struct Row {
    name: String,
    about: &'static str,
}

impl Row {
    fn of(model: &Model, entry: Entry) -> Self {
        let words = model.look.words;
        match entry {
            Entry::Command(command, also) => {
                let also = also.map(|name| format!(" (/{name})")).unwrap_or_default();
                let name = format!("/{}{also} {}", command.name, command.arguments.hint(words));
                Self { name: name.trim_end().to_owned(), about: (command.about)(words) }
            }
            Entry::Choice(choice) => Self { name: choice.name.to_owned(), about: (choice.about)(words) },
            // The list holds no name that a screen cannot show.
            Entry::File(number) => Self { name: model.files.path(number).to_owned(), about: "" },
        }
    }
}

/// A path that is too wide loses its beginning: its name says most.
fn keep_end(path: &str, room: usize) -> String {
    if width(path) <= room {
        return path.to_owned();
    }
    let mut kept = Vec::new();
    let mut left = room.saturating_sub(1);
    for sign in path.graphemes(true).rev() {
        let wide = width(sign);
        if wide > left {
            break;
        }
        left -= wide;
        kept.push(sign);
    }
    kept.push("…");
    kept.into_iter().rev().collect()
}
