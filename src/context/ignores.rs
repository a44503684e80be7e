//! Which paths `.gitignore` and `.qwenignore` hide.

use std::{path::Path, rc::Rc};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::text_file;
use crate::base::AbsPath;

/// The largest ignore file that is read whole; the largest seen in use has a few thousand lines.
const LIMIT: usize = 1_000_000;

/// The ignore files from the root down to one folder.
///
/// Shape: `.qwenignore` files are asked first, deepest first, then `.gitignore` files likewise, so that what a
/// person hides from the agent stays hidden whatever git thinks. Files of the user or of one clone
/// (`core.excludesFile`, `.git/info/exclude`) are left out: the answer must not depend on the machine.
#[derive(Clone, Default)]
pub(super) struct Ignores {
    qwen: Vec<Rc<Gitignore>>,
    git: Vec<Rc<Gitignore>>,
}

impl Ignores {
    /// This, with the ignore files of `folder`, a child of the last one.
    pub(super) fn enter(&self, folder: &Path) -> Self {
        let mut here = self.clone();
        here.qwen.extend(read(folder, ".qwenignore"));
        here.git.extend(read(folder, ".gitignore"));
        here
    }

    /// Whether `path`, a child of the last folder entered, is hidden.
    pub(super) fn hides(&self, path: &Path, is_folder: bool) -> bool {
        let layers = self.qwen.iter().rev().chain(self.git.iter().rev());
        let verdict = layers.map(|l| l.matched(path, is_folder)).find(|m| !m.is_none());
        verdict.is_some_and(|m| m.is_ignore())
    }
}

/// Whether `path` or a folder between `root` and it is hidden. What lies outside `root` is not.
pub(super) fn is_hidden(root: &AbsPath, path: &AbsPath) -> bool {
    let Ok(way) = path.as_path().strip_prefix(root) else { return false };
    let mut ignores = Ignores::default();
    let mut at = root.as_path().to_owned();
    for part in way.components() {
        ignores = ignores.enter(&at);
        at.push(part);
        if part.as_os_str() == ".git" || ignores.hides(&at, at.is_dir()) {
            return true;
        }
    }
    false
}

/// All ignore files from `root` down to `folder`.
pub(super) fn down_to(root: &AbsPath, folder: &AbsPath) -> Ignores {
    let mut folders: Vec<&Path> = folder.as_path().ancestors().take_while(|f| f.starts_with(root)).collect();
    folders.reverse();
    folders.into_iter().fold(Ignores::default(), |ignores, f| ignores.enter(f))
}

fn read(folder: &Path, name: &str) -> Option<Rc<Gitignore>> {
    let file = text_file::read(&folder.join(name), LIMIT).ok()?;
    let mut builder = GitignoreBuilder::new(folder);
    for line in file.text.lines() {
        // A line that is no pattern hides nothing, as in git.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().filter(|g| !g.is_empty()).map(Rc::new)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn deeper_files_win_but_git_never_shows_what_qwenignore_hides() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = AbsPath::new(dir.path()).expect("absolute");
        fs::create_dir_all(root.join("a/target")).expect("made");
        fs::write(root.join(".gitignore"), "target/\n*.log\n").expect("written");
        fs::write(root.join(".qwenignore"), "secret.*\n").expect("written");
        fs::write(root.join("a/.gitignore"), "!keep.log\n!secret.txt\n").expect("written");
        let hidden: Vec<&str> =
            ["a/x.rs", "a/x.log", "a/keep.log", "a/secret.txt", "a/target/x.rs", ".git/config", "b/target"]
                .into_iter()
                .filter(|p| is_hidden(&root, &root.join(p)))
                .collect();
        assert_eq!(hidden, ["a/x.log", "a/secret.txt", "a/target/x.rs", ".git/config"]);
    }
}
