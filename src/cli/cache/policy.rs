//! `qwen cache policy`: the rules in force, in words, with this model's numbers.

use super::{
    models::{part, prices},
    page::{rows, section},
    place::Place,
};
use crate::{
    base::{Account, Clean, Tokens},
    cache::{Ledger, Plan, Scope, Situation, forecast},
    catalog::READ,
    protocol::{CacheMode, CacheTerms},
};

/// The page.
pub(super) fn text(place: &Place) -> String {
    let profile = &place.profile;
    let terms = profile.cache;
    let mut head = vec![
        ("model", format!("{} at {}", Clean::line(&profile.model), profile.provider.name)),
        ("mode", Clean::line(&place.why).into_string()),
        ("", mode(&terms).meaning().to_owned()),
    ];
    if let Err(failure) = &place.setup {
        head.push(("account", format!("{}; these are the rules with a key", Clean::line(&failure.error))));
    }
    let mut out = rows(&head, 9);
    out.push_str(&section("Prices, as parts of the price of a plain input token", &price_lines(&terms), ""));
    let mut list = vec![format!("≈ $ in / out per million (input up to): {}", prices(&profile.tiers))];
    if profile.tiers.is_empty() {
        list.push("nobody told the price of this model here; `cache.prices` in your settings can".to_owned());
    }
    out.push_str(&section(&format!("List price, read in {READ}"), &list, ""));
    out.push_str(&section("Rules", &rules(place), ""));
    let modes = CacheMode::ALL.map(|mode| (mode.name(), mode.keeps().to_owned()));
    out.push_str("\nWhat each mode keeps, where and for how long\n");
    out.push_str(&rows(&modes, 10));
    out.push_str("\nHow to read this, with worked examples: docs/caching.md\n");
    out
}

/// How the cache would be used on these terms, the gate applied.
pub(super) fn mode(terms: &CacheTerms) -> CacheMode {
    match terms {
        CacheTerms { session: true, .. } => CacheMode::Session,
        CacheTerms { explicit: true, .. } => CacheMode::Explicit,
        _ => CacheMode::Implicit,
    }
}

fn price_lines(terms: &CacheTerms) -> Vec<String> {
    let implicit = if terms.implicit {
        format!("{}, where the provider hits; it does not promise to", part(terms.implicit_read))
    } else {
        "this model has no implicit cache".to_owned()
    };
    let mut lines = vec![];
    if terms.explicit || terms.session {
        lines.push(format!("write     {}", part(terms.write)));
        lines.push(format!("read      {}", part(terms.read)));
    }
    lines.push(format!("implicit  {implicit}"));
    lines
}

fn rules(place: &Place) -> Vec<String> {
    let terms = &place.profile.cache;
    if terms.session {
        return vec![
            "Each request names the response it follows and brings only what is new; the provider stores the whole.".to_owned(),
            "A conversation is kept for 7 days. What stored it can be read cheaply for 300 seconds after each request.".to_owned(),
            format!("A conversation below {} tokens is not stored.", terms.minimum),
        ];
    }
    if !terms.explicit {
        return vec![
            "No markers are sent. Each request begins, byte for byte, with the one before, so that a cache of the \
             provider's own finds it."
                .to_owned(),
        ];
    }
    // What is known of earlier runs here says how likely another request is.
    let nobody = Scope { account: Account::new(""), model: place.profile.model.clone() };
    let (ledger, scope) = match &place.setup {
        Ok((setup, connection)) => (setup.ledger.clone(), connection.limits().scope),
        Err(_) => (Ledger::default(), nobody),
    };
    let chance = |situation| {
        let tail = forecast(situation, &ledger, &scope).tail;
        format!("{} %", (tail + 5) / 10)
    };
    let tools = Situation { offers_tools: true, ..Situation::default() };
    let once = u64::from(terms.write) + u64::from(terms.read);
    vec![
        format!("A prompt below {} tokens is not stored.", terms.minimum),
        "What is stored lives 300 seconds; each read begins them anew, for the block that was read."
            .to_owned(),
        format!(
            "A request carries at most {} markers, each at the end of a message: of the head, of what is surely \
             stored, of what may be stored, and of this request.",
            Plan::MAX
        ),
        format!(
            "Written once and read once costs {} instead of 2.00: it pays when it is read again with a chance above \
             {}.",
            part(u32::try_from(once).unwrap_or(u32::MAX)),
            break_even(terms)
        ),
        format!(
            "For a first request that chance is taken to be {} with a person there, {} in a run with tools, {} \
             without, {} for the last request a limit allows; how earlier runs went on corrects it.",
            chance(Situation { is_interactive: true, ..tools }),
            chance(tools),
            chance(Situation::default()),
            chance(Situation { is_last: true, ..tools }),
        ),
        against_implicit(terms),
        format!(
            "A pause above 5 minutes rewrites the prompt: 100,000 tokens then cost {} units instead of {}.",
            Tokens(100 * u64::from(terms.write)),
            Tokens(100 * u64::from(terms.read))
        ),
    ]
}

/// Source: `docs/sources.md`, wire 3.7: k > (w − 1) / (1 − (1 − ρ)h − r), with h = 1.
fn against_implicit(terms: &CacheTerms) -> String {
    if !terms.implicit {
        return "There is no implicit cache to fall back on: a request without markers reads nothing."
            .to_owned();
    }
    let gain = terms.implicit_read.saturating_sub(terms.read);
    if gain == 0 {
        return "An implicit cache that always reads is as cheap; it does not always.".to_owned();
    }
    let reads = terms.write.saturating_sub(1_000) / gain + 1;
    format!(
        "Against an implicit cache that always reads, what is written pays from read number {reads} on; one that reads \
         less often is beaten sooner."
    )
}

/// Writing now costs `w` and saves, if it is read, the write of the next request down to a read: the chance from
/// which on that pays is `(w − 1) / (w − r)`. Source: `docs/sources.md`, wire 3.7.
fn break_even(terms: &CacheTerms) -> String {
    let (extra, gain) = (terms.write.saturating_sub(1_000), terms.write.saturating_sub(terms.read));
    if extra == 0 {
        return "0 %".to_owned();
    }
    if gain == 0 {
        return "100 %; for this model it never does".to_owned();
    }
    format!("{:.1} %", f64::from(extra) * 100.0 / f64::from(gain))
}
