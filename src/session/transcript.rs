//! Appends to a transcript.

use std::{
    borrow::Cow,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Seek, SeekFrom, Write},
    path::Path,
};

use super::{
    Folder, Loaded, load,
    record::{Meta, Record},
};
use crate::{
    base::{AbsPath, SessionId},
    protocol::{Failure, Kind},
};

/// The file of one session, locked for this process.
///
/// Shape: append-only JSON lines. Each record is handed to the system as it comes, so that a killed program loses
/// at most the line it was writing; [`Transcript::sync`] makes them safe against a power cut. When the disk
/// refuses, lines wait in memory and are tried again with the next one.
#[derive(Debug)]
pub struct Transcript {
    /// Where it is kept; `None` when nothing is.
    place: Option<(Folder, AbsPath)>,
    /// Made with the first record that is more than [`Record::Meta`], so that an empty session leaves no file.
    file: Option<File>,
    /// Bytes of the file that are whole lines; what lies beyond is torn and overwritten.
    written: u64,
    /// Lines that are not on disk.
    waiting: Vec<u8>,
    /// Whether the person was told that the session is not kept.
    told: bool,
}

impl Transcript {
    /// For a new session. Nothing is made on disk. Errors: the id is taken, or cannot name a file.
    pub fn create(folder: &Folder, meta: &Meta) -> Result<Self, Failure> {
        let path = path_of(folder, &meta.id)?;
        if path.as_path().exists() {
            let error = format!("there already is a session `{}`", meta.id);
            return Err(Failure::new(Kind::Usage, error).hint("resume it, or choose another id"));
        }
        let mut new = Self { place: Some((folder.clone(), path)), ..Self::nowhere() };
        new.append(&Record::Meta(Cow::Borrowed(meta)));
        Ok(new)
    }

    /// One that keeps nothing, for a run without a home.
    pub fn nowhere() -> Self {
        Self { place: None, file: None, written: 0, waiting: Vec::new(), told: false }
    }

    /// Opens the session `id` and reads it. A file that may be read but not written is read, and what follows is
    /// not kept. Errors: it is not there, not ours, or open in another process.
    pub fn resume(folder: &Folder, id: &SessionId) -> Result<(Self, Loaded), Failure> {
        let path = path_of(folder, id)?;
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let error = format!("there is no session `{id}` in this project");
                return Err(Failure::new(Kind::Usage, error).hint("list them with `qwen sessions list`"));
            }
            Err(e) => {
                let mut loaded = load(&path)?;
                loaded.notices.push(not_kept(&e));
                return Ok((Self::nowhere(), loaded));
            }
        };
        lock(&file, id)?;
        if !is_at(&file, &path) {
            let error = format!("session `{id}` was removed a moment ago");
            return Err(Failure::new(Kind::Usage, error).hint("list them with `qwen sessions list`"));
        }
        let (loaded, written) = load::read(&file, path.as_path())?;
        let place = Some((folder.clone(), path));
        Ok((Self { place, file: Some(file), written, ..Self::nowhere() }, loaded))
    }

    /// Reads the session `from` for one that goes on from it without being kept, because of `why`. Errors: it is not
    /// there, or not ours.
    pub fn without(folder: &Folder, from: &SessionId, why: &io::Error) -> Result<(Self, Loaded), Failure> {
        let mut loaded = load(&path_of(folder, from)?)?;
        loaded.notices.push(not_kept(why));
        Ok((Self::nowhere(), loaded))
    }

    /// Where it is kept, if it is.
    pub fn path(&self) -> Option<&Path> {
        self.place.as_ref().map(|(_, path)| path.as_path())
    }

    /// Appends one record. Returns, once, what to tell the person when it cannot be kept, and when it can again.
    pub fn append(&mut self, record: &Record<'_>) -> Option<String> {
        self.place.as_ref()?;
        let begun = self.waiting.len();
        if let Err(e) = serde_json::to_writer(&mut self.waiting, record) {
            self.waiting.truncate(begun);
            return self.tell(&e.into());
        }
        self.waiting.push(b'\n');
        if matches!(record, Record::Meta(_)) {
            return None;
        }
        match self.write() {
            Ok(()) => self.tell_again(),
            Err(e) => self.tell(&e),
        }
    }

    /// Makes what was appended safe on disk: at the end of a turn. Returns as [`Transcript::append`].
    pub fn sync(&mut self) -> Option<String> {
        if self.file.is_none() && !self.told {
            // Nothing but the first line is there.
            return None;
        }
        match self.write().and_then(|()| self.file.as_ref().map_or(Ok(()), File::sync_data)) {
            Ok(()) => self.tell_again(),
            Err(e) => self.tell(&e),
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let Some((folder, path)) = &self.place else { return Ok(()) };
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let made = folder.make(path)?;
                // A file made a moment ago is locked by nobody; file systems without locks do without.
                let _ = made.try_lock();
                none.insert(made)
            }
        };
        if self.waiting.is_empty() {
            return Ok(());
        }
        // What a failed or killed write left behind the last whole line goes.
        if file.metadata()?.len() > self.written {
            file.set_len(self.written)?;
        }
        file.seek(SeekFrom::Start(self.written))?;
        file.write_all(&self.waiting)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// The disk takes everything again.
    fn tell_again(&mut self) -> Option<String> {
        std::mem::take(&mut self.told).then(|| "this session is kept on disk again, whole".to_owned())
    }

    fn tell(&mut self, error: &io::Error) -> Option<String> {
        (!std::mem::replace(&mut self.told, true)).then(|| not_kept(error))
    }
}

/// Whether the file still is the one of this name: whoever removes a session holds its lock, and may have come first.
fn is_at(file: &File, path: &AbsPath) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let number =
            |facts: io::Result<std::fs::Metadata>| facts.ok().map(|facts| (facts.dev(), facts.ino()));
        number(file.metadata()) == number(std::fs::metadata(path))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.as_path().exists()
    }
}

fn not_kept(error: &io::Error) -> String {
    format!("this session cannot be kept on disk ({error}); it goes on in memory and cannot be resumed later")
}

pub(super) fn path_of(folder: &Folder, id: &SessionId) -> Result<AbsPath, Failure> {
    folder.session(id).ok_or_else(|| {
        Failure::new(Kind::Usage, format!("`{id}` cannot be a session's id"))
            .hint("use up to 100 letters, digits, `-`, `_` and `.`")
    })
}

/// A child that another thread starts holds every lock of ours from its fork to its exec: a moment later it is gone.
pub(super) fn lock(file: &File, id: &SessionId) -> Result<(), Failure> {
    const TRIES: u32 = 5;
    for attempt in 1..=TRIES {
        match file.try_lock() {
            // A file system without locks does without.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(()),
            Err(TryLockError::WouldBlock) if attempt < TRIES => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {}
        }
    }
    Err(Failure::new(Kind::Usage, format!("session `{id}` is open in another process"))
        .hint(format!("go on in a copy: `qwen --resume {id} --fork-session`"))
        .hint("or leave it there first"))
}
