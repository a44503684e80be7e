//! The object `cache` in the result of the JSON formats.

use serde_json::{Value, json};

use super::messages::units;
use crate::{
    base::{Moment, Money},
    protocol::{CacheReport, Event, Finding, Miss, SessionInfo, Totals},
};

/// What the cache did in a run, request by request.
#[derive(Default)]
pub(super) struct CacheRecord {
    misses: Vec<(u32, Miss)>,
    findings: Vec<(u32, Finding)>,
    last: Option<CacheReport>,
}

impl CacheRecord {
    /// Takes one event.
    pub(super) fn see(&mut self, event: &Event) {
        if let Event::Answered { request, cache, .. } = event {
            self.misses.extend(cache.miss.map(|miss| (*request, miss)));
            self.findings.extend(cache.finding.map(|finding| (*request, finding)));
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
            "warm_until": self.last.and_then(|report| report.warm_until).and_then(Moment::timestamp),
            "findings": self.findings.iter().map(|(request, finding)| {
                json!({ "request": request, "finding": finding.name(), "text": finding.sentence() })
            }).collect::<Vec<_>>(),
            "misses": self.misses.iter().map(|(request, miss)| missed(*request, *miss)).collect::<Vec<_>>(),
        })
    }
}

/// One miss: `{"request":3,"cause":"idle","seconds":60,"text":"…"}`.
fn missed(request: u32, miss: Miss) -> Value {
    let mut told = json!({ "request": request });
    if let (Some(told), Value::Object(cause)) = (told.as_object_mut(), miss.to_json()) {
        told.extend(cause);
    }
    told
}
