//! One request from its head to the steps of its response.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::{Method, Request as HttpRequest, Response, StatusCode, body::Incoming, header::HeaderMap};
use serde_json::{Value, json};

use super::{
    blocks::Blocks,
    body::Sending,
    check::check,
    fault::Fault,
    record::{Outcome, Recorded},
    refusal::Refusal,
    reply::Reply,
    request::Request,
    script,
    state::{Shared, Ticket},
    steps::{self, Step, Steps},
    turn::Turn,
};

/// Bodies above this are refused, so that a runaway client cannot fill the memory. *Unit:* bytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

const ROOTS: [&str; 3] = ["/compatible-mode/v1", "/v1", ""];

const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Bad Gateway</title></head>\n\
    <body><h1>Bad Gateway</h1><p>nginx</p></body></html>\n";

/// A response before it becomes HTTP.
struct Answer {
    status: u16,
    content_type: &'static str,
    retry_after: Option<String>,
    steps: Steps,
}

impl Answer {
    fn whole(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let steps: Steps = Box::new(std::iter::once(Step::Bytes(body.into())));
        Self { status, content_type, retry_after: None, steps }
    }

    fn refused(status: u16, refusal: &Refusal, id: &str) -> Self {
        let retry_after = refusal.retry_after.clone();
        Self { retry_after, ..Self::whole(status, refusal.content_type(), refusal.body(id)) }
    }
}

/// Answers one request.
///
/// Errors: only on purpose, or when the client's body breaks off; the connection is then closed without a word.
pub(super) async fn answer(
    shared: Arc<Shared>,
    request: HttpRequest<Incoming>,
) -> io::Result<Response<Sending>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut ticket = shared.admit(recorded(head.method.as_str(), path, &head.headers));
    let id = format!("00000000-0000-4000-8000-{:012}", ticket.number());
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        return Err(io::Error::other("the body broke off or is too large"));
    };
    let body = body.to_bytes();
    let json = Arc::new(serde_json::from_slice::<Value>(&body).unwrap_or_default());
    let account = account(&head.headers);
    ticket.note(|record| {
        record.body = body;
        record.json = json.clone();
    });
    let answer = match route(&shared, &head.method, head.uri.path(), account) {
        Ok(Route::Models) => {
            ticket.welcome();
            models(&shared)
        }
        Ok(Route::Chat) => chat(&shared, &mut ticket, json, account, &id).await?,
        Err(refusal) => Answer::refused(refusal.status, &refusal, &id),
    };
    finish(answer, ticket, &id)
}

fn finish(answer: Answer, ticket: Ticket, id: &str) -> io::Result<Response<Sending>> {
    ticket.note(|record| record.status = answer.status);
    let mut response = Response::builder()
        .status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header("content-type", answer.content_type)
        .header("x-request-id", id);
    if let Some(wait) = answer.retry_after {
        response = response.header("retry-after", wait);
    }
    response.body(Sending::new(answer.steps, ticket)).map_err(io::Error::other)
}

fn recorded(method: &str, path: &str, headers: &HeaderMap) -> Recorded {
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Recorded {
        number: 0,
        method: method.to_owned(),
        path: path.to_owned(),
        headers: (headers.iter())
            .filter(|(name, _)| *name != "authorization")
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        authorization: headers.get("authorization").map(text),
        body: Bytes::new(),
        json: Arc::default(),
        arrived: std::time::Instant::now(),
        finished: None,
        status: 0,
        outcome: Outcome::Open,
        bill: None,
    }
}

