//! What was learned about a server while talking to it.
//!
//! A server that names a field it does not take gets the same request once more without that field, and every
//! later request without it. Nothing else of the request changes, so cached prefixes stay valid.
//! Source: `docs/sources.md`, wire 5.5.

use std::borrow::Cow;

use serde::Deserialize;

use crate::{
    protocol::Finding,
    provider::errors::{Report, number_after, room_for_output},
};

/// An output smaller than this is not worth asking for; the prompt is too long instead.
const SMALLEST_OUTPUT: u64 = 256;

/// What a server was found not to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, learned at its own time")]
pub(super) struct Quirks {
    /// No `stream_options`.
    pub(super) no_stream_options: bool,
    /// No `parallel_tool_calls`.
    pub(super) no_parallel: bool,
    /// No `cache_control`.
    pub(super) no_markers: bool,
    /// Content must be a plain string.
    pub(super) no_arrays: bool,
    /// The content of a tool's result must be a plain string.
    pub(super) no_tool_arrays: bool,
    /// No `prompt_cache_key`.
    pub(super) no_cache_key: bool,
    /// No sealed reasoning.
    pub(super) no_seal: bool,
    /// The model does not serve the dialect.
    pub(super) is_unserved: bool,
    /// The one upstream a router was told to ask is not there.
    pub(super) no_pin: bool,
    /// No `temperature`.
    pub(super) no_temperature: bool,
    /// `max_completion_tokens` instead of `max_tokens`.
    pub(super) wants_completion: bool,
    /// Neither of the two.
    pub(super) no_max_tokens: bool,
    /// The largest output it takes.
    pub(super) max_tokens: Option<u64>,
    /// No reasoning in past messages.
    pub(super) no_reasoning: bool,
    /// Reasoning in every past answer, empty where there was none.
    pub(super) wants_reasoning: bool,
    /// An answer between the results of tools and the person's next words, as Mistral's servers want it.
    pub(super) wants_turns: bool,
}

impl Quirks {
    /// What of the cache was not known `before`.
    pub(super) fn finding_since(self, before: Self) -> Option<Finding> {
        let table = [
            (self.no_arrays && !before.no_arrays, Finding::PlainContent),
            (self.no_markers && !before.no_markers, Finding::Refused),
            (self.no_tool_arrays && !before.no_tool_arrays, Finding::PlainResults),
            (self.no_cache_key && !before.no_cache_key, Finding::NoKey),
            (self.no_pin && !before.no_pin, Finding::Unpinned),
        ];
        table.into_iter().find(|(is_new, _)| *is_new).map(|(_, finding)| finding)
    }

    /// Learns from a refusal of `body`. Returns whether the same prompt would now be sent differently.
    pub(super) fn learn(&mut self, report: &Report, body: &[u8]) -> bool {
        let before = *self;
        let text = format!("{} {}", report.lower(), report.param.to_lowercase());
        // Source: OpenRouter answers so with 404.
        self.no_pin |= has_field(body, "allow_fallbacks") && text.contains("no allowed providers");
        if !matches!(report.status, 400 | 422 | 0) {
            return *self != before;
        }
        let sent = |field: &str| has_field(body, field);
        if ["max_tokens", "max_completion_tokens", "max_output_tokens"].iter().any(|f| sent(f)) {
            self.learn_bound(&text, &report.param);
        }
        if *self == before && text.contains("reasoning_content") {
            let is_wanted = ["must be passed back", "missing"].iter().any(|w| text.contains(w));
            self.wants_reasoning |= is_wanted;
            self.no_reasoning |=
                !is_wanted && sent("reasoning_content") && refuses(&text, "reasoning_content");
        }
        // Source: Mistral's servers say the first, templates of chats that were made for them the second.
        let is_about_order = text.contains("after role 'tool'") || text.contains("roles must alternate");
        self.wants_turns |= is_about_order && contains(body, "\"role\":\"tool\"");
        let refused = |field: &str, flag: &mut bool| {
            *flag |= sent(field) && (report.param == field || refuses(&text, field));
        };
        refused("stream_options", &mut self.no_stream_options);
        refused("parallel_tool_calls", &mut self.no_parallel);
        refused("cache_control", &mut self.no_markers);
        refused("prompt_cache_key", &mut self.no_cache_key);
        refused("allow_fallbacks", &mut self.no_pin);
        self.no_seal |= sent("include") && (report.param == "include" || refuses(&text, "encrypted"));
        refused("temperature", &mut self.no_temperature);
        refused("reasoning_details", &mut self.no_reasoning);
        if *self == before && wants_string(&text) && has_arrays(body) {
            let is_of_tool = !self.no_tool_arrays && is_about_results(&text, body);
            self.no_tool_arrays |= is_of_tool;
            self.no_arrays |= !is_of_tool;
        }
        *self != before
    }

