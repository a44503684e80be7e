//! The device flow: a code for the person, then questions until the server says yes or no.
//!
//! The `oauth2` crate writes the requests and reads the grant; `answer.rs` makes sense of what the server really sends and
//! `pace.rs` decides how to go on. Source: RFC 8628, RFC 7636; `docs/sources.md`, wire 4.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;
use oauth2::{
    AsyncHttpClient, HttpRequest, HttpResponse, PkceCodeChallenge, Scope,
    StandardDeviceAuthorizationResponse, http::StatusCode,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    answer::{self, Heard, short},
    client::{Carrier, Unheard, client, reply, send},
    grant::{Grant, now_ms},
    options::Options,
    pace::{Clock, Machine, Next, Pace, Reading, Step, jumped},
    words,
};
use crate::{
    base::Secret,
    catalog::is_loopback,
    net,
    protocol::{Failure, Kind},
};

/// How long a code holds when the server does not say.
const USUAL: Duration = Duration::from_secs(900);
/// No code is waited for longer.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Bound of the code a person types. Unit: characters.
const CODE: usize = 64;
/// The crate's own limit of the questions; ours is shorter and on a clock that nobody sets.
const NEVER: Duration = Duration::from_secs(10 * 366 * 24 * 3_600);

/// A sign-in that has begun: what to show the person, and what to wait for. Cannot be printed.
pub struct DeviceFlow {
    options: Options,
    verifier: Secret,
    details: StandardDeviceAuthorizationResponse,
    user_code: String,
    uri: Url,
    uri_complete: Option<Url>,
    pub(super) interval: Option<Duration>,
    clock: Box<dyn Clock>,
    began: Reading,
}

impl DeviceFlow {
    /// Asks for a code. Sent: client id, scope, and the challenge of a secret made for this sign-in (PKCE, S256).
    ///
    /// Errors: the server cannot be reached, refuses, or answers without a code or an address to open.
    pub async fn start(net: &net::Lazy, options: &Options) -> Result<Self, Failure> {
        Self::start_by(net, options, Box::new(Machine::new())).await
    }

    pub(super) async fn start_by(
        net: &net::Lazy,
        options: &Options,
        clock: Box<dyn Clock>,
    ) -> Result<Self, Failure> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256_len(32);
        let verifier = Secret::new(verifier.into_secret());
        let host = options.host();
        let carrier = Carrier::new(net, options, &|status, body| answer::device(status, body, &[]));
        let client = client(options);
        let request = client
            .exchange_device_code()
            .add_scopes(options.scope.split_whitespace().map(|scope| Scope::new(scope.to_owned())))
            .add_extra_param("code_challenge", challenge.as_str())
            .add_extra_param("code_challenge_method", challenge.method().as_str());
        let details = request.request_async(&carrier).await;
        let body = match carrier.heard() {
            Some(Ok(Heard::Granted(body))) => body,
            Some(Ok(heard)) => return Err(not_begun(host, heard)),
            Some(Err(failure)) => return Err(failure),
            None => return Err(Failure::new(Kind::Bug, "the request for a sign-in code was not sent")),
        };
        let fields: Value = serde_json::from_slice(&body).unwrap_or_default();
        let details: StandardDeviceAuthorizationResponse = details.map_err(|_| lacking(host, &fields))?;
        let uri = page(details.verification_uri().as_str())
            .ok_or_else(|| words::incomplete(host, "address that can be opened"))?;
        let began = clock.now();
        Ok(Self {
            options: options.clone(),
            verifier,
            user_code: short(details.user_code().secret(), CODE),
            uri,
            uri_complete: details.verification_uri_complete().and_then(|uri| page(uri.secret())),
            interval: fields.get("interval").and_then(Value::as_u64).map(Duration::from_secs),
            details,
            clock,
            began,
        })
    }

    /// The code a person types. Clean and short.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// The page a person opens: `https`, or on this machine.
    pub fn verification_uri(&self) -> &str {
        self.uri.as_str()
    }

    /// The page with the code in it, for browsers and QR codes, if the server named one.
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.uri_complete.as_ref().map(Url::as_str)
    }

    /// How long the code holds, counted from the start.
    pub fn expires_in(&self) -> Duration {
        match self.details.expires_in() {
            Duration::ZERO => USUAL,
            named => named.min(LONGEST),
        }
    }

    /// Asks until the server says yes or no, the code runs out, or `stop` is cancelled. `progress` hears every answer
    /// that does not end it.
    ///
    /// Errors: kind `expired` when the code ran out, `auth` when it was turned down; `network` when it ran out
    /// unheard; `interrupted` when it was stopped. The code, the verifier and the tokens are in none of them.
    pub async fn wait(
        &self,
        net: &net::Lazy,
        stop: &CancellationToken,
        progress: &mut (dyn FnMut(Step) + Send),
    ) -> Result<Grant, Failure> {
        let watch = Watch {
            flow: self,
            net,
            state: Mutex::new(State {
                pace: Pace::new(self.options.host(), self.interval),
                wait: Duration::ZERO,
                over: None,
                progress,
            }),
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(words::stopped()),
            done = watch.run() => done,
        }
    }
}

