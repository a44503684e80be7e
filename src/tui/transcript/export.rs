//! The conversation as Markdown, and where it is written.

use std::fmt::Write as _;

use super::{
    entries::{Entry, Transcript},
    pages::sign,
};
use crate::{
    base::Clean,
    protocol::{Diff, LineKind},
    tui::lang::Words,
};

/// Where a person wants the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Target {
    /// The file, as the person wrote it.
    pub(in crate::tui) name: String,
    /// The file, as it is to be opened.
    pub(in crate::tui) path: String,
    /// A file that is there may be written over.
    pub(in crate::tui) may_replace: bool,
}

/// Reads what stands behind `/export`: a file, with `!` before it to write over one; `usual` if there is none. A path is
/// taken from `root` on, and `~` is `home`.
pub(in crate::tui) fn target(arguments: &str, usual: &str, root: &str, home: Option<&str>) -> Target {
    let (may_replace, name) = match arguments.trim().strip_prefix('!') {
        Some(rest) => (true, rest.trim()),
        None => (false, arguments.trim()),
    };
    let name = if name.is_empty() { usual } else { name };
    let path = match (name.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => format!("{home}/{rest}"),
        _ if std::path::Path::new(name).is_absolute() => name.to_owned(),
        _ => format!("{}/{name}", root.trim_end_matches('/')),
    };
    Target { name: name.to_owned(), path, may_replace }
}

impl Transcript {
    /// The present conversation as Markdown.
    pub(in crate::tui) fn markdown(&self, title: &str, words: &Words) -> String {
        let mut out = format!("# {title}\n");
        for entry in self.present() {
            match entry {
                Entry::Words(text) => section(words.export_you, text.trim_end(), &mut out),
                Entry::Answer { text, goes_on: false } => {
                    section(words.export_model, text.trim_end(), &mut out);
                }
                Entry::Answer { text, .. } => {
                    out.push('\n');
                    out.push_str(text.trim_end());
                    out.push('\n');
                }
                Entry::Thought { title, text } => fenced(&format!("*{title}*"), "", text, &mut out),
                Entry::Tool { verdict, title, text } => {
                    fenced(&format!("{} {}", sign(*verdict), code(title)), "", text, &mut out);
                }
                Entry::Change { verdict, title, diff } => {
                    let heading = format!("{} {}", sign(*verdict), code(title));
                    fenced(&heading, "diff", &plain(diff), &mut out);
                }
                Entry::Note(_) | Entry::Beginning => {}
            }
        }
        out
    }
}

// Writing to a string cannot fail.
fn section(heading: &str, text: &str, out: &mut String) {
    let _ = write!(out, "\n## {heading}\n\n{text}\n");
}

/// A text inside a fence that is longer than any in the text.
fn fenced(heading: &str, language: &str, text: &str, out: &mut String) {
    let _ = write!(out, "\n{heading}\n");
    let text = Clean::output(text.trim_end()).into_string();
    if !text.is_empty() {
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(out, "\n{fence}{language}\n{text}\n{fence}\n");
    }
}

fn code(text: &str) -> String {
    let text = Clean::line(text).into_string();
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn plain(diff: &Diff) -> String {
    let line = |line: &crate::protocol::DiffLine| match line.kind {
        LineKind::Same => format!(" {}\n", line.text),
        LineKind::Added => format!("+{}\n", line.text),
        LineKind::Removed => format!("-{}\n", line.text),
        LineKind::Gap => "@@\n".to_owned(),
    };
    diff.lines.iter().map(line).collect()
}
