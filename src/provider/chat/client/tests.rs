//! Tests of the client: a server on this machine plays each case.

use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::{
    base::{Moment, Tokens},
    cache::{self, Ledger, Limits, Scope, Situation},
    protocol::{CacheTerms, Finding, Kind, Turn},
    provider::{
        Class,
        fixtures::{Act, CLOUD, PLAIN, credential, profile, prompt, serve, sign_in},
    },
};

fn chat(base: &str, provider: &'static crate::catalog::Provider, limits: [u64; 2]) -> Chat {
    let [first_byte, idle] = limits.map(Duration::from_millis);
    let options = Options { first_byte, idle, ..Options::default() };
    Chat::new(net::Lazy::default(), credential(base, "sk-0123456789"), profile(provider), options)
}

async fn ask(chat: &Chat) -> (Result<Reply, Trouble>, String) {
    let mut shown = String::new();
    let mut sink = |chunk| {
        if let Chunk::Text(text) = chunk {
            shown.push_str(&text);
        }
    };
    let body = chat.body(&prompt(), &Plan::none());
    let result = chat.send(body, &CancellationToken::new(), &mut sink).await;
    (result, shown)
}

async fn trouble_of(script: Vec<Act>) -> Trouble {
    let (base, _) = serve(vec![script]).await;
    ask(&chat(&base, &PLAIN, [20_000, 20_000])).await.0.expect_err("there is no answer")
}

const OK: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: req-7\r\nConnection: close\r\n\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const HALF: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"Par\"}}]}\n\n";
const REST: &str = "data: {\"model\":\"m-1\",\"choices\":[{\"delta\":{\"content\":\"is\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

#[tokio::test]
async fn an_answer_is_shown_while_it_arrives_and_returned_whole() {
    let (base, seen) = serve(vec![vec![Act::Send(OK), Act::Send(HALF), Act::Wait(5), Act::Send(REST)]]).await;
    let (result, shown) = ask(&chat(&base, &PLAIN, [20_000, 20_000])).await;
    let expected = Reply { request_id: Some("req-7".into()), ..Reply::new(Turn::text("Paris"), None, "m-1") };
    assert_eq!((result, shown.as_str()), (Ok(expected), "Paris"));
    let request = seen.lock().expect("whole")[0].to_lowercase();
    assert!(request.starts_with("post /v1/chat/completions http/1.1\r\n"), "{request}");
    for header in
        ["authorization: bearer sk-0123456789\r\n", "accept: text/event-stream\r\n", "user-agent: qwen/"]
    {
        assert!(request.contains(header), "{header} in {request}");
    }
    assert!(!request.contains("dashscope"), "{request}");
}

#[tokio::test]
async fn qwen_cloud_alone_gets_its_headers_and_the_cache_header_only_with_markers() {
    let answer = vec![Act::Send(OK), Act::Send(REST)];
    let (base, seen) = serve(vec![answer.clone(), answer]).await;
    let chat = chat(&base, &CLOUD, [2_000, 2_000]);
    let plain = ask(&chat).await.0.expect("an answer");
    let marked =
        Bytes::from_static(b"{\"messages\":[{\"content\":[{\"text\":\"x\",\"cache_control\":{}}]}]}");
    let told = chat.send(marked, &CancellationToken::new(), &mut |_| {}).await.expect("an answer");
    assert_eq!([plain.marked, told.marked], [false, true]);
    let requests = seen.lock().expect("whole").clone();
    let has: Vec<[bool; 2]> = requests
        .iter()
        .map(|r| r.to_lowercase())
        .map(|r| ["x-dashscope-useragent: qwen/", "x-dashscope-cachecontrol: enable"].map(|h| r.contains(h)))
        .collect();
    assert_eq!(has, [[true, false], [true, true]]);
}

#[tokio::test]
async fn a_connection_dropped_in_the_middle_is_no_answer() {
    for head in [OK, CHUNKED] {
        let body = if head == OK {
            HALF
        } else {
            "31\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"Par\"}}]}\n\n\r\n"
        };
        let trouble = trouble_of(vec![Act::Send(head), Act::Send(body), Act::Wait(20)]).await;
        assert_eq!((trouble.class, trouble.failure.kind), (Class::Retry, Kind::Network));
        assert_eq!(trouble.failure.error, "the connection to `127.0.0.1` was lost after its first word");
    }
}

#[tokio::test]
async fn silence_is_bounded_before_and_within_an_answer() {
    let silent = vec![Act::Wait(60_000)];
    let stalled = vec![Act::Send(OK), Act::Send(HALF), Act::Wait(60_000)];
    let (base, _) = serve(vec![silent]).await;
    let late = ask(&chat(&base, &PLAIN, [60, 20_000])).await.0.expect_err("nothing came");
    assert!(late.failure.error.contains("had not begun its answer"), "{}", late.failure);
    let (base, _) = serve(vec![stalled]).await;
    let (result, shown) = ask(&chat(&base, &PLAIN, [20_000, 800])).await;
    let trouble = result.expect_err("it stalled");
    assert!(trouble.failure.error.contains("fell silent"), "{}", trouble.failure);
    assert_eq!((trouble.class, late.class, shown.as_str()), (Class::Retry, Class::Retry, "Par"));
}

