//! What goes into the scrollback: the header, the person's words, finished calls, errors.

use std::time::Duration;

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    bill::short_time,
    commands, diff, keys,
    lang::{Sentence, counted, fill, told},
    layout::{untab, wrap, wrap_plain},
    look::{Look, Voice},
    model::Model,
};
use crate::{
    base::{Clean, width},
    protocol::{Display, Failure, SessionInfo, Todo, TodoStatus, ToolCall, ToolResult, Verdict},
};

/// A finished output shows its first lines and its last ones. Source: `docs/sources.md`, tui 4.5.
const HEAD: usize = 5;
const TAIL: usize = 20;
/// A finished change shows this many rows.
const CHANGE_ROWS: usize = 40;
/// The person's words show this many rows.
const WORD_ROWS: usize = 12;
/// The column of names in `/help` is this wide.
const HELP_NAMES: usize = 26;

/// Blanks between the parts of the header, at least.
const APART: usize = 3;

/// The header: once at the start. What can be talked to stands at the right end, or in a row of its own.
/// Source: `docs/sources.md`, tui 4.2.
pub(super) fn header(model: &Model, session: &SessionInfo) -> Vec<Line<'static>> {
    let look = model.look;
    let mut place = Clean::line(&model.short_path(&session.root)).into_string();
    if let Some(branch) = &session.branch {
        place = format!("{place} ({})", Clean::line(branch));
    }
    let state = if session.model.is_empty() {
        look.words.not_signed_in.to_owned()
    } else {
        format!("{} · {}", Clean::line(&session.model), Clean::line(&session.provider))
    };
    let columns = model.size.columns;
    let name = format!("qwen {}", env!("CARGO_PKG_VERSION"));
    let taken = width(&name) + APART + width(&place);
    // In lines nothing stands at a far end: they are read one after the other.
    let apart = match columns.checked_sub(taken + width(&state)) {
        Some(room @ APART..) if look.voice == Voice::Screen => room,
        _ => APART,
    };
    let mut first = vec![Span::styled(name, look.bold), Span::raw(format!("{}{place}", " ".repeat(APART)))];
    let mut lines = Vec::new();
    if look.voice == Voice::Screen && taken + apart + width(&state) > columns {
        lines.push(Line::from(std::mem::take(&mut first)));
        first.push(Span::raw(state));
    } else {
        first.push(Span::raw(format!("{}{state}", " ".repeat(apart))));
    }
    lines.push(Line::from(first));
    lines.push(Line::styled(look.words.how_to_begin, look.dim));
    if session.restored_turns > 0 {
        let words = look.words;
        let restored = counted(session.restored_turns.into(), words.restored_turn, words.restored_many);
        lines.push(Line::styled(restored, look.dim));
    }
    let none = Span::raw("");
    lines.into_iter().flat_map(|l| wrap(&styled_spans(l), columns, &none, &none)).collect()
}

/// The spans of a line with the line's own style in each.
fn styled_spans(line: Line<'static>) -> Vec<Span<'static>> {
    let style = line.style;
    line.spans.into_iter().map(|s| Span::styled(s.content, style.patch(s.style))).collect()
}

/// The person's words.
pub(super) fn words(text: &str, columns: usize, look: Look) -> Vec<Line<'static>> {
    let clean = Clean::new(text.trim_end());
    let mut out = Vec::new();
    let mut lead = Span::styled("> ", look.accent);
    for line in clean.as_str().split('\n').take(WORD_ROWS + 1) {
        out.extend(wrap(&[Span::styled(untab(line), look.bold)], columns, &lead, &Span::raw("  ")));
        lead = Span::raw("  ");
    }
    if out.len() > WORD_ROWS {
        out.truncate(WORD_ROWS);
        let lines = clean.as_str().split('\n').count();
        let all = fill(look.words.lines_in_all, &[("n", &lines.to_string())]);
        out.push(Line::styled(format!("  {all}"), look.dim));
    }
    out
}

/// A finished call.
pub(super) struct Done<'a> {
    /// What it did, in one line.
    pub(super) title: &'a str,
    pub(super) result: &'a ToolResult,
    pub(super) display: Option<&'a Display>,
    pub(super) took: Duration,
    /// The first lines of its output, not cleaned.
    pub(super) head: &'a str,
}

