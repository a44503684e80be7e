//! What the cache did, in a person's words: one place for every face.

use serde_json::{Value, json};

use super::{CacheMode, Counted, Finding, Miss, Part};
use crate::base::{Tokens, minutes};

/// How long a stored prefix lives after it was stored or read. *Unit:* seconds.
/// Source: `docs/sources.md`, wire 3.1.
pub const LIFE: u64 = 300;

impl CacheMode {
    /// All modes.
    pub const ALL: [Self; 4] = [Self::Explicit, Self::Implicit, Self::Session, Self::Off];

    /// What it means for the requests, in half a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Explicit => "requests carry markers; what stands before them is stored and read back",
            Self::Implicit => {
                "no markers; the prompt keeps its bytes and the provider caches by itself, or not"
            }
            Self::Session => {
                "the provider keeps the conversation; each request names the response it follows"
            }
            Self::Off => "no markers, and nothing is predicted",
        }
    }

    /// What the provider keeps because of it, where and for how long, in sentences.
    /// Source: `docs/sources.md`, wire 2.4 and 3.1.
    pub fn keeps(self) -> &'static str {
        match self {
            Self::Explicit => {
                "The model's working state for the prefix, in the provider's volatile memory, for 5 minutes \
                 after the last read; seen by your account alone. The text of the conversation is not kept."
            }
            Self::Implicit => {
                "The same kind of state as the explicit cache, as the provider sees fit; how long is not stated. \
                 The text of the conversation is not kept."
            }
            Self::Session => {
                "The text of the conversation, on the provider's side, for up to 7 days, then it is deleted; and \
                 its working state in volatile memory, for 5 minutes after the last read."
            }
            Self::Off => {
                "What the provider stores unasked: a model with an implicit cache uses it in this mode too, and it \
                 cannot be turned off."
            }
        }
    }
}

impl Part {
    /// Its name in a sentence: `the tools changed`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Tools => "the tools",
            Self::Instructions => "the instructions",
            Self::Repository => "the repository's instruction files or its map",
            Self::History => "the history",
        }
    }
}

impl Miss {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Idle { .. } => "idle",
            Self::Changed { .. } => "changed",
            Self::Model => "model",
            Self::Account => "account",
            Self::BelowMinimum => "below_minimum",
            Self::Ignored => "ignored",
            Self::Cut => "cut",
            Self::Racing => "racing",
            Self::Unknown => "unknown",
        }
    }

    /// The word in a narrow column. *Shape:* at most eight ASCII letters.
    pub fn code(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Idle { .. } => "idle",
            Self::Changed { part: Part::Tools } => "tools",
            Self::Changed { part: Part::Instructions } => "system",
            Self::Changed { part: Part::Repository } => "repo",
            Self::Changed { part: Part::History } => "history",
            Self::Model => "model",
            Self::Account => "account",
            Self::BelowMinimum => "small",
            Self::Ignored => "ignored",
            Self::Cut => "cut",
            Self::Racing => "racing",
            Self::Unknown => "unknown",
        }
    }

    /// Why, in half a sentence.
    pub fn sentence(self) -> String {
        match self {
            Self::First => "first request of this conversation: nothing of it was stored yet".to_owned(),
            Self::Idle { seconds } => {
                format!("idle for {}; a stored prefix lives {}", minutes(LIFE + seconds), minutes(LIFE))
            }
            Self::Changed { part: Part::History } => {
                "the history was compressed or rewound; the head before it is still read".to_owned()
            }
            Self::Changed { part } => format!("{} changed", part.words()),
            Self::Model => "another model was used before; what one model stored no other reads".to_owned(),
            Self::Account => {
                "another key or address was used before; what one account stored no other reads".to_owned()
            }
            Self::BelowMinimum => "the prompt is below the smallest size that is stored".to_owned(),
            Self::Ignored => "the model takes markers and does nothing with them".to_owned(),
            Self::Cut => "the answer that would have stored the prefix was stopped or cut".to_owned(),
            Self::Racing => "another process was still storing the same prefix".to_owned(),
            Self::Unknown => "the provider had it stored and did not read it; why is not known".to_owned(),
        }
    }

    /// For programs: the cause, what more is known of it, and the sentence under `text`.
    pub fn to_json(self) -> Value {
        let mut told = serde_json::to_value(self).unwrap_or_else(|_| json!({ "cause": self.name() }));
        told["text"] = self.sentence().into();
        told
    }

    /// What a person can do about it, in half a sentence; `None` where nothing is to be done.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Self::Idle { .. } => Some("answer within 5 minutes, or let it be: a pause costs one rewrite"),
            Self::Changed { part: Part::Tools } => {
                Some("tools are frozen while a session runs; keep the list the same between sessions")
            }
            Self::Changed { part: Part::Instructions } => {
                Some("an update of the program or another system prompt does this once")
            }
            Self::Changed { part: Part::Repository } => {
                Some("edit instruction files between sessions rather than during one")
            }
            Self::Model => {
                Some("stay with one model while a conversation is warm, or /compress before a switch")
            }
            Self::Account => Some("stay with one key while a conversation is warm"),
            Self::Ignored => {
                Some("set `cache.mode` to `implicit` for this model, or choose one that honours markers")
            }
            Self::Racing => Some("start the second process after the first one's first answer"),
            Self::First
            | Self::Changed { part: Part::History }
            | Self::BelowMinimum
            | Self::Cut
            | Self::Unknown => None,
        }
    }
}

