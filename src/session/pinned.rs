//! The repository context that is kept while a cache block with it may be alive.

use std::{fs, io, time::Duration};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    Folder,
    private::{self, Locked},
};
use crate::base::{AbsPath, Moment};

/// The version of the format that is written here.
const VERSION: u32 = 1;
/// How many pins a project has: sessions with other tools, other instructions or a small window have their own.
const MOST: usize = 4;
/// As long as a block lives: a pin that was taken into use in this time may be stored, or be about to be.
/// Source: `docs/sources.md`, wire 3.1.
const YOUNG: Duration = Duration::from_secs(300);
/// A use that is as young as this is not written down again.
const FRESH: Duration = Duration::from_secs(60);
/// How long is waited for another process that writes.
const PATIENCE: Duration = Duration::from_millis(100);
/// Four times all that may be read of a repository, escaped; what is larger is not ours.
const LARGEST: u64 = 8_000_000;

/// The pins of one project, shared by its sessions and processes.
///
/// Shape: `context.json` in the project's folder, newest first, replaced in one step under a lock. What is pinned
/// is a value of the caller's; a key says what it depends on, so that another key is another pin. Two different
/// values may have one key, when one was pinned anew while a session still goes on with the other. A damaged file
/// counts as empty. Where nothing can be kept, every session reads for itself.
#[derive(Clone, Debug)]
pub struct Pinned {
    place: Option<AbsPath>,
}

/// What was pinned, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin<T> {
    /// When a session last took it into use.
    pub used: Moment,
    /// What was pinned.
    pub content: T,
}

impl<T> Pin<T> {
    /// Whether it was taken into use so short a time ago that somebody may be about to have it stored.
    pub fn is_young(&self, now: Moment) -> bool {
        is_within(self.used, now, YOUNG)
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    v: u32,
    pins: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    used: Moment,
    /// Read only when the key fits.
    content: Box<RawValue>,
}

impl Pinned {
    /// The pins of a project. Nothing is made on disk.
    pub fn of(folder: &Folder) -> Self {
        Self { place: Some(folder.path().join("context.json")) }
    }

    /// None, and none is kept.
    pub fn nowhere() -> Self {
        Self { place: None }
    }

    /// What is pinned under `key`, newest first.
    pub fn all<T: DeserializeOwned>(&self, key: &str) -> Vec<Pin<T>> {
        pins(&self.entries(), key)
    }

    /// Pins `content`, which was just read, unless another process was faster: then its pin is the one. `is_alive`
    /// says which of those that are there still count.
    pub fn settle<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        content: T,
        now: Moment,
        is_alive: impl Fn(&Pin<T>) -> bool,
    ) -> T {
        let mut faster = None;
        // Without a lock or a disk there is nobody to agree with.
        let _ = self.update(|entries| {
            faster = pins(entries, key).into_iter().find(&is_alive);
            match &faster {
                Some(_) => Ok(false),
                None => put(entries, key, &content, now),
            }
        });
        faster.map_or(content, |pin| pin.content)
    }

    /// Says that `content` is in use at `now`; pins it when it is not, in front of all others.
    pub fn keep<T: Serialize>(&self, key: &str, content: &T, now: Moment) {
        let _ = self.update(|entries| put(entries, key, content, now));
    }

    fn entries(&self) -> Vec<Entry> {
        self.place.as_ref().and_then(read).unwrap_or_default()
    }

    /// Changes the file under its lock; `change` says whether there is something to write.
    fn update(&self, change: impl FnOnce(&mut Vec<Entry>) -> io::Result<bool>) -> io::Result<()> {
        let Some((path, folder)) = self.place.as_ref().and_then(|path| Some((path, path.parent()?))) else {
            return Ok(());
        };
        private::make_folder(&folder)?;
        let lock = private::lock_within(&folder.join("context.lock"), PATIENCE)?;
        let mut pins = self.entries();
        if change(&mut pins)? && !matches!(lock, Locked::Busy) {
            pins.truncate(MOST);
            private::replace(path, &serde_json::to_vec(&Kept { v: VERSION, pins })?)?;
        }
        Ok(())
    }
}

/// Puts a pin in front; `false` when it is there and was in use a moment ago.
fn put(entries: &mut Vec<Entry>, key: &str, content: &impl Serialize, now: Moment) -> io::Result<bool> {
    let content = serde_json::value::to_raw_value(content)?;
    let is_same = |entry: &Entry| entry.key == key && entry.content.get() == content.get();
    if entries.first().is_some_and(|first| is_same(first) && is_within(first.used, now, FRESH)) {
        return Ok(false);
    }
    entries.retain(|entry| !is_same(entry));
    entries.insert(0, Entry { key: key.to_owned(), used: now, content });
    Ok(true)
}

fn pins<T: DeserializeOwned>(entries: &[Entry], key: &str) -> Vec<Pin<T>> {
    let fitting = entries.iter().filter(|entry| entry.key == key);
    let pin = |entry: &Entry| {
        let content = serde_json::from_str(entry.content.get()).ok()?;
        Some(Pin { used: entry.used, content })
    };
    fitting.filter_map(pin).collect()
}

/// Whether `at` is at most `span` before or after `now`: clocks are set back at times.
fn is_within(at: Moment, now: Moment, span: Duration) -> bool {
    now.since(at) < span && at.since(now) < span
}

fn read(path: &AbsPath) -> Option<Vec<Entry>> {
    let is_sane = fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.len() <= LARGEST);
    let bytes = is_sane.then(|| fs::read(path).ok())??;
    let kept: Kept = serde_json::from_slice(&bytes).ok()?;
    (kept.v == VERSION).then_some(kept.pins)
}

#[cfg(test)]
mod tests;