    /// Learns what is wrong with the bound of the output.
    fn learn_bound(&mut self, text: &str, param: &str) {
        if !text.contains("max_tokens")
            && !text.contains("max_completion_tokens")
            && !text.contains("max_output_tokens")
            && !text.contains("maximum context length")
        {
            return;
        }
        let told = number_after(text, "range of max_tokens should be [1,")
            .or_else(|| number_after(text, "range of max_output_tokens should be [16,"))
            .or_else(|| number_after(text, "supports at most"))
            .or_else(|| number_after(text, "valid range of max_tokens is [1,"))
            .or_else(|| room_for_output(text).filter(|room| *room >= SMALLEST_OUTPUT));
        if let Some(bound) = told.filter(|n| *n > 0) {
            self.max_tokens = Some(self.max_tokens.map_or(bound, |old| old.min(bound)));
        } else if text.contains("use 'max_completion_tokens'") || text.contains("use `max_completion_tokens`")
        {
            self.wants_completion = true;
        } else if param.starts_with("max_")
            || refuses(text, "max_tokens")
            || refuses(text, "max_completion_tokens")
            || refuses(text, "max_output_tokens")
        {
            self.no_max_tokens |= !text.contains("maximum context length");
        }
    }
}

/// Whether the text says that `field` is not taken.
fn refuses(text: &str, field: &str) -> bool {
    const WORDS: &[&str] = &[
        "unknown",
        "unrecognized",
        "unrecognised",
        "unsupported",
        "unexpected",
        "not support",
        "not permitted",
        "not allowed",
        "extra inputs",
        "extra_forbidden",
        "extra fields",
        "additional properties",
        "invalid",
        "only be set",
        "only allowed",
    ];
    text.contains(field) && WORDS.iter().any(|w| text.contains(w))
}

/// Whether the text says that content must be a string.
fn wants_string(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "must be a string",
        "should be a string",
        "should be a valid string",
        "expected a string",
        "expected string",
        "str type expected",
        "not a string",
        "must be string",
        // Servers written in Rust.
        "invalid type: sequence",
        "did not match any variant of untagged enum",
    ];
    ["content", "messages"].iter().any(|w| text.contains(w)) && WORDS.iter().any(|w| text.contains(w))
}

/// Whether a refusal of arrays is about tool messages: it says so, or the message it names is one.
fn is_about_results(text: &str, body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Sent<'a> {
        #[serde(borrow)]
        messages: Vec<Role<'a>>,
    }
    #[derive(Deserialize)]
    struct Role<'a> {
        #[serde(borrow)]
        role: Cow<'a, str>,
    }
    let Ok(Sent { messages }) = serde_json::from_slice(body) else { return false };
    let is_tool = |at: usize| messages.get(at).is_some_and(|m| m.role == "tool");
    match number_after(text, "messages").and_then(|at| usize::try_from(at).ok()) {
        Some(at) => is_tool(at),
        None => text.contains("tool") && (0..messages.len()).any(is_tool),
    }
}

