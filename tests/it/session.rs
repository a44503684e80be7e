//! Sets a story up: a home, a repository, a simulator, and the binary with a clean environment.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, LazyLock, Mutex, OnceLock},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use qwen::sim::{Planned, Recorded, Script, Sim, SimOptions, Turn};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::ran::Ran;

/// The key every story uses unless it says otherwise.
pub(crate) const KEY: &str = "sk-canary-key-5f1d8c2a";
/// Stands in paths, files and prompts; no header may carry it.
pub(crate) const CANARY: &str = "canary";
/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(300);

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads can be started"));

/// Starts a simulator that lives until it is dropped.
pub(crate) fn simulator(options: SimOptions) -> Sim {
    RUNTIME.block_on(Sim::start(options)).expect("loopback has a free port")
}

/// What outlives single runs: the folders, and the simulator.
pub(crate) struct World {
    folder: Arc<TempDir>,
    pub(crate) sim: Sim,
}

impl World {
    /// The repository.
    pub(crate) fn repository(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// `QWEN_HOME`.
    pub(crate) fn qwen_home(&self) -> PathBuf {
        self.folder.path().join("home/.qwen")
    }
}

/// A story before it runs. Everything it needs is said first, then [`Session::run`] as often as it takes.
#[derive(Clone)]
pub(crate) struct Session {
    files: BTreeMap<String, String>,
    home_files: BTreeMap<String, String>,
    turns: Vec<Turn>,
    options: SimOptions,
    flags: Vec<String>,
    env: BTreeMap<String, Option<String>>,
    stdin: Option<String>,
    pub(crate) compacts: bool,
    has_git: bool,
    world: Arc<OnceLock<World>>,
}

impl Session {
    /// A repository with one file, a friendly simulator and a key in the environment.
    pub(crate) fn new() -> Self {
        Self {
            files: BTreeMap::from([("README.md".to_owned(), format!("# {CANARY}\n"))]),
            home_files: BTreeMap::new(),
            turns: Vec::new(),
            options: SimOptions::default(),
            flags: Vec::new(),
            env: BTreeMap::new(),
            stdin: None,
            compacts: false,
            has_git: true,
            world: Arc::default(),
        }
    }

    /// A file of the repository; committed before the first run.
    pub(crate) fn file(mut self, path: &str, text: impl Into<String>) -> Self {
        self.files.insert(path.to_owned(), text.into());
        self
    }

    /// A file of the person's home.
    pub(crate) fn home_file(mut self, path: &str, text: impl Into<String>) -> Self {
        self.home_files.insert(path.to_owned(), text.into());
        self
    }

    /// The person's settings.
    pub(crate) fn settings(self, settings: &Value) -> Self {
        self.home_file(".qwen/settings.json", settings.to_string())
    }

    /// The next answer of the model, over all runs.
    pub(crate) fn model_says(mut self, turn: Turn) -> Self {
        self.turns.push(turn);
        self
    }

    /// Something that goes wrong whatever the script says.
    pub(crate) fn fault(mut self, fault: impl Into<Planned>) -> Self {
        self.options.faults.push(fault.into());
        self
    }

    /// Changes the simulator.
    pub(crate) fn sim(mut self, change: impl FnOnce(&mut SimOptions)) -> Self {
        change(&mut self.options);
        self
    }

    /// A word of the command line.
    pub(crate) fn flag(mut self, word: impl Into<String>) -> Self {
        self.flags.push(word.into());
        self
    }

    /// Words of the command line.
    pub(crate) fn flags<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.flags.extend(words.into_iter().map(str::to_owned));
        self
    }

