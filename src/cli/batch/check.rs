//! All that can be wrong with tasks, found before anything runs.

use std::{collections::HashMap, ffi::OsString, fs, io::Read as _, path::Path};

use super::{
    Batch,
    task::{self, Bad, Task},
};
use crate::{
    cli::{Arguments, parse},
    protocol::{Failure, Kind},
};

/// How many bad lines are told.
const TOLD: usize = 20;

/// Reads the tasks of the file. Errors: it cannot be read, or some lines are no tasks that could run.
pub(super) fn tasks(flags: &Batch, here: &Path) -> Result<Vec<Task>, Failure> {
    let name = if flags.is_stdin() { "stdin".to_owned() } else { format!("`{}`", flags.file.display()) };
    let unreadable = |e: std::io::Error| Failure::new(Kind::Usage, format!("{name} cannot be read: {e}"));
    let mut bytes = Vec::new();
    if flags.is_stdin() {
        std::io::stdin().read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        bytes = fs::read(&flags.file).map_err(unreadable)?;
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].split(|b| *b == b'\n').count();
        Failure::new(Kind::Usage, format!("{name}: line {line} is not UTF-8"))
    })?;
    let mut words = Words::default();
    let tasks = task::read(&text, flags).map_err(|bad| told(&name, &bad))?;
    let wrong = |task: &Task| {
        let why = task::folder(task, here).err().or_else(|| words.wrong(&task.words))?;
        Some(Bad { line: task.line, why })
    };
    let bad: Vec<Bad> = tasks.iter().filter_map(wrong).collect();
    if bad.is_empty() { Ok(tasks) } else { Err(told(&name, &bad)) }
}

fn told(name: &str, bad: &[Bad]) -> Failure {
    let (count, are) = match bad.len() {
        1 => ("1 line".to_owned(), "is no task"),
        n => (format!("{n} lines"), "are no tasks"),
    };
    let mut failure = Failure::new(Kind::Usage, format!("{name}: {count} {are}; nothing was run"));
    for Bad { line, why } in bad.iter().take(TOLD) {
        failure = failure.hint(format!("line {line}: {why}"));
    }
    if bad.len() > TOLD {
        failure = failure.hint(format!("… and {} more", bad.len() - TOLD));
    }
    failure
}

/// What the parser says of command lines. Most tasks have the same.
#[derive(Default)]
struct Words(HashMap<Vec<String>, Option<String>>);

impl Words {
    fn wrong(&mut self, words: &[String]) -> Option<String> {
        if let Some(known) = self.0.get(words) {
            return known.clone();
        }
        let all = std::iter::once("qwen").chain(words.iter().map(String::as_str)).map(OsString::from);
        let wrong = match parse::read(all) {
            Err(error) => {
                let text = error.to_string();
                let first = text.lines().next().unwrap_or_default();
                Some(first.strip_prefix("error: ").unwrap_or(first).to_owned())
            }
            Ok(arguments) => misplaced(&arguments),
        };
        self.0.insert(words.to_vec(), wrong.clone());
        wrong
    }
}

/// What a task's command line may not say, although `qwen` understands it.
fn misplaced(arguments: &Arguments) -> Option<String> {
    let prompt = &arguments.prompt;
    let speaks = prompt.prompt.is_some() || prompt.prompt_interactive.is_some() || !prompt.query.is_empty();
    let what = if speaks || arguments.command.is_some() {
        "prompts stand in the file, not after `--`"
    } else if arguments.is_spoken_to() {
        "`--input-format stream-json` does not go with `qwen batch`"
    } else if arguments.session.resume().is_some() || arguments.session.session_id.is_some() {
        "tasks begin sessions of their own: no `--continue`, `--resume` or `--session-id`"
    } else {
        return None;
    };
    Some(what.to_owned())
}
