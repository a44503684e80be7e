//! Tests of `answer`.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{protocol::Broken, provider::sse::Reader};

const ALL: Keeping = Keeping { response: true, seal: true };

/// Plays a stream, in these pieces, to its end.
fn play(pieces: &[&[u8]]) -> (Result<Reply, Lack>, Vec<Chunk>) {
    let mut shown: Vec<Chunk> = Vec::new();
    let mut sink = |chunk| match (shown.last_mut(), chunk) {
        (Some(Chunk::Text(text)), Chunk::Text(more))
        | (Some(Chunk::Reasoning(text)), Chunk::Reasoning(more)) => text.push_str(&more),
        (_, chunk) => shown.push(chunk),
    };
    let result = follow(pieces, ALL, &mut sink);
    (result, shown)
}

fn follow(pieces: &[&[u8]], keeping: Keeping, sink: &mut Sink<'_>) -> Result<Reply, Lack> {
    let mut answer = ResponsesAnswer::new("s".into(), keeping);
    let (mut reader, mut parts) = (Reader::default(), Vec::new());
    for piece in pieces {
        reader.feed(piece, &mut parts).expect("small");
        for part in parts.drain(..) {
            answer.take(&part, sink).map_err(Lack::Error)?;
        }
    }
    let stray = reader.finish(&mut parts);
    for part in parts {
        answer.take(&part, sink).map_err(Lack::Error)?;
    }
    answer.finish(&stray, sink)
}

fn reply(stream: &str) -> Reply {
    play(&[stream.as_bytes()]).0.unwrap_or_else(|lack| panic!("{lack:?} for {stream}"))
}

fn lack(stream: &str) -> Lack {
    play(&[stream.as_bytes()]).0.expect_err(stream)
}

/// An event as OpenAI sends it.
fn event(value: &Value) -> String {
    format!("event: {}\ndata: {value}\n\n", value["type"].as_str().expect("a type"))
}

fn stream(events: &[Value]) -> String {
    events.iter().map(event).collect()
}

/// An event as Qwen Cloud sends it.
fn cloud(events: &[Value]) -> String {
    let one = |(at, value): (usize, &Value)| {
        let name = value["type"].as_str().expect("a type");
        format!("id:{at}\nevent:{name}\n:HTTP_STATUS/200\ndata:{value}\n\n")
    };
    events.iter().enumerate().map(one).collect()
}

