//! The machine and its step.

use std::{collections::BTreeSet, collections::VecDeque, mem};

use super::{
    Effect, Input, Kept, Limits as RunLimits, Switch, limits::Spent, looping::Looping, own::Own,
    phase::Phase, warm::Warm, words,
};
use crate::{
    base::{Moment, Tokens},
    cache::{Ledger, Limits, Link, Plan},
    prompt::Prompt,
    protocol::{CacheMode, Charge, EndReason, Event, Failure, Item, Mode, Op, Tier, Totals},
};

/// What the machine needs to know of the session.
#[derive(Clone, Debug)]
pub struct Config {
    /// The cache terms of the model.
    pub cache: Limits,
    /// How the cache is used.
    pub cache_mode: CacheMode,
    /// Where the provider's copy of a restored conversation ends.
    pub link: Option<Link>,
    /// Whether what is stored is kept warm while the person thinks.
    pub keep_warm: bool,
    /// Prices of the model.
    pub tiers: Vec<Tier>,
    /// The model's window.
    pub window: Tokens,
    /// When the history is summarised before it fills the window.
    pub compaction: Compaction,
    /// Requests allowed in this run; `None` for no limit.
    pub max_requests: Option<u32>,
    /// What else the run may use up.
    pub limits: RunLimits,
    /// The tool whose first call that succeeds is the answer, if the answer must have a form.
    pub final_tool: Option<String>,
    /// What is done about a model that repeats itself.
    pub loops: Loops,
    /// Tries of one request.
    pub tries: u32,
    /// Whether a request the server has no room for is tried as often as it takes: nobody is there.
    pub is_unattended: bool,
    /// What is asked, one after the other, when the model has no room for a request.
    pub fallbacks: VecDeque<Switch>,
    /// Names of the tools whose calls may run side by side.
    pub parallel: BTreeSet<String>,
    /// The approval mode at the start.
    pub mode: Mode,
    /// Whether a person is there who may say more.
    pub is_interactive: bool,
    /// What is known of the provider's store.
    pub ledger: Ledger,
}

/// When the history is summarised although the window has room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compaction {
    /// At this size of the prompt, head included.
    pub at: Option<Tokens>,
    /// Before a request reaches a dearer price tier.
    pub below_tier: bool,
}

/// What is done about a model that repeats itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loops {
    /// It is told so, and the turn ends if it goes on.
    #[default]
    Break,
    /// Nothing.
    Let,
}

/// The turn loop.
#[derive(Debug)]
pub struct Machine {
    pub(super) config: Config,
    pub(super) phase: Phase,
    pub(super) ledger: Ledger,
    /// When the running step happens.
    pub(super) now: Moment,
    pub(super) totals: Totals,
    pub(super) mode: Mode,
    /// What the person said while a turn was running.
    pub(super) queue: VecDeque<String>,
    /// What they said to go with the next request of it.
    pub(super) steering: Vec<String>,
    /// What of that is being composed.
    pub(super) steered: Option<String>,
    /// Commands of the person's own.
    pub(super) own: Own,
    /// A mode the model is told of with the next message.
    pub(super) untold_mode: Option<Mode>,
    /// A repository block that was read anew and is not in the head yet.
    pub(super) repository: Option<String>,
    /// An account or model that was chosen while a turn was running.
    pub(super) next: Option<Switch>,
    /// Whether the person knows that what was stored is lost.
    pub(super) told_miss: bool,
    /// Where the provider's copy of the conversation ends.
    pub(super) link: Option<Link>,
    pub(super) warm: Warm,
    pub(super) turn: u32,
    pub(super) request: u32,
    /// Items of the prompt that were handed out for keeping.
    pub(super) kept: usize,
    /// Size of the prompt after it was last made smaller.
    pub(super) after_cut: Tokens,
    /// What was used up of the limits.
    pub(super) spent: Spent,
    /// How often an answer did not have the form that was asked for.
    pub(super) misfits: u32,
    pub(super) looping: Looping,
    /// How many of the other models were taken.
    pub(super) fallen: u32,
    pub(super) is_quitting: bool,
    pub(super) out: Vec<Effect>,
}

impl Machine {
    /// A machine that waits for the person, on a prompt that may hold a restored conversation.
    pub fn new(mut config: Config, prompt: Prompt) -> Self {
        let mode = config.mode;
        let ledger = mem::take(&mut config.ledger);
        Self {
            kept: prompt.items().len(),
            phase: Phase::Idle(prompt),
            ledger,
            now: Moment(0),
            totals: Totals { charge: Charge::nothing(), ..Totals::default() },
            mode,
            queue: VecDeque::new(),
            steering: Vec::new(),
            steered: None,
            own: Own::default(),
            untold_mode: Some(mode).filter(|m| *m == Mode::Plan),
            turn: 0,
            request: 0,
            repository: None,
            next: None,
            told_miss: false,
            link: config.link.take(),
            warm: Warm::default(),
            after_cut: Tokens(0),
            spent: Spent::default(),
            misfits: 0,
            looping: Looping::default(),
            fallen: 0,
            is_quitting: false,
            out: Vec::new(),
            config,
        }
    }

