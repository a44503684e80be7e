//! Opens what `--json-fd` and `--json-file` name, and has every event written there.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use super::Arguments;
use crate::{
    agent::{Handle, Mailbox},
    headless::{Mirror, Stamps},
    protocol::{Event, Failure, Kind},
};

/// How long the end of the session waits for what is still to be written.
const LAST: Duration = Duration::from_millis(500);

/// Where the messages go.
pub(super) enum Target {
    /// It is open.
    Open(File),
    /// A pipe with a name: opening it waits for a reader.
    Pipe(PathBuf),
}

/// What the flags name, if anything. Errors: it cannot be written.
pub(super) fn target(arguments: &Arguments) -> Result<Option<Target>, Failure> {
    let (name, path) = match (arguments.output.json_fd, &arguments.output.json_file) {
        (Some(number), _) => (format!("--json-fd {number}"), PathBuf::from(format!("/dev/fd/{number}"))),
        (None, Some(path)) => (format!("--json-file {}", path.display()), path.clone()),
        (None, None) => return Ok(None),
    };
    if arguments.output.json_fd.is_none() && is_pipe(&path) {
        return Ok(Some(Target::Pipe(path)));
    }
    open(&path).map(|file| Some(Target::Open(file))).map_err(|e| {
        Failure::new(Kind::Usage, format!("`{name}` cannot be written: {e}"))
            .hint("open the descriptor first: `qwen … 3> events.jsonl`, or name a file that can be made")
    })
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// Waits, but not for long, until everything was written.
pub(super) struct Written(Option<Receiver<()>>);

impl Written {
    /// At the end of a session.
    pub(super) fn wait(self) {
        if let Some(done) = self.0 {
            let _ = done.recv_timeout(LAST);
        }
    }
}

/// The same session, with every event written beside it. Must be called on the runtime.
pub(super) fn mirrored(mut handle: Handle, target: Option<Target>) -> (Handle, Written) {
    let Some(target) = target else { return (handle, Written(None)) };
    let mailbox = Mailbox::default();
    let seen = Handle::new(handle.ops(), mailbox.clone());
    let (events, to_write) = mpsc::channel::<Event>();
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        write(target, &to_write);
        drop(done);
    });
    tokio::spawn(async move {
        while let Some(event) = handle.next().await {
            // A reader that is gone changes nothing for the session.
            let _ = events.send(event.clone());
            mailbox.put(event);
        }
        mailbox.close();
    });
    (seen, Written(Some(is_done)))
}

fn write(target: Target, events: &Receiver<Event>) {
    let file = match target {
        Target::Open(file) => file,
        Target::Pipe(path) => match open(&path) {
            Ok(file) => file,
            Err(_) => return,
        },
    };
    let mut mirror = Mirror::new(Box::new(file), Stamps::real());
    for event in events {
        let is_last = matches!(event, Event::SessionEnded { .. });
        if mirror.see(&event).is_err() || is_last {
            return;
        }
    }
}
