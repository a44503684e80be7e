//! Absolute paths in one spelling.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// An absolute path without `.` and `..`.
///
/// Shape: begins with a root; its spelling is normal, so two spellings of one path are equal. Symbolic links are
/// not followed here: this type is pure. Who needs the real file resolves links first (`tools::place`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AbsPath(PathBuf);

impl AbsPath {
    /// Takes an absolute path and normalises it; `None` for a relative one.
    pub fn new(path: impl AsRef<Path>) -> Option<Self> {
        let path = path.as_ref();
        path.is_absolute().then(|| Self(normal(path)))
    }

    /// Resolves `path` from here: an absolute one stands for itself.
    #[must_use]
    pub fn join(&self, path: impl AsRef<Path>) -> Self {
        Self(normal(&self.0.join(path)))
    }

    /// Whether this is `root` or lies below it, by whole components.
    pub fn is_within(&self, root: &Self) -> bool {
        self.0.starts_with(&root.0)
    }

    /// The way from `root` to here with `/` between parts, or `None` when this lies outside. The root itself is
    /// the empty string.
    pub fn below(&self, root: &Self) -> Option<String> {
        let rest = self.0.strip_prefix(&root.0).ok()?;
        let parts: Vec<_> = rest.components().map(|c| c.as_os_str().to_string_lossy()).collect();
        Some(parts.join("/"))
    }

    /// How a person would write it from `root`: relative inside, absolute outside.
    pub fn shown_from(&self, root: &Self) -> String {
        match self.below(root) {
            Some(rest) if rest.is_empty() => ".".to_owned(),
            Some(rest) => rest,
            None => self.to_string(),
        }
    }

    /// The folder that holds it; `None` for a root.
    pub fn parent(&self) -> Option<Self> {
        self.0.parent().map(|p| Self(p.to_owned()))
    }

    /// As the standard library's path.
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for AbsPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl fmt::Display for AbsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string_lossy())
    }
}

fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_path_are_equal() {
        assert_eq!(AbsPath::new("/a/./b/../c"), AbsPath::new("/a/c"));
        assert_eq!(AbsPath::new("/../a"), AbsPath::new("/a"));
        assert_eq!(AbsPath::new("a/b"), None);
    }

    #[test]
    fn a_neighbour_with_the_same_beginning_is_outside() {
        let root = AbsPath::new("/home/dev/app").expect("absolute");
        assert!(root.join("src/x.rs").is_within(&root));
        assert!(!root.join("../app2/x.rs").is_within(&root));
        assert_eq!(root.join("src/x.rs").shown_from(&root), "src/x.rs");
        assert_eq!(root.join("../app2").shown_from(&root), "/home/dev/app2");
    }
}
