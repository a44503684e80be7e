//! What is said beside the data, one line each.

use crate::{
    base::Clean,
    protocol::{Event, Level, Preview, ToolResult, Verdict},
};

/// Columns of a call's subject that are shown in one line.
const SUBJECT_CHARS: usize = 120;

/// The line for an event, if it deserves one.
pub(super) fn aside(event: &Event) -> Option<String> {
    match event {
        Event::Retrying { attempt, of, wait, cause } => {
            let of = if *of == 0 { String::new() } else { format!(" of {of}") };
            let (wait, why) = (wait.as_secs_f64(), Clean::line(&cause.error));
            Some(format!("retry: try {attempt}{of} in {wait:.1} s: {why}"))
        }
        Event::FellBack { from, to, status, .. } => Some(warning(&format!(
            "`{from}` has no room (status {status}); going on with `{to}`, as `--fallback-model` says"
        ))),
        Event::Notice { level: Level::Info, text } => Some(format!("note: {}", Clean::line(text))),
        Event::Notice { level: Level::Warning, text } => Some(warning(text)),
        Event::Compacted { before, after } => {
            Some(format!("note: the history was replaced by a summary: about {before} tokens became {after}"))
        }
        Event::ToolDone { call, result: ToolResult { verdict: Verdict::Denied, text, .. }, .. } => {
            let subject = subject(&call.name, call.arguments.raw());
            Some(match forbidden(text) {
                Some(reason) => format!("denied: {subject}: {}", Clean::line(reason)),
                None => format!("denied: {subject}; allow it with `--allowed-tools` or `--approval-mode`"),
            })
        }
        _ => None,
    }
}

/// A line that warns.
pub(super) fn warning(text: &str) -> String {
    format!("warning: {}", Clean::line(text))
}

/// A tool and what it was called with, on one line.
pub(super) fn subject(tool: &str, with: &str) -> String {
    let line = Clean::line(&format!("{tool} {with}")).into_string();
    match line.char_indices().nth(SUBJECT_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What a preview is about: the command, the path, the address.
pub(super) fn about(preview: &Preview) -> &str {
    match preview {
        Preview::Command { command, .. } => command,
        Preview::Change { diff, .. } => &diff.path,
        Preview::Read { path } => path,
        Preview::Fetch { url } => url,
        Preview::Other { text } => text,
    }
}

/// Why the rules forbid a call, where they do and nobody could have allowed it: the agent begins such a result so.
fn forbidden(text: &str) -> Option<&str> {
    let (reason, _) = text.strip_prefix("Not allowed: ")?.split_once(". Nothing was run")?;
    Some(reason)
}
