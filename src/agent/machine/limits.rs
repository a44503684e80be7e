//! What a run may use up: time, tool calls, money, tokens. At four fifths the person and the model are told, once; at
//! the limit the run ends with what there is.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Effect, Machine,
    phase::{Asking, Phase},
    words,
};
use crate::{
    base::{Moment, Money, Tokens, estimate},
    cache,
    protocol::{Budget, EndReason, Usage},
};

/// The share of a limit at which it is told, in tenths.
const NEAR: u128 = 8;

/// Limits of a run beside the number of its requests; `None` for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Time from the first words; waits and tries again count.
    pub wall_time: Option<Duration>,
    /// Calls of the model, whatever comes of them; 0 allows none.
    pub tool_calls: Option<u32>,
    /// What all requests together may cost.
    pub cost: Option<Money>,
    /// Tokens of all requests, in and out.
    pub tokens: Option<Tokens>,
}

/// What was used up so far, where the sums of the session do not say it.
#[derive(Debug, Default)]
pub(super) struct Spent {
    /// When the person first spoke.
    began: Option<Moment>,
    calls: u32,
    /// Answers that broke off: the provider bills them and reports nothing, so they are estimated.
    lost: Usage,
    lost_money: Money,
    told: BTreeSet<Budget>,
    /// What the model is told with the next request.
    untold: Vec<String>,
}

impl Spent {
    /// Has the model told something with the next request.
    pub(super) fn tell(&mut self, text: String) {
        self.untold.push(text);
    }
}

impl Machine {
    /// The run begins with the first words.
    pub(super) fn begin_clock(&mut self) {
        if self.spent.began.is_some() {
            return;
        }
        self.spent.began = Some(self.now);
        if let Some(limit) = self.config.limits.wall_time {
            let near = limit * 4 / 5;
            self.out.push(Effect::AlarmAt(self.now.after(near)));
        }
    }

    /// The moment of [`Effect::AlarmAt`] has come.
    pub(super) fn alarm(&mut self) {
        let (Some(limit), Some(began)) = (self.config.limits.wall_time, self.spent.began) else { return };
        if self.now.since(began) < limit {
            self.out.push(Effect::AlarmAt(began.after(limit)));
            return self.tell_limits();
        }
        let reason = EndReason::Budget(Budget::WallTime);
        if let Phase::Idle(_) = &self.phase
            && let Phase::Idle(prompt) = self.take_phase()
        {
            return self.rest(prompt, reason);
        }
        self.stop(reason);
    }

    /// The limit that is reached, if one is.
    pub(super) fn reached(&self) -> Option<Budget> {
        let is_reached = |(budget, used, limit): (Budget, u128, u128)| {
            // The calls of an answer are weighed one by one.
            (budget != Budget::ToolCalls && used >= limit).then_some(budget)
        };
        self.used().into_iter().find_map(is_reached)
    }

    /// Tells what is nearly used up: the person now, the model with the next request.
    pub(super) fn tell_limits(&mut self) {
        for (budget, used, limit) in self.used() {
            // Of a limit that allows nothing, nothing is used up yet.
            if used == 0 || used * 10 < limit * NEAR || !self.spent.told.insert(budget) {
                continue;
            }
            let (noun, share) = (budget.noun(), used * 100 / limit.max(1));
            let flag = budget.flag();
            self.warn(format!("{share} % of the {noun} this run may use are used up ({flag})"));
            self.spent.untold.push(words::nearly_used_up(noun, share));
        }
    }

    /// What the model is to be told with the next request.
    pub(super) fn untold_limits(&mut self) -> Vec<String> {
        std::mem::take(&mut self.spent.untold)
    }

    /// Counts a call of the model. Whether it may be run.
    pub(super) fn takes_call(&mut self) -> bool {
        if self.config.limits.tool_calls.is_some_and(|most| self.spent.calls >= most) {
            return false;
        }
        self.spent.calls += 1;
        true
    }

    /// A try broke off after the model had begun to answer.
    pub(super) fn lose(&mut self, asking: &Asking) {
        if asking.text.is_empty() {
            return;
        }
        let (input, output) = (self.scaled(asking.prompt.estimate()), estimate(&asking.text));
        let usage = Usage { input, output, ..Usage::default() };
        let charge = cache::charge(&usage, &self.config.cache.terms, &self.config.tiers, false);
        self.spent.lost = self.spent.lost.plus(usage);
        self.spent.lost_money += charge.money.unwrap_or_default();
    }

    /// What is used of each limit that is set, and the limit, in one unit.
    fn used(&self) -> Vec<(Budget, u128, u128)> {
        let limits = &self.config.limits;
        let time = self.spent.began.map(|began| self.now.since(began).as_millis()).unwrap_or_default();
        let tokens = u128::from((self.totals.usage.total() + self.spent.lost.total()).0);
        // A price that is not known may be any.
        let money = self.totals.charge.money.map_or(u128::MAX / 100, |money| {
            u128::try_from((money + self.spent.lost_money).pico_dollars()).unwrap_or_default()
        });
        let cost = |limit: Money| u128::try_from(limit.pico_dollars()).unwrap_or_default();
        [
            limits.wall_time.map(|limit| (Budget::WallTime, time, limit.as_millis())),
            limits.tool_calls.map(|limit| (Budget::ToolCalls, self.spent.calls.into(), limit.into())),
            limits.cost.map(|limit| (Budget::Cost, money, cost(limit))),
            limits.tokens.map(|limit| (Budget::Tokens, tokens, limit.0.into())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
