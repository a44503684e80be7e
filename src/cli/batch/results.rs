//! The file of results: one line each, whole or not at all, and one batch at a time.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{line::BEGIN, spent::Spent, task::Task, work::Work};
use crate::protocol::{Failure, Kind};

/// Where results go, and those that are there.
pub(super) struct Results {
    /// `None` is stdout.
    place: Option<Place>,
    known: HashMap<String, Known>,
    /// What all of them have cost.
    pub(super) spent: Spent,
    /// What is to be told.
    pub(super) notes: Vec<String>,
}

struct Place {
    path: PathBuf,
    file: File,
    length: u64,
    /// Locked, too: another batch may have opened the file before it was replaced.
    replaced: Vec<File>,
}

/// What is known of a task that has a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) is_failed: bool,
    pub(super) hash: String,
}

/// What a file of results holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Contents {
    /// The results, in order.
    pub(super) lines: Vec<Value>,
    /// How many bytes are to be kept: all but a last line that was cut.
    pub(super) kept: usize,
    /// Whether the last line is whole and only its end is missing.
    pub(super) is_open: bool,
    /// Lines in the middle that are no results, from 1.
    pub(super) odd: Vec<usize>,
}

/// Reads a file of results as a kill or a power cut may have left it. Pure.
pub(super) fn read(bytes: &[u8]) -> Contents {
    let mut found = Contents::default();
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let is_whole = line.ends_with(b"\n");
        let parsed = serde_json::from_slice::<Value>(line).ok().filter(|line| line["id"].is_string());
        match parsed {
            Some(line) => found.lines.push(line),
            None if !is_whole => break,
            None if line.trim_ascii().is_empty() => {}
            None => found.odd.push(at + 1),
        }
        found.kept += line.len();
        found.is_open = !is_whole;
    }
    found
}

impl Results {
    /// Results that go to stdout.
    pub(super) fn stdout() -> Self {
        Self { place: None, known: HashMap::new(), spent: Spent::nothing(), notes: Vec::new() }
    }

    /// Opens the file, which is made when it is not there, takes it for this batch alone, and mends its end.
    /// Errors: it cannot be written, another batch has it, or it is something else.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let unusable = |e: io::Error| Failure::new(Kind::Usage, format!("`{shown}` cannot be written: {e}"));
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let mut file = options.open(path).map_err(unusable)?;
        let mut notes = Vec::new();
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::new(Kind::Usage, format!("another batch writes to `{shown}`"))
                    .hint("wait for it, or name another file: `--output FILE`"));
            }
            Err(TryLockError::Error(_)) => {
                notes.push(format!("`{shown}` cannot be locked; start no second batch on it"));
            }
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unusable)?;
        let begin = BEGIN.as_bytes();
        if !bytes.starts_with(begin) && !begin.starts_with(&bytes) {
            return Err(Failure::new(Kind::Usage, format!("`{shown}` holds something else than results"))
                .hint("name another file: `--output FILE`"));
        }
        let found = read(&bytes);
        if found.kept < bytes.len() {
            notes.push(format!("the last line of `{shown}` was cut and is written anew"));
            file.set_len(found.kept as u64).map_err(unusable)?;
        } else if found.is_open {
            file.write_all(b"\n").map_err(unusable)?;
        }
        for line in &found.odd {
            notes.push(format!("line {line} of `{shown}` is no result and is passed over"));
        }
        let length = file.seek(SeekFrom::End(0)).map_err(unusable)?;
        let mut results = Self {
            place: Some(Place { path: path.to_owned(), file, length, replaced: Vec::new() }),
            notes,
            ..Self::stdout()
        };
        found.lines.iter().for_each(|line| results.learn(line));
        Ok(results)
    }

    /// What is known of a task, if it has a result.
    pub(super) fn known(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    fn learn(&mut self, line: &Value) {
        self.spent = self.spent.plus(Spent::of(line));
        let hash = line["hash"].as_str().unwrap_or_default().to_owned();
        let known = Known { is_failed: line["exit_code"] != 0, hash };
        self.known.insert(line["id"].as_str().unwrap_or_default().to_owned(), known);
    }

    /// Writes a line, so that it survives a power cut. Errors: it could not be written; the file is as it was.
    pub(super) fn append(&mut self, line: &Value) -> Result<(), Failure> {
        let text = format!("{line}\n");
        let written = match &mut self.place {
            None => io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()),
            Some(place) => {
                let written = place.file.write_all(text.as_bytes()).and_then(|()| place.file.sync_data());
                match &written {
                    Ok(()) => place.length += text.len() as u64,
                    // If that fails, too, the next batch cuts it.
                    Err(_) => drop(place.file.set_len(place.length)),
                }
                written
            }
        };
        written.map_err(|e| {
            Failure::new(Kind::Usage, format!("a result cannot be written: {e}"))
                .hint("make room; what ran is kept, and the same command goes on")
        })?;
        self.learn(line);
        Ok(())
    }

    /// Takes the failed ones among `tasks` out of the file; what they cost stays known in `work`.
    /// Errors: the file could not be replaced, and is as it was.
    pub(super) fn forget_failed(&mut self, tasks: &[&Task], work: &Work) -> Result<(), Failure> {
        let Some(place) = &mut self.place else { return Ok(()) };
        let unusable = |e: io::Error| {
            Failure::new(Kind::Usage, format!("`{}` cannot be replaced: {e}", place.path.display()))
        };
        let keys: HashMap<&str, String> = tasks.iter().map(|task| (task.id.as_str(), task.key())).collect();
        let bytes = fs::read(&place.path).map_err(unusable)?;
        let (mut kept, mut lines) = (Vec::new(), Vec::new());
        for text in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = serde_json::from_slice::<Value>(text).unwrap_or_default();
            let id = line["id"].as_str().unwrap_or_default();
            if let Some(key) = keys.get(id).filter(|_| line["exit_code"] != 0) {
                let next = work.attempts(key).last().map_or(1, |last| last.number + 1);
                work.attempt(key, next).record(&line).map_err(unusable)?;
            } else {
                kept.extend_from_slice(text);
                lines.push(line);
            }
        }
        let mut name = place.path.as_os_str().to_owned();
        name.push(".new");
        // What a killed one left is of no use.
        let _ = fs::remove_file(&name);
        let mut file =
            OpenOptions::new().read(true).append(true).create_new(true).open(&name).map_err(unusable)?;
        // Where it cannot be locked, that was said of the first one.
        let _ = file.try_lock();
        let written = file
            .write_all(&kept)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&name, &place.path));
        written.map_err(unusable)?;
        place.length = kept.len() as u64;
        place.replaced.push(std::mem::replace(&mut place.file, file));
        (self.known, self.spent) = (HashMap::new(), Spent::nothing());
        lines.iter().filter(|line| line["id"].is_string()).for_each(|line| self.learn(line));
        Ok(())
    }
}