impl Counted {
    /// The word in JSON; `None` where there is nothing to say.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Usual => return None,
            Self::Nested => "counted_nested",
            Self::HitTokens => "counted_as_hits",
            Self::Beside => "counted_beside",
            Self::Timings => "counted_in_timings",
        })
    }

    /// What it means, in half a sentence; empty where there is nothing to say.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Usual => "",
            Self::Nested => {
                "what was written is told only inside of `cache_creation`; it is counted all the same"
            }
            Self::HitTokens => {
                "what was read is told as `prompt_cache_hit_tokens`: this server caches by itself, without markers"
            }
            Self::Beside => {
                "what was read is told as `cached_tokens` beside the totals; it is counted all the same"
            }
            Self::Timings => {
                "what was read is told as `timings.cache_n`: this server caches by itself, without markers"
            }
        }
    }
}

impl Finding {
    /// What it means and what is done about it, in half a sentence.
    pub fn sentence(self) -> String {
        match self {
            Self::Missing => {
                "what was surely stored was not read, twice in a row; it is stored anew from the newest message"
                    .to_owned()
            }
            Self::GivenUp => {
                "what was surely stored was not read, three times in a row; no more markers in this session".to_owned()
            }
            Self::Ignored => {
                "markers had no effect on two large requests; none are sent for this model for a day".to_owned()
            }
            Self::Rewritten { item } => {
                let what = item.map_or_else(|| "the head".to_owned(), |item| format!("item {item}"));
                format!("much more was written than was new, from {what} on; only head and tail are marked for now")
            }
            Self::PerMarker => {
                "every marker is billed for itself; none stands between what is read and the tail for a day".to_owned()
            }
            Self::Refused => {
                "the server refuses `cache_control`; no markers are sent for this model for a day".to_owned()
            }
            Self::PlainContent => {
                "the server refuses content in parts; no markers are sent for this model for a day".to_owned()
            }
            Self::PlainResults => {
                "the server refuses parts in tool results; for a day markers stand in other messages".to_owned()
            }
            Self::NoKey => "the server refuses `prompt_cache_key`; it is left out".to_owned(),
            Self::Unpinned => {
                "the router does not offer the one server whose cache is used; it chooses itself".to_owned()
            }
        }
    }
}

/// What the next message costs once the life of what is stored has ended: `next message rewrites 48k`.
pub fn rewrites(stored: Tokens) -> String {
    format!("next message rewrites {}", stored.short())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Miss; 13] = [
        Miss::First,
        Miss::Idle { seconds: 60 },
        Miss::Changed { part: Part::Tools },
        Miss::Changed { part: Part::Instructions },
        Miss::Changed { part: Part::Repository },
        Miss::Changed { part: Part::History },
        Miss::Model,
        Miss::Account,
        Miss::BelowMinimum,
        Miss::Ignored,
        Miss::Cut,
        Miss::Racing,
        Miss::Unknown,
    ];

    #[test]
    fn every_cause_has_a_code_of_its_own_that_fits_and_a_sentence_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for miss in ALL {
            let (code, sentence) = (miss.code(), miss.sentence());
            assert!(code.len() <= 8 && code.bytes().all(|b| b.is_ascii_lowercase()), "{code}");
            assert!(!sentence.ends_with('.') && sentence.len() < 90, "{sentence}");
            assert!(seen.insert(code) && seen.insert(Box::leak(sentence.into_boxed_str())), "{code} twice");
            assert!(miss.advice().is_none_or(|a| !a.ends_with('.') && a.len() < 100), "{code}");
        }
    }

    #[test]
    fn every_finding_has_a_sentence_of_its_own() {
        let all = [
            Finding::Missing,
            Finding::GivenUp,
            Finding::Ignored,
            Finding::Rewritten { item: None },
            Finding::Rewritten { item: Some(3) },
            Finding::PerMarker,
            Finding::Refused,
            Finding::PlainContent,
            Finding::PlainResults,
            Finding::NoKey,
            Finding::Unpinned,
        ];
        let sentences: std::collections::BTreeSet<_> = all.iter().map(|f| f.sentence()).collect();
        assert_eq!(sentences.len(), all.len());
        assert!(sentences.iter().all(|s| !s.ends_with('.') && s.len() < 110), "{sentences:?}");
    }

    #[test]
    fn the_word_in_json_is_the_word_that_is_kept() {
        for miss in ALL {
            let kept = serde_json::to_value(miss).expect("plain data");
            assert_eq!(kept["cause"], miss.name());
        }
        for mode in CacheMode::ALL {
            assert_eq!(serde_json::to_value(mode).expect("plain data"), mode.name());
        }
    }

    #[test]
    fn a_pause_is_told_from_its_beginning() {
        let idle = |seconds| Miss::Idle { seconds }.sentence();
        assert_eq!(idle(60), "idle for 6 min; a stored prefix lives 5 min");
        assert_eq!(idle(3 * 3_600), "idle for 3 h 5 min; a stored prefix lives 5 min");
    }
}
