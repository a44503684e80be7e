//! A tool call, as the model wrote it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::base::CallId;

/// One call of a tool in an assistant turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The id the server gave; the answer repeats it.
    pub id: CallId,
    /// The tool's name as the model wrote it; it need not exist.
    pub name: String,
    /// What the model passed.
    pub arguments: Arguments,
    /// Fields a provider wants back unread (for instance a signature of the call).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
}

/// Why arguments cannot be used. Such a call is answered, never run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// The text stops before the object is closed.
    Cut,
    /// The text is not JSON.
    NotJson,
    /// The text is JSON, but not an object.
    NotAnObject,
}

/// The arguments of a call: either a whole JSON object, or known to be unusable.
///
/// Shape: when whole, [`Arguments::text`] is exactly the text the server sent (trimmed; empty becomes `{}`), so
/// that later requests repeat its bytes, and [`Arguments::object`] is its parsed form.
#[derive(Clone, Debug, PartialEq)]
pub struct Arguments {
    text: String,
    object: Result<Map<String, Value>, Broken>,
}

impl ToolCall {
    /// The name in place of a tool's for a command of the person's own ([`super::Op::Shell`]). No tool has it.
    pub const OWN_COMMAND: &str = "!";

    /// Whether this is a command of the person's own and not a call of the model.
    pub fn is_own(&self) -> bool {
        self.name == Self::OWN_COMMAND
    }
}

impl Arguments {
    /// Reads the accumulated text of a call.
    pub fn parse(raw: &str) -> Self {
        let text = match raw.trim() {
            "" => "{}",
            text => text,
        };
        let object = match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) => Err(Broken::NotAnObject),
            Err(e) if e.is_eof() => Err(Broken::Cut),
            Err(_) => Err(Broken::NotJson),
        };
        Self { text: text.to_owned(), object }
    }

    /// Marks text as cut although it may parse: the stream ended before the call was finished.
    pub fn cut(raw: &str) -> Self {
        Self { text: raw.trim().to_owned(), object: Err(Broken::Cut) }
    }

    /// From an object made here.
    pub fn from_object(map: Map<String, Value>) -> Self {
        Self { text: Value::Object(map.clone()).to_string(), object: Ok(map) }
    }

    /// The parsed object. Errors: why there is none.
    pub fn object(&self) -> Result<&Map<String, Value>, Broken> {
        self.object.as_ref().map_err(|b| *b)
    }

    /// What is sent back to the server in the history: the text, or `{}` for unusable arguments, since servers
    /// refuse a history that holds invalid JSON.
    pub fn text(&self) -> &str {
        if self.object.is_ok() { &self.text } else { "{}" }
    }

    /// What the model wrote, usable or not.
    pub fn raw(&self) -> &str {
        &self.text
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    broken: Option<Broken>,
}

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Stored { text: self.text.clone(), broken: self.object.as_ref().err().copied() }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Stored { text, broken } = Stored::deserialize(from)?;
        let read = Self::parse(&text);
        Ok(match broken {
            Some(broken) => Self { text, object: Err(broken) },
            None => read,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_means_no_parameters() {
        assert_eq!(Arguments::parse("  ").text(), "{}");
        assert_eq!(Arguments::parse("").object(), Ok(&Map::new()));
    }

    #[test]
    fn a_cut_object_is_known_as_cut_at_every_byte() {
        let whole = r#"{"file_path":"/a","content":"x\"y"}"#;
        for end in 1..whole.len() {
            let cut = Arguments::parse(&whole[..end]);
            assert_eq!(cut.object(), Err(Broken::Cut), "{}", &whole[..end]);
            assert_eq!(cut.text(), "{}");
        }
    }

    #[test]
    fn what_is_stored_comes_back_the_same() {
        for arguments in [Arguments::parse(r#"{ "a": 1 }"#), Arguments::parse("{\"a\""), Arguments::cut("{}")]
        {
            let stored = serde_json::to_string(&arguments).expect("plain data");
            assert_eq!(serde_json::from_str::<Arguments>(&stored).expect("as written"), arguments);
        }
    }
}
