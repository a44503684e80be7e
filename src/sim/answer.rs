//! One request from its head to the steps of its response.

use std::{io, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::{Method, Request as HttpRequest, Response, StatusCode, body::Incoming, header::HeaderMap};
use serde_json::Value;

use super::{
    body::Sending,
    chat::chat,
    models::models,
    oauth::{self, Bearer},
    record::{Api, Outcome, Recorded},
    refusal::Refusal,
    responses,
    state::{Shared, Ticket},
    steps::{Step, Steps},
};

/// Bodies above this are refused, so that a runaway client cannot fill the memory. *Unit:* bytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

const ROOTS: [&str; 3] = ["/compatible-mode/v1", "/v1", ""];

/// A response before it becomes HTTP.
pub(super) struct Answer {
    status: u16,
    content_type: &'static str,
    retry_after: Option<String>,
    pub(super) steps: Steps,
}

impl Answer {
    pub(super) fn whole(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let steps: Steps = Box::new(std::iter::once(Step::Bytes(body.into())));
        Self { status, content_type, retry_after: None, steps }
    }

    pub(super) fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::whole(status, "application/json", body)
    }

    pub(super) fn stream(steps: Steps) -> Self {
        let content_type = "text/event-stream;charset=UTF-8";
        Self { status: 200, content_type, retry_after: None, steps }
    }

    pub(super) fn refused(status: u16, refusal: &Refusal, id: &str) -> Self {
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
    let route = route(&head.method, head.uri.path());
    let json = Arc::new(match route {
        Ok(Route::Login(_)) => oauth::fields(&body),
        _ => serde_json::from_slice(&body).unwrap_or_default(),
    });
    ticket.note(|record| {
        record.api = route.as_ref().map_or(Api::Other, Route::api);
        record.body = body.clone();
        record.json = json.clone();
    });
    let asked = Asked { json, headers: &head.headers, id: &id };
    let answer = match route {
        Err(refusal) => Answer::refused(refusal.status, &refusal, &id),
        Ok(Route::Login(endpoint)) => {
            let request = (&head.headers, head.uri.query(), &body);
            oauth::answer(&shared, &mut ticket, endpoint, request)?
        }
        Ok(Route::Model(wanted)) => served(&shared, &mut ticket, wanted, asked).await?,
    };
    finish(answer, ticket, &id)
}

/// What a route is given of a request.
struct Asked<'a> {
    json: Arc<Value>,
    headers: &'a HeaderMap,
    id: &'a str,
}

/// Everything that wants a key.
async fn served(
    shared: &Arc<Shared>,
    ticket: &mut Ticket,
    wanted: Wanted<'_>,
    asked: Asked<'_>,
) -> io::Result<Answer> {
    let Asked { json, headers, id } = asked;
    let account = match admitted(shared, account(headers), wanted.api()) {
        Ok(account) => account,
        Err(refusal) => {
            let refusal = if wanted.api() == Api::Responses { refusal.flat() } else { refusal };
            return Ok(Answer::refused(refusal.status, &refusal, id));
        }
    };
    let account = account.as_str();
    Ok(match wanted {
        Wanted::Models => {
            ticket.welcome();
            models(shared)
        }
        Wanted::Chat => chat(shared, ticket, json, account, id).await?,
        Wanted::Respond => {
            let session = headers.get("x-dashscope-session-cache").is_some_and(|value| value == "enable");
            responses::create(shared, ticket, json, responses::Caller { account, session }, id).await?
        }
        Wanted::Stored(wish, response) => responses::stored(shared, ticket, wish, response, account, id),
    })
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
        api: Api::Other,
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

enum Route<'a> {
    Login(oauth::Endpoint),
    Model(Wanted<'a>),
}

enum Wanted<'a> {
    Chat,
    Models,
    Respond,
    Stored(responses::Wish, &'a str),
}

impl Route<'_> {
    fn api(&self) -> Api {
        match self {
            Self::Login(_) => Api::OAuth,
            Self::Model(wanted) => wanted.api(),
        }
    }
}

impl Wanted<'_> {
    fn api(&self) -> Api {
        match self {
            Self::Chat => Api::Chat,
            Self::Models => Api::Models,
            Self::Respond | Self::Stored(..) => Api::Responses,
        }
    }
}

/// Errors: there is nothing at this path, or not for this method.
fn route<'a>(method: &Method, path: &'a str) -> Result<Route<'a>, Refusal> {
    if let Some(endpoint) = oauth::Endpoint::at(method, path) {
        return Ok(Route::Login(endpoint));
    }
    let ends = |end: &str| ROOTS.iter().any(|root| path.strip_prefix(root) == Some(end));
    let below = |start: &str| {
        let rest = |root: &&str| path.strip_prefix(*root).and_then(|rest| rest.strip_prefix(start));
        ROOTS.iter().find_map(rest)
    };
    match *method {
        Method::POST if ends("/chat/completions") => return Ok(Route::Model(Wanted::Chat)),
        Method::GET if ends("/models") => return Ok(Route::Model(Wanted::Models)),
        Method::POST if ends("/responses") => return Ok(Route::Model(Wanted::Respond)),
        _ if ends("/responses") => {
            let message = format!("Request method '{method}' is not supported.");
            return Err(Refusal::new(405, "Method Not Allowed", message).flat());
        }
        _ => {}
    }
    if let Some(rest) = below("/responses/") {
        match (method, rest.strip_suffix("/input_items")) {
            (&Method::GET, Some(id)) => return Ok(Route::Model(Wanted::Stored(responses::Wish::Items, id))),
            (&Method::GET, None) => return Ok(Route::Model(Wanted::Stored(responses::Wish::Read, rest))),
            (&Method::DELETE, None) => {
                return Ok(Route::Model(Wanted::Stored(responses::Wish::Delete, rest)));
            }
            _ => {}
        }
    }
    Err(Refusal::new(404, "not_found", format!("there is no `{method} {path}` here")))
}

/// Who asks: the login an access token belongs to, else the key itself.
///
/// Errors: the key is not the one that is accepted, the token is too old, or the login has no quota left.
fn admitted(shared: &Shared, account: &str, api: Api) -> Result<String, Refusal> {
    let options = &shared.options;
    let given = account.strip_prefix("Bearer ");
    let bearer = given.and_then(|token| shared.state().desk.bearer(token, shared.clock.now()));
    match bearer {
        Some(Bearer::Good(_)) if options.oauth.quota_over && api != Api::Models => {
            Err(Refusal::new(429, "insufficient_quota", "Free allocated quota exceeded."))
        }
        Some(Bearer::Good(login)) => Ok(login),
        Some(Bearer::Expired) => {
            Err(Refusal::new(401, "invalid_api_key", "invalid access token or token expired"))
        }
        None if options.oauth.required => {
            Err(Refusal::new(401, "invalid_api_key", "invalid access token or token expired"))
        }
        None if options.key.as_deref().is_some_and(|key| given != Some(key)) => Err(Refusal::new(
            401,
            "invalid_api_key",
            "Incorrect API key provided. For details, see the key's region and plan.",
        )),
        None => Ok(account.to_owned()),
    }
}
