//! Whether a run answers once or opens the screen. Pure.

use super::{Arguments, Resume};
use crate::{
    headless::Format,
    protocol::{Failure, Kind},
};

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// One job, then exit.
    OneShot {
        /// All that is said.
        prompt: String,
    },
    /// A program speaks on stdin, until it ends.
    Stream,
    /// The screen.
    Interactive {
        /// What is said first, if anything.
        first: Option<String>,
    },
}

/// Which streams are terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Whether a person types on stdin.
    pub stdin_is_terminal: bool,
    /// Whether a person looks at stdout.
    pub stdout_is_terminal: bool,
}

/// Decides how a run begins.
///
/// `piped` is what came through stdin, empty when stdin is a terminal. A prompt of white space is no prompt.
/// Errors: nothing to say, nobody who types, or flags that belong to another kind of run.
/// Source: Qwen Code 0.15 and 0.24 behave so, down to the blank lines between stdin and prompt.
pub fn start(arguments: &Arguments, streams: Streams, piped: &str) -> Result<Start, Failure> {
    let start = begin(arguments, streams, piped)?;
    let is_watched = matches!(start, Start::Interactive { .. });
    match &arguments.output.input_file {
        Some(_) if !is_watched => {
            Err(Failure::new(Kind::Usage, "`--input-file` is for a session on the screen")
                .hint("a program that speaks with a session without one: `--input-format stream-json`"))
        }
        _ => Ok(start),
    }
}

fn begin(arguments: &Arguments, streams: Streams, piped: &str) -> Result<Start, Failure> {
    let flags = &arguments.prompt;
    if arguments.is_spoken_to() {
        return stream(arguments);
    }
    if let Some(first) = &flags.prompt_interactive {
        let first = is_said(first).then(|| first.clone());
        return interactive(streams, first);
    }
    let words = flags.prompt.clone().unwrap_or_else(|| flags.query.join(" "));
    let prompt = match (is_said(&words), is_said(piped)) {
        (true, true) => format!("{piped}\n\n{words}"),
        (true, false) => words,
        (false, true) => piped.to_owned(),
        (false, false) if streams.stdin_is_terminal && arguments.output.json_schema.is_none() => {
            return interactive(streams, None);
        }
        (false, false) => return Err(nothing_said()),
    };
    if arguments.session.resume() == Some(Resume::Choose) {
        return Err(nobody_chooses());
    }
    Ok(Start::OneShot { prompt })
}

/// A session that a program speaks with. Errors: it cannot be answered, or was told what to do twice.
fn stream(arguments: &Arguments) -> Result<Start, Failure> {
    let flags = &arguments.prompt;
    let refuse = |error: &str| Err(Failure::new(Kind::Usage, error));
    if arguments.output.output_format != Some(Format::StreamJson) {
        return refuse("`--input-format stream-json` needs `--output-format stream-json`");
    }
    if !flags.query.is_empty() || flags.prompt.is_some() || flags.prompt_interactive.is_some() {
        return refuse("with `--input-format stream-json` the prompt comes as a message on stdin");
    }
    if arguments.output.json_schema.is_some() {
        return refuse("`--json-schema` and `--input-format stream-json` do not go together");
    }
    match arguments.session.resume() {
        Some(Resume::Choose) => Err(nobody_chooses()),
        _ => Ok(Start::Stream),
    }
}

fn nobody_chooses() -> Failure {
    Failure::new(Kind::Usage, "`--resume` without an id needs a person to choose a session")
        .hint("name the session: `--resume ID`")
        .hint("or go on with the newest one: `--continue`")
}

fn is_said(text: &str) -> bool {
    !text.trim().is_empty()
}

/// Where stdout is no terminal, lines are written. Errors: nobody can type.
fn interactive(streams: Streams, first: Option<String>) -> Result<Start, Failure> {
    if streams.stdin_is_terminal {
        return Ok(Start::Interactive { first });
    }
    Err(Failure::new(Kind::Usage, "the agent needs somebody who types, and stdin is no terminal")
        .hint("for one answer: `qwen -p \"…\"`"))
}

fn nothing_said() -> Failure {
    Failure::new(Kind::Usage, "No input provided via stdin, and no prompt was given")
        .hint("say what to do: `qwen -p \"…\"`, or pipe text into qwen")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::parse;

    const TERMINAL: Streams = Streams { stdin_is_terminal: true, stdout_is_terminal: true };
    const PIPED: Streams = Streams { stdin_is_terminal: false, stdout_is_terminal: false };

    fn started(words: &[&str], streams: Streams, piped: &str) -> Result<Start, String> {
        let words = std::iter::once("qwen").chain(words.iter().copied()).map(OsString::from);
        let arguments = parse(words).expect("valid arguments");
        start(&arguments, streams, piped).map_err(|failure| failure.error)
    }

    fn once(prompt: &str) -> Start {
        Start::OneShot { prompt: prompt.to_owned() }
    }

    #[test]
    fn a_prompt_is_answered_once_wherever_it_comes_from() {
        for streams in [TERMINAL, PIPED] {
            assert_eq!(started(&["fix", "it"], streams, ""), Ok(once("fix it")));
            assert_eq!(started(&["-p", "fix it"], streams, ""), Ok(once("fix it")));
        }
        assert_eq!(started(&[], PIPED, "fix it\n"), Ok(once("fix it\n")));
    }

    #[test]
    fn piped_text_stands_before_the_prompt() {
        assert_eq!(started(&["-p", "POST"], PIPED, "PRE\n"), Ok(once("PRE\n\n\nPOST")));
        assert_eq!(started(&["POST"], PIPED, "PRE"), Ok(once("PRE\n\nPOST")));
        assert_eq!(started(&["POST"], PIPED, " \n"), Ok(once("POST")));
    }

    #[test]
    fn without_a_prompt_a_terminal_gets_the_screen() {
        assert_eq!(started(&[], TERMINAL, ""), Ok(Start::Interactive { first: None }));
        assert_eq!(started(&["-p", ""], TERMINAL, ""), Ok(Start::Interactive { first: None }));
        let first = Some("look around".to_owned());
        assert_eq!(started(&["-i", "look around"], TERMINAL, ""), Ok(Start::Interactive { first }));
    }

    #[test]
    fn nothing_to_say_is_an_error() {
        let error = Err("No input provided via stdin, and no prompt was given".to_owned());
        assert_eq!(started(&[], PIPED, ""), error);
        assert_eq!(started(&["-p", " "], PIPED, "\n"), error);
    }

    #[test]
    fn without_somebody_who_types_there_is_nobody_to_ask() {
        let no_stdout = Streams { stdout_is_terminal: false, ..TERMINAL };
        assert_eq!(started(&[], no_stdout, ""), Ok(Start::Interactive { first: None }));
        assert_eq!(
            started(&["-i", "hi"], PIPED, "text"),
            Err("the agent needs somebody who types, and stdin is no terminal".to_owned())
        );
    }

    #[test]
    fn one_shot_runs_do_not_choose_from_a_list() {
        let error = Err("`--resume` without an id needs a person to choose a session".to_owned());
        assert_eq!(started(&["-p", "go on", "-r"], TERMINAL, ""), error);
        assert_eq!(started(&["-p", "go on", "-r", "a"], TERMINAL, ""), Ok(once("go on")));
    }
}
