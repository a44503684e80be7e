//! Finds sessions of a project.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    Folder,
    record::{Meta, Record, USER_LINE},
};
use crate::{
    base::{AbsPath, Moment, SessionId},
    protocol::{Failure, Item, Kind},
};

/// How many characters of the first message make a title.
const TITLE: usize = 72;

/// A session as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: SessionId,
    /// The first words of the person's first message, on one line, not cleaned.
    pub title: String,
    /// How often the person spoke.
    pub turns: u32,
    /// When it was last written.
    pub modified: Moment,
}

/// All sessions of the folder's root, newest first. Only the first message of each is parsed.
pub fn list(folder: &Folder) -> Vec<Summary> {
    let files = folder.files().into_iter();
    files.filter_map(|(path, id, changed)| summary(folder, &path, id, moment(changed))).collect()
}

/// The session of the folder's root that was written last.
pub fn latest(folder: &Folder) -> Option<SessionId> {
    folder.files().into_iter().find(|(path, ..)| open(folder, path).is_some()).map(|(_, id, _)| id)
}

/// The session whose id is `wanted` or, alone, begins with it. Errors: there is none, or more than one.
pub fn find(folder: &Folder, wanted: &str) -> Result<SessionId, Failure> {
    let mut ids: Vec<SessionId> = folder.files().into_iter().map(|(_, id, _)| id).collect();
    if let Some(exact) = ids.iter().find(|id| id.as_str() == wanted) {
        return Ok(exact.clone());
    }
    ids.retain(|id| id.as_str().starts_with(wanted));
    match ids.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Failure::new(Kind::Usage, format!("there is no session `{wanted}` in this project"))
            .hint("run `qwen --resume` in the project's folder to choose one")),
        several => {
            let error = format!("`{wanted}` is the beginning of {} sessions", several.len());
            Err(Failure::new(Kind::Usage, error).hint(format!("for instance `{}`", several[0])))
        }
    }
}

/// Opens a session of this root, behind its first line; `None` for another root's or another program's file.
fn open(folder: &Folder, path: &AbsPath) -> Option<BufReader<File>> {
    let mut reader = BufReader::new(File::open(path).ok()?);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok()?;
    match serde_json::from_slice(&line) {
        Ok(Record::Meta(meta)) => {
            let Meta { root, .. } = meta.into_owned();
            (root == folder.root()).then_some(reader)
        }
        _ => None,
    }
}

fn summary(folder: &Folder, path: &AbsPath, id: SessionId, modified: Moment) -> Option<Summary> {
    let mut reader = open(folder, path)?;
    let mut found = Summary { id, title: String::new(), turns: 0, modified };
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).ok()? == 0 {
            return Some(found);
        }
        if line.starts_with(USER_LINE.as_bytes()) && line.ends_with(b"\n") {
            found.turns += 1;
            if found.title.is_empty() {
                found.title = title(&line);
            }
        }
    }
}

fn title(line: &[u8]) -> String {
    let Ok(Record::Item { item }) = serde_json::from_slice(line) else { return String::new() };
    let Item::User(message) = item.into_owned() else { return String::new() };
    let mut title = String::new();
    for word in message.text.split_whitespace() {
        if !title.is_empty() && title.chars().count() + word.chars().count() >= TITLE {
            return title + " …";
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.extend(word.chars().take(TITLE));
    }
    title
}

fn moment(time: SystemTime) -> Moment {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
