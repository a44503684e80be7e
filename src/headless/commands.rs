//! What another program says beside the screen: `--input-file`. Source: `docs/sources.md`, qwen-code 9.5.

use std::io::Read;

use serde_json::Value;

use super::control::{Line, Lines};
use crate::protocol::Answer;

/// What is said when a program says no without a word.
const DENIED: &str = "denied by the program beside the screen";

/// Commands, one a line.
pub struct Commands(Lines);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Say this, as a person would; while a turn runs it waits for its end.
    Say(String),
    /// Answer a question.
    Answer {
        /// The question, as the messages beside the screen name it.
        request: String,
        /// The answer.
        answer: Answer,
    },
}

impl Commands {
    /// Reads `source`, which may never end.
    pub fn of(source: impl Read + Send + 'static) -> Self {
        Self(Lines::of(source))
    }

    /// The next one; `None` when no more can come. Errors: a sentence that says what is wrong with a line.
    pub async fn next(&mut self) -> Option<Result<Command, String>> {
        loop {
            let read = match self.0.next().await? {
                Line::Text(text) => command(&text),
                Line::TooLong => Err("a line is too long".to_owned()),
                Line::Broken(error) => Err(format!("it cannot be read any further: {error}")),
            };
            match read {
                Ok(None) => {}
                Ok(Some(command)) => return Some(Ok(command)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// What a line says; nothing in an empty one.
fn command(line: &str) -> Result<Option<Command>, String> {
    if line.trim().is_empty() {
        return Ok(None);
    }
    let value: Value = serde_json::from_str(line).map_err(|e| format!("a line is not JSON: {e}"))?;
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    match text("type") {
        Some("submit") => match text("text").filter(|text| !text.trim().is_empty()) {
            Some(text) => Ok(Some(Command::Say(text.to_owned()))),
            None => Err("`submit` needs `text`".to_owned()),
        },
        Some("confirmation_response") => {
            let request = text("request_id").ok_or("`confirmation_response` needs `request_id`")?.to_owned();
            let allowed = value.get("allowed").and_then(Value::as_bool);
            let answer = if allowed.ok_or("`confirmation_response` needs `allowed`, true or false")? {
                Answer::Once
            } else {
                Answer::No { say: DENIED.to_owned() }
            };
            Ok(Some(Command::Answer { request, answer }))
        }
        Some(other) => Err(format!("commands of type `{other}` are not understood")),
        None => Err("a line is no object with a `type`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Result<Option<Command>, String> {
        Err(text.to_owned())
    }

    #[test]
    fn a_line_says_something_or_answers_a_question() {
        assert_eq!(command("  "), Ok(None));
        let say = Command::Say("hello".to_owned());
        assert_eq!(command("{\"type\":\"submit\",\"text\":\"hello\"}"), Ok(Some(say)));
        for (word, answer) in [("true", Answer::Once), ("false", Answer::No { say: DENIED.to_owned() })] {
            let line =
                format!("{{\"type\":\"confirmation_response\",\"request_id\":\"q\",\"allowed\":{word}}}");
            assert_eq!(command(&line), Ok(Some(Command::Answer { request: "q".to_owned(), answer })));
        }
    }

    #[test]
    fn what_is_not_a_clear_command_does_nothing_and_is_named() {
        for (line, error) in [
            ("[1]", "a line is no object with a `type`"),
            ("{\"type\":\"fly\"}", "commands of type `fly` are not understood"),
            ("{\"type\":\"submit\",\"text\":\" \"}", "`submit` needs `text`"),
            (
                "{\"type\":\"confirmation_response\",\"allowed\":true}",
                "`confirmation_response` needs `request_id`",
            ),
            (
                "{\"type\":\"confirmation_response\",\"request_id\":\"q\",\"allowed\":\"yes\"}",
                "`confirmation_response` needs `allowed`, true or false",
            ),
        ] {
            assert_eq!(command(line), wrong(error), "{line}");
        }
        assert!(command("{").is_err());
    }
}
