//! A log of everything that happens, for a person to read: the demo where there is no terminal.

use std::{collections::HashMap, io};

use super::{
    Approvals,
    aside::{about, aside, subject},
    bill::{bill, missed},
    face::{Ending, Face, Outlets},
    record::Record,
};
use crate::{
    base::{CallId, Clean},
    protocol::{
        CacheReport, Diff, Display, Event, LineKind, Question, TodoStatus, ToolCall, ToolResult, Turn, Usage,
        Verdict,
    },
};

/// Lines of a result or a change that are shown.
const LINES: usize = 24;

/// Writes the log.
pub(super) struct Narration {
    approvals: Approvals,
    titles: HashMap<CallId, String>,
}

impl Narration {
    /// The log of a run whose questions are answered so.
    pub(super) fn new(approvals: Approvals) -> Self {
        Self { approvals, titles: HashMap::new() }
    }

    fn entry(&mut self, event: &Event) -> Option<String> {
        match event {
            Event::SessionStarted(info) => {
                Some(format!("model {} from {}, in {}", info.model, info.provider, info.root))
            }
            Event::TurnStarted { text, .. } => Some(format!("\n> {}", indented(text, "  ").trim_start())),
            Event::Answered { request, turn, usage, cache, .. } => {
                Some(answer(*request, turn, usage.as_ref(), cache))
            }
            Event::Permission { call, question } => Some(self.question(call, question)),
            Event::ToolStarted { call, title } => {
                self.titles.insert(call.id.clone(), Clean::line(title).into_string());
                None
            }
            Event::ToolDone { call, result, display, .. } => {
                let title = self.titles.remove(&call.id);
                let title = title.unwrap_or_else(|| subject(&call.name, call.arguments.raw()));
                Some(format!("* {title}\n{}", indented(&shown(result, display.as_ref()), "    ")))
            }
            event => aside(event),
        }
    }

    fn question(&self, call: &ToolCall, question: &Question) -> String {
        let answer = match self.approvals {
            Approvals::Once => "yes, this once",
            Approvals::Refuse => "no, nobody is here to approve it",
        };
        let what = subject(&call.name, about(&question.preview));
        format!("? {what}\n    asks because: {}\n    answer: {answer}", Clean::line(&question.reason))
    }
}

impl Face for Narration {
    fn see(&mut self, event: &Event, _: &Record, to: &mut Outlets<'_>) -> io::Result<()> {
        let Some(entry) = self.entry(event) else { return Ok(()) };
        writeln!(to.out, "{}", Clean::new(entry.trim_end()))?;
        to.out.flush()
    }

    fn end(&mut self, ending: &Ending<'_>, to: &mut Outlets<'_>) -> io::Result<()> {
        if let Err(failure) = &ending.outcome {
            to.aside(Clean::new(&failure.to_string()).as_str());
        }
        writeln!(to.out, "\nThe bill\n{}", indented(&bill(&ending.record.totals), "  "))
    }
}

fn answer(request: u32, turn: &Turn, usage: Option<&Usage>, cache: &CacheReport) -> String {
    let mut counts = usage.map_or_else(
        || format!("[request {request}]"),
        |usage| format!("[request {request}: {}; {} out]", usage.parts(), usage.output),
    );
    if let Some(miss) = cache.miss {
        counts = format!("{counts}\n[{}]", missed(miss));
    }
    if let Some(finding) = cache.finding {
        counts = format!("{counts}\n[cache: {}]", finding.sentence());
    }
    match turn.text.trim() {
        "" => counts,
        text => format!("\n{text}\n\n{counts}"),
    }
}

/// What is shown of a result: the display when there is one, else the beginning of what the model reads.
fn shown(result: &ToolResult, display: Option<&Display>) -> String {
    match (result.verdict, display) {
        (Verdict::Denied, _) => format!("denied: {}", first_line(&result.text)),
        (Verdict::Interrupted, None) => "stopped".to_owned(),
        (Verdict::Failed, None) => format!("failed: {}", first_line(&result.text)),
        (Verdict::Done, None) => first_line(&result.text).to_owned(),
        (_, Some(Display::Line { text })) => text.clone(),
        (_, Some(Display::Output { tail, hidden_lines, exit_code })) => {
            output(tail, *hidden_lines, *exit_code)
        }
        (_, Some(Display::Change { diff })) => change(diff),
        (_, Some(Display::Todos { todos })) => {
            let lines = todos.iter().map(|todo| format!("{} {}", sign(todo.status), todo.content));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing")
}

fn output(tail: &str, hidden_lines: u64, exit_code: Option<i32>) -> String {
    let clean = Clean::output(tail);
    let lines: Vec<&str> = clean.as_str().trim_end().lines().collect();
    let from = lines.len().saturating_sub(LINES);
    let hidden = hidden_lines + from as u64;
    let mut shown = Vec::new();
    if hidden > 0 {
        shown.push(format!("… {hidden} lines before"));
    }
    shown.extend(lines[from..].iter().map(|line| (*line).to_owned()));
    shown.push(match exit_code {
        Some(code) => format!("exit code {code}"),
        None => "did not end by itself".to_owned(),
    });
    shown.join("\n")
}

fn change(diff: &Diff) -> String {
    let mut shown = vec![format!("{} +{} -{}", Clean::line(&diff.path), diff.added, diff.removed)];
    shown.extend(diff.lines.iter().take(LINES).map(|line| match line.kind {
        LineKind::Same => format!("  {}", line.text),
        LineKind::Added => format!("+ {}", line.text),
        LineKind::Removed => format!("- {}", line.text),
        LineKind::Gap => "  …".to_owned(),
    }));
    if diff.lines.len() > LINES {
        shown.push(format!("… {} more lines", diff.lines.len() - LINES));
    }
    shown.join("\n")
}

fn sign(status: TodoStatus) -> &'static str {
    match status {
        TodoStatus::Pending => "[ ]",
        TodoStatus::InProgress => "[>]",
        TodoStatus::Completed => "[x]",
    }
}

fn indented(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}")).collect::<Vec<_>>().join("\n")
}
