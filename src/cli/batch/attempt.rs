//! One process that works on a task, and what it left.
//!
//! Its stdout is a file that is locked before it starts, and the lock lives as long as the process has the file open. So
//! whoever comes later can tell whether it still runs, also when the batch that started it is gone.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::{spent::Spent, task::Task};
use crate::{
    auth::Vars,
    base::{AbsPath, Money, SessionId},
    config, context,
    protocol::{Failure, Kind},
    session::{self, Folder},
};

/// How much of the end of stderr is looked at.
const TAIL: u64 = 64 * 1024;

/// One attempt at a task: three files with one name.
pub(super) struct Attempt {
    path: PathBuf,
    /// Which one, from 1.
    pub(super) number: u32,
}

/// What an attempt led to.
#[derive(Debug)]
pub(super) enum Ended {
    /// It ended by itself: the last message of the run, and the first, if there is one.
    Whole { result: Value, init: Value },
    /// It was stopped or died, and is to be done again.
    Broken {
        /// What it used until then.
        spent: Spent,
        /// How many attempts this stands for.
        tries: u32,
    },
}

impl Attempt {
    pub(super) fn at(path: PathBuf, number: u32) -> Self {
        Self { path, number }
    }

    /// Starts the process. It reads its prompt from a file without a name, so that it has all of it whatever happens to
    /// us; it may cost so much. Errors: the system refuses.
    pub(super) fn start(
        &self,
        program: &Path,
        task: &Task,
        folder: &Path,
        most: Option<Money>,
    ) -> io::Result<Child> {
        let (out, err) = (create(&self.file("out"))?, create(&self.file("err"))?);
        // Elsewhere a lock would keep the process from writing.
        #[cfg(unix)]
        let _ = out.try_lock();
        let mut prompt = tempfile::tempfile_in(self.path.parent().unwrap_or(&self.path))?;
        prompt.write_all(task.prompt.as_bytes())?;
        prompt.rewind()?;
        let mut command = Command::new(program);
        command.args(limited(task, most)).current_dir(folder).stdin(prompt).stdout(out).stderr(err);
        // Ctrl-C is for us alone: a running task ends first.
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn()?;
        if let Some(id) = child.id() {
            fs::write(self.file("pid"), id.to_string())?;
        }
        Ok(child)
    }

