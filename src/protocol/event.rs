//! What the agent tells its faces.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    CacheMode, CacheReport, Charge, DeskEvent, Display, Failure, Item, Mode, Prediction, Question, Reply,
    ToolCall, ToolResult, Turn, Usage,
};
use crate::base::{CallId, SessionId, Tokens};

/// Something that happened.
///
/// Two delivery promises: consecutive [`Event::Delta`]s of one kind and [`Event::ToolOutput`]s of one call may be
/// merged when a face is slow; every other event arrives, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The session is ready. Always the first event; comes again after [`super::Op::Clear`].
    SessionStarted(SessionInfo),
    /// An earlier conversation goes on: what was said in it. Follows [`Event::SessionStarted`].
    Restored {
        /// Its entries, in order.
        items: Arc<[Item]>,
    },
    /// The person's words were taken into the conversation and a turn begins.
    TurnStarted {
        /// Counts the person's turns from 1.
        turn: u32,
        /// The words.
        text: String,
    },
    /// The person's words wait for the running turn.
    Queued {
        /// All waiting texts, in order.
        texts: Vec<String>,
    },
    /// A request goes to the provider.
    Requested {
        /// Counts requests from 1; a retry keeps its number.
        request: u32,
        /// Counts tries of this request from 1.
        attempt: u32,
        /// How many cache markers it carries.
        markers: u8,
        /// Estimated size of the prompt.
        estimate: Tokens,
        /// What it is expected to read from the cache and to write.
        prediction: Prediction,
    },
    /// More of the answer being written.
    Delta {
        /// Which part.
        kind: DeltaKind,
        /// The text, not cleaned.
        text: String,
    },
    /// The partial answer shown so far is void. What comes next says whether the request is tried again: it is asked
    /// with its number, or the turn has failed.
    Discarded,
    /// The answer is complete and part of the conversation.
    Answered {
        /// The request it answers.
        request: u32,
        /// The answer.
        turn: Turn,
        /// The model's name as the provider gave it.
        model: String,
        /// Token counts, when the provider reported them.
        usage: Option<Usage>,
        /// The cost, when there is usage.
        charge: Option<Charge>,
        /// What the cache did.
        cache: CacheReport,
        /// From sending the request to the end of the answer.
        took: Duration,
    },
    /// A call needs the person's answer.
    Permission {
        /// The call.
        call: ToolCall,
        /// What to show and ask.
        question: Question,
    },
    /// A call starts to run.
    ToolStarted {
        /// The call.
        call: ToolCall,
        /// One line on what it does, for a person: `edit src/lib.rs`.
        title: String,
    },
    /// More output of a running call.
    ToolOutput {
        /// The call.
        call: CallId,
        /// The text, not cleaned.
        text: String,
    },
    /// A call has its result.
    ToolDone {
        /// The call.
        call: ToolCall,
        /// What the model will read.
        result: ToolResult,
        /// What a person is shown.
        display: Option<Display>,
        /// How long it ran.
        took: Duration,
    },
    /// A request failed and will be tried again.
    Retrying {
        /// The try that comes next, from 2.
        attempt: u32,
        /// How many tries there are in all; 0 for as many as it takes.
        of: u32,
        /// How long until then.
        wait: Duration,
        /// Why.
        cause: Failure,
    },
    /// The model has no room for the request, which goes to another one the person named for that. `Switched` of
    /// [`DeskEvent`] follows.
    FellBack {
        /// The model that was asked.
        from: String,
        /// The model that is asked now.
        to: String,
        /// The HTTP status it was refused with.
        status: u16,
        /// Which of the named models that is, from 1.
        index: u32,
    },
    /// The history was replaced by a summary.
    Compacted {
        /// Estimated size before.
        before: Tokens,
        /// Estimated size after.
        after: Tokens,
    },
    /// What is stored was read once more, so that it is kept; nothing was asked. A notice says so, too.
    Warmed {
        /// What the cache did.
        cache: CacheReport,
        /// Sums since the session started.
        totals: Totals,
    },
    /// The conversation is as it was before something the person said. Files stay as they are.
    Rewound {
        /// Which message that was, counted from the newest.
        turn: u32,
        /// Its words.
        text: String,
    },
    /// The approval mode changed.
    ModeChanged(Mode),
    /// The person's words went to the model with the running turn.
    Steered {
        /// The words.
        text: String,
    },
    /// The person used a command of the face.
    Used {
        /// Its name in the face's table.
        command: &'static str,
    },
    /// Something about accounts and models.
    Desk(DeskEvent),
    /// The answer to a [`super::Op::Query`].
    Reply(Reply),
    /// Something to know that is not an error.
    Notice {
        /// How loud.
        level: Level,
        /// The text, not cleaned.
        text: String,
    },
    /// The agent is done with what the person said and waits.
    TurnEnded {
        /// Why it ended.
        reason: EndReason,
        /// Sums since the session started.
        totals: Totals,
    },
    /// The turn ended with an error; `TurnEnded` follows.
    Failed(Failure),
    /// The last event.
    SessionEnded {
        /// Sums since the session started.
        totals: Totals,
    },
}

