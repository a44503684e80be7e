//! Reads token counts in every provider's form.
//!
//! Source of the field names: `docs/sources.md`, wire 1.3.

use serde_json::Value;

use crate::{
    base::{Money, Tokens},
    protocol::{Counted, Usage},
};

/// Reads a `usage` object into the inclusive form; `None` when it does not tell what went in.
pub(super) fn read(usage: &Value) -> Option<Usage> {
    let count = |paths: &[&str]| paths.iter().find_map(|p| at(usage, p)?.as_u64());
    let total = count(&["/total_tokens"]);
    let output = count(&["/completion_tokens", "/output_tokens"]);
    let cached = count(&[
        "/prompt_tokens_details/cached_tokens",
        "/input_tokens_details/cached_tokens",
        "/prompt_cache_hit_tokens",
        "/cache_read_input_tokens",
        "/cached_tokens",
    ]);
    let created = count(&CREATED).or_else(|| created_in_details(usage));
    let input = match count(&["/prompt_tokens"]) {
        Some(inclusive) => inclusive,
        None => exclusive(usage, cached, created).or_else(|| total?.checked_sub(output?))?,
    };
    let cached = cached.map(|n| n.min(input));
    let created = created.map(|n| n.min(input - cached.unwrap_or(0)));
    Some(Usage {
        input: Tokens(input),
        cached: cached.map(Tokens),
        created: created.map(Tokens),
        output: Tokens(output.or_else(|| total?.checked_sub(input)).unwrap_or(0)),
        reasoning: count(&[
            "/completion_tokens_details/reasoning_tokens",
            "/output_tokens_details/reasoning_tokens",
        ])
        .map(Tokens),
    })
}

/// Which of its forms tells what the cache did.
pub(super) fn counted(usage: &Value) -> Counted {
    let has = |paths: &[&str]| paths.iter().any(|path| at(usage, path).is_some_and(Value::is_u64));
    let is_nested = |path: &&str| path.contains("/cache_creation/");
    let (nested, flat): (Vec<&str>, Vec<&str>) = CREATED.iter().copied().partition(is_nested);
    if has(&nested) && !has(&flat) {
        Counted::Nested
    } else if has(&["/prompt_tokens_details/cached_tokens", "/input_tokens_details/cached_tokens"]) {
        Counted::Usual
    } else if has(&["/prompt_cache_hit_tokens"]) {
        Counted::HitTokens
    } else if has(&["/cached_tokens"]) {
        Counted::Beside
    } else {
        Counted::Usual
    }
}

/// What stands at a path. `Value::pointer` unescapes every name of it anew, and some servers tell counts with every token.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').skip(1).try_fold(value, |value, name| value.get(name))
}

/// What was written to the cache. The first one counts: some providers give the same tokens under two names.
const CREATED: [&str; 8] = [
    "/prompt_tokens_details/cache_creation_input_tokens",
    "/prompt_tokens_details/cache_creation/cache_creation_input_tokens",
    "/prompt_tokens_details/cache_creation/ephemeral_5m_input_tokens",
    "/prompt_tokens_details/cache_write_tokens",
    "/input_tokens_details/cache_creation_input_tokens",
    "/input_tokens_details/cache_write_tokens",
    "/cache_creation_input_tokens",
    "/cache_creation/ephemeral_5m_input_tokens",
];

/// DashScope's Responses API tells it in a list.
fn created_in_details(usage: &Value) -> Option<u64> {
    let details = usage.get("x_details")?.as_array()?;
    let each = details
        .iter()
        .filter_map(|d| CREATED.iter().filter(|p| p.starts_with("/prompt")).find_map(|p| at(d, p)?.as_u64()));
    each.reduce(u64::saturating_add)
}

/// `input_tokens`, which counts cached tokens outside of itself where they stand beside it at the top.
fn exclusive(usage: &Value, cached: Option<u64>, created: Option<u64>) -> Option<u64> {
    let input = usage.get("input_tokens")?.as_u64()?;
    let is_beside = ["cache_read_input_tokens", "cache_creation_input_tokens"]
        .iter()
        .any(|name| usage.get(name).is_some_and(Value::is_u64));
    let outside = if is_beside { cached.unwrap_or(0).saturating_add(created.unwrap_or(0)) } else { 0 };
    Some(input.saturating_add(outside))
}

/// What the server says the request cost. OpenRouter tells it in credits, which are dollars.
pub(super) fn cost(usage: &Value) -> Option<Money> {
    let dollars = usage.get("cost")?.as_f64().filter(|d| (0.0..1e6).contains(d))?;
    #[expect(clippy::cast_possible_truncation, reason = "below a million dollars, so below 2^63 of the unit")]
    Some(Money::from_pico_dollars((dollars * 1e12).round() as i64))
}

