//! The Responses API over a real connection.

use serde_json::{Value, json};

use super::*;
use crate::sim::{
    Api, ArgumentsPlace, CacheMode, FailureEvent, Overflow, ResponsesShape, SessionReach, Strictness,
    ThoughtEvents, UnknownId,
};

/// What comes back: the status, then the events or the one object.
struct Told {
    status: u16,
    raw: String,
}

impl Told {
    fn events(&self) -> Vec<Value> {
        chunks(&self.raw)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.raw).expect("JSON")
    }

    /// The response in the last event.
    fn last(&self) -> Value {
        self.events().last().map(|event| event["response"].clone()).expect("an event")
    }

    fn id(&self) -> String {
        self.last()["id"].as_str().expect("an id").to_owned()
    }
}

async fn tell(sim: &Sim, body: &Value, session: &str, key: &str) -> Told {
    soon("the whole answer", async {
        let response = client()
            .post(format!("{}/responses", sim.base_url()))
            .header("x-dashscope-session-cache", session)
            .bearer_auth(key)
            .body(body.to_string())
            .send()
            .await
            .expect("a response");
        Told { status: response.status().as_u16(), raw: response.text().await.expect("a whole body") }
    })
    .await
}

async fn post(sim: &Sim, body: &Value) -> Told {
    tell(sim, body, "disable", "sk-a").await
}

fn turn(input: impl Into<Value>, previous: Option<&str>) -> Value {
    let input: Value = input.into();
    json!({"model": "qwen3-coder-plus", "stream": true, "input": input, "previous_response_id": previous})
}

