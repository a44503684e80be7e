//! Puts the layers together, the lowest first: system defaults, the person, the project, the system's owner,
//! environment, flags.
//!
//! Until folders can be trusted, a project has a voice only in settings that cannot act.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use crate::{
    auth::Vars,
    catalog::{CacheSetting, Price},
    protocol::{Failure, Kind, Mode},
};

use super::{
    files::{expand, pick, read},
    homes::Paths,
    prices::prices,
    setting::{Merge, Setting},
    table::{self, ALL},
};

/// What the person is told who asked for a kept conversation and for a private session.
const NOT_KEPT: &str = "--private: the provider is not asked to keep this conversation, so `cache.mode: session` is \
                        left aside and the cache is used as with `auto`";

/// What the command line says about settings. Keys, addresses and the model go to `auth::Flags`.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--approval-mode` or `--yolo`.
    pub approval_mode: Option<Mode>,
    /// `--max-session-turns`; zero or less means no limit.
    pub max_session_turns: Option<i64>,
    /// `--max-wall-time`.
    pub max_wall_time: Option<Duration>,
    /// `--max-tool-calls`; below zero means no limit.
    pub max_tool_calls: Option<i64>,
    /// `--max-cost`, in US dollars.
    pub max_cost: Option<f64>,
    /// `--max-tokens`.
    pub max_tokens: Option<u64>,
    /// `--core-tools`; an empty list offers none.
    pub core_tools: Option<Vec<String>>,
    /// `--allowed-tools`.
    pub allowed_tools: Vec<String>,
    /// `--exclude-tools`.
    pub exclude_tools: Vec<String>,
    /// `--include-directories`.
    pub include_directories: Vec<String>,
    /// `--proxy`.
    pub proxy: Option<String>,
    /// `--output-format`.
    pub output_format: Option<String>,
    /// `--lang`.
    pub language: Option<String>,
    /// `--screen-reader`.
    pub screen_reader: bool,
    /// `--fullscreen`.
    pub fullscreen: bool,
    /// `--private`: nobody keeps the conversation.
    pub is_private: bool,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The system's suggestions.
    SystemDefaults(PathBuf),
    /// The person's settings.
    User(PathBuf),
    /// The project's settings.
    Project(PathBuf),
    /// The system's rules.
    System(PathBuf),
    /// An environment variable.
    Environment(&'static str),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::SystemDefaults(path) => write!(f, "system defaults `{}`", path.display()),
            Self::User(path) => write!(f, "user settings `{}`", path.display()),
            Self::Project(path) => write!(f, "project settings `{}`", path.display()),
            Self::System(path) => write!(f, "system settings `{}`", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

impl Origin {
    /// The same in a few words, with `~` for the person's home.
    pub fn short(&self, home: &Path) -> String {
        let shown = |path: &Path| match path.strip_prefix(home) {
            Ok(rest) => Path::new("~").join(rest).display().to_string(),
            Err(_) => path.display().to_string(),
        };
        match self {
            Self::SystemDefaults(path) | Self::User(path) | Self::Project(path) | Self::System(path) => {
                shown(path)
            }
            Self::Environment(name) | Self::Flag(name) => (*name).to_owned(),
            Self::Default => self.to_string(),
        }
    }
}

/// All settings of a run. Cannot be printed, since some are keys.
#[derive(Default)]
pub struct Loaded {
    held: BTreeMap<&'static str, (Value, Origin)>,
    pub(super) referenced: Vec<String>,
    pub(super) prices: BTreeMap<String, Price>,
    /// Lists as each place has them, in the order the places were read.
    pub(super) written: Vec<(&'static str, Vec<String>, Origin)>,
    pub(super) notes: Vec<String>,
}

impl Loaded {
    /// Where the value of a key came from; of a list or object put together from several files, the highest.
    pub fn origin(&self, key: &str) -> Origin {
        self.held.get(key).map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// The value of a key and where it came from; `None` while its default holds. Some are keys: not to be shown as
    /// they are.
    pub fn value(&self, key: &str) -> Option<&(Value, Origin)> {
        self.held.get(key)
    }

    /// What a person should be told about their settings.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(super) fn get(&self, setting: &Setting) -> Option<&Value> {
        self.held.get(setting.key).map(|(value, _)| value)
    }

    fn put(&mut self, setting: &'static Setting, value: Value, origin: Origin) {
        if setting.merge == Merge::Union {
            self.written.push((setting.key, texts(&value), origin.clone()));
        }
        let below = self.held.remove(setting.key);
        if let (Merge::Veto, Some((Value::Bool(false), _)), Value::Bool(true)) =
            (setting.merge, &below, &value)
        {
            self.held.extend(below.map(|refusal| (setting.key, refusal)));
            return;
        }
        let below = below.map(|(value, _)| value);
        self.held.insert(setting.key, (merged(setting.merge, below, value), origin));
    }
}

/// Reads the files and puts all layers together.
///
/// Errors: kind `config` for a file that is not JSON and for a value of another type than its key's.
pub fn load(paths: &Paths, env: &Vars, flags: &Flags) -> Result<Loaded, Failure> {
    let mut loaded = Loaded::default();
    loaded.file(&paths.system_defaults, Origin::SystemDefaults, env)?;
    loaded.file(&paths.user, Origin::User, env)?;
    if !is_same(&paths.project, &paths.user) {
        loaded.project(&paths.project)?;
    }
    loaded.file(&paths.system, Origin::System, env)?;
    loaded.environment(env)?;
    for (setting, value) in flags.values() {
        loaded.put(setting, value, Origin::Flag(setting.flag.unwrap_or_default()));
    }
    loaded.priced()?;
    if flags.is_private && loaded.cache() == CacheSetting::Session {
        loaded.put(&table::CACHE_MODE, Value::from(CacheSetting::Auto.name()), Origin::Flag("--private"));
        loaded.notes.push(NOT_KEPT.to_owned());
    }
    if loaded.get(&table::APPROVAL_MODE).and_then(Value::as_str) == Some("auto") {
        loaded.notes.push("the approval mode `auto` of Qwen Code is taken as `default`: it asks".to_owned());
    }
    loaded.note_screen();
    Ok(loaded)
}

impl Loaded {
    fn file(&mut self, path: &Path, origin: fn(PathBuf) -> Origin, env: &Vars) -> Result<(), Failure> {
        let map = read(path)?;
        for &setting in ALL {
            let Some(mut value) = pick(&map, setting, path)? else { continue };
            let mut used = Vec::new();
            expand(&mut value, env, &mut used);
            if setting.is_secret {
                self.referenced.append(&mut used);
            }
            self.put(setting, value, origin(path.to_owned()));
        }
        Ok(())
    }

    /// A project's strings are taken as they are: what is in the environment is not for a repository to read.
    fn project(&mut self, path: &Path) -> Result<(), Failure> {
        let map = read(path)?;
        for &setting in ALL.iter().filter(|setting| setting.is_for_projects) {
            let Some(value) = pick(&map, setting, path)? else { continue };
            if setting.key == table::FILE_NAME.key && texts(&value).iter().any(|name| !is_plain_name(name)) {
                let shown = path.display();
                self.notes
                    .push(format!("`{}` in `{shown}` is ignored: it is not a plain file name", setting.key));
                continue;
            }
            self.put(setting, value, Origin::Project(path.to_owned()));
        }
        Ok(())
    }

    /// Reads what models cost, so that a slip in it is told before anything is paid.
    fn priced(&mut self) -> Result<(), Failure> {
        let Some(Value::Object(written)) = self.get(&table::PRICES) else { return Ok(()) };
        self.prices = prices(written).map_err(|wrong| {
            let origin = self.origin(table::PRICES.key);
            Failure::new(Kind::Config, format!("{wrong} ({origin})")).hint(
                "for instance: \"cache\": {\"prices\": {\"my-model\": {\"input\": 1.0, \"output\": 5.0}}}",
            )
        })?;
        Ok(())
    }

    fn environment(&mut self, env: &Vars) -> Result<(), Failure> {
        // Variables of credentials are for `auth` to weigh: where they stand decides what they may be paired with.
        let is_plain = |setting: &&&Setting| !setting.key.starts_with("security.auth.");
        for &setting in ALL.iter().filter(is_plain) {
            let Some((name, text)) = setting.env.and_then(|name| Some((name, env.get(name)?))) else {
                continue;
            };
            let Some(value) = setting.shape.read(text) else {
                let error = format!("{name} in the environment is `{text}`, not {}", setting.shape.words());
                return Err(Failure::new(Kind::Config, error));
            };
            self.put(setting, value, Origin::Environment(name));
        }
        Ok(())
    }
}

impl Flags {
    fn values(&self) -> Vec<(&'static Setting, Value)> {
        let list = |all: &[String]| (!all.is_empty()).then(|| Value::from(all));
        let switch = |is_on: bool| is_on.then_some(Value::Bool(true));
        let all: [(&'static Setting, Option<Value>); 15] = [
            (&table::APPROVAL_MODE, self.approval_mode.map(|mode| Value::from(mode.name()))),
            (&table::MAX_SESSION_TURNS, self.max_session_turns.map(Value::from)),
            (&table::MAX_WALL_TIME, self.max_wall_time.map(|time| Value::from(time.as_secs_f64()))),
            (&table::MAX_TOOL_CALLS, self.max_tool_calls.map(Value::from)),
            (&table::MAX_COST, self.max_cost.map(Value::from)),
            (&table::MAX_TOKENS, self.max_tokens.map(Value::from)),
            (&table::TOOLS_CORE, self.core_tools.as_deref().map(Value::from)),
            (&table::TOOLS_ALLOWED, list(&self.allowed_tools)),
            (&table::TOOLS_EXCLUDE, list(&self.exclude_tools)),
            (&table::INCLUDE_DIRECTORIES, list(&self.include_directories)),
            (&table::PROXY, self.proxy.as_deref().map(Value::from)),
            (&table::OUTPUT_FORMAT, self.output_format.as_deref().map(Value::from)),
            (&table::LANGUAGE, self.language.as_deref().map(Value::from)),
            (&table::SCREEN_READER, switch(self.screen_reader)),
            (&table::FULLSCREEN, switch(self.fullscreen)),
        ];
        all.into_iter().filter_map(|(setting, value)| Some((setting, value?))).collect()
    }
}

fn merged(merge: Merge, below: Option<Value>, above: Value) -> Value {
    match (merge, below, above) {
        (Merge::Union, Some(Value::Array(mut all)), Value::Array(more)) => {
            for value in more {
                if !all.contains(&value) {
                    all.push(value);
                }
            }
            Value::Array(all)
        }
        (Merge::Keys, Some(Value::Object(mut all)), Value::Object(more)) => {
            all.extend(more);
            Value::Object(all)
        }
        (_, _, above) => above,
    }
}

/// One string or a list of them, as a list.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Array(all) => all.iter().filter_map(text).collect(),
        other => text(other).into_iter().collect(),
    }
}

fn is_plain_name(name: &str) -> bool {
    !name.contains(['/', '\\', ':']) && !matches!(name.trim(), "" | "." | "..")
}

/// Whether two paths are one file: in the home folder the project's settings are the person's.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real(one) == real(other)
}
