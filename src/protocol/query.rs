//! What a face may ask of the session beside the conversation, and the answers.

use std::sync::Arc;

use super::HiddenList;
use crate::base::Tokens;

/// A question of a face. Each is answered by the [`Reply`] of the same name, once, whatever is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// Which files can be mentioned.
    Files,
    /// What fills the model's window.
    Window,
    /// Which rules decide what may happen.
    Rules,
    /// Which instruction files are read.
    Memory,
    /// What the person said before in this project.
    Past,
    /// What was hidden from the model.
    Hidden,
}

/// An answer to a [`Query`].
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Which files can be mentioned.
    Files(FileList),
    /// What fills the model's window, in the order of the prompt.
    Window(Vec<WindowPart>),
    /// Which rules decide what may happen, in the order they are asked.
    Rules(Vec<RuleRow>),
    /// A rule was not added.
    BadRule {
        /// Why, in a sentence.
        why: String,
    },
    /// Which instruction files are read, in the order of the prompt.
    Memory(Vec<MemoryFile>),
    /// What the person said before in this project.
    Past(Past),
    /// What was hidden from the model.
    Hidden(HiddenList),
}

/// Files and folders of the workspace, without those that are ignored.
///
/// Shape: relative to the folder the session works in, `/` between the parts and at the end of a folder; sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileList {
    /// The paths, not cleaned.
    pub paths: Arc<[String]>,
    /// There are more than are listed.
    pub is_cut: bool,
}

/// One part of what is sent to the model.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowPart {
    /// What it is: `tools`, `instructions`, `QWEN.md`, `map of the repository`, `your messages`; not cleaned.
    pub name: String,
    /// What it is part of, for indenting; empty for a part of its own.
    pub group: String,
    /// Its size.
    pub size: Tokens,
    /// Whether that is an estimate.
    pub is_estimate: bool,
}

/// One rule about what may happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// What it says.
    pub list: RuleList,
    /// The rule as it is written: `Bash(cargo test)`.
    pub rule: String,
    /// Where it comes from: `this session`, `~/.qwen/settings.json`, `--allowed-tools`, `built in`.
    pub source: String,
    /// Whether it can be taken away here.
    pub can_forget: bool,
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleList {
    /// It needs no question.
    Allow,
    /// It asks.
    Ask,
    /// It never happens.
    Deny,
}

/// One instruction file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryFile {
    /// Its whole path.
    pub path: String,
    /// Its size, estimated; 0 if it is not there.
    pub size: Tokens,
    /// Whether it is there.
    pub exists: bool,
}

/// What the person said before in this project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Earlier texts, the oldest first.
    pub texts: Vec<String>,
    /// What was written and not sent when the last session ended; empty for none.
    pub draft: String,
}
