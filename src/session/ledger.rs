//! The cache ledger on disk: what one process learns of the provider's store, the others know.

use std::{
    fs, io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::private::{self, Locked, Stamp};
use crate::{
    base::{AbsPath, Moment},
    cache::Ledger,
};

/// The version of the format that is written here.
const VERSION: u32 = 1;
/// How long is waited for another process that writes. What is not written now is written the next time.
const PATIENCE: Duration = Duration::from_millis(200);
/// A ledger has some hundred bytes for each block of the last minutes; what is larger is not ours.
const LARGEST: u64 = 16_000_000;

/// The file that all sessions of one person share: a block belongs to an account and a model, not to a project.
///
/// Shape: `<data home>/cache/ledger.json`, replaced in one step under a lock of its own, so that a killed process
/// leaves the old one or the new one. A file that is damaged, or was written by a newer version, counts as empty
/// and is overwritten: a lost ledger costs money and no work. Clones share the file; each knows by itself what of
/// it was read.
#[derive(Clone, Debug)]
pub struct LedgerFile {
    /// `<data home>/cache`; `None` when nothing is kept.
    folder: Option<AbsPath>,
    /// The state of the file that its owner knows.
    known: Option<Stamp>,
    /// What was last written here, as bytes and as what they say. A ledger may hold thousands of blocks, and as long as
    /// nobody else writes, each request would read back what the one before has written.
    written: Option<Arc<(Vec<u8>, Ledger)>>,
    /// Whether the person was told that it cannot be kept.
    told: Arc<AtomicBool>,
}

#[derive(Serialize, Deserialize)]
struct Kept<L> {
    v: u32,
    ledger: L,
}

/// What came of an attempt to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Published {
    Kept,
    /// Others were writing all the time.
    Skipped,
}

impl LedgerFile {
    /// The ledger under `data_home`, which is `~/.qwen` or what `QWEN_HOME` says. Nothing is made on disk.
    pub fn at(data_home: &AbsPath) -> Self {
        Self { folder: Some(data_home.join("cache")), ..Self::nowhere() }
    }

    /// One that keeps nothing, for a run without a home.
    pub fn nowhere() -> Self {
        Self { folder: None, known: None, written: None, told: Arc::default() }
    }

    /// What is known now; empty when nothing is.
    pub fn load(&mut self) -> Ledger {
        let Some(path) = self.path() else { return Ledger::default() };
        // The stamp first: what is replaced between the two is read again the next time.
        self.known = Stamp::of(&path);
        bytes(&path).as_deref().and_then(parse).unwrap_or_default()
    }

    /// What is known now, if it may differ from what was last loaded or published here. When it does not, this
    /// costs one look at the file's times.
    pub fn changed(&mut self) -> Option<Ledger> {
        let now = Stamp::of(&self.path()?)?;
        (self.known != Some(now)).then(|| self.load())
    }

    /// Adds what is known here to the file, and drops what is of no use at `now`. Returns, once, what to tell the person when it cannot be kept.
    ///
    /// Blocks for 200 ms at most; when others write all that time, it is left for the next time. What others have
    /// added since the last look is not lost, and [`LedgerFile::changed`] then brings it.
    pub fn publish(&mut self, ledger: &Ledger, now: Moment) -> Option<String> {
        let error = self.try_publish(ledger, now).err()?;
        (!self.told.swap(true, Ordering::Relaxed)).then(|| {
            format!("what is cached cannot be kept on disk ({error}); other sessions will not know of it")
        })
    }

    pub(super) fn try_publish(&mut self, ledger: &Ledger, now: Moment) -> io::Result<Published> {
        let Some((folder, path)) = self.folder.clone().zip(self.path()) else { return Ok(Published::Kept) };
        private::make_folder(&folder)?;
        let _lock = match private::lock_within(&folder.join("ledger.lock"), PATIENCE)? {
            Locked::Busy => return Ok(Published::Skipped),
            lock => lock,
        };
        let before = Stamp::of(&path);
        let is_known = before == self.known;
        let there = bytes(&path);
        let mut all = ledger.clone();
        let ours = self.written.as_deref().filter(|(bytes, _)| there.as_ref() == Some(bytes));
        match (ours, &there) {
            (Some((_, ours)), _) => all.merge(ours),
            (None, Some(there)) => parse(there).iter().for_each(|there| all.merge(there)),
            (None, None) => {}
        }
        all.prune(now);
        let bytes = serde_json::to_vec(&Kept { v: VERSION, ledger: &all })?;
        if there.as_ref() != Some(&bytes) {
            private::replace(&path, &bytes)?;
        }
        self.written = Some(Arc::new((bytes, all)));
        // What others wrote since the last look is in `all` and not yet known to the owner.
        self.known = if is_known { Stamp::of(&path) } else { None };
        Ok(Published::Kept)
    }

    /// The folder of everything that is shared about the cache.
    pub(super) fn folder(&self) -> Option<&AbsPath> {
        self.folder.as_ref()
    }

    /// What was read did not reach the owner: [`LedgerFile::changed`] brings it again.
    pub(super) fn forget(&mut self) {
        self.known = None;
    }

    /// The file itself, which need not exist; `None` when nothing is kept.
    pub fn path(&self) -> Option<AbsPath> {
        Some(self.folder.as_ref()?.join("ledger.json"))
    }
}

/// What is in a file; `None` when it is missing or not ours.
fn bytes(path: &AbsPath) -> Option<Vec<u8>> {
    let is_sane = fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.len() <= LARGEST);
    is_sane.then(|| fs::read(path).ok())?
}

/// The ledger in it; `None` when it is damaged or newer.
fn parse(bytes: &[u8]) -> Option<Ledger> {
    let kept: Kept<Ledger> = serde_json::from_slice(bytes).ok()?;
    (kept.v <= VERSION).then_some(kept.ledger)
}

#[cfg(test)]
mod tests;
