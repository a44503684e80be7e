//! Rows and profiles for the tests of this module.

use std::sync::Arc;

use crate::{
    auth::{Credential, Endpoint, Source},
    base::{Secret, Tokens},
    catalog::{Billing, Echo, MaxTokens, Profile, Provider, Thinking},
    protocol::CacheTerms,
};

/// Qwen Cloud.
pub(super) static CLOUD: Provider = Provider {
    id: "qwen-cloud",
    name: "Qwen Cloud",
    key_env: "DASHSCOPE_API_KEY",
    base_urls: &[],
    hosts: &[],
    is_qwen_cloud: true,
    stream_options: true,
    max_tokens: MaxTokens::Plain,
    echo: Echo::Never,
    quota_is_per_minute: true,
    billing: Billing::ByToken,
    default_model: None,
    keeps_sessions: true,
    seals_reasoning: false,
    cache_key: false,
    is_router: false,
};

/// Somebody else, as plain as can be.
pub(super) static PLAIN: Provider = Provider {
    id: "openai",
    is_qwen_cloud: false,
    quota_is_per_minute: false,
    keeps_sessions: false,
    billing: Billing::ByToken,
    default_model: None,
    ..CLOUD
};

/// One that wants reasoning back as text.
pub(super) static DEEP: Provider = Provider { id: "deepseek", echo: Echo::Content, ..PLAIN };

/// One that wants structured reasoning back.
pub(super) static ROUTER: Provider =
    Provider { id: "openrouter", echo: Echo::Details, max_tokens: MaxTokens::Completion, ..PLAIN };

pub(super) fn profile(provider: &'static Provider) -> Arc<Profile> {
    Arc::new(Profile {
        provider,
        model: "qwen3-coder-plus".into(),
        is_known: true,
        window: Tokens(100_000),
        max_output: Tokens(8_000),
        thinking: Thinking::Never,
        cache: CacheTerms::default(),
        tiers: Vec::new(),
        upstream: None,
        note: None,
    })
}

pub(super) fn credential(base: &str, key: &str) -> Arc<Credential> {
    let endpoint = Endpoint::parse(base).expect("a base address");
    let key = (!key.is_empty()).then(|| Secret::new(key.into()));
    Arc::new(Credential::new(endpoint, key, Source::Environment("SOME_KEY".into())))
}
