//! What goes into the machine and what comes out.

use std::time::Duration;

use super::Switch;
use crate::{
    base::{CallId, Moment},
    cache::Link,
    permissions::{Approved, Pending},
    prompt::Prefix,
    protocol::{CacheReport, Charge, Event, Item, Mode, Op, Question, ToolCall, Usage, UserMessage},
    provider::{Chunk, Reply, Trouble},
    tools::Outcome,
};

/// Something that happened outside.
#[derive(Debug)]
pub enum Input {
    /// A face asks for something.
    Op(Op),
    /// Another account or model is to be used. Answered by [`Effect::Switched`], at once or when the turn has ended.
    Switch(Box<Switch>),
    /// The message asked for with [`Effect::Compose`].
    Composed {
        /// The turn it was asked for.
        turn: u32,
        /// The message.
        message: UserMessage,
    },
    /// More of the running answer.
    Chunk(Chunk),
    /// The running request has its answer.
    Replied {
        /// The answer.
        reply: Box<Reply>,
        /// From sending to the end of the answer.
        took: Duration,
    },
    /// The running request failed.
    Troubled {
        /// How.
        trouble: Trouble,
        /// How long to wait before the next try, if there is one.
        wait: Duration,
    },
    /// The wait is over.
    Woke,
    /// The wait at the barrier is over, or there was none.
    Opened,
    /// The moment of [`Effect::WakeAt`] has come.
    Tick,
    /// The moment of [`Effect::AlarmAt`] has come.
    Alarm,
    /// The ping has its answer.
    Pinged {
        /// The answer; nobody reads its text.
        reply: Box<Reply>,
        /// From sending to the end of the answer.
        took: Duration,
    },
    /// The ping failed.
    PingFailed(Trouble),
    /// What was asked for with [`Effect::Collect`].
    Collected {
        /// The repository block for the head.
        repository: String,
    },
    /// What the rules say about a call.
    Judged {
        /// The call.
        call: CallId,
        /// What they say.
        judgement: Judgement,
    },
    /// The command of [`Effect::RunOwn`] came to its end.
    OwnRan {
        /// The call.
        call: CallId,
        /// What came of it.
        outcome: Outcome,
        /// How long it ran.
        took: Duration,
    },
    /// A call came to its end.
    Ran {
        /// The call.
        call: CallId,
        /// What came of it.
        outcome: Outcome,
        /// How long it ran.
        took: Duration,
    },
}

/// What is known of a call before it runs.
#[derive(Debug)]
pub enum Judgement {
    /// It may run.
    Run {
        /// The ticket.
        approved: Box<Approved>,
        /// One line on what it does.
        title: String,
    },
    /// A person must be asked.
    Ask(Box<Asked>),
    /// The rules forbid it; the sentence is for the model.
    Deny(String),
    /// It cannot run: no such tool, wrong arguments, nothing to replace. The sentence is for the model.
    Impossible(String),
}

/// A call that waits for a person's answer.
#[derive(Debug)]
pub struct Asked {
    /// The ticket in waiting.
    pub pending: Pending,
    /// What to show.
    pub question: Question,
    /// One line on what it does.
    pub title: String,
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// Make the next message of the person: environment and mentioned files in front, then the words.
    Compose {
        /// The turn it is for.
        turn: u32,
        /// The person's words.
        text: String,
        /// Whether it is the first of the conversation.
        is_first: bool,
        /// What the model should be told beside it.
        reminders: Vec<String>,
    },
    /// Read the repository anew and come back with [`Input::Collected`].
    Collect,
    /// Run a command line of the person's own and come back with [`Input::OwnRan`].
    RunOwn {
        /// Names it in events.
        call: CallId,
        /// The line.
        line: String,
    },
    /// Stop that command; what it wrote so far comes back as ever.
    StopOwn,
    /// Send [`super::Machine::request`].
    Ask {
        /// Which try this is, from 1.
        attempt: u32,
    },
    /// Before a request that would write a head: see that nobody else is writing it, and come back with
    /// [`Input::Opened`] when the head is stored, when it is ours to store, or after `limit`.
    Gate {
        /// The head.
        prefix: Prefix,
        /// How long others are waited for.
        limit: Duration,
        /// How the person leaves the wait, in words for them.
        way_out: &'static str,
    },
    /// From here on requests are made without a conversation the provider keeps.
    LeaveSession,
    /// From here on requests go where the newest [`Input::Switch`] says.
    Switched {
        /// What the person should know of it: what the next request costs.
        notes: Vec<String>,
    },
    /// From here on requests go to the next model the person named for when there is no room.
    FallBack,
    /// Come back with [`Input::Tick`] at this moment, in place of an earlier one.
    WakeAt(Moment),
    /// Come back with [`Input::Alarm`] at this moment, in place of an earlier one.
    AlarmAt(Moment),
    /// Send [`super::Machine::ping`] with the smallest output.
    Ping,
    /// Stop the running ping; nothing of it is wanted any more.
    StopPing,
    /// Stop the running request or the wait; nothing of it is wanted any more.
    StopAsking,
    /// Come back with [`Input::Woke`] after this time.
    Wait(Duration),
    /// Work out what a call would touch and what the rules say.
    Judge(ToolCall),
    /// Run a call.
    Run(Box<Approved>),
    /// Stop all running calls; each still comes back with [`Input::Ran`], which is ignored.
    StopTools,
    /// Add a rule for this session.
    Remember(String),
    /// Change the approval mode.
    SetMode(Mode),
    /// Tell the faces.
    Emit(Event),
    /// Keep on disk.
    Keep(Kept),
    /// What is known of the provider's store has changed: share it.
    KeepLedger,
    /// A turn ended: what was kept must be safe now.
    Sync,
    /// The session is over.
    End,
}

/// Something for the transcript.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// One more item of the conversation.
    Item(Item),
    /// What an answer cost.
    Usage {
        /// The request.
        request: u32,
        /// Its tokens, if they were reported.
        usage: Option<Usage>,
        /// Its price, if its tokens are known.
        charge: Option<Charge>,
        /// What was expected of the cache and what it did.
        cache: CacheReport,
        /// The model's name as the provider gave it.
        model: String,
        /// Whether nothing was asked but that the cache be kept warm.
        is_ping: bool,
    },
    /// The provider keeps the conversation up to here.
    Link(Link),
    /// The history was replaced.
    Epoch {
        /// How often that has happened.
        epoch: u32,
        /// All items now.
        items: Vec<Item>,
    },
}
