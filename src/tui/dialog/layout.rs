//! How a question is laid out on a screen of a given size.

use ratatui::text::{Line, Span};

use super::{Choice, Dialog};
use crate::{
    base::{Clean, Moment, width},
    protocol::Preview,
    tui::{
        diff::{counts, diff_rows},
        frame::Size,
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
    pub(in crate::tui) body: Vec<Line<'static>>,
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
    let mut facts = facts(dialog, inner, look);
    let mut below_body = Vec::new();
    if facts.len() > size.rows / 4 {
        below_body.append(&mut facts);
    }
    if let Some(rule) = dialog.question.remember.as_deref().filter(|r| !is_short(r, inner)) {
        let lead = Span::styled("rule: ", look.dim);
        below_body.extend(wrap(
            &[lead, Span::raw(Clean::line(rule).into_string())],
            inner,
            &Span::raw(""),
            &Span::raw(""),
        ));
    }
    let choices = choices(dialog, draft, inner, look, now);
    let fixed = facts.len() + choices.len() + below + if is_boxed { 2 } else { 1 };
    let space = size.rows.saturating_sub(fixed).max(1);
    let mut body = body(dialog, true, inner, look);
    if body.len() + below_body.len() > space {
        // Unchanged lines go before a changed one does.
        body = self::body(dialog, false, inner, look);
    }
    body.append(&mut below_body);
    let room = space.min(body.len());
    Laid { title: title(dialog, body.len(), room), body, room, facts, choices, is_boxed }
}

fn title(dialog: &Dialog, rows: usize, room: usize) -> String {
    let mut title = match &dialog.question.preview {
        Preview::Command { .. } => "Run this command?".to_owned(),
        Preview::Change { diff, .. } if diff.is_new => {
            format!("Create {}?  {}", Clean::line(&diff.path), counts(diff))
        }
        Preview::Change { diff, .. } => format!("Change {}?  {}", Clean::line(&diff.path), counts(diff)),
        Preview::Read { .. } => "Read this file?".to_owned(),
        Preview::Fetch { .. } => "Fetch this page?".to_owned(),
        Preview::Other { .. } => format!("Allow {}?", Clean::line(&dialog.call.name)),
    };
    if room < rows {
        let range = shown_range(dialog, room);
        title = format!("{title}  showing {range} of {rows} lines");
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

fn body(dialog: &Dialog, with_context: bool, columns: usize, look: Look) -> Vec<Line<'static>> {
    let exact = |lead: &str, text: &str| {
        let text = Clean::new(text);
        let mut rows = Vec::new();
        for line in text.as_str().split('\n') {
            for row in wrap_exact(&untab(line), columns.saturating_sub(width(lead))) {
                let lead = if rows.is_empty() { lead.to_owned() } else { " ".repeat(width(lead)) };
                rows.push(Line::from(vec![Span::styled(lead, look.dim), Span::raw(row)]));
            }
        }
        rows
    };
    match &dialog.question.preview {
        Preview::Command { command, .. } => exact("$ ", command),
        Preview::Change { diff, .. } => diff_rows(diff, with_context, columns, look),
        Preview::Read { path } => exact("", path),
        Preview::Fetch { url } => exact("", url),
        Preview::Other { text } => exact("", text),
    }
}

fn facts(dialog: &Dialog, columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut facts = Vec::new();
    if let Preview::Command { directory, .. } = &dialog.question.preview {
        facts.push(format!("in {directory}"));
    }
    facts.extend(dialog.question.effects.iter().cloned());
    facts.extend(Some(dialog.question.reason.clone()).filter(|r| !r.is_empty()));
    if facts.is_empty() {
        return Vec::new();
    }
    wrap_plain(&Clean::line(&facts.join(" · ")), look.warn, columns, "")
}

fn choices(dialog: &Dialog, draft: &str, columns: usize, look: Look, now: Moment) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for (at, choice) in dialog.choices().into_iter().enumerate() {
        let is_marked = at == dialog.selected;
        let is_ready = dialog.is_armed(now)
            && (choice != Choice::Once && choice != Choice::Always || dialog.can_allow());
        let style = match (is_marked, is_ready) {
            (_, false) => look.dim,
            (true, true) => look.bold.patch(look.accent),
            (false, true) => ratatui::style::Style::new(),
        };
        let lead = format!("{} {} ", if is_marked { "›" } else { " " }, choice.digit());
        let text = Span::styled(words(dialog, choice, draft, columns), style);
        out.extend(wrap(&[text], columns, &Span::styled(lead, style), &Span::raw("    ")));
    }
    out
}

/// Whether a rule can stand in its choice; a longer one stands below the preview, where it can be scrolled.
fn is_short(rule: &str, columns: usize) -> bool {
    width(rule) + 50 <= 2 * columns
}

fn words(dialog: &Dialog, choice: Choice, draft: &str, columns: usize) -> String {
    let first = if dialog.can_allow() { "" } else { " (PgDn first)" };
    match choice {
        Choice::Once => format!("Yes, once{first}"),
        Choice::Always => {
            let rule = dialog.question.remember.as_deref().unwrap_or_default();
            if rule == EDITS {
                format!("Yes, and stop asking for edits in this workspace this session (`{EDITS}`)")
            } else if is_short(rule, columns) {
                format!("Yes, and stop asking for exactly `{}` this session", Clean::line(rule))
            } else {
                "Yes, and stop asking for exactly the rule above this session".to_owned()
            }
        }
        Choice::Edit => "Edit the command".to_owned(),
        Choice::No if draft.trim().is_empty() => "No, and say what to do instead (Esc)".to_owned(),
        Choice::No => {
            let said: String = Clean::line(draft).as_str().chars().take(60).collect();
            format!("No, and say: “{said}” (Esc)")
        }
    }
}