fn has_arrays(body: &[u8]) -> bool {
    contains(body, "\"content\":[")
}

/// Whether the request has a field of this name. Inside of texts the quotes are escaped, so what a person wrote
/// is not taken for a field.
pub(super) fn has_field(body: &[u8], field: &str) -> bool {
    contains(body, &format!("\"{field}\":"))
}

fn contains(body: &[u8], text: &str) -> bool {
    std::str::from_utf8(body).is_ok_and(|body| body.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"stream_options":{},"parallel_tool_calls":true,"messages":[{"content":[{"text":
        "\"temperature\":1","cache_control":{}}],"reasoning_content":"x"}],"max_tokens":9000}"#;

    fn learned(status: u16, body: &str) -> (bool, Quirks) {
        let mut quirks = Quirks::default();
        (quirks.learn(&Report::read(status, body), BODY), quirks)
    }

    fn error(message: &str) -> String {
        serde_json::json!({ "error": { "message": message } }).to_string()
    }

    #[test]
    fn each_refused_field_is_dropped_alone() {
        let none = Quirks::default();
        let table = [
            (
                "Unrecognized request argument supplied: stream_options",
                Quirks { no_stream_options: true, ..none },
            ),
            ("Unknown parameter: 'parallel_tool_calls'.", Quirks { no_parallel: true, ..none }),
            (
                "messages.0.content.0.cache_control: Extra inputs are not permitted",
                Quirks { no_markers: true, ..none },
            ),
            (
                "Unknown parameter: 'messages[0].content[0].cache_control'.",
                Quirks { no_markers: true, ..none },
            ),
            ("cache_control is not supported by this model", Quirks { no_markers: true, ..none }),
            ("property 'reasoning_content' is unsupported", Quirks { no_reasoning: true, ..none }),
            (
                "The reasoning_content in the thinking mode must be passed back",
                Quirks { wants_reasoning: true, ..none },
            ),
            (
                "Missing reasoning_content field in the assistant message at message index 2",
                Quirks { wants_reasoning: true, ..none },
            ),
            ("Range of max_tokens should be [1, 8192]", Quirks { max_tokens: Some(8_192), ..none }),
            (
                "max_tokens is too large: 9000. This model supports at most 4,096 completion tokens",
                Quirks { max_tokens: Some(4_096), ..none },
            ),
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                Quirks { wants_completion: true, ..none },
            ),
            ("unknown field max_tokens", Quirks { no_max_tokens: true, ..none }),
            (
                "'max_tokens' is too large: 9000. This model's maximum context length is 8192 tokens and your request has 5000 input tokens",
                Quirks { max_tokens: Some(3_192), ..none },
            ),
            (
                "This model's maximum context length is 8192 tokens. However, you requested 14000 tokens (5000 in the messages, 9000 in the completion).",
                Quirks { max_tokens: Some(3_192), ..none },
            ),
            ("Invalid type: messages[2].content should be a string", Quirks { no_arrays: true, ..none }),
        ];
        for (message, expected) in table {
            assert_eq!(learned(400, &error(message)), (true, expected), "{message}");
        }
        let fastapi = r#"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#;
        assert_eq!(learned(422, fastapi), (true, Quirks { no_stream_options: true, ..none }));
    }

    #[test]
    fn arrays_refused_in_results_stay_elsewhere() {
        const SENT: &[u8] =
            br#"{"messages":[{"role":"system","content":[{"text":"a"}]},{"role":"tool","content":
            [{"text":"b"}]}]}"#;
        let none = Quirks::default();
        let (tool, all) = (Quirks { no_tool_arrays: true, ..none }, Quirks { no_arrays: true, ..none });
        let table = [
            ("Invalid type for 'messages[1].content': expected a string, but got an array instead.", tool),
            ("messages.1.content: Input should be a valid string", tool),
            ("content of a tool message must be a string", tool),
            ("messages[1]: invalid type: sequence, expected a string", tool),
            ("Invalid type for 'messages[0].content': expected a string, but got an array instead.", all),
            ("messages[9].content must be a string", all),
            ("content must be a string", all),
        ];
        for (message, expected) in table {
            let mut quirks = none;
            assert!(quirks.learn(&Report::read(400, &error(message)), SENT), "{message}");
            assert_eq!(quirks, expected, "{message}");
        }
        let mut quirks = tool;
        assert!(
            quirks.learn(&Report::read(400, &error(table[0].0)), SENT),
            "still refused: nothing is in parts"
        );
        assert_eq!(quirks, Quirks { no_arrays: true, ..tool });
    }

    #[test]
    fn an_order_that_is_refused_is_learned_when_there_was_one() {
        const SENT: &[u8] = br#"{"messages":[{"role":"tool","content":"b"},{"role":"user","content":"c"}]}"#;
        let wants = Quirks { wants_turns: true, ..Quirks::default() };
        for message in [
            "Unexpected role 'user' after role 'tool'",
            "After the optional system message, conversation roles must alternate user and assistant roles",
        ] {
            let report = Report::read(400, &error(message));
            let mut quirks = Quirks::default();
            assert!(quirks.learn(&report, SENT) && quirks == wants, "{message}");
            assert!(!Quirks::default().learn(&report, BODY), "nothing would be sent otherwise");
        }
    }

    #[test]
    fn an_upstream_that_is_not_there_is_asked_for_once() {
        const SENT: &[u8] = br#"{"provider":{"order":["alibaba"],"allow_fallbacks":false},"messages":[]}"#;
        let message = "No allowed providers are available for the selected model.";
        let mut quirks = Quirks::default();
        assert!(quirks.learn(&Report::read(404, &error(message)), SENT));
        assert_eq!(quirks, Quirks { no_pin: true, ..Quirks::default() });
        assert!(!quirks.learn(&Report::read(404, &error(message)), SENT));
        assert!(!Quirks::default().learn(&Report::read(404, &error(message)), BODY));
    }

    #[test]
    fn what_touches_the_cache_is_told_when_it_is_learned() {
        let none = Quirks::default();
        let table = [
            (Quirks { no_parallel: true, ..none }, None),
            (Quirks { no_markers: true, ..none }, Some(Finding::Refused)),
            (Quirks { no_arrays: true, ..none }, Some(Finding::PlainContent)),
            (Quirks { no_tool_arrays: true, ..none }, Some(Finding::PlainResults)),
            (Quirks { no_cache_key: true, ..none }, Some(Finding::NoKey)),
            (Quirks { no_pin: true, ..none }, Some(Finding::Unpinned)),
        ];
        for (quirks, finding) in table {
            assert_eq!((quirks.finding_since(none), quirks.finding_since(quirks)), (finding, None));
        }
    }

    #[test]
    fn a_field_that_was_not_sent_teaches_nothing() {
        for message in ["Unknown parameter: 'temperature'", "Unknown parameter: 'metadata'", "no"] {
            assert_eq!(learned(400, &error(message)), (false, Quirks::default()), "{message}");
        }
        assert!(!learned(500, &error("Unknown parameter: stream_options")).0);
    }

    #[test]
    fn the_same_refusal_teaches_only_once() {
        let mut quirks = Quirks::default();
        let report = Report::read(400, &error("Unknown parameter: stream_options"));
        assert!(quirks.learn(&report, BODY));
        assert!(!quirks.learn(&report, BODY));
    }

    #[test]
    fn a_prompt_that_leaves_no_room_is_an_overflow_and_not_a_bound() {
        let message = "This model's maximum context length is 8192 tokens. However, you requested 17191 tokens (8191 in the messages, 9000 in the completion). Please reduce the length of the messages.";
        assert_eq!(learned(400, &error(message)), (false, Quirks::default()));
    }
}
