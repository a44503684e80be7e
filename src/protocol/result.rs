//! What came of a tool call.

use serde::{Deserialize, Serialize};

use super::{Diff, Todo};
use crate::base::CallId;

/// The answer to one call: what the model reads, and how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The call it answers.
    pub call: CallId,
    /// The tool's name, for display and for formats that want it.
    pub name: String,
    /// What the model reads. Bounded when it is made, never trimmed later.
    pub text: String,
    /// How the call ended.
    pub verdict: Verdict,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It ran and did what was asked.
    Done,
    /// It ran or tried to, and failed; the text says how.
    Failed,
    /// It was not allowed.
    Denied,
    /// It was stopped before its end.
    Interrupted,
}

/// What a person is shown of a result, beside or instead of the text for the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Display {
    /// One line is enough: `120 lines`, `3 matches in 2 files`.
    Line {
        /// That line.
        text: String,
    },
    /// The end of a program's output.
    Output {
        /// The last lines, in order, not cleaned.
        tail: String,
        /// How many lines came before them.
        hidden_lines: u64,
        /// The exit code, when the program ended by itself.
        exit_code: Option<i32>,
    },
    /// A change of a file.
    Change {
        /// The change.
        diff: Diff,
    },
    /// The list of things to do, whole.
    Todos {
        /// All entries.
        todos: Vec<Todo>,
    },
}
