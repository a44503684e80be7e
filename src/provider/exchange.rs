//! Sends a request and follows its answer to the end, whatever the dialect.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION},
};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{
    Class, Options, Reply, Trouble,
    answer::{Answer, Lack, Sink},
    errors::{Asked, Context, Report},
    quirks::{Quirks, has_field},
    sse::Reader,
};
use crate::{
    auth::{Authorization, Credential},
    base::Tokens,
    catalog::Profile,
    net,
    protocol::{Failure, Kind, Told},
};

/// After the model has ended, only token counts may follow; nobody waits long for them.
const TRAILER: Duration = Duration::from_secs(5);

/// Bound of the body of an error.
const ERROR_BODY: usize = 1_000_000;

/// Bound of what follows an order that has no answer of a model.
const ORDER: Duration = Duration::from_secs(30);

/// One model at one address, and what was learned of the server while talking to it.
pub(super) struct Exchange {
    net: net::Lazy,
    credential: Arc<Credential>,
    pub(super) profile: Arc<Profile>,
    pub(super) options: Options,
    quirks: Mutex<Quirks>,
}

/// A dialect's question.
#[derive(Clone)]
pub(super) struct Question<'a> {
    /// Where it is asked, below the base URL.
    pub(super) path: &'a str,
    /// Headers of the dialect.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// What is asked.
    pub(super) body: Bytes,
}

impl Exchange {
    /// Binds a model to the credential it is used with. Nothing is sent.
    pub(super) fn new(
        net: net::Lazy,
        credential: Arc<Credential>,
        profile: Arc<Profile>,
        options: Options,
    ) -> Self {
        Self { net, credential, profile, options, quirks: Mutex::default() }
    }

    /// What the server was found not to take.
    pub(super) fn quirks(&self) -> Quirks {
        *self.quirks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a question and hands each piece of the answer to `sink` as it arrives. Cancelling `stop` ends it at
    /// once. Errors: there is no complete answer.
    pub(super) async fn send(
        &self,
        question: Question<'_>,
        answer: impl Answer,
        stop: &CancellationToken,
        sink: &mut Sink<'_>,
    ) -> Result<Reply, Trouble> {
        let work = timeout(self.options.total, self.exchange(question, answer, sink));
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(trouble(Class::Tell, Failure::new(Kind::Interrupted, "stopped"))),
            done = work => done.unwrap_or_else(|_| Err(self.late("had not finished its answer", self.options.total))),
        }
    }

    /// Has something deleted. What is not there is deleted already. Errors: it may still be there.
    pub(super) async fn delete(&self, path: &str) -> Result<(), Failure> {
        let question = Question { path, headers: &[], body: Bytes::new() };
        let pass = self.credential.authorize(&self.net).await?;
        let request = self.request(Method::DELETE, &question, &pass).map_err(|t| t.failure)?;
        let late = |_| self.late("had not said that it is done", ORDER).failure;
        let sent = timeout(ORDER, request.send()).await.map_err(late)?;
        let response = sent.map_err(|e| self.unreached(&e).failure)?;
        if response.status().is_success() || matches!(response.status().as_u16(), 404 | 410) {
            return Ok(());
        }
        Err(self.refusal(response, &question).await.failure)
    }

    async fn exchange(
        &self,
        question: Question<'_>,
        answer: impl Answer,
        sink: &mut Sink<'_>,
    ) -> Result<Reply, Trouble> {
        let first_byte = Instant::now() + self.options.first_byte;
        let mut pass = self.credential.authorize(&self.net).await.map_err(unauthorized)?;
        let mut response = self.post(first_byte, &question, &pass).await?;
        // A sign-in may end before its time. Once: what is refused again is told.
        if response.status() == StatusCode::UNAUTHORIZED
            && self.credential.renew(&self.net, &pass).await.map_err(unauthorized)?
        {
            pass = self.credential.authorize(&self.net).await.map_err(unauthorized)?;
            response = self.post(first_byte, &question, &pass).await?;
        }
        if !response.status().is_success() {
            return Err(self.refusal(response, &question).await);
        }
        self.answer(response, first_byte, &question, answer, sink).await
    }

    async fn post(
        &self,
        until: Instant,
        question: &Question<'_>,
        pass: &Authorization,
    ) -> Result<Response, Trouble> {
        let request = self.request(Method::POST, question, pass)?;
        self.before(until, request.send()).await?.map_err(|e| self.unreached(&e))
    }

