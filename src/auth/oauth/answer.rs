//! Reads what the endpoints answer, whatever it is.
//!
//! Everything here is untrusted, and a server may repeat a secret it was sent: what is kept of its words is scrubbed,
//! cleaned and short. Source: RFC 6749 section 5, RFC 8628 section 3.5; `docs/sources.md`, wire 4.

use serde_json::{Map, Value};

use crate::base::Clean;

/// Bound of a server's words. Unit: characters.
const WORDS: usize = 200;

/// What an endpoint said.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// Yes; JSON with nothing but the fields that are known, each of its right type.
    Granted(Vec<u8>),
    /// Yes, with nothing in it.
    NoToken,
    /// The person has not decided yet.
    Pending,
    /// Ask less often.
    SlowDown,
    /// The device code ran out.
    Expired,
    /// The person said no.
    Denied,
    /// The client id is not known.
    WrongClient(String),
    /// The code or token is not known, or was used.
    WrongGrant(String),
    /// 401 in words of the server's own.
    Unauthorized(String),
    /// Another refusal: status and words.
    Refused(u16, String),
    /// No JSON.
    Garbled(u16),
    /// The server is broken or busy.
    Busy(u16),
    /// A redirect.
    Moved,
}

/// Reads an answer of the token endpoint. `secrets` is what was sent and must not come back in words.
pub(super) fn token(status: u16, body: &[u8], secrets: &[&str]) -> Heard {
    let fields = object(body);
    if let Some(map) = fields.as_ref().filter(|map| (200..300).contains(&status) && code(map).is_empty()) {
        return match text(map, "access_token") {
            Some(_) => Heard::Granted(granted(map)),
            None if map.get("status").is_some_and(|s| s == "pending") => Heard::Pending,
            None => Heard::NoToken,
        };
    }
    refusal(status, fields.as_ref(), secrets)
}

/// Reads an answer of the device endpoint.
pub(super) fn device(status: u16, body: &[u8], secrets: &[&str]) -> Heard {
    let fields = object(body);
    match fields.as_ref().filter(|map| (200..300).contains(&status) && code(map).is_empty()) {
        Some(map) => Heard::Granted(codes(map)),
        None => refusal(status, fields.as_ref(), secrets),
    }
}

fn refusal(status: u16, fields: Option<&Map<String, Value>>, secrets: &[&str]) -> Heard {
    if (300..400).contains(&status) {
        return Heard::Moved;
    }
    let Some(map) = fields else {
        return match status {
            429 => Heard::SlowDown,
            500.. => Heard::Busy(status),
            _ => Heard::Garbled(status),
        };
    };
    let (code, said) = (code(map), said(map, secrets));
    match code.as_str() {
        "authorization_pending" => Heard::Pending,
        "slow_down" => Heard::SlowDown,
        "expired_token" => Heard::Expired,
        "access_denied" => Heard::Denied,
        "invalid_client" | "unauthorized_client" => Heard::WrongClient(said),
        "invalid_grant" => Heard::WrongGrant(said),
        // Source: `docs/sources.md`, wire 4: what the server says about a refresh token it has dropped.
        _ if said.to_lowercase().contains("invalid refresh token") => Heard::WrongGrant(said),
        _ if status == 429 => Heard::SlowDown,
        _ if status == 401 => Heard::Unauthorized(said),
        _ if status >= 500 => Heard::Busy(status),
        _ => Heard::Refused(status, said),
    }
}

/// The error's code, from RFC 6749's field or from the server's other forms.
fn code(map: &Map<String, Value>) -> String {
    let inner = map.get("error").and_then(|e| e.get("code").or_else(|| e.get("type")));
    let found = [map.get("error"), inner, map.get("code")].into_iter().flatten().find_map(Value::as_str);
    found.unwrap_or_default().to_lowercase()
}

/// What the server says in words, fit for a person's screen.
fn said(map: &Map<String, Value>, secrets: &[&str]) -> String {
    let inner = map.get("error").and_then(|e| e.get("message"));
    let all = [map.get("error_description"), map.get("message"), inner, map.get("error"), map.get("code")];
    let raw = all.into_iter().flatten().filter_map(Value::as_str).find(|t| !t.trim().is_empty());
    let mut raw = raw.unwrap_or_default().to_owned();
    for secret in secrets.iter().filter(|s| !s.is_empty()) {
        raw = raw.replace(secret, "…");
    }
    short(&raw, WORDS)
}

/// Untrusted text on one line, cleaned and bounded.
pub(super) fn short(raw: &str, bound: usize) -> String {
    let all: String = raw.trim().chars().take(4 * bound).collect();
    let line = Clean::line(&all).into_string();
    let mut short: String = line.chars().take(bound).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short.trim_end_matches('.').to_owned()
}

