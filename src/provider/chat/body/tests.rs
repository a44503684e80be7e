//! Tests of `body`.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    base::{CallId, Tokens},
    prompt::{Head, Heard},
    protocol::{Arguments, Finish, ToolResult, UserMessage, Verdict},
    provider::fixtures::{CLOUD, DEEP, PLAIN, ROUTER, profile},
};

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: CallId::new(id), name: name.into(), arguments: Arguments::parse(arguments), extra: None }
}

fn head() -> Arc<Head> {
    let tool = ToolSpec {
        name: "read_file".into(),
        description: "Reads a file.".into(),
        parameters: json!({"type":"object","properties":{"file_path":{"type":"string"}},"required":["file_path"]}),
    };
    Arc::new(Head::new(vec![tool], "Help.".into(), "Map: src/\n".into()))
}

/// A conversation with one call and its result.
fn conversation() -> Prompt {
    let mut prompt = Prompt::new(head());
    prompt.push(UserMessage { context: vec!["Today is Monday.".into()], text: "Was ist \"a\"?".into() });
    let turn = Turn {
        calls: vec![call("c1", "read_file", "{ \"file_path\": \"/ä\" }"), call("c2", "read file!", "{\"cut")],
        reasoning: "Look first.".into(),
        reasoning_details: vec![json!({"type":"reasoning.text","text":"Look first."})],
        finish: Finish::Calls,
        ..Turn::text("")
    };
    let Heard::Open(mut round) = prompt.hear(turn) else { panic!("there are calls") };
    for id in ["c1", "c2"] {
        let text = format!("result of {id}");
        round.answer(ToolResult {
            call: CallId::new(id),
            name: "read_file".into(),
            text,
            verdict: Verdict::Done,
        });
    }
    let prompt = round.close().expect("all answered");
    let Heard::Ready(prompt) = prompt.hear(Turn::text("It is ä.")) else { panic!("no calls") };
    prompt
}

struct Setting {
    provider: &'static crate::catalog::Provider,
    marks: Vec<Mark>,
    arrays: bool,
    options: Options,
    quirks: Quirks,
}

impl Setting {
    fn plain(provider: &'static crate::catalog::Provider) -> Self {
        Self {
            provider,
            marks: vec![],
            arrays: false,
            options: Options::default(),
            quirks: Quirks::default(),
        }
    }

    fn arrays(marks: &[Mark]) -> Self {
        Self { marks: marks.to_vec(), arrays: true, ..Self::plain(&CLOUD) }
    }

    fn body(&self, prompt: &Prompt) -> String {
        let source = Source {
            prompt,
            marks: &self.marks,
            arrays: self.arrays,
            plain_results: false,
            profile: &profile(self.provider),
            options: &self.options,
            quirks: self.quirks,
        };
        String::from_utf8(source.write()).expect("JSON is UTF-8")
    }
}

const TOOLS: &str = r#""tools":[{"type":"function","function":{"name":"read_file","description":"Reads a file.","parameters":{"type":"object","properties":{"file_path":{"type":"string"}},"required":["file_path"]}}}]"#;
const CALLS: &str = r#""tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{ \"file_path\": \"/ä\" }"}},{"id":"c2","type":"function","function":{"name":"read_file_","arguments":"{}"}}]"#;

#[test]
fn qwen_cloud_gets_arrays_and_markers() {
    let marks = [Mark::Head, Mark::Item(0), Mark::Item(1), Mark::Item(3)];
    let expected = [
        r#"{"model":"qwen3-coder-plus","stream":true,"stream_options":{"include_usage":true},"parallel_tool_calls":true,"#,
        TOOLS,
        r#","messages":[{"role":"system","content":[{"type":"text","text":"Help."},{"type":"text","text":"Map: src/\n","cache_control":{"type":"ephemeral"}}]},"#,
        r#"{"role":"user","content":[{"type":"text","text":"Today is Monday."},{"type":"text","text":"Was ist \"a\"?","cache_control":{"type":"ephemeral"}}]},"#,
        r#"{"role":"assistant","content":"","#,
        CALLS,
        r#"},{"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"result of c1"}]},"#,
        r#"{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"result of c2","cache_control":{"type":"ephemeral"}}]},"#,
        r#"{"role":"assistant","content":[{"type":"text","text":"It is ä."}]}],"max_tokens":8000}"#,
    ];
    assert_eq!(Setting::arrays(&marks).body(&conversation()), expected.concat());
}

