//! What the person said in a project, for Up and Ctrl-R in later sessions, and what was written and not sent.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Folder, drafts::Drafts, private};
use crate::{base::AbsPath, protocol};

/// How many texts are kept.
const TEXTS: usize = 1_000;
/// How large the file may grow.
const BYTES: u64 = 1_000_000;
/// To how much it is shortened then, so that this is rarely needed.
const SHORTENED: usize = 750_000;
/// A longer text is no longer what somebody types again.
const LONGEST: usize = 100_000;
/// How long another process is waited for that writes at the same moment.
const PATIENCE: Duration = Duration::from_millis(100);

/// The file of one project. Several processes may use it.
///
/// Shape: JSON lines, the oldest first, in `past.jsonl`; beside it `draft.json` and its like. Two roots may share a folder,
/// so each entry says whose it is. On Unix the files have mode 0600. Copies of it are one process and have one draft.
#[derive(Clone, Debug)]
pub struct PastFile(Option<Place>);

#[derive(Clone, Debug)]
struct Place {
    folder: AbsPath,
    root: String,
    drafts: Arc<Mutex<Drafts>>,
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    root: String,
    text: String,
}

impl PastFile {
    /// The one of a project. Nothing is made on disk.
    pub fn of(folder: &Folder) -> Self {
        let (folder, root) = (folder.path().clone(), folder.root().to_owned());
        let drafts = Arc::new(Mutex::new(Drafts::of(folder.clone(), root.clone())));
        Self(Some(Place { folder, root, drafts }))
    }

    /// One that keeps nothing and knows nothing.
    pub fn nowhere() -> Self {
        Self(None)
    }

    /// What is known. Lines that cannot be read are passed over. Blocks on the file system.
    pub fn load(&self) -> protocol::Past {
        let Some(place) = &self.0 else { return protocol::Past::default() };
        let mut texts: Vec<String> = Vec::new();
        for line in fs::read(place.texts()).unwrap_or_default().split(|byte| *byte == b'\n') {
            match serde_json::from_slice::<Entry>(line) {
                Ok(entry) if entry.root == place.root && texts.last() != Some(&entry.text) => {
                    texts.push(entry.text);
                }
                _ => {}
            }
        }
        let extra = texts.len().saturating_sub(TEXTS);
        texts.drain(..extra);
        let draft = place.drafts.lock().unwrap_or_else(PoisonError::into_inner).offer();
        protocol::Past { texts, draft }
    }

    /// Keeps a text. Blocks on the file system. Errors: the system refuses; nothing is kept then.
    pub fn keep(&self, text: &str) -> io::Result<()> {
        let Some(place) = self.0.as_ref().filter(|_| !text.trim().is_empty() && text.len() <= LONGEST) else {
            return Ok(());
        };
        private::make_folder(&place.folder)?;
        let _lock = private::lock_within(&place.folder.join("past.lock"), PATIENCE)?;
        place.shorten()?;
        place.append(&place.line(text)?)
    }

    /// Keeps what is written and not sent in place of what was kept before; an empty text is none. Blocks on the file
    /// system. Errors: the system refuses.
    pub fn keep_draft(&self, text: &str) -> io::Result<()> {
        let Some(place) = &self.0 else { return Ok(()) };
        place.drafts.lock().unwrap_or_else(PoisonError::into_inner).keep(text)
    }
}

impl Place {
    fn texts(&self) -> AbsPath {
        self.folder.join("past.jsonl")
    }

