//! Sends requests to a collector: once each, bounded in time and size, never to where a redirect leads.

use std::time::Duration;

use reqwest::{
    StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};

use super::{
    folder::{Folder, Pause},
    recorder::Clock,
};
use crate::{base::Moment, net};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The first pause after a failure; each one more doubles it.
const FIRST: Duration = Duration::from_secs(60);
/// The longest pause, also when a server asks for a longer one.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// Where requests go.
#[derive(Clone)]
pub struct Collector {
    net: net::Lazy,
    url: Url,
    headers: HeaderMap,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was taken.
    Arrived,
    /// The collector will never take it.
    Refused,
    /// It was certainly not taken; another time. What the collector asks for as a pause.
    Later(Option<Duration>),
    /// Nobody knows.
    Unknown,
}

impl Collector {
    /// The collector at an address such as `https://host/`, for `logs` or `traces`.
    ///
    /// Errors: the address is none, has a name and password in it, or is neither `https` nor `http`.
    pub fn new(net: net::Lazy, address: &str, signal: &str) -> Result<Self, String> {
        let mut url =
            Url::parse(address.trim()).map_err(|e| format!("the address of the collector is none: {e}"))?;
        if !["https", "http"].contains(&url.scheme()) || url.host_str().is_none() {
            return Err("the address of the collector must begin with `https://` or `http://`".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address of the collector must not hold a name or a password".to_owned());
        }
        let wanted = format!("/v1/{signal}");
        let path = url.path().trim_end_matches('/').to_owned();
        if !path.ends_with(&wanted) {
            url.set_path(&format!("{path}{wanted}"));
        }
        Ok(Self { net, url, headers: HeaderMap::new() })
    }

    /// With headers as `name=value,name=value`, as `OTEL_EXPORTER_OTLP_HEADERS` has them. Errors: it has another form; the
    /// text is not repeated, since it may hold a key.
    pub fn with_headers(mut self, text: &str) -> Result<Self, String> {
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let wrong =
                || "the headers for the collector are not of the form `name=value,name=value`".to_owned();
            let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
            let name: reqwest::header::HeaderName = name.trim().parse().map_err(|_| wrong())?;
            let mut value: reqwest::header::HeaderValue = value.trim().parse().map_err(|_| wrong())?;
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        Ok(self)
    }

    /// Where requests go, for people.
    pub fn address(&self) -> &str {
        self.url.as_str()
    }

    /// Sends one request. The answer's body is not read: its status says everything.
    pub(super) async fn send(&self, body: Vec<u8>) -> Fate {
        let Ok(client) = self.net.client_for(self.url.host_str().unwrap_or_default()) else {
            return Fate::Later(None);
        };
        let request = client
            .post(self.url.clone())
            .timeout(PATIENCE)
            .headers(self.headers.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        match request.send().await {
            Ok(response) => judge(response.status(), response.headers()),
            Err(error) if error.is_connect() || error.is_builder() => Fate::Later(None),
            Err(_) => Fate::Unknown,
        }
    }
}

/// What a status means. Source: `docs/sources.md`, otlp 1.
fn judge(status: StatusCode, headers: &HeaderMap) -> Fate {
    match status.as_u16() {
        200..=299 => Fate::Arrived,
        400 | 413 | 415 | 422 => Fate::Refused,
        _ => {
            let text = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            Fate::Later(text.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs))
        }
    }
}

/// Sends what waits, the oldest first, until one fails. `is_on` is asked before each: what is off sends nothing.
///
/// Returns how many arrived.
pub async fn deliver(
    folder: &Folder,
    collector: &Collector,
    is_on: &(dyn Fn() -> bool + Send + Sync),
    now: Clock,
) -> usize {
    let mut arrived = 0;
    while is_on() {
        let pause = folder.pause();
        if now() < pause.until {
            break;
        }
        let Some(taken) = folder.take(now()) else { break };
        let fate = collector.send(taken.bytes.clone()).await;
        if !is_on() {
            Folder::drop_taken(&taken);
            break;
        }
        match fate {
            Fate::Arrived => {
                folder.has_sent(&taken);
                folder.keep_pause(Pause::default());
                arrived += 1;
            }
            Fate::Refused => Folder::drop_taken(&taken),
            Fate::Later(asked) => {
                folder.give_back(&taken);
                folder.keep_pause(longer(pause, asked, now()));
            }
            Fate::Unknown => {
                Folder::drop_taken(&taken);
                folder.keep_pause(longer(pause, None, now()));
            }
        }
    }
    arrived
}

/// The pause after one more failure.
fn longer(pause: Pause, asked: Option<Duration>, now: Moment) -> Pause {
    let failures = pause.failures.saturating_add(1);
    let own = FIRST.saturating_mul(2_u32.saturating_pow(pause.failures.min(16)));
    let wait = asked.map_or(own, |asked| asked.max(FIRST)).min(LONGEST);
    Pause { until: now.after(wait), failures }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_day_and_a_collector_may_ask_for_one() {
        let after = |failures, asked: Option<u64>| {
            let pause = Pause { until: Moment(0), failures };
            longer(pause, asked.map(Duration::from_secs), Moment(0)).until.0 / 1_000
        };
        assert_eq!([0, 1, 2, 10, 11, 60].map(|n| after(n, None)), [60, 120, 240, 61_440, 86_400, 86_400]);
        assert_eq!([0, 600, u64::MAX / 2_000].map(|asked| after(0, Some(asked))), [60, 600, 86_400]);
    }

    #[test]
    fn only_a_collector_that_took_it_or_will_never_take_it_ends_a_request() {
        let fate = |status: u16| judge(StatusCode::from_u16(status).expect("a status"), &HeaderMap::new());
        assert_eq!([200, 202, 204].map(fate), [Fate::Arrived; 3]);
        assert_eq!([400, 413, 415, 422].map(fate), [Fate::Refused; 4]);
        assert_eq!(
            [301, 302, 307, 401, 403, 404, 407, 429, 500, 502, 503].map(fate),
            [Fate::Later(None); 11]
        );
    }

    #[test]
    fn an_address_becomes_that_of_a_signal() {
        let of = |address: &str| {
            Collector::new(net::Lazy::default(), address, "logs").map(|c| c.address().to_owned())
        };
        assert_eq!(of("https://a.test").as_deref(), Ok("https://a.test/v1/logs"));
        assert_eq!(of("https://a.test/otlp/").as_deref(), Ok("https://a.test/otlp/v1/logs"));
        assert_eq!(of("http://a.test:4318/v1/logs").as_deref(), Ok("http://a.test:4318/v1/logs"));
        for wrong in ["", "a.test", "file:///etc/passwd", "https://me:canary@a.test"] {
            let refusal = of(wrong).expect_err(wrong);
            assert!(!refusal.contains("canary"), "{refusal}");
        }
    }

    #[test]
    fn headers_of_another_form_are_refused_without_being_repeated() {
        let with = |text: &str| {
            Collector::new(net::Lazy::default(), "https://a.test", "traces")
                .expect("an address")
                .with_headers(text)
        };
        assert_eq!(with("a=1, b = 2,").map(|c| c.headers.len()).ok(), Some(2));
        let refusal = with("canary").err().expect("no pair");
        assert!(!refusal.contains("canary"), "{refusal}");
    }
}