#[test]
fn the_instructions_carry_a_marker_of_their_own_for_other_repositories() {
    let body = Setting::arrays(&[Mark::Instructions, Mark::Item(0)]).body(&conversation());
    let system = r#"{"role":"system","content":[{"type":"text","text":"Help.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Map: src/\n"}]}"#;
    assert!(body.contains(system), "{body}");
    // With one block only there is nothing before its end that another repository could share.
    let head = Arc::new(Head::new(vec![], "Help.".into(), String::new()));
    let mut alone = Prompt::new(head);
    alone.push(UserMessage::words("hi"));
    assert!(!Setting::arrays(&[Mark::Instructions]).body(&alone).contains("cache_control"));
}

#[test]
fn others_get_plain_strings_and_nothing_of_a_cache() {
    let expected = [
        r#"{"model":"qwen3-coder-plus","stream":true,"stream_options":{"include_usage":true},"#,
        TOOLS,
        r#","messages":[{"role":"system","content":"Help.\n\nMap: src/\n"},"#,
        r#"{"role":"user","content":"Today is Monday.\n\nWas ist \"a\"?"},{"role":"assistant","content":"","#,
        CALLS,
        r#"},{"role":"tool","tool_call_id":"c1","content":"result of c1"},"#,
        r#"{"role":"tool","tool_call_id":"c2","content":"result of c2"},"#,
        r#"{"role":"assistant","content":"It is ä."}],"max_tokens":8000}"#,
    ];
    let setting = Setting { marks: vec![Mark::Head], ..Setting::plain(&PLAIN) };
    assert_eq!(setting.body(&conversation()), expected.concat());
}

#[test]
fn past_reasoning_goes_back_where_it_is_wanted() {
    let body = |provider, quirks| {
        let body = Setting { quirks, ..Setting::plain(provider) }.body(&conversation());
        let value: Value = serde_json::from_str(&body).expect("JSON");
        let answers = [2, 5].map(|at| value["messages"][at].clone());
        answers.map(|a| (a.get("reasoning_content").cloned(), a.get("reasoning_details").cloned()))
    };
    let (none, quirks) = ((None, None), Quirks::default());
    assert_eq!(body(&PLAIN, quirks), [none.clone(), none.clone()]);
    assert_eq!(body(&DEEP, quirks), [(Some(json!("Look first.")), None), none.clone()]);
    let details = json!([{"type":"reasoning.text","text":"Look first."}]);
    assert_eq!(body(&ROUTER, quirks), [(None, Some(details)), none.clone()]);
    let wants = Quirks { wants_reasoning: true, ..quirks };
    assert_eq!(body(&PLAIN, wants), [(Some(json!("Look first.")), None), (Some(json!("")), None)]);
    let refuses = Quirks { no_reasoning: true, ..quirks };
    assert_eq!(body(&ROUTER, refuses), [none.clone(), none]);
}

