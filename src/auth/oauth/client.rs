//! Carries the requests of the `oauth2` crate over our own client.
//!
//! The crate's own transport would bring a second HTTP stack. Bodies are bounded, no redirect is followed, and neither an
//! address beyond its host nor a field of a form is repeated in an error.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, DeviceAuthorizationUrl, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, StandardRevocableToken, TokenUrl,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse},
    http::{HeaderValue, StatusCode},
};

use super::{answer::Heard, grant, options::Options};
use crate::{net, protocol::Failure};

/// Limit of one request, from its beginning to the end of the answer.
pub(super) const REQUEST: Duration = Duration::from_secs(30);

/// Bound of an answer. Unit: bytes.
const LARGEST: usize = 64 * 1_024;

/// The crate's client with the two endpoints of a device flow.
pub(super) type Client = oauth2::Client<
    BasicErrorResponse,
    grant::Response,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// A public client: it has no secret, and its id stands in the form.
pub(super) fn client(options: &Options) -> Client {
    oauth2::Client::new(ClientId::new(options.client_id.clone()))
        .set_auth_type(AuthType::RequestBody)
        .set_device_authorization_url(DeviceAuthorizationUrl::from_url(options.device_endpoint.clone()))
        .set_token_uri(TokenUrl::from_url(options.token_endpoint.clone()))
}

/// Why the crate was given no answer. It carries nothing: the reason is kept beside it.
#[derive(Debug, thiserror::Error)]
#[error("no answer")]
pub(super) struct Unheard;

/// Reads status and body of an answer.
pub(super) type Reader<'a> = &'a (dyn Fn(u16, &[u8]) -> Heard + Send + Sync);

/// Carries one request of the crate, hands it a grant if there is one, and keeps what was really said.
pub(super) struct Carrier<'a> {
    net: &'a net::Lazy,
    options: &'a Options,
    reader: Reader<'a>,
    heard: Mutex<Option<Result<Heard, Failure>>>,
}

impl<'a> Carrier<'a> {
    pub(super) fn new(net: &'a net::Lazy, options: &'a Options, reader: Reader<'a>) -> Self {
        Self { net, options, reader, heard: Mutex::default() }
    }

    /// What was said; `None` when the crate sent nothing. Errors: there was no answer.
    pub(super) fn heard(self) -> Option<Result<Heard, Failure>> {
        self.heard.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, Unheard> {
        let raw = send(self.net, self.options, request).await;
        let heard = raw.map(|raw| (self.reader)(raw.status, &raw.body));
        let body = match &heard {
            Ok(Heard::Granted(body)) => Ok(reply(StatusCode::OK, body.clone())),
            _ => Err(Unheard),
        };
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
        body
    }
}

impl<'c> AsyncHttpClient<'c> for Carrier<'_> {
    type Error = Unheard;
    type Future = BoxFuture<'c, Result<HttpResponse, Unheard>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.carry(request))
    }
}

/// Status and body of an answer.
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Sends a request of the crate. Errors: kind `network` when there was no answer, or none within its bounds.
pub(super) async fn send(net: &net::Lazy, options: &Options, request: HttpRequest) -> Result<Raw, Failure> {
    let host = options.host();
    let client = net.client_for(host)?;
    let (parts, body) = request.into_parts();
    let id = uuid::Uuid::new_v4().to_string();
    let sent = client
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .header("x-request-id", id)
        .timeout(REQUEST)
        .body(body)
        .send();
    let mut response = sent.await.map_err(|e| net::explain(&e, host))?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(more) = response.chunk().await.map_err(|e| net::explain(&e, host))? {
        body.extend_from_slice(&more);
        if body.len() > LARGEST {
            // No answer of a sign-in is that long; what it is instead does not matter.
            body.clear();
            break;
        }
    }
    Ok(Raw { status, body })
}

/// An answer in the form the crate takes.
pub(super) fn reply(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}
