//! Whether an error says that the prompt does not fit the model's window.
//!
//! Source of the texts: `docs/sources.md`, wire 5.4.

use super::Report;
use super::classify::Cause;
use crate::base::Tokens;

/// Words that mean it, in small letters, and the words after which the limit stands.
const SIGNS: &[(&str, &str)] = &[
    ("context_length_exceeded", "maximum context length is"),
    ("maximum context length", "maximum context length"),
    ("prompt is too long", " > "),
    ("exceeds the context window", "context window of"),
    ("input exceeds", ""),
    ("range of input length should be", "[1,"),
    ("exceeded model token limit", "token limit:"),
    ("exceed_context_size_error", "available context size ("),
    ("exceeds the available context size", "available context size ("),
    ("model_context_window_exceeded", ""),
    ("reduce the length of the messages", ""),
    ("exceeds the maximum number of tokens", "maximum number of tokens allowed ("),
    ("request_too_large", ""),
    ("context window exceeds limit", ""),
    ("greater than the context length", "n_ctx:"),
    ("badrequest.toolarge", ""),
];

/// Words of other limits that speak of tokens too.
const OTHERS: &[&str] = &[
    "rate limit",
    "rate_limit",
    "ratelimit",
    "tokens per min",
    "quota",
    "deadline exceeded",
    "range of max_tokens",
];

/// The overflow, with its limit if the server named one; `None` when it is something else.
pub(super) fn overflow(report: &Report) -> Option<Cause> {
    let text = report.lower();
    if report.status == 429 || OTHERS.iter().any(|o| text.contains(o)) {
        return None;
    }
    let sign = SIGNS.iter().find(|(sign, _)| text.contains(sign));
    let is_input_count = text.contains("input token count") && text.contains("exceeds the maximum");
    if sign.is_none() && !is_input_count && report.status != 413 {
        return None;
    }
    let told =
        SIGNS.iter().filter(|(_, before)| !before.is_empty()).find_map(|(_, b)| number_after(&text, b));
    Some(Cause::Overflow(report.window.or(told).filter(|n| *n > 0).map(Tokens)))
}

/// How many tokens are left for the output, where the server says that input and wished output together are too
/// many. Source: the texts of vLLM and of OpenAI-like servers.
pub(in crate::provider) fn room_for_output(text: &str) -> Option<u64> {
    let window = number_after(text, "maximum context length is")?;
    let input = number_after(text, "your request has")
        .or_else(|| number_before(text, " in the messages"))
        .or_else(|| number_before(text, " of text input"))?;
    window.checked_sub(input)
}

/// The number that follows `words` closely; digits may be grouped by commas.
pub(in crate::provider) fn number_after(text: &str, words: &str) -> Option<u64> {
    /// How far the number may stand from the words (`is only`, `of about`).
    const NEAR: usize = 12;
    let (_, rest) = text.split_once(words)?;
    let start = rest.char_indices().take(NEAR).find(|(_, c)| c.is_ascii_digit())?.0;
    leading_number(&rest[start..])
}

fn number_before(text: &str, words: &str) -> Option<u64> {
    let (before, _) = text.split_once(words)?;
    let digits = before.rfind(|c: char| !c.is_ascii_digit() && c != ',').map_or(0, |at| at + 1);
    // The character before the digits may be wider than one byte.
    leading_number(before.get(digits..)?)
}

fn leading_number(text: &str) -> Option<u64> {
    let mut digits = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '0'..='9' => digits.push(c),
            ',' if rest.peek().is_some_and(char::is_ascii_digit) => {}
            _ => break,
        }
    }
    digits.parse().ok()
}
