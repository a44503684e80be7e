//! The entries of a conversation.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ToolCall, ToolResult};

/// One entry of the conversation, as it is sent to the model and as it is kept on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Item {
    /// What the person said, with what the program told beside it.
    User(UserMessage),
    /// What the model answered.
    Assistant(Turn),
    /// The answer to one tool call.
    Result(ToolResult),
}

/// A message of the person.
///
/// Shape: parts in the order they are sent; the person's own words come last. Parts before them are written by
/// the program (environment, reminders, files that were mentioned) and are frozen once sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserMessage {
    /// Texts the program put in front: environment, reminders, mentioned files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<String>,
    /// The person's words.
    pub text: String,
}

impl UserMessage {
    /// A message of words only.
    pub fn words(text: impl Into<String>) -> Self {
        Self { context: Vec::new(), text: text.into() }
    }

    /// All parts in sending order.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.context.iter().map(String::as_str).chain(std::iter::once(self.text.as_str()))
    }
}

/// One answer of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The reasoning text, empty when there was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// Structured reasoning a provider wants back unread.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasoning_details: Vec<Value>,
    /// The answer text, empty when there was none.
    #[serde(default)]
    pub text: String,
    /// The tool calls, in the order they are to be run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
    /// Why the model stopped.
    pub finish: Finish,
}

impl Turn {
    /// An answer of text only.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            reasoning: String::new(),
            reasoning_details: Vec::new(),
            text: text.into(),
            calls: Vec::new(),
            finish: Finish::Stop,
        }
    }

    /// Whether there is neither text nor a call: common after tool results, worth one more try.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.calls.is_empty()
    }
}

/// Why the model stopped writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It had said all.
    Stop,
    /// It waits for the results of its calls.
    Calls,
    /// The output limit was reached.
    Length,
    /// The provider's filter cut it.
    Filtered,
    /// It refused to answer.
    Refused,
    /// The person stopped it; what was written is kept.
    Interrupted,
}
