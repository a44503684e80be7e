//! A miss that can be foreseen is told before it is paid for.

use super::{
    Machine,
    phase::{Asking, Purpose},
};
use crate::{
    base::{Money, Tokens},
    cache::{self, Forecast, Plan, Situation},
    prompt::Prompt,
    protocol::{CacheMode, Item, Miss, Part, Prediction, Tier},
};

impl Machine {
    /// Where markers go in a request with this prompt, and what is expected of it.
    pub(super) fn plan(&self, prompt: &Prompt, is_aside: bool) -> Plan {
        let (limits, ledger, forecast) = (&self.config.cache, &self.ledger, self.forecast(prompt, is_aside));
        if self.config.cache_mode == CacheMode::Session {
            return cache::kept(prompt, limits, ledger, forecast, self.link.as_ref(), self.now);
        }
        cache::plan(prompt, limits, ledger, forecast, self.now)
    }

    fn forecast(&self, prompt: &Prompt, is_aside: bool) -> Forecast {
        let situation = Situation {
            is_interactive: self.config.is_interactive,
            offers_tools: !prompt.head().tools().is_empty(),
            answered: self.totals.requests,
            is_last: self.config.max_requests.is_some_and(|most| self.request >= most),
            is_aside,
        };
        cache::forecast(situation, &self.ledger, &self.config.cache.scope)
    }

    /// Says, once, that a conversation that had been stored is not any more.
    pub(super) fn tell_miss(&mut self, asking: &Asking) {
        let prediction = asking.plan.prediction();
        let Some(miss) = prediction.miss.filter(|miss| is_told(*miss)) else { return };
        let has_been_sent = asking.prompt.items().iter().any(|item| matches!(item, Item::Assistant(_)));
        if !has_been_sent || std::mem::replace(&mut self.told_miss, true) {
            return;
        }
        let what = match prediction.written {
            Tokens(0) => "this request reads nothing from the cache".to_owned(),
            written => {
                let price =
                    self.price_of_writing(prediction).map(|p| format!(" (about {p})")).unwrap_or_default();
                format!("this request writes {written} tokens again{price}")
            }
        };
        self.notice(&format!("cache: {}; {what}", miss.sentence()));
    }

    /// What is written by a request, in money, when prices are known. The whole input picks the tier.
    pub(super) fn price_of_writing(&self, prediction: Prediction) -> Option<Money> {
        let price = self.tier_of(prediction)?.input;
        Some(price.times(prediction.written, self.config.cache.terms.write))
    }

    /// The prices of a request of this size, when they are known.
    pub(super) fn tier_of(&self, prediction: Prediction) -> Option<&Tier> {
        let input = prediction.read + prediction.written + prediction.plain;
        self.config.tiers.iter().find(|t| input <= t.up_to).or(self.config.tiers.last())
    }
}

impl Purpose {
    /// Whether nothing will ever follow what is sent.
    pub(super) fn is_aside(&self) -> bool {
        matches!(self, Self::Summary { .. })
    }
}

/// Whether a cause means that something stored is paid for again. A changed history was told when it changed.
fn is_told(miss: Miss) -> bool {
    match miss {
        Miss::Changed { part } => part != Part::History,
        Miss::Idle { .. } | Miss::Model | Miss::Account => true,
        Miss::First | Miss::BelowMinimum | Miss::Ignored | Miss::Cut | Miss::Racing | Miss::Unknown => false,
    }
}
