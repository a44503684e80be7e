//! `qwen cache status`: what of this repository's prompt is stored now.

use std::fs;

use serde_json::{Value, json};

use super::{
    explain::{Explained, Finding},
    page,
    place::{Place, project, prompt},
    policy::mode,
};
use crate::{
    agent::{Connection, Setup},
    base::{AbsPath, Account, Bytes, Clean, Moment, Tokens, minutes},
    cache::{Situation, forecast, kept, plan},
    protocol::{CacheMode, Prediction},
    session,
};

/// The answer.
pub(super) struct Status {
    model: String,
    provider: &'static str,
    mode: CacheMode,
    why: String,
    known: Result<Known, Refused>,
    ledger: Option<(AbsPath, Option<Bytes>)>,
    /// Word and sentence.
    findings: Vec<(&'static str, String)>,
    now: Moment,
}

/// What is known with an account.
struct Known {
    host: String,
    account: Account,
    head: Tokens,
    instructions_until: Option<Moment>,
    head_until: Option<Moment>,
    next: Prediction,
}

/// Why there is no account.
struct Refused {
    error: String,
    hints: Vec<String>,
}

impl Status {
    /// Looks at a place.
    pub(super) fn of(place: &Place) -> Self {
        let (known, found) = match &place.setup {
            Err(failure) => {
                let refused = Refused { error: failure.error.clone(), hints: failure.hints.clone() };
                (Err(refused), Vec::new())
            }
            Ok((setup, connection)) => {
                let found = setup.ledger.findings(&connection.limits().scope, place.now);
                (Ok(Known::of(setup, connection, place.now)), found)
            }
        };
        let ledger = place.ledger.clone().map(|path| {
            let size = fs::metadata(&path).ok().map(|facts| Bytes(facts.len()));
            (path, size)
        });
        let mut findings: Vec<_> = found.iter().map(|f| (f.name(), f.sentence())).collect();
        for finding in newest_findings() {
            if !findings.iter().any(|(name, _)| *name == finding.name()) {
                findings.push((finding.name(), finding.sentence()));
            }
        }
        Self {
            model: place.profile.model.clone(),
            provider: place.profile.provider.name,
            mode: mode(&place.profile.cache),
            why: place.why.clone(),
            known,
            ledger,
            findings,
            now: place.now,
        }
    }

    /// For a person.
    pub(super) fn to_text(&self) -> String {
        let mut rows = vec![
            ("model", format!("{} at {}", Clean::line(&self.model), self.provider)),
            ("mode", Clean::line(&self.why).into_string()),
        ];
        match &self.known {
            Ok(known) => rows.extend(known.rows(self.now)),
            Err(refused) => {
                rows.push(("account", Clean::line(&refused.error).into_string()));
                rows.extend(refused.hints.iter().map(|hint| ("", Clean::line(hint).into_string())));
                rows.push((
                    "head",
                    "not known without an account: nothing is shared between accounts".to_owned(),
                ));
            }
        }
        rows.push((
            "ledger",
            match &self.ledger {
                Some((path, Some(size))) => format!("{path}, {}", size.short()),
                Some((path, None)) => format!("{path}, not there yet: nothing was stored from this machine"),
                None => "none: the home folder has no absolute path".to_owned(),
            },
        ));
        let findings = self.findings.iter().map(|(_, text)| ("finding", text.clone()));
        rows.extend(findings);
        page::rows(&rows, 9)
    }

    /// For programs.
    pub(super) fn to_json(&self) -> Value {
        let known = self.known.as_ref().ok();
        let findings = self.findings.iter().map(|(name, text)| json!({ "finding": name, "text": text }));
        json!({
            "form": 1,
            "model": self.model,
            "provider": self.provider,
            "mode": self.mode.name(),
            "why": self.why,
            "account": known.map(|known| json!({ "host": known.host, "fingerprint": known.account })),
            "no_account": self.known.as_ref().err().map(|refused| &refused.error),
            "head": known.map(|known| json!({
                "tokens": known.head.0,
                "is_warm": known.head_until.is_some(),
                "warm_until": known.head_until.and_then(Moment::timestamp),
                "instructions_warm_until": known.instructions_until.and_then(Moment::timestamp),
            })),
            "next_request": known.map(|known| json!({
                "read": known.next.read.0,
                "written": known.next.written.0,
                "plain": known.next.plain.0,
            })),
            "ledger": self.ledger.as_ref().map(|(path, size)| json!({
                "path": path.to_string(),
                "bytes": size.map(|size| size.0),
            })),
            "findings": findings.collect::<Vec<_>>(),
        })
    }
}

impl Known {
    fn of(setup: &Setup, connection: &Connection, now: Moment) -> Self {
        let (limits, prompt, store) = (connection.limits(), prompt(setup), &setup.ledger);
        let situation = Situation { is_interactive: true, offers_tools: true, ..Situation::default() };
        let forecast = forecast(situation, store, &limits.scope);
        let plan = if connection.cache_mode == CacheMode::Session {
            kept(&prompt, &limits, store, forecast, None, now)
        } else {
            plan(&prompt, &limits, store, forecast, now)
        };
        let until = |prefix| store.warm_until(&limits.scope, prefix, now);
        Self {
            host: connection.credential.endpoint().host().to_owned(),
            head: store.scaled(&limits.scope, prompt.head().estimate()),
            instructions_until: until(prompt.head().prefix_through_instructions()),
            head_until: until(prompt.head().prefix()),
            next: plan.prediction(),
            account: limits.scope.account,
        }
    }

    fn rows(&self, now: Moment) -> Vec<(&'static str, String)> {
        let head = match (self.head_until, self.instructions_until) {
            (Some(until), _) => format!("warm for {} more", left(until, now)),
            (None, Some(until)) => {
                format!(
                    "tools and instructions warm for {} more; this repository's part is cold",
                    left(until, now)
                )
            }
            (None, None) => "cold: nothing of it is known to be stored".to_owned(),
        };
        let Prediction { read, written, plain, .. } = self.next;
        vec![
            ("account", format!("{} at {}", self.account.as_str(), self.host)),
            ("head", format!("about {} tokens (tools, instructions, repository), {head}", self.head)),
            (
                "next",
                format!(
                    "a new conversation reads about {read} tokens, writes {written} and pays {plain} plain; your \
                     words and the environment come on top"
                ),
            ),
        ]
    }
}

fn left(until: Moment, now: Moment) -> String {
    let seconds = until.since(now).as_secs();
    if seconds < 120 { format!("{seconds} s") } else { minutes(seconds) }
}

/// What the newest session of this project showed of the server; nothing where there is none.
fn newest_findings() -> Vec<Finding> {
    let bill = project().and_then(|folder| {
        let newest = session::latest(&folder);
        newest.map(|id| session::bill(&folder, &id)).transpose()
    });
    bill.ok().flatten().map(|bill| Explained::of(bill).findings).unwrap_or_default()
}
