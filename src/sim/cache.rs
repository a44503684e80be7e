//! The context cache: what is stored, what a request reads and writes, what that costs.
//!
//! Written from the provider's rules alone, without a look at `crate::cache`, so that a misreading there shows here.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    blocks::{Blocks, Key},
    rules::{Billing, CacheRules, Refresh, SessionReach, Unit},
};
use crate::base::Moment;

/// Which cache a request used; one excludes the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheMode {
    /// The model has no cache, or none that this request could use.
    #[default]
    Off,
    /// Markers.
    Explicit,
    /// Repeated prefixes, found by the service.
    Implicit,
    /// The chain of responses.
    Session,
}

/// What one request is charged for. *Unit:* tokens, and units of a thousandth of a standard input token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bill {
    /// Which cache was used.
    pub mode: CacheMode,
    /// The whole prompt.
    pub prompt: u64,
    /// Read from the cache.
    pub cached: u64,
    /// Written to the cache.
    pub created: u64,
    /// Neither; internal tokens included.
    pub plain: u64,
    /// Answered; zero until the response is complete. Not part of the units below.
    pub output: u64,
    /// The price of the prompt.
    pub units: u64,
    /// The price of the same prompt without any cache.
    pub units_without_cache: u64,
}

/// What the cache answered to a request, and what it will store when the response is complete.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The charge.
    pub bill: Bill,
    explicit: Vec<Key>,
    implicit: Vec<Key>,
    session: Option<Key>,
}

/// A request of the Responses API as the session cache sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionAsk<'a> {
    /// The input, the chain's items first.
    pub(super) blocks: &'a Blocks,
    /// The same with the answer at the end.
    pub(super) whole: &'a Blocks,
    /// Whether the request names the response before it.
    pub(super) is_chained: bool,
}

#[derive(Clone, Copy, Debug)]
struct Life {
    ready: Moment,
    expires: Moment,
}

/// Every stored block of every account and model.
#[derive(Clone, Debug, Default)]
pub struct Store {
    rules: CacheRules,
    explicit: HashMap<Key, Life>,
    implicit: HashMap<Key, Moment>,
    session: HashMap<Key, Life>,
    /// How many requests have been read.
    reads: u64,
}