#[tokio::test]
async fn comments_keep_an_answer_alive() {
    let beat = [Act::Wait(50), Act::Send(": keep-alive\n\n")];
    let mut script = vec![Act::Send(OK), Act::Send(HALF)];
    script.extend(beat.iter().cycle().take(60).cloned());
    script.push(Act::Send(REST));
    let (base, _) = serve(vec![script]).await;
    let (result, _) = ask(&chat(&base, &PLAIN, [20_000, 1_000])).await;
    assert_eq!(result.expect("it was never silent for long").turn.text, "Paris");
}

#[tokio::test]
async fn a_finished_answer_does_not_wait_for_counts_for_ever() {
    let finish = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n";
    let (base, _) = serve(vec![vec![Act::Send(OK), Act::Send(finish), Act::Wait(60_000)]]).await;
    let (result, _) = ask(&chat(&base, &PLAIN, [20_000, 800])).await;
    assert_eq!(result.expect("it had finished").turn.text, "x");
}

#[tokio::test]
async fn stopping_ends_a_request_at_once() {
    let (base, _) = serve(vec![vec![Act::Send(OK), Act::Send(HALF), Act::Wait(60_000)]]).await;
    let (chat, stop) = (chat(&base, &PLAIN, [60_000, 60_000]), CancellationToken::new());
    let from = Instant::now();
    let trigger = stop.clone();
    let mut sink = |_| trigger.cancel();
    let body = chat.body(&prompt(), &Plan::none());
    let trouble = chat.send(body, &stop, &mut sink).await.expect_err("it was stopped");
    assert_eq!((trouble.class, trouble.failure.kind), (Class::Tell, Kind::Interrupted));
    assert!(from.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn an_error_inside_a_success_is_an_error() {
    let body = "{\"error\":{\"message\":\"Provider returned error\",\"code\":502},\"id\":\"gen-1\"}";
    let trouble = trouble_of(vec![Act::Send(OK), Act::Send(body)]).await;
    assert_eq!((trouble.class, trouble.request_id.as_deref()), (Class::Retry, Some("gen-1")));
    assert_eq!(trouble.failure.error, "`127.0.0.1` cannot answer just now (502): Provider returned error");
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let page = "<!doctype html><html><head><title>Ollama</title></head><body>is running</body></html>";
    let trouble = trouble_of(vec![Act::Send(OK), Act::Send(page)]).await;
    assert_eq!((trouble.class, trouble.failure.kind), (Class::Tell, Kind::Config));
    assert!(
        trouble.failure.error.ends_with("is no answer of a model: Ollama is running"),
        "{}",
        trouble.failure
    );
}

#[tokio::test]
async fn a_redirect_is_named_and_not_followed() {
    let moved = "HTTP/1.1 308 Permanent Redirect\r\nLocation: https://other.example/v1?key=canary\r\nContent-Length: 0\r\n\r\n";
    let trouble = trouble_of(vec![Act::Send(moved)]).await;
    assert_eq!((trouble.class, trouble.failure.kind), (Class::Tell, Kind::Config));
    assert!(
        trouble.failure.error.ends_with("must not follow: https://other.example/v1"),
        "{}",
        trouble.failure
    );
}

#[tokio::test]
async fn a_wait_the_server_asks_for_is_handed_on() {
    let limited = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}";
    let trouble = trouble_of(vec![Act::Send(limited)]).await;
    assert_eq!((trouble.class, trouble.after), (Class::Retry, Some(Duration::from_secs(7))));
}

#[tokio::test]
async fn a_refused_field_is_dropped_once_and_for_all() {
    let refusal = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n{\"error\":{\"message\":\"Unknown parameter: 'stream_options'\"}}";
    let refused = vec![Act::Send(refusal)];
    let (base, seen) = serve(vec![refused.clone(), vec![Act::Send(OK), Act::Send(REST)], refused]).await;
    let chat = chat(&base, &PLAIN, [20_000, 20_000]);
    assert_eq!(ask(&chat).await.0.expect_err("refused").class, Class::Adapted);
    assert!(ask(&chat).await.0.is_ok());
    assert_eq!(ask(&chat).await.0.expect_err("refused again").class, Class::Tell);
    let bodies: Vec<String> = seen
        .lock()
        .expect("whole")
        .iter()
        .filter_map(|r| Some(r.split_once("\r\n\r\n")?.1.to_owned()))
        .collect();
    assert_eq!(bodies[1], bodies[0].replace(",\"stream_options\":{\"include_usage\":true}", ""));
    assert_eq!(bodies[2], bodies[1]);
}

#[tokio::test]
async fn markers_that_are_refused_are_left_out_and_the_answer_says_so() {
    let refusal = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n{\"error\":{\"message\":\"messages.0.content.0.cache_control: Extra inputs are not permitted\"}}";
    let answer = vec![Act::Send(OK), Act::Send(REST)];
    let (base, seen) = serve(vec![answer.clone(), vec![Act::Send(refusal)], answer]).await;
    let chat = chat(&base, &CLOUD, [2_000, 2_000]);
    let limits = Limits {
        scope: Scope { account: credential(&base, "").account(), model: "m".into() },
        terms: CacheTerms { explicit: true, minimum: Tokens(1), ..CacheTerms::default() },
    };
    let ledger = Ledger::default();
    let often = Situation { is_interactive: true, offers_tools: true, ..Situation::default() };
    let forecast = cache::forecast(often, &ledger, &limits.scope);
    let plan = cache::plan(&prompt(), &limits, &ledger, forecast, Moment(0));
    let marks = plan.marks().len();
    assert!(marks > 0);
    let ask = async || chat.send(chat.body(&prompt(), &plan), &CancellationToken::new(), &mut |_| {}).await;
    assert!(ask().await.expect("an answer").marked);
    let trouble = ask().await.expect_err("refused");
    assert_eq!((trouble.class, trouble.taught), (Class::Adapted, Some(Box::new(Finding::Refused))));
    assert!(!ask().await.expect("an answer").marked, "nothing follows from a cache that stays empty");
    let counts: Vec<usize> =
        seen.lock().expect("whole").iter().map(|r| r.matches("cache_control").count()).collect();
    assert_eq!(counts, [marks, marks, 0]);
}

#[tokio::test]
async fn a_key_that_cannot_be_a_header_is_explained() {
    let chat = Chat::new(
        net::Lazy::default(),
        credential("http://127.0.0.1:9/v1", "sk-\u{1}bad"),
        profile(&PLAIN),
        Options::default(),
    );
    let trouble = ask(&chat).await.0.expect_err("not a header");
    assert_eq!(
        trouble.failure.error,
        "the key (SOME_KEY from the environment) has characters a key cannot have"
    );
}

const REFUSED: &str = "HTTP/1.1 401 X\r\nConnection: close\r\n\r\n{\"error\":{\"message\":\"invalid access token canary-token-1\"}}";

/// A sign-in whose renewal brings `canary-token-1`, talking to a server that answers so; with what both were asked.
async fn signed_in(scripts: Vec<Vec<Act>>) -> (Result<Reply, Trouble>, Vec<String>, usize) {
    let (base, seen) = serve(scripts).await;
    let renewed: &'static str = Box::leak(
        format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{{\"access_token\":\"canary-token-1\",\"token_type\":\"Bearer\",\"expires_in\":7200,\"resource_url\":\"{base}\"}}"
        )
        .into_boxed_str(),
    );
    let (issuer, renewals) = serve(vec![vec![Act::Send(renewed)]; 3]).await;
    let (_home, credential) = sign_in(Some(&issuer), &base);
    let options = Options { first_byte: Duration::from_secs(5), ..Options::default() };
    let chat = Chat::new(net::Lazy::default(), credential, profile(&CLOUD), options);
    let (result, _) = ask(&chat).await;
    let bearer = |request: &String| {
        request
            .lines()
            .find_map(|l| l.strip_prefix("authorization: Bearer ").map(str::to_owned))
            .unwrap_or_default()
    };
    let tokens = seen.lock().expect("whole").iter().map(bearer).collect();
    let renewals = renewals.lock().expect("whole").len();
    (result, tokens, renewals)
}

#[tokio::test]
async fn a_sign_in_that_is_turned_away_is_renewed_once_and_the_request_sent_once_more() {
    let answer = vec![Act::Send(OK), Act::Send(HALF), Act::Send(REST)];
    let (result, tokens, renewals) = signed_in(vec![vec![Act::Send(REFUSED)], answer]).await;
    assert_eq!(result.expect("an answer").turn.text, "Paris");
    assert_eq!((tokens, renewals), (vec!["canary-token-0".to_owned(), "canary-token-1".to_owned()], 1));
}

#[tokio::test]
async fn a_sign_in_that_is_turned_away_twice_is_told_and_never_shown() {
    let (result, tokens, renewals) = signed_in(vec![vec![Act::Send(REFUSED)]; 3]).await;
    let trouble = result.expect_err("refused twice");
    assert_eq!((trouble.class, trouble.failure.kind), (Class::Tell, Kind::Auth));
    assert_eq!(
        trouble.failure.error,
        "`127.0.0.1` refused the sign-in (401): invalid access token can…en-1; the free tier \
         behind Qwen OAuth ended on 2026-04-15"
    );
    assert_eq!((tokens.len(), renewals), (2, 1));
    assert!(!format!("{trouble:?}").contains("canary"));
}

#[tokio::test]
async fn a_forbidden_request_renews_nothing() {
    let forbidden = "HTTP/1.1 403 X\r\nConnection: close\r\n\r\n{}";
    let (result, tokens, renewals) = signed_in(vec![vec![Act::Send(forbidden)]; 2]).await;
    assert_eq!(result.expect_err("forbidden").failure.kind, Kind::Auth);
    assert_eq!((tokens.len(), renewals), (1, 0));
}
