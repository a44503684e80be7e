//! Sets a terminal up: a home, a repository, a simulator, and the binary in a clean environment.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use portable_pty::CommandBuilder;
use qwen::sim::{OAuth, Script, Sim, SimOptions, Turn};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::Terminal;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads can be started"));

/// What lies on the desk: everything a terminal needs, said before it opens.
pub(crate) struct Desk {
    columns: u16,
    rows: u16,
    turns: Vec<Turn>,
    files: BTreeMap<String, String>,
    kept: BTreeMap<String, String>,
    env: BTreeMap<String, Option<String>>,
    words: Vec<String>,
    line: Option<String>,
    oauth: Option<OAuth>,
    key: Option<String>,
}

impl Desk {
    /// A window of this size, a repository with one file, and a friendly model.
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        Self {
            columns,
            rows,
            turns: Vec::new(),
            files: BTreeMap::from([("README.md".to_owned(), "# work\n".to_owned())]),
            kept: BTreeMap::new(),
            env: BTreeMap::new(),
            words: Vec::new(),
            line: None,
            oauth: None,
            key: None,
        }
    }

    /// The next answer of the model.
    pub(crate) fn model_says(mut self, turn: impl Into<Turn>) -> Self {
        self.turns.push(turn.into());
        self
    }

    /// A file of the repository.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// A file of the person's own, below their home.
    pub(crate) fn kept(mut self, path: &str, text: &str) -> Self {
        self.kept.insert(path.to_owned(), text.to_owned());
        self
    }

    /// A variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), Some(value.to_owned()));
        self
    }

    /// A variable that is not set.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.env.insert(name.to_owned(), None);
        self
    }

    /// A word of the command line.
    pub(crate) fn word(mut self, word: &str) -> Self {
        self.words.push(word.to_owned());
        self
    }

    /// The simulator is who signs people in.
    pub(crate) fn signs_in_at(mut self, oauth: OAuth) -> Self {
        self.oauth = Some(oauth);
        self
    }

    /// The only key that the model's server takes.
    pub(crate) fn takes_key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Runs this line of `sh` instead of the binary, which is `$QWEN`.
    pub(crate) fn shell(mut self, line: &str) -> Self {
        self.line = Some(line.to_owned());
        self
    }

    /// Starts the simulator, then the binary in its terminal.
    pub(crate) fn opens(self) -> Terminal {
        let folder = tempfile::Builder::new().prefix("qwen-terminal-").tempdir().expect("a temporary folder");
        for name in ["home/.qwen", "work", "tmp"] {
            fs::create_dir_all(folder.path().join(name)).expect("made");
        }
        let (work, home) = (folder.path().join("work"), folder.path().join("home"));
        let files = self.files.iter().map(|file| (&work, file));
        for (root, (path, text)) in files.chain(self.kept.iter().map(|file| (&home, file))) {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        git(&work);
        let script = Script::turns(self.turns.clone());
        let oauth = self.oauth.clone().unwrap_or_default();
        let options = SimOptions { script, oauth, key: self.key.clone(), ..SimOptions::default() };
        let sim = RUNTIME.block_on(Sim::start(options)).expect("loopback has a free port");
        if self.oauth.is_some() {
            let ends = json!({
                "deviceEndpoint": format!("{}/api/v1/oauth2/device/code", sim.issuer()),
                "tokenEndpoint": format!("{}/api/v1/oauth2/token", sim.issuer()),
            });
            let settings = json!({"security": {"auth": {"oauth": ends}}}).to_string();
            fs::write(folder.path().join("home/.qwen/settings.json"), settings).expect("written");
        }
        let command = self.command(folder.path(), &sim.base_url());
        Terminal::open(self.columns, self.rows, command, World { folder, sim })
    }

    fn command(&self, folder: &Path, base: &str) -> CommandBuilder {
        let binary = env!("CARGO_BIN_EXE_qwen");
        let mut command = CommandBuilder::new(if self.line.is_some() { "/bin/sh" } else { binary });
        match &self.line {
            Some(line) => command.args(["-c", line]),
            None => command.args(&self.words),
        }
        command.cwd(folder.join("work"));
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", folder.join("home"));
        command.env("QWEN_HOME", folder.join("home/.qwen"));
        command.env("TMPDIR", folder.join("tmp"));
        command.env("QWEN_NO_KEYRING", "1");
        for variable in ["QWEN_CODE_SYSTEM_SETTINGS_PATH", "QWEN_CODE_SYSTEM_DEFAULTS_PATH"] {
            command.env(variable, folder.join("none.json"));
        }
        command.env("OPENAI_API_KEY", "sk-terminal-0123456789");
        command.env("OPENAI_BASE_URL", base);
        command.env("DASHSCOPE_PROXY_BASE_URL", base);
        command.env("OPENAI_MODEL", "qwen3-coder-plus");
        command.env("TERM", "xterm-256color");
        command.env("QWEN", binary);
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        command
    }
}

/// What outlives the program: the folders and the simulator.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) sim: Sim,
}

impl World {
    /// All files below a folder, by their paths from there.
    pub(crate) fn files(&self, below: &str) -> Vec<PathBuf> {
        let root = self.folder.path().join(below);
        let mut folders = vec![root.clone()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&root).expect("it is below").to_owned());
                }
            }
        }
        found.sort();
        found
    }

    /// Which kept files, of the person's own and of the repository, hold a text.
    pub(crate) fn who_holds(&self, text: &str) -> Vec<PathBuf> {
        let holds = |path: &PathBuf| {
            let kept = fs::read(self.folder.path().join(path)).unwrap_or_default();
            kept.windows(text.len()).any(|part| part == text.as_bytes())
        };
        self.files("").into_iter().filter(holds).collect()
    }

    /// A path of the repository.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("work").join(path)
    }

    /// Processes that were started by the program and still run. Everything it starts inherits its home.
    #[cfg(target_os = "linux")]
    pub(crate) fn processes(&self) -> Vec<String> {
        let home = format!("HOME={}\0", self.folder.path().join("home").display());
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").expect("there is /proc").flatten() {
            let is_ours = fs::read(entry.path().join("environ"))
                .is_ok_and(|env| env.windows(home.len()).any(|part| part == home.as_bytes()));
            let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            if is_ours && !words.is_empty() {
                found.push(String::from_utf8_lossy(&words).replace('\0', " "));
            }
        }
        found
    }

    /// Not every system tells.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn processes(&self) -> Vec<String> {
        Vec::new()
    }
}

fn git(folder: &Path) {
    for words in [&["init", "--quiet", "--initial-branch=main"][..], &["add", "--all"]] {
        let done = Command::new("git")
            .args(words)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("git is there");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}
