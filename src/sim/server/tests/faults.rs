//! What goes wrong on purpose, seen from the other end of a real connection.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::sim::{ErrorShape, Planned};

async fn faulty(fault: Fault) -> Sim {
    let script = say("Hello, 世界.").call("write_file", json!({"text": "é é é"}));
    start(SimOptions { script: script.into(), faults: vec![fault.into()], ..SimOptions::default() }).await
}

#[tokio::test]
async fn an_http_error_carries_its_body_and_its_waiting_time_and_can_be_over_after_two() {
    let fault = Fault::Status {
        status: 429,
        code: None,
        message: Some("slow down".into()),
        retry_after: Some("1.5".into()),
        shape: ErrorShape::OpenAi,
    };
    let faults = vec![Planned { fault, first: Some(2) }];
    let sim = start(SimOptions { script: say("ok").into(), faults, ..SimOptions::default() }).await;
    for _ in 0..2 {
        let response = send(&sim, &hello()).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()),
            (429, "1.5")
        );
        assert_eq!(
            response.json::<Value>().await.unwrap(),
            json!({"error": {"message": "slow down", "type": "invalid_request_error", "param": null, "code": "limit_requests"}})
        );
    }
    assert_eq!(joined(&chunks(&ask(&sim, &hello()).await.1), "content"), "ok");
    assert_eq!(bills(&sim).len(), 1);
}

#[tokio::test]
async fn an_error_can_hide_inside_a_success() {
    let hidden = faulty(Fault::InsideOk { status: 503, shape: ErrorShape::Flat }).await;
    let (status, body) = ask(&hidden, &hello()).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["code"]), (200, &json!("ModelUnavailable")));
    assert_eq!(hidden.requests()[0].outcome, Outcome::Refused);

    let event = faulty(Fault::Event { status: 429, message: None, after_events: 2 }).await;
    let (status, body) = ask(&event, &hello()).await;
    assert_eq!(status, 200);
    assert_eq!(joined(&chunks(&body), "content"), "Hell");
    assert!(
        body.contains("\n\nid:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"code\":\"limit_requests\""),
        "{body}"
    );
    settled(&event, 1).await;
    assert_eq!(event.requests()[0].outcome, Outcome::Aborted);
}

#[tokio::test]
async fn a_dropped_connection_ends_after_exactly_so_many_bytes() {
    let whole = ask(&sim(say("Hello, 世界.")).await, &hello()).await.1;
    for after_bytes in [1, 100, whole.len() - 1] {
        let sim = start(SimOptions {
            script: say("Hello, 世界.").into(),
            faults: vec![Fault::Drop { after_bytes }.into()],
            ..SimOptions::default()
        })
        .await;
        let mut response = send(&sim, &hello()).await.unwrap();
        let mut got = Vec::new();
        let end = loop {
            match response.chunk().await {
                Ok(Some(bytes)) => got.extend_from_slice(&bytes),
                end => break end,
            }
        };
        assert!(end.is_err(), "a broken body is no end");
        assert_eq!(got.len(), after_bytes);
        settled(&sim, 1).await;
        assert_eq!(sim.requests()[0].outcome, Outcome::Aborted);
    }
    assert!(send(&faulty(Fault::Drop { after_bytes: 0 }).await, &hello()).await.is_err());
}

#[tokio::test]
async fn a_stalled_response_sends_so_many_bytes_and_then_nothing() {
    let sim = faulty(Fault::Stall { after_bytes: 50 }).await;
    let mut response = send(&sim, &hello()).await.unwrap();
    let mut got = 0;
    while got < 50 {
        got += response.chunk().await.unwrap().expect("no end").len();
    }
    assert!(tokio::time::timeout(Duration::from_millis(100), response.chunk()).await.is_err());
    assert_eq!(got, 50);
    assert_eq!(sim.requests()[0].outcome, Outcome::Open);
    drop(response);
    settled(&sim, 1).await;
    assert_eq!(sim.requests()[0].outcome, Outcome::Aborted);
    // On a busy machine the request itself may take longer than the silence that is enough here, so that it is waited
    // for: a request that was given up before it arrived never ends.
    let silent = faulty(Fault::Stall { after_bytes: 0 }).await;
    let request = hello();
    let mut answer = Box::pin(send(&silent, &request));
    tokio::select! {
        _ = &mut answer => panic!("a silent server has answered"),
        () = seen(&silent, |all| !all.is_empty()) => {}
    }
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut answer).await.is_err());
    drop(answer);
    settled(&silent, 1).await;
    assert_eq!(silent.requests()[0].outcome, Outcome::Aborted);
}

#[tokio::test]
async fn arguments_are_cut_before_a_character_that_would_be_halved() {
    let sim = faulty(Fault::CutArguments { at: 12 }).await;
    let chunks = chunks(&ask(&sim, &hello()).await.1);
    let deltas = call_deltas(&chunks);
    let arguments: String = deltas.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
    assert_eq!((arguments.as_str(), finish(&chunks)), ("{\"text\":\"é ", vec!["stop"]));
}

#[tokio::test]
async fn a_split_body_has_the_same_bytes_and_arrives_in_small_pieces() {
    let script = say("Hello, 世界.").call("write_file", json!({"text": "é é é"}));
    let whole = ask(&sim(script).await, &hello()).await.1;
    let split = faulty(Fault::Split { every: 3 }).await;
    let mut stream = TcpStream::connect(split.address()).await.unwrap();
    let body = hello().to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut raw = Vec::new();
    soon("the end", stream.read_to_end(&mut raw)).await.unwrap();
    let start = raw.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let (mut rest, mut pieces) = (&raw[start..], Vec::new());
    loop {
        let end = rest.iter().position(|b| *b == b'\r').unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        pieces.push(rest[end + 2..end + 2 + size].to_vec());
        rest = &rest[end + 2 + size + 2..];
    }
    assert!(pieces.iter().all(|piece| piece.len() <= 3));
    assert!(pieces.iter().any(|piece| std::str::from_utf8(piece).is_err()), "a character is cut");
    let created = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
    assert_eq!(created(std::str::from_utf8(&pieces.concat()).unwrap()), created(&whole));
}

#[tokio::test]
async fn garbage_between_events_changes_nothing_for_a_right_reader() {
    let sim = faulty(Fault::Garbage).await;
    let (_, body) = ask(&sim, &hello()).await;
    assert!(body.contains(": keep-alive\n\n") && body.contains("nonsense\n\n"), "{body}");
    assert_eq!(joined(&chunks(&body), "content"), "Hello, 世界.");
}

#[tokio::test]
async fn a_web_page_and_an_empty_answer_can_come_instead() {
    let (status, body) = ask(&faulty(Fault::Html { status: 502 }).await, &hello()).await;
    assert!(status == 502 && body.starts_with("<!DOCTYPE html>"));
    let chunks = chunks(&ask(&faulty(Fault::Empty).await, &hello()).await.1);
    assert_eq!((joined(&chunks, "content"), finish(&chunks)), (String::new(), vec!["stop"]));
}

#[tokio::test]
async fn a_stopped_simulator_closes_its_connections() {
    let sim = faulty(Fault::Stall { after_bytes: 10 }).await;
    let mut response = send(&sim, &hello()).await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    let address = sim.address();
    drop(sim);
    assert!(response.chunk().await.is_err());
    assert!(TcpStream::connect(address).await.is_err());
}
