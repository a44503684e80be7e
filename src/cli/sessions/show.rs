//! A conversation as text for a terminal.

use std::fmt::Write as _;

use crate::{
    base::Clean,
    protocol::{Item, Turn, Verdict},
    session::{History, Said},
};

/// Lines of a tool's result that are shown unless all are asked for.
const LINES: usize = 10;
/// Characters of a call's parameters that are shown unless all are asked for.
const PARAMETERS: usize = 120;

/// The conversation: words of the person behind `> `, calls behind `* `, results indented.
pub(super) fn text(history: &History, is_full: bool) -> String {
    let meta = &history.meta;
    let head = format!("session {} of {}, {}", meta.id, meta.root, meta.model);
    let mut out = format!("{}\n", Clean::line(&head));
    for said in &history.said {
        match said {
            Said::Item(item) => put(item, is_full, &mut out),
            Said::Replaced(items) => {
                let _ = write!(out, "\n{}\n", replaced(items));
                // What took their place is new to the reader only where it is a summary.
                if let Some(Item::User(message)) = items.first() {
                    quote(&message.text, "| ", limit(is_full), &mut out);
                }
            }
        }
    }
    out
}

/// What is said where the history was replaced.
pub(super) fn replaced(items: &[Item]) -> String {
    let count = items.len();
    format!("--- the conversation goes on from here with {count} earlier messages in place of all above ---")
}

fn put(item: &Item, is_full: bool, out: &mut String) {
    match item {
        Item::User(message) if message.text.trim().is_empty() => {}
        Item::User(message) => {
            out.push('\n');
            quote(&message.text, "> ", usize::MAX, out);
        }
        Item::Assistant(turn) => answer(turn, is_full, out),
        Item::Result(result) => {
            if result.verdict != Verdict::Done {
                let _ = writeln!(out, "  ({})", verdict(result.verdict));
            }
            quote(&result.text, "  ", limit(is_full), out);
        }
    }
}

fn answer(turn: &Turn, is_full: bool, out: &mut String) {
    if is_full && !turn.reasoning.trim().is_empty() {
        out.push('\n');
        quote(&turn.reasoning, "~ ", usize::MAX, out);
    }
    if !turn.text.trim().is_empty() {
        out.push('\n');
        quote(&turn.text, "", usize::MAX, out);
    }
    for call in &turn.calls {
        let parameters = Clean::line(call.arguments.text()).into_string();
        let shown: String = parameters.chars().take(if is_full { usize::MAX } else { PARAMETERS }).collect();
        let more = if shown.len() < parameters.len() { " …" } else { "" };
        let _ = write!(out, "\n* {} {shown}{more}\n", Clean::line(&call.name));
    }
}

/// How a call ended, in a word.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Done => "done",
        Verdict::Failed => "failed",
        Verdict::Denied => "not allowed",
        Verdict::Interrupted => "stopped",
    }
}

fn limit(is_full: bool) -> usize {
    if is_full { usize::MAX } else { LINES }
}

fn quote(text: &str, sign: &str, most: usize, out: &mut String) {
    let text = Clean::output(text).into_string();
    let lines: Vec<&str> = text.trim_end().lines().collect();
    for line in lines.iter().take(most) {
        let _ = writeln!(out, "{}", format!("{sign}{line}").trim_end());
    }
    if let Some(more) = lines.len().checked_sub(most).filter(|more| *more > 0) {
        let _ = writeln!(out, "{sign}… {more} more lines");
    }
}
