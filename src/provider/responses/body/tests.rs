//! Tests of `body`.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    base::{CallId, Tokens},
    catalog::Provider,
    prompt::{Head, Heard},
    protocol::{Arguments, Finish, ToolCall, ToolResult, UserMessage, Verdict},
    provider::fixtures::{CLOUD, PLAIN, profile},
};

static OPENAI: Provider = Provider { seals_reasoning: true, cache_key: true, ..PLAIN };

fn head() -> Arc<Head> {
    let tool = ToolSpec {
        name: "read_file".into(),
        description: "Reads a file.".into(),
        parameters: json!({"type":"object","properties":{}}),
    };
    Arc::new(Head::new(vec![tool], "Help.".into(), "Map: src/\n".into()))
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: CallId::new(id), name: name.into(), arguments: Arguments::parse(arguments), extra: None }
}

/// A conversation with two calls, their results and an answer: items 0 to 4.
fn conversation() -> Prompt {
    let mut prompt = Prompt::new(head());
    prompt
        .push(UserMessage { context: vec!["Monday.".into(), String::new()], text: "Was ist \"a\"?".into() });
    let turn = Turn {
        calls: vec![call("c1", "read_file", "{ \"p\": \"/ä\" }"), call("c2", "read file!", "{\"cut")],
        reasoning: "Look first.".into(),
        reasoning_details: vec![
            json!({"type":"reasoning","summary":[],"encrypted_content":"gAAA"}),
            json!({"type":"reasoning.text","text":"of another dialect"}),
        ],
        finish: Finish::Calls,
        ..Turn::text("I look.")
    };
    let Heard::Open(mut round) = prompt.hear(turn) else { panic!("there are calls") };
    for id in ["c1", "c2"] {
        let result = ToolResult {
            call: CallId::new(id),
            name: "read_file".into(),
            text: format!("result of {id}"),
            verdict: Verdict::Done,
        };
        round.answer(result);
    }
    let prompt = round.close().expect("all answered");
    let Heard::Ready(prompt) = prompt.hear(Turn::text("It is ä.")) else { panic!("no calls") };
    prompt
}

struct Setting {
    provider: &'static Provider,
    session: bool,
    chain: Option<usize>,
    options: Options,
    quirks: Quirks,
}

impl Setting {
    fn session(chain: Option<usize>) -> Self {
        Self { session: true, chain, ..Self::stateless(&CLOUD) }
    }

    fn stateless(provider: &'static Provider) -> Self {
        Self { provider, session: false, chain: None, options: Options::default(), quirks: Quirks::default() }
    }

    fn body(&self, prompt: &Prompt) -> String {
        let mut profile = (*profile(self.provider)).clone();
        profile.cache.session = self.session;
        let chain = self.chain.map(|items| Chain { response: "resp_1".into(), items });
        let source = Source {
            prompt,
            chain: chain.as_ref(),
            profile: &profile,
            options: &self.options,
            quirks: self.quirks,
        };
        String::from_utf8(source.write()).expect("JSON is UTF-8")
    }
}

const START: &str = r#"{"model":"qwen3-coder-plus","stream":true,"store":"#;
const SEALS: &str = r#","include":["reasoning.encrypted_content"]"#;
const HEAD: &str = r#","instructions":"Help.\n\nMap: src/\n","tools":[{"type":"function","name":"read_file","description":"Reads a file.","parameters":{"type":"object","properties":{}},"strict":false}],"input":["#;
const ASKED: &str = r#"{"role":"user","content":[{"type":"input_text","text":"Monday."},{"type":"input_text","text":"Was ist \"a\"?"}]},"#;
const SEALED: &str = r#"{"type":"reasoning","summary":[],"encrypted_content":"gAAA"},"#;
const CALLED: &str = r#"{"role":"assistant","content":[{"type":"output_text","text":"I look."}]},{"type":"function_call","call_id":"c1","name":"read_file","arguments":"{ \"p\": \"/ä\" }"},{"type":"function_call","call_id":"c2","name":"read_file_","arguments":"{}"},"#;
const RESULTS: &str = r#"{"type":"function_call_output","call_id":"c1","output":"result of c1"},{"type":"function_call_output","call_id":"c2","output":"result of c2"},"#;
const ANSWERED: &str = r#"{"role":"assistant","content":[{"type":"output_text","text":"It is ä."}]}"#;
const END: &str = r#","max_output_tokens":8000}"#;

#[test]
fn without_a_chain_the_whole_conversation_is_said() {
    let whole = [START, "true", HEAD, ASKED, CALLED, RESULTS, ANSWERED, "]", END].concat();
    assert_eq!(Setting::session(None).body(&conversation()), whole);
    let unkept = whole.replace("\"store\":true", "\"store\":false");
    assert_eq!(Setting::stateless(&CLOUD).body(&conversation()), unkept);
    let ignored = Setting { chain: Some(2), ..Setting::stateless(&CLOUD) };
    assert_eq!(ignored.body(&conversation()), unkept, "nothing is kept that could be followed");
}