/// What separates one customer from another: the header that carries the key.
fn account(headers: &HeaderMap) -> &str {
    headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

enum Route {
    Chat,
    Models,
}

fn route(shared: &Shared, method: &Method, path: &str, account: &str) -> Result<Route, Refusal> {
    let ends = |end: &str| ROOTS.iter().any(|root| path.strip_prefix(root) == Some(end));
    let route = match *method {
        Method::POST if ends("/chat/completions") => Route::Chat,
        Method::GET if ends("/models") => Route::Models,
        _ => return Err(Refusal::new(404, "not_found", format!("there is no `{method} {path}` here"))),
    };
    match &shared.options.key {
        Some(key) if account.strip_prefix("Bearer ") != Some(key) => Err(Refusal::new(
            401,
            "invalid_api_key",
            "Incorrect API key provided. For details, see the key's region and plan.",
        )),
        _ => Ok(route),
    }
}

fn models(shared: &Shared) -> Answer {
    let rules = &shared.options.cache;
    let mut names: Vec<&String> = rules.explicit_models.iter().chain(&rules.implicit_models).collect();
    names.sort_unstable();
    names.dedup();
    let list: Vec<Value> = names
        .iter()
        .map(|name| json!({"id": name, "object": "model", "created": 0, "owned_by": "system"}))
        .collect();
    let body = json!({"object": "list", "data": list}).to_string();
    Answer::whole(200, "application/json", body)
}

async fn chat(
    shared: &Arc<Shared>,
    ticket: &mut Ticket,
    json: Arc<Value>,
    account: &str,
    id: &str,
) -> io::Result<Answer> {
    let blocks = match admitted(shared, &json, account) {
        Ok(blocks) => blocks,
        Err(refusal) => return Ok(Answer::refused(refusal.status, &refusal, id)),
    };
    let (turn, faults) = match planned(shared, json.clone()) {
        Ok(found) => found,
        Err(refusal) => return Ok(Answer::refused(refusal.status, &refusal, id)),
    };
    let delay = Duration::from_millis(turn.delay_ms);
    let mut answer = match instead(&faults, json["stream"] == true, id) {
        Some(answer) => answer,
        None => spoken(shared, ticket, &blocks, &json, turn, &faults, id),
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if faults.contains(&Fault::Drop { after_bytes: 0 }) {
        return Err(io::Error::other("dropped on purpose"));
    }
    if faults.contains(&Fault::Stall { after_bytes: 0 }) {
        std::future::pending::<()>().await;
    }
    answer.steps = steps::cut(answer.steps, &faults);
    Ok(answer)
}

/// The checks before a model is asked.
fn admitted(shared: &Shared, json: &Value, account: &str) -> Result<Blocks, Refusal> {
    let options = &shared.options;
    check(json, &options.strict)?;
    let blocks = Blocks::of(json, account, &options.sizes);
    match options.window {
        Some(window) if blocks.tokens() > window => Err(Refusal::invalid(format!(
            "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, {window}]"
        ))),
        _ => Ok(blocks),
    }
}

/// The turn that answers, and everything that goes wrong with it.
fn planned(shared: &Shared, json: Arc<Value>) -> Result<(Turn, Vec<Fault>), Refusal> {
    let options = &shared.options;
    let mut state = shared.state();
    let mut faults = state.strike(options);
    let streams = json["stream"] == true;
    if faults.iter().any(|fault| fault.refusal(streams).is_some() || matches!(fault, Fault::Html { .. })) {
        return Ok((Turn::default(), faults));
    }
    let request = Request::new(json, state.chats);
    state.chats += 1;
    // A script's function runs without the lock, so that it may ask the simulator.
    let turn = match options.script.function() {
        Some(function) => {
            drop(state);
            function(&request)
        }
        None => script::play(&options.script, &mut state.progress, &request)?,
    };
    let turn = turn.filled(&request);
    faults.extend(turn.fault.clone());
    Ok((turn, faults))
}

/// The answer of a fault that lets no model speak.
fn instead(faults: &[Fault], streams: bool, id: &str) -> Option<Answer> {
    faults.iter().find_map(|fault| match fault {
        Fault::Html { status } => Some(Answer::whole(*status, "text/html; charset=utf-8", HTML)),
        fault => fault.refusal(streams).map(|(status, refusal)| Answer::refused(status, &refusal, id)),
    })
}

/// The answer of the model, billed from here on.
fn spoken(
    shared: &Shared,
    ticket: &mut Ticket,
    blocks: &Blocks,
    json: &Value,
    mut turn: Turn,
    faults: &[Fault],
    id: &str,
) -> Answer {
    let options = &shared.options;
    let now = shared.clock.now();
    if faults.contains(&Fault::Empty) {
        turn = Turn { tokens_per_second: turn.tokens_per_second, ..Turn::default() };
    }
    let count = &options.sizes.count;
    let reasoning = count.of(&turn.thinking);
    let calls = turn.calls.iter().map(|call| count.of(&call.name) + count.of(&call.arguments.to_string()));
    let output = reasoning + count.of(&turn.text) + calls.sum::<u64>();
    let reading = shared.state().store.read(blocks, now);
    let bill = reading.bill;
    ticket.bill(reading, output);
    let cut = faults.iter().find_map(|fault| match fault {
        Fault::CutArguments { at } => Some(*at),
        _ => None,
    });
    let speed = turn.tokens_per_second;
    let reply = Reply {
        request_id: id.to_owned(),
        model: blocks.model.clone(),
        created: now.0 / 1_000,
        turn,
        cut,
        usage_asked: json["stream_options"]["include_usage"] == true,
        bill,
        report: options.shape.cache,
        output,
        reasoning,
    };
    if json["stream"] != true {
        return Answer::whole(200, "application/json", reply.whole());
    }
    let mut shape = options.shape.clone();
    shape.tokens_per_second = speed.unwrap_or(shape.tokens_per_second);
    let steps = steps::stream(reply.events(&shape, count), &shape);
    let steps = steps::disturb(steps, faults, shape.line_end, id);
    let content_type = "text/event-stream;charset=UTF-8";
    Answer { status: 200, content_type, retry_after: None, steps }
}
