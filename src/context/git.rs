//! What git knows: the branch, read from files, and what is changed, asked from git within a time limit.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{io::AsyncReadExt, process::Command};

use super::text_file;
use crate::base::AbsPath;

/// How long git may take. A status of 50,000 files takes about 100 ms when the disk is warm; when it takes longer
/// a list of changed files is not worth the wait.
const LIMIT: Duration = Duration::from_millis(300);

/// How much of git's answer is read.
const BYTES: u64 = 256_000;

/// What git's own child needs of our environment. Keys of providers are not among them.
const PASSED: [&str; 8] =
    ["PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMPDIR", "LANG"];

/// The files that differ from the last commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Status letters and path, as git's short format has them (`M src/a.rs`, `?? b.rs`), sorted by path.
    pub files: Vec<String>,
    /// Whether there are more than were read.
    pub more: bool,
}

/// The branch checked out at `root`: its name, or `(detached at 1a2b3c4)`. `None` when this is no repository.
///
/// Read from `HEAD` itself, so no process is started. *Source:* gitrepository-layout(5).
pub fn branch(root: &AbsPath) -> Option<String> {
    let head = text_file::read(&git_folder(root)?.join("HEAD"), 1_000).ok()?.text;
    let head = head.trim();
    let name = match head.strip_prefix("ref:") {
        Some(name) => name.trim().strip_prefix("refs/heads/").unwrap_or(name.trim()).to_owned(),
        None if head.len() >= 40 && head.bytes().all(|b| b.is_ascii_hexdigit()) => {
            format!("(detached at {})", &head[..7])
        }
        None => return None,
    };
    (!name.is_empty() && !name.contains(char::is_control)).then_some(name)
}

/// What is changed at `root`; `None` when git is missing, slow or says no.
///
/// Nothing that the repository configures is run: no file system monitor, no hook, no submodule. One that sets
/// filter programs, includes other configuration or fetches missing objects on its own is not asked at all.
pub async fn changes(root: &AbsPath) -> Option<Changes> {
    changes_within(root, LIMIT).await
}