#[test]
fn with_a_chain_only_what_came_after_it_is_said_and_the_head_again() {
    let chained = r#"],"previous_response_id":"resp_1""#;
    let after_calls = [START, "true", HEAD, RESULTS, ANSWERED, chained, END].concat();
    assert_eq!(Setting::session(Some(2)).body(&conversation()), after_calls);
    let last = [START, "true", HEAD, ANSWERED, chained, END].concat();
    assert_eq!(Setting::session(Some(4)).body(&conversation()), last);
    // A chain that covers all leaves nothing to say; one that covers more is of another conversation.
    for items in [5, 6] {
        let body = Setting::session(Some(items)).body(&conversation());
        assert_eq!(body, Setting::session(None).body(&conversation()), "{items}");
    }
}

#[test]
fn sealed_reasoning_goes_back_to_who_sealed_it() {
    let key = format!(r#","prompt_cache_key":"qwen-{}""#, head().prefix());
    let whole =
        [START, "false", SEALS, &key, HEAD, ASKED, SEALED, CALLED, RESULTS, ANSWERED, "]", END].concat();
    assert_eq!(Setting::stateless(&OPENAI).body(&conversation()), whole);
    let quirks = Quirks { no_seal: true, no_cache_key: true, ..Quirks::default() };
    let bare = whole.replace(SEALS, "").replace(SEALED, "").replace(&key, "");
    assert_eq!(Setting { quirks, ..Setting::stateless(&OPENAI) }.body(&conversation()), bare);
}

#[test]
fn the_bound_is_never_below_what_is_taken() {
    let bound = |options: Options, quirks: Quirks| {
        let body = Setting { options, quirks, ..Setting::session(None) }.body(&conversation());
        serde_json::from_str::<Value>(&body).expect("JSON").get("max_output_tokens").and_then(Value::as_u64)
    };
    let most = |n| Options { max_output: Some(Tokens(n)), ..Options::default() };
    assert_eq!(bound(most(5), Quirks::default()), Some(16));
    assert_eq!(bound(most(50), Quirks::default()), Some(50));
    assert_eq!(bound(most(50), Quirks { max_tokens: Some(20), ..Quirks::default() }), Some(20));
    assert_eq!(bound(most(50), Quirks { no_max_tokens: true, ..Quirks::default() }), None);
}

#[test]
fn the_persons_own_fields_come_last_and_win() {
    let Value::Object(extra_body) =
        json!({"store":false,"max_output_tokens":99,"reasoning":{"effort":"low"}})
    else {
        panic!()
    };
    let options = Options { extra_body, ..Options::default() };
    let body = Setting { options: options.clone(), ..Setting::session(None) }.body(&conversation());
    assert!(
        body.ends_with(r#"],"store":false,"max_output_tokens":99,"reasoning":{"effort":"low"}}"#),
        "{body}"
    );
    assert_eq!(body.matches("\"store\"").count(), 1);
    let mut kept = (*profile(&CLOUD)).clone();
    kept.cache.session = true;
    assert_eq!([is_stored(&kept, &options), is_stored(&kept, &Options::default())], [false, true]);
}

#[test]
fn what_is_empty_is_not_said() {
    let mut prompt = Prompt::new(Arc::new(Head::new(vec![], String::new(), String::new())));
    prompt.push(UserMessage::words("hi"));
    let stopped = Turn { reasoning: "hm".into(), finish: Finish::Interrupted, ..Turn::text("") };
    let Heard::Ready(prompt) = prompt.hear(stopped) else { panic!("no calls") };
    let said = r#","input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]}]"#;
    assert_eq!(Setting::session(None).body(&prompt), [START, "true", said, END].concat());
}

/// The body up to its items, and the items.
fn split(body: &str) -> (&str, &str) {
    let (before, rest) = body.split_once("\"input\":[").expect("there are items");
    let end = rest.rfind("],\"previous_response_id\"").or(rest.rfind("],\"max_output_tokens\""));
    (before, &rest[..end.expect("something follows them")])
}

proptest! {
    #[test]
    fn the_next_body_begins_with_the_one_before_and_a_chain_is_its_tail(
        turns in prop::collection::vec((0_u8..3, "[ -~é中😀\n\"\\\\]{1,20}"), 1..12),
        covered in any::<prop::sample::Index>(),
    ) {
        let mut prompt = Prompt::new(head());
        let mut before: Option<String> = None;
        for (kind, text) in turns {
            prompt = match kind {
                0 => {
                    prompt.push(UserMessage { context: vec![text.clone()], text });
                    prompt
                }
                kind => {
                    let arguments = json!({ text.as_str(): text }).to_string();
                    let calls = if kind == 1 { vec![] } else { vec![call("c", "read_file", &arguments)] };
                    match prompt.hear(Turn { calls, ..Turn::text(text) }) {
                        Heard::Ready(prompt) => prompt,
                        Heard::Open(round) => round.abandon(),
                    }
                }
            };
            let whole = Setting::session(None).body(&prompt);
            prop_assert_eq!(&Setting::session(None).body(&prompt.clone()), &whole);
            if let Some(before) = &before {
                let (old_head, old_items) = split(before);
                let (head, items) = split(&whole);
                prop_assert_eq!(head, old_head);
                prop_assert!(items.starts_with(old_items), "{} {}", items, old_items);
            }
            let chained = Setting::session(Some(covered.index(prompt.items().len()))).body(&prompt);
            let ((head, items), (chained_head, tail)) = (split(&whole), split(&chained));
            prop_assert_eq!(chained_head, head);
            prop_assert!(items.ends_with(tail) && !tail.is_empty(), "{} {}", items, tail);
            before = Some(whole);
        }
    }
}
