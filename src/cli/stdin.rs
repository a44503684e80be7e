//! What was piped in.

use std::{
    io::{self, IsTerminal as _, Read, Write},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use crate::{
    base::Bytes,
    protocol::{Failure, Kind},
};

/// More than this fits no model's window.
const LIMIT: Bytes = Bytes(8 * 1024 * 1024);

/// How long a run that has a prompt waits for the first byte. Programs that start others often leave an open
/// pipe on stdin and never write to it. Qwen Code waits half a second and then says nothing.
const PATIENCE: Duration = Duration::from_secs(3);

/// Reads stdin to its end; a terminal is not read. Bytes that are not UTF-8 become `�`.
///
/// With `has_prompt`, a stdin that stays silent is given up, and `err` says so; without, stdin is all there is to
/// say, and is waited for.
/// Errors: stdin cannot be read, or holds more than a model could take.
pub fn read(has_prompt: bool, err: &mut dyn Write) -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        return Ok(String::new());
    }
    let patience = has_prompt.then_some(PATIENCE);
    let bytes = read_from(io::stdin(), patience)?;
    if bytes.is_none() {
        let seconds = PATIENCE.as_secs();
        // A closed stderr is no reason to stop.
        let _ = writeln!(err, "note: nothing came from stdin in {seconds} s; going on without it");
    }
    Ok(String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned())
}

/// What a reader on a thread of its own reports.
enum Progress {
    Began,
    Ended(io::Result<Vec<u8>>),
}

/// Reads all of `source`; `None` when nothing came while patience lasted.
fn read_from(
    source: impl Read + Send + 'static,
    patience: Option<Duration>,
) -> Result<Option<Vec<u8>>, Failure> {
    let (sender, receiver) = mpsc::channel();
    // A read of stdin cannot be stopped; the thread ends with the process.
    thread::spawn(move || {
        let report = |progress| drop(sender.send(progress));
        let ended = read_all(source, || report(Progress::Began));
        report(Progress::Ended(ended));
    });
    let first = match patience {
        Some(patience) => receiver.recv_timeout(patience),
        None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    let ended = match first {
        Err(RecvTimeoutError::Timeout) => return Ok(None),
        Ok(Progress::Ended(ended)) => ended,
        Ok(Progress::Began) | Err(RecvTimeoutError::Disconnected) => loop {
            match receiver.recv() {
                Ok(Progress::Began) => {}
                Ok(Progress::Ended(ended)) => break ended,
                Err(_) => break Err(io::Error::other("the reader stopped")),
            }
        },
    };
    let bytes = ended.map_err(|error| Failure::new(Kind::Usage, format!("stdin cannot be read: {error}")))?;
    if bytes.len() as u64 > LIMIT.0 {
        return Err(Failure::new(Kind::Usage, format!("stdin holds more than {}", LIMIT.short()))
            .hint("save it to a file and name the file in the prompt"));
    }
    Ok(Some(bytes))
}

fn read_all(mut source: impl Read, began: impl FnOnce()) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 64 * 1024];
    let length = loop {
        match source.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    bytes.truncate(length);
    if length > 0 {
        began();
        source.take(LIMIT.0).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its parts, then an end; without parts it never answers.
    struct Pipe(mpsc::Receiver<Vec<u8>>);

    impl Read for Pipe {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let part = self.0.recv().unwrap_or_default();
            into[..part.len()].copy_from_slice(&part);
            Ok(part.len())
        }
    }

    #[test]
    fn all_parts_are_read_to_the_end() {
        let (sender, receiver) = mpsc::channel();
        for part in ["one ", "two"] {
            sender.send(part.into()).expect("open");
        }
        drop(sender);
        let read = read_from(Pipe(receiver), Some(Duration::from_secs(60)));
        assert_eq!(read, Ok(Some(b"one two".to_vec())));
    }

    #[test]
    fn a_silent_pipe_is_given_up() {
        let (_sender, receiver) = mpsc::channel();
        assert_eq!(read_from(Pipe(receiver), Some(Duration::ZERO)), Ok(None));
    }

    #[test]
    fn an_empty_pipe_is_empty_text() {
        assert_eq!(read_from(io::empty(), None), Ok(Some(Vec::new())));
    }

    #[test]
    fn more_than_a_model_can_take_is_refused() {
        let error = read_from(io::repeat(b'a'), None).expect_err("endless");
        assert_eq!(error.error, "stdin holds more than 8.3 MB");
    }
}
