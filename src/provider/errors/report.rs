//! What a server said when it failed, from any of the forms servers use.
//!
//! Source: `docs/sources.md`, wire 1.7 and 5.1.

use serde_json::Value;

use crate::provider::sse::{Part, Reader};

/// Bound of a message that is repeated to a person.
const MESSAGE: usize = 300;

/// What a server said when it failed. Everything in it is untrusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::provider) struct Report {
    /// The status that counts, which may stand inside the body; zero when there is none.
    pub(in crate::provider) status: u16,
    /// The provider's code.
    pub(in crate::provider) code: String,
    /// The provider's type of error.
    pub(in crate::provider) kind: String,
    /// The field of the request it is about.
    pub(in crate::provider) param: String,
    /// What it says.
    pub(in crate::provider) message: String,
    /// The window it names beside the message.
    pub(in crate::provider) window: Option<u64>,
    /// Whether it is a web page, and so hardly the word of an API.
    pub(in crate::provider) is_page: bool,
    /// Its name for the request.
    pub(in crate::provider) request_id: Option<String>,
}

impl Report {
    /// Reads a whole body, whatever it is.
    pub(in crate::provider) fn read(status: u16, body: &str) -> Self {
        let body = body.trim_start_matches('\u{feff}').trim();
        if let Ok(value) = serde_json::from_str::<Value>(body) {
            return Self::of(status, &value).unwrap_or_else(|| Self::plain(status, body));
        }
        from_events(status, body).unwrap_or_else(|| Self::plain(status, body))
    }

    /// Reads a JSON value; `None` when it is no error.
    pub(in crate::provider) fn of(status: u16, value: &Value) -> Option<Self> {
        let mut report = match value.get("error") {
            Some(Value::Object(error)) if !error.is_empty() => Self::fields(value.get("error")?),
            Some(Value::String(text)) if !text.is_empty() => {
                Self { message: text.clone(), ..Self::default() }
            }
            _ => flat(value)?,
        };
        if report.code.is_empty() {
            report.code = text_of(value, "code");
        }
        report.request_id = ["/request_id", "/error/request_id", "/errors/request_id", "/id"]
            .iter()
            .find_map(|p| value.pointer(p)?.as_str().filter(|id| !id.is_empty()))
            .map(str::to_owned);
        Some(report.with_status(status))
    }

    /// A report of our own making, for a stream that ends with a word instead of an error.
    pub(in crate::provider) fn word(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.trim().to_owned(), ..Self::default() }.with_status(0)
    }

    /// Code, type and message in small letters, for looking words up.
    pub(in crate::provider) fn lower(&self) -> String {
        format!("{} {} {}", self.code, self.kind, self.message).to_lowercase()
    }

    /// `: ` and the message in one line, or nothing.
    pub(in crate::provider) fn quoted(&self) -> String {
        match one_line(&self.message).as_str() {
            "" => String::new(),
            text => format!(": {text}"),
        }
    }

    fn fields(error: &Value) -> Self {
        let mut message = text_of(error, "message");
        let raw = error.pointer("/metadata/raw").and_then(Value::as_str).unwrap_or_default();
        if !raw.is_empty() {
            // OpenRouter's own message is often only that the upstream failed; this is what the upstream said.
            message = format!("{message}: {raw}");
        }
        Self {
            code: text_of(error, "code"),
            kind: text_of(error, "type"),
            param: text_of(error, "param"),
            message,
            window: error.get("n_ctx").and_then(Value::as_u64),
            ..Self::default()
        }
    }

    fn plain(status: u16, body: &str) -> Self {
        let is_page = body.starts_with('<');
        Self { message: without_tags(body), is_page, ..Self::default() }.with_status(status)
    }

    /// Settles which status counts: one in angle brackets at the start of the message, the one of the
    /// connection, or the code itself.
    fn with_status(mut self, status: u16) -> Self {
        let inner = self.message.strip_prefix('<').and_then(|rest| rest.split_once('>')?.0.parse().ok());
        let coded = self.code.parse().ok();
        let is_error = |s: &u16| (400..600).contains(s);
        let is_refusal = |s: &u16| (300..600).contains(s);
        self.status = inner
            .filter(is_error)
            .or(Some(status).filter(is_refusal))
            .or(coded.filter(is_error))
            .unwrap_or_default();
        self
    }
}

/// The forms without an `error` member.
fn flat(value: &Value) -> Option<Report> {
    let is_completion = value.get("choices").is_some_and(Value::is_array);
    if let Some(errors) = value.get("errors").filter(|e| e.is_object()) {
        return Some(Report::fields(errors));
    }
    if let Some(base) = value.get("base_resp").filter(|b| b.get("status_code").is_some_and(|c| c != 0)) {
        return Some(Report {
            code: text_of(base, "status_code"),
            message: text_of(base, "status_msg"),
            ..Report::default()
        });
    }
    if is_completion {
        return None;
    }
    let is_named =
        value.get("object").is_some_and(|o| o == "error") || value.get("type").is_some_and(|t| t == "error");
    let has_words = value.get("message").is_some_and(Value::is_string);
    if is_named || has_words {
        let mut report = Report::fields(value);
        if report.code.is_empty() {
            report.code = text_of(value, "statusCode");
        }
        return Some(report);
    }
    detail(value.get("detail")?)
}

/// The form of `FastAPI`: a text, or a list of what is wrong with which field.
fn detail(detail: &Value) -> Option<Report> {
    match detail {
        Value::String(text) => Some(Report { message: text.clone(), ..Report::default() }),
        Value::Array(all) => {
            let first = all.first()?;
            let place = first.get("loc").and_then(Value::as_array);
            let names: Vec<String> = place.into_iter().flatten().map(plain_text).collect();
            Some(Report {
                kind: text_of(first, "type"),
                // What stands after `body` is a field of ours.
                param: names.get(1).cloned().unwrap_or_default(),
                message: format!("{}: {}", names.join("."), text_of(first, "msg")),
                ..Report::default()
            })
        }
        Value::Object(_) => Some(Report::fields(detail)),
        _ => None,
    }
}

/// The text of an event stream sent as the body of an error.
fn from_events(status: u16, body: &str) -> Option<Report> {
    let (mut reader, mut parts) = (Reader::default(), Vec::new());
    reader.feed(body.as_bytes(), &mut parts).ok()?;
    reader.finish(&mut parts);
    let mut told = None;
    for part in parts {
        match part {
            Part::Comment(text) => told = status_in(&text).or(told),
            Part::Event { data, .. } => {
                let value: Value = serde_json::from_str(&data).ok()?;
                return Report::of(told.unwrap_or(status), &value);
            }
        }
    }
    None
}

/// The status in DashScope's comment `HTTP_STATUS/429`.
pub(in crate::provider) fn status_in(comment: &str) -> Option<u16> {
    comment.trim().strip_prefix("HTTP_STATUS/")?.trim().parse().ok()
}

fn text_of(value: &Value, key: &str) -> String {
    value.get(key).map(plain_text).unwrap_or_default()
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The beginning of a page or text, without its tags.
fn without_tags(body: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0_u32);
    let start = body.find("<title>").map_or(body, |at| &body[at..]);
    for c in start.chars().take(20 * MESSAGE) {
        match c {
            '<' => depth += 1,
            '>' if depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// A server's message on one line, bounded, without final dot.
pub(in crate::provider) fn one_line(message: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = message.chars().map(clean).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = text.chars().take(MESSAGE).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.trim_end_matches(['.', '。']).to_owned()
}
