//! Keep-warm: while a person thinks, the last request is asked again shortly before its stored prefix lapses, with the
//! smallest answer. Off unless a setting says so.

use std::time::Duration;

use super::{Effect, Kept, Machine, phase::Phase};
use crate::{
    base::{Moment, Tokens},
    cache::{self, Plan},
    prompt::Prompt,
    protocol::{CacheMode, Event},
    provider::{Class, Reply, Trouble},
};

/// How long before its end a stored prefix is read: 225 seconds after it was last read.
/// Source: `docs/sources.md`, wire 3.6: 216 to 240 seconds of 300.
const BEFORE: Duration = Duration::from_secs(75);
/// Less is not worth it. Source: as above.
const LEAST: Tokens = Tokens(20_000);
/// After so many a rewrite would have been cheaper. Source: `docs/sources.md`, wire 3.7: n × 0.10 < 1.15.
const MOST: u32 = 11;
/// How often a dialect may adapt one ping.
const ADAPTATIONS: u32 = 3;

/// The state of keeping warm.
#[derive(Debug, Default)]
pub(super) struct Warm {
    /// When the next ping is due.
    due: Option<Moment>,
    /// How many there were since the person last spoke.
    pings: u32,
    /// Whether one failed or missed: then there are none until a real request was answered.
    is_off: bool,
    running: Option<Ping>,
}

/// A ping that runs.
#[derive(Debug)]
struct Ping {
    prompt: Prompt,
    plan: Plan,
    sent: Moment,
    adapted: u32,
}

impl Machine {
    /// The request to send for [`Effect::Ping`].
    pub fn ping(&self) -> Option<(&Prompt, &Plan)> {
        self.warm.running.as_ref().map(|ping| (&ping.prompt, &ping.plan))
    }

    /// A real request was answered, and what it stored lives until then.
    pub(super) fn warmed_until(&mut self, until: Option<Moment>) {
        self.warm = Warm {
            due: until.map(|until| Moment(until.0.saturating_sub(millis(BEFORE)))),
            ..Warm::default()
        };
    }

    /// Asks to be woken for the next ping, if there is to be one. The machine is idle.
    pub(super) fn arm(&mut self) {
        let wanted = self.config.keep_warm && self.config.is_interactive && !self.is_quitting;
        let goes_on =
            !self.warm.is_off && self.warm.pings < MOST && self.config.cache_mode == CacheMode::Explicit;
        if let Some(due) = self.warm.due.filter(|_| wanted && goes_on) {
            self.out.push(Effect::WakeAt(due));
        }
    }

    /// Time has come: pings, if nothing else happens and all of the conversation is still stored.
    pub(super) fn tick(&mut self) {
        let Phase::Idle(prompt) = &self.phase else { return };
        let is_due = self.warm.due.is_some_and(|due| due <= self.now);
        if !is_due || self.warm.is_off || self.warm.running.is_some() {
            return;
        }
        self.warm.due = None;
        let Some(prompt) = prompt.asked() else { return };
        let plan = self.plan(&prompt, false);
        let expected = plan.prediction();
        if plan.mode() != CacheMode::Explicit
            || expected.read < LEAST
            || expected.written.0 * 10 > expected.read.0
        {
            return;
        }
        self.ledger.sent(&prompt, &self.config.cache, &plan, self.now);
        self.warm.running = Some(Ping { prompt, plan, sent: self.now, adapted: 0 });
        self.out.push(Effect::Ping);
    }

    /// The ping was answered.
    pub(super) fn pinged(&mut self, reply: &Reply, took: Duration) {
        let Some(Ping { prompt, plan, sent, .. }) = self.warm.running.take() else { return };
        let usage = reply.usage.as_ref();
        let cache = self.ledger.completed(&prompt, &self.config.cache, &plan, usage, (sent, self.now));
        self.out.push(Effect::KeepLedger);
        let charge =
            reply.usage.map(|u| cache::charge(&u, &self.config.cache.terms, &self.config.tiers, true));
        self.totals.pings += 1;
        self.totals.api_time += took;
        if let (Some(usage), Some(charge)) = (reply.usage, charge) {
            self.totals.usage = self.totals.usage.plus(usage);
            self.totals.charge = self.totals.charge.plus(charge);
        }
        let (request, model) = (self.request, reply.model.clone());
        self.out.push(Effect::Keep(Kept::Usage {
            request,
            usage: reply.usage,
            charge,
            cache,
            model,
            is_ping: true,
        }));
        self.emit(Event::Warmed { cache, totals: self.totals });
        let read = reply.usage.and_then(|u| u.cached).unwrap_or_default();
        if read.0 * 10 < plan.prediction().read.0 * 9 {
            self.warm.is_off = true;
            return self.notice("cache: keeping warm stops: the provider did not read what it had stored");
        }
        self.warm.pings += 1;
        let price = charge.and_then(|c| c.money).map(|money| format!(", about {money}")).unwrap_or_default();
        self.notice(&format!("cache: kept warm, {} of {MOST}: {read} tokens read{price}", self.warm.pings));
        self.warm.due = cache.warm_until.map(|until| Moment(until.0.saturating_sub(millis(BEFORE))));
        self.arm();
    }

    /// The ping failed. Only a request the dialect has learned from is sent again.
    pub(super) fn ping_failed(&mut self, trouble: &Trouble) {
        let Some(mut ping) = self.warm.running.take() else { return };
        if trouble.class == Class::Adapted && ping.adapted < ADAPTATIONS {
            ping.adapted += 1;
            self.warm.running = Some(ping);
            return self.out.push(Effect::Ping);
        }
        self.ledger.failed(&ping.prompt, &self.config.cache, &ping.plan, self.now);
        self.out.push(Effect::KeepLedger);
        self.warm.is_off = true;
        self.notice(&format!("cache: keeping warm stops: {}", trouble.failure.error));
    }

    /// Something real happens: a running ping is stopped, and none is due.
    pub(super) fn stop_ping(&mut self) {
        self.warm.due = None;
        if let Some(ping) = self.warm.running.take() {
            self.ledger.failed(&ping.prompt, &self.config.cache, &ping.plan, self.now);
            self.out.extend([Effect::StopPing, Effect::KeepLedger]);
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
