//! `run_shell_command`: runs a command and reads what it writes.

mod foreground;
mod links;
mod program;

use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use self::links::Guarded;
use super::{
    Hands, Outcome, Tool, bound,
    input::{Fields, loosely},
    place,
};
use crate::{
    permissions::{Action, Approved, ShellCommand},
    prompt::ToolSpec,
    protocol::{Display, Preview},
    sandbox,
};

/// The tool.
pub(super) struct RunShellCommand;

/// Limits of a call's `timeout`. Unit: milliseconds. Source: `docs/sources.md`, qwen-code 6.
const USUAL_TIME: usize = 120_000;
const MOST_TIME: usize = 600_000;

/// How long a background command is watched for an early end.
const EARLY: Duration = Duration::from_millis(300);

struct Input<'a> {
    command: &'a str,
    is_background: bool,
    timeout: Duration,
    directory: &'a str,
}

fn read(input: &Map<String, Value>) -> Result<Input<'_>, String> {
    let known = ["command", "is_background", "timeout", "description", "directory"];
    let fields = Fields::new("run_shell_command", input, &known)?;
    let command = fields.text("command")?;
    if command.trim().is_empty() || command.contains('\0') {
        return Err("`command` is empty or holds a zero byte".to_owned());
    }
    let timeout = fields.maybe_count("timeout")?.filter(|ms| *ms > 0).unwrap_or(USUAL_TIME);
    if timeout > MOST_TIME {
        return Err(format!(
            "`timeout` is in milliseconds, at most {MOST_TIME}; use is_background beyond that"
        ));
    }
    Ok(Input {
        command,
        is_background: fields.flag("is_background")?,
        timeout: Duration::from_millis(timeout as u64),
        directory: fields.maybe_filled("directory")?.unwrap_or("."),
    })
}

impl Tool for RunShellCommand {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "run_shell_command".to_owned(),
            description: include_str!("shell.md").trim().replace("SHELL", program::name()),
            parameters: json!({
                "type": "object",
                "properties": {
                    "command": {"type": "string"},
                    "is_background": {"type": "boolean", "description": "for servers and watchers"},
                    "timeout": {"type": "integer", "description": "ms, default 120000, at most 600000"},
                    "description": {"type": "string"},
                    "directory": {"type": "string"},
                },
                "required": ["command"],
            }),
        }
    }

    fn action(&self, input: &Map<String, Value>, hands: &Hands) -> Result<Action, String> {
        let input = read(input)?;
        let directory = place::resolve(input.directory, hands)?;
        if place::kind(&directory)? != place::Kind::Folder {
            return Err(format!("`directory` must be a folder, and `{}` is none", input.directory));
        }
        let links = links::behind(input.command, &directory);
        let Guarded { secrets, kept_back } = links::guarded(input.command, &directory, hands);
        let line = input.command.to_owned();
        Ok(Action::Run(ShellCommand { line, directory, links, secrets, kept_back }))
    }

    fn title(&self, input: &Map<String, Value>, hands: &Hands) -> String {
        let command = loosely(input, "command").trim();
        match input.get("directory").and_then(Value::as_str).map(|directory| hands.shown(directory)) {
            Some(directory) if directory != "." => format!("run {command} in {directory}"),
            _ => format!("run {command}"),
        }
    }

    fn preview<'a>(
        &'a self,
        _input: &'a Map<String, Value>,
        action: &'a Action,
        hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>> {
        Box::pin(async move {
            let Action::Run(command) = action else { return Err("a shell command runs".to_owned()) };
            let directory = command.directory.shown_from(&hands.root);
            Ok(Preview::Command { command: command.line.clone(), directory })
        })
    }

    fn is_parallel(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let read = call.call().arguments.object().map_err(|_| "the arguments are not whole".to_owned());
            let input = match read.and_then(self::read) {
                Ok(input) => input,
                Err(sentence) => return Outcome::failed(sentence),
            };
            let Action::Run(command) = call.action() else {
                return Outcome::failed("this call was allowed for something else");
            };
            if let Err(sentence) = place::confirm(&command.directory) {
                return Outcome::failed(sentence);
            }
            if links::behind(&command.line, &command.directory) != command.links {
                return Outcome::failed("a link that the command follows was changed since it was allowed");
            }
            if input.is_background {
                background(command, hands).await
            } else {
                foreground::run(command, Some(input.timeout), hands).await
            }
        })
    }
}

/// Runs a command line of the person's own in the folder they work in. It has no time limit, and nobody is asked.
pub async fn run_own(line: &str, hands: &Hands) -> Outcome {
    let command = ShellCommand::new(line, hands.root.clone());
    foreground::run(&command, None, hands).await
}

/// Starts the command and leaves it running, its output going to a file.
async fn background(command: &ShellCommand, hands: &Hands) -> Outcome {
    let (file, path) = match bound::kept_file(&hands.spill, "background") {
        Ok(kept) => kept,
        Err(e) => return Outcome::failed(format!("cannot make a file for the output: {e}")),
    };
    let mut running = match sandbox::spawn_into(program::confined(command, hands), file) {
        Ok(running) => running,
        Err(e) => return Outcome::failed(format!("cannot start the command: {e}")),
    };
    let id = running.id().unwrap_or_default();
    // A server whose port is taken ends at once; then its output says more than its number.
    match tokio::time::timeout(EARLY, running.wait()).await {
        Ok(status) => {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let shown = bound::bound(&text, bound::Keep::Ends, "background", hands);
            let exit_code = status.as_ref().ok().and_then(std::process::ExitStatus::code);
            let ending = status.map_or_else(|e| e.to_string(), foreground::ending);
            let display = Display::Output { tail: shown.tail.join("\n"), hidden_lines: 0, exit_code };
            Outcome::done(format!("{}\n[ended at once: {ending}]", shown.text.trim_end()), Some(display))
        }
        Err(_) => Outcome::done(
            format!("runs in the background as process {id}; its output goes to {path}"),
            Some(Display::Line { text: format!("process {id} in the background") }),
        ),
    }
}

#[cfg(all(test, unix))]
mod tests;