    /// A variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.insert(name.to_owned(), Some(value.into()));
        self
    }

    /// Takes a variable out of the environment.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.env.insert(name.to_owned(), None);
        self
    }

    /// What is piped in; nothing is, unless this is said.
    pub(crate) fn stdin(mut self, text: impl Into<String>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// The history is replaced in this story, so that one request need not begin with the one before.
    pub(crate) fn compacts(mut self) -> Self {
        self.compacts = true;
        self
    }

    /// The folder is no git repository.
    pub(crate) fn without_git(mut self) -> Self {
        self.has_git = false;
        self
    }

    /// The folders of another story, with this one's own simulator.
    pub(crate) fn sharing(self, other: &Self) -> Self {
        let sim = simulator(self.played());
        let world = World { folder: other.world().folder.clone(), sim };
        Self { world: Arc::new(OnceLock::from(world)), ..self }
    }

    /// Says a prompt and waits for the end.
    pub(crate) fn run(&self, prompt: &str) -> Ran {
        self.spawn(&["-p", prompt]).wait()
    }

    /// Runs with these words after the flags, and waits for the end.
    pub(crate) fn run_with(&self, words: &[&str]) -> Ran {
        self.spawn(words).wait()
    }

    /// Starts the binary with these words after the flags.
    pub(crate) fn spawn(&self, words: &[&str]) -> Running {
        let mut command = self.command(env!("CARGO_BIN_EXE_qwen"));
        command.args(&self.flags).args(words);
        self.start(command)
    }

    /// Starts the binary with these words after the flags; [`Running::tell`] writes to its stdin.
    pub(crate) fn talk(&self, words: &[&str]) -> Running {
        let mut command = self.command(env!("CARGO_BIN_EXE_qwen"));
        command.args(&self.flags).args(words).stdin(Stdio::piped());
        self.start(command)
    }

    /// Runs a line of `sh`; the binary is `$QWEN`.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        let mut command = self.command("sh");
        command.env("QWEN", env!("CARGO_BIN_EXE_qwen")).args(["-c", line]);
        self.start(command).wait()
    }

    /// The folders and the simulator; made at the first call.
    pub(crate) fn world(&self) -> &World {
        self.world.get_or_init(|| self.build())
    }

    fn build(&self) -> World {
        let folder = tempfile::Builder::new().prefix(CANARY).tempdir().expect("a temporary folder");
        for name in ["home/.qwen", "work", "tmp"] {
            fs::create_dir_all(folder.path().join(name)).expect("made");
        }
        put(&folder.path().join("work"), &self.files);
        put(&folder.path().join("home"), &self.home_files);
        let world = World { folder: Arc::new(folder), sim: simulator(self.played()) };
        if self.has_git {
            commit(&world.repository());
        }
        world
    }

    /// The simulator's options with the turns as its script.
    fn played(&self) -> SimOptions {
        let mut options = self.options.clone();
        if !self.turns.is_empty() {
            options.script = Script::turns(self.turns.clone());
        }
        options
    }

    fn command(&self, program: &str) -> Command {
        let world = self.world();
        let (base, folder) = (world.sim.base_url(), world.folder.path());
        let mut command = Command::new(program);
        command
            .current_dir(world.repository())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.join("home"))
            .env("QWEN_HOME", world.qwen_home())
            .env("TMPDIR", folder.join("tmp"))
            .env("QWEN_NO_KEYRING", "1")
            .env("QWEN_CODE_SYSTEM_SETTINGS_PATH", folder.join("none.json"))
            .env("QWEN_CODE_SYSTEM_DEFAULTS_PATH", folder.join("none.json"))
            .env("OPENAI_API_KEY", KEY)
            .env("OPENAI_BASE_URL", &base)
            .env("DASHSCOPE_PROXY_BASE_URL", &base)
            .env("OPENAI_MODEL", "qwen3-coder-plus")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value.replace("{{sim}}", &base)),
                None => command.env_remove(name),
            };
        }
        command
    }

    fn start(&self, mut command: Command) -> Running {
        let first = self.world().sim.requests().len();
        if self.stdin.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = command.spawn().expect("the program starts");
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let mut stdin = child.stdin.take();
        if let Some(text) = self.stdin.clone()
            && let Some(mut pipe) = stdin.take()
        {
            // A program that does not read its input closes the pipe.
            thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
        }
        Running {
            session: self.clone(),
            child,
            stdin,
            heard: 0,
            stdout: Collected::of(stdout),
            stderr: Collected::of(stderr),
            began: Instant::now(),
            first,
        }
    }
}

