//! What is running, as rows above the composer: the end of what is written, calls, things to do, what waits.

use ratatui::text::{Line, Span};

use super::{
    bill,
    lang::fill,
    layout::{cut, untab},
    model::Model,
    work::{TAIL_LINES, Tool, Work},
};
use crate::{
    base::{Clean, width},
    protocol::{Todo, TodoStatus},
};

/// Calls that are shown side by side.
const MOST_CALLS: usize = 5;
/// Texts that wait, shown at once.
const MOST_QUEUED: usize = 3;
/// Entries of the list of things to do, shown at once.
const MOST_TODOS: usize = 3;
/// From this height on the list of things to do has more than one row.
const ROOMY: usize = 16;

/// What is running and what waits.
pub(super) fn busy_rows(model: &Model) -> Vec<Line<'static>> {
    let look = model.look;
    let mut out = Vec::new();
    if model.work.is_some() {
        out.extend(todo_rows(model));
    }
    if let Some(retry) = model.work.as_ref().and_then(|w| w.retry.as_ref()) {
        out.extend(model.retry_rows(retry));
    }
    if model.is_editing_command() {
        out.push(Line::styled(look.words.editing_command, look.warn));
    } else if !model.dialogs.is_empty() {
        out.push(Line::styled(look.words.needs_ok, look.warn));
    } else if let Some(work) = &model.work {
        out.push(busy(model, work));
    }
    out.extend(waiting_rows(model));
    out
}

/// The first of these that fits, else the last one, cut.
fn first_that_fits(candidates: Vec<Vec<String>>, columns: usize) -> String {
    let mut texts: Vec<String> = candidates.into_iter().map(|parts| parts.join(" · ")).collect();
    let fits = texts.iter().position(|text| width(text) + 2 <= columns).unwrap_or(texts.len() - 1);
    texts.swap_remove(fits)
}

/// What is done, since when, how much came, how fast, and the keys. Where there is little room, speed goes first.
fn busy(model: &Model, work: &Work) -> Line<'static> {
    let words = model.look.words;
    let what = if work.is_stopping {
        words.stopping
    } else if work.retry.is_some() {
        words.waiting_to_retry
    } else if work.is_own || !work.tools.is_empty() {
        words.running
    } else if work.thought.is_some() {
        words.thinking
    } else if work.is_summary {
        words.summing_up
    } else if work.has_streamed {
        words.writing
    } else {
        words.waiting_for_model
    };
    let since = model.look.motion.then(|| bill::clock(model.now.since(work.since)));
    let head: Vec<String> = std::iter::once(what.to_owned()).chain(since).collect();
    let written =
        (work.written.0 > 0).then(|| fill(words.tokens_written, &[("n", &work.written.to_string())]));
    let pace = work.pace(model.now).map(|n| fill(words.tokens_pace, &[("n", &n.to_string())]));
    let stop = Some(words.esc_stops.to_owned());
    let more = (!model.composer.is_empty() && !work.is_summary && !work.is_own)
        .then(|| words.enter_or_tab.to_owned());
    let row = |parts: [&Option<String>; 4]| -> Vec<String> {
        head.iter().chain(parts.into_iter().flatten()).cloned().collect()
    };
    let candidates = vec![
        row([&written, &pace, &stop, &more]),
        row([&written, &None, &stop, &more]),
        row([&None, &None, &stop, &more]),
        row([&written, &None, &stop, &None]),
        row([&None, &None, &stop, &None]),
    ];
    Line::styled(format!("─ {}", first_that_fits(candidates, model.size.columns)), model.look.accent)
}

/// Texts that go with the next request, then texts that wait for the end of the turn.
fn waiting_rows(model: &Model) -> Vec<Line<'static>> {
    let (look, words, columns) = (model.look, model.look.words, model.size.columns);
    let line = |text: &str| Clean::line(text).into_string();
    let mut texts: Vec<String> =
        model.steers.iter().map(|text| fill(words.steering, &[("text", &line(text))])).collect();
    for (at, text) in model.queue.iter().enumerate() {
        texts.push(fill(words.queued, &[("n", &(at + 1).to_string()), ("text", &line(text))]));
    }
    let hidden = texts.len().saturating_sub(MOST_QUEUED);
    texts.drain(..hidden);
    let last = texts.len().saturating_sub(1);
    let keys = match (model.work.is_some(), model.queue.is_empty()) {
        (true, _) => words.queue_keys,
        (false, false) => words.queue_key,
        (false, true) => "",
    };
    let row = |(at, text): (usize, String)| {
        let keys = if at == last { format!(" · {keys}") } else { String::new() };
        let room = columns.saturating_sub(width(&keys));
        let mut row = cut(Line::styled(text, look.dim), room);
        row.spans.push(Span::styled(keys, look.dim));
        row.spans.iter_mut().for_each(|span| span.style = look.dim);
        row
    };
    texts.into_iter().enumerate().map(row).collect()
}

