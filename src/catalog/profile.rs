//! What is known of one model at one provider.

use super::models::{is_listed, nearest};
use crate::{
    base::Tokens,
    protocol::{CacheTerms, Tier},
};

/// A provider: who it is and how its Chat Completions differ from the plain form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a row of the table")]
pub struct Provider {
    /// Its name in settings.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The environment variable that holds its key.
    pub key_env: &'static str,
    /// Base URLs, the default first; empty for providers known by host alone.
    pub base_urls: &'static [&'static str],
    /// Host names: equal, or below it when it begins with a dot.
    pub hosts: &'static [&'static str],
    /// Whether this is Qwen Cloud: its headers, its cache rules, its error codes.
    pub is_qwen_cloud: bool,
    /// How it is paid.
    pub billing: Billing,
    /// The model to use when none was named.
    pub default_model: Option<&'static str>,
    /// Whether `stream_options` may be sent.
    pub stream_options: bool,
    /// Which field bounds the output.
    pub max_tokens: MaxTokens,
    /// How past reasoning is sent back.
    pub echo: Echo,
    /// Whether `insufficient_quota` means a limit per minute (Qwen Cloud) and not an empty account (OpenAI).
    pub quota_is_per_minute: bool,
    /// Whether it serves the Responses API and keeps conversations there for a session cache.
    pub keeps_sessions: bool,
    /// Whether its Responses API hands out reasoning sealed, to be sent back by who keeps the conversation.
    pub seals_reasoning: bool,
    /// Whether it takes `prompt_cache_key`, which sends requests of one prefix to the machine that has it.
    pub cache_key: bool,
    /// Whether it passes requests on to other providers, each of which has a cache of its own.
    pub is_router: bool,
    /// Which request shows that a key is right.
    pub proof: Proof,
}

/// Which request shows that a key is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The list of models, which is given to a right key only.
    Models,
    /// Another path below the base that is given to a right key only; the list of models is public.
    Path(&'static str),
    /// A question of one token: there is no list, or it proves nothing.
    Chat,
}

/// How a provider is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Billing {
    /// For each token.
    ByToken,
    /// By a plan; tokens have no price of their own.
    ByPlan,
}

/// Which field bounds the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxTokens {
    /// `max_tokens`.
    Plain,
    /// `max_completion_tokens`.
    Completion,
    /// None is sent; the server's own bound holds.
    Omit,
}

/// How past reasoning is sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// Never: the server refuses or ignores it.
    Never,
    /// As `reasoning_content` on every assistant message that has it.
    Content,
    /// As `reasoning_details`, unread.
    Details,
}

/// How a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    /// It does not.
    Never,
    /// It does unless told not to.
    Default,
    /// It can be told to.
    Optional,
}

/// Prices and factors of one model that stand above the catalogue's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Prices by size of the input, ascending; empty where the catalogue's hold.
    pub tiers: Vec<Tier>,
    /// Price of writing. *Unit:* thousandths of the input price, as below.
    pub write: Option<u32>,
    /// Price of reading from the explicit cache.
    pub read: Option<u32>,
    /// Price of reading from the implicit cache.
    pub implicit_read: Option<u32>,
}

impl Price {
    /// The terms with these factors in place of the catalogue's.
    pub(super) fn apply(&self, terms: CacheTerms) -> CacheTerms {
        CacheTerms {
            write: self.write.unwrap_or(terms.write),
            read: self.read.unwrap_or(terms.read),
            implicit_read: self.implicit_read.unwrap_or(terms.implicit_read),
            ..terms
        }
    }
}

/// Everything the rest of the program needs to know of one model at one provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The provider's row.
    pub provider: &'static Provider,
    /// The model's name as it is sent.
    pub model: String,
    /// Whether the catalogue has a row for this model.
    pub is_known: bool,
    /// Its window: input and output together.
    pub window: Tokens,
    /// The largest output.
    pub max_output: Tokens,
    /// How it thinks.
    pub thinking: Thinking,
    /// The cache terms, gate already applied: `explicit` is false wherever a marker must not be sent.
    pub cache: CacheTerms,
    /// Prices by size of the input, ascending; empty when unknown.
    pub tiers: Vec<Tier>,
    /// The only provider a router shall pass requests on to, because its cache is the one that is filled.
    pub upstream: Option<&'static str>,
    /// What the person asked of the cache and does not get, and why.
    pub note: Option<String>,
}

