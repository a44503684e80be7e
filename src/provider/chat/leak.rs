//! Recovers tool calls that a server left standing in the text of an answer.
//!
//! Local servers without a parser for the model's own notation do that. Only whole calls of offered tools at the
//! very end of an answer without other calls count, outside of fenced code: an answer may well talk about the
//! notation. Source: `docs/sources.md`, wire 1.4, shape q.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    base::CallId,
    protocol::{Arguments, Finish, ToolCall, Turn},
};

/// Moves calls at the end of the text to where calls belong. `body` is the request, which offered the tools.
pub(super) fn recover(turn: &mut Turn, body: &[u8], seed: &str) {
    if !turn.calls.is_empty() || turn.finish != Finish::Stop {
        return;
    }
    let starts = ["<tool_call>", "<function="].map(|tag| turn.text.find(tag));
    let Some(start) = starts.into_iter().flatten().min() else { return };
    let (before, rest) = turn.text.split_at(start);
    if before.matches("```").count() % 2 == 1 {
        return;
    }
    let Ok(Request { tools }) = serde_json::from_slice(body) else { return };
    let Some(found) = calls(rest, &tools) else { return };
    let named = found.into_iter().enumerate().map(|(at, (name, arguments))| ToolCall {
        id: CallId::new(format!("call_{seed}{at}")),
        name,
        arguments: Arguments::from_object(arguments),
        extra: None,
    });
    turn.calls = named.collect();
    turn.finish = Finish::Calls;
    turn.text = before.trim_end().to_owned();
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    tools: Vec<Tool>,
}

#[derive(Deserialize)]
struct Tool {
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    parameters: Value,
}

type Found = (String, Map<String, Value>);

/// All calls, if the text is nothing but calls.
fn calls(text: &str, tools: &[Tool]) -> Option<Vec<Found>> {
    let (mut rest, mut found) = (text.trim(), Vec::new());
    while !rest.is_empty() {
        let (call, after) = if let Some(inside) = rest.strip_prefix("<tool_call>") {
            let (inner, after) = inside.split_once("</tool_call>")?;
            let inner = inner.trim();
            let call = if inner.starts_with('{') { as_json(inner, tools) } else { as_tags(inner, tools) };
            (call?, after)
        } else {
            let end = rest.find("</function>")? + "</function>".len();
            let after = rest[end..].trim_start();
            // The model often forgets the opening tag and never the closing one.
            (as_tags(&rest[..end], tools)?, after.strip_prefix("</tool_call>").unwrap_or(after))
        };
        found.push(call);
        rest = after.trim_start();
    }
    (!found.is_empty()).then_some(found)
}

/// `{"name": …, "arguments": {…}}`.
fn as_json(text: &str, tools: &[Tool]) -> Option<Found> {
    #[derive(Deserialize)]
    struct Call {
        name: String,
        #[serde(default)]
        arguments: Map<String, Value>,
    }
    let Call { name, arguments } = serde_json::from_str(text).ok()?;
    offered(&name, tools).map(|_| (name, arguments))
}

/// `<function=name><parameter=key>value</parameter></function>`.
fn as_tags(text: &str, tools: &[Tool]) -> Option<Found> {
    let inside = text.strip_prefix("<function=")?.strip_suffix("</function>")?;
    let (name, mut rest) = inside.split_once('>')?;
    let tool = offered(name, tools)?;
    let mut arguments = Map::new();
    rest = rest.trim();
    while !rest.is_empty() {
        let (key, after) = rest.strip_prefix("<parameter=")?.split_once('>')?;
        let (value, after) = after.split_once("</parameter>")?;
        let value = value.strip_prefix('\n').unwrap_or(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        arguments.insert(key.to_owned(), typed(value, &tool.parameters["properties"][key]["type"]));
        rest = after.trim_start();
    }
    Some((name.to_owned(), arguments))
}

/// The notation has no types; the tool's schema has.
fn typed(value: &str, kind: &Value) -> Value {
    let text = || Value::String(value.to_owned());
    if kind.is_null() || kind == "string" {
        return text();
    }
    serde_json::from_str(value.trim()).unwrap_or_else(|_| text())
}

fn offered<'a>(name: &str, tools: &'a [Tool]) -> Option<&'a Function> {
    tools.iter().map(|t| &t.function).find(|f| f.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] =
        br#"{"model":"m","tools":[{"type":"function","function":{"name":"read_file","parameters":
        {"type":"object","properties":{"file_path":{"type":"string"},"limit":{"type":"number"}}}}}]}"#;

    fn recovered(text: &str) -> Option<(String, Vec<String>)> {
        let mut turn = Turn::text(text);
        recover(&mut turn, BODY, "s");
        let is_moved = turn.finish == Finish::Calls;
        is_moved.then(|| (turn.text, turn.calls.iter().map(|c| c.arguments.text().to_owned()).collect()))
    }

    #[test]
    fn both_notations_are_recovered_from_the_end_of_an_answer() {
        let expected = Some(("Let me look.".to_owned(), vec![r#"{"file_path":"5","limit":5}"#.to_owned()]));
        let tags = "<function=read_file>\n<parameter=file_path>\n5\n</parameter>\n<parameter=limit>\n5\n</parameter>\n</function>";
        let table = [
            r#"<tool_call>{"name":"read_file","arguments":{"file_path":"5","limit":5}}</tool_call>"#
                .to_owned(),
            format!("<tool_call>\n{tags}\n</tool_call>"),
            tags.to_owned(),
            format!("{tags}\n</tool_call>\n"),
        ];
        for call in table {
            assert_eq!(recovered(&format!("Let me look.\n{call}")), expected, "{call}");
        }
        let two = format!("<tool_call>{tags}</tool_call>\n<tool_call>{tags}</tool_call>");
        assert_eq!(recovered(&two).map(|(_, calls)| calls.len()), Some(2));
    }

    #[test]
    fn what_is_cut_quoted_unknown_or_not_at_the_end_stays_text() {
        let call = r#"<tool_call>{"name":"read_file","arguments":{}}</tool_call>"#;
        for end in 1..call.len() {
            assert_eq!(recovered(&call[..end]), None, "{}", &call[..end]);
        }
        let table = [
            format!("```\n{call}\n```"),
            format!("{call} is how a call looks."),
            call.replace("read_file", "rm"),
            "<function=read_file><parameter=file_path>a</parameter>b</function>".to_owned(),
        ];
        for text in table {
            assert_eq!(recovered(&text), None, "{text}");
        }
    }
}