fn tools() -> Value {
    json!([{"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}])
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| event["type"].as_str()?.strip_prefix("response."))
        .filter(|kind| !kind.contains(".delta"))
        .collect()
}

fn deltas(events: &[Value], kind: &str) -> String {
    events.iter().filter(|event| event["type"] == kind).filter_map(|event| event["delta"].as_str()).collect()
}

async fn shaped(turn_: Turn, responses: ResponsesShape) -> Told {
    let shape = Shape { responses, ..Shape::default() };
    let sim = start(SimOptions { script: turn_.into(), shape, ..SimOptions::default() }).await;
    post(&sim, &turn(json!("hi"), None)).await
}

#[tokio::test]
async fn a_stream_tells_each_item_from_its_beginning_to_its_end() {
    let sim = sim(think("Hm. 中文").say("Hello, world.").call("f", json!({"a": 1}))).await;
    let mut request = turn(json!("hi"), None);
    request["instructions"] = json!("Be kind.");
    request["tools"] = tools();
    let told = post(&sim, &request).await;
    let events = told.events();
    assert_eq!(
        kinds(&events),
        [
            "created",
            "in_progress",
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.done",
            "output_item.done",
            "completed",
        ]
    );
    let numbers: Vec<u64> =
        events.iter().map(|event| event["sequence_number"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, (0..events.len() as u64).collect::<Vec<_>>());
    assert_eq!(deltas(&events, "response.reasoning_summary_text.delta"), "Hm. 中文");
    assert_eq!(deltas(&events, "response.output_text.delta"), "Hello, world.");
    assert_eq!(deltas(&events, "response.function_call_arguments.delta"), "{\"a\":1}");
    let output = json!([
        {"id": "rs_000000000000", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm. 中文"}]},
        {"id": "msg_000000000000", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "Hello, world.", "annotations": []}]},
        {"id": "fc_000000000000000", "type": "function_call", "status": "completed",
            "call_id": "call_000000000000000", "name": "f", "arguments": "{\"a\":1}"},
    ]);
    let done: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "response.output_item.done")
        .map(|event| &event["item"])
        .collect();
    assert_eq!(json!(done), output);
    let last = told.last();
    assert_eq!(
        (&last["output"], &last["status"], &last["instructions"]),
        (&output, &json!("completed"), &json!("Be kind."))
    );
    let (raw, recorded) = (&told.raw, sim.requests().remove(0));
    assert!(raw.starts_with("id:1\nevent:response.created\n:HTTP_STATUS/200\ndata:{\"type\""), "{raw}");
    assert!(!raw.contains("[DONE]"));
    assert_eq!((recorded.api, recorded.summary().messages), (Api::Responses, 1));
}

#[tokio::test]
async fn without_streaming_the_same_is_one_object_that_repeats_what_was_asked() {
    let sim = sim(say("Hello.")).await;
    let mut request = turn(json!([{"role": "user", "content": "hi"}]), None);
    request["stream"] = json!(false);
    request["frobnicate"] = json!(3);
    let whole = post(&sim, &request).await.json();
    assert_eq!(
        (&whole["object"], &whole["frobnicate"], &whole["store"]),
        (&json!("response"), &json!(3), &json!(true))
    );
    assert_eq!(whole["output"][0]["content"][0]["text"], "Hello.");
    assert!(whole.get("input").is_none());
}

#[tokio::test]
async fn a_chain_carries_calls_and_answers_but_no_instructions() {
    let roles = |request: &crate::sim::Request| {
        let roles: Vec<_> = request.messages().iter().map(|m| m["role"].as_str().unwrap_or("-")).collect();
        say(roles.join(" "))
    };
    let script = Script::by(move |request| {
        if request.number() == 0 { call("f", json!({})).call("f", json!({"b": 2})) } else { roles(request) }
    });
    let sim = start(SimOptions { script, ..SimOptions::default() }).await;
    let mut request = turn(json!("go"), None);
    request["instructions"] = json!("Be kind.");
    request["tools"] = tools();
    let first = post(&sim, &request).await;
    let calls: Vec<String> = (first.last()["output"].as_array().expect("items").iter())
        .map(|item| item["call_id"].as_str().expect("an id").to_owned())
        .collect();
    let answers: Vec<Value> = calls
        .iter()
        .map(|id| json!({"type": "function_call_output", "call_id": id, "output": "x"}))
        .collect();
    let half = post(&sim, &turn(json!(answers[..1]), Some(&first.id()))).await;
    let half = (half.status, half.json()["message"].as_str().unwrap_or_default().to_owned());
    assert_eq!(half, (400, format!("No tool output found for function call {}.", calls[1])));
    let second = post(&sim, &turn(json!(answers), Some(&first.id()))).await;
    assert_eq!(second.last()["output"][0]["content"][0]["text"], "user assistant tool tool");
    assert_eq!(second.last()["previous_response_id"], first.id());
}

#[tokio::test]
async fn a_nested_tool_or_a_small_limit_is_refused_in_the_flat_shape() {
    let sim = sim(say("x")).await;
    let refused = async |field: &str, value: Value| {
        let mut request = turn(json!("hi"), None);
        request[field] = value;
        let told = post(&sim, &request).await;
        let mut fields: Vec<String> = told.json().as_object().expect("an object").keys().cloned().collect();
        fields.sort();
        (told.status, told.json()["code"].as_str().unwrap_or_default().to_owned(), fields.join(" "))
    };
    let flat = (400, "InvalidParameter".to_owned(), "code message request_id".to_owned());
    let nested = json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]);
    assert_eq!(refused("tools", nested).await, flat);
    assert_eq!(refused("max_output_tokens", json!(15)).await, flat);
}