/// A finished call: mark, title, how it went; then what a person should see of it.
pub(super) fn tool_done(done: &Done<'_>, columns: usize, look: Look) -> Vec<Line<'static>> {
    let Done { title, result, display, took, head } = *done;
    let (mark, style, word) = match result.verdict {
        Verdict::Done => ("✓", look.ok, None),
        Verdict::Failed => ("✗", look.error, Some(look.words.verdict_failed)),
        Verdict::Denied => ("⊘", look.warn, Some(look.words.verdict_denied)),
        Verdict::Interrupted => ("■", look.warn, Some(look.words.verdict_stopped)),
    };
    let outcome = match display {
        Some(Display::Output { exit_code: Some(code), .. }) if *code != 0 => {
            Some(fill(look.words.exit_code, &[("code", &code.to_string())]))
        }
        Some(Display::Line { text }) => Some(Clean::line(text).into_string()),
        Some(Display::Change { diff }) => Some(diff::counts(diff)),
        _ => None,
    };
    let time = (took >= Duration::from_millis(100)).then(|| short_time(took));
    let after = [word.map(str::to_owned), outcome, time];
    let after = after.into_iter().flatten().fold(String::new(), |all, part| format!("{all} · {part}"));
    let title = Span::raw(Clean::line(title).into_string());
    let text = [title, Span::styled(after, look.dim)];
    let mut out = wrap(&text, columns, &Span::styled(format!("{mark} "), style), &Span::raw("  "));
    match display {
        Some(Display::Output { tail, hidden_lines, .. }) => {
            out.extend(output(tail, *hidden_lines, head, columns, look));
        }
        Some(Display::Change { diff }) => {
            let rows = diff::diff_rows(diff, true, columns.saturating_sub(2), look);
            let hidden = rows.len().saturating_sub(CHANGE_ROWS);
            out.extend(rows.into_iter().take(CHANGE_ROWS).map(indented));
            if hidden > 0 {
                out.push(more_lines(hidden as u64, look));
            }
        }
        Some(Display::Todos { todos }) => out.extend(todos.iter().flat_map(|t| todo(t, columns, look))),
        None if matches!(result.verdict, Verdict::Failed | Verdict::Denied) => {
            let first: String = result.text.lines().take(3).collect::<Vec<_>>().join("\n");
            out.extend(wrap_plain(&Clean::output(&first), look.dim, columns, "  "));
        }
        Some(Display::Line { .. }) | None => {}
    }
    out
}

/// First and last lines of an output, and how many stand between them.
fn output(tail: &str, hidden: u64, head: &str, columns: usize, look: Look) -> Vec<Line<'static>> {
    let clean = Clean::output(tail.trim_end()).into_string();
    let lines: Vec<&str> = if clean.is_empty() { Vec::new() } else { clean.split('\n').collect() };
    let show = |line: &str| wrap_plain(&Clean::new(line), look.dim, columns, "  ");
    if hidden == 0 && lines.len() <= HEAD + TAIL {
        return lines.into_iter().flat_map(show).collect();
    }
    let head = Clean::output(head.trim_end()).into_string();
    let first: Vec<&str> = match hidden {
        0 => lines[..HEAD].to_vec(),
        n => head
            .split('\n')
            .take(usize::try_from(n).unwrap_or(HEAD).min(HEAD))
            .filter(|_| !head.is_empty())
            .collect(),
    };
    let last = &lines[lines.len().saturating_sub(TAIL)..];
    let between = (hidden + lines.len() as u64).saturating_sub((first.len() + last.len()) as u64);
    let mut out: Vec<Line<'static>> = first.into_iter().flat_map(show).collect();
    out.push(more_lines(between, look));
    out.extend(last.iter().flat_map(|l| show(l)));
    out
}

fn more_lines(hidden: u64, look: Look) -> Line<'static> {
    let more = counted(hidden, look.words.more_line, look.words.more_lines);
    Line::styled(format!("  {more}"), look.dim)
}

fn indented(mut line: Line<'static>) -> Line<'static> {
    line.spans.insert(0, Span::raw("  "));
    line
}

fn todo(todo: &Todo, columns: usize, look: Look) -> Vec<Line<'static>> {
    let (mark, style) = match todo.status {
        TodoStatus::Pending => ("[ ]", Style::new()),
        TodoStatus::InProgress => ("[~]", look.bold),
        TodoStatus::Completed => ("[x]", look.dim),
    };
    let text = [Span::styled(Clean::line(&todo.content).into_string(), style)];
    wrap(&text, columns, &Span::styled(format!("  {mark} "), style), &Span::raw("      "))
}

