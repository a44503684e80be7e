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
}