/// A run that has not ended.
pub(crate) struct Running {
    session: Session,
    child: Child,
    stdin: Option<ChildStdin>,
    /// Lines of stdout that were looked at.
    heard: usize,
    stdout: Collected,
    stderr: Collected,
    began: Instant,
    first: usize,
}

impl Running {
    /// Waits until something has happened.
    pub(crate) fn until(self, what: impl Fn(&World) -> bool) -> Self {
        while !what(self.session.world()) {
            assert!(self.began.elapsed() < PATIENCE, "what was waited for did not happen");
            thread::sleep(Duration::from_millis(5));
        }
        self
    }

    /// Waits until this stands on stderr.
    pub(crate) fn says(self, text: &str) -> Self {
        while !self.stderr.so_far().contains(text) {
            assert!(self.began.elapsed() < PATIENCE, "no `{text}` in stderr: {}", self.stderr.so_far());
            thread::sleep(Duration::from_millis(5));
        }
        self
    }

    /// Writes a line to its stdin.
    pub(crate) fn tell(&mut self, line: &Value) -> &mut Self {
        self.write(format!("{line}\n").as_bytes())
    }

    /// Writes to its stdin.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> &mut Self {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(bytes).and_then(|()| stdin.flush()).expect("the program reads");
        self
    }

    /// Closes its stdin.
    pub(crate) fn hang_up(&mut self) -> &mut Self {
        self.stdin = None;
        self
    }

    /// Waits for the next line of stdout that is like this.
    pub(crate) fn hears(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let text = self.stdout.so_far();
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            for line in whole.lines().skip(self.heard) {
                self.heard += 1;
                let message: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}"));
                if is_it(&message) {
                    return message;
                }
            }
            let stderr = self.stderr.so_far();
            assert!(self.began.elapsed() < PATIENCE, "not heard\nstdout: {text}\nstderr: {stderr}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the model was asked so often in this run.
    pub(crate) fn asked(self, times: usize) -> Self {
        let first = self.first;
        self.until(|world| world.sim.requests().len() >= first + times)
    }

    /// Sends a signal, named as `kill` names it.
    pub(crate) fn signal(self, name: &str) -> Self {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill is there");
        assert!(sent.success(), "the program was already gone");
        self
    }

    /// As [`Running::signal`], unless the program has ended.
    pub(crate) fn signal_if_there(self, name: &str) -> Self {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).stderr(Stdio::null()).status();
        assert!(sent.is_ok(), "kill is there");
        self
    }

    /// Kills the program, as a crash or a lost power supply would.
    pub(crate) fn kill(mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.child.wait().expect("our child");
    }

    /// Waits for the end, and checks what holds for every run.
    pub(crate) fn wait(mut self) -> Ran {
        self.stdin = None;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("our child") {
                break status;
            }
            if self.began.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("the run hangs; stderr: {}", self.stderr.whole());
            }
            thread::sleep(Duration::from_millis(2));
        };
        let requests: Vec<Recorded> = self.session.world().sim.requests().split_off(self.first);
        Ran::new(self.session, status, self.stdout.whole(), self.stderr.whole(), requests)
    }
}

/// What comes out of a pipe, gathered while it comes.
struct Collected {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Collected {
    fn of(pipe: Option<impl Read + Send + 'static>) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let into = text.clone();
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4_096];
            let Some(mut pipe) = pipe else { return };
            // What came before a pipe broke is still worth looking at.
            while let Ok(n @ 1..) = pipe.read(&mut buffer) {
                into.lock().expect("no reader panics").extend_from_slice(&buffer[..n]);
            }
        });
        Self { text, reader }
    }

    /// What has come.
    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().expect("no reader panics")).into_owned()
    }

    /// All of it, once the pipe is closed.
    fn whole(self) -> String {
        self.reader.join().expect("no reader panics");
        let bytes = std::mem::take(&mut *self.text.lock().expect("no reader panics"));
        String::from_utf8(bytes).expect("the program writes UTF-8")
    }
}

fn put(folder: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
}

fn commit(folder: &Path) {
    let git = |words: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=canary", "-c", "user.email=canary@example.invalid"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"])
            .args(words)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("git is there");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "--all", "--force"]);
    git(&["commit", "--quiet", "--message", "canary"]);
}
