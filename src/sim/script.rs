//! Scripts: which turn answers which request.

use std::{fmt, sync::Arc};

use serde::Deserialize;

use super::{
    refusal::Refusal,
    request::Request,
    responder,
    turn::{Turn, When},
};

type Function = dyn Fn(&Request) -> Turn + Send + Sync;

/// Decides what the model answers.
///
/// ```
/// use qwen::sim::{call, say, think};
/// use serde_json::json;
///
/// let script = think("The test names the function.")
///     .call("read_file", json!({"file_path": "{{cwd}}/src/lib.rs"}))
///     .then(say("It returns the wrong sign."));
/// ```
///
/// The same as a file, for `qwen sim --script`:
///
/// ```
/// let script = qwen::sim::Script::from_json(r#"{
///     "turns": [
///         {"thinking": "The test names the function.",
///          "calls": [{"name": "read_file", "arguments": {"file_path": "{{cwd}}/src/lib.rs"}}]},
///         {"text": "It returns the wrong sign.", "delay_ms": 200, "tokens_per_second": 80},
///         {"text": "Hello.", "when": {"last_user_contains": "hello"}},
///         {"text": "Better late than never.",
///          "fault": {"kind": "status", "status": 429, "retry_after": "1"}, "fault_first": 2}
///     ],
///     "after": "refuse"
/// }"#);
/// assert!(script.is_ok());
/// ```
#[derive(Clone, Default)]
pub struct Script(Kind);

#[derive(Clone, Default)]
enum Kind {
    #[default]
    BuiltIn,
    Turns(Vec<Turn>, After),
    By(Arc<Function>),
}

/// What happens when every turn of a script has been played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The request is refused with status 400 and code `script_exhausted`.
    #[default]
    Refuse,
    /// The script begins again.
    Again,
    /// The built-in responder answers.
    BuiltIn,
}

/// A script file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the script is not understood: {0}")]
pub struct ScriptError(#[from] serde_json::Error);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    turns: Vec<Turn>,
    #[serde(default)]
    after: After,
}

impl Script {
    /// Plays these turns. A turn with [`When`] answers every request it fits, as often as one comes; the others
    /// are played once, in order, by the requests that nothing fits.
    pub fn turns(turns: impl IntoIterator<Item = Turn>) -> Self {
        Self(Kind::Turns(turns.into_iter().collect(), After::default()))
    }

    /// Asks this function for every request. A turn's `fault_first` has no effect here: the function counts.
    pub fn by(function: impl Fn(&Request) -> Turn + Send + Sync + 'static) -> Self {
        Self(Kind::By(Arc::new(function)))
    }

    /// Reads the file format shown above; a plain list of turns does too.
    ///
    /// Errors: what is wrong and where, in the words of the JSON reader.
    pub fn from_json(text: &str) -> Result<Self, ScriptError> {
        let File { turns, after } = if text.trim_start().starts_with('[') {
            File { turns: serde_json::from_str(text)?, after: After::default() }
        } else {
            serde_json::from_str(text)?
        };
        Ok(Self(Kind::Turns(turns, after)))
    }

    /// Adds a turn at the end. The built-in responder and a function become a script of this turn alone.
    pub fn then(self, turn: Turn) -> Self {
        match self.0 {
            Kind::Turns(mut turns, after) => {
                turns.push(turn);
                Self(Kind::Turns(turns, after))
            }
            Kind::BuiltIn | Kind::By(_) => Self::turns([turn]),
        }
    }

    /// The function, if it is one.
    pub(super) fn function(&self) -> Option<&Arc<Function>> {
        match &self.0 {
            Kind::By(function) => Some(function),
            Kind::BuiltIn | Kind::Turns(..) => None,
        }
    }

    /// Says what happens when every turn has been played.
    pub fn after(self, after: After) -> Self {
        match self.0 {
            Kind::Turns(turns, _) => Self(Kind::Turns(turns, after)),
            other => Self(other),
        }
    }
}

impl Turn {
    /// A script of this turn and then another.
    pub fn then(self, turn: Self) -> Script {
        Script::turns([self, turn])
    }
}

impl From<Turn> for Script {
    fn from(turn: Turn) -> Self {
        Self::turns([turn])
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::BuiltIn => f.write_str("Script::default()"),
            Kind::Turns(turns, after) => write!(f, "Script of {} turns, then {after:?}", turns.len()),
            Kind::By(_) => f.write_str("Script::by(…)"),
        }
    }
}

/// How far a script has been played.
#[derive(Debug, Default)]
pub(super) struct Progress {
    next: usize,
    /// How often each turn has failed on purpose.
    failed: Vec<u32>,
}

