//! What is kept on this machine: the marks of consent, the id, and the requests that wait.
//!
//! A waiting request is a file with exactly the bytes that will be sent. Taking one is a rename, so that no two processes
//! send the same. All of it is for this user alone.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use super::{consent::Marks, span::digits};
use crate::base::Moment;

/// All waiting requests together. *Unit:* bytes.
const LARGEST: u64 = 512 * 1024;
/// A waiting request that is older is removed.
const OLDEST: Duration = Duration::from_secs(30 * 24 * 3_600);
/// A request that was taken this long ago belonged to a process that ended in the middle. Whether it arrived is not known,
/// and nothing is sent twice.
const LOST: Duration = Duration::from_secs(120);

const MARKS: &str = "consent.json";
const ID: &str = "installation.json";
const WAIT: &str = "wait.json";
const SENT: &str = "sent.json";
const WAITING: &str = "queued-";
const TAKEN: &str = "sending-";

/// The folder. It is made when something is put there.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

/// A request that no other process will send.
#[derive(Debug)]
pub(super) struct Taken {
    path: PathBuf,
    name: String,
    pub(super) bytes: Vec<u8>,
}

/// Until when the endpoint is left alone, and how often it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Until when.
    pub until: Moment,
    /// How often in a row.
    pub failures: u32,
}

impl Folder {
    /// The folder in the person's folder of this program. Nothing is touched.
    pub fn of(qwen_home: &Path) -> Self {
        Self { path: qwen_home.join("telemetry") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was said and shown before. A file that cannot be read says nothing.
    pub fn marks(&self) -> Marks {
        let told = self.read(MARKS);
        Marks { was_told: told["told"] == true, said_yes: told["yes"] == true }
    }

    /// Keeps what was said and shown. Errors: the system refuses.
    pub fn keep_marks(&self, marks: Marks) -> io::Result<()> {
        self.write(MARKS, &json!({"told": marks.was_told, "yes": marks.said_yes}))
    }

    /// The id of this installation in this month, such as `2026-11`: random, and another one each month. Errors: it
    /// cannot be kept.
    pub(super) fn installation(&self, month: &str) -> io::Result<String> {
        let kept = self.read(ID);
        let is_id = |id: &&str| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
        if let Some(id) = kept["id"].as_str().filter(is_id).filter(|_| kept["month"] == month) {
            return Ok(id.to_owned());
        }
        let id = digits(32);
        self.write(ID, &json!({"id": id, "month": month}))?;
        Ok(id)
    }

    /// The month the id was made in, if there is one.
    pub fn month(&self) -> Option<String> {
        self.read(ID)["month"].as_str().map(str::to_owned)
    }

    /// Puts a request to the waiting ones and removes what is too old or too much. Errors: the system refuses.
    pub(super) fn queue(&self, bytes: &[u8], now: Moment) -> io::Result<()> {
        self.write_bytes(&format!("{WAITING}{:013}-{}.json", now.0, digits(8)), bytes)?;
        self.prune(now);
        Ok(())
    }

    /// The names of the waiting requests, the oldest first.
    fn names(&self, begin: &str) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(begin)).collect();
        names.sort();
        names
    }

    /// The waiting requests, the oldest first: exactly what would be sent.
    pub fn queued(&self) -> Vec<Vec<u8>> {
        self.names(WAITING).iter().filter_map(|name| fs::read(self.path.join(name)).ok()).collect()
    }

    /// The request that was sent last.
    pub fn sent(&self) -> Option<Vec<u8>> {
        fs::read(self.path.join(SENT)).ok()
    }

    /// Until when the endpoint is left alone.
    pub fn pause(&self) -> Pause {
        let kept = self.read(WAIT);
        let failures = kept["failures"].as_u64().and_then(|n| u32::try_from(n).ok());
        Pause { until: Moment(kept["until"].as_u64().unwrap_or(0)), failures: failures.unwrap_or(0) }
    }

    /// Remembers it; forgets it when nothing failed.
    pub(super) fn keep_pause(&self, pause: Pause) {
        // Without it the endpoint is asked again sooner, which is no harm.
        let _ = match pause.failures {
            0 => fs::remove_file(self.path.join(WAIT)),
            // What was removed meanwhile stays so.
            _ if !self.path.exists() => Ok(()),
            failures => self.write(WAIT, &json!({"until": pause.until.0, "failures": failures})),
        };
    }

    /// Lets the endpoint be asked again at once.
    pub fn forget_pause(&self) {
        self.keep_pause(Pause::default());
    }

    /// Takes the oldest waiting request: from here on no other process sees it.
    pub(super) fn take(&self, now: Moment) -> Option<Taken> {
        self.prune(now);
        self.names(WAITING).into_iter().find_map(|name| {
            let path = self.path.join(format!("{TAKEN}{:013}-{name}", now.0));
            fs::rename(self.path.join(&name), &path).ok()?;
            let bytes = fs::read(&path).ok()?;
            Some(Taken { path, name, bytes })
        })
    }

    /// Puts a request back that did not arrive for certain.
    pub(super) fn give_back(&self, taken: &Taken) {
        let _ = fs::rename(&taken.path, self.path.join(&taken.name));
    }

    /// The request arrived.
    pub(super) fn has_sent(&self, taken: &Taken) {
        let _ = fs::rename(&taken.path, self.path.join(SENT));
    }

    /// Removes a request.
    pub(super) fn drop_taken(taken: &Taken) {
        let _ = fs::remove_file(&taken.path);
    }

