//! Servers whose cache is told, or works, in another way.

use super::*;
use crate::sim::{CacheQuirk, CacheReport, Evict};

/// A simulator of this quirk whose clock stands still and whose texts count what they promise.
async fn odd(quirk: &str) -> Sim {
    let mut options = SimOptions {
        script: Script::by(|_| say("<9>")),
        sizes: exact(),
        clock: Clock::Manual(Moment(0)),
        ..SimOptions::default()
    };
    CacheQuirk::named(quirk).expect("a name of the table").apply(&mut options);
    start(options).await
}

/// The last chunk but one of the second of two requests: 1200 marked, then 300 more.
async fn second(sim: &Sim) -> Value {
    ask(sim, &marked(&["<1200>"])).await;
    let chunks = chunks(&ask(sim, &marked(&["<1200>", "<300>"])).await.1);
    chunks[chunks.len() - 2].clone()
}

#[tokio::test]
async fn the_same_hit_is_told_in_every_way_that_servers_have() {
    let explicit = json!({"cached_tokens": 1200, "cache_creation": {"ephemeral_5m_input_tokens": 300},
        "cache_type": "ephemeral"});
    let nested = json!({"cached_tokens": 1200, "cache_creation": {"cache_creation_input_tokens": 300},
        "cache_type": "ephemeral"});
    let rows = [
        ("ignores-markers", json!({"prompt_tokens_details": {"cached_tokens": 0}})),
        ("silent", json!({})),
        ("nested-5m", json!({"prompt_tokens_details": explicit})),
        ("nested-creation", json!({"prompt_tokens_details": nested})),
        ("read-only", json!({"prompt_tokens_details": {"cached_tokens": 1200}})),
        ("deepseek", json!({"prompt_cache_hit_tokens": 1200, "prompt_cache_miss_tokens": 306})),
        ("moonshot", json!({"cached_tokens": 1200})),
        ("llama-cpp", json!({})),
        (
            "openrouter",
            json!({"prompt_tokens_details": {"cached_tokens": 1200, "cache_write_tokens": 300},
                "cost": 0.000_537}),
        ),
    ];
    for (name, expected) in rows {
        let sim = odd(name).await;
        let chunk = second(&sim).await;
        let mut told = chunk["usage"].clone();
        let fields = told.as_object_mut().expect("usage");
        for always in ["prompt_tokens", "completion_tokens", "total_tokens", "completion_tokens_details"] {
            assert!(fields.remove(always).is_some(), "{name}: {always}");
        }
        assert_eq!(told, expected, "{name}");
        let timings = json!({"cache_n": 1200, "prompt_n": 306, "predicted_n": 9});
        assert_eq!(chunk.get("timings"), (name == "llama-cpp").then_some(&timings), "{name}");
    }
}

#[tokio::test]
async fn a_server_that_ignores_markers_bills_everything_plain() {
    for name in ["ignores-markers", "silent"] {
        let sim = odd(name).await;
        second(&sim).await;
        assert_eq!(bills(&sim), [(0, 0, 1_206_000), (0, 0, 1_506_000)], "{name}");
    }
}

#[tokio::test]
async fn a_cache_that_only_says_zero_may_still_work() {
    let shape = Shape { cache: CacheReport::Zero, ..Shape::default() };
    let sim = start(SimOptions {
        script: Script::by(|_| say("x")),
        sizes: exact(),
        shape,
        ..SimOptions::default()
    })
    .await;
    assert_eq!(second(&sim).await["usage"]["prompt_tokens_details"], json!({"cached_tokens": 0}));
    assert_eq!(sim.total().cached, 1200);
}

#[tokio::test]
async fn timings_stand_beside_the_usage_of_a_whole_answer_too() {
    let sim = odd("llama-cpp").await;
    let mut request = marked(&["<1200>"]);
    request.as_object_mut().expect("an object").retain(|name, _| !name.starts_with("stream"));
    let whole: Value = serde_json::from_str(&ask(&sim, &request).await.1).expect("JSON");
    assert_eq!(whole["timings"], json!({"cache_n": 0, "prompt_n": 1206, "predicted_n": 9}));
}

#[tokio::test]
async fn markers_and_arrays_are_refused_in_the_words_of_each_server() {
    let refused = async |quirk: &str, request: &Value| {
        let (status, body) = ask(&odd(quirk).await, request).await;
        assert_eq!(status, 400, "{quirk}");
        serde_json::from_str::<Value>(&body).expect("JSON")["error"].clone()
    };
    let place = "messages[0].content[0].cache_control";
    assert_eq!(
        refused("extra-inputs", &marked(&["a"])).await["message"],
        format!("{place}: Extra inputs are not permitted")
    );
    assert_eq!(
        refused("unknown-parameter", &marked(&["a"])).await,
        json!({"message": format!("Unknown parameter: '{place}'."), "type": "invalid_request_error",
            "param": place, "code": "unknown_parameter"})
    );
    let mut tools = hello();
    tools["messages"] = json!([
        {"role": "user", "content": [{"type": "text", "text": "x"}]},
        {"role": "assistant", "content": "", "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "x"}]},
    ]);
    let message = |error: Value| error["message"].as_str().expect("a text").to_owned();
    assert!(message(refused("no-tool-arrays", &tools).await).contains("messages[2].content: invalid type"));
    assert!(message(refused("no-arrays", &tools).await).contains("messages[0].content: invalid type"));
    for quirk in ["extra-inputs", "unknown-parameter", "no-tool-arrays", "no-arrays"] {
        assert_eq!(ask(&odd(quirk).await, &hello()).await.0, 200, "{quirk}");
    }
}

#[tokio::test]
async fn blocks_can_be_gone_before_their_time() {
    let sim = odd("evicts").await;
    for _ in 0..5 {
        ask(&sim, &marked(&["<1200>"])).await;
    }
    let read: Vec<u64> = bills(&sim).iter().map(|bill| bill.0).collect();
    assert_eq!(read, [0, 1200, 0, 1200, 1200]);
    let strikes = |evict: Evict| (0..7).filter(|n| evict.strikes(*n)).collect::<Vec<_>>();
    assert_eq!(strikes(Evict::Before(vec![1, 4])), [1, 4]);
    assert_eq!(strikes(Evict::Every(3)), [2, 5]);
    assert_eq!((strikes(Evict::Every(0)), strikes(Evict::Never)), (vec![], vec![]));
}