/// Finds the turn that answers a request.
///
/// Errors: the refusal when the script has ended.
pub(super) fn play(script: &Script, progress: &mut Progress, request: &Request) -> Result<Turn, Refusal> {
    let (turns, after) = match &script.0 {
        Kind::BuiltIn => return Ok(responder::answer(request)),
        Kind::By(function) => return Ok(function(request)),
        Kind::Turns(turns, after) => (turns, *after),
    };
    progress.failed.resize(turns.len(), 0);
    let fits = |turn: &Turn| turn.when.as_ref().is_some_and(|when: &When| when.fits(request));
    if let Some(at) = turns.iter().position(fits) {
        return Ok(faulty(&turns[at], &mut progress.failed[at]).unwrap_or_else(|| whole(&turns[at])));
    }
    let ordered = |from: usize| (from..turns.len()).find(|at| turns[*at].when.is_none());
    let at = match (ordered(progress.next), after) {
        (Some(at), _) => at,
        (None, After::Again) => match ordered(0) {
            Some(at) => at,
            None => return Err(exhausted()),
        },
        (None, After::BuiltIn) => return Ok(responder::answer(request)),
        (None, After::Refuse) => return Err(exhausted()),
    };
    if let Some(turn) = faulty(&turns[at], &mut progress.failed[at]) {
        progress.next = at;
        return Ok(turn);
    }
    progress.next = at + 1;
    Ok(whole(&turns[at]))
}

/// The turn with its fault, while the fault still has requests to spoil.
fn faulty(turn: &Turn, failed: &mut u32) -> Option<Turn> {
    turn.fault_first.filter(|first| *failed < *first).map(|_| {
        *failed += 1;
        turn.clone()
    })
}

/// The turn as it is played in the end: a bounded fault is over, an unbounded one stays.
fn whole(turn: &Turn) -> Turn {
    let fault = if turn.fault_first.is_some() { None } else { turn.fault.clone() };
    Turn { fault, ..turn.clone() }
}

fn exhausted() -> Refusal {
    Refusal::new(400, "script_exhausted", "the script of this simulator has no more turns")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::sim::{Fault, call, say};

    fn request(messages: Value) -> Request {
        let mut json = json!({"model": "qwen3-coder-plus"});
        json["messages"] = messages;
        Request::new(Arc::new(json), 0)
    }

    fn user(text: &str) -> Request {
        request(json!([{"role": "user", "content": text}]))
    }

    fn said(script: &Script, requests: &[Request]) -> Vec<String> {
        let mut progress = Progress::default();
        requests
            .iter()
            .map(|request| match play(script, &mut progress, request) {
                Ok(Turn { fault: Some(_), .. }) => "(fault)".to_owned(),
                Ok(turn) => turn.text,
                Err(refusal) => refusal.code,
            })
            .collect()
    }

    #[test]
    fn turns_are_played_in_order_and_then_the_script_says_that_it_is_over() {
        let script = say("one").then(say("two"));
        let three = [user("a"), user("b"), user("c")];
        assert_eq!(said(&script, &three), ["one", "two", "script_exhausted"]);
        assert_eq!(said(&script.after(After::Again), &three), ["one", "two", "one"]);
    }

    #[test]
    fn a_turn_with_a_condition_answers_whenever_it_fits() {
        let script =
            Script::turns([say("hello").when_user("hi"), say("it passed").when_tool("ok"), say("one")]);
        let tool = request(json!([
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "", "tool_calls": []},
            {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "ok 3"}]},
        ]));
        assert_eq!(
            said(&script, &[user("oh hi"), user("x"), tool, user("hi")]),
            ["hello", "one", "it passed", "hello"]
        );
    }

    #[test]
    fn a_bounded_fault_spoils_the_first_requests_and_an_unbounded_one_its_turn() {
        let script = say("one")
            .fault_first(2, Fault::status(429))
            .then(say("two").fault(Fault::Empty))
            .then(say("three"));
        let five = [0; 5].map(|_| user("x"));
        assert_eq!(said(&script, &five), ["(fault)", "(fault)", "one", "(fault)", "three"]);
    }

    #[test]
    fn the_working_directory_is_read_from_the_request() {
        let asked = user("Working directory: /home/ann/app\nToday is a day.\n\nfix it");
        let turn =
            call("read_file", json!({"file_path": "{{cwd}}/a.rs", "more": ["{{cwd}}"]})).filled(&asked);
        assert_eq!(
            turn.calls[0].arguments,
            json!({"file_path": "/home/ann/app/a.rs", "more": ["/home/ann/app"]})
        );
        assert_eq!(asked.asked(), "fix it");
    }

    #[test]
    fn a_file_with_a_word_that_is_not_known_is_refused_and_the_word_is_named() {
        let wrong = Script::from_json(r#"{"turns": [{"txt": "x"}]}"#).expect_err("a typo");
        assert!(wrong.to_string().contains("`txt`"), "{wrong}");
        let script = Script::from_json(r#"[{"text": "x", "fault": {"kind": "drop", "after_bytes": 3}}]"#);
        assert!(script.is_ok());
    }
}
