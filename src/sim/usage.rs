//! Token counts as different servers write them.

use serde_json::{Value, json};

use super::cache::{Bill, CacheMode};

/// How a server tells what its cache did. Source: docs/sources.md, wire 1.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CacheReport {
    /// Qwen Cloud: what was read, and what was written flat and once more nested.
    #[default]
    Full,
    /// What was written only as `cache_creation.ephemeral_5m_input_tokens`.
    Nested5m,
    /// What was written only as `cache_creation.cache_creation_input_tokens`.
    NestedCreation,
    /// What was read, and never what was written.
    ReadOnly,
    /// `cached_tokens: 0`, whatever happened.
    Zero,
    /// No word about a cache.
    Silent,
    /// `prompt_cache_hit_tokens` and `prompt_cache_miss_tokens` beside the totals.
    DeepSeek,
    /// `cached_tokens` beside the totals.
    Moonshot,
    /// `timings.cache_n` and `timings.prompt_n` beside the usage.
    LlamaCpp,
    /// `cache_write_tokens`, and `cost` at a dollar for a million plain tokens in and four for a million out.
    OpenRouter,
}

/// What was said and thought so far. *Unit:* tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoken {
    pub(super) output: u64,
    pub(super) reasoning: u64,
}

/// The `usage` of a chat response.
pub(super) fn chat(bill: &Bill, spoken: Spoken, report: CacheReport) -> Value {
    let mut usage = json!({
        "prompt_tokens": bill.prompt,
        "completion_tokens": spoken.output,
        "total_tokens": bill.prompt + spoken.output,
    });
    if let Some(details) = details(bill, report) {
        usage["prompt_tokens_details"] = details;
    }
    usage["completion_tokens_details"] = json!({"reasoning_tokens": spoken.reasoning.min(spoken.output)});
    match report {
        CacheReport::DeepSeek => {
            usage["prompt_cache_hit_tokens"] = json!(bill.cached);
            usage["prompt_cache_miss_tokens"] = json!(bill.prompt - bill.cached);
        }
        CacheReport::Moonshot => usage["cached_tokens"] = json!(bill.cached),
        CacheReport::OpenRouter => usage["cost"] = json!(dollars(bill, spoken.output)),
        _ => {}
    }
    usage
}

/// The `timings` that stand beside the usage, where a server has them.
pub(super) fn timings(bill: &Bill, output: u64, report: CacheReport) -> Option<Value> {
    (report == CacheReport::LlamaCpp).then(
        || json!({"cache_n": bill.cached, "prompt_n": bill.prompt - bill.cached, "predicted_n": output}),
    )
}

/// The `usage` of the Responses API: what was written stands nowhere but in the billing lines.
/// Source: docs/sources.md, wire 2.3.
pub(super) fn responses(bill: &Bill, spoken: Spoken, report: CacheReport) -> Value {
    let total = bill.prompt + spoken.output;
    let output = json!({"reasoning_tokens": spoken.reasoning.min(spoken.output)});
    let mut usage = json!({
        "input_tokens": bill.prompt,
        "output_tokens": spoken.output,
        "total_tokens": total,
        "input_tokens_details": {"cached_tokens": if report == CacheReport::Zero { 0 } else { bill.cached }},
        "output_tokens_details": output.clone(),
    });
    if report == CacheReport::Silent {
        usage["input_tokens_details"] = json!({});
    }
    if let Some(details) = details(bill, report) {
        usage["x_details"] = json!([{
            "input_tokens": bill.prompt,
            "output_tokens": spoken.output,
            "total_tokens": total,
            "prompt_tokens_details": details,
            "output_tokens_details": output,
            "x_billing_type": "response_api",
        }]);
    }
    usage
}

fn details(bill: &Bill, report: CacheReport) -> Option<Value> {
    let mut details = json!({"cached_tokens": bill.cached});
    match report {
        CacheReport::Silent | CacheReport::DeepSeek | CacheReport::Moonshot | CacheReport::LlamaCpp => {
            return None;
        }
        CacheReport::Zero => return Some(json!({"cached_tokens": 0})),
        CacheReport::ReadOnly => return Some(details),
        CacheReport::OpenRouter => {
            details["cache_write_tokens"] = json!(bill.created);
            return Some(details);
        }
        CacheReport::Full | CacheReport::Nested5m | CacheReport::NestedCreation => {}
    }
    if matches!(bill.mode, CacheMode::Explicit | CacheMode::Session) {
        let created = bill.created;
        if report == CacheReport::Full {
            details["cache_creation_input_tokens"] = json!(created);
        }
        details["cache_creation"] = match report {
            CacheReport::NestedCreation => json!({"cache_creation_input_tokens": created}),
            _ => json!({"ephemeral_5m_input_tokens": created}),
        };
        details["cache_type"] = json!("ephemeral");
    }
    Some(details)
}

/// Shape: exact for sums below 2^53 thousandths of a token, which no request reaches.
#[expect(clippy::cast_precision_loss, reason = "a JSON number is a float")]
fn dollars(bill: &Bill, output: u64) -> f64 {
    (bill.units + output * 4_000) as f64 / 1e9
}
