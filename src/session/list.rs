//! Finds sessions.

use std::{
    fs::{File, TryLockError},
    io::{BufRead, BufReader},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    Folder,
    folder::Kept,
    record::{ANSWER_LINE, Meta, Record, USER_LINE},
};
use crate::{
    base::{AbsPath, Moment, Money, SessionId},
    protocol::{Charge, Item},
};

/// How many characters of the first message make a title.
const TITLE: usize = 72;
/// How many characters of the last answer are told.
const LAST: usize = 200;
/// Of more sessions the oldest are left out: each file is read once through.
const MOST: usize = 300;

/// A session as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: SessionId,
    /// The repository's root, as text.
    pub root: String,
    /// The git branch it was on last, if known, not cleaned.
    pub branch: Option<String>,
    /// The first words of the person's first message, on one line, not cleaned.
    pub title: String,
    /// How often the person spoke.
    pub turns: u32,
    /// When it was last written.
    pub modified: Moment,
    /// What it cost; `None` when that is not known or nothing was answered.
    pub cost: Option<Money>,
    /// The end of the last answer, on one line, not cleaned.
    pub last: String,
    /// Whether a process is in it now, this one included.
    pub is_open: bool,
}

/// The sessions of the folder's root, newest first, at most 300. Only few lines of each are parsed.
pub fn list(folder: &Folder) -> Vec<Summary> {
    let ours = |summary: &Summary| summary.root == folder.root();
    folder.files().into_iter().filter_map(summary).filter(ours).take(MOST).collect()
}

/// The sessions of all projects, newest first, at most 300.
pub fn everywhere(data_home: &AbsPath) -> Vec<Summary> {
    Folder::all_files(data_home).into_iter().filter_map(summary).take(MOST).collect()
}

/// The session of the folder's root that was written last.
pub fn latest(folder: &Folder) -> Option<SessionId> {
    let ours = |path: &AbsPath| open(path).is_some_and(|(meta, _)| meta.root == folder.root());
    folder.files().into_iter().find(|(path, ..)| ours(path)).map(|(_, id, _)| id)
}

/// Opens a session behind its first line; `None` for another program's file.
fn open(path: &AbsPath) -> Option<(Meta, BufReader<File>)> {
    let mut reader = BufReader::new(File::open(path).ok()?);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok()?;
    match serde_json::from_slice(&line) {
        Ok(Record::Meta(meta)) => Some((meta.into_owned(), reader)),
        _ => None,
    }
}

fn summary((path, id, changed): Kept) -> Option<Summary> {
    let (Meta { root, mut branch, .. }, mut reader) = open(&path)?;
    let is_open = matches!(reader.get_ref().try_lock_shared(), Err(TryLockError::WouldBlock));
    // Whoever wants to write it need not wait for the reading.
    let _ = reader.get_ref().unlock();
    let (mut title, mut turns) = (String::new(), 0);
    let mut charge: Option<Charge> = None;
    let (mut line, mut answer) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).ok()? == 0 {
            break;
        }
        if !line.ends_with(b"\n") {
            continue;
        }
        if line.starts_with(USER_LINE.as_bytes()) {
            turns += 1;
            if title.is_empty() {
                title = first_words(&line);
            }
        } else if line.starts_with(ANSWER_LINE.as_bytes()) {
            std::mem::swap(&mut line, &mut answer);
        } else if line.starts_with(br#"{"kind":"usage""#)
            && let Ok(Record::Usage(spent)) = serde_json::from_slice::<Record<'static>>(&line)
        {
            let before = charge.unwrap_or_else(Charge::nothing);
            charge = Some(before.plus(spent.charge.unwrap_or_default()));
        } else if line.starts_with(br#"{"kind":"meta""#)
            && let Ok(Record::Meta(meta)) = serde_json::from_slice::<Record<'static>>(&line)
        {
            branch = meta.into_owned().branch.or(branch);
        }
    }
    let cost = charge.and_then(|charge| charge.money);
    let last = last_words(&answer);
    Some(Summary { id, root, branch, title, turns, modified: moment(changed), cost, last, is_open })
}

fn first_words(line: &[u8]) -> String {
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

/// The end of an answer that has a text; of one that only calls tools, their names.
fn last_words(line: &[u8]) -> String {
    let Ok(Record::Item { item }) = serde_json::from_slice(line) else { return String::new() };
    let Item::Assistant(turn) = item.into_owned() else { return String::new() };
    if turn.text.trim().is_empty() {
        return turn.calls.iter().map(|call| call.name.as_str()).collect::<Vec<_>>().join(", ");
    }
    let words = turn.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().rev().nth(LAST) {
        Some((at, _)) => format!("… {}", &words[at..]),
        None => words,
    }
}

pub(super) fn moment(time: SystemTime) -> Moment {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
