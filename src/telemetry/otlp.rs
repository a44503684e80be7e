//! Events and spans as OTLP in JSON.
//!
//! The form follows the JSON mapping of Protocol Buffers with the changes OTLP makes to it: 64-bit numbers are strings,
//! trace and span ids are hexadecimal, enumerations are numbers. Source: `docs/sources.md`, otlp 1.

use serde_json::{Value as Json, json};

use super::{
    event::Event,
    span::Span,
    word::Value,
    words::{Processor, System, Version},
};

/// Who counts.
const SCOPE: &str = "qwen.usage";
/// Severity `INFO`.
const INFO: u32 = 9;
/// An internal span.
const INTERNAL: u32 = 1;

/// One request with these events. Each comes with its hour. *Unit:* seconds since 1970.
///
/// Shape: one line with its end, so that what is printed is what is sent.
pub(super) fn logs(events: &[(u64, Event)], installation: &str) -> Vec<u8> {
    let records: Vec<Json> = events
        .iter()
        .map(|(seconds, event)| {
            json!({
                "timeUnixNano": nanos(*seconds),
                "observedTimeUnixNano": nanos(*seconds),
                "severityNumber": INFO,
                "eventName": event.name(),
                "body": {"stringValue": event.name()},
                "attributes": fields(event),
            })
        })
        .collect();
    let mut resource = machine();
    resource.push(attribute("qwen.installation", &json!({"stringValue": installation})));
    line(&json!({"resourceLogs": [{
        "resource": {"attributes": resource},
        "scopeLogs": [{"scope": scope(), "logRecords": records}],
    }]}))
}

/// One request with these spans.
pub(super) fn traces(spans: &[Span]) -> Vec<u8> {
    let spans: Vec<Json> = spans
        .iter()
        .map(|span| {
            let mut attributes = fields(&span.event);
            let counts = span.counts.iter().map(|(name, count)| attribute(name, &number(*count)));
            attributes.extend(counts);
            let mut told = json!({
                "traceId": span.trace,
                "spanId": span.id,
                "name": span.event.name(),
                "kind": INTERNAL,
                "startTimeUnixNano": (u128::from(span.start.0) * 1_000_000).to_string(),
                "endTimeUnixNano": (u128::from(span.end.0) * 1_000_000).to_string(),
                "attributes": attributes,
                "status": {"code": if span.is_error { 2 } else { 1 }},
            });
            if let Some(parent) = &span.parent {
                told["parentSpanId"] = parent.as_str().into();
            }
            told
        })
        .collect();
    line(&json!({"resourceSpans": [{
        "resource": {"attributes": machine()},
        "scopeSpans": [{"scope": scope(), "spans": spans}],
    }]}))
}

fn scope() -> Json {
    json!({"name": SCOPE, "version": "1"})
}

/// What sends, in words.
fn machine() -> Vec<Json> {
    [
        ("service.name", "qwen"),
        ("service.version", Version::this().name()),
        ("os.type", System::of(std::env::consts::OS).name()),
        ("host.arch", Processor::of(std::env::consts::ARCH).name()),
    ]
    .map(|(name, word)| attribute(name, &json!({"stringValue": word})))
    .into()
}

fn fields(event: &Event) -> Vec<Json> {
    let told = event.fields().into_iter().map(|(name, value)| {
        let value = match value {
            Value::Text(word) => json!({"stringValue": word}),
            Value::Number(end) => number(end),
        };
        attribute(name, &value)
    });
    told.collect()
}

fn number(number: u64) -> Json {
    json!({"intValue": number.to_string()})
}

fn attribute(key: &str, value: &Json) -> Json {
    json!({"key": key, "value": value})
}

fn nanos(seconds: u64) -> String {
    (u128::from(seconds) * 1_000_000_000).to_string()
}

fn line(request: &Json) -> Vec<u8> {
    let mut bytes = request.to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::{Kind, Verdict},
        telemetry::{Bucket, Tool},
    };

    #[test]
    fn a_request_is_one_line_of_otlp() {
        let done = Event::ToolDone {
            tool: Tool::of("edit"),
            verdict: Verdict::Done,
            took: Bucket::of(12),
            size: Bucket::of(0),
        };
        let bytes =
            logs(&[(1_795_305_600, done), (1_795_309_200, Event::Failed { kind: Kind::Auth })], "00ff");
        let text = String::from_utf8(bytes).expect("JSON is text");
        assert_eq!(text.matches('\n').count(), 1);
        let told: Json = serde_json::from_str(&text).expect("JSON");
        let (system, processor) =
            (System::of(std::env::consts::OS).name(), Processor::of(std::env::consts::ARCH).name());
        let text = |key: &str, word: &str| json!({"key": key, "value": {"stringValue": word}});
        assert_eq!(
            told,
            json!({"resourceLogs": [{
                "resource": {"attributes": [
                    text("service.name", "qwen"), text("service.version", env!("CARGO_PKG_VERSION")),
                    text("os.type", system), text("host.arch", processor), text("qwen.installation", "00ff"),
                ]},
                "scopeLogs": [{"scope": {"name": "qwen.usage", "version": "1"}, "logRecords": [
                    {
                        "timeUnixNano": "1795305600000000000",
                        "observedTimeUnixNano": "1795305600000000000",
                        "severityNumber": 9,
                        "eventName": "tool_done",
                        "body": {"stringValue": "tool_done"},
                        "attributes": [
                            text("tool", "edit"), text("verdict", "done"),
                            {"key": "took", "value": {"intValue": "10"}},
                            {"key": "size", "value": {"intValue": "0"}},
                        ],
                    },
                    {
                        "timeUnixNano": "1795309200000000000",
                        "observedTimeUnixNano": "1795309200000000000",
                        "severityNumber": 9,
                        "eventName": "failed",
                        "body": {"stringValue": "failed"},
                        "attributes": [text("kind", "auth")],
                    },
                ]}],
            }]})
        );
    }
}
