//! What is remembered of a run: enough to say at its end how it went.

use super::{cache_messages::CacheRecord, stats::Stats};
use crate::protocol::{
    DeskEvent, EndReason, Event, Failure, Finish, Kind, SessionInfo, ToolCall, ToolResult, Totals, Verdict,
};

/// What was seen so far.
#[derive(Default)]
pub(super) struct Record {
    /// The session, once it started.
    pub(super) session: Option<SessionInfo>,
    /// Requests made, retries not counted.
    pub(super) requests: u32,
    /// Calls that were not allowed, each once.
    pub(super) denials: Vec<ToolCall>,
    /// Sums, as last reported.
    pub(super) totals: Totals,
    /// The numbers of `--output-format json`.
    pub(super) stats: Stats,
    /// What the cache did.
    pub(super) cache: CacheRecord,
    answer: String,
    finish: Option<Finish>,
    failure: Option<Failure>,
    reason: Option<EndReason>,
}

impl Record {
    /// Takes one event.
    pub(super) fn see(&mut self, event: &Event) {
        self.stats.see(event);
        self.cache.see(event);
        match event {
            Event::SessionStarted(info) => self.session = Some(info.clone()),
            Event::Requested { attempt: 1, .. } => self.requests += 1,
            Event::Answered { turn, .. } => {
                self.answer.clone_from(&turn.text);
                self.finish = Some(turn.finish);
            }
            Event::ToolDone { call, result: ToolResult { verdict: Verdict::Denied, .. }, .. } => {
                self.denials.push(call.clone());
            }
            Event::Failed(failure) | Event::Desk(DeskEvent::SignInNeeded { why: failure, .. }) => {
                self.failure = Some(failure.clone());
            }
            Event::TurnEnded { reason, totals } => {
                self.reason = Some(*reason);
                self.totals = *totals;
            }
            Event::SessionEnded { totals } => self.totals = *totals,
            _ => {}
        }
    }

    /// Whether the last answer stops in the middle because the model may write no more.
    pub(super) fn was_cut(&self) -> bool {
        self.finish == Some(Finish::Length)
    }

    /// The last answer. Errors: why this run is not a success.
    pub(super) fn outcome(&self) -> Result<&str, Failure> {
        if self.reason == Some(EndReason::Interrupted) {
            return Err(Failure::new(Kind::Interrupted, "the run was stopped"));
        }
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        match (self.reason, self.finish) {
            (Some(EndReason::Completed), Some(Finish::Refused)) => {
                Err(Failure::new(Kind::Provider, "the model refused to answer").hint("say it in other words"))
            }
            (Some(EndReason::Completed), Some(Finish::Filtered)) => {
                Err(Failure::new(Kind::Provider, "the provider's content filter stopped the answer")
                    .hint("say it in other words"))
            }
            (Some(EndReason::Completed), _) => Ok(&self.answer),
            (Some(EndReason::TurnLimit), _) => {
                Err(Failure::new(Kind::Limit, "the limit of turns for this run was reached")
                    .hint("allow more with `--max-session-turns`, or go on with `qwen --continue`"))
            }
            (Some(EndReason::Denied), _) => {
                Err(Failure::new(Kind::Refused, "the model stopped because a call was not allowed")
                    .hint("allow it with `--allowed-tools` or `--approval-mode`"))
            }
            (Some(EndReason::Failed | EndReason::Interrupted), _) => {
                Err(Failure::new(Kind::Bug, "the turn failed and nothing said why"))
            }
            (None, _) => Err(Failure::new(Kind::Bug, "the agent stopped before the turn ended")),
        }
    }
}
