//! The folder beside the results where answers lie until they are results.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::attempt::Attempt;
use crate::protocol::{Failure, Kind};

/// Hides the folder from git and from the map of the repository.
const IGNORE: &str = ".gitignore";

/// The folder. A temporary one lives as long as this.
pub(super) struct Work {
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Work {
    /// Makes it beside `output`; without one, where temporary files are. Errors: it cannot be made.
    pub(super) fn beside(output: Option<&Path>) -> Result<Self, Failure> {
        let made = match output {
            None => tempfile::tempdir().map(|folder| (folder.path().to_owned(), Some(folder))),
            Some(output) => {
                let mut name = output.as_os_str().to_owned();
                name.push(".work");
                let folder = PathBuf::from(name);
                // Tasks in this repository are not told of it.
                let hide = || fs::write(folder.join(IGNORE), "*\n");
                private(&folder).and_then(|()| hide()).map(|()| (folder, None))
            }
        };
        let (folder, temporary) = made.map_err(|e| {
            Failure::new(Kind::Usage, format!("no folder for running tasks can be made: {e}"))
                .hint("name a file in a folder that can be written: `--output FILE`")
        })?;
        Ok(Self { folder, _temporary: temporary })
    }

    /// The attempts that were made at a task, in order.
    pub(super) fn attempts(&self, key: &str) -> Vec<Attempt> {
        let number =
            |name: &str| name.strip_prefix(key)?.strip_prefix('.')?.strip_suffix(".out")?.parse().ok();
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut numbers: Vec<u32> = entries.filter_map(|entry| number(entry.file_name().to_str()?)).collect();
        numbers.sort_unstable();
        numbers.into_iter().map(|number| self.attempt(key, number)).collect()
    }

    /// How many processes of an earlier batch still run.
    pub(super) fn running(&self) -> usize {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let paths =
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "out"));
        paths.filter(|path| Attempt::at(path.with_extension(""), 0).is_running()).count()
    }

    /// One attempt at a task.
    pub(super) fn attempt(&self, key: &str, number: u32) -> Attempt {
        Attempt::at(self.folder.join(format!("{key}.{number}")), number)
    }

    /// Removes what is left of a task that has its result.
    pub(super) fn forget(&self, key: &str) {
        self.attempts(key).iter().for_each(Attempt::remove);
    }

    /// Removes the folder, unless a task in it is not done.
    pub(super) fn close(self) {
        let is_left = |entry: fs::DirEntry| entry.file_name() != IGNORE;
        if !fs::read_dir(&self.folder).into_iter().flatten().flatten().any(is_left) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Makes a folder for this user only.
fn private(path: &Path) -> io::Result<()> {
    let mut folders = fs::DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.create(path)
}