impl Store {
    /// An empty store with these rules.
    pub fn new(rules: CacheRules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// A request arrives: finds what it can read and refreshes that.
    pub fn read(&mut self, blocks: &Blocks, now: Moment) -> Reading {
        self.evict();
        let marked = !blocks.markers.is_empty() && self.rules.explicit_models.contains(&blocks.model);
        if marked {
            self.read_explicit(blocks, now)
        } else if self.rules.implicit_models.contains(&blocks.model) {
            self.read_implicit(blocks, now)
        } else {
            let bill = self.bill(CacheMode::Off, blocks.prompt, 0, 0, 0);
            Reading { bill, ..Reading::default() }
        }
    }

    /// The response to a request is complete: stores what it promised. An aborted request never comes here.
    pub fn keep(&mut self, reading: &Reading, now: Moment) {
        let ready = now.after(self.rules.ready_delay);
        let expires = ready.after(self.rules.life);
        let stored =
            [(&mut self.explicit, &reading.explicit[..]), (&mut self.session, reading.session.as_slice())];
        for (map, keys) in stored {
            for key in keys {
                if map.get(key).is_none_or(|life| life.expires <= now) {
                    map.insert(*key, Life { ready, expires });
                }
            }
            map.retain(|_, life| now < life.expires);
        }
        for key in &reading.implicit {
            self.implicit.insert(*key, now.after(self.rules.implicit_life));
        }
        self.implicit.retain(|_, expires| now < *expires);
    }

    fn evict(&mut self) {
        if self.rules.evict.strikes(self.reads) {
            self.explicit.clear();
            self.implicit.clear();
            self.session.clear();
        }
        self.reads += 1;
    }

    fn read_explicit(&mut self, blocks: &Blocks, now: Moment) -> Reading {
        let skipped = blocks.markers.len().saturating_sub(self.rules.markers);
        let markers = &blocks.markers[skipped..];
        let hit = markers.iter().filter_map(|at| self.behind(blocks, *at, now)).max();
        let cached = hit.map_or(0, |at| blocks.totals[at]);
        let wanted: Vec<usize> =
            markers.iter().copied().filter(|at| blocks.totals[*at] >= self.rules.minimum).collect();
        let beyond = |at: &usize| blocks.totals[*at].saturating_sub(cached);
        let reach = wanted.iter().map(beyond).max().unwrap_or(0);
        let created = match self.rules.billing {
            Billing::Telescoped => reach,
            Billing::PerMarker => wanted.iter().map(beyond).sum(),
        };
        if let Some(at) = hit {
            self.refresh(blocks, at, now);
        }
        let plain = blocks.prompt - cached - reach;
        let bill = self.bill(CacheMode::Explicit, blocks.prompt, cached, created, plain);
        let explicit = wanted.iter().map(|at| blocks.keys[*at]).collect();
        Reading { bill, explicit, ..Reading::default() }
    }

    /// The nearest live block at or before a marker, within the look-back.
    fn behind(&self, blocks: &Blocks, marker: usize, now: Moment) -> Option<usize> {
        let distance = |at: usize| match self.rules.unit {
            Unit::Element => marker - at,
            Unit::Message => blocks.message[marker] - blocks.message[at],
        };
        (1..=marker)
            .rev()
            .take_while(|at| distance(*at) <= self.rules.look_back)
            .find(|at| self.is_alive(&blocks.keys[*at], now))
    }

    fn is_alive(&self, key: &Key, now: Moment) -> bool {
        self.explicit.get(key).is_some_and(|life| life.ready <= now && now < life.expires)
    }

    fn refresh(&mut self, blocks: &Blocks, hit: usize, now: Moment) {
        let first = match self.rules.refresh {
            Refresh::Longest => hit,
            Refresh::All => 1,
        };
        for at in first..=hit {
            if let Some(life) = self.explicit.get_mut(&blocks.keys[at])
                && life.ready <= now
                && now < life.expires
            {
                life.expires = now.after(self.rules.life);
            }
        }
    }

    fn read_implicit(&self, blocks: &Blocks, now: Moment) -> Reading {
        let seen = |at: &usize| {
            blocks.totals[*at] >= self.rules.implicit_minimum
                && self.implicit.get(&blocks.keys[*at]).is_some_and(|expires| now < *expires)
        };
        let hit = if self.rules.implicit_hits { (1..blocks.keys.len()).rev().find(seen) } else { None };
        let cached = hit.map_or(0, |at| blocks.totals[at]);
        let bill = self.bill(CacheMode::Implicit, blocks.prompt, cached, 0, blocks.prompt - cached);
        Reading { bill, implicit: blocks.keys[1..].to_vec(), ..Reading::default() }
    }

    /// A request of the Responses API with the session cache arrives. What the chain has stored is found however long
    /// ago it was stored in blocks; no marker is needed.
    pub(super) fn read_session(&mut self, ask: SessionAsk<'_>, now: Moment) -> Reading {
        self.evict();
        let SessionAsk { blocks, whole, is_chained } = ask;
        if !self.rules.session_models.contains(&blocks.model) {
            let bill = self.bill(CacheMode::Off, blocks.prompt, 0, 0, 0);
            return Reading { bill, ..Reading::default() };
        }
        let alive = |life: &&mut Life| life.ready <= now && now < life.expires;
        let mut cached = 0;
        if is_chained || self.rules.session_unchained {
            for at in (1..blocks.keys.len()).rev() {
                if let Some(life) = self.session.get_mut(&blocks.keys[at]).filter(alive) {
                    life.expires = now.after(self.rules.life);
                    cached = blocks.totals[at];
                    break;
                }
            }
        }
        let last =
            |blocks: &Blocks| (blocks.keys[blocks.keys.len() - 1], blocks.totals[blocks.totals.len() - 1]);
        let (input, total) = last(blocks);
        let created = if total >= self.rules.minimum { total - cached } else { 0 };
        let plain = blocks.prompt - cached - created;
        let bill = self.bill(CacheMode::Session, blocks.prompt, cached, created, plain);
        let (key, size) = match self.rules.session_reach {
            SessionReach::Context => last(whole),
            SessionReach::Input => (input, total),
        };
        Reading { bill, session: (size >= self.rules.minimum).then_some(key), ..Reading::default() }
    }

    fn bill(&self, mode: CacheMode, prompt: u64, cached: u64, created: u64, plain: u64) -> Bill {
        let rates = self.rules.rates;
        let plain = if mode == CacheMode::Off { prompt } else { plain };
        let read = if mode == CacheMode::Implicit { rates.implicit } else { rates.read };
        Bill {
            mode,
            prompt,
            cached,
            created,
            plain,
            output: 0,
            units: cached * read + created * rates.write + plain * 1_000,
            units_without_cache: prompt * 1_000,
        }
    }
}

#[cfg(test)]
mod tests;
