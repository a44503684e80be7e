//! A conversation the provider keeps, and for what its copy is good.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Forecast, Ledger, Limits, Plan, Scope};
use crate::{
    base::{Moment, Tokens},
    prompt::{Prefix, Prompt},
    protocol::{Chain, Item, Miss, Part, Prediction},
};

/// How long a response may be followed: half a day less than the provider keeps it.
/// Source: `docs/sources.md`, wire 2.4: seven days.
const LIFE: Duration = Duration::from_secs(13 * 12 * 3_600);

/// Where the provider's copy of a conversation ends, and what it is a copy of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    chain: Chain,
    /// Everything the copy covers: tools, system text and items.
    prefix: Prefix,
    scope: Scope,
    created: Moment,
    /// How much the copy has, by the counts of the response; `None` where it told none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<Tokens>,
}

impl Link {
    /// For a response that was complete at `created` and covers everything up to `prefix`.
    pub fn new(chain: Chain, prefix: Prefix, scope: Scope, created: Moment) -> Self {
        Self { chain, prefix, scope, created, size: None }
    }

    /// How long what a response stored is read at the low price. Source: `docs/sources.md`, wire 2.5.
    pub const WARM: Duration = Duration::from_secs(300);

    /// The same link of a copy that has so many tokens.
    #[must_use]
    pub fn of_size(self, size: Option<Tokens>) -> Self {
        Self { size, ..self }
    }

    /// The response it names.
    pub fn response(&self) -> &str {
        &self.chain.response
    }

    /// Whose copy it is.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether the provider may still have it. Source: `docs/sources.md`, wire 2.4: seven days.
    pub fn may_be_kept(&self, now: Moment) -> bool {
        now.since(self.created) < Duration::from_secs(7 * 24 * 3_600)
    }

    /// Why a request with this prompt reads nothing of the copy, if it does not.
    fn miss(&self, prompt: &Prompt, scope: &Scope, now: Moment) -> Option<Miss> {
        if self.scope.account != scope.account {
            Some(Miss::Account)
        } else if self.scope.model != scope.model {
            Some(Miss::Model)
        } else if self.follows(prompt, scope, now).is_none() && now.since(self.created) < LIFE {
            Some(Miss::Changed { part: Part::History })
        } else {
            let idle = now.since(self.created).checked_sub(Self::WARM)?;
            Some(Miss::Idle { seconds: idle.as_secs() })
        }
    }

    /// What a request with this prompt may follow: nothing when another account or model is asked, when the copy is
    /// of something else (after a summary, a step back, another map), when it is too old, or when it covers all.
    pub fn follows(&self, prompt: &Prompt, scope: &Scope, now: Moment) -> Option<&Chain> {
        let last = self.chain.items.checked_sub(1)?;
        let is_copy = self.chain.items < prompt.items().len() && prompt.prefix_through(last) == self.prefix;
        (is_copy && self.scope == *scope && now.since(self.created) < LIFE).then_some(&self.chain)
    }
}

