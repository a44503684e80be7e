//! Requests: sending, retrying, hearing the answer, stopping.

use std::time::Duration;

use super::{
    Effect, Kept, Machine,
    phase::{Asking, Phase, Purpose, Trying},
    words,
};
use crate::{
    base::Tokens,
    cache::{self, Link, Plan},
    prompt::{Heard, Prompt, Then},
    protocol::{CacheMode, DeltaKind, EndReason, Event, Failure, Finish, Kind, Turn, UserMessage},
    provider::{Chunk, Class, Reply, Trouble},
};

/// How often a dialect may adapt one request before it counts as a failure.
const ADAPTATIONS: u32 = 5;

impl Machine {
    /// Sends the next request of the turn, after shrinking the history if it fills the window.
    pub(super) fn next_request(&mut self, mut prompt: Prompt) {
        if let Some(budget) = self.reached() {
            return self.rest(prompt, EndReason::Budget(budget));
        }
        if self.is_at_limit() {
            return self.rest(prompt, EndReason::TurnLimit);
        }
        self.tell_limits();
        let context = self.untold_limits();
        if !context.is_empty() {
            prompt.push(UserMessage { context, text: String::new() });
            self.keep_items(&prompt);
        }
        if self.is_over(&prompt, Tokens(0)) {
            return self.cut_or_go_on(prompt, Then::Ask, None);
        }
        if self.is_full(&prompt) {
            return self.summarise(prompt, "", Then::Ask);
        }
        self.ask(prompt, Purpose::Turn);
    }

    /// Whether no more requests may be sent in this run.
    pub(super) fn is_at_limit(&self) -> bool {
        self.config.max_requests.is_some_and(|most| self.request >= most)
    }

    pub(super) fn ask(&mut self, prompt: Prompt, purpose: Purpose) {
        self.request += 1;
        let asking = Asking {
            prompt,
            plan: Plan::none(),
            chain: None,
            sent: self.now,
            purpose,
            attempt: 0,
            adapted: 0,
            retried_empty: false,
            shrunk: false,
            taught: None,
            text: String::new(),
            state: Trying::New,
        };
        self.send(asking);
    }

    pub(super) fn send(&mut self, mut asking: Asking) {
        // A try is planned anew: what the one before it marked may be stored now.
        asking.plan = self.plan(&asking.prompt, asking.purpose.is_aside());
        if matches!(asking.state, Trying::New | Trying::Failed) && self.is_cold(&asking) {
            return self.gate(asking);
        }
        asking.attempt += 1;
        asking.state = Trying::Running;
        asking.chain = self.followed(&asking.prompt);
        asking.text.clear();
        self.forget_words();
        asking.sent = self.now;
        self.tell_miss(&asking);
        self.ledger.sent(&asking.prompt, &self.config.cache, &asking.plan, self.now);
        let markers = u8::try_from(asking.plan.marks().len()).unwrap_or(u8::MAX);
        let estimate = self.scaled(asking.prompt.estimate());
        let (request, attempt, prediction) = (self.request, asking.attempt, asking.plan.prediction());
        self.emit(Event::Requested { request, attempt, markers, estimate, prediction });
        self.out.push(Effect::Ask { attempt: asking.attempt });
        self.phase = Phase::Asking(Box::new(asking));
    }

    pub(super) fn chunk(&mut self, chunk: Chunk) {
        let Phase::Asking(asking) = &mut self.phase else { return };
        if asking.state != Trying::Running || !matches!(asking.purpose, Purpose::Turn) {
            return;
        }
        let (kind, text) = match chunk {
            Chunk::Text(text) => {
                asking.text.push_str(&text);
                (DeltaKind::Text, text)
            }
            Chunk::Reasoning(text) => (DeltaKind::Reasoning, text),
        };
        let is_circle = self.watch_words(&text, kind == DeltaKind::Reasoning);
        self.emit(Event::Delta { kind, text });
        if is_circle && let Some(asking) = self.take_asking() {
            self.stop_circling(asking);
        }
    }

