//! The model → the rows of the live block. Pure.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    busy::{busy_rows, live_tail},
    composer::Shown,
    dialog::{Laid, lay_out},
    frame::{Frame, Size},
    key_sheet::show_sheet,
    lang::fill,
    layout::{cut, wrap},
    menu,
    model::{LEAVE_WINDOW, Model},
    panel::show_panel,
    status::status,
};
use crate::base::{Clean, width};

/// The live block takes at most this many rows, and at most half of the screen. Source: `docs/sources.md`, tui 4.1.
const MOST_ROWS: usize = 14;
/// The composer grows to this many rows, then it scrolls.
const COMPOSER_ROWS: usize = 6;
/// A word about the last key may always have this many rows.
const HINT_ROWS: usize = 3;
/// From this height on a blank row sets the composer apart from the text above.
const ROOMY: usize = 16;
/// Below a question stands one row: the draft, or a hint.
pub(super) const DRAFT_ROWS: usize = 1;

/// Shows the model.
pub(super) fn view(model: &Model) -> Frame {
    let (window, size) = (model.window, model.size);
    let mut frame = Frame::default();
    if window.is_too_small() {
        let values = [("columns", window.columns.to_string()), ("rows", window.rows.to_string())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        frame.push(fill(model.look.words.too_small, &values), window.columns);
    } else if let Some(pager) = &model.pager {
        let notice = if model.dialogs.is_empty() { "" } else { model.look.words.pager_needs_ok };
        frame = pager.show(&model.transcript, size, model.look, notice);
    } else if let Some(dialog) = model.dialogs.front().filter(|d| d.is_open()) {
        let draft = model.composer.text();
        let laid = lay_out(dialog, &draft, DRAFT_ROWS, size, model.look, model.now);
        show_dialog(model, &laid, dialog.offset, &mut frame);
    } else if let Some(sheet) = model.sheet {
        let shown = model.composer.shown(size.columns.saturating_sub(3));
        push_composer(model, &shown, 1, &mut frame);
        show_sheet(model, sheet, &mut frame);
    } else if let Some(panel) = &model.panel {
        show_panel(model, panel, &mut frame);
    } else {
        show_live(model, &mut frame);
    }
    frame.keep_end(window.rows);
    frame
}

/// The draft above a panel that takes no text.
pub(super) fn push_draft_rows(model: &Model, frame: &mut Frame) {
    let shown = model.composer.shown(model.composer_columns());
    push_composer(model, &shown, shown.rows.len().min(COMPOSER_ROWS), frame);
}

fn show_live(model: &Model, frame: &mut Frame) {
    let columns = model.size.columns;
    let most = (model.size.rows / 2).clamp(5, MOST_ROWS);
    let shown = model.composer.shown(model.composer_columns());
    let composer_rows = shown.rows.len().min(COMPOSER_ROWS).min(most - 2);
    let below = below_composer(model, most.saturating_sub(composer_rows + 1).max(1));
    let busy = busy_rows(model);
    let room = most.saturating_sub(composer_rows + below.len() + busy.len());
    let mut tail = model.work.as_ref().map(|w| live_tail(model, w, room)).unwrap_or_default();
    tail.drain(..tail.len().saturating_sub(room));
    if tail.is_empty() && room > 0 && model.has_printed() && model.size.rows >= ROOMY {
        frame.push("", columns);
    }
    for row in busy {
        frame.push(row, columns);
    }
    push_composer(model, &shown, composer_rows, frame);
    for row in below {
        frame.push(row, columns);
    }
    let spare = model.size.rows.saturating_sub(frame.rows.iter().map(narrowed).sum());
    frame.push_above(that_fits(tail, spare), columns);
}

/// How many rows a terminal makes of one in the narrowest window there is room to work in.
fn narrowed(row: &Line<'static>) -> usize {
    row.width().div_ceil(Size::LEAST.columns).max(1)
}

/// The last of these rows, as many as still have room when the window becomes narrow: what is pushed out of it then
/// cannot be taken back, and would stand twice. One row is always shown.
fn that_fits(mut rows: Vec<Line<'static>>, mut spare: usize) -> Vec<Line<'static>> {
    let fits = |row: &&Line<'static>| {
        let left = spare.checked_sub(narrowed(row));
        spare = left.unwrap_or(0);
        left.is_some()
    };
    let many = rows.iter().rev().take_while(fits).count().max(1).min(rows.len());
    rows.split_off(rows.len() - many)
}

/// The composer with the caret in view.
fn push_composer(model: &Model, shown: &Shown, rows: usize, frame: &mut Frame) {
    let first = (shown.caret.0 + 1).saturating_sub(rows);
    let top = frame.rows.len();
    let hides_sign = model.runs_in_shell() && !model.shell.is_open;
    for (at, row) in shown.rows.iter().enumerate().skip(first).take(rows) {
        let (sign, style) = match at {
            0 => sign(model),
            _ => ("  ", model.look.accent),
        };
        // The sign in front stands for the one in the draft.
        let row = row.strip_prefix('!').filter(|_| at == 0 && hides_sign).unwrap_or(row);
        frame.push(vec![Span::styled(sign, style), Span::raw(row.to_owned())], model.size.columns);
    }
    let hidden = usize::from(hides_sign && shown.caret.0 == 0);
    frame.caret = Some((top + shown.caret.0 - first, (shown.caret.1 + 2).saturating_sub(hidden).max(2)));
}

/// What stands before the draft: who reads it.
fn sign(model: &Model) -> (&'static str, Style) {
    if model.is_editing_command() {
        ("$ ", model.look.accent)
    } else if model.runs_in_shell() {
        ("! ", model.look.bold.patch(model.look.warn))
    } else {
        ("> ", model.look.accent)
    }
}

/// What the first Ctrl-C says.
pub(super) fn leave_again(model: &Model) -> String {
    fill(model.look.words.leave_again, &[("seconds", &LEAVE_WINDOW.as_secs().to_string())])
}

/// The menu, or the status line, or a word about the last key.
fn below_composer(model: &Model, room: usize) -> Vec<Line<'static>> {
    let look = model.look;
    if let Some(hint) = &model.hint {
        let none = Span::raw("");
        let hint = Span::styled(Clean::line(hint).into_string(), look.warn);
        let mut rows = wrap(&[hint], model.size.columns, &none, &none);
        rows.truncate(room.max(HINT_ROWS));
        return rows;
    }
    if model.leave_until.is_some() {
        return vec![Line::styled(leave_again(model), look.warn)];
    }
    if let Some(rows) = menu::rows(model, room) {
        return rows;
    }
    if model.runs_in_shell() {
        let shell = |columns| cut(Line::styled(look.words.shell_mode, look.warn), columns);
        return vec![under(model, shell)];
    }
    vec![under(model, |columns| status(model, columns))]
}