/// The plan of a request in a conversation the provider keeps: no markers, and the bill that is expected. What the
/// response it follows has is read, what is new is written. Source: `docs/sources.md`, wire 2.5 and 3.4, row 14.
pub fn kept(
    prompt: &Prompt,
    limits: &Limits,
    ledger: &Ledger,
    forecast: Forecast,
    link: Option<&Link>,
    now: Moment,
) -> Plan {
    let scaled = |estimate| ledger.scaled(&limits.scope, estimate);
    let internal = ledger.internal(&limits.scope);
    let followed = link.and_then(|link| Some((link, link.follows(prompt, &limits.scope, now)?)));
    let (copy, new) = match followed {
        Some((link, chain)) => {
            let through = prompt.estimate_through(chain.items.saturating_sub(1));
            (link.size.unwrap_or_else(|| scaled(through)), scaled(prompt.estimate() - through))
        }
        None => (Tokens(0), scaled(prompt.estimate())),
    };
    let is_begun = prompt.items().iter().any(|item| matches!(item, Item::Assistant(_)));
    let miss = match link {
        Some(link) => link.miss(prompt, &limits.scope, now),
        None if is_begun => Some(Miss::Unknown),
        None => Some(Miss::First),
    };
    let whole = copy + new;
    let prediction = if whole < limits.terms.minimum {
        Prediction { plain: whole + internal, miss: Some(Miss::BelowMinimum), ..Prediction::default() }
    } else {
        let read = if miss.is_none() && copy >= limits.terms.minimum { copy } else { Tokens(0) };
        Prediction { read, written: whole - read, plain: internal, miss }
    };
    Plan::without_marks(prediction, forecast)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        base::Account,
        prompt::{Head, Then},
        protocol::{CacheTerms, UserMessage},
    };

    fn scope(account: &str) -> Scope {
        Scope { account: Account::new(account), model: "m".into() }
    }

    fn prompt(texts: &[&str]) -> Prompt {
        let mut prompt = Prompt::new(Arc::new(Head::new(Vec::new(), "Help.".into(), String::new())));
        for text in texts {
            prompt.push(UserMessage::words(*text));
        }
        prompt
    }

    #[test]
    fn what_is_kept_is_read_and_what_is_new_is_written() {
        let now = Moment(1_000_000);
        let terms = CacheTerms { session: true, ..CacheTerms::default() };
        let limits = Limits { scope: scope("x"), terms };
        let (ledger, forecast) = (Ledger::default(), Forecast::default());
        let long = "word ".repeat(1_000);
        let plan = |texts: &[&str], link: Option<&Link>, now| {
            kept(&prompt(texts), &limits, &ledger, forecast, link, now).prediction()
        };
        let first = plan(&[&long], None, now);
        assert_eq!((first.read, first.plain, first.miss), (Tokens(0), Tokens(6), Some(Miss::First)));
        assert!(first.written > Tokens(1_200));
        let chain = Chain { response: "resp_1".into(), items: 1 };
        let link = Link::new(chain, prompt(&[&long]).prefix_through(0), scope("x"), now);
        let link = link.of_size(Some(Tokens(1_305)));
        let second = plan(&[&long, "and now?"], Some(&link), now.after(Duration::from_secs(299)));
        assert_eq!((second.read, second.plain, second.miss), (Tokens(1_305), Tokens(6), None));
        assert!((1..30).contains(&second.written.0), "{second:?}");
        let late = plan(&[&long, "and now?"], Some(&link), now.after(Duration::from_secs(301)));
        assert_eq!((late.read, late.miss), (Tokens(0), Some(Miss::Idle { seconds: 1 })));
        assert_eq!(late.written, second.read + second.written, "all of it is stored again");
        let other = plan(&[&long.to_uppercase(), "and now?"], Some(&link), now);
        assert_eq!((other.read, other.miss), (Tokens(0), Some(Miss::Changed { part: Part::History })));
        assert_eq!(plan(&["hi"], None, now).miss, Some(Miss::BelowMinimum));
    }

    #[test]
    fn a_copy_is_good_for_its_own_conversation_account_and_time_only() {
        let (now, half_a_day) = (Moment(1_000_000), Duration::from_secs(12 * 3_600));
        let chain = Chain { response: "resp_1".into(), items: 2 };
        let link = Link::new(chain.clone(), prompt(&["a", "b"]).prefix_through(1), scope("x"), now);
        let longer = prompt(&["a", "b", "c"]);
        assert_eq!(link.follows(&longer, &scope("x"), now), Some(&chain));
        assert_eq!(link.follows(&longer, &scope("x"), now.after(half_a_day * 12)), Some(&chain));
        assert_eq!(link.follows(&longer, &scope("x"), now.after(half_a_day * 13)), None, "too old");
        assert_eq!(link.follows(&longer, &scope("y"), now), None, "another key");
        assert_eq!(link.follows(&prompt(&["a", "b"]), &scope("x"), now), None, "nothing to send");
        assert_eq!(link.follows(&prompt(&["a", "B", "c"]), &scope("x"), now), None, "another history");
        assert_eq!(link.follows(&longer.compact("S", 2, Then::Ask), &scope("x"), now), None, "a summary");
    }
}
