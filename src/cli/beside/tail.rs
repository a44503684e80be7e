//! A file that another program writes to, read as it grows.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
    path::PathBuf,
    thread,
    time::Duration,
};

use super::target::is_pipe;

/// How often a file is looked at. Ours: a person does not notice, and it costs nothing. Qwen Code's: 500 ms.
const PAUSE: Duration = Duration::from_millis(100);

/// Reads a file from its beginning and then whatever is added; never ends. A file that is not there yet is waited for,
/// and one that became shorter is read anew. A pipe is opened again when its writer has left.
pub(super) struct Tail {
    path: PathBuf,
    file: Option<File>,
    at: u64,
    pause: Duration,
}

impl Tail {
    pub(super) fn of(path: PathBuf) -> Self {
        Self { path, file: None, at: 0, pause: PAUSE }
    }

    /// What is there now; 0 when that is nothing.
    fn look(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path)?,
        };
        let found = file.metadata()?;
        if found.is_file() && found.len() < self.at {
            self.at = 0;
        }
        let mut file = file;
        if found.is_file() {
            file.seek(SeekFrom::Start(self.at))?;
        }
        let read = file.read(buffer)?;
        self.at += read as u64;
        // An end of a pipe is the end of one writer; of a file that was replaced, the name leads to another one.
        self.file = (read > 0 || found.is_file() && is_there(&self.path, &found)).then_some(file);
        if self.file.is_none() {
            self.at = 0;
        }
        Ok(read)
    }
}

/// Whether the name still leads to this file.
#[cfg(unix)]
fn is_there(path: &std::path::Path, found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).is_ok_and(|now| (now.dev(), now.ino()) == (found.dev(), found.ino()))
}

/// Whether the name still leads to a file.
#[cfg(not(unix))]
fn is_there(path: &std::path::Path, _: &std::fs::Metadata) -> bool {
    path.exists()
}

impl Read for Tail {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.look(buffer) {
                Ok(0) => {}
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == io::ErrorKind::NotFound => (self.file, self.at) = (None, 0),
                Err(error) => return Err(error),
            }
            // To open a pipe is to wait for its writer.
            if !is_pipe(&self.path) {
                thread::sleep(self.pause);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, OpenOptions},
        io::{BufRead as _, BufReader, Write as _},
        sync::mpsc,
    };

    use super::*;

    /// Hears the lines of a file.
    fn heard(path: PathBuf) -> mpsc::Receiver<String> {
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let tail = Tail { pause: Duration::from_millis(1), ..Tail::of(path) };
            for line in BufReader::new(tail).lines() {
                let Ok(line) = line else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        lines
    }

    fn next(lines: &mpsc::Receiver<String>) -> String {
        lines.recv_timeout(Duration::from_secs(60)).expect("a line comes")
    }

    #[test]
    fn a_file_is_waited_for_read_as_it_grows_and_read_anew_when_it_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("in");
        let lines = heard(path.clone());
        fs::write(&path, "one\ntw").expect("written");
        assert_eq!(next(&lines), "one");
        let mut file = OpenOptions::new().append(true).open(&path).expect("it is there");
        file.write_all(b"o\nthree\n").expect("written");
        assert_eq!([next(&lines), next(&lines)], ["two", "three"]);
        let other = folder.path().join("other");
        fs::write(&other, "a line of another file, longer than all of the first\n").expect("written");
        fs::rename(&other, &path).expect("replaced");
        assert_eq!(next(&lines), "a line of another file, longer than all of the first");
        fs::write(&path, "short\n").expect("written");
        assert_eq!(next(&lines), "short");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_outlives_its_writers() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo is there");
        assert!(made.success());
        let lines = heard(path.clone());
        for word in ["one", "two"] {
            fs::write(&path, format!("{word}\n")).expect("it is read");
            assert_eq!(next(&lines), word);
        }
    }
}