/// The row below the composer: vim's mode, if its keys are on, and what else stands there.
fn under(model: &Model, rest: impl Fn(usize) -> Line<'static>) -> Line<'static> {
    let Some(mode) = model.composer.vim_mode() else { return rest(model.size.columns) };
    let mode = Span::styled(format!("{mode} "), model.look.bold.patch(model.look.accent));
    let mut row = rest(model.size.columns.saturating_sub(width(&mode.content)));
    let style = std::mem::take(&mut row.style);
    row.spans.iter_mut().for_each(|span| span.style = style.patch(span.style));
    row.spans.insert(0, mode);
    row
}

/// A question, and the draft below it.
fn show_dialog(model: &Model, laid: &Laid, offset: usize, frame: &mut Frame) {
    let (columns, look) = (model.size.columns, model.look);
    let waiting = model.dialogs.len();
    let mut title = laid.title.clone();
    if waiting > 1 {
        title = format!("{title}  {}", fill(look.words.ask_count, &[("all", &waiting.to_string())]));
    }
    let body = laid.body.rows.iter().skip(offset).take(laid.room);
    let rows = body.chain(&laid.facts).chain(&laid.choices).cloned();
    if laid.is_boxed {
        let edge = |sign: &'static str| Span::styled(sign, look.warn);
        frame.push(vec![edge("┌ "), Span::styled(title, look.bold)], columns);
        for mut row in rows {
            row.spans.insert(0, edge("│ "));
            frame.push(row, columns);
        }
        frame.push(vec![edge("└")], columns);
    } else {
        frame.push(Line::styled(title, look.bold.patch(look.warn)), columns);
        for row in rows {
            frame.push(row, columns);
        }
    }
    push_draft(model, frame);
}

/// The row of the draft that holds the caret, or a hint.
fn push_draft(model: &Model, frame: &mut Frame) {
    let columns = model.size.columns;
    let shown = model.composer.shown(model.composer_columns());
    let top = frame.rows.len();
    let row = shown.rows.get(shown.caret.0).cloned().unwrap_or_default();
    let (sign, style) = sign(model);
    let mut text = vec![Span::styled(sign, style), Span::raw(row)];
    if let Some(hint) = &model.hint {
        let apart = if model.composer.is_empty() { "" } else { " · " };
        text.push(Span::styled(format!("{apart}{}", Clean::line(hint)), model.look.warn));
    } else if model.composer.is_empty() {
        text.push(Span::styled(model.look.words.how_to_answer, model.look.dim));
    }
    frame.push(text, columns);
    frame.caret = Some((top, shown.caret.1 + 2));
}
