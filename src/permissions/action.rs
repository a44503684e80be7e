//! What a call would touch.

use crate::base::AbsPath;

/// What a call would touch, worked out by its tool before anybody is asked.
///
/// Paths are canonical: links are resolved, as far as the path exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Touches nothing outside the conversation (`todo_write`).
    Nothing,
    /// Reads a file or folder.
    Read {
        /// Which.
        path: AbsPath,
    },
    /// Creates or changes a file.
    Write {
        /// Which.
        path: AbsPath,
    },
    /// Runs a shell command.
    Run(ShellCommand),
    /// Requests an address from another machine.
    Fetch {
        /// Lower-case host name, without port.
        host: String,
        /// The whole address.
        url: String,
    },
}

impl ShellCommand {
    /// A line of which nothing is known but its words.
    pub fn new(line: impl Into<String>, directory: AbsPath) -> Self {
        Self { line: line.into(), directory, links: Vec::new(), secrets: Vec::new(), kept_back: Vec::new() }
    }
}

/// A shell command and where it would run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellCommand {
    /// The whole line, as `bash -c` gets it.
    pub line: String,
    /// The folder it runs in, canonical.
    pub directory: AbsPath,
    /// Where the links on the way to files that the line names really lead. The rules see no disk, so whoever runs
    /// the line looks.
    pub links: Vec<AbsPath>,
    /// Files with secrets that a pattern of the line becomes.
    pub secrets: Vec<AbsPath>,
    /// Files and folders the line names that `.qwenignore` keeps from the model.
    pub kept_back: Vec<AbsPath>,
}