    fn line(&self, text: &str) -> io::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(&Entry { root: self.root.clone(), text: text.to_owned() })?;
        line.push(b'\n');
        Ok(line)
    }

    /// Adds a line in one write at the end, behind a torn one on a line of its own.
    fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.texts())?;
        let is_torn = file.metadata()?.len() > 0 && {
            let mut last = [0];
            io::Seek::seek(&mut file, io::SeekFrom::End(-1))?;
            io::Read::read_exact(&mut file, &mut last)?;
            last != *b"\n"
        };
        let mut bytes = if is_torn { b"\n".to_vec() } else { Vec::new() };
        bytes.extend_from_slice(line);
        file.write_all(&bytes)
    }

    /// Drops the oldest lines of a file that has grown too large. The caller holds the lock.
    fn shorten(&self) -> io::Result<()> {
        let Ok(facts) = fs::metadata(self.texts()) else { return Ok(()) };
        // A line is longer than this, so that a smaller file has not too many.
        if facts.len() < (TEXTS * 24) as u64 {
            return Ok(());
        }
        let bytes = fs::read(self.texts())?;
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        if lines.len() < 2 * TEXTS && facts.len() < BYTES {
            return Ok(());
        }
        let (mut kept, mut size) = (lines.len(), 0);
        while kept > 0 && lines.len() - kept < TEXTS && size + lines[kept - 1].len() <= SHORTENED {
            kept -= 1;
            size += lines[kept].len();
        }
        private::replace(&self.texts(), &lines[kept..].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Home {
        dir: tempfile::TempDir,
    }

    impl Home {
        fn new() -> Self {
            Self { dir: tempfile::tempdir().expect("a temporary folder") }
        }

        fn past(&self, root: &str) -> PastFile {
            let home = AbsPath::new(self.dir.path()).expect("it is absolute");
            PastFile::of(&Folder::of(&home, &home.join(root)))
        }

        fn file(&self, past: &PastFile) -> std::path::PathBuf {
            assert!(self.dir.path().exists());
            past.0.as_ref().expect("it is somewhere").texts().as_path().to_owned()
        }
    }

    #[test]
    fn what_was_said_is_there_the_next_time_and_once_in_a_row() {
        let home = Home::new();
        let past = home.past("shop");
        assert_eq!(past.load(), protocol::Past::default());
        for text in ["one", "one", "two\nlines", " ", "one"] {
            past.keep(text).expect("kept");
        }
        assert_eq!(home.past("shop").load().texts, ["one", "two\nlines", "one"]);
        #[cfg(unix)]
        {
            let facts = fs::metadata(home.file(&past)).expect("it is there");
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o777, 0o600);
        }
    }

    #[test]
    fn two_projects_that_share_a_folder_do_not_share_texts() {
        let home = Home::new();
        let (dash, dot) = (home.past("a-b"), home.past("a.b"));
        dash.keep("dash").expect("kept");
        dot.keep("dot").expect("kept");
        dash.keep_draft("of dash").expect("kept");
        drop(dash);
        dot.keep_draft("").expect("nothing to remove");
        let dash = home.past("a-b").load();
        assert_eq!((dash.texts, dash.draft.as_str()), (vec!["dash".to_owned()], "of dash"));
        assert_eq!((dot.load().texts, dot.load().draft.as_str()), (vec!["dot".to_owned()], ""));
    }

    #[test]
    fn a_torn_line_costs_itself_alone() {
        let home = Home::new();
        let past = home.past("shop");
        past.keep("whole").expect("kept");
        let file = home.file(&past);
        let mut bytes = fs::read(&file).expect("it is there");
        bytes.extend_from_slice(b"\xff\xfe\n{\"root\":\"/x\",\"te");
        fs::write(&file, bytes).expect("written");
        past.keep("after").expect("kept");
        assert_eq!(past.load().texts, ["whole", "after"]);
    }

    #[test]
    fn it_stays_small_and_keeps_the_newest() {
        let home = Home::new();
        let past = home.past("shop");
        let long = "x".repeat(60_000);
        for n in 0..40 {
            past.keep(&format!("{n} {long}")).expect("kept");
        }
        past.keep(&"y".repeat(LONGEST + 1)).expect("passed over");
        let size = fs::metadata(home.file(&past)).expect("it is there").len();
        assert!(size < BYTES + 70_000, "{size}");
        let texts = past.load().texts;
        assert!(
            texts.len() >= 10 && texts.last().is_some_and(|text| text.starts_with("39 ")),
            "{}",
            texts.len()
        );
        let place = past.0.clone().expect("it is somewhere");
        let many: Vec<u8> = (0..2_500).flat_map(|n| place.line(&format!("t{n}")).expect("a line")).collect();
        fs::write(home.file(&past), many).expect("written");
        past.keep("last").expect("kept");
        let lines = fs::read_to_string(home.file(&past)).expect("it is there").lines().count();
        assert_eq!(lines, 1_001);
        let texts = past.load().texts;
        assert_eq!((texts.len(), texts[0].as_str(), texts[999].as_str()), (1_000, "t1501", "last"));
    }

    #[test]
    fn many_writers_at_once_lose_nothing() {
        let home = Home::new();
        let past = home.past("shop");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let past = past.clone();
                scope.spawn(move || {
                    for n in 0..25 {
                        past.keep(&format!("{writer} {n}")).expect("kept");
                    }
                });
            }
        });
        assert_eq!(past.load().texts.len(), 100);
    }

    #[test]
    fn a_draft_is_replaced_and_removed() {
        let home = Home::new();
        let past = home.past("shop");
        past.keep_draft("half a tho").expect("kept");
        past.keep_draft("half a thought").expect("kept");
        assert_eq!((past.load().draft.as_str(), home.past("shop").load().draft.as_str()), ("", ""));
        drop(past);
        let past = home.past("shop");
        assert_eq!(past.load().draft, "half a thought");
        past.keep_draft("").expect("removed");
        drop(past);
        assert_eq!(home.past("shop").load().draft, "");
        let nowhere = PastFile::nowhere();
        nowhere.keep("x").and_then(|()| nowhere.keep_draft("x")).expect("nothing happens");
        assert_eq!(nowhere.load(), protocol::Past::default());
    }
}