    fn request(
        &self,
        method: Method,
        question: &Question<'_>,
        pass: &Authorization,
    ) -> Result<RequestBuilder, Trouble> {
        let Question { path, headers, body } = question;
        let endpoint = pass.endpoint();
        let tell = |failure| trouble(Class::Tell, failure);
        let client = self.net.client_for(endpoint.host()).map_err(tell)?;
        let mut request = client
            .request(method, endpoint.at(path))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream")
            // A gateway that compresses holds events back until its buffer is full.
            .header(ACCEPT_ENCODING, "identity");
        if let Some(key) = pass.key().filter(|k| !k.is_empty()) {
            let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose())).map_err(|_| {
                let error =
                    format!("the key ({}) has characters a key cannot have", self.credential.source());
                tell(Failure::new(Kind::Auth, error).hint("copy it again, without quotes and line ends"))
            })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if self.profile.provider.is_qwen_cloud {
            request = request.header("X-DashScope-UserAgent", net::user_agent());
            if has_field(body, "cache_control") {
                request = request.header("X-DashScope-CacheControl", "enable");
            }
        }
        for (name, value) in *headers {
            request = request.header(*name, *value);
        }
        Ok(request.body(body.clone()))
    }

    /// Follows the stream to its end.
    async fn answer(
        &self,
        mut response: Response,
        first_byte: Instant,
        question: &Question<'_>,
        mut answer: impl Answer,
        sink: &mut Sink<'_>,
    ) -> Result<Reply, Trouble> {
        let header_id = request_id(&response);
        let told = |mut report: Box<Report>| {
            report.request_id = report.request_id.or_else(|| header_id.clone());
            self.told(&report, Asked::default(), question)
        };
        let (mut reader, mut parts) = (Reader::default(), Vec::new());
        let (mut until, mut has_bytes, mut lost) = (first_byte, false, None);
        while !answer.is_done() {
            match timeout_at(until, response.chunk()).await {
                Err(_) if answer.is_finished() => break,
                Err(_) if !has_bytes => {
                    return Err(self.late("had not begun its answer", self.options.first_byte));
                }
                Err(_) => return Err(self.stalled(answer.written())),
                Ok(Ok(None)) => break,
                Ok(Err(error)) => {
                    lost = Some(net::explain(&error, self.host()));
                    break;
                }
                Ok(Ok(Some(bytes))) => {
                    has_bytes = true;
                    reader.feed(&bytes, &mut parts).map_err(|_| self.flooded())?;
                    for part in parts.drain(..) {
                        answer.take(&part, sink).map_err(told)?;
                    }
                    let wait =
                        if answer.is_finished() { TRAILER.min(self.options.idle) } else { self.options.idle };
                    until = Instant::now() + wait;
                }
            }
        }
        if answer.is_done() {
            finish_reading(response);
        }
        let stray = reader.finish(&mut parts);
        for part in parts {
            answer.take(&part, sink).map_err(told)?;
        }
        let written = answer.written();
        match answer.finish(&stray, sink) {
            Ok(reply) => Ok(self.complete(reply, header_id, &question.body)),
            Err(Lack::Error(report)) => Err(told(report)),
            Err(Lack::Foreign(report)) => Err(self.foreign(&report)),
            Err(Lack::Incomplete) => Err(self.broken(written, lost, header_id)),
        }
    }

    fn complete(&self, mut reply: Reply, header_id: Option<String>, body: &[u8]) -> Reply {
        reply.marked = has_field(body, "cache_control");
        if reply.model.is_empty() {
            reply.model.clone_from(&self.profile.model);
        }
        // DashScope's name for a request is the one of the answer without its prefix.
        let own = reply.request_id.take().map(|id| match id.strip_prefix("chatcmpl-") {
            Some(bare) if self.profile.provider.is_qwen_cloud => bare.to_owned(),
            _ => id,
        });
        reply.request_id = header_id.or(own);
        reply
    }

    /// Reads the body of an error and says what it means.
    async fn refusal(&self, mut response: Response, question: &Question<'_>) -> Trouble {
        let status = response.status();
        let asked = Asked::read(response.headers(), SystemTime::now());
        let header_id = request_id(&response);
        let target = response.headers().get(LOCATION).and_then(|l| l.to_str().ok()).map(without_query);
        let until = Instant::now() + self.options.idle.min(Duration::from_secs(30));
        let mut bytes = Vec::new();
        while bytes.len() < ERROR_BODY {
            let Ok(Ok(Some(more))) = timeout_at(until, response.chunk()).await else { break };
            bytes.extend_from_slice(&more);
        }
        let mut report = Report::read(status.as_u16(), &String::from_utf8_lossy(&bytes));
        if status.is_redirection() {
            report.message = target.unwrap_or_default();
        }
        // A status outside of the usual ranges still says that there is no answer.
        report.status = if report.status == 0 { status.as_u16() } else { report.status };
        report.request_id = report.request_id.or(header_id);
        self.told(&report, asked, question)
    }

    /// What the server told: something to learn from, or something to act on.
    fn told(&self, report: &Report, asked: Asked, question: &Question<'_>) -> Trouble {
        let Question { path, body, .. } = question;
        let context = Context { profile: &self.profile, credential: &self.credential, path, body };
        let trouble = context.trouble(report, asked);
        let mut quirks = self.quirks.lock().unwrap_or_else(PoisonError::into_inner);
        quirks.is_unserved |= trouble.class == Class::Unserved;
        let before = *quirks;
        if !quirks.learn(report, body) {
            return trouble;
        }
        Trouble {
            class: Class::Adapted,
            after: None,
            taught: quirks.finding_since(before).map(Box::new),
            ..trouble
        }
    }

    async fn before<T>(&self, until: Instant, work: impl Future<Output = T>) -> Result<T, Trouble> {
        let late = |_| self.late("had not begun its answer", self.options.first_byte);
        timeout_at(until, work).await.map_err(late)
    }

    fn host(&self) -> &str {
        self.credential.endpoint().host()
    }

    fn unreached(&self, error: &reqwest::Error) -> Trouble {
        let failure = net::explain(error, self.host());
        // A server on this machine that is not running does not start by being asked again.
        let is_missing = net::is_refused(error) && self.credential.endpoint().is_loopback();
        let may_pass = failure.kind == Kind::Network && !is_certificate(&failure) && !is_missing;
        trouble(if may_pass { Class::Retry } else { Class::Tell }, failure)
    }

    fn late(&self, what: &str, limit: Duration) -> Trouble {
        let error = format!("`{}` {what} after {} seconds", self.host(), limit.as_secs_f64());
        trouble(Class::Retry, Failure::new(Kind::Network, error))
    }

    fn stalled(&self, written: Tokens) -> Trouble {
        let silence = self.options.idle.as_secs_f64();
        let error = format!("`{}` fell silent for {silence} seconds {}", self.host(), after(written));
        trouble(Class::Retry, Failure::new(Kind::Network, error))
    }

    fn broken(&self, written: Tokens, lost: Option<Failure>, request_id: Option<String>) -> Trouble {
        let error = format!("the connection to `{}` was lost {}", self.host(), after(written));
        let hints = lost.map(|f| f.hints).unwrap_or_default();
        let told = Told { request_id, ..Told::default() };
        trouble(Class::Retry, Failure { hints, ..Failure::new(Kind::Network, error) }.telling(told))
    }

    fn flooded(&self) -> Trouble {
        let error = format!("`{}` sent an event too large to be part of an answer", self.host());
        trouble(Class::Tell, Failure::new(Kind::Provider, error))
    }

    fn foreign(&self, report: &Report) -> Trouble {
        let base = self.credential.endpoint().base();
        let error = format!("what `{base}` sent is no answer of a model{}", report.quoted());
        let failure = Failure::new(Kind::Config, error)
            .hint("check the base URL; most end in `/v1`, and a web page is what many servers show beside their API");
        trouble(Class::Tell, failure)
    }
}