    pub(super) fn replied(&mut self, reply: Reply, took: Duration) {
        let Some(mut asking) = self.take_asking() else { return };
        self.account(&asking, &reply, took);
        if let Purpose::Summary { base, then } = asking.purpose {
            return self.summarised(base, then, &reply);
        }
        if reply.turn.is_empty() {
            // Common after tool results; the same request again usually brings an answer.
            if !asking.retried_empty {
                asking.retried_empty = true;
                asking.attempt = 0;
                self.emit(Event::Discarded);
                return self.send(asking);
            }
            let failure =
                Failure::new(Kind::Provider, format!("`{}` gave an empty answer twice", reply.model))
                    .hint("say the request in other words, or choose another model");
            return self.give_up(asking.prompt, failure);
        }
        let ended = match reply.turn.finish {
            Finish::Filtered => {
                Some(Failure::new(Kind::Provider, "the provider's content filter cut the answer").hint(
                    "something in the last message or tool result may have set it off; say it differently",
                ))
            }
            Finish::Length if reply.turn.calls.is_empty() => {
                self.notice("the answer reached the model's output limit; say `go on` for the rest");
                None
            }
            _ => None,
        };
        let (finish, is_circle) = (reply.turn.finish, self.is_circle(&reply.turn));
        match asking.prompt.hear(reply.turn) {
            Heard::Open(round) => {
                let (items, prefix) = round.heard();
                self.link_to(reply.response, items, prefix, reply.usage);
                self.work(round);
            }
            Heard::Ready(prompt) => {
                let items = prompt.items().len();
                self.link_to(reply.response, items, prompt.prefix_through(items), reply.usage);
                match ended {
                    Some(failure) => self.fail(prompt, failure),
                    None if is_circle => self.go_on_from_circle(prompt),
                    None if self.wants_call(finish) => self.ask_for_call(prompt),
                    None => self.rest(prompt, EndReason::Completed),
                }
            }
        }
    }

    /// Counts an answer and tells what it cost.
    fn account(&mut self, asking: &Asking, reply: &Reply, took: Duration) {
        let when = (asking.sent, self.now);
        let usage = reply.usage.as_ref();
        // Markers the server does not take were left out, and nothing follows from them.
        let (unmarked, marked) = (Plan::none(), reply.marked && !asking.plan.marks().is_empty());
        let plan = if marked || asking.plan.marks().is_empty() { &asking.plan } else { &unmarked };
        let mut cache = self.ledger.completed(&asking.prompt, &self.config.cache, plan, usage, when);
        cache.finding = asking.taught.or(cache.finding);
        cache.counted = reply.counted;
        let is_kept = self.config.cache_mode == CacheMode::Session;
        if is_kept {
            cache.mode = CacheMode::Session;
            cache.warm_until = reply.response.as_ref().map(|_| self.now.after(Link::WARM));
        }
        self.out.push(Effect::KeepLedger);
        self.told_miss = false;
        self.warmed_until(cache.warm_until);
        let charge = reply
            .usage
            .map(|u| cache::charge(&u, &self.config.cache.terms, &self.config.tiers, marked || is_kept));
        self.totals.requests += 1;
        self.totals.api_time += took;
        if let (Some(usage), Some(charge)) = (reply.usage, charge) {
            self.totals.usage = self.totals.usage.plus(usage);
            self.totals.charge = self.totals.charge.plus(charge);
            self.totals.context = usage.total();
        } else {
            self.totals.context = self.scaled(asking.prompt.estimate());
        }
        let (request, usage, model) = (self.request, reply.usage, reply.model.clone());
        self.out.push(Effect::Keep(Kept::Usage { request, usage, charge, cache, model, is_ping: false }));
        if matches!(asking.purpose, Purpose::Turn) && !reply.turn.is_empty() {
            self.emit(Event::Answered {
                request: self.request,
                turn: reply.turn.clone(),
                model: reply.model.clone(),
                usage: reply.usage,
                charge,
                cache,
                took,
            });
        }
    }

