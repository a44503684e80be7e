//! Finds secrets in a text.

use std::{
    ops::Range,
    sync::{LazyLock, OnceLock},
};

use regex::Regex;

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
        let form = form.get_or_init(|| Regex::new(rule.form).expect("a test compiles every form"));
        for hit in form.captures_iter(text) {
            let Some(place) = hit.iter().skip(1).flatten().next().or_else(|| hit.get(0)) else { continue };
            let is_taken = found.iter().any(|f| f.range.start < place.end() && place.start() < f.range.end);
            if !is_taken && rule.check.passes(place.as_str()) {
                found.push(Found { kind: rule.name, range: place.range() });
            }
        }
    }
    found.sort_by_key(|f| f.range.start);
    found
}