fn trouble(class: Class, failure: Failure) -> Trouble {
    Trouble { class, failure, after: None, request_id: None, status: 0, taught: None }
}

/// No credential could be had for the request.
fn unauthorized(failure: Failure) -> Trouble {
    let may_pass = failure.kind == Kind::Network && !is_certificate(&failure);
    trouble(if may_pass { Class::Retry } else { Class::Tell }, failure)
}

/// A certificate that is not accepted now is not accepted in a second either.
fn is_certificate(failure: &Failure) -> bool {
    failure.error.starts_with("the certificate")
}

fn after(written: Tokens) -> String {
    match written {
        Tokens(0) => "before the answer began".to_owned(),
        Tokens(1) => "after its first word".to_owned(),
        n => format!("after about {n} tokens"),
    }
}

fn request_id(response: &Response) -> Option<String> {
    ["x-request-id", "x-dashscope-request-id", "request-id"]
        .iter()
        .find_map(|name| response.headers().get(*name)?.to_str().ok().filter(|id| !id.is_empty()))
        .map(str::to_owned)
}

/// An address without what may be secret in it.
fn without_query(location: &str) -> String {
    location.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Reads the few bytes that may follow the last event, so that the connection can be used again. Nobody waits.
fn finish_reading(mut response: Response) {
    tokio::spawn(timeout(TRAILER, async move { while let Ok(Some(_)) = response.chunk().await {} }));
}

/// What makes ids of calls unique that a server gave none.
pub(super) fn seed() -> String {
    uuid::Uuid::new_v4().simple().to_string()[..12].to_owned()
}
