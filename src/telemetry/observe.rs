//! From what happened to what is counted. Pure: the time comes in.

use super::{
    bucket::Bucket,
    event::{Event, Name},
    words::{Account, Command, Face, Model, Terminal, Tool},
};
use crate::{
    base::Moment,
    protocol::{self, DeskEvent, Totals},
};

/// What is known at the start of a run.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// How the run shows itself.
    pub face: Face,
    /// How the person signed in.
    pub account: Account,
    /// The family of the terminal.
    pub terminal: Terminal,
    /// When the program started.
    pub started: Moment,
}

/// Sees every event of a session and says what is counted of it. Nothing else leads from the world to an [`Event`].
#[derive(Debug)]
pub struct Observer {
    facts: Facts,
    has_started: bool,
    turns: u64,
    turn_began: Moment,
    before: Totals,
    last: Name,
}

impl Observer {
    /// An observer that has seen nothing.
    pub fn new(facts: Facts) -> Self {
        let turn_began = facts.started;
        Self {
            facts,
            has_started: false,
            turns: 0,
            turn_began,
            before: Totals::default(),
            last: Name::of("none"),
        }
    }

    /// The name of the last event that was counted.
    pub fn last(&self) -> Name {
        self.last
    }

    /// What is counted of something that happened at `now`.
    pub fn observe(&mut self, happened: &protocol::Event, now: Moment) -> Option<Event> {
        let event = self.read(happened, now)?;
        self.last = Name::of(event.name());
        Some(event)
    }

    // flat match: one arm for each kind of event
    fn read(&mut self, happened: &protocol::Event, now: Moment) -> Option<Event> {
        use protocol::Event as E;
        Some(match happened {
            E::SessionStarted(info) if !std::mem::replace(&mut self.has_started, true) => {
                Event::SessionStarted {
                    face: self.facts.face,
                    account: self.facts.account,
                    model: Model::of(&info.model),
                    mode: info.mode,
                    ready: Bucket::took(now.since(self.facts.started)),
                    terminal: self.facts.terminal,
                    restored: Bucket::of(info.restored_turns.into()),
                }
            }
            E::TurnStarted { .. } => {
                self.turns += 1;
                self.turn_began = now;
                return None;
            }
            E::Answered { model, usage, cache, took, .. } => Event::Answered {
                model: Model::of(model),
                took: Bucket::took(*took),
                input: usage.map(|usage| Bucket::of(usage.input.0)),
                output: usage.map(|usage| Bucket::of(usage.output.0)),
                cached: usage.and_then(|usage| Bucket::share(usage.cached?, usage.input)),
                miss: cache.miss,
            },
            E::ToolDone { result, took, .. } => Event::ToolDone {
                tool: Tool::of(&result.name),
                verdict: result.verdict,
                took: Bucket::took(*took),
                size: Bucket::of(result.text.len() as u64),
            },
            E::Retrying { cause, .. } => Event::Retried { kind: cause.kind },
            E::Failed(failure) => Event::Failed { kind: failure.kind },
            E::Compacted { before, after } => {
                Event::Compacted { before: Bucket::of(before.0), after: Bucket::of(after.0) }
            }
            E::ModeChanged(mode) => Event::ModeChanged { mode: *mode },
            E::Used { command } => Event::CommandUsed { command: Command::of(command) },
            E::Desk(DeskEvent::Switched(switched)) => {
                Event::ModelSwitched { model: Model::of(&switched.model) }
            }
            E::TurnEnded { reason, totals } => self.turn_ended(*reason, totals, now),
            E::SessionEnded { totals } => self.session_ended(totals, now),
            E::SessionStarted(_)
            | E::Restored { .. }
            | E::Queued { .. }
            | E::Requested { .. }
            | E::Delta { .. }
            | E::Discarded
            | E::FellBack { .. }
            | E::Permission { .. }
            | E::ToolStarted { .. }
            | E::ToolOutput { .. }
            | E::Warmed { .. }
            | E::Rewound { .. }
            | E::Steered { .. }
            | E::Desk(_)
            | E::Reply(_)
            | E::Notice { .. } => return None,
        })
    }

