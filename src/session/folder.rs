//! Where a project's files are kept.

use std::{
    fs::{self, File, OpenOptions},
    io,
};

use sha2::{Digest, Sha256};

use super::{private, transcript::path_of};
use crate::{
    base::{AbsPath, SessionId},
    protocol::Failure,
};

/// The longest folder name; common file systems take 255 bytes.
const NAME: usize = 200;

/// The folder of one project under the data home.
///
/// Shape: `<data home>/projects/<name>/`, with `sessions/<id>.jsonl` in it. The name is the root's path with `-` for
/// everything but ASCII letters and digits, as in Qwen Code, so two roots may share a folder; each session says
/// which root it belongs to. On Unix folders have mode 0700 and files 0600.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: AbsPath,
    root: String,
}

impl Folder {
    /// The folder for the repository at `root`; `data_home` is `~/.qwen` or what `QWEN_HOME` says. Nothing is made
    /// on disk.
    pub fn of(data_home: &AbsPath, root: &AbsPath) -> Self {
        let root = root.to_string();
        Self { path: data_home.join("projects").join(name(&root)), root }
    }

    /// The folder itself. It need not exist.
    pub fn path(&self) -> &AbsPath {
        &self.path
    }

    /// The root it was made for, as text.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The folder all projects are in.
    pub(super) fn data_home(&self) -> AbsPath {
        let projects = self.path.parent();
        projects.and_then(|projects| projects.parent()).unwrap_or_else(|| self.path.clone())
    }

    pub(super) fn sessions(&self) -> AbsPath {
        self.path.join("sessions")
    }

    /// Where a session is kept. Errors: the id cannot be a file's name.
    pub fn session_file(&self, id: &SessionId) -> Result<AbsPath, Failure> {
        path_of(self, id)
    }

    /// Where a session is kept; `None` for an id that cannot be a file's name.
    pub(super) fn session(&self, id: &SessionId) -> Option<AbsPath> {
        let id = id.as_str();
        let is_name = (1..=100).contains(&id.len())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            && !id.starts_with('.');
        is_name.then(|| self.sessions().join(format!("{id}.jsonl")))
    }

    /// Makes the file of a new session, for this user only. Errors: it exists, or the system refuses.
    pub(super) fn make(&self, file: &AbsPath) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        private::make_folder(&self.sessions())?;
        options.open(file)
    }

    /// The session files and when they changed, newest first.
    pub(super) fn files(&self) -> Vec<Kept> {
        newest_first(files(&self.sessions()))
    }

    /// The session files of all projects and when they changed, newest first.
    pub(super) fn all_files(data_home: &AbsPath) -> Vec<Kept> {
        let projects = data_home.join("projects");
        let folders = fs::read_dir(&projects).into_iter().flatten().flatten();
        newest_first(folders.flat_map(|e| files(&projects.join(e.file_name()).join("sessions"))).collect())
    }
}

/// A session file, its id, and when it changed.
pub(super) type Kept = (AbsPath, SessionId, std::time::SystemTime);

fn files(folder: &AbsPath) -> Vec<Kept> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|n| n.strip_suffix(".jsonl")) else { continue };
        let Ok(changed) = entry.metadata().and_then(|m| m.modified()) else { continue };
        files.push((folder.join(&name), SessionId::new(id), changed));
    }
    files
}

fn newest_first(mut files: Vec<Kept>) -> Vec<Kept> {
    files.sort_by(|a, b| (b.2, &b.1).cmp(&(a.2, &a.1)));
    files
}

/// Source: `docs/sources.md`, qwen-code 2.3; each UTF-16 unit becomes a `-` there.
fn name(root: &str) -> String {
    let root = if cfg!(windows) { root.to_lowercase() } else { root.to_owned() };
    let unit = |u: u16| u8::try_from(u).ok().filter(u8::is_ascii_alphanumeric).map_or('-', char::from);
    let name: String = root.encode_utf16().map(unit).collect();
    if name.len() <= NAME {
        return name;
    }
    let hash = Sha256::digest(root.as_bytes());
    let end = hash.iter().take(8).fold(0_u64, |n, b| n << 8 | u64::from(*b));
    format!("{}-{end:016x}", &name[..NAME - 17])
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_path_with_dashes() {
        assert_eq!(name("/home/me/my_app.é😀"), "-home-me-my-app----");
        let long = format!("/{}", "a".repeat(300));
        assert_eq!(name(&long).len(), 200);
        assert_ne!(name(&long), name(&format!("{long}b")));
    }

    #[test]
    fn an_id_that_leads_elsewhere_is_no_name() {
        let home = AbsPath::new("/h").expect("absolute");
        let folder = Folder::of(&home, &home.join("r"));
        let taken = ["a-1_b.c", "../x", "a/b", "", ".x", "a\0"]
            .map(|id| folder.session(&SessionId::new(id)).map(|p| p.to_string()));
        let first = Some("/h/projects/-h-r/sessions/a-1_b.c.jsonl".to_owned());
        assert_eq!(taken, [first, None, None, None, None, None]);
    }
}
