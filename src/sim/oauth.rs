//! A login by device code, as `chat.qwen.ai` had it: the code, the person's approval, the tokens and their renewal.
//!
//! Source: docs/sources.md, wire 4; RFC 8628, RFC 7636, RFC 6749.

mod desk;
mod pkce;

use std::{collections::HashMap, io, sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::header::HeaderMap;
use serde_json::{Value, json};

pub use self::desk::OAuthCounts;
pub(super) use self::desk::{Bearer, Desk};
use self::desk::{Login, Step};
use super::{
    answer::Answer,
    play::web_page,
    state::{Shared, Ticket},
};

/// How logins go.
#[derive(Clone, Debug)]
pub struct OAuth {
    /// When the person approves.
    pub approval: Approval,
    /// What the token endpoint does instead, while a login waits.
    pub fault: Option<OAuthFault>,
    /// For how many polls; `None` for all.
    pub fault_first: Option<u32>,
    /// What the token endpoint does instead of renewing.
    pub refresh_fault: Option<OAuthFault>,
    /// Seconds between polls as the server tells them; `None` to tell nothing.
    pub interval: Option<u64>,
    /// How long a device code lives.
    pub code_life: Duration,
    /// How long an access token lives, by the simulator's clock.
    pub token_life: Duration,
    /// Where the tokens are good for.
    pub resource_url: ResourceUrl,
    /// Whether the model endpoints take access tokens alone.
    pub required: bool,
    /// Whether the free quota behind the login is used up: model endpoints answer 429.
    pub quota_over: bool,
}

impl Default for OAuth {
    fn default() -> Self {
        Self {
            approval: Approval::default(),
            fault: None,
            fault_first: None,
            refresh_fault: None,
            interval: Some(5),
            code_life: Duration::from_secs(900),
            token_life: Duration::from_secs(6 * 3_600),
            resource_url: ResourceUrl::default(),
            required: false,
            quota_over: false,
        }
    }
}

/// When the person approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// After so many polls that were told to wait; 0 for at once.
    AfterPolls(u32),
    /// When `Sim::approve` is called, or the address with the user's code is opened.
    ByHand,
}

impl Default for Approval {
    fn default() -> Self {
        Self::AfterPolls(1)
    }
}

/// Where an access token is good for, as the server tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ResourceUrl {
    /// This simulator.
    #[default]
    Own,
    /// This, wise or not.
    Given(String),
    /// Not told.
    Missing,
}

/// What the token endpoint does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthFault {
    /// `slow_down` with status 400.
    SlowDown,
    /// `slow_down` with status 429.
    SlowDown429,
    /// `expired_token` with status 400.
    Expired,
    /// `expired_token` with status 401.
    Expired401,
    /// `access_denied`.
    Denied,
    /// `invalid_client`; at the device endpoint too.
    InvalidClient,
    /// `invalid_grant`.
    InvalidGrant,
    /// A firewall's web page with status 200.
    WebPage,
    /// Success, with null for the access token.
    NullToken,
    /// The connection closes without an answer.
    Drop,
}

const NAMES: [&str; 14] = [
    "approve",
    "by-hand",
    "slow-down",
    "slow-down-429",
    "expired",
    "expired-401",
    "denied",
    "invalid-client",
    "web-page",
    "null-token",
    "no-interval",
    "drop",
    "refresh-denied",
    "quota",
];