    /// Whether its process still runs.
    pub(super) fn is_running(&self) -> bool {
        File::open(self.file("out"))
            .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Asks its process to stop, or stops it. Does nothing when none runs.
    pub(super) fn signal(&self, is_last: bool) {
        let id = fs::read_to_string(self.file("pid")).ok().and_then(|text| text.parse::<i32>().ok());
        if let Some(id) = id.filter(|_| self.is_running()) {
            signal(id, is_last);
        }
    }

    /// Keeps what an earlier result of this task cost, as an attempt that is to be made again. Errors: it cannot be
    /// written.
    pub(super) fn record(&self, line: &Value) -> io::Result<()> {
        let message = json!({
            "type": "result",
            "is_error": true,
            "error": { "type": Kind::Interrupted.name() },
            "num_turns": line["num_turns"],
            "usage": line["usage"],
            "cost": line["cost"],
            "attempts": line["attempts"],
        });
        let mut file = create(&self.file("out"))?;
        writeln!(file, "{message}")?;
        file.sync_data()
    }

    /// Reads what the process left, once it has ended.
    pub(super) fn read(&self) -> Ended {
        let (mut init, mut result, mut heard) = (Value::Null, None, Spent::nothing());
        for line in lines(&self.file("out")) {
            let is = |kind: &str| line.starts_with(format!("{{\"type\":\"{kind}\"").as_bytes());
            if !(is("result") || is("assistant") || (init.is_null() && is("system"))) {
                continue;
            }
            let Ok(message) = serde_json::from_slice::<Value>(&line) else { continue };
            match message["type"].as_str() {
                Some("result") => result = Some(message),
                Some("assistant") => heard = heard.plus(Spent::of(&message["message"])),
                _ => init = message,
            }
        }
        let result = result.or_else(|| init.is_null().then(|| self.refusal()).flatten());
        match result {
            Some(result) if result["error"]["type"] == Kind::Interrupted.name() => {
                let tries = result["attempts"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
                Ended::Broken { spent: Spent::of(&result), tries }
            }
            Some(result) => Ended::Whole { result, init },
            None => {
                // A batch may have been killed before it could start the process.
                let tries = u32::from(self.file("pid").exists());
                Ended::Broken { spent: billed(&init).unwrap_or(heard), tries }
            }
        }
    }

    /// The result of a run that failed before its session began, which says so on stderr alone.
    fn refusal(&self) -> Option<Value> {
        let tail = self.complaint();
        let fatal = tail.lines().rev().find_map(|line| {
            let found: Value = serde_json::from_str(line).ok()?;
            found["error"]["code"].is_u64().then_some(found)
        })?;
        let kind = Kind::ALL.into_iter().find(|kind| fatal["error"]["code"] == kind.exit_code())?;
        let mut error = json!({ "type": kind.name(), "message": fatal["error"]["message"] });
        if let Some(hints) = fatal["error"].get("hints") {
            error["hints"] = hints.clone();
        }
        Some(json!({ "type": "result", "is_error": true, "num_turns": 0, "error": error }))
    }

    /// The end of what it said on stderr.
    pub(super) fn complaint(&self) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(self.file("err")) {
            let length = file.metadata().map_or(0, |facts| facts.len());
            // What cannot be read says nothing.
            let _ = file.seek(SeekFrom::Start(length.saturating_sub(TAIL)));
            let _ = file.take(TAIL).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(super) fn remove(&self) {
        // The answer goes last: without it nothing is found of the rest.
        for kind in ["pid", "err", "out"] {
            let _ = fs::remove_file(self.file(kind));
        }
    }

    fn file(&self, kind: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".");
        name.push(kind);
        PathBuf::from(name)
    }
}

/// The words of a task with this limit of money; a limit among the flags for all tasks stays as it is.
fn limited(task: &Task, most: Option<Money>) -> Vec<String> {
    const FLAG: &str = "--max-cost";
    let is_limit = |word: &&String| word.starts_with(FLAG);
    let said = task.words.iter().filter(is_limit).count();
    let Some(most) = most.filter(|_| said <= usize::from(task.max_cost.is_some())) else {
        return task.words.clone();
    };
    let others = task.words.iter().filter(|word| !is_limit(word)).cloned();
    others.chain([format!("{FLAG}={}", most.dollars())]).collect()
}

/// The whole lines of a file; none when it cannot be read.
fn lines(path: &Path) -> impl Iterator<Item = Vec<u8>> {
    let mut reader = File::open(path).ok().map(BufReader::new);
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        reader.as_mut()?.read_until(b'\n', &mut line).ok()?;
        (line.pop() == Some(b'\n')).then_some(line)
    })
}

/// What a session cost that has no last message, as its transcript says.
fn billed(init: &Value) -> Option<Spent> {
    let home = AbsPath::new(config::homes(&Vars::from_process()).ok()?.qwen_home)?;
    let root = context::root_of(&AbsPath::new(init["cwd"].as_str()?)?);
    let id = SessionId::new(init["session_id"].as_str()?);
    let bill: Result<session::Bill, Failure> = session::bill(&Folder::of(&home, &root), &id);
    let mut sum = Spent::nothing();
    for request in bill.ok()?.requests {
        let (usage, charge) = (request.spent.usage.unwrap_or_default(), request.spent.charge);
        sum = sum.plus(Spent { requests: 1, usage, charge: charge.unwrap_or_default() });
    }
    Some(sum)
}

/// A new file for this user only.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn signal(id: i32, is_last: bool) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = Pid::from_raw(id) {
        // It may have ended by itself.
        let _ = kill_process(pid, if is_last { Signal::KILL } else { Signal::INT });
    }
}

#[cfg(not(unix))]
fn signal(_id: i32, _is_last: bool) {}
