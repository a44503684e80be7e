//! The context cache: what is stored, what a request reads and writes, what that costs.
//!
//! Written from the provider's rules alone, without a look at `crate::cache`, so that a misreading there shows here.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    blocks::{Blocks, Key},
    rules::{Billing, CacheRules, Refresh, Unit},
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
        for key in &reading.explicit {
            if self.explicit.get(key).is_none_or(|life| life.expires <= now) {
                self.explicit.insert(*key, Life { ready, expires });
            }
        }
        for key in &reading.implicit {
            self.implicit.insert(*key, now.after(self.rules.implicit_life));
        }
        self.explicit.retain(|_, life| now < life.expires);
        self.implicit.retain(|_, expires| now < *expires);
    }

    fn evict(&mut self) {
        if self.rules.evict.strikes(self.reads) {
            self.explicit.clear();
            self.implicit.clear();
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
        Reading { bill, explicit, implicit: Vec::new() }
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
        Reading { bill, explicit: Vec::new(), implicit: blocks.keys[1..].to_vec() }
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
