//! Refusals of conversations that the provider keeps.
//!
//! Source: `docs/sources.md`, wire 2.1 and 2.4.

use super::Report;
use crate::provider::quirks::has_field;

/// Whether the response that `body` follows is unknown there, too old, or somebody else's.
pub(super) fn is_lost(report: &Report, body: &[u8]) -> bool {
    let text = format!("{} {}", report.lower(), report.param.to_lowercase());
    let is_named = ["previous_response", "previous response"].iter().any(|name| text.contains(name));
    // A stream tells no status; a busy server is busy whatever it names.
    is_named
        && matches!(report.status, 0 | 400 | 403 | 404 | 410 | 422)
        && has_field(body, "previous_response_id")
}

/// Whether the model, or the whole address, has no Responses API. A model nobody has is another matter.
pub(super) fn is_unserved(report: &Report, path: &str) -> bool {
    let text = report.lower();
    let is_absent = matches!(report.status, 404 | 405 | 501) && !text.contains("model");
    path == "responses" && (text.contains("agent capabilities are not enabled") || is_absent)
}
