//! Tests of `answer`.

use proptest::prelude::*;

use super::*;
use crate::provider::sse::Reader;

/// Plays a stream, in these pieces, to its end.
fn play(pieces: &[&[u8]]) -> (Result<Reply, Lack>, Vec<Chunk>) {
    let mut shown: Vec<Chunk> = Vec::new();
    let mut sink = |chunk| match (shown.last_mut(), chunk) {
        (Some(Chunk::Text(text)), Chunk::Text(more))
        | (Some(Chunk::Reasoning(text)), Chunk::Reasoning(more)) => text.push_str(&more),
        (_, chunk) => shown.push(chunk),
    };
    let result = follow(pieces, &mut sink);
    (result, shown)
}

fn follow(pieces: &[&[u8]], sink: &mut Sink<'_>) -> Result<Reply, Lack> {
    let mut answer = ChatAnswer::new("s".into(), true);
    let (mut reader, mut parts) = (Reader::default(), Vec::new());
    for piece in pieces {
        reader.feed(piece, &mut parts).expect("small");
        for part in parts.drain(..) {
            answer.take(&part, sink).map_err(Lack::Error)?;
            if answer.is_done() {
                return answer.finish("", sink);
            }
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

fn delta(delta: &str) -> String {
    format!("data: {{\"choices\":[{{\"delta\":{delta}}}]}}\n\n")
}

fn ends(reason: &str) -> String {
    format!("data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"{reason}\"}}]}}\n\n")
}

/// Streams as servers send them.
const STREAMS: &[&str] = &[
    // OpenAI: counts in a chunk of their own.
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],\"usage\":null}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grüße, 世界 👋\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n",
    // DashScope: no space, status in a comment, CRLF, cumulative counts, reasoning.
    "\u{feff}id:1\r\nevent:result\r\n:HTTP_STATUS/200\r\ndata:{\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":\"想\"},\"index\":0}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\r\n\r\nid:2\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"好\"},\"finish_reason\":\"stop\",\"index\":0}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\r\n\r\ndata:[DONE]\r\n\r\n",
    // Calls, interleaved, with comments and lone CR.
    ": OPENROUTER PROCESSING\r\rdata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"read_file\",\"arguments\":\"\"}}]}}]}\r\rdata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"glob\",\"arguments\":\"{\\\"p\\\"\"}}]}}]}\r\rdata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"file_path\\\":\\\"/ä\\\"}\"}},{\"index\":1,\"function\":{\"arguments\":\":1}\"}}]}}]}\r\rdata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\r\rdata: [DONE]",
    // Thinking inside of tags, two objects in one event, data on two lines.
    "data: {\"choices\":[{\"delta\":{\"content\":\"<thi\"}}]}{\"choices\":[{\"delta\":{\"content\":\"nk>hm</think>\\n\\nyes\"}}]}\n\ndata: {\"choices\":\ndata: [{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    // No stream at all.
    "\n\n{\n \"id\":\"x\",\n \"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"yes\"}]},\"finish_reason\":\"stop\"}],\n \"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}\n}",
    // Cut in the middle.
    "data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\ndata: {\"choices\":[{\"del",
    // An error in the stream.
    "data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\nevent:error\n:HTTP_STATUS/429\ndata:{\"code\":\"Throttling.RateQuota\",\"message\":\"slow down\",\"request_id\":\"r\"}\n\n",
];

#[test]
fn every_stream_cut_at_every_byte_gives_the_same_answer() {
    for stream in STREAMS {
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
    fn every_stream_cut_anywhere_gives_the_same_answer(
        which in 0..STREAMS.len(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let bytes = STREAMS[which].as_bytes();
        let mut at: Vec<usize> = cuts.iter().map(|c| c.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
        prop_assert_eq!(play(&pieces), play(&[bytes]));
    }

    #[test]
    fn a_stream_that_stops_anywhere_before_its_end_is_no_answer(at in any::<prop::sample::Index>()) {
        let stream = STREAMS[2];
        let finish = stream.find("\"finish_reason\"").expect("it has one");
        let result = play(&[&stream.as_bytes()[..at.index(finish)]]).0;
        prop_assert_eq!(result, Err(Lack::Incomplete));
    }
}

#[test]
fn the_streams_say_what_they_say() {
    let texts: Vec<(String, String, Option<u64>)> = [0, 1, 3, 4]
        .map(|n| reply(STREAMS[n]))
        .map(|r| (r.turn.reasoning, r.turn.text, r.usage.map(|u| u.output.0)))
        .to_vec();
    let expected = [
        (String::new(), "Grüße, 世界 👋".into(), Some(3)),
        ("想".into(), "好".into(), Some(2)),
        ("hm".into(), "yes".into(), None),
        (String::new(), "yes".into(), Some(1)),
    ];
    assert_eq!(texts, expected);
    let turn = reply(STREAMS[2]).turn;
    let calls: Vec<_> =
        turn.calls.iter().map(|c| (c.id.as_str(), c.name.as_str(), c.arguments.text())).collect();
    assert_eq!(calls, [("a", "read_file", "{\"file_path\":\"/ä\"}"), ("b", "glob", "{\"p\":1}")]);
    assert_eq!(turn.finish, Finish::Calls);
    assert_eq!(lack(STREAMS[5]), Lack::Incomplete);
    let Lack::Error(report) = lack(STREAMS[6]) else { panic!("an error was sent") };
    assert_eq!((report.status, report.request_id.as_deref()), (429, Some("r")));
}

#[test]
fn an_end_needs_a_reason_or_done_after_something() {
    let text = delta("{\"content\":\"x\"}");
    assert_eq!(reply(&format!("{text}{}", ends("stop"))).turn.text, "x");
    assert_eq!(reply(&format!("{text}data: [DONE]\n\n")).turn.text, "x");
    assert_eq!(reply(&format!("{text}{}data: [DONE]", ends(""))).turn.finish, Finish::Stop);
    for stream in [text.clone(), "data: [DONE]\n\n".into(), format!("{text}{}", ends("")), String::new()] {
        assert_eq!(lack(&stream), Lack::Incomplete, "{stream}");
    }
}

#[test]
fn reasons_to_end_are_read_and_calls_beat_most_of_them() {
    let call = delta(
        "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]}",
    );
    let table = [
        ("stop", Finish::Stop, Finish::Calls),
        ("STOP", Finish::Stop, Finish::Calls),
        ("end_turn", Finish::Stop, Finish::Calls),
        ("something_new", Finish::Stop, Finish::Calls),
        ("tool_calls", Finish::Stop, Finish::Calls),
        ("tool_use", Finish::Stop, Finish::Calls),
        ("length", Finish::Length, Finish::Length),
        ("MAX_TOKENS", Finish::Length, Finish::Length),
        ("content_filter", Finish::Filtered, Finish::Filtered),
        ("sensitive", Finish::Filtered, Finish::Filtered),
    ];
    for (word, alone, with_call) in table {
        let end = ends(word);
        assert_eq!(reply(&end).turn.finish, alone, "{word}");
        let turn = reply(&format!("{call}{end}")).turn;
        assert_eq!(turn.finish, with_call, "{word} with a call");
        assert_eq!(turn.calls.is_empty(), with_call == Finish::Filtered, "{word} with a call");
    }
}

#[test]
fn an_empty_answer_is_a_reply_that_says_it_is_empty() {
    for stream in
        [ends("stop"), ends("tool_calls"), format!("{}{}", delta("{\"reasoning\":\"hm\"}"), ends("stop"))]
    {
        assert!(reply(&stream).turn.is_empty(), "{stream}");
    }
}

#[test]
fn an_error_in_the_place_of_an_answer_is_not_an_answer() {
    let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"<400> InternalError: too long\"},\"finish_reason\":\"error_finish\"}]}\n\n";
    let (result, shown) = play(&[stream.as_bytes()]);
    let Err(Lack::Error(report)) = result else { panic!("an error was sent") };
    assert_eq!((report.code.as_str(), report.status, shown), ("error_finish", 400, vec![]));
    for word in ["error", "network_error", "insufficient_system_resource", "model_context_window_exceeded"] {
        assert!(matches!(lack(&ends(word)), Lack::Error(_)), "{word}");
    }
}

#[test]
fn every_form_of_an_error_inside_a_success_is_seen() {
    let table = [
        ("{\"error\":{\"message\":\"no\",\"code\":503}}", 503, "no"),
        ("data: {\"error\":{\"message\":\"no\"},\"choices\":[{\"finish_reason\":\"error\"}]}\n\n", 0, "no"),
        ("data: {\"object\":\"error\",\"message\":\"no\",\"type\":\"X\",\"code\":400}\n\n", 400, "no"),
        ("event: error\ndata: no\n\n", 0, "no"),
        ("data: {\"error\":\"no\"}\n\n", 0, "no"),
        ("{\"detail\":\"no\"}", 0, "no"),
        ("{\"base_resp\":{\"status_code\":1002,\"status_msg\":\"no\"}}", 0, "no"),
        (
            "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n{\"error\":{\"message\":\"no\"}}",
            0,
            "no",
        ),
    ];
    for (stream, status, message) in table {
        let Lack::Error(report) = lack(stream) else { panic!("not seen: {stream}") };
        assert_eq!((report.status, report.message.as_str()), (status, message), "{stream}");
    }
}

#[test]
fn what_is_no_answer_at_all_is_called_so() {
    for body in ["<html><title>Welcome</title><body>hi</body></html>", "{\"status\":\"ok\"}", "OK"] {
        assert!(matches!(lack(body), Lack::Foreign(_)), "{body}");
    }
}

#[test]
fn odd_chunks_are_no_errors() {
    let odd = "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\ndata: {\"choices\":null}\n\ndata: {\"choices\":[{\"finish_reason\":null,\"content_filter_offsets\":{}}]}\n\ndata: ping\n\nnonsense\n";
    assert_eq!(
        reply(&format!("{odd}{}{odd}{}{odd}", delta("{\"content\":\"x\"}"), ends("stop"))).turn.text,
        "x"
    );
}

#[test]
fn a_piece_that_cannot_be_read_spoils_the_answer() {
    let stream =
        format!("{}data: {{\"choices\":[{{\"delta\n\n{}", delta("{\"content\":\"x\"}"), ends("stop"));
    assert_eq!(lack(&stream), Lack::Incomplete);
}

#[test]
fn a_whole_message_after_its_pieces_is_not_said_twice() {
    let whole = "data: {\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n";
    assert_eq!(reply(&format!("{}{whole}", delta("{\"content\":\"x\"}"))).turn.text, "x");
    assert_eq!(reply(whole).turn.text, "x");
}

#[test]
fn reasoning_told_on_two_channels_counts_once() {
    let stream = format!(
        "{}{}",
        delta(
            "{\"reasoning\":\"a\",\"reasoning_content\":\"a\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"a\"}]}"
        ),
        delta("{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"b\"}],\"content\":\"x\"}")
    );
    let turn = reply(&format!("{stream}{}", ends("stop"))).turn;
    assert_eq!((turn.reasoning.as_str(), turn.text.as_str()), ("ab", "x"));
    assert_eq!(turn.reasoning_details, [serde_json::json!({"type":"reasoning.text","text":"ab"})]);
}

#[test]
fn a_refusal_is_the_answer_and_is_marked() {
    let turn = reply(&format!("{}{}", delta("{\"refusal\":\"I cannot.\"}"), ends("stop"))).turn;
    assert_eq!((turn.text.as_str(), turn.finish), ("I cannot.", Finish::Refused));
}

#[test]
fn the_last_counts_hold_wherever_they_stand() {
    let counts = |n: u64| format!("\"usage\":{{\"prompt_tokens\":{n},\"completion_tokens\":1}}");
    let table = [
        format!(
            "{}data: {{\"choices\":[],{}}}\n\ndata: {{\"choices\":[],\"usage\":null}}\n\n",
            ends("stop"),
            counts(7)
        ),
        format!("data: {{\"choices\":null,{}}}\n\n{}data: {{{}}}\n\n", counts(3), ends("stop"), counts(7)),
        format!("data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"stop\",{}}}]}}\n\n", counts(7)),
    ];
    for stream in table {
        assert_eq!(reply(&stream).usage.map(|u| u.input), Some(Tokens(7)), "{stream}");
    }
    let timings = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1},\"timings\":{\"cache_n\":5}}\n\n";
    assert_eq!(reply(&format!("{}{timings}", ends("stop"))).usage.and_then(|u| u.cached), Some(Tokens(5)));
}
