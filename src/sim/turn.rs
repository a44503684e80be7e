//! One scripted answer of the model.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{fault::Fault, request::Request};

/// What the scripted model answers to one request: it thinks, then speaks, then calls tools.
///
/// `{{cwd}}` in any text, and in any string of the arguments, becomes the agent's working directory.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Turn {
    /// What it thinks; empty for nothing.
    pub thinking: String,
    /// What it says; empty for nothing.
    pub text: String,
    /// The tools it calls, in order.
    pub calls: Vec<ScriptedCall>,
    /// The finish reason, if it is not the one that fits.
    pub finish: Option<String>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// With `fault`: so many requests fail on this turn before it is answered whole. Without: the turn itself fails,
    /// and the script goes on.
    pub fault_first: Option<u32>,
    /// How long the model is silent before its first byte. *Unit:* milliseconds.
    pub delay_ms: u64,
    /// How fast it speaks; the simulator's own speed when absent. 0 is as fast as possible.
    pub tokens_per_second: Option<u64>,
    /// Answers every request that fits, instead of one in the order of the script.
    pub when: Option<When>,
}

/// A tool call in a script.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedCall {
    /// The name of the tool.
    pub name: String,
    /// Its arguments; an object.
    #[serde(default = "empty")]
    pub arguments: Value,
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// Which requests a turn answers. All that is given must hold; with nothing given, every request fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// The newest user message contains this, and no tool has answered since unless `last_tool_contains` is given.
    pub last_user_contains: Option<String>,
    /// The newest message is a tool's answer and contains this.
    pub last_tool_contains: Option<String>,
}

impl When {
    pub(super) fn fits(&self, request: &Request) -> bool {
        let tool = request.last_tool();
        let user_fits = self.last_user_contains.as_ref().is_none_or(|words| {
            (tool.is_none() || self.last_tool_contains.is_some()) && request.last_user().contains(words)
        });
        let tool_fits = self
            .last_tool_contains
            .as_ref()
            .is_none_or(|words| tool.as_ref().is_some_and(|answer| answer.contains(words)));
        user_fits && tool_fits
    }
}

/// A turn that says this.
pub fn say(text: impl Into<String>) -> Turn {
    Turn::default().say(text)
}

/// A turn that thinks this first.
pub fn think(text: impl Into<String>) -> Turn {
    Turn { thinking: text.into(), ..Turn::default() }
}

/// A turn that calls this tool; more calls can be added.
pub fn call(name: impl Into<String>, arguments: Value) -> Turn {
    Turn::default().call(name, arguments)
}

impl Turn {
    /// Says this, after what it says already.
    pub fn say(mut self, text: impl Into<String>) -> Self {
        self.text.push_str(&text.into());
        self
    }

    /// Calls this tool, after the calls it makes already.
    pub fn call(mut self, name: impl Into<String>, arguments: Value) -> Self {
        self.calls.push(ScriptedCall { name: name.into(), arguments });
        self
    }

    /// Ends with this finish reason, fitting or not.
    pub fn finish(self, reason: impl Into<String>) -> Self {
        Self { finish: Some(reason.into()), ..self }
    }

    /// Fails like this.
    pub fn fault(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// Fails like this for the first `times` requests, then answers.
    pub fn fault_first(self, times: u32, fault: Fault) -> Self {
        Self { fault: Some(fault), fault_first: Some(times), ..self }
    }

    /// Is silent so long before the first byte.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), ..self }
    }

    /// Speaks at this speed; 0 is as fast as possible.
    pub fn pace(self, tokens_per_second: u64) -> Self {
        Self { tokens_per_second: Some(tokens_per_second), ..self }
    }

    /// Answers every request whose newest message is the user's and contains this.
    pub fn when_user(mut self, contains: impl Into<String>) -> Self {
        self.when.get_or_insert_default().last_user_contains = Some(contains.into());
        self
    }

    /// Answers every request whose newest message is a tool's and contains this.
    pub fn when_tool(mut self, contains: impl Into<String>) -> Self {
        self.when.get_or_insert_default().last_tool_contains = Some(contains.into());
        self
    }

    /// Puts the request's own words in the place of `{{cwd}}`.
    pub(super) fn filled(mut self, request: &Request) -> Self {
        const CWD: &str = "{{cwd}}";
        let cwd = request.working_directory().unwrap_or_else(|| ".".to_owned());
        let fill = |text: &mut String| {
            if text.contains(CWD) {
                *text = text.replace(CWD, &cwd);
            }
        };
        fill(&mut self.thinking);
        fill(&mut self.text);
        for call in &mut self.calls {
            each_string(&mut call.arguments, &fill);
        }
        self
    }
}

fn each_string(value: &mut Value, change: &dyn Fn(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(all) => all.iter_mut().for_each(|value| each_string(value, change)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_string(value, change)),
        _ => {}
    }
}