#[test]
fn what_was_learned_removes_the_field_and_nothing_else() {
    let options = Options { temperature: Some(0.5), ..Options::default() };
    let setting = |quirks| Setting { options: options.clone(), quirks, ..Setting::arrays(&[Mark::Head]) };
    let whole = setting(Quirks::default()).body(&conversation());
    let none = Quirks::default();
    let table = [
        (Quirks { no_stream_options: true, ..none }, r#","stream_options":{"include_usage":true}"#, ""),
        (Quirks { no_parallel: true, ..none }, r#","parallel_tool_calls":true"#, ""),
        (Quirks { no_markers: true, ..none }, r#","cache_control":{"type":"ephemeral"}"#, ""),
        (Quirks { no_temperature: true, ..none }, r#","temperature":0.5"#, ""),
        (Quirks { no_max_tokens: true, ..none }, r#","max_tokens":8000"#, ""),
        (Quirks { wants_completion: true, ..none }, "max_tokens", "max_completion_tokens"),
        (Quirks { max_tokens: Some(100), ..none }, r#""max_tokens":8000"#, r#""max_tokens":100"#),
    ];
    for (quirks, removed, added) in table {
        assert_eq!(setting(quirks).body(&conversation()), whole.replace(removed, added), "{quirks:?}");
    }
    let plain = setting(Quirks { no_arrays: true, ..none }).body(&conversation());
    assert!(!plain.contains("\"content\":[") && !plain.contains("cache_control"));
}

#[test]
fn words_behind_results_get_an_answer_between_only_where_one_is_wanted() {
    let mut prompt = conversation();
    prompt = Prompt::restore(head(), prompt.items()[..4].to_vec()).expect("results are whole");
    prompt.push(UserMessage::words("only the tests"));
    let body = |quirks| Setting { quirks, ..Setting::plain(&PLAIN) }.body(&prompt);
    let usual = body(Quirks::default());
    assert!(
        usual.contains(r#""content":"result of c2"},{"role":"user","content":"only the tests"}"#),
        "{usual}"
    );
    let between = r#"{"role":"assistant","content":"(the user says more)"},"#;
    let wanted = body(Quirks { wants_turns: true, ..Quirks::default() });
    let (words, behind) = (
        r#"{"role":"user","content":"only the tests"}"#,
        format!("{between}{{\"role\":\"user\",\"content\":\"only the tests\"}}"),
    );
    assert_eq!(wanted, usual.replace(words, &behind));
}

#[test]
fn a_marker_on_a_result_moves_where_arrays_are_refused_there() {
    let setting = |marks: &[Mark]| Setting {
        quirks: Quirks { no_tool_arrays: true, ..Quirks::default() },
        ..Setting::arrays(marks)
    };
    let body = setting(&[Mark::Head, Mark::Item(0), Mark::Item(3)]).body(&conversation());
    assert!(body.contains(r#"{"role":"tool","tool_call_id":"c2","content":"result of c2"}"#), "{body}");
    // The answer before the results has no text, so the person's message carries the marker, once.
    assert_eq!(body, setting(&[Mark::Head, Mark::Item(0)]).body(&conversation()));
    assert_eq!(body.matches("cache_control").count(), 2);
    let mut prompt = Prompt::new(head());
    prompt.push(UserMessage::words("a"));
    let turn = Turn { calls: vec![call("c1", "read_file", "{}")], ..Turn::text("I look.") };
    let Heard::Open(round) = prompt.hear(turn) else { panic!("there is a call") };
    let body = setting(&[Mark::Item(2)]).body(&round.abandon());
    assert!(
        body.contains(r#"{"type":"text","text":"I look.","cache_control":{"type":"ephemeral"}}"#),
        "{body}"
    );
}

#[test]
fn a_key_names_the_head_where_the_provider_takes_one() {
    static KEYED: crate::catalog::Provider = crate::catalog::Provider { cache_key: true, ..PLAIN };
    let mut prompt = Prompt::new(head());
    prompt.push(UserMessage::words("a"));
    let first = Setting::plain(&KEYED).body(&prompt);
    let key = format!(r#","prompt_cache_key":"qwen-{}","tools""#, head().prefix());
    assert!(first.contains(&key), "{first}");
    assert!(Setting::plain(&KEYED).body(&conversation()).contains(&key), "the same in the whole project");
    let without = Setting::plain(&PLAIN).body(&prompt);
    assert_eq!(first.replace(&key, ",\"tools\""), without);
    let quirks = Quirks { no_cache_key: true, ..Quirks::default() };
    assert_eq!(Setting { quirks, ..Setting::plain(&KEYED) }.body(&prompt), without);
}

#[test]
fn a_router_is_told_where_the_cache_is_while_there_is_one() {
    let pinned = |quirks: Quirks, extra_body: Map<String, Value>| {
        let mut profile = (*profile(&ROUTER)).clone();
        profile.upstream = Some("alibaba");
        let options = Options { extra_body, ..Options::default() };
        let source = Source {
            prompt: &conversation(),
            marks: &[Mark::Head],
            arrays: true,
            plain_results: false,
            profile: &profile,
            options: &options,
            quirks,
        };
        String::from_utf8(source.write()).expect("JSON is UTF-8")
    };
    let pin = r#""provider":{"order":["alibaba"],"allow_fallbacks":false}"#;
    let none = Quirks::default();
    assert!(pinned(none, Map::new()).contains(pin));
    assert!(!Setting::plain(&ROUTER).body(&conversation()).contains("allow_fallbacks"));
    for quirks in [Quirks { no_markers: true, ..none }, Quirks { no_pin: true, ..none }] {
        assert!(!pinned(quirks, Map::new()).contains("allow_fallbacks"), "{quirks:?}");
    }
    let Value::Object(own) = json!({"provider":{"only":["together"]}}) else { panic!() };
    let body = pinned(none, own);
    assert!(body.ends_with(r#","provider":{"only":["together"]}}"#) && !body.contains("alibaba"), "{body}");
}

#[test]
fn the_output_is_bounded_by_what_the_window_leaves() {
    let bound = |words: usize, options: Options| {
        let mut prompt = Prompt::new(head());
        prompt.push(UserMessage::words("word ".repeat(words)));
        let body = Setting { options, ..Setting::plain(&PLAIN) }.body(&prompt);
        serde_json::from_str::<Value>(&body).expect("JSON")["max_tokens"].as_u64()
    };
    assert_eq!(bound(10, Options::default()), Some(8_000));
    assert_eq!(bound(10, Options { max_output: Some(Tokens(50)), ..Options::default() }), Some(50));
    let left = bound(70_000, Options::default()).expect("a bound");
    assert!((3_000..4_000).contains(&left), "{left}");
    assert_eq!(bound(200_000, Options::default()), Some(512));
}

#[test]
fn the_persons_own_fields_come_last_and_win() {
    let Value::Object(extra_body) = json!({"top_p":0.9,"max_tokens":5,"enable_thinking":false}) else {
        panic!()
    };
    let options = Options { extra_body, ..Options::default() };
    let body = Setting { options, ..Setting::plain(&PLAIN) }.body(&conversation());
    assert!(body.ends_with(r#"],"top_p":0.9,"max_tokens":5,"enable_thinking":false}"#), "{body}");
    assert_eq!(body.matches("max_tokens").count(), 1);
}

#[test]
fn without_tools_and_head_neither_is_written() {
    let mut prompt = Prompt::new(Arc::new(Head::new(vec![], String::new(), String::new())));
    prompt.push(UserMessage::words("hi"));
    let expected = r#"{"model":"qwen3-coder-plus","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}],"max_tokens":8000}"#;
    assert_eq!(Setting::plain(&CLOUD).body(&prompt), expected);
}

#[test]
fn an_answer_stopped_before_its_first_word_is_not_sent() {
    let mut prompt = Prompt::new(Arc::new(Head::new(vec![], String::new(), String::new())));
    prompt.push(UserMessage::words("hi"));
    let before = Setting::plain(&CLOUD).body(&prompt);
    let stopped = Turn { reasoning: "hm".into(), finish: Finish::Interrupted, ..Turn::text("") };
    let Heard::Ready(prompt) = prompt.hear(stopped) else { panic!("no calls") };
    assert_eq!(Setting::plain(&CLOUD).body(&prompt), before);
}

#[test]
fn opaque_fields_of_a_call_go_back_as_they_came() {
    let mut one = call("c1", "glob", "{}");
    one.extra = Some(json!({"extra_content":{"google":{"thought_signature":"abc"}}}));
    assert_eq!(
        serde_json::to_string(&Call(&one)).expect("JSON"),
        r#"{"id":"c1","type":"function","function":{"name":"glob","arguments":"{}"},"extra_content":{"google":{"thought_signature":"abc"}}}"#
    );
}

/// The body up to the end of its last message.
fn messages_so_far(body: &str) -> &str {
    let end = body.rfind("],\"max_tokens\"").expect("the bound follows the messages");
    &body[..end]
}

fn turns() -> impl Strategy<Value = Vec<(u8, String)>> {
    prop::collection::vec((0_u8..3, "[ -~é中😀\n\"\\\\]{0,20}"), 1..12)
}

proptest! {
    #[test]
    fn the_next_body_begins_with_the_one_before(turns in turns(), arrays in any::<bool>()) {
        let setting = Setting { arrays, ..Setting::plain(&CLOUD) };
        let mut prompt = Prompt::new(head());
        let mut before: Option<String> = None;
        for (kind, text) in turns {
            prompt = match kind {
                0 => {
                    prompt.push(UserMessage { context: vec![text.clone(), String::new()], text });
                    prompt
                }
                1 => match prompt.hear(Turn::text(text)) {
                    Heard::Ready(prompt) => prompt,
                    Heard::Open(round) => round.abandon(),
                },
                _ => {
                    let arguments = json!({ text.as_str(): text }).to_string();
                    let turn = Turn { calls: vec![call("c", "read_file", &arguments)], ..Turn::text(text) };
                    match prompt.hear(turn) {
                        Heard::Ready(prompt) => prompt,
                        Heard::Open(round) => round.abandon(),
                    }
                }
            };
            let body = setting.body(&prompt);
            prop_assert_eq!(&setting.body(&prompt.clone()), &body);
            if let Some(before) = before {
                prop_assert!(body.starts_with(messages_so_far(&before)));
            }
            before = Some(body);
        }
    }

    #[test]
    fn a_marker_adds_its_own_bytes_and_nothing_else(mask in 0_u8..64) {
        let marks: Vec<Mark> = (0..6)
            .filter(|bit| mask & (1 << bit) != 0)
            .map(|bit| match bit {
                0 => Mark::Instructions,
                1 => Mark::Head,
                _ => Mark::Item(bit - 2),
            })
            .collect();
        let marked = Setting::arrays(&marks).body(&conversation());
        let marker = r#","cache_control":{"type":"ephemeral"}"#;
        // The answer of calls alone has no place for one.
        let expected = marks.iter().filter(|m| **m != Mark::Item(1)).count();
        prop_assert_eq!(marked.matches(marker).count(), expected);
        prop_assert_eq!(marked.replace(marker, ""), Setting::arrays(&[]).body(&conversation()));
    }
}