/// An error: what happened, then what to do.
pub(super) fn failure(failure: &Failure, columns: usize, look: Look) -> Vec<Line<'static>> {
    let what = Clean::new(&told(look.words, &failure.error)).into_string();
    let mut out = Vec::new();
    let mut lead = Span::styled("✗ ", look.error);
    for line in what.split('\n') {
        out.extend(wrap(&[Span::styled(untab(line), look.error)], columns, &lead, &Span::raw("  ")));
        lead = Span::raw("  ");
    }
    for hint in &failure.hints {
        out.extend(wrap_plain(&Clean::line(&told(look.words, hint)), Style::new(), columns, "  "));
    }
    out
}

/// Something to know.
pub(super) fn note(text: &str, is_warning: bool, columns: usize, look: Look) -> Vec<Line<'static>> {
    let (mark, style) = if is_warning { ("! ", look.warn) } else { ("· ", look.dim) };
    let mut lead = Span::styled(mark, style);
    let mut out = Vec::new();
    for line in Clean::new(text).as_str().split('\n') {
        out.extend(wrap(&[Span::raw(untab(line))], columns, &lead, &Span::raw("  ")));
        lead = Span::raw("  ");
    }
    out
}

/// Commands and keys, by groups.
pub(super) fn help(columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for (heading, rows) in command_groups(look).into_iter().chain(key_groups(look)) {
        if !out.is_empty() {
            out.push(Line::default());
        }
        out.push(Line::styled(heading, look.bold));
        out.extend(rows.into_iter().flat_map(|row| entry(row, columns, HELP_NAMES, look)));
    }
    out
}

/// A name and what it does: beside the name, whose column has `names` columns, where there is room; else behind it.
pub(super) fn entry(
    (name, about): (String, &'static str),
    columns: usize,
    names: usize,
    look: Look,
) -> Vec<Line<'static>> {
    if columns >= 2 * names + 4 && width(&name) <= names {
        let pad = " ".repeat(names - width(&name));
        let lead = Span::styled(format!("  {name}{pad} "), look.accent);
        return wrap(&[Span::raw(about)], columns, &lead, &Span::raw(" ".repeat(names + 3)));
    }
    let text = [Span::styled(format!("{name}: "), look.accent), Span::raw(about)];
    wrap(&text, columns, &Span::raw("  "), &Span::raw("    "))
}

/// A heading with its rows: what to type, and what that does.
type Section = (&'static str, Vec<(String, &'static str)>);

/// The commands, in the order of their groups.
fn command_groups(look: Look) -> Vec<Section> {
    let words = look.words;
    let section = |(group, heading): (commands::Group, Sentence)| {
        let rows = commands::ALL.iter().filter(|c| c.group == group);
        let rows = rows.map(|c| {
            let name = format!("/{} {}", c.name, c.arguments.hint(words));
            (name.trim_end().to_owned(), (c.about)(words))
        });
        (heading(words), rows.collect())
    };
    commands::Group::ALL.into_iter().map(section).collect()
}

/// What a draft may begin with, then the keys in the order of their groups.
pub(super) fn key_groups(look: Look) -> Vec<Section> {
    let words = look.words;
    let signs = keys::SIGNS.iter().map(|sign| (sign.name.to_owned(), (sign.about)(words))).collect();
    let section = |(group, heading): (keys::Group, Sentence)| {
        let rows = keys::told().filter(|(_, of, _)| *of == group);
        (heading(words), rows.map(|(names, _, about)| (names, about(words))).collect())
    };
    [(words.keys_signs, signs)].into_iter().chain(keys::Group::ALL.into_iter().map(section)).collect()
}

/// One line that stands for a longer text.
pub(super) fn folded(title: &str, look: Look) -> Line<'static> {
    Line::styled(format!("+ {}", fill(look.words.folded, &[("title", title)])), look.dim)
}

/// A title for a call that never started: its name and what it is about.
pub(super) fn untitled(call: &ToolCall) -> String {
    let about = call.arguments.object().ok().and_then(|object| {
        let known = ["command", "file_path", "path", "pattern", "url"];
        known.iter().find_map(|name| object.get(*name)?.as_str())
    });
    let about: String = about.unwrap_or_else(|| call.arguments.raw()).chars().take(80).collect();
    // As the tools themselves say it.
    let name = match call.name.as_str() {
        "run_shell_command" => "run",
        "read_file" => "read",
        "write_file" => "write",
        other => other,
    };
    format!("{name} {about}")
}
