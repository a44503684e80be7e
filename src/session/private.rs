//! Small files for this user only, shared by processes: locked, replaced in one step, never half there.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write},
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::base::AbsPath;

/// How long is waited between two tries of a lock; who holds one writes a small file and is done.
const POLL: Duration = Duration::from_millis(1);

/// What came of trying a lock.
#[derive(Debug)]
pub(super) enum Locked {
    /// It is held until this is dropped; the system releases it, too, when the process ends, however it ends.
    Held(Lock),
    /// This system or file system knows no locks.
    Unknown,
    /// Another handle holds it.
    Busy,
}

/// A lock that is held.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Says when the file was last in use. Errors: the system refuses.
    pub(super) fn touch(&self, when: SystemTime) -> io::Result<()> {
        self.0.set_modified(when)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child that another thread is starting has it open, too, until its exec.
        let _ = self.0.unlock();
    }
}

/// Tries to lock the file at `path`, which is made when it is not there. Errors: it cannot be made.
pub(super) fn lock(path: &AbsPath) -> io::Result<Locked> {
    let file = options().create(true).truncate(false).open(path)?;
    Ok(match file.try_lock() {
        Ok(()) => Locked::Held(Lock(file)),
        Err(TryLockError::WouldBlock) => Locked::Busy,
        Err(TryLockError::Error(_)) => Locked::Unknown,
    })
}

/// As [`lock`], trying again for `patience`. Blocks the thread that long at most.
pub(super) fn lock_within(path: &AbsPath, patience: Duration) -> io::Result<Locked> {
    let end = Instant::now() + patience;
    loop {
        match lock(path)? {
            Locked::Busy if Instant::now() < end => thread::sleep(POLL),
            locked => return Ok(locked),
        }
    }
}

/// Makes a folder and those above it, for this user only.
pub(super) fn make_folder(path: &AbsPath) -> io::Result<()> {
    let mut folders = DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.create(path)
}

/// Puts `bytes` in place of the file at `path`: whoever reads sees the old ones or the new ones, whole.
///
/// Not made safe against a power cut, which only costs money for what is kept here. The caller holds the file's
/// lock, so that one beside it can have a fixed name and nothing is left over by a process that was killed.
/// Errors: the system refuses; the file is then as it was.
pub(super) fn replace(path: &AbsPath, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let written = options()
        .create(true)
        .truncate(true)
        .open(&beside)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // A full disk has no room for what nobody reads.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// When a file was last replaced, as far as one look tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    changed: SystemTime,
    bytes: u64,
    /// The file's number; a replaced file has another.
    number: u64,
}

impl Stamp {
    /// The file's stamp now; `None` when it is not there or cannot be looked at.
    pub(super) fn of(path: &AbsPath) -> Option<Self> {
        let facts = fs::metadata(path).ok()?;
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(&facts);
        #[cfg(not(unix))]
        let number = 0;
        Some(Self { changed: facts.modified().ok()?, bytes: facts.len(), number })
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &AbsPath) -> AbsPath {
    let mut name = path.as_path().file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.join("..").join(name)
}
