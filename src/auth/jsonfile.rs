//! A small JSON file that several processes may change: `credentials.json` and `accounts.json`.
//!
//! A change is made under a lock, on what lies on disk at that moment, and arrives whole or not at all: a
//! temporary file, synced, renamed over the old one. Members that this version does not understand stay as they
//! are; a file that cannot be read at all is never written over.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Map, Value};

use crate::protocol::{Failure, Kind};

/// Above this a file is not ours. Unit: bytes.
const LARGEST: u64 = 1 << 20;
/// How long another process may hold the lock. A change takes milliseconds; who needs longer hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file with one JSON object.
#[derive(Clone, Debug)]
pub(super) struct JsonFile {
    path: PathBuf,
}

impl JsonFile {
    /// Nothing is touched.
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The object; an empty one when there is no file.
    ///
    /// Errors: the file cannot be read, or is no JSON object.
    pub(super) fn read(&self) -> Result<Map<String, Value>, Failure> {
        let text = match self.text() {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Map::new()),
            Err(e) => return Err(self.failure("cannot be read", &e.to_string())),
        };
        let text = text.trim_start_matches('\u{FEFF}').trim();
        if text.is_empty() {
            return Ok(Map::new());
        }
        // Where it stands is said, not what stands there: it may be a key.
        serde_json::from_str(text).map_err(|e| {
            let place = format!("line {}, column {}", e.line(), e.column());
            self.failure("is not a JSON object", &place).hint("put it right, or move it away")
        })
    }

    /// Changes the object on disk. What `change` gives back is given back once the change is safe on disk.
    ///
    /// Errors: those of [`JsonFile::read`] and of `change`, after which the file is as it was; another process
    /// holds the lock; the file cannot be written.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Map<String, Value>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let cannot = |e: io::Error| self.failure("cannot be written", &e.to_string());
        let _lock = self.lock().map_err(cannot)?;
        let mut object = self.read()?;
        let before = object.clone();
        let given = change(&mut object)?;
        if object != before {
            self.write(&object).map_err(cannot)?;
        }
        Ok(given)
    }

    fn text(&self) -> io::Result<String> {
        if fs::metadata(&self.path)?.len() > LARGEST {
            return Err(io::Error::other("it is larger than 1 MB"));
        }
        fs::read_to_string(&self.path)
    }

    /// Waits for the other processes. The lock is a file of its own, since the file itself is replaced.
    fn lock(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            make_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.path.with_extension("lock"))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::other("another process holds its lock"));
                }
                // A file system without locks does without.
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
            }
        }
    }

    fn write(&self, object: &Map<String, Value>) -> io::Result<()> {
        // A link stays a link: what it leads to is replaced.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = path.parent().unwrap_or(Path::new("."));
        // For this user only from its first byte on; so does the crate on Unix.
        let mut temporary = tempfile::Builder::new().prefix(".qwen-").tempfile_in(folder)?;
        serde_json::to_writer_pretty(&mut temporary, object)?;
        temporary.write_all(b"\n")?;
        temporary.as_file().sync_all()?;
        temporary.persist(&path).map_err(|e| e.error)?;
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    fn failure(&self, what: &str, why: &str) -> Failure {
        Failure::new(Kind::Config, format!("`{}` {what}: {why}", self.path.display()))
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn in_folder() -> (tempfile::TempDir, JsonFile, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home/.qwen/x.json");
        (folder, JsonFile::at(path.clone()), path)
    }

    fn put(file: &JsonFile, name: &str, value: Value) -> Result<(), Failure> {
        file.change(|object| {
            object.insert(name.to_owned(), value);
            Ok(())
        })
    }

    #[test]
    fn what_is_not_understood_stays_where_it_was() {
        let (_folder, file, path) = in_folder();
        assert_eq!(file.read().unwrap(), Map::new());
        put(&file, "a", json!(1)).unwrap();
        fs::write(&path, "\u{FEFF}{\"z\": {\"new\": [1.5, null]}, \"a\": 1, \"b\": \"x\"}").unwrap();
        put(&file, "a", json!(2)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let expected: Value = json!({"z": {"new": [1.5, null]}, "a": 2, "b": "x"});
        assert_eq!(text, format!("{}\n", serde_json::to_string_pretty(&expected).unwrap()));
    }

    #[test]
    fn a_file_that_is_broken_is_named_and_never_written_over() {
        let (_folder, file, path) = in_folder();
        put(&file, "a", json!(1)).unwrap();
        for broken in ["{\"keys\": [\"sk-canary\"", "[1]", "sk-canary"] {
            fs::write(&path, broken).unwrap();
            let failure = put(&file, "a", json!(2)).unwrap_err();
            assert!(failure.error.contains("x.json` is not a JSON object: line 1"), "{failure}");
            assert!(!failure.to_string().contains("canary"), "{failure}");
            assert_eq!(fs::read_to_string(&path).unwrap(), broken);
        }
    }

    #[test]
    fn a_change_that_fails_changes_nothing() {
        let (_folder, file, path) = in_folder();
        put(&file, "a", json!(1)).unwrap();
        let before = fs::read(&path).unwrap();
        let failed: Result<(), Failure> = file.change(|object| {
            object.clear();
            Err(Failure::new(Kind::Usage, "no"))
        });
        assert_eq!(failed.unwrap_err().error, "no");
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[cfg(unix)]
    #[test]
    fn only_this_user_reads_it_and_a_link_stays_a_link() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (folder, file, path) = in_folder();
        put(&file, "a", json!(1)).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let real = folder.path().join("real.json");
        fs::rename(&path, &real).unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink(&real, &path).unwrap();
        put(&file, "a", json!(2)).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!((mode(&real), file.read().unwrap()["a"].clone()), (0o600, json!(2)));
    }

    #[test]
    fn eight_writers_at_once_lose_nothing() {
        let (_folder, file, path) = in_folder();
        thread::scope(|scope| {
            for writer in 0..8 {
                let file = &file;
                scope.spawn(move || {
                    for n in 0..5 {
                        put(file, &format!("{writer}-{n}"), json!(n)).unwrap();
                    }
                });
            }
        });
        assert_eq!(file.read().unwrap().len(), 40);
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().flatten().collect();
        assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
    }
}
