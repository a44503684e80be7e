//! What a report means.
//!
//! Source: `docs/sources.md`, wire 5.3 and 5.5.

use super::{Report, overflow::overflow};
use crate::{base::Tokens, catalog::Provider, protocol::Limit, provider::Class};

/// Why a request failed, as far as it matters for what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provider) enum Cause {
    /// The prompt does not fit; the limit if it was named.
    Overflow(Option<Tokens>),
    /// A content filter.
    Filter,
    /// No money, or a quota that does not come back by itself.
    Money,
    /// The window of a plan is used up; it comes back in hours or days.
    Plan,
    /// A limit per minute.
    PerMinute,
    /// Another limit of rate, or of requests at a time.
    Rate,
    /// The server is busy or broken for the moment.
    Busy,
    /// The key was refused.
    Key,
    /// The key has no right to this.
    Denied,
    /// No such model, or no such address.
    Missing,
    /// The Coding Plan turns this client away.
    Gate,
    /// The response that was to be followed is not there.
    Chain,
    /// The model does not serve the dialect.
    Unserved,
    /// A web page answered in place of the server: a firewall, most likely.
    Page,
    /// A proxy on the way wants to be signed in to.
    Proxy,
    /// The answer would have to be fetched elsewhere.
    Moved,
    /// Anything else that would happen again.
    Other,
}

impl Cause {
    /// Which limit of the account it is.
    pub(super) fn limit(self) -> Option<Limit> {
        match self {
            Self::PerMinute | Self::Rate => Some(Limit::Rate),
            Self::Plan => Some(Limit::Plan),
            Self::Money => Some(Limit::Money),
            _ => None,
        }
    }

    /// What to do about it.
    pub(super) fn class(self) -> Class {
        match self {
            Self::Overflow(limit) => Class::Overflow(limit),
            Self::PerMinute => Class::RetrySlowly,
            Self::Rate | Self::Busy => Class::Retry,
            Self::Chain => Class::ChainLost,
            Self::Unserved => Class::Unserved,
            _ => Class::Tell,
        }
    }
}

/// Finds the cause. The same word means different things at different providers, so the provider is asked for.
pub(super) fn cause(report: &Report, provider: &Provider) -> Cause {
    let text = report.lower();
    let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if let Some(cause) = overflow(report) {
        return cause;
    }
    if says(FILTER) {
        return Cause::Filter;
    }
    if let Some(cause) = quota(report, provider, &text) {
        return cause;
    }
    if says(&["currently only available for coding agents"]) {
        return Cause::Gate;
    }
    match report.status {
        300..=399 => Cause::Moved,
        401 => Cause::Key,
        403 if report.is_page => Cause::Page,
        403 => Cause::Denied,
        404 => Cause::Missing,
        407 => Cause::Proxy,
        // A template that cannot render this conversation cannot render it the next time either.
        500 if says(TEMPLATE) => Cause::Other,
        408 | 409 | 425 | 500 | 502..=504 | 520..=524 | 529 => Cause::Busy,
        _ if says(KEY) => Cause::Key,
        _ if says(DENIED) => Cause::Denied,
        _ if says(MISSING) => Cause::Missing,
        _ if says(BUSY) => Cause::Busy,
        _ => Cause::Other,
    }
}

/// The causes that have to do with rates, plans and money.
fn quota(report: &Report, provider: &Provider, text: &str) -> Option<Cause> {
    let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if says(PLAN) {
        return Some(Cause::Plan);
    }
    if report.status == 402 || says(MONEY) || report.code == "1113" {
        return Some(Cause::Money);
    }
    if text.contains("insufficient_quota") && !provider.quota_is_per_minute {
        return Some(Cause::Money);
    }
    let is_rate = report.status == 429 || says(RATE) || matches!(report.code.as_str(), "1302" | "1305");
    if !is_rate {
        return None;
    }
    if says(&["overloaded"]) {
        return Some(Cause::Busy);
    }
    if says(&["concurrency"]) {
        return Some(Cause::Rate);
    }
    // DashScope names no wait, and its limits clear within a minute.
    let is_slow = provider.is_qwen_cloud || says(&["tokens per min", "tpm"]);
    Some(if is_slow { Cause::PerMinute } else { Cause::Rate })
}

const FILTER: &[&str] = &[
    "data_inspection_failed",
    "datainspectionfailed",
    "content_filter",
    "content filter",
    "contentfilter",
    "content_policy_violation",
    "inappropriate content",
    "requires moderation",
    "was flagged",
];

const PLAN: &[&str] = &[
    "hour allocated quota",
    "week allocated quota",
    "month allocated quota",
    "free-models-per-day",
    "requests per day",
    "tokens per day",
    "daily limit",
    "daily quota",
    "daily call limit",
    "today's quota",
    "usage limit reached",
];

const MONEY: &[&str] = &[
    "arrearage",
    "insufficient balance",
    "insufficient_balance",
    "insufficient credits",
    "exceeded_current_quota",
    "billing_hard_limit",
    "billing_not_active",
    "suspended due to insufficient",
    "free allocated quota",
    "freetieronly",
    "key limit exceeded",
    "package has expired",
];

const RATE: &[&str] = &[
    "throttling",
    "rate_limit",
    "rate limit",
    "ratequota",
    "limit_requests",
    "limit_burst_rate",
    "allocationquota",
    "insufficient_quota",
    "too many requests",
    "<429>",
];

const KEY: &[&str] = &[
    "invalid_api_key",
    "invalidapikey",
    "incorrect api key",
    "invalid api key",
    "authentication_error",
    "no api key",
    "authentication fail",
    "authentication token",
    "authentication parameter",
    "invalid authentication",
    "login fail",
];

const DENIED: &[&str] =
    &["accessdenied", "access_denied", "permission_denied", "permission_error", "unpurchased"];

const MISSING: &[&str] = &[
    "modelnotfound",
    "model_not_found",
    "deploymentnotfound",
    "invalid model id",
    "model not exist",
    "unknown model",
    "unexpected endpoint",
];

const BUSY: &[&str] = &[
    "server_error",
    "overloaded",
    "internalerror",
    "internal error",
    "internal_error",
    "backend buffer overflow",
    "modelunavailable",
    "modelservingerror",
    "service_unavailable",
    "requesttimeout",
    "apiconnectionerror",
    "insufficient_system_resource",
    "network_error",
    "stream_error",
    "loading model",
];

const TEMPLATE: &[&str] = &["no user query found", "jinja", "chat template", "chat_template"];
