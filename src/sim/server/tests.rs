//! Requests over a real connection.

mod faults;
mod models;
mod oauth;
mod quirks;
mod responses;

use std::time::Instant;

use serde_json::{Value, json};

use super::*;
use crate::{
    base::Moment,
    sim::{
        CallShape, Clock, Count, Fault, Framing, LineEnd, Outcome, ReasoningPlace, Script, Shape, Sizes,
        Turn, UsagePlace, call, say, think,
    },
};

async fn sim(script: impl Into<Script>) -> Sim {
    start(SimOptions { script: script.into(), ..SimOptions::default() }).await
}

async fn start(options: SimOptions) -> Sim {
    Sim::start(options).await.expect("a free port on loopback")
}

async fn shaped(turn: Turn, shape: Shape) -> Vec<Value> {
    let sim = start(SimOptions { script: turn.into(), shape, ..SimOptions::default() }).await;
    chunks(&ask(&sim, &hello()).await.1)
}

fn hello() -> Value {
    json!({
        "model": "qwen3-coder-plus",
        "stream": true,
        "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": "hi"}],
    })
}

/// A client whose every wait is bounded, for answers that never come.
fn client() -> reqwest::Client {
    let minute = Duration::from_secs(60);
    reqwest::Client::builder().no_proxy().timeout(minute).build().expect("a client")
}

/// Waits for something that has to happen. A test that waits for ever says nothing; this one says where.
async fn soon<T>(what: &str, event: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(Duration::from_secs(60), event).await;
    waited.unwrap_or_else(|_| panic!("{what} did not happen within a minute"))
}

/// The status and the whole body.
async fn ask(sim: &Sim, body: &Value) -> (u16, String) {
    soon("the whole answer", async {
        let response = send(sim, body).await.expect("a response");
        (response.status().as_u16(), response.text().await.expect("a whole body"))
    })
    .await
}

async fn send(sim: &Sim, body: &Value) -> reqwest::Result<reqwest::Response> {
    client().post(format!("{}/chat/completions", sim.base_url())).body(body.to_string()).send().await
}

/// The data of each event, read as the event stream's rules say; `[DONE]` is null.
fn chunks(body: &str) -> Vec<Value> {
    let body = body.replace("\r\n", "\n").replace('\r', "\n");
    let data = |event: &str| {
        let lines: Vec<&str> = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
        (!lines.is_empty()).then(|| lines.join("\n").trim().to_owned())
    };
    body.split("\n\n")
        .filter_map(data)
        .map(|data| if data == "[DONE]" { Value::Null } else { serde_json::from_str(&data).expect("JSON") })
        .collect()
}

fn joined(chunks: &[Value], field: &str) -> String {
    chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"][field].as_str()).collect()
}

fn call_deltas(chunks: &[Value]) -> Vec<Value> {
    chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["tool_calls"].as_array())
        .flatten()
        .cloned()
        .collect()
}

fn finish(chunks: &[Value]) -> Vec<&str> {
    chunks.iter().filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str()).collect()
}

fn two_calls() -> Turn {
    call("read_file", json!({"a": "é"})).call("read_file", json!({"b": 2}))
}

#[tokio::test]
async fn a_stream_says_everything_then_its_usage_then_done() {
    let sim = sim(think("Hm. 中文").say("Hello, world.").call("f", json!({"a": 1}))).await;
    let (status, body) = ask(&sim, &hello()).await;
    let chunks = chunks(&body);
    assert_eq!(status, 200);
    assert_eq!(joined(&chunks, "reasoning_content"), "Hm. 中文");
    assert_eq!(joined(&chunks, "content"), "Hello, world.");
    assert_eq!(
        call_deltas(&chunks),
        [
            json!({"index": 0, "id": "call_000000000000000", "type": "function", "function": {"name": "f", "arguments": ""}}),
            json!({"index": 0, "type": "function", "function": {"arguments": "{\"a\""}}),
            json!({"index": 0, "type": "function", "function": {"arguments": ":1}"}}),
        ]
    );
    assert_eq!(finish(&chunks), ["tool_calls"]);
    let count = Count::default();
    let reasoning = count.of("Hm. 中文");
    let output = reasoning + count.of("Hello, world.") + count.of("f") + count.of("{\"a\":1}");
    let prompt = 4 + count.of("hi") + 6;
    assert_eq!(
        chunks[chunks.len() - 2],
        json!({
            "choices": [],
            "object": "chat.completion.chunk",
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": output,
                "total_tokens": prompt + output,
                "prompt_tokens_details": {"cached_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": reasoning},
            },
            "created": chunks[0]["created"],
            "system_fingerprint": null,
            "model": "qwen3-coder-plus",
            "id": "chatcmpl-00000000-0000-4000-8000-000000000000",
        })
    );
    assert_eq!(chunks[chunks.len() - 1], Value::Null);
}