    /// Takes one input, which came at `now`, and says what must be done next. Touches nothing.
    pub fn step(&mut self, input: Input, now: Moment) -> Vec<Effect> {
        self.now = now;
        match input {
            Input::Op(op) => self.op(op),
            Input::Switch(to) => self.switch(*to),
            Input::Composed { turn, message } => match self.take_phase() {
                Phase::Composing(mut prompt) if turn == self.turn => {
                    prompt.push(message);
                    self.own.are_told();
                    self.keep_items(&prompt);
                    self.told_steered();
                    self.next_request(prompt);
                }
                other => self.phase = other,
            },
            Input::Chunk(chunk) => self.chunk(chunk),
            Input::Replied { reply, took } => self.replied(*reply, took),
            Input::Troubled { trouble, wait } => self.troubled(trouble, wait),
            Input::Woke => self.woke(),
            Input::Opened => self.opened(),
            Input::Tick => self.tick(),
            Input::Alarm => self.alarm(),
            Input::Pinged { reply, took } => self.pinged(&reply, took),
            Input::PingFailed(trouble) => self.ping_failed(&trouble),
            Input::Collected { repository } => self.collected(repository),
            Input::OwnRan { call, outcome, took } => self.own_ran(&call, outcome, took),
            Input::Judged { call, judgement } => self.judged(&call, judgement),
            Input::Ran { call, outcome, took } => self.ran(&call, outcome, took),
        }
        mem::take(&mut self.out)
    }

    /// The request to send for [`Effect::Ask`]: the prompt and its markers.
    pub fn request(&self) -> Option<(&Prompt, &Plan)> {
        match &self.phase {
            Phase::Asking(asking) => Some((&asking.prompt, &asking.plan)),
            _ => None,
        }
    }

    /// What is known of the provider's store.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What of it may be new to other processes, for whoever keeps it.
    pub fn news(&self) -> Ledger {
        self.ledger.news(&self.config.cache.scope, self.now)
    }

    /// Takes in what other processes have learned of the provider's store.
    pub fn learn(&mut self, ledger: &Ledger, now: Moment) {
        self.ledger.merge(ledger);
        self.ledger.prune(now);
    }

    /// An estimate in real tokens, as far as reports have calibrated it.
    pub(super) fn scaled(&self, estimate: Tokens) -> Tokens {
        self.ledger.scaled(&self.config.cache.scope, estimate)
    }

    /// Sums since the session started.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    pub(super) fn op(&mut self, op: Op) {
        if !matches!(op, Op::SetMode(_) | Op::Answer { .. } | Op::Shell { .. }) {
            self.stop_ping();
        }
        match op {
            Op::Say { text } => match self.take_phase() {
                Phase::Idle(prompt) if !self.own.is_running() => self.begin(prompt, text),
                Phase::Ended => {}
                busy => {
                    self.phase = busy;
                    self.queue.push_back(text);
                    self.emit_queue();
                }
            },
            Op::Steer { text } => self.steer(text),
            Op::TryNow => self.woke(),
            Op::Answer { call, answer } => self.answered(&call, answer),
            Op::Shell { command } => self.run_own(command),
            Op::Interrupt => self.interrupt(),
            Op::SetMode(mode) => {
                if mode != self.mode {
                    self.mode = mode;
                    self.untold_mode = Some(mode);
                    self.out.push(Effect::SetMode(mode));
                }
                self.emit(Event::ModeChanged(mode));
            }
            Op::Compact { wish } => match self.take_phase() {
                Phase::Idle(prompt) if !prompt.items().is_empty() => self.compact(prompt, &wish),
                other => {
                    self.phase = other;
                    self.warn("nothing to compress while a turn runs or before the first one".to_owned());
                }
            },
            Op::Rewind { turn } => self.rewind(turn),
            Op::RefreshContext => self.out.push(Effect::Collect),
            Op::Clear => self.clear(),
            // The driver keeps these to itself: accounts are not part of the turn.
            Op::Desk(_)
            | Op::Query(_)
            | Op::AddRule { .. }
            | Op::ForgetRule { .. }
            | Op::KeepPast { .. }
            | Op::Used { .. }
            | Op::LetThrough { .. }
            | Op::KeepDraft { .. } => {}
            Op::Quit => {
                self.is_quitting = true;
                self.queue.clear();
                self.steering.clear();
                match &self.phase {
                    Phase::Idle(_) => self.end(),
                    _ => self.interrupt(),
                }
            }
        }
    }

    pub(super) fn begin(&mut self, prompt: Prompt, text: String) {
        self.turn += 1;
        self.misfits = 0;
        self.forget_loops();
        self.begin_clock();
        self.emit(Event::TurnStarted { turn: self.turn, text: text.clone() });
        let mut reminders = self.own.texts();
        reminders.extend(self.untold_mode.take().map(words::mode_reminder));
        let is_first = prompt.items().is_empty();
        self.phase = Phase::Composing(prompt);
        self.out.push(Effect::Compose { turn: self.turn, text, is_first, reminders });
    }

    pub(super) fn fail(&mut self, prompt: Prompt, failure: Failure) {
        self.emit(Event::Failed(failure));
        self.rest(prompt, EndReason::Failed);
    }

    pub(super) fn end(&mut self) {
        self.phase = Phase::Ended;
        self.emit(Event::SessionEnded { totals: self.totals });
        self.out.push(Effect::End);
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.out.push(Effect::Emit(event));
    }

    pub(super) fn notice(&mut self, text: &str) {
        self.emit(Event::Notice { level: crate::protocol::Level::Info, text: text.to_owned() });
    }

    pub(super) fn emit_queue(&mut self) {
        let texts = self.queue.iter().cloned().collect();
        self.emit(Event::Queued { texts });
    }

    /// Hands out the items that were appended since the last time.
    pub(super) fn keep_items(&mut self, prompt: &Prompt) {
        let new: Vec<Item> = prompt.items().get(self.kept..).unwrap_or_default().to_vec();
        self.kept = prompt.items().len();
        self.out.extend(new.into_iter().map(|item| Effect::Keep(Kept::Item(item))));
    }

    /// Takes the phase out, so that what it holds can be moved. Whoever calls this puts one back.
    pub(super) fn take_phase(&mut self) -> Phase {
        mem::replace(&mut self.phase, Phase::Ended)
    }
}
