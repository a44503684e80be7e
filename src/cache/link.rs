//! A conversation the provider keeps, and for what its copy is good.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Scope;
use crate::{
    base::Moment,
    prompt::{Prefix, Prompt},
    protocol::Chain,
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
}

impl Link {
    /// For a response that was complete at `created` and covers everything up to `prefix`.
    pub fn new(chain: Chain, prefix: Prefix, scope: Scope, created: Moment) -> Self {
        Self { chain, prefix, scope, created }
    }

    /// What a request with this prompt may follow: nothing when another account or model is asked, when the copy is
    /// of something else (after a summary, a step back, another map), when it is too old, or when it covers all.
    pub fn follows(&self, prompt: &Prompt, scope: &Scope, now: Moment) -> Option<&Chain> {
        let last = self.chain.items.checked_sub(1)?;
        let is_copy = self.chain.items < prompt.items().len() && prompt.prefix_through(last) == self.prefix;
        (is_copy && self.scope == *scope && now.since(self.created) < LIFE).then_some(&self.chain)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        base::Account,
        prompt::{Head, Then},
        protocol::UserMessage,
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
