//! What holds for every request of every story.

use qwen::sim::{Api, Blocks, Recorded, Sizes};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::session::{CANARY, KEY};

/// A marker as it is written. Inside a text its quotes would be escaped, so these bytes are always a marker.
const MARKER: &str = r#","cache_control":{"type":"ephemeral"}"#;
/// The least size of a block that is worth a marker. *Unit:* tokens of the simulator.
const MINIMUM: u64 = 1_024;
/// Every header a request may have.
const HEADERS: [&str; 9] = [
    "accept",
    "accept-encoding",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "x-dashscope-cachecontrol",
    "x-dashscope-session-cache",
    "x-dashscope-useragent",
];

/// Checks the requests of one run. With `compacts`, one need not begin with the one before.
pub(crate) fn check(requests: &[Recorded], compacts: bool) {
    // Lists of models and logins carry no conversation.
    let is_talk = |request: &&Recorded| matches!(request.api, Api::Chat | Api::Responses);
    let talk: Vec<_> = requests.iter().filter(is_talk).collect();
    for request in talk.iter().copied() {
        headers(request);
        markers(request);
        answers(request);
        let body = String::from_utf8_lossy(&request.body);
        assert!(!body.contains(KEY), "the key is in a body");
    }
    if !compacts {
        talk.windows(2).for_each(|pair| grows(pair[0], pair[1]));
    }
}

/// The later request begins, byte for byte and without markers, with all tools and messages of the earlier.
pub(crate) fn grows(earlier: &Recorded, later: &Recorded) {
    let (before, after) = (frozen(earlier), without_markers(later));
    let common = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    assert!(
        common == before.len() && matches!(after.as_bytes().get(common), Some(b',' | b']')),
        "request {} does not begin with request {}; they part after …{}\n  before: {}\n  after:  {}",
        later.number,
        earlier.number,
        around(&before, common.saturating_sub(60), 60),
        around(&before, common, 120),
        around(&after, common, 120),
    );
}

/// How many markers a request has.
pub(crate) fn count_markers(request: &Recorded) -> usize {
    String::from_utf8_lossy(&request.body).matches("\"cache_control\"").count()
}

/// No marker anywhere, and every content is a plain string.
pub(crate) fn is_plain(request: &Recorded) {
    assert_eq!(count_markers(request), 0, "a marker for a model or provider off the list");
    for message in messages(request) {
        assert!(message["content"].is_string(), "not a plain string: {message}");
    }
}

/// The messages of a request.
pub(crate) fn messages(request: &Recorded) -> &[Value] {
    request.json["messages"].as_array().map_or(&[], Vec::as_slice)
}

/// The names of the offered tools.
pub(crate) fn tools(request: &Recorded) -> Vec<&str> {
    let tools = request.json["tools"].as_array().map_or(&[][..], Vec::as_slice);
    tools.iter().filter_map(|tool| tool["function"]["name"].as_str()).collect()
}

/// The content of a message as one text.
pub(crate) fn text(message: &Value) -> String {
    match &message["content"] {
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n\n")
        }
        content => content.as_str().unwrap_or_default().to_owned(),
    }
}

/// Tokens of tools and system message.
pub(crate) fn head_size(request: &Recorded) -> u64 {
    size_up_to(&request.json, 0, usize::MAX - 1)
}

fn headers(request: &Recorded) {
    for (name, value) in &request.headers {
        assert!(HEADERS.contains(&name.as_str()), "an unexpected header `{name}: {value}`");
        assert!(!value.contains(CANARY), "the canary is in `{name}: {value}`");
        assert!(!value.contains(KEY), "the key is in `{name}`");
    }
}

fn markers(request: &Recorded) {
    let all = count_markers(request);
    assert!(all <= 4, "{all} markers");
    let mut allowed = 0;
    for (at, message) in messages(request).iter().enumerate() {
        let parts = message["content"].as_array().map_or(&[][..], Vec::as_slice);
        for (part, _) in parts.iter().enumerate().filter(|(_, p)| !p["cache_control"].is_null()) {
            allowed += 1;
            let size = size_up_to(&request.json, at, part);
            assert!(size >= MINIMUM, "a marker on message {at} after {size} tokens");
        }
    }
    assert_eq!(all, allowed, "a marker that is not on a part of a message");
}

/// Tokens of tools and messages up to one part of one message.
fn size_up_to(request: &Value, message: usize, part: usize) -> u64 {
    let mut cut = request.clone();
    let messages = cut["messages"].as_array_mut().expect("a request has messages");
    messages.truncate(message + 1);
    if let Some(parts) = messages[message]["content"].as_array_mut() {
        parts.truncate(part + 1);
    }
    messages[message]["tool_calls"] = json!([]);
    let sizes = Sizes::default();
    Blocks::of(&cut, "", &sizes).tokens() - sizes.internal
}

/// Each call is answered once, directly after it. The simulator refuses anything else; this is the same rule, told
/// by another.
fn answers(request: &Recorded) {
    let mut open: Vec<&str> = Vec::new();
    for message in messages(request) {
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let at = open.iter().position(|waiting| *waiting == id).expect("an answer has its call");
            open.remove(at);
        } else {
            assert_eq!(open, [""; 0], "calls without an answer");
            let calls = message["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
            open = calls.iter().filter_map(|call| call["id"].as_str()).collect();
        }
    }
    assert_eq!(open, [""; 0], "calls without an answer");
}

/// The body from its first byte to the last message, without markers.
fn frozen(request: &Recorded) -> String {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        messages: &'a RawValue,
    }
    let body = without_markers(request);
    let parsed: Body<'_> = serde_json::from_str(&body).expect("a request is JSON");
    let messages = parsed.messages.get();
    let end = messages.as_ptr() as usize - body.as_ptr() as usize + messages.len();
    body[..end - 1].to_owned()
}

fn without_markers(request: &Recorded) -> String {
    String::from_utf8(request.body.to_vec()).expect("a request is UTF-8").replace(MARKER, "")
}

fn around(text: &str, from: usize, length: usize) -> String {
    String::from_utf8_lossy(&text.as_bytes()[from..text.len().min(from + length)]).into_owned()
}
