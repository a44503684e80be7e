//! What is remembered of a run: enough to say at its end how it went.

use serde_json::{Map, Value};

use super::{cache_messages::CacheRecord, stats::Stats};
use crate::protocol::{
    DeltaKind, DeskEvent, EndReason, Event, Failure, Finish, Kind, SessionInfo, ToolCall, ToolResult, Totals,
    Verdict,
};

/// The tool that takes an answer in a form. Source: `docs/sources.md`, qwen-code 9.4.
const STRUCTURED: &str = "structured_output";

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
    /// The model's name as the provider gave it last.
    pub(super) model: Option<String>,
    /// The answer in the form that was asked for.
    pub(super) structured: Option<Map<String, Value>>,
    answer: String,
    /// What was written of an answer that is not whole.
    unfinished: String,
    finish: Option<Finish>,
    failure: Option<Failure>,
    reason: Option<EndReason>,
    is_stopped: bool,
}

impl Record {
    /// Forgets what belongs to one turn; sums of the session stay.
    pub(super) fn begin_turn(&mut self) {
        self.requests = 0;
        self.denials.clear();
        self.answer.clear();
        self.unfinished.clear();
        (self.finish, self.failure, self.reason, self.structured) = (None, None, None, None);
    }

    /// A signal ends the run, whatever it was doing.
    pub(super) fn stop(&mut self) {
        self.is_stopped = true;
    }

    /// Whether a signal has ended it.
    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Takes one event.
    pub(super) fn see(&mut self, event: &Event) {
        self.stats.see(event);
        self.cache.see(event);
        match event {
            Event::SessionStarted(info) => self.session = Some(info.clone()),
            Event::Requested { attempt, .. } => {
                self.requests += u32::from(*attempt == 1);
                self.unfinished.clear();
            }
            Event::Delta { kind: DeltaKind::Text, text } => self.unfinished.push_str(text),
            Event::Discarded => self.unfinished.clear(),
            Event::Answered { turn, model, .. } => {
                self.unfinished.clear();
                self.answer.clone_from(&turn.text);
                self.finish = Some(turn.finish);
                self.model = Some(model.clone());
            }
            Event::ModeChanged(mode) => {
                if let Some(info) = &mut self.session {
                    info.mode = *mode;
                }
            }
            Event::Desk(DeskEvent::Switched(to)) => {
                if let Some(info) = &mut self.session {
                    (info.model, info.window) = (to.model.clone(), to.window);
                }
            }
            Event::ToolDone { call, result: ToolResult { verdict: Verdict::Done, .. }, .. }
                if call.name == STRUCTURED =>
            {
                self.structured = call.arguments.object().ok().cloned();
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

    /// What was written when the run ended too early: of the answer that was being written, or else the last whole
    /// one. Nothing after an answer that nobody may rely on.
    pub(super) fn partial(&self) -> Option<&str> {
        let is_early = self.is_stopped
            || matches!(
                self.reason,
                Some(EndReason::Interrupted | EndReason::TurnLimit | EndReason::Budget(_) | EndReason::Loop)
            );
        let text = if self.unfinished.trim().is_empty() { &self.answer } else { &self.unfinished };
        Some(text.as_str()).filter(|text| is_early && !text.trim().is_empty())
    }

    /// Why the run ended, in one word: `completed`, the limit that was reached, or whose fault it was.
    pub(super) fn termination(&self) -> &'static str {
        match (self.outcome(), self.reason) {
            (Ok(_), _) => "completed",
            (_, Some(EndReason::Budget(budget))) if !self.is_stopped => budget.name(),
            (Err(Failure { kind: Kind::Limit, .. }), _) => "max_session_turns",
            (Err(failure), _) => failure.kind.name(),
        }
    }

    /// The last answer, in the form that was asked for if one was. Errors: why this run is not a success.
    pub(super) fn outcome(&self) -> Result<&str, Failure> {
        if self.is_stopped || self.reason == Some(EndReason::Interrupted) {
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
            (Some(EndReason::Budget(budget)), _) => {
                let (noun, flag) = (budget.noun(), budget.flag());
                Err(Failure::new(Kind::Budget, format!("the limit of {noun} for this run was reached"))
                    .hint(format!("allow more with `{flag}`, or go on with `qwen --continue`")))
            }
            (Some(EndReason::Loop), _) => {
                Err(Failure::new(Kind::Loop, "the model repeated itself and did not stop when it was told")
                    .hint(
                        "go on with other words: `qwen --continue`; `model.skipLoopDetection` lets it repeat",
                    ))
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
