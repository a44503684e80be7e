//! Tests of the client: a server on this machine plays each case.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::{
    catalog::Provider,
    protocol::Turn,
    provider::{
        Class,
        fixtures::{Act, CLOUD, PLAIN, credential, profile, prompt, serve},
    },
};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
const ANSWER: &str = "id:1\nevent:response.completed\n:HTTP_STATUS/200\ndata:{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_2\",\"status\":\"completed\",\"model\":\"m-1\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"Paris\"}]}]}}\n\n";

fn responses(base: &str, provider: &'static Provider, session: bool) -> Responses {
    let mut profile = (*profile(provider)).clone();
    profile.cache.session = session;
    let options =
        Options { first_byte: Duration::from_secs(20), idle: Duration::from_secs(20), ..Options::default() };
    Responses::new(net::Lazy::default(), credential(base, "sk-0123456789"), Arc::new(profile), options)
}

/// Two messages, the first of which the provider has.
fn chained() -> (Prompt, Chain) {
    let mut prompt = prompt();
    prompt.push(crate::protocol::UserMessage::words("and now?"));
    (prompt, Chain { response: "resp_1".into(), items: 1 })
}

async fn ask(responses: &Responses, is_chained: bool) -> Result<Reply, Trouble> {
    let (prompt, chain) = chained();
    let body = responses.body(&prompt, &Plan::none(), is_chained.then_some(&chain));
    responses.send(body, &CancellationToken::new(), &mut |_| {}).await
}

/// What comes of one request that goes on with a conversation.
async fn trouble_of(head: &'static str, body: &'static str) -> (Trouble, Responses) {
    let (base, _) = serve(vec![vec![Act::Send(head), Act::Send(body)]]).await;
    let responses = responses(&base, &CLOUD, true);
    let trouble = ask(&responses, true).await.expect_err("there is no answer");
    (trouble, responses)
}

fn sent(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").expect("a body").1).expect("JSON")
}

#[tokio::test]
async fn a_session_is_kept_and_followed() {
    let answer = vec![Act::Send(OK), Act::Send(ANSWER)];
    let (base, seen) = serve(vec![answer.clone(), answer.clone(), answer]).await;
    let kept = responses(&base, &CLOUD, true);
    let first = ask(&kept, false).await.expect("an answer");
    let expected = Reply {
        request_id: Some("resp_2".into()),
        response: Some("resp_2".into()),
        ..Reply::new(Turn::text("Paris"), None, "m-1")
    };
    assert_eq!(first, expected);
    ask(&kept, true).await.expect("an answer");
    let forgotten = ask(&responses(&base, &CLOUD, false), true).await.expect("an answer");
    assert_eq!(forgotten.response, None);
    let seen = seen.lock().expect("whole").clone();
    assert!(seen.iter().all(|r| r.starts_with("POST /v1/responses HTTP/1.1\r\n")), "{seen:?}");
    let header = seen.iter().map(|r| r.contains("x-dashscope-session-cache: enable\r\n"));
    assert_eq!(header.collect::<Vec<_>>(), [true, true, false]);
    let bodies: Vec<Value> = seen.iter().map(|r| sent(r)).collect();
    let told = |body: &Value| (body["store"].clone(), body["input"].as_array().map(Vec::len));
    assert_eq!(
        bodies.iter().map(told).collect::<Vec<_>>(),
        [(json!(true), Some(2)), (json!(true), Some(1)), (json!(false), Some(2)),]
    );
    assert_eq!(bodies[1]["previous_response_id"], "resp_1");
    assert!(bodies[2].get("previous_response_id").is_none());
}

const REFUSED: &str = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_lost_conversation_is_known_in_every_shape() {
    let shapes = [
        (
            REFUSED,
            "{\"code\":\"InvalidParameter\",\"message\":\"Not found previous_response_id: resp_1\",\"request_id\":\"r\"}",
        ),
        (
            REFUSED,
            "{\"error\":{\"code\":\"previous_response_not_found\",\"param\":\"previous_response_id\",\"message\":\"Previous response with id 'resp_1' not found.\"}}",
        ),
        (NOT_FOUND, "{\"error\":{\"code\":\"previous_response_not_found\",\"message\":\"no\"}}"),
        (
            REFUSED,
            "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"invalid_request_error\",\"message\":\"Invalid `previous_response_id`.\"}}",
        ),
        (
            OK,
            "event:response.failed\n:HTTP_STATUS/200\ndata:{\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"status\":\"failed\",\"error\":{\"code\":\"InvalidParameter\",\"message\":\"Not found previous_response_id: resp_1\"}}}\n\n",
        ),
    ];
    for (head, body) in shapes {
        let (trouble, responses) = trouble_of(head, body).await;
        assert_eq!((trouble.class, trouble.failure.kind), (Class::ChainLost, Kind::Provider), "{body}");
        assert!(responses.is_served(), "{body}");
    }
}