#[tokio::test]
async fn without_streaming_the_same_is_one_object() {
    let sim = sim(say("Hello.").call("f", json!({}))).await;
    let mut request = hello();
    request.as_object_mut().expect("an object").retain(|name, _| !name.starts_with("stream"));
    let (_, body) = ask(&sim, &request).await;
    let whole: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        whole["choices"][0],
        json!({
            "message": {"role": "assistant", "content": "Hello.", "tool_calls": [
                {"index": 0, "id": "call_000000000000000", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            "finish_reason": "tool_calls", "index": 0, "logprobs": null,
        })
    );
}

#[tokio::test]
async fn the_framing_and_the_line_ends_are_what_was_asked_for() {
    let shape = |framing, line_end| Shape { framing, line_end, chunk: 100, ..Shape::default() };
    let raw = async |shape| {
        let sim = start(SimOptions { script: say("x").into(), shape, ..SimOptions::default() }).await;
        ask(&sim, &hello()).await.1
    };
    let body = raw(shape(Framing::DashScope, LineEnd::CrLf)).await;
    assert!(body.starts_with("id:1\r\nevent:result\r\n:HTTP_STATUS/200\r\ndata:{\"choices\""), "{body}");
    assert!(body.ends_with("\r\n:HTTP_STATUS/200\r\ndata:[DONE]\r\n\r\n"), "{body}");
    assert_eq!(joined(&chunks(&body), "content"), "x");
    assert!(raw(shape(Framing::Plain, LineEnd::Cr)).await.ends_with("\r\rdata: [DONE]\r\r"));
    assert!(raw(shape(Framing::Plain, LineEnd::Lf)).await.ends_with("\n\ndata: [DONE]\n\n"));
}

#[tokio::test]
async fn usage_finish_and_done_can_be_elsewhere_or_missing() {
    let every = shaped(say("abcdefgh"), Shape { usage: UsagePlace::Every, ..Shape::default() }).await;
    let counts: Vec<u64> =
        every.iter().filter_map(|chunk| chunk["usage"]["completion_tokens"].as_u64()).collect();
    assert_eq!(counts, [0, 1, 2, 2]);
    let bare = Shape { usage: UsagePlace::Nowhere, finish: false, done: false, ..Shape::default() };
    let bare = shaped(say("abcdefgh"), bare).await;
    assert_eq!((finish(&bare), bare.iter().filter(|c| c.is_null()).count()), (Vec::<&str>::new(), 0));
    assert!(bare.iter().all(|chunk| chunk["usage"].is_null()));
    let odd = shaped(call("f", json!({})).finish("length"), Shape::default()).await;
    assert_eq!(finish(&odd), ["length"]);
    let unasked = sim(say("x")).await;
    let mut request = hello();
    request["stream_options"] = Value::Null;
    assert!(chunks(&ask(&unasked, &request).await.1).iter().all(|chunk| chunk["usage"].is_null()));
}

#[tokio::test]
async fn thoughts_have_three_places() {
    let told = async |reasoning| {
        let chunks = shaped(think("a").say("b"), Shape { reasoning, ..Shape::default() }).await;
        ["reasoning_content", "reasoning", "content"].map(|field| joined(&chunks, field))
    };
    assert_eq!(told(ReasoningPlace::ReasoningContent).await, ["a", "", "b"]);
    assert_eq!(told(ReasoningPlace::Reasoning).await, ["", "a", "b"]);
    assert_eq!(told(ReasoningPlace::ThinkTags).await, ["", "", "<think>\na\n</think>\n\nb"]);
}

/// The calls of `two_calls` in a shape, each delta as index, id, name, arguments.
async fn calls_in(calls: CallShape, chunk: usize) -> (Vec<String>, String) {
    let chunks = shaped(two_calls(), Shape { chunk, calls, ..Shape::default() }).await;
    let deltas = call_deltas(&chunks);
    let told = deltas.iter().map(|call| {
        let id = call["id"].as_str().map(|id| id.trim_start_matches("call_0000000000").to_owned());
        let part = |value: &Value| if value.is_null() { "-".to_owned() } else { value.to_string() };
        let function = &call["function"];
        let name = if function.get("name").is_some_and(Value::is_null) {
            "null".into()
        } else {
            part(&function["name"])
        };
        format!(
            "{} {} {name} {}",
            part(&call["index"]),
            id.unwrap_or("-".into()),
            part(&function["arguments"])
        )
    });
    (told.collect(), finish(&chunks).join(","))
}

#[tokio::test]
async fn tool_calls_are_told_in_every_shape_that_servers_use() {
    let name = "\"read_file\"";
    let (a, b) = (r#""{\"a\":\"é\"}""#, r#""{\"b\":2}""#);
    let end = "tool_calls".to_owned();
    let told = |lines: &[String]| (lines.to_vec(), end.clone());
    let f = |index: &str, id: &str, name: &str, arguments: &str| format!("{index} {id} {name} {arguments}");
    let fragments = |[i, j]: [&str; 2], [x, y]: [&str; 2], later: &str, again: &str| {
        told(&[f(i, x, name, "\"\""), f(i, later, again, a), f(j, y, name, "\"\""), f(j, later, again, b)])
    };
    let ids = ["00000", "00001"];
    assert_eq!(calls_in(CallShape::Normal, 99).await, fragments(["0", "1"], ids, "-", "-"));
    assert_eq!(calls_in(CallShape::NoIndex, 99).await, fragments(["-", "-"], ids, "-", "-"));
    assert_eq!(calls_in(CallShape::NameRepeated, 99).await, fragments(["0", "1"], ids, "-", name));
    assert_eq!(calls_in(CallShape::NoIds, 99).await, fragments(["0", "1"], ["-", "-"], "-", "-"));
    assert_eq!(calls_in(CallShape::EmptyIdLater, 99).await, fragments(["0", "1"], ids, "", "null"));
    let whole = |[i, j]: [&str; 2], a: &str, b: &str| vec![f(i, "00000", name, a), f(j, "00001", name, b)];
    assert_eq!(calls_in(CallShape::IndexZero, 4).await, told(&whole(["0", "0"], a, b)));
    assert_eq!(
        calls_in(CallShape::ArgumentsObject, 4).await,
        told(&whole(["0", "1"], "{\"a\":\"é\"}", "{\"b\":2}"))
    );
    assert_eq!(calls_in(CallShape::WholeLast, 4).await, (whole(["0", "1"], a, b), "stop".to_owned()));
    let glued = [f("0", "00000", name, "\"\""), f("0", "-", "-", r#""{\"a\":\"é\"}{\"b\":2}""#)];
    assert_eq!(calls_in(CallShape::Glued, 99).await, told(&glued));
    let turns = [
        f("0", "00000", name, "\"\""),
        f("1", "00001", name, "\"\""),
        f("0", "-", "-", r#""{\"a\":\"""#),
        f("1", "-", "-", r#""{\"b\":2""#),
        f("0", "-", "-", r#""é\"}""#),
        f("1", "-", "-", r#""}""#),
    ];
    assert_eq!(calls_in(CallShape::Interleaved, 6).await, told(&turns));
}

#[tokio::test]
async fn every_root_serves_and_every_other_path_is_not_found() {
    let sim = start(SimOptions::default()).await;
    let root = format!("http://{}", sim.address());
    for path in ["/compatible-mode/v1/models", "/v1/models", "/models"] {
        let list: Value = client().get(format!("{root}{path}")).send().await.unwrap().json().await.unwrap();
        assert_eq!(list["data"][0]["object"], "model");
    }
    for path in ["/chat/completions", "/v1/chat/completions"] {
        let response = client().post(format!("{root}{path}")).body(hello().to_string()).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
    let missing = client().get(format!("{root}/v2/models")).send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert_eq!(
        missing.json::<Value>().await.unwrap(),
        json!({
            "error": {"code": "not_found", "message": "there is no `GET /v2/models` here", "param": null,
                "type": "invalid_request_error"},
            "request_id": "00000000-0000-4000-8000-000000000005",
        })
    );
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_a_right_one_is_recorded_apart_from_the_headers() {
    let sim = start(SimOptions { key: Some("sk-right".into()), ..SimOptions::default() }).await;
    let url = format!("{}/models", sim.base_url());
    for (key, status) in [("sk-wrong", 401), ("sk-right", 200)] {
        assert_eq!(client().get(&url).bearer_auth(key).send().await.unwrap().status(), status);
    }
    let requests = sim.requests();
    let seen: Vec<_> =
        requests.iter().map(|r| (r.authorization.as_deref(), r.header("authorization"))).collect();
    assert_eq!(seen, [(Some("Bearer sk-wrong"), None), (Some("Bearer sk-right"), None)]);
    let ends: Vec<_> = requests.iter().map(|request| (request.outcome, request.status)).collect();
    assert_eq!(ends, [(Outcome::Refused, 401), (Outcome::Complete, 200)]);
}

/// A text `<n>` counts n tokens, every other none.
fn exact() -> Sizes {
    let promised = |text: &str| {
        text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).map_or(0, |n| n.parse().unwrap_or(0))
    };
    Sizes { count: Count::new(promised), overhead: 0, internal: 6, picture: 0 }
}

fn marked(blocks: &[&str]) -> Value {
    let mut messages: Vec<Value> = blocks
        .iter()
        .map(|text| json!({"role": "user", "content": [{"type": "text", "text": text}]}))
        .collect();
    let last = messages.len() - 1;
    messages[last]["content"][0]["cache_control"] = json!({"type": "ephemeral"});
    json!({"model": "qwen3-coder-plus", "stream": true, "stream_options": {"include_usage": true}, "messages": messages})
}

async fn cache_sim(script: impl Into<Script>) -> Sim {
    let clock = Clock::Manual(Moment(0));
    start(SimOptions { script: script.into(), sizes: exact(), clock, ..SimOptions::default() }).await
}

/// Read, written, units.
fn bills(sim: &Sim) -> Vec<(u64, u64, u64)> {
    sim.requests().iter().filter_map(|r| r.bill).map(|bill| (bill.cached, bill.created, bill.units)).collect()
}

#[tokio::test]
async fn the_second_request_reads_what_the_first_has_written_until_five_minutes_have_passed() {
    let sim = cache_sim(say("a").then(say("b")).then(say("c"))).await;
    ask(&sim, &marked(&["<1200>"])).await;
    sim.advance(Duration::from_secs(299));
    let (_, body) = ask(&sim, &marked(&["<1200>", "<300>"])).await;
    let chunks = chunks(&body);
    assert_eq!(
        chunks[chunks.len() - 2]["usage"]["prompt_tokens_details"],
        json!({
            "cached_tokens": 1200,
            "cache_creation_input_tokens": 300,
            "cache_creation": {"ephemeral_5m_input_tokens": 300},
            "cache_type": "ephemeral",
        })
    );
    sim.advance(Duration::from_secs(301));
    ask(&sim, &marked(&["<1200>", "<300>"])).await;
    assert_eq!(bills(&sim), [(0, 1200, 1_506_000), (1200, 300, 501_000), (0, 1500, 1_881_000)]);
    let total = sim.total();
    assert_eq!((total.requests, total.units, total.units_without_cache), (3, 3_888_000, 4_218_000));
    sim.clear();
    assert_eq!((sim.requests().len(), sim.total()), (0, Total::default()));
}

#[tokio::test]
async fn a_response_the_client_leaves_stores_nothing_and_is_billed() {
    let slow = say("<9>".repeat(40)).pace(10);
    let sim = cache_sim(slow.then(say("b"))).await;
    let mut response = send(&sim, &marked(&["<1200>"])).await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);
    settled(&sim, 1).await;
    assert_eq!(sim.requests()[0].outcome, Outcome::Aborted);
    ask(&sim, &marked(&["<1200>"])).await;
    assert_eq!(bills(&sim), [(0, 1200, 1_506_000), (0, 1200, 1_506_000)]);
}

/// Waits until so many requests have ended.
async fn settled(sim: &Sim, count: usize) {
    seen(sim, |all| all.iter().filter(|request| request.outcome != Outcome::Open).count() >= count).await;
}

/// Waits until the requests are as they should be.
async fn seen(sim: &Sim, good: impl Fn(&[Recorded]) -> bool) {
    soon("what the requests should be", async {
        while !good(&sim.requests()) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_sent_while_the_first_still_streams_reads_nothing() {
    let sim =
        cache_sim(Script::by(
            |request| {
                if request.number() == 0 { say("x".repeat(60)).pace(15) } else { say("b") }
            },
        ))
        .await;
    let mut first = send(&sim, &marked(&["<1200>"])).await.unwrap();
    assert!(first.chunk().await.unwrap().is_some());
    ask(&sim, &marked(&["<1200>", "<300>"])).await;
    while first.chunk().await.unwrap().is_some() {}
    ask(&sim, &marked(&["<1200>", "<100>"])).await;
    let created: Vec<_> = bills(&sim).iter().map(|(cached, created, _)| (*cached, *created)).collect();
    assert_eq!(created, [(0, 1200), (0, 1500), (1200, 100)]);
}

#[tokio::test]
async fn a_prompt_longer_than_the_window_is_refused_in_the_providers_words() {
    let sim = start(SimOptions { window: Some(1000), sizes: exact(), ..SimOptions::default() }).await;
    assert_eq!(ask(&sim, &marked(&["<994>"])).await.0, 200);
    let (status, body) = ask(&sim, &marked(&["<995>"])).await;
    assert!(status == 400 && body.contains("Range of input length should be [1, 1000]"), "{body}");
}

#[tokio::test]
async fn a_request_that_is_no_json_or_breaks_the_rules_is_refused() {
    let sim = start(SimOptions::default()).await;
    let response =
        client().post(format!("{}/chat/completions", sim.base_url())).body("{").send().await.unwrap();
    assert_eq!(response.status(), 400);
    let mut orphan = hello();
    orphan["messages"] = json!([{"role": "tool", "tool_call_id": "x", "content": "y"}]);
    assert_eq!(ask(&sim, &orphan).await.0, 400);
    assert!(bills(&sim).is_empty());
}

#[tokio::test]
async fn the_script_keeps_the_models_speed_and_its_silence() {
    let sim = sim(say("abcd ".repeat(20)).pace(200).after(Duration::from_millis(50))).await;
    let began = Instant::now();
    ask(&sim, &hello()).await;
    // Twenty words are twenty tokens, in however many pieces they come.
    assert!(began.elapsed() >= Duration::from_millis(50 + 100));
}

#[tokio::test]
async fn a_fast_model_keeps_its_schedule_however_small_the_pieces_are() {
    let shape = Shape { chunk: 1, tokens_per_second: 5_000, ..Shape::default() };
    let script = say("abcde ".repeat(2_500)).into();
    let sim = start(SimOptions { script, shape, ..SimOptions::default() }).await;
    let began = Instant::now();
    let (_, body) = ask(&sim, &hello()).await;
    let took = began.elapsed();
    assert_eq!(joined(&chunks(&body), "content").len(), 15_000);
    // 15,000 pieces: with a timer for each it would be 15 s. The upper bound is for a machine that is busy.
    assert!((Duration::from_millis(500)..Duration::from_secs(6)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn the_hook_hears_one_line_for_each_request() {
    let (tell, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let on_request = Arc::new(move |summary: &crate::sim::Summary| {
        tell.send(summary.to_string()).unwrap();
    });
    let sim =
        start(SimOptions { sizes: exact(), on_request: Some(on_request), ..SimOptions::default() }).await;
    ask(&sim, &marked(&["<1200>"])).await;
    let line = soon("a line", heard.recv()).await.unwrap();
    let start = "POST /compatible-mode/v1/chat/completions 200 · qwen3-coder-plus · 1 messages · \
                 1,206 in = 0 read + 1,200 written + 6 plain · 0 out · ";
    assert!(line.starts_with(start) && line.ends_with(" ms"), "{line}");
}

#[tokio::test]
async fn only_so_many_requests_are_remembered() {
    let sim = start(SimOptions { keep: Some(2), ..SimOptions::default() }).await;
    for _ in 0..3 {
        ask(&sim, &hello()).await;
    }
    assert_eq!(sim.requests().iter().map(|request| request.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(sim.total().requests, 3);
}

#[tokio::test]
async fn many_lines_are_served_as_fast_as_they_are_read() {
    let sim =
        start(SimOptions { shape: Shape { chunk: 64, ..Shape::default() }, ..SimOptions::default() }).await;
    let mut request = hello();
    request["messages"][0]["content"] = json!("lines 20000");
    let (_, body) = ask(&sim, &request).await;
    assert_eq!(joined(&chunks(&body), "content").lines().count(), 20_000);
}

#[tokio::test]
async fn the_built_in_model_says_what_it_is_and_calls_what_it_is_offered() {
    let sim = start(SimOptions::default()).await;
    let said = joined(&chunks(&ask(&sim, &hello()).await.1), "content");
    assert!(said.starts_with("Hello! I am a simulator"), "{said}");
    let mut request = hello();
    request["messages"][0]["content"] = json!("Working directory: /home/ann\n\nread a.rs");
    request["tools"] =
        json!([{"type": "function", "function": {"name": "read_file", "parameters": {"type": "object"}}}]);
    let deltas = call_deltas(&chunks(&ask(&sim, &request).await.1));
    let arguments: String = deltas.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
    assert_eq!(arguments, "{\"file_path\":\"/home/ann/a.rs\"}");
}
