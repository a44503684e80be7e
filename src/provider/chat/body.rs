//! Writes a prompt as the body of a request, always the same bytes for the same prompt.
//!
//! What never changes within a session comes first, then the messages, then what may change with every request; so
//! the body of the next request begins with the bytes of this one up to the end of its messages, markers aside.

use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Map, Value};

use crate::{
    cache::Mark,
    catalog::{Echo, MaxTokens, Profile},
    prompt::{Prompt, ToolSpec},
    protocol::{Item, ToolCall, Turn},
    provider::{Options, bound, names, quirks::Quirks},
};

/// Stands between results and the person's words, or between two messages of theirs, for servers that want an answer
/// there.
const BETWEEN: &str = "(the user says more)";

/// Everything a body is made from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) prompt: &'a Prompt,
    pub(super) marks: &'a [Mark],
    pub(super) arrays: bool,
    pub(super) plain_results: bool,
    pub(super) profile: &'a Profile,
    pub(super) options: &'a Options,
    pub(super) quirks: Quirks,
}

impl Source<'_> {
    /// The body.
    pub(super) fn write(&self) -> Vec<u8> {
        // Four bytes a token, and some for quotes and names.
        let size = usize::try_from(self.prompt.estimate().0).unwrap_or(0) * 5 + 4_096;
        let mut out = Vec::with_capacity(size);
        let marks =
            if self.quirks.no_tool_arrays { moved(self.prompt, self.marks) } else { self.marks.to_vec() };
        serde_json::to_writer(&mut out, &Source { marks: &marks, ..*self }.body())
            .expect("names are strings and a vector takes every byte");
        out
    }

    fn body(&self) -> Body<'_> {
        let (provider, quirks) = (self.profile.provider, self.quirks);
        let extra = &self.options.extra_body;
        let has_tools = !self.prompt.head().tools().is_empty();
        let own = |field: &str| !extra.contains_key(field);
        let bound = self.bound();
        let wants_completion = quirks.wants_completion || provider.max_tokens == MaxTokens::Completion;
        Body {
            model: own("model").then_some(self.profile.model.as_str()),
            stream: own("stream").then_some(true),
            stream_options: (provider.stream_options && !quirks.no_stream_options && own("stream_options"))
                .then_some(StreamOptions { include_usage: true }),
            parallel_tool_calls: (provider.is_qwen_cloud
                && has_tools
                && !quirks.no_parallel
                && own("parallel_tool_calls"))
            .then_some(true),
            prompt_cache_key: (provider.cache_key && !quirks.no_cache_key && own("prompt_cache_key"))
                .then(|| names::cache_key(self.prompt.head().prefix())),
            provider: self.pin().filter(|_| own("provider")),
            tools: (has_tools && own("tools"))
                .then(|| self.prompt.head().tools().iter().map(Tool::new).collect()),
            messages: own("messages").then(|| self.messages()),
            max_tokens: bound.filter(|_| !wants_completion),
            max_completion_tokens: bound.filter(|_| wants_completion),
            temperature: self
                .options
                .temperature
                .filter(|t| t.is_finite() && !quirks.no_temperature && own("temperature")),
            extra,
        }
    }

    /// The one upstream, while there are markers to find again there.
    fn pin(&self) -> Option<Pin> {
        let is_useful = !(self.quirks.no_pin || self.quirks.no_markers || self.quirks.no_arrays);
        self.profile.upstream.filter(|_| is_useful).map(|name| Pin { order: [name], allow_fallbacks: false })
    }

    fn bound(&self) -> Option<u64> {
        let extra = &self.options.extra_body;
        let is_omitted = self.profile.provider.max_tokens == MaxTokens::Omit
            || self.quirks.no_max_tokens
            || extra.contains_key("max_tokens")
            || extra.contains_key("max_completion_tokens");
        if is_omitted { None } else { bound::output(self.prompt, self.profile, self.options, self.quirks) }
    }

    fn messages(&self) -> Vec<Message<'_>> {
        let mut all = Vec::with_capacity(self.prompt.items().len() + 1);
        let blocks: Vec<&str> = self.prompt.head().blocks().collect();
        if !blocks.is_empty() {
            all.push(Message::new("system", self.content(&blocks, Mark::Head)));
        }
        let mut is_answered = true;
        for (at, item) in self.prompt.items().iter().enumerate() {
            if matches!(item, Item::User(_)) && !is_answered && self.quirks.wants_turns {
                all.push(Message::new("assistant", Content::Text(Cow::Borrowed(BETWEEN))));
            }
            let message = self.message(item, Mark::Item(at));
            if let Some(message) = message {
                is_answered = matches!(item, Item::Assistant(_));
                all.push(message);
            }
        }
        all
    }

    fn message<'a>(&self, item: &'a Item, mark: Mark) -> Option<Message<'a>> {
        match item {
            Item::User(message) => {
                let parts: Vec<&str> = message.parts().filter(|p| !p.is_empty()).collect();
                Some(Message::new("user", self.content(&parts, mark)))
            }
            Item::Assistant(turn) => self.assistant(turn, mark),
            Item::Result(result) => Some(Message {
                tool_call_id: Some(result.call.as_str()),
                ..Message::new("tool", self.result(&result.text, mark))
            }),
        }
    }

    /// `None` for an answer that was stopped before its first word: servers refuse a message of nothing.
    fn assistant<'a>(&self, turn: &'a Turn, mark: Mark) -> Option<Message<'a>> {
        if turn.text.is_empty() && turn.calls.is_empty() {
            return None;
        }
        // Calls without text get an empty string: `null` is refused by some servers, a missing content by others
        // (llama-cpp-python reads it unasked), and an array without parts by most.
        let content = if turn.text.is_empty() {
            Content::Text(Cow::Borrowed(""))
        } else {
            self.content(&[&turn.text], mark)
        };
        let echo = self.profile.provider.echo;
        let quirks = self.quirks;
        let told = (!turn.reasoning.is_empty()).then_some(turn.reasoning.as_str());
        let reasoning = match echo {
            _ if quirks.no_reasoning => None,
            _ if quirks.wants_reasoning => Some(told.unwrap_or_default()),
            Echo::Content => told,
            Echo::Never | Echo::Details => None,
        };
        let is_detailed = echo == Echo::Details && !quirks.no_reasoning && !turn.reasoning_details.is_empty();
        Some(Message {
            reasoning_content: reasoning,
            reasoning_details: is_detailed.then_some(turn.reasoning_details.as_slice()),
            tool_calls: turn.calls.iter().map(Call).collect(),
            ..Message::new("assistant", content)
        })
    }

    fn result<'a>(&self, text: &'a str, mark: Mark) -> Content<'a> {
        if self.quirks.no_tool_arrays || self.plain_results {
            Content::Text(Cow::Borrowed(text))
        } else {
            self.content(&[text], mark)
        }
    }

    fn content<'a>(&self, parts: &[&'a str], mark: Mark) -> Content<'a> {
        if !self.arrays || self.quirks.no_arrays {
            return Content::Text(match parts {
                [one] => Cow::Borrowed(*one),
                all => Cow::Owned(all.join("\n\n")),
            });
        }
        let last = parts.len().saturating_sub(1);
        let marks_part = |at: usize| match mark {
            _ if at == last => self.marks.contains(&mark),
            Mark::Head => at == 0 && self.marks.contains(&Mark::Instructions),
            _ => false,
        };
        let part = |(at, text): (usize, &&'a str)| Part {
            kind: "text",
            text,
            // An empty text cannot carry a marker.
            cache_control: (!self.quirks.no_markers && !text.is_empty() && marks_part(at))
                .then_some(CacheControl { kind: "ephemeral" }),
        };
        Content::Parts(parts.iter().enumerate().map(part).collect())
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Pin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<Vec<Tool<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<Message<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// Which servers behind a router may answer. Source: OpenRouter's page on provider routing.
#[derive(Serialize)]
struct Pin {
    order: [&'static str; 1],
    allow_fallbacks: bool,
}

/// The marks, those on results moved to the nearest message before them that has content of its own.
fn moved(prompt: &Prompt, marks: &[Mark]) -> Vec<Mark> {
    let can_carry = |at: &usize| match prompt.items().get(*at) {
        Some(Item::User(_)) => true,
        Some(Item::Assistant(turn)) => !turn.text.is_empty(),
        _ => false,
    };
    let place = |mark: &Mark| match mark {
        Mark::Item(at) => (0..=*at).rev().find(can_carry).map_or(Mark::Head, Mark::Item),
        other => *other,
    };
    let mut moved: Vec<Mark> = marks.iter().map(place).collect();
    moved.dedup();
    moved
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
}

impl<'a> Tool<'a> {
    fn new(spec: &'a ToolSpec) -> Self {
        let ToolSpec { name, description, parameters } = spec;
        Self { kind: "function", function: Function { name, description, parameters } }
    }
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
    content: Content<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_details: Option<&'a [Value]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
}

impl<'a> Message<'a> {
    fn new(role: &'static str, content: Content<'a>) -> Self {
        Self {
            role,
            tool_call_id: None,
            content,
            reasoning_content: None,
            reasoning_details: None,
            tool_calls: Vec::new(),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<Part<'a>>),
}

#[derive(Serialize)]
struct Part<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Serialize)]
struct CacheControl {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// A past call. Its opaque fields go back as they came.
struct Call<'a>(&'a ToolCall);

impl Serialize for Call<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Called<'a> {
            name: Cow<'a, str>,
            arguments: &'a str,
        }
        let ToolCall { id, name, arguments, extra } = self.0;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("id", id)?;
        map.serialize_entry("type", "function")?;
        let called = Called { name: names::accepted(name), arguments: arguments.text() };
        map.serialize_entry("function", &called)?;
        for (key, value) in extra.iter().filter_map(Value::as_object).flatten() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
