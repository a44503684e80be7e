//! `qwen cache explain --json`, in the form of `docs/schemas/cache-explain.schema.json`.

use serde_json::{Value, json};

use super::explain::{Explained, Finding, Outcome, Request, Sums};
use crate::{
    base::{Moment, Money, Tokens},
    protocol::{CacheReport, Charge, Usage},
};

/// The form of the page. A field may be added without a new number; what is there keeps its meaning.
const FORM: u32 = 1;

/// The page.
pub(super) fn page(explained: &Explained) -> Value {
    let meta = &explained.meta;
    json!({
        "form": FORM,
        "session": meta.id.as_str(),
        "root": meta.root,
        "model": meta.model,
        "created": meta.created.timestamp(),
        "unread_lines": explained.unread,
        "requests": explained.requests.iter().map(request).collect::<Vec<_>>(),
        "findings": explained.findings.iter().map(|f| finding(*f)).collect::<Vec<_>>(),
        "totals": sums(explained.sums()),
    })
}

fn request(request: &Request) -> Value {
    let (billed, spent) = (&request.billed, &request.billed.spent);
    let miss = match request.outcome {
        Outcome::Missed(miss) => Some(miss.to_json()),
        _ => None,
    };
    json!({
        "number": request.number,
        "run": billed.run,
        "request": spent.request,
        "purpose": request.purpose(),
        "at": spent.at.timestamp(),
        "model": spent.model,
        "mode": spent.cache.map(|cache| cache.mode.name()),
        "predicted": request.predicted().map(|p| {
            json!({ "read": p.read.0, "written": p.written.0, "plain": p.plain.0 })
        }),
        "reported": spent.usage.map(|usage| reported(&usage)),
        "difference": request.difference().map(|(read, written)| json!({ "read": read, "written": written })),
        "outcome": request.outcome.name(),
        "miss": miss,
        "text": request.outcome.sentence(),
        "cost": spent.charge.map(|charge| cost(&charge)),
        "so_far": sums(request.so_far),
        "stored": spent.cache.map(|cache: CacheReport| cache.stored.0),
        "warm_until": spent.cache.and_then(|cache| cache.warm_until).and_then(Moment::timestamp),
    })
}

fn finding(finding: Finding) -> Value {
    json!({ "finding": finding.name(), "request": finding.request(), "text": finding.sentence() })
}

fn sums(sums: Sums) -> Value {
    json!({ "reported": reported(&sums.usage), "cost": cost(&sums.charge) })
}

fn reported(usage: &Usage) -> Value {
    let count = |tokens: Option<Tokens>| tokens.map(|tokens| tokens.0);
    json!({
        "input": usage.input.0,
        "read": count(usage.cached),
        "written": count(usage.created),
        "plain": usage.plain().0,
        "output": usage.output.0,
    })
}

fn cost(charge: &Charge) -> Value {
    let dollars = |money: Option<Money>| money.map(Money::dollars);
    json!({
        "units": units(charge.units),
        "units_without_cache": units(charge.units_uncached),
        "units_with_implicit_cache": units(charge.units_implicit),
        "usd": dollars(charge.money),
        "usd_without_cache": dollars(charge.money_uncached),
        "usd_with_implicit_cache": dollars(charge.money_implicit),
        "saved_usd": dollars(charge.saved()),
        "saved_usd_against_implicit_cache": dollars(charge.saved_to_implicit()),
    })
}

#[expect(clippy::cast_precision_loss, reason = "exact below nine million million tokens")]
fn units(thousandths: u64) -> f64 {
    thousandths as f64 / 1_000.0
}