/// What llama.cpp read from its own cache; it tells beside `usage`.
pub(super) fn cached_in_timings(timings: &Value) -> Option<Tokens> {
    timings.get("cache_n")?.as_u64().map(Tokens)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn usage(counts: [Option<u64>; 5]) -> Usage {
        let [input, cached, created, output, reasoning] = counts;
        Usage {
            input: Tokens(input.unwrap_or(0)),
            cached: cached.map(Tokens),
            created: created.map(Tokens),
            output: Tokens(output.unwrap_or(0)),
            reasoning: reasoning.map(Tokens),
        }
    }

    #[test]
    fn every_providers_form_ends_as_the_same_counts() {
        let all = [Some(100), Some(60), Some(30), Some(20), Some(5)];
        let no_write = [Some(100), Some(60), None, Some(20), None];
        let plain = [Some(100), None, None, Some(20), None];
        let table = [
            (
                "openai",
                json!({"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,
                "prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},
                "completion_tokens_details":{"reasoning_tokens":5}}),
                all,
            ),
            (
                "openai responses",
                json!({"input_tokens":100,"output_tokens":20,
                "input_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},
                "output_tokens_details":{"reasoning_tokens":5}}),
                all,
            ),
            (
                "dashscope",
                json!({"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{
                "cached_tokens":60,"cache_type":"ephemeral","cache_creation_input_tokens":30,
                "cache_creation":{"ephemeral_5m_input_tokens":30}},
                "completion_tokens_details":{"reasoning_tokens":5}}),
                all,
            ),
            (
                "dashscope nested",
                json!({"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{
                "cached_tokens":60,"cache_creation":{"cache_creation_input_tokens":30,
                "ephemeral_5m_input_tokens":30}},"completion_tokens_details":{"reasoning_tokens":5}}),
                all,
            ),
            (
                "dashscope responses",
                json!({"input_tokens":100,"output_tokens":20,
                "input_tokens_details":{"cached_tokens":60},"output_tokens_details":{"reasoning_tokens":5},
                "x_details":[{"prompt_tokens_details":{"cache_creation_input_tokens":10,
                "cache_creation":{"ephemeral_5m_input_tokens":10}}},
                {"prompt_tokens_details":{"cache_creation_input_tokens":20}}]}),
                all,
            ),
            (
                "dashscope anthropic",
                json!({"input_tokens":10,"output_tokens":20,"cache_read_input_tokens":60,
                "cache_creation_input_tokens":30}),
                [Some(100), Some(60), Some(30), Some(20), None],
            ),
            (
                "dashscope vl",
                json!({"prompt_tokens":100,"completion_tokens":20,"cached_tokens":60}),
                no_write,
            ),
            (
                "openrouter",
                json!({"prompt_tokens":100,"completion_tokens":20,"cost":0.01,
                "prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},
                "completion_tokens_details":{"reasoning_tokens":5}}),
                all,
            ),
            (
                "deepseek",
                json!({"prompt_tokens":100,"completion_tokens":20,"prompt_cache_hit_tokens":60,
                "prompt_cache_miss_tokens":40}),
                no_write,
            ),
            ("moonshot", json!({"prompt_tokens":100,"completion_tokens":20,"cached_tokens":60}), no_write),
            (
                "z.ai",
                json!({"prompt_tokens":100,"completion_tokens":20,
                "prompt_tokens_details":{"cached_tokens":60}}),
                no_write,
            ),
            ("vllm", json!({"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":null}), plain),
            ("ollama", json!({"prompt_tokens":100,"completion_tokens":20,"total_tokens":120}), plain),
            ("no output", json!({"prompt_tokens":100,"total_tokens":120}), plain),
        ];
        for (who, sent, expected) in table {
            assert_eq!(read(&sent), Some(usage(expected)), "{who}");
        }
    }

    #[test]
    fn unusual_forms_are_told_from_the_usual_ones() {
        let table = [
            (
                json!({"prompt_tokens_details": {"cached_tokens": 1, "cache_creation_input_tokens": 1,
                "cache_creation": {"ephemeral_5m_input_tokens": 1}}}),
                Counted::Usual,
            ),
            (
                json!({"prompt_tokens_details": {"cached_tokens": 1,
                "cache_creation": {"ephemeral_5m_input_tokens": 1}}}),
                Counted::Nested,
            ),
            (json!({"cache_creation": {"ephemeral_5m_input_tokens": 1}}), Counted::Nested),
            (json!({"prompt_cache_hit_tokens": 1, "prompt_cache_miss_tokens": 1}), Counted::HitTokens),
            (
                json!({"prompt_tokens_details": {"cached_tokens": 1}, "prompt_cache_hit_tokens": 1}),
                Counted::Usual,
            ),
            (json!({"cached_tokens": 1}), Counted::Beside),
            (json!({"prompt_tokens": 1}), Counted::Usual),
        ];
        for (sent, form) in table {
            assert_eq!(counted(&sent), form, "{sent}");
        }
    }

    #[test]
    fn what_is_missing_is_unknown_and_not_zero() {
        for sent in [json!({"total_tokens":120}), json!({}), json!(null), json!({"prompt_tokens":null})] {
            assert_eq!(read(&sent), None, "{sent}");
        }
    }

    #[test]
    fn a_server_that_counts_more_cached_than_sent_is_bounded() {
        let sent = json!({"prompt_tokens":10,"completion_tokens":1,"cached_tokens":60,
            "cache_creation_input_tokens":5});
        let read = read(&sent).expect("counts");
        assert_eq!((read.plain(), read.cached, read.created), (Tokens(0), Some(Tokens(10)), Some(Tokens(0))));
    }

    #[test]
    fn a_price_is_believed_when_it_can_be_one() {
        let table = [
            (json!({"cost": 0.000_305}), Some(Money::from_pico_dollars(305_000_000))),
            (json!({"cost": 0}), Some(Money::from_pico_dollars(0))),
            (json!({"cost": -1}), None),
            (json!({"cost": 1e300}), None),
            (json!({"cost": "1"}), None),
            (json!({}), None),
        ];
        for (sent, expected) in table {
            assert_eq!(cost(&sent), expected, "{sent}");
        }
    }
}
