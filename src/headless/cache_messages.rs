//! The object `cache` in the result of the JSON formats.

use serde_json::{Value, json};

use super::messages::units;
use crate::{
    base::{Moment, Money},
    protocol::{CacheReport, Event, Miss, SessionInfo, Totals},
};

/// What the cache did in a run, request by request.
#[derive(Default)]
pub(super) struct CacheRecord {
    misses: Vec<(u32, Miss)>,
    last: Option<CacheReport>,
}

impl CacheRecord {
    /// Takes one event.
    pub(super) fn see(&mut self, event: &Event) {
        if let Event::Answered { request, cache, .. } = event {
            self.misses.extend(cache.miss.map(|miss| (*request, miss)));
            self.last = Some(*cache);
        }
    }

    /// As JSON. *Shape:* every field is always there; amounts are `null` where the price is not known, and
    /// `warm_until` where nothing is stored.
    pub(super) fn to_json(&self, info: &SessionInfo, totals: &Totals) -> Value {
        let (usage, charge) = (&totals.usage, &totals.charge);
        let (mode, why) = &info.cache;
        json!({
            "mode": mode.name(),
            "why": why,
            "read": usage.cached.unwrap_or_default().0,
            "written": usage.created.unwrap_or_default().0,
            "plain": usage.plain().0,
            "hit_rate_percent": usage.hit_rate(),
            "units": units(charge.units),
            "units_without_cache": units(charge.units_uncached),
            "units_with_implicit_cache": units(charge.units_implicit),
            "cost_usd": charge.money.map(Money::dollars),
            "saved_usd": charge.saved().map(Money::dollars),
            "saved_usd_against_implicit_cache": charge.saved_to_implicit().map(Money::dollars),
            "stored": self.last.map(|report| report.stored.0),
            "warm_until": self.last.and_then(|report| report.warm_until).and_then(timestamp),
            "misses": self.misses.iter().map(|(request, miss)| missed(*request, *miss)).collect::<Vec<_>>(),
        })
    }
}

/// What is known of one cause, its words last: `{"request":3,"cause":"idle","seconds":60,"text":"…"}`.
fn missed(request: u32, miss: Miss) -> Value {
    let mut told = json!({ "request": request, "cause": miss.name() });
    if let (Some(told), Ok(Value::Object(kept))) = (told.as_object_mut(), serde_json::to_value(miss)) {
        told.extend(kept);
        told.insert("text".to_owned(), miss.sentence().into());
    }
    told
}

/// `2026-11-21T14:05:00Z`.
fn timestamp(at: Moment) -> Option<String> {
    let ms = i64::try_from(at.0).ok()?;
    jiff::Timestamp::from_millisecond(ms).ok().map(|stamp| stamp.to_string())
}