/// What a face needs to know of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionInfo {
    /// Its id.
    pub id: SessionId,
    /// The workspace's root, as text.
    pub root: String,
    /// The git branch, if any.
    pub branch: Option<String>,
    /// The model's name; empty while there is no account.
    pub model: String,
    /// The provider's name, for people; empty as above.
    pub provider: String,
    /// The model's window; 0 as above.
    pub window: Tokens,
    /// Names of the offered tools, sorted.
    pub tools: Vec<String>,
    /// The approval mode.
    pub mode: Mode,
    /// How the cache is used, and why, in one line.
    pub cache: (CacheMode, String),
    /// Turns that were restored from an earlier session.
    pub restored_turns: u32,
}

/// Which part of an answer grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeltaKind {
    /// The answer.
    Text,
    /// The reasoning before it.
    Reasoning,
}

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// Better to know.
    Warning,
}

/// Why a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The model had nothing more to do.
    Completed,
    /// The person stopped it.
    Interrupted,
    /// An error; [`Event::Failed`] said which.
    Failed,
    /// The limit of requests for this run.
    TurnLimit,
    /// Another limit of this run.
    Budget(Budget),
    /// The model repeated itself, was told so, and went on.
    Loop,
    /// The model stopped because a call was denied and it was told to wait for the person.
    Denied,
}

/// What a run may use up, beside requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Budget {
    /// Time by the clock, from the first words.
    WallTime,
    /// Tool calls of the model.
    ToolCalls,
    /// Money.
    Cost,
    /// Tokens, in and out.
    Tokens,
}

impl Budget {
    /// All of them, in the order of the flags.
    pub const ALL: [Self; 4] = [Self::WallTime, Self::ToolCalls, Self::Cost, Self::Tokens];

    /// The name in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::WallTime => "max_wall_time",
            Self::ToolCalls => "max_tool_calls",
            Self::Cost => "max_cost",
            Self::Tokens => "max_tokens",
        }
    }

    /// The flag that sets it.
    pub fn flag(self) -> &'static str {
        match self {
            Self::WallTime => "--max-wall-time",
            Self::ToolCalls => "--max-tool-calls",
            Self::Cost => "--max-cost",
            Self::Tokens => "--max-tokens",
        }
    }

    /// What is limited, for a sentence: `the limit of time for this run was reached`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::WallTime => "time",
            Self::ToolCalls => "tool calls",
            Self::Cost => "money",
            Self::Tokens => "tokens",
        }
    }
}

/// Sums of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Requests that got an answer.
    pub requests: u32,
    /// Requests that only kept the cache warm; their tokens and costs are in the sums.
    #[serde(default)]
    pub pings: u32,
    /// Tool calls that ran.
    pub calls: u32,
    /// Tool calls that were denied.
    pub denied: u32,
    /// Token counts of all answers that reported them.
    pub usage: Usage,
    /// Costs of the same.
    pub charge: Charge,
    /// Size of the last prompt.
    pub context: Tokens,
    /// Time spent waiting for the provider.
    pub api_time: Duration,
    /// Lines added to files.
    pub lines_added: u32,
    /// Lines removed from files.
    pub lines_removed: u32,
}