    fn turn_ended(&mut self, reason: protocol::EndReason, totals: &Totals, now: Moment) -> Event {
        let before = std::mem::replace(&mut self.before, *totals);
        Event::TurnEnded {
            reason,
            took: Bucket::took(now.since(self.turn_began)),
            requests: Bucket::of(totals.requests.saturating_sub(before.requests).into()),
            calls: Bucket::of(totals.calls.saturating_sub(before.calls).into()),
            context: Bucket::of(totals.context.0),
        }
    }

    fn session_ended(&self, totals: &Totals, now: Moment) -> Event {
        Event::SessionEnded {
            lasted: Bucket::took(now.since(self.facts.started)),
            turns: Bucket::of(self.turns),
            requests: Bucket::of(totals.requests.into()),
            calls: Bucket::of(totals.calls.into()),
            denied: Bucket::of(totals.denied.into()),
            cached: totals.usage.cached.and_then(|cached| Bucket::share(cached, totals.usage.input)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        base::{CallId, SessionId, Tokens},
        protocol::{
            Arguments, CacheMode, EndReason, Event as E, Failure, Kind, Level, Mode, SessionInfo, ToolCall,
            ToolResult, Usage, Verdict,
        },
    };

    const CANARY: &str = "canary-4c1f";

    fn facts() -> Facts {
        Facts {
            face: Face::of("once"),
            account: Account::of("key"),
            terminal: Terminal::of(CANARY),
            started: Moment(1_000),
        }
    }

    fn info() -> SessionInfo {
        SessionInfo {
            id: SessionId::new(CANARY),
            root: CANARY.into(),
            branch: Some(CANARY.into()),
            model: CANARY.into(),
            provider: CANARY.into(),
            window: Tokens(1),
            tools: vec![CANARY.into()],
            mode: Mode::Plan,
            cache: (CacheMode::Off, CANARY.into()),
            restored_turns: 0,
        }
    }

    fn result(name: &str) -> E {
        let call = ToolCall {
            id: CallId::new(CANARY),
            name: CANARY.into(),
            arguments: Arguments::parse(&format!("{{\"{CANARY}\":1}}")),
            extra: None,
        };
        let result = ToolResult {
            call: CallId::new(CANARY),
            name: name.into(),
            text: CANARY.into(),
            verdict: Verdict::Failed,
        };
        E::ToolDone { call, result, display: None, took: Duration::from_millis(40) }
    }

    #[test]
    fn a_session_full_of_secrets_is_counted_without_one() {
        let mut observer = Observer::new(facts());
        let usage = Usage { input: Tokens(2_000), cached: Some(Tokens(1_900)), ..Usage::default() };
        let totals = Totals { requests: 2, calls: 1, usage, context: Tokens(12_345), ..Totals::default() };
        let failure = Failure::new(Kind::Provider, CANARY).hint(CANARY);
        let story = [
            E::SessionStarted(info()),
            E::TurnStarted { turn: 1, text: CANARY.into() },
            E::Delta { kind: protocol::DeltaKind::Text, text: CANARY.into() },
            result("read_file"),
            result(CANARY),
            E::Retrying { attempt: 2, of: 5, wait: Duration::ZERO, cause: failure.clone() },
            E::Failed(failure),
            E::Notice { level: Level::Info, text: CANARY.into() },
            E::Used { command: "help" },
            E::Used { command: String::from(CANARY).leak() },
            E::TurnEnded { reason: EndReason::Failed, totals },
            E::SessionStarted(info()),
            E::SessionEnded { totals },
        ];
        let said: Vec<String> = story
            .iter()
            .filter_map(|happened| observer.observe(happened, Moment(5_000)))
            .map(|event| {
                let fields: Vec<String> =
                    event.fields().iter().map(|(name, value)| format!("{name}={value:?}")).collect();
                format!("{} {}", event.name(), fields.join(" "))
            })
            .collect();
        assert_eq!(
            said.join("\n").replace("Text(", "").replace("Number(", "").replace([')', '"'], ""),
            "\
session_started face=once account=key model=other mode=plan ready=3000 terminal=other restored=0
tool_done tool=read_file verdict=failed took=30 size=1
tool_done tool=other verdict=failed took=30 size=1
retried kind=provider
failed kind=provider
command_used command=help
command_used command=other
turn_ended reason=failed took=0 requests=2 calls=1 context=10000
session_ended lasted=3000 turns=1 requests=2 calls=1 denied=0 cached=95"
        );
        assert_eq!(observer.last().name(), "session_ended");
    }
}