#[tokio::test]
async fn a_chain_that_does_not_exist_is_refused_in_four_shapes() {
    let message = "Not found previous_response_id: resp_x";
    let told = async |unknown_id, stream: bool| {
        let shape = Shape {
            responses: ResponsesShape { unknown_id, ..ResponsesShape::default() },
            ..Shape::default()
        };
        let sim = start(SimOptions { script: say("x").into(), shape, ..SimOptions::default() }).await;
        let mut request = turn(json!("hi"), Some("resp_x"));
        request["stream"] = json!(stream);
        let told = post(&sim, &request).await;
        assert_eq!(sim.requests()[0].outcome, Outcome::Refused);
        told
    };
    let streamed = told(UnknownId::DashScope, true).await;
    let events = streamed.events();
    assert_eq!((streamed.status, kinds(&events)), (200, vec!["failed"]));
    assert_eq!(events[0]["response"]["error"], json!({"code": "InvalidParameter", "message": message}));
    let plain = told(UnknownId::DashScope, false).await;
    assert_eq!((plain.status, &plain.json()["message"]), (400, &json!(message)));
    let open_ai = told(UnknownId::OpenAi, true).await;
    assert_eq!(
        (open_ai.status, open_ai.json()),
        (
            400,
            json!({"error": {"message": "Previous response with id 'resp_x' not found.", "type": "invalid_request_error",
            "param": "previous_response_id", "code": "previous_response_not_found"}})
        )
    );
    let invalid = told(UnknownId::Invalid, true).await;
    assert_eq!(
        (invalid.status, &invalid.json()["error"]["message"]),
        (400, &json!("Invalid `previous_response_id`."))
    );
}

