//! A request as the cache sees it: content blocks in order, with a key and a size for each prefix.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::count::{Count, Part};

/// What a part of a prompt weighs.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// Counts the tokens of a text.
    pub count: Count,
    /// Tokens the chat template adds to each message.
    pub overhead: u64,
    /// Tokens the service appends after the prompt; billed plain. *Shape:* 1 to 9.
    pub internal: u64,
    /// Tokens of a content element that is not text, such as a picture.
    pub picture: u64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { count: Count::default(), overhead: 4, internal: 6, picture: 1_000 }
    }
}

impl Sizes {
    fn weigh(&self, part: Part<'_>) -> u64 {
        self.count.weight(part).unwrap_or_else(|| match part {
            Part::Tools(Value::Null) => 0,
            Part::Tools(tools) => self.count.of(&tools.to_string()),
            Part::Message(message) => {
                self.overhead + message["reasoning_content"].as_str().map_or(0, |text| self.count.of(text))
            }
            Part::Content(Value::String(text)) => self.count.of(text),
            Part::Content(element) => plain(element).map_or(self.picture, |text| self.count.of(text)),
            Part::Calls(calls) => {
                let text =
                    |call: &Value, field: &str| self.count.of(call["function"][field].as_str().unwrap_or(""));
                calls.iter().map(|call| text(call, "name") + text(call, "arguments")).sum()
            }
        })
    }
}

/// Names a prefix: account, model, tools and every block up to one position.
pub(super) type Key = [u8; 32];

/// The prefixes of one request.
///
/// Shape: position 0 is account, model and tools; position k is the prefix that ends with the k-th content block.
#[derive(Clone, Debug)]
pub struct Blocks {
    pub(super) model: String,
    pub(super) keys: Vec<Key>,
    /// Tokens of each prefix; ascending.
    pub(super) totals: Vec<u64>,
    /// The message each position belongs to.
    pub(super) message: Vec<usize>,
    /// Positions with a marker, ascending.
    pub(super) markers: Vec<usize>,
    /// Tokens of the whole prompt, internal ones included.
    pub(super) prompt: u64,
}

impl Blocks {
    /// Reads a request body. `account` is whatever separates one customer from another.
    ///
    /// Shape: tolerant; the request has been checked before, and what is missing counts as empty.
    pub fn of(request: &Value, account: &str, sizes: &Sizes) -> Self {
        let model = request["model"].as_str().unwrap_or_default();
        let tools = request.get("tools").map(Value::to_string).unwrap_or_default();
        let root = hashed(&[0; 32], &[account.as_bytes(), model.as_bytes(), tools.as_bytes()]);
        let mut blocks = Self {
            model: model.to_owned(),
            keys: vec![root],
            totals: vec![sizes.weigh(Part::Tools(&request["tools"]))],
            message: vec![0],
            markers: Vec::new(),
            prompt: 0,
        };
        let messages = request["messages"].as_array().map_or(&[][..], Vec::as_slice);
        for (at, message) in messages.iter().enumerate() {
            blocks.take(at, message, sizes);
        }
        blocks.prompt = blocks.totals[blocks.totals.len() - 1] + sizes.internal;
        blocks
    }

    /// Tokens of the whole prompt, internal ones included.
    pub fn tokens(&self) -> u64 {
        self.prompt
    }

    /// Tokens of each prefix. *Shape:* ascending; the first is the tools alone, each other ends with one block.
    pub fn totals(&self) -> &[u64] {
        &self.totals
    }

    /// Which prefixes end with a marker. *Shape:* ascending indices into [`Blocks::totals`], none 0.
    pub fn markers(&self) -> &[usize] {
        &self.markers
    }

    fn take(&mut self, at: usize, message: &Value, sizes: &Sizes) {
        let fields = ["role", "name", "tool_call_id", "reasoning_content"];
        let mut head = json!(fields.map(|field| &message[field])).to_string();
        let mut weight = sizes.weigh(Part::Message(message));
        for piece in parts(message, sizes) {
            let last = self.keys.len() - 1;
            self.keys.push(hashed(&self.keys[last], &[head.as_bytes(), piece.bytes.as_bytes()]));
            self.totals.push(self.totals[last] + weight + piece.tokens);
            self.message.push(at);
            if piece.marked {
                self.markers.push(last + 1);
            }
            head.clear();
            weight = 0;
        }
    }
}

struct Piece {
    bytes: String,
    tokens: u64,
    marked: bool,
}

/// The blocks of a message: its content elements, then its calls as one; a message with neither is one empty block.
fn parts(message: &Value, sizes: &Sizes) -> Vec<Piece> {
    let content = &message["content"];
    let mut parts: Vec<Piece> = match content {
        Value::String(text) if !text.is_empty() => {
            vec![Piece { bytes: words(text), tokens: sizes.weigh(Part::Content(content)), marked: false }]
        }
        Value::Array(elements) => elements.iter().map(|element| piece(element, sizes)).collect(),
        _ => Vec::new(),
    };
    if let Some(calls) = message["tool_calls"].as_array().filter(|calls| !calls.is_empty()) {
        let bytes = message["tool_calls"].to_string();
        parts.push(Piece { bytes, tokens: sizes.weigh(Part::Calls(calls)), marked: false });
    }
    if parts.is_empty() {
        parts.push(Piece { bytes: String::new(), tokens: 0, marked: false });
    }
    parts
}

/// One element of a content array. The marker is not part of the key: the provider's own example drops it from a
/// message in the next request and still hits.
fn piece(element: &Value, sizes: &Sizes) -> Piece {
    let marked = element["cache_control"]["type"] == "ephemeral";
    let tokens = sizes.weigh(Part::Content(element));
    let bytes = match (plain(element), element) {
        (Some(text), _) => words(text),
        (None, Value::Object(fields)) => {
            let mut rest = fields.clone();
            rest.shift_remove("cache_control");
            Value::Object(rest).to_string()
        }
        _ => element.to_string(),
    };
    Piece { bytes, tokens, marked }
}

/// The text of an element that is nothing but a text.
fn plain(element: &Value) -> Option<&str> {
    let known = |name: &str| matches!(name, "type" | "text" | "cache_control");
    let fields = element.as_object().filter(|fields| fields.keys().all(|name| known(name)))?;
    fields.get("text")?.as_str()
}

/// A string and an array of one text are rendered alike, so they have one key.
fn words(text: &str) -> String {
    format!("text:{text}")
}

fn hashed(before: &Key, parts: &[&[u8]]) -> Key {
    let mut hash = Sha256::new();
    hash.update(before);
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
