//! A run that has ended, and what must hold then.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    thread,
    time::Duration,
};

use qwen::sim::Recorded;
use serde_json::Value;

use crate::{
    schema,
    session::{KEY, Session},
    wire,
};

/// A run that has ended.
pub(crate) struct Ran {
    session: Session,
    status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    requests: Vec<Recorded>,
}

impl Ran {
    /// Checks what holds for every run.
    pub(crate) fn new(
        session: Session,
        status: ExitStatus,
        stdout: String,
        stderr: String,
        requests: Vec<Recorded>,
    ) -> Self {
        wire::check(&requests, session.compacts);
        schema::check_output(&stdout);
        for (place, text) in [("stdout", &stdout), ("stderr", &stderr)] {
            assert!(!text.contains(KEY), "the key is on {place}: {text}");
        }
        let home = session.world().qwen_home();
        for (path, text) in ["projects", "cache"].into_iter().flat_map(|kept| tree(&home.join(kept))) {
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains(KEY), "the key is in {}", path.display());
        }
        Self { session, status, stdout, stderr, requests }
    }

    /// It ended with this exit code.
    pub(crate) fn exit_is(&self, code: i32) -> &Self {
        let found = self.status.code();
        assert_eq!(found, Some(code), "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Its exit code.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// stdout is exactly this.
    pub(crate) fn stdout_is(&self, text: &str) -> &Self {
        assert_eq!(self.stdout, text, "\nstderr: {}", self.stderr);
        self
    }

    /// stderr is exactly this.
    pub(crate) fn stderr_is(&self, text: &str) -> &Self {
        assert_eq!(self.stderr, text);
        self
    }

    /// stderr has this in it.
    pub(crate) fn stderr_has(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "no `{text}` in stderr: {}", self.stderr);
        self
    }

    /// A file of the repository is exactly this.
    pub(crate) fn file_is(&self, path: &str, text: &str) -> &Self {
        let found = fs::read_to_string(self.session.world().repository().join(path));
        assert_eq!(found.ok().as_deref(), Some(text), "{path}\nstderr: {}", self.stderr);
        self
    }

    /// A file of the repository is not there.
    pub(crate) fn no_file(&self, path: &str) -> &Self {
        assert!(!self.session.world().repository().join(path).exists(), "{path} is there");
        self
    }

    /// The process whose number is in this file of the repository is gone, or goes at once.
    pub(crate) fn has_ended(&self, file: &str) -> &Self {
        let id = fs::read_to_string(self.path(file)).expect("the command wrote its number");
        let runs = || {
            let state =
                Command::new("ps").args(["-o", "stat=", "-p", id.trim()]).output().expect("ps is there");
            let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
            !state.is_empty() && !state.starts_with('Z')
        };
        let gone = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(10));
            !runs()
        });
        assert!(gone, "the command outlives the run");
        self
    }

    /// Where a file of the repository is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.session.world().repository().join(path)
    }

    /// The requests of this run, in order.
    pub(crate) fn requests(&self) -> &[Recorded] {
        &self.requests
    }

    /// The model was asked so often.
    pub(crate) fn asks(&self, times: usize) -> &Self {
        assert_eq!(self.requests.len(), times, "requests\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Its first request begins with the last one of an earlier run.
    pub(crate) fn goes_on_from(&self, earlier: &Self) -> &Self {
        let (Some(last), Some(first)) = (earlier.requests.last(), self.requests.first()) else {
            panic!("one of the runs asked nothing");
        };
        wire::grows(last, first);
        self
    }

    /// The results of all calls, in the order of the last request.
    pub(crate) fn results(&self) -> Vec<String> {
        let messages = self.requests.last().map_or(&[][..], wire::messages);
        messages.iter().filter(|m| m["role"] == "tool").map(wire::text).collect()
    }

    /// The newest user message of the first request.
    pub(crate) fn said(&self) -> String {
        let messages = self.requests.first().map_or(&[][..], wire::messages);
        messages.iter().rfind(|m| m["role"] == "user").map(wire::text).unwrap_or_default()
    }

    /// The system message of the first request.
    pub(crate) fn system(&self) -> String {
        let messages = self.requests.first().map_or(&[][..], wire::messages);
        messages.iter().filter(|m| m["role"] == "system").map(wire::text).collect()
    }

    /// stdout as one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }

    /// stdout as one JSON value a line.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}"));
        self.stdout.lines().map(parse).collect()
    }

    /// Every file of the repository except git's index, which reading may refresh.
    pub(crate) fn tree(&self) -> Vec<(PathBuf, Vec<u8>)> {
        repository_tree(&self.session)
    }

    /// The transcripts, as lines of JSON.
    pub(crate) fn transcripts(&self) -> Vec<Vec<Value>> {
        let lines = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("a transcript is UTF-8");
            assert!(text.ends_with('\n'), "a transcript ends in the middle of a line");
            text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
        };
        let all = tree(&self.session.world().qwen_home().join("projects"));
        all.into_iter()
            .filter(|(p, _)| p.extension().is_some_and(|e| e == "jsonl"))
            .map(|f| lines(f.1))
            .collect()
    }
}

/// Every file of a story's repository except git's index, which reading may refresh.
pub(crate) fn repository_tree(session: &Session) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = tree(&session.world().repository());
    all.retain(|(path, _)| !path.ends_with(".git/index"));
    all
}

/// Every file and folder below a folder, with what is in it.
pub(crate) fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.push((path.clone(), Vec::new()));
            all.extend(tree(&path));
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            all.push((path, bytes));
        }
    }
    all.sort();
    all
}
