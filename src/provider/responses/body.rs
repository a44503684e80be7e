//! Writes a prompt as the body of a request, always the same bytes for the same prompt.
//!
//! What never changes within a session comes first, then the items, then what may change with every request. With a
//! chain the items begin where the provider's copy ends; system text and tools are told again each time, since the
//! provider does not carry them over. Source: `docs/sources.md`, wire 2.2 and 2.4.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    catalog::{MaxTokens, Profile},
    prompt::{Prompt, ToolSpec},
    protocol::{Chain, Item, Turn},
    provider::{Options, bound, names, quirks::Quirks},
};

/// A smaller bound is refused. Source: `docs/sources.md`, wire 2.2.
const SMALLEST_BOUND: u64 = 16;

/// Everything a body is made from.
pub(super) struct Source<'a> {
    pub(super) prompt: &'a Prompt,
    pub(super) chain: Option<&'a Chain>,
    pub(super) profile: &'a Profile,
    pub(super) options: &'a Options,
    pub(super) quirks: Quirks,
}

/// Whether the provider is asked to keep its response: never by default, which is the provider's.
pub(super) fn is_stored(profile: &Profile, options: &Options) -> bool {
    options.extra_body.get("store").and_then(Value::as_bool).unwrap_or(profile.cache.session)
}

impl Source<'_> {
    /// The body.
    pub(super) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(&self.body()).expect("names are strings and a vector takes every byte")
    }

    fn body(&self) -> Body<'_> {
        let (provider, quirks, head) = (self.profile.provider, self.quirks, self.prompt.head());
        let extra = &self.options.extra_body;
        let own = |field: &str| !extra.contains_key(field);
        let (chain, items) = self.unsent();
        let blocks: Vec<&str> = head.blocks().collect();
        Body {
            model: own("model").then_some(self.profile.model.as_str()),
            stream: own("stream").then_some(true),
            store: own("store").then(|| is_stored(self.profile, self.options)),
            include: (provider.seals_reasoning && !quirks.no_seal && own("include"))
                .then_some(["reasoning.encrypted_content"]),
            prompt_cache_key: (provider.cache_key && !quirks.no_cache_key && own("prompt_cache_key"))
                .then(|| names::cache_key(head.prefix())),
            instructions: (!blocks.is_empty() && own("instructions")).then(|| blocks.join("\n\n")),
            tools: (!head.tools().is_empty() && own("tools"))
                .then(|| head.tools().iter().map(Tool::new).collect()),
            input: own("input").then(|| items.iter().flat_map(|item| self.inputs(item)).collect()),
            previous_response_id: chain
                .filter(|_| own("previous_response_id"))
                .map(|chain| chain.response.as_str()),
            max_output_tokens: self.bound().filter(|_| own("max_output_tokens")),
            temperature: self
                .options
                .temperature
                .filter(|t| t.is_finite() && !quirks.no_temperature && own("temperature")),
            extra,
        }
    }

    /// The chain, if it is followed, and the items the provider does not have.
    fn unsent(&self) -> (Option<&Chain>, &[Item]) {
        let all = self.prompt.items();
        let followed = self.chain.filter(|chain| self.profile.cache.session && chain.items < all.len());
        (followed, &all[followed.map_or(0, |chain| chain.items)..])
    }

    fn bound(&self) -> Option<u64> {
        if self.profile.provider.max_tokens == MaxTokens::Omit || self.quirks.no_max_tokens {
            return None;
        }
        bound::output(self.prompt, self.profile, self.options, self.quirks).map(|n| n.max(SMALLEST_BOUND))
    }

    fn inputs<'a>(&self, item: &'a Item) -> Vec<Input<'a>> {
        match item {
            Item::User(message) => {
                let texts = message.parts().filter(|p| !p.is_empty());
                vec![Input::said("user", texts.map(|text| Part { kind: "input_text", text }).collect())]
            }
            Item::Assistant(turn) => self.answer(turn),
            Item::Result(result) => vec![Input::Result {
                kind: "function_call_output",
                call_id: result.call.as_str(),
                output: &result.text,
            }],
        }
    }

    /// Reasoning as it was sealed, the text, the calls: the order in which a server gives them.
    fn answer<'a>(&self, turn: &'a Turn) -> Vec<Input<'a>> {
        let is_wanted = self.profile.provider.seals_reasoning && !self.quirks.no_seal;
        let sealed = turn.reasoning_details.iter().filter(|d| is_wanted && d["type"] == "reasoning");
        let mut all: Vec<Input<'a>> = sealed.map(Input::Sealed).collect();
        if !turn.text.is_empty() {
            all.push(Input::said("assistant", vec![Part { kind: "output_text", text: &turn.text }]));
        }
        all.extend(turn.calls.iter().map(|call| Input::Call {
            kind: "function_call",
            call_id: call.id.as_str(),
            name: names::accepted(&call.name),
            arguments: call.arguments.text(),
        }));
        all
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<Vec<Tool<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Vec<Input<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_response_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

/// A tool, flat: the nested form of Chat Completions is refused here.
#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
    /// Without it OpenAI rewrites the schema until every parameter is required.
    strict: bool,
}

impl<'a> Tool<'a> {
    fn new(spec: &'a ToolSpec) -> Self {
        let ToolSpec { name, description, parameters } = spec;
        Self { kind: "function", name, description, parameters, strict: false }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Input<'a> {
    Said {
        role: &'static str,
        content: Vec<Part<'a>>,
    },
    Call {
        #[serde(rename = "type")]
        kind: &'static str,
        call_id: &'a str,
        name: Cow<'a, str>,
        arguments: &'a str,
    },
    Result {
        #[serde(rename = "type")]
        kind: &'static str,
        call_id: &'a str,
        output: &'a str,
    },
    Sealed(&'a Value),
}

impl<'a> Input<'a> {
    fn said(role: &'static str, content: Vec<Part<'a>>) -> Self {
        Self::Said { role, content }
    }
}

#[derive(Serialize)]
struct Part<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}

#[cfg(test)]
mod tests;