impl OAuth {
    /// The words for the command line, in the order of the docs.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter()
    }

    /// The logins of this name. What would clear by itself at a real server does so here after two polls.
    pub fn named(name: &str) -> Option<Self> {
        let usual = Self::default();
        let always = |fault| Self { fault: Some(fault), ..Self::default() };
        let twice = |fault| Self { fault_first: Some(2), ..always(fault) };
        Some(match name {
            "approve" => usual,
            "by-hand" => Self { approval: Approval::ByHand, ..usual },
            "slow-down" => twice(OAuthFault::SlowDown),
            "slow-down-429" => twice(OAuthFault::SlowDown429),
            "expired" => always(OAuthFault::Expired),
            "expired-401" => always(OAuthFault::Expired401),
            "denied" => always(OAuthFault::Denied),
            "invalid-client" => always(OAuthFault::InvalidClient),
            "web-page" => twice(OAuthFault::WebPage),
            "null-token" => always(OAuthFault::NullToken),
            "no-interval" => Self { interval: None, ..usual },
            "drop" => twice(OAuthFault::Drop),
            "refresh-denied" => Self { refresh_fault: Some(OAuthFault::InvalidGrant), ..usual },
            "quota" => Self { quota_over: true, ..usual },
            _ => return None,
        })
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Endpoint {
    Device,
    Token,
    Approve,
}

impl Endpoint {
    /// The endpoint at a path.
    pub(super) fn at(method: &hyper::Method, path: &str) -> Option<Self> {
        match (method.as_str(), path) {
            ("POST", "/api/v1/oauth2/device/code") => Some(Self::Device),
            ("POST", "/api/v1/oauth2/token") => Some(Self::Token),
            ("GET", "/authorize") => Some(Self::Approve),
            _ => None,
        }
    }
}

/// Answers a request of the login.
///
/// Errors: only on purpose; the connection is then closed without a word.
pub(super) fn answer(
    shared: &Arc<Shared>,
    ticket: &mut Ticket,
    endpoint: Endpoint,
    request: (&HeaderMap, Option<&str>, &Bytes),
) -> io::Result<Answer> {
    let (headers, query, body) = request;
    if let Endpoint::Approve = endpoint {
        return Ok(approved(shared, ticket, query.unwrap_or_default()));
    }
    let is_form = headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Ok(refused(400, "invalid_request", "the body must be application/x-www-form-urlencoded"));
    }
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let mut state = shared.state();
    let (now, options) = (shared.clock.now(), &shared.options.oauth);
    let step = match endpoint {
        Endpoint::Device => state.desk.device(&form, options, now),
        _ => state.desk.token(&form, options, now),
    };
    drop(state);
    match step {
        Step::Fault(fault) => faulty(fault),
        Step::Refuse(status, code, words) => Ok(refused(status, code, words)),
        Step::Code { device_code, user_code } => {
            ticket.welcome();
            Ok(code(shared, &device_code, &user_code))
        }
        Step::Tokens(login) => {
            ticket.welcome();
            Ok(tokens(shared, &login))
        }
    }
}

fn code(shared: &Shared, device_code: &str, user_code: &str) -> Answer {
    let (address, options) = (shared.address, &shared.options.oauth);
    let mut told = json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": format!("http://{address}/authorize"),
        "verification_uri_complete": format!("http://{address}/authorize?user_code={user_code}"),
        "expires_in": options.code_life.as_secs(),
    });
    if let Some(interval) = options.interval {
        told["interval"] = json!(interval);
    }
    Answer::json(200, told.to_string())
}

fn tokens(shared: &Shared, login: &Login) -> Answer {
    let options = &shared.options.oauth;
    let mut told = json!({
        "access_token": login.access,
        "refresh_token": login.refresh,
        "token_type": "Bearer",
        "expires_in": options.token_life.as_secs(),
        "scope": login.scope,
    });
    match &options.resource_url {
        ResourceUrl::Own => told["resource_url"] = json!(format!("http://{}/v1", shared.address)),
        ResourceUrl::Given(url) => told["resource_url"] = json!(url),
        ResourceUrl::Missing => {}
    }
    Answer::json(200, told.to_string())
}

fn approved(shared: &Shared, ticket: &mut Ticket, query: &str) -> Answer {
    let code = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "user_code");
    let is_known = code.is_some_and(|(_, code)| shared.state().desk.approve(Some(&code)) > 0);
    if !is_known {
        return Answer::whole(404, "text/plain; charset=utf-8", "no login waits for this code\n");
    }
    ticket.welcome();
    Answer::whole(200, "text/plain; charset=utf-8", "approved: go back to the terminal\n")
}

fn refused(status: u16, code: &str, words: &str) -> Answer {
    Answer::json(status, json!({"error": code, "error_description": words}).to_string())
}

fn faulty(fault: OAuthFault) -> io::Result<Answer> {
    let (status, code, words) = match fault {
        OAuthFault::SlowDown => (400, "slow_down", "polled too often"),
        OAuthFault::SlowDown429 => (429, "slow_down", "polled too often"),
        OAuthFault::Expired => (400, "expired_token", "the device code has expired"),
        OAuthFault::Expired401 => (401, "expired_token", "the device code has expired"),
        OAuthFault::Denied => (400, "access_denied", "the person said no"),
        OAuthFault::InvalidClient => (401, "invalid_client", "the client is not known"),
        OAuthFault::InvalidGrant => (400, "invalid_grant", "Invalid refresh token or client_id"),
        OAuthFault::WebPage => return Ok(web_page(200)),
        OAuthFault::NullToken => {
            let told = json!({"access_token": null, "refresh_token": null, "token_type": "Bearer",
                "expires_in": null, "status": "success"});
            return Ok(Answer::json(200, told.to_string()));
        }
        OAuthFault::Drop => return Err(io::Error::other("dropped on purpose")),
    };
    Ok(refused(status, code, words))
}

/// The body's fields, for the record; a form is no JSON.
pub(super) fn fields(body: &Bytes) -> Value {
    let pairs = url::form_urlencoded::parse(body).into_owned();
    Value::Object(pairs.map(|(name, value)| (name, Value::from(value))).collect())
}
