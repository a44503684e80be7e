//! What `--json-fd`, `--json-file` and `--input-file` name.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use crate::{
    cli::Arguments,
    protocol::{Failure, Kind},
};

/// Where the messages go.
pub(super) enum Target {
    /// It is open.
    Open(File),
    /// A pipe with a name: opening it waits for a reader.
    Pipe(PathBuf),
}

impl Target {
    /// What the flags name, if anything. Errors: it cannot be written.
    pub(super) fn of(arguments: &Arguments) -> Result<Option<Self>, Failure> {
        let (name, path) = match (arguments.output.json_fd, &arguments.output.json_file) {
            (Some(number), _) => (format!("--json-fd {number}"), PathBuf::from(format!("/dev/fd/{number}"))),
            (None, Some(path)) => (format!("--json-file {}", path.display()), path.clone()),
            (None, None) => return Ok(None),
        };
        if arguments.output.json_fd.is_none() && is_pipe(&path) {
            return Ok(Some(Self::Pipe(path)));
        }
        append(&path).map(|file| Some(Self::Open(file))).map_err(|e| {
            Failure::new(Kind::Usage, format!("`{name}` cannot be written: {e}"))
                .hint("open the descriptor first: `qwen … 3> events.jsonl`, or name a file that can be made")
        })
    }

    /// The open file; a pipe waits for its reader. `None` when it cannot be opened.
    pub(super) fn open(self) -> Option<File> {
        match self {
            Self::Open(file) => Some(file),
            Self::Pipe(path) => append(&path).ok(),
        }
    }
}

fn append(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// Whether this is a pipe with a name.
#[cfg(unix)]
pub(super) fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
}

/// Whether this is a pipe with a name; such are not known here.
#[cfg(not(unix))]
pub(super) fn is_pipe(_: &Path) -> bool {
    false
}
