//! How a question is laid out on a screen of a given size.

use std::sync::Arc;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Choice, Dialog};
use crate::{
    base::{Clean, Moment, width},
    protocol::Preview,
    tui::{
        diff::{CONTEXT, counts},
        frame::Size,
        lang::{fill, told},
        layout::{untab, wrap, wrap_exact, wrap_plain},
        look::Look,
    },
};

/// The rule that stands for every change of a file in the workspace.
const EDITS: &str = "Edit";

/// A question as rows.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Laid {
    /// One row.
    pub(in crate::tui) title: String,
    /// What would happen, in full.
    pub(in crate::tui) body: Body,
    /// How many rows of it have room.
    pub(in crate::tui) room: usize,
    /// Where, what else, why.
    pub(in crate::tui) facts: Vec<Line<'static>>,
    /// The choices.
    pub(in crate::tui) choices: Vec<Line<'static>>,
    /// Whether there is an edge on its left. None on the right: a row that fills the screen breaks in two when the
    /// window gets narrower.
    pub(in crate::tui) is_boxed: bool,
}

/// The rows that can be scrolled. Kept from frame to frame while the key is the same, since a change may be long.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Body {
    /// All of them.
    pub(in crate::tui) rows: Arc<[Line<'static>]>,
    /// How many of them must have been on the screen before Yes can be said.
    pub(in crate::tui) must: usize,
    key: Key,
}

/// What the rows depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Key {
    columns: usize,
    space: usize,
    styles: [Style; 4],
    /// A sentence, which tells languages apart.
    language: &'static str,
}

/// Lays out a question. `below` rows are kept free under it.
pub(in crate::tui) fn lay_out(
    dialog: &Dialog,
    draft: &str,
    below: usize,
    size: Size,
    look: Look,
    now: Moment,
) -> Laid {
    let is_boxed = size.columns >= 60 && size.rows >= 16;
    let inner = if is_boxed { size.columns - 2 } else { size.columns };
    let facts = Facts::of(dialog, is_boxed, size.rows, inner, look);
    let choices = choices(dialog, draft, is_boxed, inner, look, now);
    let fixed = facts.below.len() + choices.len() + below + if is_boxed { 2 } else { 1 };
    let space = size.rows.saturating_sub(fixed).max(1);
    let styles = [look.ok, look.error, look.dim, look.warn];
    let key = Key { columns: inner, space, styles, language: look.words.ask_rule };
    let body = match dialog.body.as_ref().filter(|body| body.key == key) {
        Some(kept) => kept.clone(),
        None => body(dialog, &facts, key, look),
    };
    let room = space.min(body.rows.len());
    let title = title(dialog, body.rows.len(), room, look);
    Laid { title, body, room, facts: facts.below, choices, is_boxed }
}

/// Title and everything that can be scrolled, for the scrollback.
pub(in crate::tui) fn in_full(dialog: &Dialog, columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut rows = vec![Line::styled(title(dialog, 0, 0, look), look.bold)];
    rows.extend(preview(dialog, usize::MAX, columns, look));
    rows
}

fn title(dialog: &Dialog, rows: usize, room: usize, look: Look) -> String {
    let words = look.words;
    let named = |sentence, name: &str, value: &str| fill(sentence, &[(name, Clean::line(value).as_str())]);
    let mut title = match &dialog.question.preview {
        Preview::Command { .. } => words.ask_command.to_owned(),
        Preview::Change { diff, .. } => {
            let asked = if diff.is_new { words.ask_create } else { words.ask_change };
            let hunks = match dialog.compared.as_ref().map_or(0, crate::tui::diff::Compared::hunks) {
                1 => words.ask_hunk.to_owned(),
                n => fill(words.ask_hunks, &[("n", &n.to_string())]),
            };
            format!("{}  {} · {hunks}", named(asked, "path", &diff.path), counts(diff))
        }
        Preview::Read { .. } => words.ask_read.to_owned(),
        Preview::Fetch { .. } => words.ask_fetch.to_owned(),
        Preview::Other { .. } => named(words.ask_other, "tool", &dialog.call.name),
    };
    if room < rows {
        let (shown, all) = (shown_range(dialog, room), rows.to_string());
        title = format!("{title}  {}", fill(words.ask_showing, &[("shown", &shown), ("all", &all)]));
    }
    title
}

fn shown_range(dialog: &Dialog, room: usize) -> String {
    if dialog.offset == 0 {
        room.to_string()
    } else {
        format!("{}–{}", dialog.offset + 1, dialog.offset + room)
    }
}

fn body(dialog: &Dialog, facts: &Facts, key: Key, look: Look) -> Body {
    let more = facts.first.len() + facts.last.len();
    let mut rows = preview(dialog, key.space.saturating_sub(more), key.columns, look);
    rows.extend(facts.first.iter().cloned());
    let must = rows.len();
    rows.extend(facts.last.iter().cloned());
    Body { rows: rows.into(), must, key }
}

/// What would happen, in full; of a change as many unchanged lines as fit into `space` rows.
fn preview(dialog: &Dialog, space: usize, columns: usize, look: Look) -> Vec<Line<'static>> {
    match (&dialog.question.preview, &dialog.compared) {
        (_, Some(compared)) if space == usize::MAX => compared.rows(CONTEXT, columns, look),
        (_, Some(compared)) => compared.rows(compared.context_within(space, columns), columns, look),
        (Preview::Command { command, .. }, None) => exact("$ ", &Clean::command(command), columns, look),
        (Preview::Read { path }, None) => exact("", &Clean::new(path), columns, look),
        (Preview::Fetch { url }, None) => exact("", &Clean::new(url), columns, look),
        (Preview::Other { text }, None) => exact("", &Clean::new(text), columns, look),
        (Preview::Change { diff, .. }, None) => exact("", &Clean::new(&diff.path), columns, look),
    }
}