async fn changes_within(root: &AbsPath, limit: Duration) -> Option<Changes> {
    let folder = git_folder(root)?;
    if configures_programs(&folder) {
        return None;
    }
    let mut command = Command::new("git");
    command
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(["status", "--porcelain=v1", "-z", "--untracked-files=normal", "--ignore-submodules=all"])
        .current_dir(root)
        .env_clear()
        .envs(PASSED.into_iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .envs([("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_NO_LAZY_FETCH", "1")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let answer = async {
        let mut child = command.spawn().ok()?;
        let mut bytes = Vec::new();
        child.stdout.take()?.take(BYTES).read_to_end(&mut bytes).await.ok()?;
        let more = bytes.len() as u64 == BYTES;
        // A cut answer leaves git waiting to write; dropping the child ends it.
        (more || child.wait().await.ok()?.success()).then(|| parse(&bytes, more))
    };
    tokio::time::timeout(limit, answer).await.ok()?
}

/// Where git keeps its files: `.git` itself, or where a worktree's `.git` file points.
fn git_folder(root: &AbsPath) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.as_path().is_dir() {
        return Some(git.as_path().to_owned());
    }
    let text = text_file::read(git.as_path(), 10_000).ok()?.text;
    Some(root.join(text.strip_prefix("gitdir:")?.trim()).as_path().to_owned())
}

/// Whether the repository's own configuration names programs that `git status` would run, or other files that
/// could. When it cannot be read, it does.
fn configures_programs(folder: &Path) -> bool {
    let common = match fs::read_to_string(folder.join("commondir")) {
        Ok(way) => folder.join(way.trim()),
        Err(_) => folder.to_owned(),
    };
    [common.join("config"), folder.join("config.worktree")].iter().any(|path| {
        if !path.exists() {
            return false;
        }
        let Ok(config) = text_file::read(path, 1_000_000) else { return true };
        let text = config.text.to_ascii_lowercase();
        config.cut || ["[filter", "[include", "promisor", "partialclone"].iter().any(|w| text.contains(w))
    })
}

fn parse(answer: &[u8], more: bool) -> Changes {
    let text = String::from_utf8_lossy(answer);
    let mut entries: Vec<&str> = text.split_terminator('\0').collect();
    if more {
        entries.pop();
    }
    let mut files = Vec::new();
    let mut entries = entries.into_iter();
    while let Some(entry) = entries.next() {
        let Some((status, path)) = entry.split_at_checked(3) else { continue };
        let status = status.trim();
        if status.starts_with(['R', 'C']) {
            // The old name follows as an entry of its own.
            entries.next();
        }
        files.push((path, status));
    }
    files.sort_unstable();
    let shown = |(path, status): (&str, &str)| {
        let is_plain = !path.contains(|c: char| c.is_control());
        if is_plain { format!("{status} {path}") } else { format!("{status} {path:?}") }
    };
    Changes { files: files.into_iter().map(shown).collect(), more }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longer than any busy machine needs.
    const PATIENT: Duration = Duration::from_secs(30);

    fn git(root: &AbsPath, args: &[&str]) {
        let done = std::process::Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"])
            .args(args)
            .current_dir(root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("git is there");
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn repository() -> (tempfile::TempDir, AbsPath) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = AbsPath::new(dir.path()).expect("absolute").join("repo");
        fs::create_dir(&root).expect("made");
        git(&root, &["init", "-q"]);
        fs::write(root.join("a.rs"), "one").expect("written");
        fs::write(root.join("b.rs"), "two").expect("written");
        git(&root, &["add", "."]);
        git(&root, &["commit", "-qm", "first"]);
        (dir, root)
    }

    #[test]
    fn the_branch_is_known_also_when_detached_and_in_a_worktree() {
        let (_dir, root) = repository();
        assert_eq!(branch(&root).as_deref(), Some("main"));
        git(&root, &["worktree", "add", "-q", "-b", "topic/x", "../tree"]);
        assert_eq!(branch(&root.join("../tree")).as_deref(), Some("topic/x"));
        git(&root, &["checkout", "-q", "--detach"]);
        let detached = branch(&root).expect("a repository");
        assert!(detached.starts_with("(detached at ") && detached.len() == 21, "{detached}");
        assert_eq!(branch(&root.join("..")), None);
    }

    #[tokio::test]
    async fn changed_new_and_renamed_files_are_listed_by_path() {
        let (_dir, root) = repository();
        assert_eq!(changes_within(&root, PATIENT).await, Some(Changes::default()));
        fs::write(root.join("a.rs"), "changed").expect("written");
        fs::write(root.join("new file"), "").expect("written");
        git(&root, &["mv", "b.rs", "c.rs"]);
        let files = ["M a.rs", "R c.rs", "?? new file"].map(str::to_owned).to_vec();
        assert_eq!(changes_within(&root, PATIENT).await, Some(Changes { files, more: false }));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_repository_that_configures_programs_runs_none() {
        let (_dir, root) = repository();
        let trap = root.join("ran");
        let program = format!("touch {trap}; cat");
        git(&root, &["config", "core.fsmonitor", &program]);
        fs::write(root.join("a.rs"), "changed").expect("written");
        assert!(changes_within(&root, PATIENT).await.is_some());
        git(&root, &["config", "filter.x.clean", &program]);
        fs::write(root.join(".gitattributes"), "* filter=x\n").expect("written");
        assert_eq!(changes_within(&root, PATIENT).await, None);
        assert!(!trap.as_path().exists());
    }

    #[test]
    fn a_cut_answer_drops_its_last_entry() {
        let cut = parse(b" M a\0?? b\0?? c", true);
        assert_eq!(cut, Changes { files: vec!["M a".into(), "?? b".into()], more: true });
    }
}
