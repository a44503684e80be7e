//! Finds secrets in a text.

use std::{
    ops::Range,
    sync::{LazyLock, OnceLock},
};

use regex::bytes::{Regex, RegexBuilder};

use super::kinds::ALL;

/// A secret in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is: `github-token`.
    pub kind: &'static str,
    /// Where it stands. Unit: bytes.
    pub range: Range<usize>,
}

/// The forms, each made when it is first needed.
static FORMS: LazyLock<Vec<OnceLock<Regex>>> =
    LazyLock::new(|| ALL.iter().map(|_| OnceLock::new()).collect());

/// All secrets of a text, in order; none overlaps another.
pub fn find(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (rule, form) in ALL.iter().zip(FORMS.iter()) {
        if !rule.marks.iter().any(|mark| text.contains(mark)) {
            continue;
        }
        let form = form.get_or_init(|| compiled(rule.form));
        for hit in form.captures_iter(text.as_bytes()) {
            let Some(place) = hit.iter().skip(1).flatten().next().or_else(|| hit.get(0)) else { continue };
            let is_taken = found.iter().any(|f| f.range.start < place.end() && place.start() < f.range.end);
            // Every form begins and ends at a sign of ASCII, so it cuts no character.
            let Some(value) = text.get(place.range()) else { continue };
            if !is_taken && rule.check.passes(value) {
                found.push(Found { kind: rule.name, range: place.range() });
            }
        }
    }
    found.sort_by_key(|f| f.range.start);
    found
}

/// A form over bytes: its own signs are ASCII, whatever stands between them. Classes of Unicode, repeated some hundred
/// times, take ten times as long to compile, and their word ends make the search slow in text of other scripts.
pub(super) fn compiled(form: &str) -> Regex {
    RegexBuilder::new(form).unicode(false).build().expect("a test compiles every form")
}
