//! A conversation as Markdown.

use std::fmt::Write as _;

use super::show::{replaced, verdict};
use crate::{
    base::Clean,
    protocol::{Item, ToolCall, ToolResult, Turn},
    session::{History, Said},
};

/// The whole conversation; texts of people and models stay Markdown, everything of tools is fenced.
pub(super) fn page(history: &History) -> String {
    let meta = &history.meta;
    let mut out = format!("# Session {}\n\n", Clean::line(meta.id.as_str()));
    let _ = write!(out, "Project: {}  \nModel: {}\n", code(&meta.root), code(&meta.model));
    for said in &history.said {
        match said {
            Said::Item(item) => put(item, &mut out),
            Said::Replaced(items) => {
                let _ = write!(out, "\n*{}*\n", replaced(items));
            }
        }
    }
    out
}

fn put(item: &Item, out: &mut String) {
    match item {
        Item::User(message) if message.text.trim().is_empty() => {}
        Item::User(message) => section("## You", &message.text, out),
        Item::Assistant(turn) => answer(turn, out),
        Item::Result(result) => result_of(result, out),
    }
}

fn answer(turn: &Turn, out: &mut String) {
    if !turn.text.trim().is_empty() {
        section("## Model", &turn.text, out);
    }
    for ToolCall { name, arguments, .. } in &turn.calls {
        fenced(&format!("Calls {}:", code(name)), "json", arguments.text(), out);
    }
}

fn result_of(result: &ToolResult, out: &mut String) {
    fenced(&format!("{} ({}):", code(&result.name), verdict(result.verdict)), "", &result.text, out);
}

fn section(title: &str, text: &str, out: &mut String) {
    let _ = write!(out, "\n{title}\n\n{}\n", Clean::new(text).as_str().trim_end());
}

/// The fence is longer than any in the text, so that the text cannot end it.
fn fenced(title: &str, language: &str, text: &str, out: &mut String) {
    let text = Clean::output(text).into_string();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = write!(out, "\n{title}\n\n{fence}{language}\n{}\n{fence}\n", text.trim_end());
}

fn code(text: &str) -> String {
    format!("`{}`", Clean::line(text).as_str().replace('`', "'"))
}
