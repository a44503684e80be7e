//! One short request.

use std::time::Duration;

use reqwest::{
    Client, RequestBuilder, Response,
    header::{ACCEPT, AUTHORIZATION, HeaderValue},
};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::{
    auth::{Authorization, Credential},
    catalog::provider_for,
    net,
    protocol::{Failure, Kind},
    provider::errors::Report,
};

/// Bound of an answer. The longest list of models that is known has about one. Unit: bytes.
const LARGEST: usize = 8_000_000;

/// What a server answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) latency: Duration,
    body: String,
}

impl Answer {
    /// The JSON of an answer that is no error.
    pub(super) fn value(&self) -> Option<Value> {
        let value = serde_json::from_str(&self.body).ok().filter(|_| self.is_success())?;
        Report::of(self.status, &value).is_none().then_some(value)
    }

    /// What it says when it is an error; `None` when it is a success or something that is no API's answer.
    pub(super) fn error(&self) -> Option<Report> {
        let mut report = match serde_json::from_str(&self.body) {
            Ok(value) if self.is_success() => Report::of(self.status, &value)?,
            Err(_) if self.is_success() => return None,
            _ => Report::read(self.status, &self.body),
        };
        report.status = if report.status == 0 { self.status } else { report.status };
        Some(report)
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it is JSON at all.
    pub(super) fn is_json(&self) -> bool {
        serde_json::from_str::<Value>(&self.body).is_ok()
    }
}

/// Asks for a path below the credential's address, or posts `body` there. Errors: no answer within `limit`.
pub(super) async fn ask(
    net: &net::Lazy,
    credential: &Credential,
    path: &str,
    body: Option<&Value>,
    limit: Duration,
) -> Result<Answer, Failure> {
    let pass = credential.authorize(net).await?;
    let endpoint = pass.endpoint();
    let client = net.client_for(endpoint.host())?;
    let url = endpoint.at(path);
    let request = match body {
        Some(body) => client.post(url).json(body),
        None => client.get(url),
    };
    let mut request = authorized(request, &pass, credential)?;
    if provider_for(endpoint.host()).is_qwen_cloud {
        // As in every other request: a plan may look at who asks.
        request = request.header("X-DashScope-UserAgent", net::user_agent());
    }
    send(request, endpoint.host(), limit).await
}

/// Asks for an address without any key.
pub(super) async fn look(client: &Client, url: &str, host: &str, limit: Duration) -> Result<Answer, Failure> {
    send(client.get(url), host, limit).await
}

fn authorized(
    request: RequestBuilder,
    pass: &Authorization,
    credential: &Credential,
) -> Result<RequestBuilder, Failure> {
    let Some(key) = pass.key().filter(|key| !key.is_empty()) else { return Ok(request) };
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose())).map_err(|_| {
        let error = format!("the key ({}) has characters a key cannot have", credential.source());
        Failure::new(Kind::Auth, error).hint("copy it again, without quotes and line ends")
    })?;
    value.set_sensitive(true);
    Ok(request.header(AUTHORIZATION, value))
}

async fn send(request: RequestBuilder, host: &str, limit: Duration) -> Result<Answer, Failure> {
    let began = Instant::now();
    let until = began + limit;
    let late = |_| {
        Failure::new(Kind::Network, format!("`{host}` did not answer within {} seconds", limit.as_secs()))
    };
    let lost = |e: reqwest::Error| net::explain(&e, host);
    let request = request.header(ACCEPT, "application/json");
    let mut response: Response = timeout_at(until, request.send()).await.map_err(late)?.map_err(lost)?;
    let (status, latency) = (response.status().as_u16(), began.elapsed());
    let mut bytes = Vec::new();
    while let Some(more) = timeout_at(until, response.chunk()).await.map_err(late)?.map_err(lost)? {
        bytes.extend_from_slice(&more);
        if bytes.len() > LARGEST {
            return Err(Failure::new(Kind::Provider, format!("`{host}` sent more than an answer can have")));
        }
    }
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Answer { status, latency, body })
}