#[tokio::test]
async fn what_only_looks_like_a_lost_conversation_is_not_one() {
    let busy = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n";
    let (trouble, _) = trouble_of(busy, "{\"message\":\"cannot load previous_response_id\"}").await;
    assert_eq!(trouble.class, Class::Retry);
    let (trouble, _) = trouble_of(REFUSED, "{\"message\":\"tools must be a list\"}").await;
    assert_eq!(trouble.class, Class::Tell);
    // Nothing was followed, so nothing can be lost.
    let refusal = "{\"message\":\"previous_response_id is odd\"}";
    let (base, _) = serve(vec![vec![Act::Send(REFUSED), Act::Send(refusal)]]).await;
    let trouble = ask(&responses(&base, &CLOUD, true), false).await.expect_err("refused");
    assert_eq!(trouble.class, Class::Tell);
}

#[tokio::test]
async fn a_model_that_is_not_served_this_way_is_remembered() {
    let shapes = [
        (
            REFUSED,
            "{\"code\":\"InvalidParameter\",\"message\":\"Agent capabilities are not enabled for this model\"}",
        ),
        (
            OK,
            "event:response.failed\ndata:{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"InvalidParameter\",\"message\":\"Agent capabilities are not enabled\"}}}\n\n",
        ),
        (NOT_FOUND, "404 page not found"),
        (
            "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n",
            "{\"code\":\"Method Not Allowed\",\"message\":\"no\"}",
        ),
    ];
    for (head, body) in shapes {
        let (trouble, responses) = trouble_of(head, body).await;
        assert_eq!((trouble.class, responses.is_served()), (Class::Unserved, false), "{body}");
    }
    let (trouble, responses) =
        trouble_of(NOT_FOUND, "{\"code\":\"model_not_found\",\"message\":\"The model `x` does not exist\"}")
            .await;
    assert_eq!((trouble.class, responses.is_served()), (Class::Tell, true));
}

#[tokio::test]
async fn a_refused_field_is_dropped_once_and_for_all() {
    static OPENAI: Provider = Provider { seals_reasoning: true, ..PLAIN };
    let bound = "{\"error\":{\"message\":\"Range of max_output_tokens should be [16, 4096]\"}}";
    let seal = "{\"error\":{\"message\":\"Encrypted content is not supported with this model.\",\"param\":\"include\"}}";
    let scripts = [bound, seal].map(|body| vec![Act::Send(REFUSED), Act::Send(body)]);
    let (base, seen) = serve([&scripts[..], &[vec![Act::Send(OK), Act::Send(ANSWER)]]].concat()).await;
    let responses = responses(&base, &OPENAI, false);
    for _ in 0..2 {
        assert_eq!(ask(&responses, false).await.expect_err("refused").class, Class::Adapted);
    }
    assert!(ask(&responses, false).await.is_ok());
    let bodies: Vec<Value> = seen.lock().expect("whole").iter().map(|r| sent(r)).collect();
    let of = |body: &Value| (body["max_output_tokens"].as_u64(), body.get("include").is_some());
    assert_eq!(
        bodies.iter().map(of).collect::<Vec<_>>(),
        [(Some(8_000), true), (Some(4_096), true), (Some(4_096), false),]
    );
}

#[tokio::test]
async fn a_kept_response_can_be_deleted() {
    let gone = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    let refused = "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n{\"code\":\"InvalidApiKey\"}";
    let scripts = [gone, NOT_FOUND, refused].map(|answer| vec![Act::Send(answer)]);
    let (base, seen) = serve(scripts.to_vec()).await;
    let responses = responses(&base, &CLOUD, true);
    assert_eq!(responses.delete("resp_1").await, Ok(()));
    assert_eq!(responses.delete("resp_1").await, Ok(()), "what is not there is deleted");
    assert_eq!(responses.delete("resp_1").await.map_err(|f| f.kind), Err(Kind::Auth));
    let request = seen.lock().expect("whole")[0].to_lowercase();
    assert!(request.starts_with("delete /v1/responses/resp_1 http/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: bearer sk-0123456789\r\n"), "{request}");
    for name in ["", "../files/x", "a/b", "a?b", "ä", &"x".repeat(300)] {
        assert_eq!(responses.delete(name).await.map_err(|f| f.kind), Err(Kind::Provider), "{name}");
    }
    assert_eq!(seen.lock().expect("whole").len(), 3, "a name that is none is not asked for");
}