/// The share of the window that the Responses API of Qwen Cloud takes as input; what is beyond it is cut off without
/// a word, and with it the cached prefix. *Unit:* thousandths. Source: `docs/sources.md`, wire 2.4.
const SESSION_INPUT: u64 = 800;

impl Profile {
    /// The largest input that is surely read whole. The conversation must be compressed before it grows beyond.
    pub fn input_bound(&self) -> Tokens {
        if self.cache.session { Tokens(self.window.0 * SESSION_INPUT / 1_000) } else { self.window }
    }

    /// What a person should know of a name the catalogue does not have: what is assumed, and which names are like it.
    /// `None` for a listed name, and for other providers' models whose family is known.
    pub fn unlisted(&self) -> Option<String> {
        let (model, window) = (&self.model, self.window);
        if is_listed(model) || (self.is_known && !self.provider.is_qwen_cloud) {
            return None;
        }
        let like = nearest(model);
        let like =
            if like.is_empty() { String::new() } else { format!("; names like it: {}", like.join(", ")) };
        Some(format!(
            "`{model}` is not in the catalogue: a window of {window} tokens is assumed \
             (`model.generationConfig.contextWindowSize` says otherwise){like}"
        ))
    }

    /// What is known of the model where the provider was found not to keep its conversations after all: markers are
    /// used, which every model listed for sessions honours.
    #[must_use]
    pub fn without_session(&self) -> Self {
        let cache =
            CacheTerms { session: false, explicit: self.cache.explicit || self.cache.session, ..self.cache };
        Self { cache, ..self.clone() }
    }

    /// Whether a server has left out a part of what it was given, by what it reports: no more than its bound where
    /// clearly more was sent, or less than half of a prompt that is not small.
    ///
    /// `expected` is the estimate scaled by earlier reports of the same model; with an estimate that no report has
    /// calibrated this decides nothing. Clearly more is 15 % more, which is the estimate's error.
    /// Source: `docs/sources.md`, wire 2.4 and 5.4.
    pub fn has_lost_input(&self, expected: Tokens, reported: Tokens) -> bool {
        /// The smallest window servers are known to fall back to without a word.
        const SMALL: Tokens = Tokens(4_096);
        let bound = self.input_bound();
        let is_at_bound = bound > Tokens(0) && expected.0 * 100 > bound.0 * 115 && reported <= bound;
        is_at_bound || (expected > SMALL && reported.0 * 2 < expected.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::{Overrides, Profile};

    #[test]
    fn a_name_nobody_knows_is_told_with_what_is_assumed_and_the_names_like_it() {
        let told = |host: &str, model: &str| {
            Profile::resolve(host, &format!("https://{host}/v1"), model, &Overrides::default()).unlisted()
        };
        let cloud = "dashscope.aliyuncs.com";
        assert_eq!(
            told(cloud, "qwen3-codr-flash").as_deref(),
            Some(
                "`qwen3-codr-flash` is not in the catalogue: a window of 262,144 tokens is assumed \
                 (`model.generationConfig.contextWindowSize` says otherwise); names like it: qwen3-coder-flash, \
                 qwen3-coder-plus, qwen3-vl-flash"
            )
        );
        for (host, model) in [
            (cloud, "qwen3-coder-plus"),
            (cloud, "qwen3-coder-plus-2025-09-23"),
            ("api.openai.com", "gpt-5.1"),
        ] {
            assert_eq!(told(host, model), None, "{host} {model}");
        }
        assert!(told("llm.example.com", "smollm2").is_some_and(|told| told.contains("128,000 tokens")));
    }
}
