//! Where in a turn the machine is, and what it holds there.

use std::collections::VecDeque;

use super::Asked;

use crate::{
    base::{CallId, Moment},
    cache::Plan,
    prompt::{OpenRound, Prompt, Then},
    protocol::{Chain, Finding, ToolCall},
};

/// The prompt is always in exactly one place: here, or inside a round that owns it.
#[derive(Debug)]
pub(super) enum Phase {
    /// Waits for the person.
    Idle(Prompt),
    /// The person's next message is being made.
    Composing(Prompt),
    /// A request is running, or waits for its next try.
    Asking(Box<Asking>),
    /// Calls are being judged, asked about and run.
    Working(Box<Working>),
    /// The session is over.
    Ended,
}

/// A request and its tries.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) prompt: Prompt,
    pub(super) plan: Plan,
    /// What the running try follows.
    pub(super) chain: Option<Chain>,
    /// When the running try was sent.
    pub(super) sent: Moment,
    pub(super) purpose: Purpose,
    /// Tries so far, this one included.
    pub(super) attempt: u32,
    /// Times the dialect adapted and the request was sent again at once.
    pub(super) adapted: u32,
    /// Whether an empty answer was already tried again.
    pub(super) retried_empty: bool,
    /// Whether the history was already shrunk because it did not fit.
    pub(super) shrunk: bool,
    /// What a refusal of it taught of the provider's cache.
    pub(super) taught: Option<Finding>,
    /// What was shown of the running answer.
    pub(super) text: String,
    pub(super) state: Trying,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trying {
    /// It was not sent yet.
    New,
    /// It waits for others that write the same head; it does so once.
    Gated,
    /// A try runs.
    Running,
    /// A try failed, and the next one waits.
    Failed,
}

/// What a request is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// The next answer of the turn.
    Turn,
    /// A summary that will replace the history of `base`.
    Summary {
        /// The conversation without the instruction to summarise.
        base: Prompt,
        /// What follows.
        then: Then,
    },
}

/// An answer with calls, on the way to one result for each.
#[derive(Debug)]
pub(super) struct Working {
    pub(super) round: OpenRound,
    /// Calls not started yet, in order.
    pub(super) waiting: VecDeque<ToolCall>,
    /// Calls being judged or run.
    pub(super) active: Vec<Active>,
    /// Questions that wait for an answer, oldest first.
    pub(super) asked: Vec<Asked>,
    /// Whether the person refused a call and said nothing: the turn ends with this round.
    pub(super) is_refused: bool,
    /// A limit was reached: no further call of this round is run, and the turn ends with it.
    pub(super) is_over: bool,
    /// The answer was given in the form that was asked for: the turn ends with this round.
    pub(super) is_final: bool,
}

/// A call that was started.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) id: CallId,
    /// Whether it may be beside others.
    pub(super) is_parallel: bool,
    /// What the person put in place of the model's call, as a sentence for the model.
    pub(super) edited: Option<String>,
}
