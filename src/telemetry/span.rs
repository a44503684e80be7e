//! Spans of a session for a team's own collector: the same words, and token counts.

use super::event::Event;
use crate::{
    base::Moment,
    protocol::{self, Totals, Usage},
};

/// Spans that wait for a collector; what comes after is dropped.
const MOST: usize = 2_000;

/// Something that took its time.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// The session it belongs to: 32 hexadecimal digits.
    pub(super) trace: String,
    /// 16 hexadecimal digits.
    pub(super) id: String,
    /// The span around it.
    pub(super) parent: Option<String>,
    /// What it was.
    pub(super) event: Event,
    pub(super) start: Moment,
    pub(super) end: Moment,
    pub(super) is_error: bool,
    /// Token counts, exact.
    pub(super) counts: Vec<(&'static str, u64)>,
}

/// Makes the spans of one session.
pub(super) struct Tracer {
    trace: String,
    root: String,
    turn: String,
    started: Moment,
    turn_began: Moment,
    has_failed: bool,
    ready: Vec<Span>,
}

impl Tracer {
    pub(super) fn new(started: Moment) -> Self {
        Self {
            trace: digits(32),
            root: digits(16),
            turn: digits(16),
            started,
            turn_began: started,
            has_failed: false,
            ready: Vec::new(),
        }
    }

    /// Takes what happened, and what is counted of it.
    pub(super) fn hear(&mut self, happened: &protocol::Event, counted: Option<Event>, now: Moment) {
        match happened {
            protocol::Event::TurnStarted { .. } => {
                (self.turn, self.turn_began, self.has_failed) = (digits(16), now, false);
            }
            protocol::Event::Failed(_) => self.has_failed = true,
            _ => {}
        }
        let Some(event) = counted else { return };
        let child = |took: std::time::Duration| {
            let took = u64::try_from(took.as_millis()).unwrap_or(0);
            (digits(16), Some(self.turn.clone()), Moment(now.0.saturating_sub(took)))
        };
        let ((id, parent, start), is_error, counts) = match happened {
            protocol::Event::Answered { took, usage, .. } => (child(*took), false, counts(usage.as_ref())),
            protocol::Event::ToolDone { took, result, .. } => {
                (child(*took), result.verdict == protocol::Verdict::Failed, Vec::new())
            }
            protocol::Event::TurnEnded { .. } => {
                let turn = (self.turn.clone(), Some(self.root.clone()), self.turn_began);
                (turn, self.has_failed, Vec::new())
            }
            protocol::Event::SessionEnded { totals: Totals { usage, .. } } => {
                ((self.root.clone(), None, self.started), false, counts(Some(usage)))
            }
            _ => return,
        };
        if self.ready.len() < MOST {
            let trace = self.trace.clone();
            self.ready.push(Span { trace, id, parent, event, start, end: now, is_error, counts });
        }
    }

    /// The spans that are complete, once.
    pub(super) fn take(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.ready)
    }
}

fn counts(usage: Option<&Usage>) -> Vec<(&'static str, u64)> {
    let Some(usage) = usage else { return Vec::new() };
    let all = [
        ("tokens.input", Some(usage.input)),
        ("tokens.cached", usage.cached),
        ("tokens.created", usage.created),
        ("tokens.output", Some(usage.output)),
        ("tokens.reasoning", usage.reasoning),
    ];
    all.into_iter().filter_map(|(name, count)| Some((name, count?.0))).collect()
}

/// Random hexadecimal digits, at most 32.
pub(super) fn digits(many: usize) -> String {
    let mut digits = uuid::Uuid::new_v4().simple().to_string();
    // The digits that say which kind of number it is lie in the middle; the ends are random.
    digits.truncate(many);
    digits
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        base::{CallId, Tokens},
        protocol::{Arguments, EndReason, ToolCall, ToolResult, Verdict},
        telemetry::{Account, Face, Facts, Observer, Terminal, otlp},
    };

    #[test]
    fn a_session_becomes_a_tree_of_spans_with_words_and_counts_alone() {
        let facts = Facts {
            face: Face::of("once"),
            account: Account::of("key"),
            terminal: Terminal::of("xterm"),
            started: Moment(1_000),
        };
        let (mut observer, mut tracer) = (Observer::new(facts), Tracer::new(Moment(1_000)));
        let call = ToolCall {
            id: CallId::new("canary"),
            name: "canary".into(),
            arguments: Arguments::parse("{\"canary\":1}"),
            extra: None,
        };
        let result = ToolResult {
            call: CallId::new("canary"),
            name: "read_file".into(),
            text: "canary".into(),
            verdict: Verdict::Failed,
        };
        let usage = Usage { input: Tokens(1_234), output: Tokens(5), ..Usage::default() };
        let totals = Totals { usage, ..Totals::default() };
        let story = [
            (2_000, protocol::Event::TurnStarted { turn: 1, text: "canary".into() }),
            (
                2_500,
                protocol::Event::ToolDone { call, result, display: None, took: Duration::from_millis(300) },
            ),
            (3_000, protocol::Event::TurnEnded { reason: EndReason::Completed, totals }),
            (4_000, protocol::Event::SessionEnded { totals }),
        ];
        for (at, happened) in &story {
            let counted = observer.observe(happened, Moment(*at));
            tracer.hear(happened, counted, Moment(*at));
        }
        let spans = tracer.take();
        let told: Vec<_> = spans.iter().map(|s| (s.event.name(), s.start.0, s.end.0, s.is_error)).collect();
        assert_eq!(
            told,
            [
                ("tool_done", 2_200, 2_500, true),
                ("turn_ended", 2_000, 3_000, false),
                ("session_ended", 1_000, 4_000, false)
            ]
        );
        assert_eq!(spans[0].parent.as_ref(), Some(&spans[1].id));
        assert_eq!(spans[1].parent.as_ref(), Some(&spans[2].id));
        assert_eq!((spans[2].parent.as_ref(), spans[2].counts[0]), (None, ("tokens.input", 1_234)));
        let sent = String::from_utf8(otlp::traces(&spans)).expect("text");
        assert!(sent.contains("\"tokens.input\"") && !sent.contains("canary"), "{sent}");
        assert!(tracer.take().is_empty());
    }
}