    /// Removes the waiting requests, the last one that was sent and the id; the marks stay. Errors: something stays.
    pub fn purge(&self) -> io::Result<()> {
        let mut all = [WAITING, TAKEN, SENT, ID, WAIT].into_iter().flat_map(|begin| self.names(begin));
        let removed = all.try_for_each(|name| gone(fs::remove_file(self.path.join(name))));
        // An empty folder says nothing.
        let _ = fs::remove_dir(&self.path);
        removed
    }

    /// Removes the folder with everything in it. Errors: something stays.
    pub fn remove(&self) -> io::Result<()> {
        gone(fs::remove_dir_all(&self.path))
    }

    /// Removes what is too old, what is too much, the oldest first, and what a process that ended has taken.
    fn prune(&self, now: Moment) {
        let age = |name: &str, begin: &str| {
            let at = name.strip_prefix(begin).and_then(|rest| rest.get(..13)).and_then(|at| at.parse().ok());
            now.since(Moment(at.unwrap_or(0)))
        };
        let remove = |name: &String| drop(fs::remove_file(self.path.join(name)));
        self.names(TAKEN).iter().filter(|name| age(name, TAKEN) > LOST).for_each(remove);
        let mut room = LARGEST;
        for name in self.names(WAITING).iter().rev() {
            let size = fs::metadata(self.path.join(name)).map_or(0, |facts| facts.len());
            if age(name, WAITING) > OLDEST || size > room {
                room = 0;
                remove(name);
            } else {
                room -= size;
            }
        }
    }

    fn read(&self, name: &str) -> Value {
        let bytes = fs::read(self.path.join(name)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn write(&self, name: &str, value: &Value) -> io::Result<()> {
        self.write_bytes(name, format!("{value}\n").as_bytes())
    }

    /// Written beside it and renamed, so that whoever reads sees all of it.
    fn write_bytes(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        make(&self.path)?;
        let beside = self.path.join(format!(".{}", digits(16)));
        let written = create(&beside).and_then(|mut file| file.write_all(bytes));
        let written = written.and_then(|()| fs::rename(&beside, self.path.join(name)));
        if written.is_err() {
            // A full disk has no room for what nobody reads.
            let _ = fs::remove_file(&beside);
        }
        written
    }
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Makes a folder for this user alone. Errors: the system refuses.
pub(super) fn make(path: &Path) -> io::Result<()> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

/// Makes a file for this user alone. Errors: it is there; the system refuses.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let home = tempfile::tempdir().expect("a folder");
        let folder = Folder::of(home.path());
        (home, folder)
    }

    #[test]
    fn looking_makes_no_file() {
        let (home, folder) = folder();
        assert_eq!(folder.marks(), Marks::default());
        assert_eq!((folder.queued().len(), folder.sent(), folder.month()), (0, None, None));
        assert!(folder.take(Moment(1)).is_none());
        folder.purge().expect("nothing to remove");
        folder.remove().expect("nothing to remove");
        assert_eq!(fs::read_dir(home.path()).expect("there").count(), 0);
    }

    #[test]
    fn the_id_is_another_one_each_month() {
        let (_home, folder) = folder();
        let first = folder.installation("2026-11").expect("kept");
        assert_eq!(folder.installation("2026-11").expect("kept"), first);
        assert_ne!(folder.installation("2026-12").expect("kept"), first);
        assert_eq!(folder.month().as_deref(), Some("2026-12"));
    }

    #[test]
    fn of_two_processes_one_gets_a_request() {
        let (_home, folder) = folder();
        folder.queue(b"a\n", Moment(1)).expect("kept");
        let taken = folder.take(Moment(2)).expect("it waits");
        assert!(folder.clone().take(Moment(2)).is_none());
        folder.give_back(&taken);
        let again = folder.take(Moment(3)).expect("it waits again");
        assert_eq!(again.bytes, b"a\n");
        folder.has_sent(&again);
        assert_eq!((folder.queued().len(), folder.sent()), (0, Some(b"a\n".to_vec())));
    }

    #[test]
    fn a_request_of_a_process_that_was_killed_is_never_sent_again() {
        let (_home, folder) = folder();
        folder.queue(b"a\n", Moment(1)).expect("kept");
        folder.take(Moment(2)).expect("it waits");
        assert!(folder.take(Moment(300_000)).is_none());
        assert_eq!(folder.names("").len(), 0);
    }

    #[test]
    fn what_waits_is_bounded_in_size_and_age() {
        let (_home, folder) = folder();
        let day = 24 * 3_600 * 1_000;
        for at in 0..40 {
            folder.queue(&vec![b'x'; 64 * 1024], Moment(day + at)).expect("kept");
        }
        assert_eq!(folder.queued().len(), 8);
        folder.queue(b"young\n", Moment(31 * day + 1_000)).expect("kept");
        assert_eq!(folder.queued(), [b"young\n"]);
    }

    #[test]
    fn a_purge_keeps_what_the_person_said() {
        let (_home, folder) = folder();
        let marks = Marks { was_told: true, said_yes: true };
        folder.keep_marks(marks).expect("kept");
        folder.installation("2026-11").expect("kept");
        folder.queue(b"a\n", Moment(1)).expect("kept");
        folder.keep_pause(Pause { until: Moment(9), failures: 2 });
        assert_eq!(folder.pause(), Pause { until: Moment(9), failures: 2 });
        folder.purge().expect("removed");
        assert_eq!((folder.marks(), folder.names("")), (marks, vec![MARKS.to_owned()]));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_person_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_home, folder) = folder();
        folder.queue(b"a\n", Moment(1)).expect("kept");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.path().join(&folder.names("")[0])), 0o600);
    }
}