/// One wait for a grant.
struct Watch<'a> {
    flow: &'a DeviceFlow,
    net: &'a net::Lazy,
    state: Mutex<State<'a>>,
}

struct State<'a> {
    pace: Pace,
    wait: Duration,
    over: Option<Failure>,
    progress: &'a mut (dyn FnMut(Step) + Send),
}

impl Watch<'_> {
    async fn run(&self) -> Result<Grant, Failure> {
        // RFC 8628 section 3.5: the first question comes an interval after the code.
        let first = held(&self.state).pace.interval();
        self.flow.clock.sleep(first.min(self.flow.expires_in())).await;
        let client = client(&self.flow.options);
        let granted = client
            .exchange_device_access_token(&self.flow.details)
            .add_extra_param("code_verifier", self.flow.verifier.expose())
            .request_async(self, |_| self.rest(), Some(NEVER))
            .await;
        match (granted, held(&self.state).over.take()) {
            (Ok(response), _) => Ok(Grant::of(&response, &self.flow.options, now_ms())),
            (Err(_), Some(failure)) => Err(failure),
            (Err(_), None) => Err(words::no_token(self.flow.options.host())),
        }
    }

    /// One question. What the crate is told is only whether to go on.
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Unheard> {
        let ends = || Ok(reply(StatusCode::BAD_REQUEST, br#"{"error":"access_denied"}"#.to_vec()));
        if held(&self.state).over.is_some() {
            return ends();
        }
        let options = &self.flow.options;
        let secrets = [self.flow.details.device_code().secret().as_str(), self.flow.verifier.expose()];
        let raw = send(self.net, options, request).await;
        let heard = raw.map(|raw| answer::token(raw.status, &raw.body, &secrets));
        let mut state = held(&self.state);
        match state.pace.after(heard) {
            Next::Done(body) => Ok(reply(StatusCode::OK, body)),
            Next::Over(failure) => {
                state.over = Some(failure);
                ends()
            }
            Next::Wait(wait, step) => {
                state.wait = wait;
                (state.progress)(step);
                Ok(reply(StatusCode::BAD_REQUEST, br#"{"error":"authorization_pending"}"#.to_vec()))
            }
        }
    }

    /// The wait between two questions. The last one ends with the code, so that a late yes is still heard.
    async fn rest(&self) {
        let (flow, before) = (self.flow, self.flow.clock.now());
        let left = flow.expires_in().saturating_sub(before.steady.saturating_sub(flow.began.steady));
        let wait = {
            let mut state = held(&self.state);
            let is_past = before.wall.saturating_sub(flow.began.wall) > flow.expires_in();
            if left.is_zero() || (is_past && state.pace.is_lost()) {
                state.over = Some(state.pace.expired());
                return;
            }
            state.wait.min(left)
        };
        flow.clock.sleep(wait).await;
        if jumped(before, flow.clock.now()) {
            (held(&self.state).progress)(Step::ClockJumped);
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Watch<'_> {
    type Error = Unheard;
    type Future = BoxFuture<'c, Result<HttpResponse, Unheard>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A page a person may be sent to.
fn page(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| url.as_str().len() <= 2_000)?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(host));
    (is_safe && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Why no code was given.
fn not_begun(host: &str, heard: Heard) -> Failure {
    match heard {
        Heard::WrongClient(said) => words::wrong_client(host, &said),
        Heard::Garbled(status) => words::garbled(host, status),
        Heard::Busy(status) => words::busy(host, status),
        Heard::Moved => words::moved(host),
        Heard::SlowDown => words::busy(host, 429),
        Heard::Denied => words::refused(host, 403, ""),
        Heard::WrongGrant(said) | Heard::Unauthorized(said) => words::refused(host, 401, &said),
        Heard::Refused(status, said) => words::refused(host, status, &said),
        Heard::Granted(_) | Heard::NoToken | Heard::Pending | Heard::Expired => {
            words::incomplete(host, "code")
        }
    }
}

/// What the answer lacks.
fn lacking(host: &str, fields: &Value) -> Failure {
    let names =
        [("device_code", "device code"), ("user_code", "code to type"), ("verification_uri", "address")];
    let missing = names.iter().find(|(key, _)| fields.get(key).is_none());
    words::incomplete(host, missing.map_or("address that can be opened", |(_, what)| what))
}
