//! Which files of the workspace a person can name with `@`.

use std::{cmp::Ordering, path::Path};

use ignore::WalkBuilder;

use crate::{
    base::{AbsPath, Clean},
    protocol::FileList,
};

/// A list never has more entries.
const MOST: usize = 200_000;

/// Rules of this tool's own. Source: `docs/sources.md`, qwen-code 2.6.
const OWN_RULES: &str = ".qwenignore";

/// Files and folders of the workspace, without ignored ones and without `.git`; links are named and not followed.
///
/// First what lies below `cwd`, then the rest of `root` with `../` in front. Names that a screen cannot show as they
/// are, and those that are not UTF-8, are left out: nobody could type them. Ends early when `is_wanted` says so.
/// Blocks on the file system.
pub fn files(root: &AbsPath, cwd: &AbsPath, is_wanted: impl Fn() -> bool) -> FileList {
    let mut found = Found { paths: Vec::new(), is_cut: false };
    found.walk(cwd, "", None, &is_wanted);
    let mut ups = String::new();
    let (mut above, mut below) = (cwd.parent(), cwd.clone());
    while let Some(folder) = above.filter(|folder| folder.is_within(root)) {
        ups.push_str("../");
        found.walk(&folder, &ups, Some(&below), &is_wanted);
        above = folder.parent();
        below = folder;
    }
    found.paths.sort_unstable_by(|a, b| order(a, b));
    FileList { paths: found.paths.into(), is_cut: found.is_cut }
}

/// Near ones first, files before folders, then by name.
fn order(a: &str, b: &str) -> Ordering {
    let key = |path: &str| {
        let ups = path.matches("../").count();
        let is_folder = path.ends_with('/');
        (ups, path.matches('/').count() - usize::from(is_folder), is_folder)
    };
    key(a).cmp(&key(b)).then_with(|| a.cmp(b))
}

struct Found {
    paths: Vec<String>,
    is_cut: bool,
}

impl Found {
    /// Adds what lies below `start`, except in `except`, with `before` in front of each path.
    fn walk(
        &mut self,
        start: &AbsPath,
        before: &str,
        except: Option<&AbsPath>,
        is_wanted: &impl Fn() -> bool,
    ) {
        let except = except.map(|folder| folder.as_path().to_owned());
        let walk = WalkBuilder::new(start)
            .hidden(false)
            .require_git(false)
            .git_global(false)
            .add_custom_ignore_filename(OWN_RULES)
            .follow_links(false)
            .filter_entry(move |entry| {
                let is_start = entry.depth() == 0;
                is_start || (entry.file_name() != ".git" && except.as_deref() != Some(entry.path()))
            })
            .build();
        for entry in walk.flatten().filter(|entry| entry.depth() > 0) {
            if self.paths.len() >= MOST || !is_wanted() {
                self.is_cut = true;
                return;
            }
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let Some(path) = written(entry.path(), start) else { continue };
            self.paths.push(format!("{before}{path}{}", if is_folder { "/" } else { "" }));
        }
    }
}

/// The way from `start` with `/` between the parts, if it can be typed.
fn written(path: &Path, start: &AbsPath) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(start).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    let path = parts?.join("/");
    let has_a_way = !path.ends_with('\\') || !path.contains('"');
    (has_a_way && Clean::line(&path).as_str() == path).then_some(path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn workspace() -> (tempfile::TempDir, AbsPath) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = AbsPath::new(dir.path()).expect("absolute").join("repo");
        for folder in [".git", ".github", "src/deep/er", "target", "private", "docs"] {
            fs::create_dir_all(root.join(folder)).expect("made");
        }
        for (name, text) in [
            (".gitignore", "target/\n*.log\n"),
            (".ignore", "hidden.txt\n"),
            (".qwenignore", "private/\n"),
            (".git/config", ""),
            (".github/ci.yml", ""),
            ("README.md", ""),
            ("a.log", ""),
            ("hidden.txt", ""),
            ("target/out", ""),
            ("private/key", ""),
            ("src/main.rs", ""),
            ("src/a b.rs", ""),
            ("src/deep/er/文件.py", ""),
            ("src/bad\u{1b}[2J.rs", ""),
            ("src/line\nend.rs", ""),
            ("src/rtl\u{202e}.rs", ""),
        ] {
            fs::write(root.join(name), text).expect("written");
        }
        (dir, root)
    }

    #[test]
    fn what_is_not_ignored_is_listed_near_ones_first_and_files_before_folders() {
        let (_dir, root) = workspace();
        let list = files(&root, &root, || true);
        let want = [
            ".gitignore",
            ".ignore",
            ".qwenignore",
            "README.md",
            ".github/",
            "docs/",
            "src/",
            ".github/ci.yml",
            "src/a b.rs",
            "src/main.rs",
            "src/deep/",
            "src/deep/er/",
            "src/deep/er/文件.py",
        ];
        assert_eq!((&*list.paths, list.is_cut), (want.map(String::from).as_slice(), false));
    }

    #[test]
    fn what_lies_beside_the_folder_one_works_in_comes_after_it() {
        let (_dir, root) = workspace();
        let list = files(&root, &root.join("src/deep"), || true);
        let want = [
            "er/",
            "er/文件.py",
            "../a b.rs",
            "../main.rs",
            "../../.gitignore",
            "../../.ignore",
            "../../.qwenignore",
            "../../README.md",
            "../../.github/",
            "../../docs/",
            "../../.github/ci.yml",
        ];
        assert_eq!(&*list.paths, want.map(String::from).as_slice());
        for path in &*list.paths {
            let prompt = format!("@{}", crate::protocol::write_mention(path));
            let found = super::super::mentions(&prompt, &root, &root.join("src/deep"), &|_| false);
            assert_eq!(found.len(), 1, "{prompt}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_named_and_not_followed() {
        let (_dir, root) = workspace();
        std::os::unix::fs::symlink(root.join("src"), root.join("docs/again")).expect("linked");
        let list = files(&root, &root.join("docs"), || true);
        assert_eq!(list.paths[0], "again");
        assert!(!list.paths.iter().any(|path| path.starts_with("again/")));
    }

    #[test]
    fn a_list_nobody_wants_any_more_ends() {
        let (_dir, root) = workspace();
        let list = files(&root, &root, || false);
        assert_eq!((list.paths.len(), list.is_cut), (0, true));
    }
}