fn object(body: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(body).ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    map.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// Seconds, also where they are written as a float or as text.
fn seconds(map: &Map<String, Value>, key: &str) -> Option<u64> {
    let value = map.get(key)?;
    let float = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    // A float of this size is whole seconds enough; the cast saturates.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and it saturates"
    )]
    (float.is_finite() && float >= 0.0).then_some(float as u64)
}

/// The fields of a grant, each of its right type, for a parser that forgives nothing.
fn granted(map: &Map<String, Value>) -> Vec<u8> {
    let mut out = Map::new();
    for key in ["access_token", "refresh_token", "resource_url"] {
        if let Some(value) = text(map, key) {
            out.insert(key.to_owned(), Value::from(value.trim()));
        }
    }
    out.insert("token_type".to_owned(), Value::from(text(map, "token_type").unwrap_or("Bearer")));
    if let Some(time) = seconds(map, "expires_in") {
        out.insert("expires_in".to_owned(), Value::from(time));
    }
    Value::Object(out).to_string().into_bytes()
}

/// The fields of a device code. What is missing stays missing, for the caller to name.
fn codes(map: &Map<String, Value>) -> Vec<u8> {
    let mut out = Map::new();
    for key in ["device_code", "user_code", "verification_uri", "verification_uri_complete"] {
        if let Some(value) = text(map, key) {
            out.insert(key.to_owned(), Value::from(value.trim()));
        }
    }
    // Zero stands for a time that was not named.
    out.insert("expires_in".to_owned(), Value::from(seconds(map, "expires_in").unwrap_or(0)));
    if let Some(time) = seconds(map, "interval") {
        out.insert("interval".to_owned(), Value::from(time));
    }
    Value::Object(out).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(heard: &Heard) -> &str {
        match heard {
            Heard::WrongClient(said)
            | Heard::WrongGrant(said)
            | Heard::Unauthorized(said)
            | Heard::Refused(_, said) => said,
            _ => "",
        }
    }

    fn is(status: u16, body: &str, expected: &Heard) -> bool {
        token(status, body.as_bytes(), &[]) == *expected
    }

    #[test]
    fn a_grant_is_put_into_one_form() {
        let Heard::Granted(body) = token(
            200,
            br#"{"access_token":" a ","expires_in":"3600.9","refresh_token":null,"token_type":7,"resource_url":"","x":{}}"#,
            &[],
        ) else {
            panic!("it is a grant")
        };
        assert_eq!(body, br#"{"access_token":"a","token_type":"Bearer","expires_in":3600}"#);
        for odd in ["-1", "null", "\"soon\"", "[]", "true"] {
            let text = format!(r#"{{"access_token":"a","expires_in":{odd}}}"#);
            let Heard::Granted(body) = token(201, text.as_bytes(), &[]) else { panic!("{odd}") };
            assert_eq!(body, br#"{"access_token":"a","token_type":"Bearer"}"#, "{odd}");
        }
    }

    #[test]
    fn errors_are_understood_in_every_form_they_come_in() {
        let said = |text: &str| text.to_owned();
        let table = [
            (200, r#"{"error":"authorization_pending","access_token":"never"}"#, Heard::Pending),
            (200, r#"{"status":"pending"}"#, Heard::Pending),
            (200, r#"{"access_token":""}"#, Heard::NoToken),
            (400, r#"{"error":{"code":"invalid_grant","message":"gone"}}"#, Heard::WrongGrant(said("gone"))),
            (400, r#"{"code":"INVALID_CLIENT","message":"who?"}"#, Heard::WrongClient(said("who?"))),
            (429, r#"{"error":"access_denied"}"#, Heard::Denied),
            (429, r#"{"error":"rate_limit"}"#, Heard::SlowDown),
            (500, r#"{"error":"server_error"}"#, Heard::Busy(500)),
            (401, "[]", Heard::Garbled(401)),
            (400, r#"{"error":7}"#, Heard::Refused(400, String::new())),
            (303, r#"{"access_token":"a"}"#, Heard::Moved),
            (200, "", Heard::Garbled(200)),
        ];
        for (status, body, expected) in table {
            assert!(is(status, body, &expected), "{status} {body}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_and_its_words_are_short_clean_and_scrubbed(
            status in 100_u16..600, bytes in any::<Vec<u8>>(), text in any::<String>(),
        ) {
            let _ = (token(status, &bytes, &["secret"]), device(status, &bytes, &["secret"]));
            let said = Value::from(format!("{text}secret{text}"));
            let body = format!(r#"{{"error":"other","error_description":{said}}}"#);
            let heard = token(status, body.as_bytes(), &["secret"]);
            let words = words(&heard);
            prop_assert!(!words.contains("secret") || text.contains("secret"));
            prop_assert!(words.chars().count() <= WORDS + 1 && !words.chars().any(char::is_control));
        }
    }
}
