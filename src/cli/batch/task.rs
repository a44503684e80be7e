//! One line of a file of tasks, and what it asks for. Pure.

use std::{
    collections::HashMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Batch;
use crate::base::Money;

/// How many letters of a hash name a line that has no `id`.
const NAME: usize = 16;
/// What a run reads from stdin at most. Source: `src/cli/stdin.rs`.
const LONGEST_PROMPT: usize = 8 * 1024 * 1024;
/// The longest word of a command line. Source: `MAX_ARG_STRLEN` of Linux is 128 KiB.
const LONGEST_WORD: usize = 120 * 1024;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Task {
    /// Its `id`, or a hash of its line.
    pub(super) id: String,
    /// The line it stands on, from 1.
    pub(super) line: usize,
    /// A hash of the line: another one under the same id is another task.
    pub(super) hash: String,
    pub(super) prompt: String,
    /// The folder to work in, if it is not the current one.
    pub(super) cwd: Option<PathBuf>,
    /// The words of its command line.
    pub(super) words: Vec<String>,
    /// What it may cost.
    pub(super) max_cost: Option<Money>,
    /// Whether it names a model of its own.
    pub(super) names_model: bool,
}

impl Task {
    /// A name for its files. A changed task does not find the answer to what it was.
    pub(super) fn key(&self) -> String {
        hash(&format!("{}\n{}", self.id, self.hash))
    }
}

/// An object as it stands on a line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Option<Value>,
    prompt: String,
    cwd: Option<PathBuf>,
    model: Option<String>,
    approval_mode: Option<String>,
    #[serde(default)]
    allowed_tools: Vec<String>,
    #[serde(default)]
    exclude_tools: Vec<String>,
    max_session_turns: Option<i64>,
    max_tool_calls: Option<i64>,
    max_cost: Option<f64>,
    timeout: Option<Value>,
    system_prompt: Option<String>,
    append_system_prompt: Option<String>,
}

/// A line that is no task, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bad {
    pub(super) line: usize,
    pub(super) why: String,
}

/// Reads all tasks. Empty lines are left out; the order stays.
/// Errors: every line that is no task.
pub(super) fn read(text: &str, flags: &Batch) -> Result<Vec<Task>, Vec<Bad>> {
    let (mut tasks, mut bad) = (Vec::new(), Vec::new());
    let mut named: HashMap<String, usize> = HashMap::new();
    let mut alike: HashMap<String, usize> = HashMap::new();
    for (at, text) in text.lines().enumerate() {
        // A file may begin with a byte order mark.
        let (line, text) = (at + 1, text.trim_start_matches('\u{feff}').trim());
        if text.is_empty() {
            continue;
        }
        let mut task = match task(text, line, flags) {
            Ok(task) => task,
            Err(why) => {
                bad.push(Bad { line, why });
                continue;
            }
        };
        if task.id.is_empty() {
            // The same line twice is two tasks.
            let copies = alike.entry(task.hash.clone()).or_default();
            *copies += 1;
            task.id = if *copies == 1 { task.hash.clone() } else { format!("{}-{copies}", task.hash) };
        }
        match named.insert(task.id.clone(), line) {
            Some(first) => {
                bad.push(Bad { line, why: format!("the id `{}` is that of line {first}", task.id) });
            }
            None => tasks.push(task),
        }
    }
    if bad.is_empty() { Ok(tasks) } else { Err(bad) }
}

/// One task; without an `id` it has an empty one. Errors: what is wrong with the line.
fn task(text: &str, line: usize, flags: &Batch) -> Result<Task, String> {
    let written =
        match serde_json::from_str::<Value>(text).map_err(|e| format!("is no JSON: {}", plain(&e)))? {
            Value::String(prompt) => Written::saying(prompt),
            object @ Value::Object(_) => serde_json::from_value(object).map_err(|e| e.to_string())?,
            _ => return Err("is neither a prompt in quotes nor an object with a `prompt`".to_owned()),
        };
    if written.prompt.trim().is_empty() {
        return Err("the prompt is empty".to_owned());
    }
    if written.prompt.len() > LONGEST_PROMPT {
        return Err("the prompt is longer than 8 MiB; name a file in it instead".to_owned());
    }
    let id = match &written.id {
        None => String::new(),
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        Some(_) => return Err("`id` is neither a text nor a number".to_owned()),
    };
    let words = written.words(flags)?;
    if words.iter().any(|word| word.len() > LONGEST_WORD || word.contains('\0')) {
        return Err("a text other than the prompt is longer than 120 KiB, or has a zero byte".to_owned());
    }
    let (max_cost, names_model) = (written.max_cost.map(Money::from_dollars), written.model.is_some());
    Ok(Task {
        id,
        line,
        hash: hash(text),
        prompt: written.prompt,
        cwd: written.cwd,
        words,
        max_cost,
        names_model,
    })
}

impl Written {
    fn saying(prompt: String) -> Self {
        Self {
            prompt,
            id: None,
            cwd: None,
            model: None,
            approval_mode: None,
            allowed_tools: Vec::new(),
            exclude_tools: Vec::new(),
            max_session_turns: None,
            max_tool_calls: None,
            max_cost: None,
            timeout: None,
            system_prompt: None,
            append_system_prompt: None,
        }
    }

    /// The words of the command line: those for all tasks, then its own. Errors: `timeout` is no time.
    fn words(&self, flags: &Batch) -> Result<Vec<String>, String> {
        let timeout = match &self.timeout {
            None => flags.timeout.clone(),
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(seconds)) => Some(seconds.to_string()),
            Some(_) => {
                return Err("`timeout` is neither a number of seconds nor a text such as `5m`".to_owned());
            }
        };
        let mut words = flags.flags.clone();
        let mut put = |flag: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("--{flag}={value}")));
        };
        put("output-format", Some("stream-json".to_owned()));
        put("model", self.model.clone().or_else(|| flags.model.clone()));
        put("approval-mode", self.approval_mode.clone().or_else(|| flags.approval_mode.clone()));
        put("max-session-turns", self.max_session_turns.map(|n| n.to_string()));
        put("max-tool-calls", self.max_tool_calls.map(|n| n.to_string()));
        put("max-cost", self.max_cost.map(|n| n.to_string()));
        put("max-wall-time", timeout);
        put("system-prompt", self.system_prompt.clone());
        put("append-system-prompt", self.append_system_prompt.clone());
        self.allowed_tools.iter().for_each(|rule| put("allowed-tools", Some(rule.clone())));
        self.exclude_tools.iter().for_each(|rule| put("exclude-tools", Some(rule.clone())));
        Ok(words)
    }
}

/// What is wrong, without the line's number, which is always 1 here.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned() + &format!(" at column {}", error.column())
}

/// The folder of a task, for the system. Errors: it is not there.
pub(super) fn folder(task: &Task, here: &Path) -> Result<PathBuf, String> {
    let Some(named) = &task.cwd else { return Ok(here.to_owned()) };
    let path = here.join(named);
    if path.is_dir() { Ok(path) } else { Err(format!("the folder `{}` is not there", named.display())) }
}

/// The first half of a hash, as text.
fn hash(text: &str) -> String {
    let mut name = String::with_capacity(NAME);
    for byte in &Sha256::digest(text.as_bytes())[..NAME / 2] {
        let _ = write!(name, "{byte:02x}");
    }
    name
}
