//! An error a person reads.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whose fault it is, and with it the exit code and the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A bug of ours.
    Bug,
    /// Wrong use of the command line or of an input.
    Usage,
    /// A setting or a file of settings is wrong.
    Config,
    /// No credential, or one that was refused.
    Auth,
    /// Nobody used the code of a sign-in before it ran out.
    Expired,
    /// The account has no quota, money or plan left.
    Quota,
    /// The provider could not be reached, or the connection broke.
    Network,
    /// The provider answered with an error.
    Provider,
    /// The conversation does not fit the model's window.
    Context,
    /// The run needed a permission that nobody could give.
    Refused,
    /// The limit of requests the person set was reached.
    Limit,
    /// Another limit the person set was reached: of time, tool calls, money or tokens.
    Budget,
    /// The model did not answer in the form that was asked for.
    Output,
    /// The model repeated itself and did not stop when it was told.
    Loop,
    /// The person stopped it.
    Interrupted,
}

impl Kind {
    /// All kinds, in the order of `docs/exit-codes.md`.
    pub const ALL: [Self; 15] = [
        Self::Bug,
        Self::Usage,
        Self::Config,
        Self::Auth,
        Self::Expired,
        Self::Quota,
        Self::Network,
        Self::Provider,
        Self::Context,
        Self::Refused,
        Self::Limit,
        Self::Budget,
        Self::Output,
        Self::Loop,
        Self::Interrupted,
    ];

    /// The exit code of a run that ended this way. Numbers that Qwen Code uses mean the same there:
    /// 41 authentication, 42 input, 52 configuration, 53 turn limit, 55 budget, 130 interrupted.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Provider => 1,
            Self::Auth => 41,
            Self::Usage => 42,
            Self::Expired => 43,
            Self::Config => 52,
            Self::Limit => 53,
            Self::Refused => 54,
            Self::Budget => 55,
            Self::Quota => 56,
            Self::Network => 57,
            Self::Context => 58,
            Self::Output => 59,
            Self::Loop => 60,
            Self::Bug => 70,
            Self::Interrupted => 130,
        }
    }

    /// The name in JSON output and telemetry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bug => "bug",
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Auth => "auth",
            Self::Expired => "expired",
            Self::Quota => "quota",
            Self::Network => "network",
            Self::Provider => "provider",
            Self::Context => "context",
            Self::Refused => "refused",
            Self::Limit => "limit",
            Self::Budget => "budget",
            Self::Output => "output",
            Self::Loop => "loop",
            Self::Interrupted => "interrupted",
        }
    }

    /// What it means, in half a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Bug => "a bug in qwen",
            Self::Usage => "wrong flags, or no input",
            Self::Config => "a settings file or a value in it is wrong",
            Self::Auth => "no credential was found, or the provider refused it",
            Self::Expired => "the code of a sign-in ran out before it was used",
            Self::Quota => "the account has no quota, plan or money left",
            Self::Network => "the provider could not be reached, or the connection broke",
            Self::Provider => "the provider answered with an error",
            Self::Context => "the conversation does not fit the model's window",
            Self::Refused => "the run needed a permission that nobody could give",
            Self::Limit => "the limit of requests set for this run was reached",
            Self::Budget => "a limit of time, tool calls, money or tokens set for this run was reached",
            Self::Output => "the model did not answer in the form `--json-schema` asks for",
            Self::Loop => "the model repeated itself and did not stop when it was told",
            Self::Interrupted => "stopped by the person or a signal",
        }
    }
}

/// Which limit of an account was reached. [`Kind::Quota`] is each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// How much may be asked at a time; it lifts by itself within minutes.
    Rate,
    /// What a plan gives for hours, days or weeks.
    Plan,
    /// Money, or a quota that does not come back by itself.
    Money,
}

/// What a server told beside its error. Untrusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which limit it was, where its words tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// How long it asked to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u64>,
    /// Its name for the request, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// What happened, to what, and what to do next.
///
/// Shape: `error` is lower case without a final dot; each hint is one line that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Whose fault it is.
    pub kind: Kind,
    /// What happened, and to what.
    pub error: String,
    /// What to do next, best first.
    #[serde(default)]
    pub hints: Vec<String>,
    /// What the server told beside it, if it told anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Box<Told>>,
}

impl Failure {
    /// A failure without hints.
    pub fn new(kind: Kind, error: impl Into<String>) -> Self {
        Self { kind, error: error.into(), hints: Vec::new(), told: None }
    }

    /// With one more hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// With what the server told beside it.
    #[must_use]
    pub fn telling(mut self, told: Told) -> Self {
        self.told = Some(told).filter(|told| *told != Told::default()).map(Box::new);
        self
    }
}

/// `error: …`, then one line for each hint.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.error)?;
        for hint in &self.hints {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