#[tokio::test]
async fn a_response_is_kept_seven_days_for_its_own_account_unless_it_was_not_to_be_stored() {
    let script = Script::by(|_| say("x"));
    let sim = start(SimOptions { script, clock: Clock::Manual(Moment(0)), ..SimOptions::default() }).await;
    let first = post(&sim, &turn(json!("hi"), None)).await.id();
    let chained = async |previous: &str, key: &str| {
        let told = tell(&sim, &turn(json!("more"), Some(previous)), "disable", key).await;
        told.last()["status"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(chained(&first, "sk-a").await, "completed");
    assert_eq!(chained(&first, "sk-b").await, "failed");
    let mut secret = turn(json!("hi"), None);
    secret["store"] = json!(false);
    let unstored = post(&sim, &secret).await.id();
    assert_eq!(chained(&unstored, "sk-a").await, "failed");
    sim.advance(Duration::from_secs(7 * 24 * 3_600 - 1));
    assert_eq!(chained(&first, "sk-a").await, "completed");
    sim.advance(Duration::from_secs(1));
    assert_eq!(chained(&first, "sk-a").await, "failed");
    assert_eq!(sim.kept_responses().len(), 1, "the newest of them");
}

#[tokio::test]
async fn a_response_the_client_leaves_cannot_be_chained_to() {
    let sim = sim(say("word ".repeat(200)).pace(10)).await;
    let request = turn(json!("hi"), None).to_string();
    let mut response =
        client().post(format!("{}/responses", sim.base_url())).body(request).send().await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);
    settled(&sim, 1).await;
    assert_eq!((sim.requests()[0].outcome, sim.kept_responses().len()), (Outcome::Aborted, 0));
}

#[tokio::test]
async fn a_stored_response_can_be_read_and_deleted_and_is_then_gone() {
    let sim = sim(say("Hello.")).await;
    let id = post(&sim, &turn(json!("hi"), None)).await.id();
    let url = format!("{}/responses", sim.base_url());
    let get = async |path: &str, key: &str| {
        let response = client().get(format!("{url}{path}")).bearer_auth(key).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (status, response) = get(&format!("/{id}"), "sk-a").await;
    assert_eq!((status, &response["id"], &response["status"]), (200, &json!(id), &json!("completed")));
    let (_, items) = get(&format!("/{id}/input_items"), "sk-a").await;
    assert_eq!(items["data"], json!([{"role": "user", "content": "hi"}]));
    assert_eq!(get(&format!("/{id}"), "sk-b").await.0, 404);
    let (status, body) = get("", "sk-a").await;
    assert_eq!((status, &body["code"]), (405, &json!("Method Not Allowed")));
    let delete = async || {
        let response = client().delete(format!("{url}/{id}")).bearer_auth("sk-a").send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    assert_eq!(delete().await, (200, json!({"id": id, "object": "response", "deleted": true})));
    let (status, body) = delete().await;
    assert_eq!((status, &body["code"]), (404, &json!("Not Found")));
    assert_eq!(sim.kept_responses(), Vec::<String>::new());
}

/// A simulator for exact numbers; each answer counts 205.
async fn exact_sim(change: impl FnOnce(&mut SimOptions)) -> Sim {
    let mut options = SimOptions {
        script: Script::by(|_| say("<205>")),
        sizes: exact(),
        clock: Clock::Manual(Moment(0)),
        ..SimOptions::default()
    };
    change(&mut options);
    start(options).await
}

async fn session(sim: &Sim, input: &str, previous: Option<&str>) -> Told {
    tell(sim, &turn(json!(input), previous), "enable", "sk-a").await
}

#[tokio::test]
async fn row_14_a_chained_turn_reads_the_whole_context_of_the_one_before() {
    let sim = exact_sim(|_| {}).await;
    let first = session(&sim, "<1100>", None).await;
    sim.advance(Duration::from_secs(299));
    let second = session(&sim, "<213>", Some(&first.id())).await;
    assert_eq!(bills(&sim), [(0, 1100, 1_381_000), (1305, 213, 402_750)]);
    assert_eq!(
        second.last()["usage"],
        json!({
            "input_tokens": 1524, "output_tokens": 205, "total_tokens": 1729,
            "input_tokens_details": {"cached_tokens": 1305},
            "output_tokens_details": {"reasoning_tokens": 0},
            "x_details": [{
                "input_tokens": 1524, "output_tokens": 205, "total_tokens": 1729,
                "prompt_tokens_details": {"cached_tokens": 1305, "cache_creation_input_tokens": 213,
                    "cache_creation": {"ephemeral_5m_input_tokens": 213}, "cache_type": "ephemeral"},
                "output_tokens_details": {"reasoning_tokens": 0},
                "x_billing_type": "response_api",
            }],
        })
    );
    assert_eq!(sim.requests()[1].bill.map(|bill| bill.mode), Some(CacheMode::Session));
    // The hit has begun the five minutes anew for the first turn's context; the second turn's own began with its end.
    sim.advance(Duration::from_secs(299));
    session(&sim, "<9>", Some(&first.id())).await;
    sim.advance(Duration::from_secs(300));
    session(&sim, "<10>", Some(&first.id())).await;
    let read: Vec<u64> = bills(&sim)[2..].iter().map(|bill| bill.0).collect();
    assert_eq!(read, [1305, 0]);
}

#[tokio::test]
async fn the_other_reading_stores_the_input_alone() {
    let sim = exact_sim(|options| options.cache.session_reach = SessionReach::Input).await;
    let first = session(&sim, "<1305>", None).await;
    session(&sim, "<8>", Some(&first.id())).await;
    assert_eq!(bills(&sim), [(0, 1305, 1_637_250), (1305, 213, 402_750)]);
}

#[tokio::test]
async fn a_session_begins_to_store_when_it_has_grown_past_the_minimum() {
    let sim = exact_sim(|_| {}).await;
    let first = session(&sim, "<600>", None).await;
    let second = session(&sim, "<219>", Some(&first.id())).await;
    session(&sim, "<1>", Some(&second.id())).await;
    let told: Vec<(u64, u64)> = bills(&sim).iter().map(|bill| (bill.0, bill.1)).collect();
    assert_eq!(told, [(0, 0), (0, 1024), (1229, 1)]);
}

#[tokio::test]
async fn the_session_cache_wants_its_header_its_chain_its_instructions_and_a_listed_model() {
    let hit = async |change: &dyn Fn(&mut Value), header: &str, options: fn(&mut SimOptions)| {
        let sim = exact_sim(options).await;
        let first = session(&sim, "<1100>", None).await.id();
        let mut request = turn(json!("<213>"), Some(&first));
        change(&mut request);
        tell(&sim, &request, header, "sk-a").await;
        let bill = sim.requests()[1].bill.expect("a bill");
        (bill.mode, bill.cached)
    };
    let same = |_: &mut Value| {};
    let usual: fn(&mut SimOptions) = |_| {};
    assert_eq!(hit(&same, "enable", usual).await, (CacheMode::Session, 1305));
    assert_eq!(hit(&same, "disable", usual).await, (CacheMode::Implicit, 0));
    let instructed = |request: &mut Value| request["instructions"] = json!("x");
    assert_eq!(hit(&instructed, "enable", usual).await, (CacheMode::Session, 0));
    let whole = |request: &mut Value| {
        request["previous_response_id"] = Value::Null;
        request["input"] = json!([{"role": "user", "content": "<1100>"},
            {"role": "assistant", "content": [{"type": "output_text", "text": "<205>"}]},
            {"role": "user", "content": "<213>"}]);
    };
    assert_eq!(hit(&whole, "enable", usual).await, (CacheMode::Session, 0));
    assert_eq!(
        hit(&whole, "enable", |options| options.cache.session_unchained = true).await,
        (CacheMode::Session, 1305)
    );
    let unlisted: fn(&mut SimOptions) = |options| options.cache.session_models.clear();
    assert_eq!(hit(&same, "enable", unlisted).await, (CacheMode::Off, 0));
}

#[tokio::test]
async fn without_the_header_the_implicit_cache_reads_and_markers_mean_nothing() {
    let sim = exact_sim(|_| {}).await;
    let first = post(&sim, &turn(json!("<1100>"), None)).await;
    post(&sim, &turn(json!("<213>"), Some(&first.id()))).await;
    let bills: Vec<_> =
        sim.requests().iter().filter_map(|r| r.bill).map(|b| (b.mode, b.cached, b.created)).collect();
    assert_eq!(bills, [(CacheMode::Implicit, 0, 0), (CacheMode::Implicit, 1100, 0)]);
}

#[tokio::test]
async fn a_context_above_four_fifths_of_the_window_loses_its_oldest_items_without_a_word() {
    let roles = Script::by(|request| say("x".repeat(request.messages().len())));
    let sizes = exact();
    let input = json!([
        {"role": "user", "content": "<300>"}, {"role": "assistant", "content": "<300>"},
        {"role": "user", "content": "<194>"}, {"role": "user", "content": "<1>"},
    ]);
    let told = async |overflow| {
        let (script, sizes) = (roles.clone(), sizes.clone());
        let options = SimOptions { script, sizes, window: Some(1_000), overflow, ..SimOptions::default() };
        let sim = start(options).await;
        let mut request = turn(input.clone(), None);
        request["instructions"] = json!("<100>");
        let told = post(&sim, &request).await;
        (told.last()["usage"]["input_tokens"].clone(), told.last()["output"][0]["content"][0]["text"].clone())
    };
    assert_eq!(told(Overflow::Truncates).await, (json!(601), json!("xxxx")));
    assert_eq!(told(Overflow::Refuses).await, (json!(901), json!("xxxxx")));
}

#[tokio::test]
async fn an_answer_longer_than_it_may_be_is_incomplete() {
    let sim = sim(say("one ".repeat(30)).call("f", json!({}))).await;
    let mut request = turn(json!("hi"), None);
    request["max_output_tokens"] = json!(16);
    let told = post(&sim, &request).await;
    let last = told.last();
    assert_eq!(kinds(&told.events()).last(), Some(&"incomplete"));
    assert_eq!(
        (&last["status"], &last["incomplete_details"]["reason"], &last["usage"]["output_tokens"]),
        (&json!("incomplete"), &json!("max_output_tokens"), &json!(16))
    );
    let output = last["output"].as_array().expect("items");
    assert_eq!((output.len(), &output[0]["status"]), (1, &json!("incomplete")));
}

#[tokio::test]
async fn arguments_and_thoughts_and_the_end_come_in_every_way_a_client_must_know() {
    let usual = ResponsesShape::default();
    let speech = || think("a").call("f", json!({"b": 1}));
    let has = |told: &Told, kind: &str| kinds(&told.events()).contains(&kind);
    for (arguments, done) in [(ArgumentsPlace::DoneOnly, true), (ArgumentsPlace::ItemOnly, false)] {
        let told = shaped(speech(), ResponsesShape { arguments, ..usual }).await;
        assert_eq!(deltas(&told.events(), "response.function_call_arguments.delta"), "");
        assert_eq!(has(&told, "function_call_arguments.done"), done);
        assert_eq!(told.last()["output"][1]["arguments"], "{\"b\":1}");
    }
    let told = shaped(speech(), ResponsesShape { thoughts: ThoughtEvents::Text, ..usual }).await;
    assert_eq!(deltas(&told.events(), "response.reasoning_text.delta"), "a");
    assert_eq!(told.last()["output"][0]["content"][0]["text"], "a");
    let told = shaped(speech(), ResponsesShape { trailing: true, bare_ids: true, ..usual }).await;
    assert_eq!(kinds(&told.events()).last(), Some(&"rate_limits.updated"));
    assert!(told.raw.contains("\"id\":\"00000000-0000-4000-8000-000000000000\""));
    let told = shaped(speech(), ResponsesShape { framing: Framing::Plain, ..usual }).await;
    assert!(told.raw.starts_with("event: response.created\ndata: {"), "{}", told.raw);
    let shape = Shape { finish: false, usage: UsagePlace::Nowhere, ..Shape::default() };
    let sim = start(SimOptions { script: say("x").into(), shape, ..SimOptions::default() }).await;
    assert_eq!(kinds(&post(&sim, &turn(json!("hi"), None)).await.events()).last(), Some(&"output_item.done"));
}

#[tokio::test]
async fn faults_strike_here_as_they_do_in_chat() {
    let told = async |fault: Fault, failure| {
        let shape =
            Shape { responses: ResponsesShape { failure, ..ResponsesShape::default() }, ..Shape::default() };
        let script = say("Hello, world.").call("f", json!({"a": "b"})).into();
        let sim =
            start(SimOptions { script, shape, faults: vec![fault.into()], ..SimOptions::default() }).await;
        let told = post(&sim, &turn(json!("hi"), None)).await;
        assert_eq!(sim.kept_responses().len(), usize::from(told.raw.contains("response.completed")));
        told
    };
    let refused = told(Fault::status(429), FailureEvent::Failed).await;
    assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("limit_requests")));
    let event = |after_events| Fault::Event { status: 503, message: Some("busy".into()), after_events };
    let failed = told(event(5), FailureEvent::Failed).await.events();
    let error = json!({"code": "ModelUnavailable", "message": "busy"});
    assert_eq!(
        (failed.len(), &failed[5]["type"], &failed[5]["sequence_number"], &failed[5]["response"]["error"]),
        (6, &json!("response.failed"), &json!(5), &error)
    );
    let flat = told(event(2), FailureEvent::Error).await.events();
    assert_eq!((&flat[2]["type"], &flat[2]["message"]), (&json!("error"), &json!("busy")));
    assert_eq!(told(event(2), FailureEvent::NestedError).await.events()[2]["error"], error);
    let split = told(Fault::Split { every: 7 }, FailureEvent::Failed).await;
    assert_eq!(deltas(&split.events(), "response.output_text.delta"), "Hello, world.");
    let cut = told(Fault::CutArguments { at: 4 }, FailureEvent::Failed).await;
    assert_eq!(cut.last()["output"][1]["arguments"], "{\"a\"");
    assert!(told(Fault::Html { status: 502 }, FailureEvent::Failed).await.raw.starts_with("<!DOCTYPE"));
}

#[tokio::test]
async fn a_model_that_knows_chat_alone_is_refused_here() {
    let strict = Strictness { chat_only: vec!["qwen3-coder-plus".into()], ..Strictness::default() };
    let sim = start(SimOptions { strict, ..SimOptions::default() }).await;
    let told = post(&sim, &turn(json!("hi"), None)).await;
    assert_eq!(told.status, 200);
    let message = told.last()["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.starts_with("Agent capabilities are not enabled"), "{message}");
    assert_eq!(ask(&sim, &hello()).await.0, 200);
}
