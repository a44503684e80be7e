//! How long a server asks to wait.
//!
//! Source: `docs/sources.md`, wire 5.2.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;

/// What a server asks for beside its error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::provider) struct Asked {
    /// How long to wait.
    pub(in crate::provider) after: Option<Duration>,
    /// Whether another try makes sense, if it says so.
    pub(in crate::provider) retry: Option<bool>,
}

impl Asked {
    /// Reads the headers.
    pub(in crate::provider) fn read(headers: &HeaderMap, now: SystemTime) -> Self {
        let get = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
        let after = get("retry-after-ms")
            .and_then(|text| fraction(text, 1e-3))
            .or_else(|| get("retry-after").and_then(|text| retry_after(text, now)))
            .or_else(|| resets(&get, now));
        Self { after, retry: get("x-should-retry").and_then(|text| text.parse().ok()) }
    }

    /// Reads the message where the headers said nothing.
    pub(in crate::provider) fn or_in(mut self, message: &str) -> Self {
        self.after = self.after.or_else(|| in_text(&message.to_lowercase()));
        self
    }
}

fn fraction(text: &str, unit: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse::<f64>().ok()? * unit).ok()
}

fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let date = || jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    fraction(text, 1.0).or_else(|| Some(SystemTime::from(date()?).duration_since(now).unwrap_or_default()))
}

/// The longer reset of the limits that are used up.
fn resets<'a>(get: &impl Fn(&str) -> Option<&'a str>, now: SystemTime) -> Option<Duration> {
    let reset = |what: &str| {
        let remaining = get(&format!("x-ratelimit-remaining-{what}"))?;
        let text = get(&format!("x-ratelimit-reset-{what}"))?;
        (remaining == "0").then(|| duration(text).or_else(|| moment(text, now)))?
    };
    ["requests", "tokens"].into_iter().filter_map(reset).max()
}

/// A bare number: seconds, or a point in time in seconds or milliseconds when it is large.
fn moment(text: &str, now: SystemTime) -> Option<Duration> {
    let number: f64 = text.parse().ok()?;
    if number <= 1e9 {
        return Duration::try_from_secs_f64(number).ok();
    }
    let seconds = if number > 1e11 { number / 1e3 } else { number };
    let at = UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?;
    Some(at.duration_since(now).unwrap_or_default())
}

/// A duration in a message: `try again in 41.724s`, `retry after 5 seconds`, `in 1m2s`.
fn in_text(lower: &str) -> Option<Duration> {
    let leads = ["try again in ", "retry in ", "retry after ", "again after ", "retry-after: ", "wait "];
    leads.iter().find_map(|lead| leading(lower.split_once(lead)?.1).map(|(wait, _)| wait))
}

/// A whole duration as Go writes it: `6m0s`, `120ms`, `1h2m3.5s`.
fn duration(text: &str) -> Option<Duration> {
    leading(text).filter(|(_, rest)| rest.is_empty()).map(|(wait, _)| wait)
}

/// The duration a text begins with, and what follows it.
fn leading(text: &str) -> Option<(Duration, &str)> {
    let (mut total, mut rest, mut found) = (Duration::ZERO, text, false);
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let Ok(number) = rest[..end].trim_end_matches('.').parse::<f64>() else { break };
        let after = rest[end..].trim_start();
        let unit_end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let Some(unit) = seconds_of(&after[..unit_end]) else { break };
        total = total.checked_add(Duration::try_from_secs_f64(number * unit).ok()?)?;
        (rest, found) = (&after[unit_end..], true);
    }
    found.then_some((total, rest))
}

fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    type Headers = &'static [(&'static str, &'static str)];

    /// 1994-11-06 08:49:37 UTC.
    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    fn asked(headers: Headers) -> Option<u128> {
        let pairs = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Asked::read(&pairs.collect(), now()).after.map(|d| d.as_millis())
    }

    #[test]
    fn every_header_form_is_understood_in_its_order() {
        let table: [(Headers, Option<u128>); 13] = [
            (&[("retry-after-ms", "1500.5"), ("retry-after", "9")], Some(1_500)),
            (&[("retry-after", "20")], Some(20_000)),
            (&[("retry-after", "0.25")], Some(250)),
            (&[("retry-after", "10000")], Some(10_000_000)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], Some(30_000)),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT")], Some(0)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "soon")], None),
            (
                &[
                    ("x-ratelimit-remaining-requests", "0"),
                    ("x-ratelimit-reset-requests", "1h2m3.5s"),
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-tokens", "120ms"),
                ],
                Some(3_723_500),
            ),
            (
                &[
                    ("x-ratelimit-remaining-requests", "12"),
                    ("x-ratelimit-reset-requests", "6m0s"),
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-tokens", "1s"),
                ],
                Some(1_000),
            ),
            (&[("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "7.5")], Some(7_500)),
            (
                &[("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "1784111787000")],
                Some(1_000_000_010_000),
            ),
            (&[("x-ratelimit-remaining-tokens", "-1"), ("x-ratelimit-reset-tokens", "5s")], None),
        ];
        for (headers, expected) in table {
            assert_eq!(asked(headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_wait_in_the_message_is_found() {
        let table = [
            ("Rate limit reached. Please try again in 41.724s. Visit https://x", Some(41_724)),
            ("please retry after 5 seconds", Some(5_000)),
            ("Try again in 1m2s.", Some(62_000)),
            ("try again in 20ms", Some(20)),
            ("Please wait 2 minutes and go on", Some(120_000)),
            ("try again in a moment", None),
            ("wait for 3 tokens", None),
        ];
        for (text, expected) in table {
            let after = Asked::default().or_in(text).after;
            assert_eq!(after.map(|d| d.as_millis()), expected, "{text}");
        }
    }

    #[test]
    fn the_servers_word_on_another_try_is_read() {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("x-should-retry"),
            HeaderValue::from_static("false"),
        )]);
        assert_eq!(Asked::read(&headers, now()).retry, Some(false));
    }
}