fn created() -> Value {
    json!({"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"m-1","status":"queued"}})
}

fn completed(output: &Value) -> Value {
    json!({"type":"response.completed","response":{"id":"resp_1","status":"completed","output":output,
        "usage":{"input_tokens":9,"output_tokens":3}}})
}

/// A whole answer in text, with a notice after its end.
fn text_stream() -> String {
    stream(&[
        created(),
        json!({"type":"response.in_progress","response":{"id":"resp_1"}}),
        json!({"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}),
        json!({"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":""}}),
        json!({"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Grüße, "}),
        json!({"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"世界 👋"}),
        json!({"type":"response.output_text.done","item_id":"msg_1","output_index":0,"content_index":0,"text":"Grüße, 世界 👋"}),
        json!({"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","text":"Grüße, 世界 👋"}]}}),
        completed(
            &json!([{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Grüße, 世界 👋"}]}]),
        ),
        json!({"type":"response.rate_limits.updated","rate_limits":[{"remaining":1}]}),
    ])
}

/// Reasoning and two calls at once: one whole only in `.done`, one only in its item. Qwen Cloud's form and counts.
fn call_stream() -> String {
    cloud(&[
        created(),
        json!({"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}),
        json!({"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"想"}),
        json!({"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":1,"delta":"好"}),
        json!({"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","encrypted_content":"gAAA","summary":[{"type":"summary_text","text":"想"},{"type":"summary_text","text":"好"}]}}),
        json!({"type":"response.output_item.added","output_index":1,"item":{"id":"fc_1","type":"function_call","call_id":"call_a","name":"read_file","arguments":""}}),
        json!({"type":"response.output_item.added","output_index":2,"item":{"id":"fc_2","type":"function_call","call_id":"call_b","name":"glob"}}),
        json!({"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\"p\":"}),
        json!({"type":"response.web_search_call.searching","output_index":7,"item_id":"ws_1"}),
        json!({"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":1,"arguments":"{\"p\":\"/ä\"}"}),
        json!({"type":"response.output_item.done","output_index":2,"item":{"id":"fc_2","type":"function_call","call_id":"call_b","name":"glob","arguments":"{\"q\":1}","status":"completed"}}),
        json!({"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[],"usage":{
            "input_tokens":1524,"output_tokens":40,"input_tokens_details":{"cached_tokens":1305},
            "output_tokens_details":{"reasoning_tokens":2},
            "x_details":[{"input_tokens":1524,"prompt_tokens_details":{"cached_tokens":1305,"cache_type":"ephemeral",
                "cache_creation_input_tokens":213,"cache_creation":{"ephemeral_5m_input_tokens":213}}}]}}}),
    ])
}

/// Everything in the last event.
fn last_stream() -> String {
    stream(&[
        created(),
        completed(&json!([
            {"type":"reasoning","content":[{"type":"reasoning_text","text":"hm"}]},
            {"type":"message","content":[{"type":"output_text","text":"yes"},{"type":"output_text","text":" and no"}]},
            {"type":"message","content":[{"type":"output_text","text":"more"}]},
            {"type":"function_call","name":"glob","arguments":{"a":1}}])),
    ])
}

fn streams() -> Vec<String> {
    let whole = json!({"id":"resp_9","object":"response","status":"completed","model":"m","output":[
        {"type":"message","content":[{"type":"output_text","text":"yes"}]}]});
    let failed = json!({"type":"response.failed","response":{"id":"resp_1","error":{"code":"server_error","message":"busy"}}});
    vec![
        text_stream(),
        call_stream(),
        last_stream(),
        whole.to_string(),
        // Cut in the middle; then an error.
        text_stream().split_at(700).0.to_owned(),
        cloud(&[created(), failed]),
        "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"code\":\"Throttling.RateQuota\",\"message\":\"slow down\",\"request_id\":\"r\"}\n\n".into(),
    ]
}

#[test]
fn every_stream_cut_at_every_byte_gives_the_same_answer() {
    for stream in streams() {
        let whole = play(&[stream.as_bytes()]);
        for at in 0..=stream.len() {
            let (left, right) = stream.as_bytes().split_at(at);
            assert_eq!(play(&[left, right]), whole, "cut at {at}: {stream}");
        }
        let single: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        assert_eq!(play(&single), whole, "byte by byte: {stream}");
    }
}

proptest! {
    #[test]
    fn a_stream_that_stops_anywhere_before_its_end_is_no_answer(
        which in 0_usize..3,
        at in any::<prop::sample::Index>(),
    ) {
        let stream = &streams()[which];
        let end = stream.find("event: response.completed").or(stream.find("event:response.completed"));
        let result = play(&[&stream.as_bytes()[..at.index(end.expect("it has an end"))]]).0;
        prop_assert_eq!(result, Err(Lack::Incomplete));
    }
}

#[test]
fn a_text_is_shown_as_it_comes_and_kept_once() {
    let (result, shown) = play(&[text_stream().as_bytes()]);
    let expected = Reply {
        request_id: Some("resp_1".into()),
        response: Some("resp_1".into()),
        ..Reply::new(
            Turn::text("Grüße, 世界 👋"),
            Some(Usage { input: Tokens(9), output: Tokens(3), ..Usage::default() }),
            "m-1",
        )
    };
    assert_eq!(result, Ok(expected));
    assert_eq!(shown, [Chunk::Text("Grüße, 世界 👋".into())]);
}

#[test]
fn calls_at_once_keep_their_ids_and_their_order() {
    let (result, shown) = play(&[call_stream().as_bytes()]);
    let reply = result.expect("an answer");
    let calls: Vec<(&str, &str, &str)> =
        reply.turn.calls.iter().map(|c| (c.id.as_str(), c.name.as_str(), c.arguments.text())).collect();
    assert_eq!(calls, [("call_a", "read_file", "{\"p\":\"/ä\"}"), ("call_b", "glob", "{\"q\":1}")]);
    assert_eq!((reply.turn.finish, reply.turn.reasoning.as_str()), (Finish::Calls, "想\n\n好"));
    assert_eq!(shown, [Chunk::Reasoning("想\n\n好".into())]);
    let summary = json!([{"type":"summary_text","text":"想"},{"type":"summary_text","text":"好"}]);
    assert_eq!(
        reply.turn.reasoning_details,
        [json!({"type":"reasoning","summary":summary,"encrypted_content":"gAAA"})]
    );
    let usage = Usage {
        input: Tokens(1_524),
        cached: Some(Tokens(1_305)),
        created: Some(Tokens(213)),
        output: Tokens(40),
        reasoning: Some(Tokens(2)),
    };
    assert_eq!((reply.usage, usage.plain()), (Some(usage), Tokens(6)));
}

#[test]
fn an_answer_told_only_at_its_end_is_whole_and_shown() {
    let (result, shown) = play(&[last_stream().as_bytes()]);
    let turn = result.expect("an answer").turn;
    assert_eq!((turn.text.as_str(), turn.reasoning.as_str()), ("yes and no\n\nmore", "hm"));
    assert_eq!(shown, [Chunk::Reasoning("hm".into()), Chunk::Text("yes and no\n\nmore".into())]);
    let call = &turn.calls[0];
    assert_eq!((call.id.as_str(), call.arguments.text()), ("call_s0", "{\"a\":1}"));
}

#[test]
fn what_the_server_says_last_is_what_it_means() {
    let events = [
        json!({"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"draft"}),
        json!({"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"final"}]}}),
        completed(&json!([])),
    ];
    assert_eq!(reply(&stream(&events)).turn.text, "final");
    let mute = json!({"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text"}]}});
    assert_eq!(reply(&stream(&[events[0].clone(), mute, completed(&json!([]))])).turn.text, "draft");
    // Without any index and without a whole item.
    let events = [
        json!({"type":"response.output_item.added","item":{"id":"a","type":"message"}}),
        json!({"type":"response.output_text.delta","item_id":"a","delta":"one"}),
        json!({"type":"response.output_item.added","item":{"id":"b","type":"function_call","call_id":"c","name":"glob"}}),
        json!({"type":"response.function_call_arguments.delta","item_id":"b","delta":"{}"}),
        json!({"type":"response.output_text.delta","item_id":"a","delta":" two"}),
        completed(&json!([])),
    ];
    let turn = reply(&stream(&events)).turn;
    assert_eq!((turn.text.as_str(), turn.calls.len(), turn.calls[0].id.as_str()), ("one two", 1, "c"));
}

#[test]
fn a_refusal_is_an_answer_and_a_server_that_thinks_twice_is_heard_once() {
    let events = [
        json!({"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"No."}),
        json!({"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"No."}),
        json!({"type":"response.refusal.delta","output_index":1,"content_index":0,"delta":"I will not."}),
        completed(&json!([])),
    ];
    let turn = reply(&stream(&events)).turn;
    assert_eq!(
        (turn.finish, turn.text.as_str(), turn.reasoning.as_str()),
        (Finish::Refused, "I will not.", "No.")
    );
}

fn cut(reason: &str) -> Reply {
    let events = [
        json!({"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"a","name":"glob","arguments":"{}"}}),
        json!({"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"b","name":"write_file"}}),
        json!({"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\"path\":\"/a\"}"}),
        json!({"type":"response.incomplete","response":{"id":"resp_1","incomplete_details":{"reason":reason},"usage":{"input_tokens":9,"output_tokens":16}}}),
    ];
    reply(&stream(&events))
}

#[test]
fn a_cut_answer_says_so_and_is_not_followed() {
    let long = cut("max_output_tokens");
    assert_eq!((long.turn.finish, long.response, long.usage.is_some()), (Finish::Length, None, true));
    let read: Vec<Option<Broken>> = long.turn.calls.iter().map(|c| c.arguments.object().err()).collect();
    assert_eq!(read, [None, Some(Broken::Cut)], "what looks whole may not be");
    let filtered = cut("content_filter").turn;
    assert_eq!((filtered.finish, filtered.calls.len()), (Finish::Filtered, 0));
}

#[test]
fn only_a_kept_response_is_named() {
    let nothing = Keeping { response: false, seal: false };
    let reply = follow(&[call_stream().as_bytes()], nothing, &mut |_| {}).expect("an answer");
    assert_eq!((reply.response, reply.turn.reasoning_details.len()), (None, 0));
}

#[test]
fn a_failure_inside_a_success_is_told() {
    let failed = |error: &Value| {
        let event =
            json!({"type":"response.failed","response":{"id":"resp_1","status":"failed","error":error}});
        match lack(&cloud(&[created(), event])) {
            Lack::Error(report) => (report.status, report.code, report.message, report.request_id),
            other => panic!("{other:?}"),
        }
    };
    let id = Some("resp_1".to_owned());
    assert_eq!(
        failed(
            &json!({"code":"InvalidParameter","message":"<400> InternalError: Not found previous_response_id"})
        ),
        (
            400,
            "InvalidParameter".into(),
            "<400> InternalError: Not found previous_response_id".into(),
            id.clone()
        )
    );
    assert_eq!(
        failed(&json!({"code":"server_error","message":"x"})),
        (0, "server_error".into(), "x".into(), id)
    );
    assert_eq!(failed(&json!(null)).1, "server_error");
    for error in [
        json!({"type":"error","code":"rate_limit_exceeded","message":"slow","param":null}),
        json!({"type":"error","error":{"code":"rate_limit_exceeded","message":"slow"}}),
    ] {
        let Lack::Error(report) = lack(&stream(&[created(), error.clone()])) else { panic!("{error}") };
        assert_eq!((report.code.as_str(), report.message.as_str()), ("rate_limit_exceeded", "slow"));
    }
}

#[test]
fn what_is_no_response_is_said_to_be_none() {
    assert!(matches!(lack("<html>hello</html>"), Lack::Foreign(_)));
    assert!(matches!(lack("{\"hello\":1}"), Lack::Foreign(_)));
    assert!(matches!(
        lack("{\"code\":\"InvalidApiKey\",\"message\":\"no\",\"request_id\":\"r\"}"),
        Lack::Error(_)
    ));
    assert_eq!(lack("{\"output\":["), Lack::Incomplete);
    assert_eq!(lack(""), Lack::Incomplete);
    assert_eq!(lack(&stream(&[created()])), Lack::Incomplete);
    let garbled =
        format!("{}data: {{\"type\":oops}}\n\n{}", event(&created()), event(&completed(&json!([]))));
    assert_eq!(lack(&garbled), Lack::Incomplete, "what was lost may have been a call");
}
