//! A request as a script sees it.

use std::sync::Arc;

use serde_json::Value;

/// The line in a user's message that says where the agent works; `{{cwd}}` in a script becomes its path.
pub const CWD_LINE: &str = "Working directory: ";

/// One checked chat request.
#[derive(Clone, Debug)]
pub struct Request {
    json: Arc<Value>,
    number: usize,
}

impl Request {
    pub(super) fn new(json: Arc<Value>, number: usize) -> Self {
        Self { json, number }
    }

    /// The body.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// How many chat requests this simulator has served before.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The name of the model; empty when there is none.
    pub fn model(&self) -> &str {
        self.json["model"].as_str().unwrap_or_default()
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> &[Value] {
        self.json["messages"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Whether a tool of this name is offered.
    pub fn offers(&self, tool: &str) -> bool {
        let tools = self.json["tools"].as_array().map_or(&[][..], Vec::as_slice);
        tools.iter().any(|offered| offered["function"]["name"] == tool)
    }

    /// The text of the newest user message; empty when there is none.
    pub fn last_user(&self) -> String {
        self.newest("user").map(text).unwrap_or_default()
    }

    /// The text of the newest message if that is a tool's answer.
    pub fn last_tool(&self) -> Option<String> {
        self.messages().last().filter(|message| message["role"] == "tool").map(text)
    }

    /// What the person typed: the last line of the newest user message that is not empty, because an agent puts its
    /// own notes before it.
    pub fn asked(&self) -> String {
        let all = self.last_user();
        all.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
    }

    /// The path after [`CWD_LINE`] in the oldest message that has such a line.
    pub fn working_directory(&self) -> Option<String> {
        self.messages().iter().find_map(|message| {
            let all = text(message);
            all.lines().find_map(|line| line.trim().strip_prefix(CWD_LINE)).map(|path| path.trim().to_owned())
        })
    }

    fn newest(&self, role: &str) -> Option<&Value> {
        self.messages().iter().rev().find(|message| message["role"] == role)
    }
}

/// A message's content as one text; elements are joined with a line break.
fn text(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(elements) => {
            let texts: Vec<&str> = elements.iter().filter_map(|element| element["text"].as_str()).collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}