    pub(super) fn troubled(&mut self, trouble: Trouble, wait: Duration) {
        let Some(mut asking) = self.take_asking() else { return };
        self.lose(&asking);
        if !asking.text.is_empty() {
            self.emit(Event::Discarded);
        }
        match trouble.class {
            Class::Adapted if asking.adapted < ADAPTATIONS => {
                asking.adapted += 1;
                asking.attempt -= 1;
                if let Some(finding) = trouble.taught.as_deref().copied() {
                    let is_new = self.ledger.refused(&self.config.cache.scope, finding, self.now);
                    asking.taught = is_new.then_some(finding).or(asking.taught);
                    self.out.push(Effect::KeepLedger);
                }
                self.send(asking);
            }
            Class::ChainLost if asking.chain.is_some() => self.unchain(asking),
            Class::Unserved if self.config.cache_mode == CacheMode::Session => self.leave_session(asking),
            Class::Retry | Class::RetrySlowly if self.tries_again(&asking, &trouble) => {
                self.missed(&asking);
                asking.state = Trying::Failed;
                self.emit(Event::Retrying {
                    attempt: asking.attempt + 1,
                    of: if self.is_endless(&trouble) { 0 } else { self.config.tries },
                    wait,
                    cause: trouble.failure,
                });
                self.phase = Phase::Asking(Box::new(asking));
                self.out.push(Effect::Wait(wait));
            }
            Class::Retry | Class::RetrySlowly if self.can_fall_back(&asking, &trouble) => {
                self.missed(&asking);
                self.fall_back(asking, &trouble);
            }
            Class::Overflow(limit) if !asking.shrunk => self.rescue(asking, limit, trouble.failure),
            _ => {
                self.missed(&asking);
                match asking.purpose {
                    Purpose::Turn => self.give_up(asking.prompt, trouble.failure),
                    Purpose::Summary { base, then } => self.cut_instead(base, then, trouble.failure),
                }
            }
        }
    }

    /// A request brought no answer: what it marked may be stored or not.
    pub(super) fn missed(&mut self, asking: &Asking) {
        self.ledger.failed(&asking.prompt, &self.config.cache, &asking.plan, self.now);
        self.out.push(Effect::KeepLedger);
    }

    /// The running request; whatever else the machine does stays as it is.
    fn take_asking(&mut self) -> Option<Asking> {
        match self.take_phase() {
            Phase::Asking(asking) => Some(*asking),
            other => {
                self.phase = other;
                None
            }
        }
    }

    pub(super) fn woke(&mut self) {
        match self.take_phase() {
            Phase::Asking(asking) if asking.state == Trying::Failed => self.send(*asking),
            other => self.phase = other,
        }
    }

    /// Ends the turn with a failure. The history says that no answer came, so that the person and the model still
    /// take turns and the model knows.
    pub(super) fn give_up(&mut self, prompt: Prompt, failure: Failure) {
        let prompt = hear_text(prompt, words::NO_ANSWER.to_owned());
        self.fail(prompt, failure);
    }

    /// The person stops whatever is running.
    pub(super) fn interrupt(&mut self) {
        self.stop(EndReason::Interrupted);
    }

    /// Stops whatever is running; what was written so far is kept.
    pub(super) fn stop(&mut self, reason: EndReason) {
        self.stop_own();
        match self.take_phase() {
            Phase::Asking(asking) => {
                self.out.push(Effect::StopAsking);
                if asking.state == Trying::Running {
                    self.missed(&asking);
                }
                let prompt = match asking.purpose {
                    Purpose::Summary { base, .. } => base,
                    Purpose::Turn => {
                        let said = asking.text.trim_end();
                        let text = if said.is_empty() { words::STOPPED } else { said };
                        hear_text(asking.prompt, text.to_owned())
                    }
                };
                self.rest(prompt, reason);
            }
            Phase::Working(working) => {
                self.out.push(Effect::StopTools);
                let prompt = hear_text(working.round.abandon(), words::STOPPED.to_owned());
                self.rest(prompt, reason);
            }
            // The results before it have been kept; the model learns that nobody waits for an answer to them.
            Phase::Composing(prompt) if self.steered.take().is_some() => {
                self.rest(hear_text(prompt, words::STOPPED.to_owned()), reason);
            }
            // Nothing was sent yet: the words are lost to the model, and the face still has them.
            Phase::Composing(prompt) => self.rest(prompt, reason),
            other => self.phase = other,
        }
    }
}

/// Appends an answer that is only text and was not finished.
pub(super) fn hear_text(prompt: Prompt, text: String) -> Prompt {
    let turn = Turn { finish: Finish::Interrupted, ..Turn::text(text) };
    match prompt.hear(turn) {
        Heard::Ready(prompt) => prompt,
        Heard::Open(round) => round.abandon(),
    }
}
