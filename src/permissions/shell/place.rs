//! Where a command runs, as far as a reader can know.

use std::sync::Arc;

use super::Word;
use crate::base::AbsPath;

/// The folders a command may run in: the first one, and after each `cd` the one it leads to as well, since it may
/// fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    folders: Option<Arc<[AbsPath]>>,
    home: Option<Arc<AbsPath>>,
}

/// More folders than this are not followed.
const MOST: usize = 8;

impl Places {
    /// Exactly one folder.
    pub fn at(folder: &AbsPath, home: Option<&AbsPath>) -> Self {
        Self { folders: Some(Arc::from([folder.clone()])), home: home.cloned().map(Arc::new) }
    }

    /// The folders; `None` when they are not known.
    pub fn folders(&self) -> Option<&[AbsPath]> {
        self.folders.as_deref()
    }

    /// The home folder, for `~`.
    pub(super) fn home(&self) -> Option<&AbsPath> {
        self.home.as_deref()
    }

    /// After `cd` to `target`, or to somewhere unknown.
    #[must_use]
    pub(super) fn after_cd(&self, target: Option<&Word>) -> Self {
        let known = target.filter(|w| !w.glob && w.text != "-").and_then(|w| self.resolve(w));
        let folders = match (self.folders(), known) {
            (Some(now), Some(then)) if now.len() + then.len() <= MOST => {
                let mut all = now.to_vec();
                all.extend(then.into_iter().filter(|f| !now.contains(f)));
                Some(Arc::from(all))
            }
            _ => None,
        };
        Self { folders, home: self.home.clone() }
    }

    /// The files a word may name, one for each folder; for a pattern the folder in which it begins. `None` when
    /// that is not known.
    pub(super) fn resolve(&self, word: &Word) -> Option<Vec<AbsPath>> {
        if word.dynamic {
            return None;
        }
        let mut text = word.text.as_str();
        let base: Vec<AbsPath> = if word.tilde {
            let rest = text.strip_prefix('~')?;
            text = rest.strip_prefix('/').or(rest.is_empty().then_some(""))?;
            vec![self.home()?.clone()]
        } else {
            match AbsPath::new(text) {
                Some(path) if !word.glob => return Some(vec![path]),
                Some(path) => vec![path],
                None => self.folders()?.to_vec(),
            }
        };
        let fixed = if word.glob { fixed_start(text)? } else { text };
        Some(base.iter().map(|folder| folder.join(fixed)).collect())
    }
}

/// The folders before the first wildcard; `None` when a wildcard part may become `..` or is followed by one.
fn fixed_start(text: &str) -> Option<&str> {
    let at = text.find(['*', '?', '[']).unwrap_or(text.len());
    let start = text[..at].rfind('/').map_or(0, |slash| slash + 1);
    let climbs = |part: &str| {
        part == ".." || (part.starts_with('.') && part.contains(['*', '?', '['])) || part.starts_with("[.")
    };
    (!text[start..].split('/').any(climbs)).then_some(&text[..start])
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn word(text: &str) -> Word {
        Word { glob: text.contains('*'), tilde: text.starts_with('~'), ..Word::literal(text) }
    }

    fn shown(places: &Places, text: &str) -> Option<Vec<String>> {
        Some(places.resolve(&word(text))?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_word_is_resolved_from_every_folder_it_may_be_used_in() {
        let home = AbsPath::new("/home/me").expect("absolute");
        let here = Places::at(&AbsPath::new("/w").expect("absolute"), Some(&home));
        let there = here.after_cd(Some(&word("sub")));
        let expected = |paths: &[&str]| Some(paths.iter().map(|p| (*p).to_owned()).collect());
        assert_eq!(shown(&here, "a/../b"), expected(&["/w/b"]));
        assert_eq!(shown(&there, "../b"), expected(&["/b", "/w/b"]));
        assert_eq!(shown(&here, "~/x"), expected(&["/home/me/x"]));
        assert_eq!(shown(&here, "~you/x"), None);
        assert_eq!(shown(&here, "src/*.rs"), expected(&["/w/src"]));
        assert_eq!(shown(&here, "/etc/*"), expected(&["/etc"]));
        assert_eq!(shown(&here, "*/../../x"), None);
        assert_eq!(shown(&here, ".*/x"), None);
        assert_eq!(shown(&there.after_cd(None), "x"), None);
    }
}
