//! Errors as the provider writes them.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

/// Which shape an error body has. Source: bodies recorded from servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorShape {
    /// `{"error":{"code","message","param","type"},"request_id"}`: compatible mode.
    #[default]
    DashScope,
    /// `{"code","message","request_id"}`: what the same host sends elsewhere.
    Flat,
    /// `{"error":{"message","type","param","code"}}`.
    OpenAi,
    /// `{"error":"text"}`: gateways, local servers, the Coding Plan.
    Text,
    /// The text of an event stream, as the body of a plain HTTP error.
    Stream,
}

/// An error the simulator answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status.
    pub(super) status: u16,
    /// The machine's word for it.
    pub(super) code: String,
    /// The person's.
    pub(super) message: String,
    /// Which field is wrong, where the shape has a place for it.
    pub(super) param: Option<String>,
    /// How it is written.
    pub(super) shape: ErrorShape,
    /// The `Retry-After` header.
    pub(super) retry_after: Option<String>,
}

impl Refusal {
    /// An error in compatible mode's shape.
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        Self { status, code, message, param: None, shape: ErrorShape::DashScope, retry_after: None }
    }

    /// The same as OpenAI writes it.
    pub(super) fn open_ai(self, param: Option<&str>) -> Self {
        Self { shape: ErrorShape::OpenAi, param: param.map(str::to_owned), ..self }
    }

    /// The same in the shape of the Responses API, if it was in compatible mode's.
    pub(super) fn flat(mut self) -> Self {
        if self.shape == ErrorShape::DashScope {
            self.shape = ErrorShape::Flat;
            self.code = match self.code.as_str() {
                "invalid_parameter_error" => "InvalidParameter".to_owned(),
                "invalid_api_key" => "InvalidApiKey".to_owned(),
                _ => self.code,
            };
        }
        self
    }

    /// A request that says something wrong.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_parameter_error", message)
    }

    /// Whether its body is the text of an event stream.
    pub(super) fn content_type(&self) -> &'static str {
        match self.shape {
            ErrorShape::Stream => "text/event-stream;charset=UTF-8",
            _ => "application/json",
        }
    }

    /// The body.
    pub(super) fn body(&self, request_id: &str) -> Bytes {
        let (code, message) = (&self.code, &self.message);
        let kind = if self.status < 500 { "invalid_request_error" } else { "server_error" };
        let detail = json!({"code": code, "message": message, "param": self.param, "type": kind});
        let body: Value = match self.shape {
            ErrorShape::DashScope => json!({"error": detail, "request_id": request_id}),
            ErrorShape::Flat => json!({"code": code, "message": message, "request_id": request_id}),
            ErrorShape::OpenAi => {
                json!({"error": {"message": message, "type": kind, "param": self.param, "code": code}})
            }
            ErrorShape::Text => json!({"error": message}),
            ErrorShape::Stream => return Bytes::from(self.event(request_id)),
        };
        Bytes::from(body.to_string())
    }

    /// The error inside an event stream: the real status is in the comment.
    pub(super) fn event(&self, request_id: &str) -> String {
        let data = json!({"code": self.code, "message": self.message, "request_id": request_id});
        format!("id:1\nevent:error\n:HTTP_STATUS/{}\ndata:{data}\n\n", self.status)
    }
}

/// The usual word and text for a status. Source: the provider's list of error codes.
pub(super) fn usual(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("invalid_parameter_error", "The parameters are invalid."),
        401 => ("invalid_api_key", "Incorrect API key provided."),
        403 => ("access_denied", "Access denied."),
        404 => ("model_not_found", "The model does not exist or you do not have access to it."),
        408 => ("RequestTimeOut", "Request timed out, please try again later."),
        413 => ("BadRequest.TooLarge", "Payload Too Large"),
        429 => ("limit_requests", "You exceeded your current requests list."),
        503 => ("ModelUnavailable", "Model is unavailable, please try again later."),
        500..=599 => ("internal_error", "An internal error has occurred, please try again later."),
        _ => ("unknown_error", "The request failed."),
    }
}