/// Every character of a text, broken only where a row is full.
fn exact(lead: &str, text: &Clean, columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut rows = Vec::new();
    for line in text.as_str().split('\n') {
        for row in wrap_exact(&untab(line), columns.saturating_sub(width(lead))) {
            let lead = if rows.is_empty() { lead.to_owned() } else { " ".repeat(width(lead)) };
            rows.push(Line::from(vec![Span::styled(lead, look.dim), Span::raw(row)]));
        }
    }
    rows
}

/// What is told beside the preview, by where it stands.
struct Facts {
    /// Behind the preview, to be read before Yes: the whole rule, and effects that are long.
    first: Vec<Line<'static>>,
    /// Behind that: what may stay unread.
    last: Vec<Line<'static>>,
    /// Above the choices, always in view.
    below: Vec<Line<'static>>,
}

impl Facts {
    fn of(dialog: &Dialog, is_boxed: bool, rows: usize, columns: usize, look: Look) -> Self {
        let question = &dialog.question;
        let folder = match &question.preview {
            Preview::Command { directory, .. } => {
                Some(fill(look.words.ask_folder, &[("folder", directory.as_str())]))
            }
            _ => None,
        };
        let words = look.words;
        let reason = Some(told(words, &question.reason).into_owned()).filter(|r| !r.is_empty());
        let effects: Vec<String> = question.effects.iter().map(|e| told(words, e).into_owned()).collect();
        let lay = |facts: Vec<String>| {
            let text = Some(facts.join(" · ")).filter(|text| !text.is_empty());
            text.map_or_else(Vec::new, |text| wrap_plain(&Clean::line(&text), look.warn, columns, ""))
        };
        let rule =
            question.remember.as_deref().filter(|r| *r != EDITS && !(is_boxed && is_short(r, columns)));
        let rule = rule.map_or_else(Vec::new, |rule| {
            let lead = Span::styled(look.words.ask_rule, look.dim);
            let indent = Span::raw(" ".repeat(width(look.words.ask_rule)));
            let text = wrap_exact(Clean::line(rule).as_str(), columns.saturating_sub(width(&lead.content)));
            let row = |(at, text)| {
                Line::from(vec![if at == 0 { lead.clone() } else { indent.clone() }, Span::raw(text)])
            };
            text.into_iter().enumerate().map(row).collect()
        });
        let all = folder.iter().chain(&effects).chain(&reason).cloned().collect();
        let below = lay(all);
        // Where there is room, all of it stays in view; else what it does stays, if that has room.
        if is_boxed && below.len() <= rows / 4 {
            return Self { first: rule, last: Vec::new(), below };
        }
        let effects = lay(effects);
        let last = lay(folder.into_iter().chain(reason).collect());
        if effects.len() <= rows / 4 {
            return Self { first: rule, last, below: effects };
        }
        Self { first: effects.into_iter().chain(rule).collect(), last, below: Vec::new() }
    }
}

fn choices(
    dialog: &Dialog,
    draft: &str,
    is_boxed: bool,
    columns: usize,
    look: Look,
    now: Moment,
) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for (at, choice) in dialog.choices().into_iter().enumerate() {
        let is_marked = at == dialog.selected;
        let is_ready = dialog.is_armed(now)
            && (choice != Choice::Once && choice != Choice::Always || dialog.can_allow());
        let style = match (is_marked, is_ready) {
            (_, false) => look.dim,
            (true, true) => look.bold.patch(look.accent),
            (false, true) => Style::new(),
        };
        let lead = format!("{} {} ", if is_marked { "›" } else { " " }, choice.digit());
        let text = Span::styled(words(dialog, choice, draft, is_boxed, columns, look), style);
        out.extend(wrap(&[text], columns, &Span::styled(lead, style), &Span::raw("    ")));
    }
    out
}

/// Whether a rule can stand in its choice; a longer one stands below the preview, where it can be scrolled.
fn is_short(rule: &str, columns: usize) -> bool {
    width(rule) + 50 <= 2 * columns
}

/// A choice in words; few where there is little room.
fn words(dialog: &Dialog, choice: Choice, draft: &str, is_boxed: bool, columns: usize, look: Look) -> String {
    let words = look.words;
    let of_room = |long: &'static str, short: &'static str| if is_boxed { long } else { short };
    match choice {
        Choice::Once if !dialog.can_allow() => fill(words.page_first, &[("choice", words.yes_once)]),
        Choice::Once => words.yes_once.to_owned(),
        Choice::Always => {
            let rule = Clean::line(dialog.question.remember.as_deref().unwrap_or_default()).into_string();
            let sentence = if rule == EDITS {
                of_room(words.yes_edits, words.yes_edits_short)
            } else if is_boxed && is_short(&rule, columns) {
                words.yes_rule
            } else {
                of_room(words.yes_rule_above, words.yes_rule_short)
            };
            fill(sentence, &[("rule", &rule)])
        }
        Choice::Edit if dialog.command().is_none() => {
            of_room(words.edit_change, words.edit_change_short).to_owned()
        }
        Choice::Edit => of_room(words.edit_command, words.edit_command_short).to_owned(),
        Choice::No if draft.trim().is_empty() => of_room(words.no_say, words.no_short).to_owned(),
        Choice::No => {
            let most = if is_boxed { 60 } else { columns.saturating_sub(24) };
            let said: String = Clean::line(draft).as_str().chars().take(most).collect();
            fill(words.no_saying, &[("said", &said)])
        }
    }
}
