//! What this program leaves on the disk, part by part. Files of other programs in the same folders are not touched.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::session::draft_files;

/// One kind of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Conversations.
    Sessions,
    /// What was typed, and drafts.
    Past,
    /// What was read of repositories.
    Context,
    /// What is known of provider's caches.
    Cache,
    /// Whole outputs of tools.
    Outputs,
    /// What is counted.
    Telemetry,
    /// Reports of crashes.
    Crash,
    /// Settings.
    Settings,
    /// Accounts, keys and sign-ins.
    Accounts,
}

impl Part {
    /// All of them, in the order they are shown.
    pub(super) const ALL: [Self; 9] = [
        Self::Sessions,
        Self::Past,
        Self::Context,
        Self::Cache,
        Self::Outputs,
        Self::Telemetry,
        Self::Crash,
        Self::Settings,
        Self::Accounts,
    ];

    /// For people.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Past => "what you typed",
            Self::Context => "context",
            Self::Cache => "cache ledger",
            Self::Outputs => "outputs",
            Self::Telemetry => "telemetry",
            Self::Crash => "crash reports",
            Self::Settings => "settings",
            Self::Accounts => "accounts",
        }
    }

    /// Whether it is only removed when it is named.
    pub(super) const fn is_needed(self) -> bool {
        matches!(self, Self::Settings | Self::Accounts)
    }

    /// The folder it lies in.
    pub(super) fn place(self, home: &Path) -> PathBuf {
        match self {
            Self::Sessions | Self::Past | Self::Context => home.join("projects"),
            Self::Cache => home.join("cache"),
            Self::Telemetry => home.join("telemetry"),
            Self::Outputs => std::env::temp_dir(),
            Self::Crash | Self::Settings | Self::Accounts => home.to_owned(),
        }
    }
}

/// One file.
#[derive(Clone, Debug)]
pub(super) struct Lying {
    pub(super) part: Part,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) changed: Option<SystemTime>,
}

/// Everything there is. Follows no link.
pub(super) fn look(home: &Path) -> Vec<Lying> {
    let mut found = Vec::new();
    for project in entries(&home.join("projects")) {
        let sessions = entries(&project.join("sessions"));
        let is_ours = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "jsonl");
        found.extend(sessions.into_iter().filter(is_ours).filter_map(|path| lying(Part::Sessions, path)));
        for (part, name) in [
            (Part::Past, "past.jsonl"),
            (Part::Past, "past.lock"),
            (Part::Context, "context.json"),
            (Part::Context, "context.lock"),
        ] {
            found.extend(lying(part, project.join(name)));
        }
        found.extend(draft_files().into_iter().filter_map(|name| lying(Part::Past, project.join(name))));
    }
    below(Part::Cache, &home.join("cache"), &mut found);
    below(Part::Telemetry, &home.join("telemetry"), &mut found);
    for folder in outputs() {
        below(Part::Outputs, &folder, &mut found);
    }
    for (part, name) in [
        (Part::Crash, "crash.new.txt"),
        (Part::Crash, "crash.txt"),
        (Part::Settings, "settings.json"),
        (Part::Accounts, "accounts.json"),
        (Part::Accounts, "credentials.json"),
        (Part::Accounts, "oauth_creds.json"),
    ] {
        found.extend(lying(part, home.join(name)));
    }
    found
}

/// Why a file was left where it is.
#[derive(Debug)]
pub(super) enum Left {
    /// Another process works with it.
    Busy,
    /// The system refuses.
    Refused(io::Error),
}

/// Removes one file, and its folder when that is empty then. Errors: it stays.
pub(super) fn remove(one: &Lying) -> Result<(), Left> {
    if one.part == Part::Sessions && is_held(&one.path) {
        return Err(Left::Busy);
    }
    fs::remove_file(&one.path).map_err(Left::Refused)?;
    let mut folder = one.path.parent();
    // Only folders of our own, and only while they are empty.
    while let Some(at) = folder.filter(|at| !at.ends_with("projects") && at.file_name().is_some()) {
        let is_ours = at.ancestors().any(|a| {
            let name = a.file_name().unwrap_or_default().to_string_lossy();
            ["projects", "cache", "telemetry"].contains(&&*name) || name.starts_with("qwen-")
        });
        if !is_ours || fs::remove_dir(at).is_err() {
            break;
        }
        folder = at.parent();
    }
    Ok(())
}

/// Whether a running session has locked its transcript.
fn is_held(path: &Path) -> bool {
    let Ok(file) = fs::OpenOptions::new().read(true).write(true).open(path) else { return false };
    matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock))
}

/// How long ago that was, in words.
pub(super) fn age(at: SystemTime) -> String {
    let seconds = SystemTime::now().duration_since(at).unwrap_or_default().as_secs();
    match seconds / 86_400 {
        0 => "from today".to_owned(),
        1 => "a day old".to_owned(),
        days => format!("{days} days old"),
    }
}

/// Folders of long outputs that belong to this user.
fn outputs() -> Vec<PathBuf> {
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("qwen-") && is_own_folder(path)
    };
    entries(&std::env::temp_dir()).into_iter().filter(ours).collect()
}

#[cfg(unix)]
fn is_own_folder(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::symlink_metadata(path).is_ok_and(|facts| {
        // As this program makes them: for this user only.
        facts.is_dir() && facts.mode() & 0o777 == 0o700 && facts.uid() == rustix::process::getuid().as_raw()
    })
}

#[cfg(not(unix))]
fn is_own_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|facts| facts.is_dir())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    all.sort();
    all
}

fn below(part: Part, folder: &Path, found: &mut Vec<Lying>) {
    for path in entries(folder) {
        match fs::symlink_metadata(&path) {
            Ok(facts) if facts.is_dir() => below(part, &path, found),
            _ => found.extend(lying(part, path)),
        }
    }
}

fn lying(part: Part, path: PathBuf) -> Option<Lying> {
    let facts = fs::symlink_metadata(&path).ok().filter(|facts| !facts.is_dir())?;
    Some(Lying { part, path, bytes: facts.len(), changed: facts.modified().ok() })
}