/// The list of things to do: how far it is, what is being done, what comes next.
fn todo_rows(model: &Model) -> Vec<Line<'static>> {
    let (look, words) = (model.look, model.look.words);
    let todos = &model.todos;
    let done = todos.iter().filter(|t| t.status == TodoStatus::Completed).count();
    if done == todos.len() {
        return Vec::new();
    }
    let values = [("done", done.to_string()), ("all", todos.len().to_string())];
    let count = fill(words.todo_done, &values.each_ref().map(|(name, value)| (*name, value.as_str())));
    let mut open: Vec<&Todo> = todos.iter().filter(|t| t.status != TodoStatus::Completed).collect();
    // What is being done stands first; the others stay in their order.
    open.sort_by_key(|t| t.status != TodoStatus::InProgress);
    let entry = |todo: &Todo| {
        let (mark, style) = match todo.status {
            TodoStatus::InProgress => ("[~]", look.bold),
            TodoStatus::Pending | TodoStatus::Completed => ("[ ]", look.dim),
        };
        Span::styled(format!("{mark} {}", Clean::line(&todo.content)), style)
    };
    if model.size.rows < ROOMY {
        let first = open.first().map(|todo| entry(todo));
        let parts = first.into_iter().chain([Span::styled(format!(" · {count}"), look.dim)]);
        return vec![Line::from(parts.collect::<Vec<_>>())];
    }
    let mut out = vec![Line::styled(count, look.dim)];
    for todo in open.iter().take(MOST_TODOS) {
        out.push(Line::from(vec![Span::raw("  "), entry(todo)]));
    }
    let more = open.len().saturating_sub(MOST_TODOS);
    if more > 0 {
        let more = fill(words.todo_more, &[("n", &more.to_string())]);
        out.push(Line::styled(format!("  {more}"), look.dim));
    }
    out
}

/// The end of what is being written or run, for so many rows: of calls their heads stay and their outputs shrink.
pub(super) fn live_tail(model: &Model, work: &Work, room: usize) -> Vec<Line<'static>> {
    let (look, words) = (model.look, model.look.words);
    let mut out = Vec::new();
    if let Some(thought) = &work.thought {
        let took = bill::clock(model.now.since(thought.since));
        out.push(Line::styled(fill(words.thought_so_far, &[("time", &took)]), look.dim));
    }
    out.extend(work.answer.open());
    let speaking = work.tools.iter().filter(|tool| !tool.output.is_empty()).count().max(1);
    let calls = |(most, is_counted): (usize, bool)| -> Vec<Line<'static>> {
        let shown = work.tools.iter().take(MOST_CALLS);
        shown.flat_map(|tool| tool_rows(model, tool, most, is_counted)).collect()
    };
    let most = (TAIL_LINES / speaking).max(1);
    let sizes = (0..=most).rev().flat_map(|most| [(most, true), (most, false)]);
    out.extend(sizes.map(calls).find(|rows| rows.len() <= room).unwrap_or_else(|| calls((0, false))));
    let more = work.tools.len().saturating_sub(MOST_CALLS);
    if more > 0 {
        out.push(Line::styled(fill(words.other_calls, &[("n", &more.to_string())]), look.dim));
    }
    out
}

/// A call that runs: what, where, since when, and the last lines of its output, with how many stand before them.
fn tool_rows(model: &Model, tool: &Tool, most: usize, is_counted: bool) -> Vec<Line<'static>> {
    let (look, columns) = (model.look, model.size.columns);
    let time = format!(" · {}", bill::clock(model.now.since(tool.since)));
    let title = Span::raw(Clean::line(&tool.title).into_string());
    // The time stays in view, however long the command is.
    let mut head =
        cut(Line::from(vec![Span::styled("▸ ", look.accent), title]), columns.saturating_sub(width(&time)));
    head.spans.push(Span::styled(time, look.dim));
    let mut out = vec![head];
    let tail = tool.tail();
    let shown = &tail[tail.len().saturating_sub(most)..];
    let hidden = tool.lines().saturating_sub(shown.len() as u64);
    if hidden > 0 && is_counted && !shown.is_empty() {
        let hidden = crate::base::Tokens(hidden).to_string();
        let text = fill(look.words.earlier_lines, &[("n", &hidden)]);
        out.push(Line::styled(format!("  {text}"), look.dim));
    }
    out.extend(shown.iter().map(|l| cut(Line::styled(format!("  {}", untab(l)), look.dim), columns)));
    out
}
