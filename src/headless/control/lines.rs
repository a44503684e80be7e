//! Lines of a source that may never end, read on a thread of its own.

use std::{
    io::{self, BufRead, BufReader, Read},
    thread,
};

use tokio::sync::mpsc;

/// A longer line is dropped. Unit: bytes. Ours: more than any model's window holds.
const LONGEST: u64 = 32 * 1024 * 1024;
/// Lines that wait at most; then the source waits.
const AHEAD: usize = 64;

/// The lines of a source, as they come.
pub struct Lines(mpsc::Receiver<Line>);

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::headless) enum Line {
    /// What stands in it, without its end. Bytes that are no text became `�`.
    Text(String),
    /// It is too long to be kept.
    TooLong,
    /// The source cannot be read any further.
    Broken(String),
}

impl Lines {
    /// Reads `source` to its end.
    pub fn of(source: impl Read + Send + 'static) -> Self {
        let (sender, receiver) = mpsc::channel(AHEAD);
        // A read of stdin cannot be stopped; the thread ends with the process.
        thread::spawn(move || {
            let mut reader = BufReader::new(source);
            while let Some(line) = next(&mut reader, LONGEST) {
                let is_last = matches!(line, Line::Broken(_));
                if sender.blocking_send(line).is_err() || is_last {
                    return;
                }
            }
        });
        Self(receiver)
    }

    /// The next line; `None` at the end. Safe to drop before it is ready.
    pub(in crate::headless) async fn next(&mut self) -> Option<Line> {
        self.0.recv().await
    }
}

fn next(reader: &mut impl BufRead, longest: u64) -> Option<Line> {
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(longest).read_until(b'\n', &mut bytes);
    match read {
        Err(error) => Some(Line::Broken(error.to_string())),
        Ok(0) => None,
        Ok(_) if bytes.len() as u64 >= longest && bytes.last() != Some(&b'\n') => match skip(reader) {
            Ok(()) => Some(Line::TooLong),
            Err(error) => Some(Line::Broken(error.to_string())),
        },
        Ok(_) => {
            let end = bytes.trim_ascii_end().len();
            Some(Line::Text(String::from_utf8_lossy(&bytes[..end]).into_owned()))
        }
    }
}

/// Reads on to the end of the line and keeps nothing.
fn skip(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let (used, is_end) = end.map_or((buffer.len(), buffer.is_empty()), |at| (at + 1, true));
        reader.consume(used);
        if is_end {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_dropped_and_the_next_one_is_whole() {
        let mut source = BufReader::with_capacity(3, &b"one\r\ntwo and more\n\nthree"[..]);
        let all: Vec<Line> = std::iter::from_fn(|| next(&mut source, 6)).collect();
        let text = |text: &str| Line::Text(text.to_owned());
        assert_eq!(all, [text("one"), Line::TooLong, text(""), text("three")]);
    }

    #[test]
    fn bytes_that_are_no_text_do_not_end_the_reading() {
        let mut source = &b"\xff\xfe\nx\n"[..];
        assert_eq!(next(&mut source, 100), Some(Line::Text("\u{fffd}\u{fffd}".to_owned())));
        assert_eq!(next(&mut source, 100), Some(Line::Text("x".to_owned())));
    }
}
