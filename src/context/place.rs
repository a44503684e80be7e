//! Where the repository begins.

use std::path::Path;

use crate::base::AbsPath;

/// The nearest folder at or above `cwd` that holds `.git` (a folder, or the file of a worktree); `cwd` itself
/// when there is none.
pub fn root_of(cwd: &AbsPath) -> AbsPath {
    let mut at = Some(cwd.clone());
    while let Some(folder) = at {
        if folder.as_path().join(".git").exists() {
            return folder;
        }
        at = folder.parent();
    }
    cwd.clone()
}

/// Whether the file that `path` leads to, after all links, lies in the folder that `bound` leads to. A path that
/// cannot be followed is not inside.
pub(super) fn is_really_within(path: &Path, bound: &AbsPath) -> bool {
    let (Ok(path), Ok(bound)) = (path.canonicalize(), bound.as_path().canonicalize()) else { return false };
    path.starts_with(bound)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_root_is_the_nearest_folder_with_git_or_the_folder_itself() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let top = AbsPath::new(dir.path()).expect("absolute");
        let deep = top.join("a/b");
        fs::create_dir_all(&deep).expect("made");
        assert_eq!(root_of(&deep), deep);
        fs::write(top.join("a/.git"), "gitdir: elsewhere").expect("written");
        assert_eq!(root_of(&deep), top.join("a"));
        fs::create_dir(deep.join(".git")).expect("made");
        assert_eq!(root_of(&deep), deep);
    }
}
