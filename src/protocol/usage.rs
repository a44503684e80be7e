//! Token counts of one request, in one form for every provider.

use serde::{Deserialize, Serialize};

use crate::base::Tokens;

/// What a provider reported for one request.
///
/// Shape: inclusive, as OpenAI and DashScope count: `cached` and `created` lie inside `input`, `reasoning` inside
/// `output`. A field the provider did not send is `None`, which is not the same as zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// All tokens that went in.
    pub input: Tokens,
    /// Of those, read from a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<Tokens>,
    /// Of those, written to a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Tokens>,
    /// All tokens that came out.
    pub output: Tokens,
    /// Of those, reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Tokens>,
}

impl Usage {
    /// Input that was neither read from nor written to a cache.
    pub fn plain(&self) -> Tokens {
        self.input - self.cached.unwrap_or_default() - self.created.unwrap_or_default()
    }

    /// Both requests together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let both = |a: Option<Tokens>, b: Option<Tokens>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or_default() + b.unwrap_or_default()),
        };
        Self {
            input: self.input + other.input,
            cached: both(self.cached, other.cached),
            created: both(self.created, other.created),
            output: self.output + other.output,
            reasoning: both(self.reasoning, other.reasoning),
        }
    }

    /// Input and output together.
    pub fn total(&self) -> Tokens {
        self.input + self.output
    }
}
