//! What a person must see before saying yes.

use serde::{Deserialize, Serialize};

/// A question of the agent to the person: may this call run?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What would happen, in full.
    pub preview: Preview,
    /// The exact rule that "don't ask again this session" would store; `None` where that is never offered.
    pub remember: Option<String>,
    /// Why the rules ask, in a few words: `writes outside the workspace`.
    pub reason: String,
    /// Facts to show beside the preview: `deletes: build/`, `writes files`, `network`.
    #[serde(default)]
    pub effects: Vec<String>,
}

/// What would happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Preview {
    /// A shell command.
    Command {
        /// The whole command, not cleaned, never cut.
        command: String,
        /// The folder it runs in, as shown to a person.
        directory: String,
    },
    /// A change of a file.
    Change {
        /// The whole change.
        diff: Diff,
        /// The whole file as it would read, not cleaned.
        #[serde(default)]
        content: String,
    },
    /// A read outside the workspace, or of a file that is kept back.
    Read {
        /// The path, as shown to a person.
        path: String,
    },
    /// A request to another machine.
    Fetch {
        /// The whole address.
        url: String,
    },
    /// Anything else: the tool's name and its arguments.
    Other {
        /// Name and arguments.
        text: String,
    },
}

/// A change of one file, as lines.
///
/// Shape: hunks are separated by [`LineKind::Gap`]; up to three unchanged lines stand around each change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// The path, as shown to a person.
    pub path: String,
    /// Whether the file does not exist yet.
    pub is_new: bool,
    /// How many lines are added.
    pub added: u32,
    /// How many lines are removed.
    pub removed: u32,
    /// The lines, in order.
    pub lines: Vec<DiffLine>,
}

/// One line of a [`Diff`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    /// What happens to it.
    pub kind: LineKind,
    /// Its number, from 1: in the old file for removed lines, in the new file for all others; 0 for a gap.
    pub number: u32,
    /// Its text without the line end, not cleaned.
    pub text: String,
}

/// What happens to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// It stays.
    Same,
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// Unchanged lines are left out here.
    Gap,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// Its name within the list.
    pub id: String,
    /// What is to be done.
    pub content: String,
    /// How far it is.
    pub status: TodoStatus,
}

/// How far a thing to do is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TodoStatus {
    /// Not begun.
    Pending,
    /// Being worked on.
    InProgress,
    /// Done.
    Completed,
}
