//! Drafts that were not sent, one for each process that writes one.
//!
//! A process holds the lock of the place it keeps its draft in for as long as it lives. What stands in a place whose lock
//! is free was left behind, by whatever end, and is offered to the next session.

use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::private::{self, Locked};
use crate::base::AbsPath;

/// As many processes may write in one project at a time; the draft of another one is not kept.
const PLACES: usize = 8;

/// The drafts of one project's folder. Two roots may share it, so each draft says whose it is.
#[derive(Debug)]
pub(super) struct Drafts {
    folder: AbsPath,
    root: String,
    /// The place that is ours, with its lock.
    own: Option<(usize, Locked)>,
    /// Places that were offered: what was in them is the person's again.
    offered: Vec<usize>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Draft {
    root: String,
    text: String,
}

impl Drafts {
    /// Those of a project. Nothing is made on disk.
    pub(super) fn of(folder: AbsPath, root: String) -> Self {
        Self { folder, root, own: None, offered: Vec::new() }
    }

    /// What was left behind. Blocks on the file system.
    pub(super) fn offer(&mut self) -> String {
        let mut texts = Vec::new();
        for place in 0..PLACES {
            let is_own = self.own.as_ref().is_some_and(|(own, _)| *own == place);
            let Some(draft) = self.read(place).filter(|draft| draft.root == self.root && !is_own) else {
                continue;
            };
            if self.take(place).is_some() {
                self.offered.push(place);
                texts.push(draft.text);
            }
        }
        texts.join("\n\n")
    }

    /// Keeps a text in place of the one before; an empty one is none. Blocks on the file system. Errors: the system
    /// refuses.
    pub(super) fn keep(&mut self, text: &str) -> io::Result<()> {
        let kept = if text.trim().is_empty() { self.forget() } else { self.write(text) };
        for place in std::mem::take(&mut self.offered) {
            let is_own = self.own.as_ref().is_some_and(|(own, _)| *own == place);
            // Somebody else may have been offered it, too, and may write there by now.
            if !is_own && let Some(_lock) = self.take(place) {
                remove(&self.file(place))?;
            }
        }
        kept
    }

    fn forget(&self) -> io::Result<()> {
        self.own.as_ref().map_or(Ok(()), |(place, _)| remove(&self.file(*place)))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        if self.own.is_none() {
            private::make_folder(&self.folder)?;
            self.own = (0..PLACES).find_map(|place| {
                let lock = self.take(place)?;
                // What nobody was offered is not ours to write over.
                let is_free = self.offered.contains(&place) || self.read(place).is_none();
                is_free.then_some((place, lock))
            });
        }
        let Some((place, _)) = self.own else { return Ok(()) };
        let mut line = serde_json::to_vec(&Draft { root: self.root.clone(), text: text.to_owned() })?;
        line.push(b'\n');
        private::replace(&self.file(place), &line)
    }

    /// The lock of a place that no living process holds.
    fn take(&self, place: usize) -> Option<Locked> {
        let lock = private::lock(&self.folder.join(name(place, "lock"))).ok()?;
        (!matches!(lock, Locked::Busy)).then_some(lock)
    }

    fn read(&self, place: usize) -> Option<Draft> {
        serde_json::from_slice(&fs::read(self.file(place)).ok()?).ok()
    }

    fn file(&self, place: usize) -> AbsPath {
        self.folder.join(name(place, "json"))
    }
}

/// The names all these files may have.
pub fn draft_files() -> Vec<String> {
    (0..PLACES).flat_map(|place| ["json", "lock"].map(|kind| name(place, kind))).collect()
}

fn name(place: usize, kind: &str) -> String {
    if place == 0 { format!("draft.{kind}") } else { format!("draft.{}.{kind}", place + 1) }
}

fn remove(file: &AbsPath) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(dir: &tempfile::TempDir, root: &str) -> Drafts {
        Drafts::of(AbsPath::new(dir.path()).expect("it is absolute"), root.to_owned())
    }

    #[test]
    fn what_a_process_left_is_offered_and_what_a_living_one_writes_is_not() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (mut one, mut two) = (at(&dir, "/r"), at(&dir, "/r"));
        one.keep("half a tho").expect("kept");
        assert_eq!((two.offer(), at(&dir, "/other").offer()), (String::new(), String::new()));
        two.keep("another").expect("kept");
        drop(one);
        let mut three = at(&dir, "/r");
        assert_eq!(three.offer(), "half a tho");
        drop(two);
        let mut four = at(&dir, "/r");
        assert_eq!(four.offer(), "half a tho\n\nanother", "nobody has written it anew");
        four.keep("half a tho\n\nanother, and more").expect("kept");
        drop((three, four));
        assert_eq!(at(&dir, "/r").offer(), "half a tho\n\nanother, and more");
    }

    #[test]
    fn what_was_taken_or_cleared_is_not_offered_again() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        at(&dir, "/r").keep("draft").expect("kept");
        let mut next = at(&dir, "/r");
        assert_eq!(next.offer(), "draft");
        next.keep("").expect("forgotten");
        drop(next);
        assert_eq!(at(&dir, "/r").offer(), "");
    }

    #[test]
    fn a_draft_that_was_never_offered_is_not_written_over() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        at(&dir, "/other").keep("theirs").expect("kept");
        let mut early = at(&dir, "/r");
        at(&dir, "/r").keep("left").expect("kept");
        early.keep("mine").expect("kept");
        drop(early);
        assert_eq!(
            (at(&dir, "/r").offer().as_str(), at(&dir, "/other").offer().as_str()),
            ("left\n\nmine", "theirs")
        );
    }
}
