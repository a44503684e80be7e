//! Whether a provider keeps its own rules: each answer is compared with what was expected, and what goes against the
//! rules becomes a [`Finding`] that changes how the next requests are marked.
//!
//! Source: `docs/sources.md`, wire 3.5.

use serde::{Deserialize, Serialize};

use crate::{
    base::{Moment, Tokens},
    protocol::Finding,
};

/// How long a verdict on a model is believed. *Unit:* milliseconds.
const DAY: u64 = 24 * 3_600_000;
/// So many requests that read nothing of what was stored are an anomaly, and so many are too many.
const ANOMALY: u8 = 2;
const TOO_MANY: u8 = 3;
/// A marked request of this size must be read or written, or else markers do nothing.
const LARGE: Tokens = Tokens(2_000);

/// What one account and model taught of themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Trust {
    /// When markers were found to do nothing.
    ignored: Moment,
    /// When every marker was found to be billed for itself.
    per_marker: Moment,
    /// When the server refused `cache_control`.
    refused: Moment,
    /// When it refused content in parts.
    plain_content: Moment,
    /// When it refused parts in tool results.
    plain_results: Moment,
    /// Requests in a row that read nothing of what was surely stored. This and what follows is of this session.
    #[serde(skip)]
    misses: u8,
    /// Large marked requests in a row that were neither read nor written.
    #[serde(skip)]
    effectless: u8,
    #[serde(skip)]
    rewritten: Option<Finding>,
    #[serde(skip)]
    is_given_up: bool,
}

/// One answer to a marked request, beside what was expected of it.
pub(super) struct Evidence {
    pub(super) read: Tokens,
    pub(super) written: Tokens,
    pub(super) input: Tokens,
    /// What should have been read and written.
    pub(super) expected: (Tokens, Tokens),
    /// Whether what should have been read was stored or read less than 270 seconds before.
    pub(super) is_fresh: bool,
    /// Whether the sizes were calibrated by a report before.
    pub(super) is_calibrated: bool,
    /// Whether more than one marker lay above what was read, so that each could be billed.
    pub(super) has_middle: bool,
    /// The first item above what was read.
    pub(super) above: Option<usize>,
}

impl Trust {
    /// Whether markers are sent at all.
    pub(super) fn allows_markers(&self, now: Moment) -> bool {
        let refusals = [self.ignored, self.refused, self.plain_content];
        !self.is_given_up && !refusals.iter().any(|then| is_recent(*then, now))
    }

    /// Whether content may be written in parts.
    pub(super) fn allows_parts(&self, now: Moment) -> bool {
        !is_recent(self.plain_content, now)
    }

    /// Whether tool results may be written in parts and carry markers. What is too old was forgotten before.
    pub(super) fn marks_results(&self) -> bool {
        self.plain_results == Moment(0)
    }

    /// The server refused something at `now`. Returns whether that is new.
    pub(super) fn refuse(&mut self, finding: Finding, now: Moment) -> bool {
        let then = match finding {
            Finding::Refused => &mut self.refused,
            Finding::PlainContent => &mut self.plain_content,
            Finding::PlainResults => &mut self.plain_results,
            // The dialect remembers it.
            _ => return true,
        };
        !is_recent(std::mem::replace(then, now), now)
    }

    /// Forgets verdicts that are no longer believed at `now`, or that come from a clock that was ahead.
    pub(super) fn expire(&mut self, now: Moment, latest: Moment) {
        let Self { ignored, per_marker, refused, plain_content, plain_results, .. } = self;
        for then in [ignored, per_marker, refused, plain_content, plain_results] {
            if !is_recent(*then, now) || *then > latest {
                *then = Moment(0);
            }
        }
    }

    /// Whether only head and tail are marked.
    pub(super) fn is_plain(&self) -> bool {
        self.rewritten.is_some()
    }

    /// Whether every marker above what is read costs its own write.
    pub(super) fn bills_each(&self, now: Moment) -> bool {
        is_recent(self.per_marker, now)
    }

    /// Everything that holds at `now`, gravest first.
    pub(super) fn findings(&self, now: Moment) -> Vec<Finding> {
        let findings = [
            is_recent(self.ignored, now).then_some(Finding::Ignored),
            self.is_given_up.then_some(Finding::GivenUp),
            (self.misses >= ANOMALY && !self.is_given_up).then_some(Finding::Missing),
            is_recent(self.per_marker, now).then_some(Finding::PerMarker),
            is_recent(self.refused, now).then_some(Finding::Refused),
            is_recent(self.plain_content, now).then_some(Finding::PlainContent),
            is_recent(self.plain_results, now).then_some(Finding::PlainResults),
            self.rewritten,
        ];
        findings.into_iter().flatten().collect()
    }

    /// Judges an answer that came at `now`. Returns what is newly found.
    pub(super) fn judge(&mut self, evidence: &Evidence, now: Moment) -> Option<Finding> {
        let Evidence { read, written, input, expected, .. } = *evidence;
        if read + written > input && evidence.has_middle {
            let is_new = !self.bills_each(now);
            self.per_marker = now;
            return is_new.then_some(Finding::PerMarker);
        }
        if read == Tokens(0) && written == Tokens(0) {
            self.effectless =
                if input >= LARGE { self.effectless.saturating_add(1) } else { self.effectless };
            if self.effectless >= ANOMALY {
                self.effectless = 0;
                self.ignored = now;
                return Some(Finding::Ignored);
            }
        } else {
            self.effectless = 0;
        }
        let is_miss = read == Tokens(0) && expected.0 > Tokens(0);
        if is_miss && evidence.is_fresh {
            self.misses = self.misses.saturating_add(1);
            self.is_given_up |= self.misses >= TOO_MANY;
            return match self.misses {
                TOO_MANY => Some(Finding::GivenUp),
                ANOMALY => Some(Finding::Missing),
                _ => None,
            };
        }
        if read > Tokens(0) {
            self.misses = 0;
        }
        let is_short = read > Tokens(0) && read.0.saturating_mul(10) < expected.0.0.saturating_mul(9);
        let most = Tokens(expected.1.0.saturating_mul(115) / 100) + Tokens(200);
        if is_short && written > most && evidence.is_calibrated {
            self.rewritten = Some(Finding::Rewritten { item: evidence.above });
            return self.rewritten;
        }
        if read >= expected.0 {
            self.rewritten = None;
        }
        None
    }

    /// Verdicts on the model are shared; what was counted in a session is that session's own.
    pub(super) fn merge(&mut self, other: &Self) {
        self.ignored = self.ignored.max(other.ignored);
        self.per_marker = self.per_marker.max(other.per_marker);
        self.refused = self.refused.max(other.refused);
        self.plain_content = self.plain_content.max(other.plain_content);
        self.plain_results = self.plain_results.max(other.plain_results);
    }
}

/// Whether a verdict of then is still believed. A moment of zero is never.
fn is_recent(then: Moment, now: Moment) -> bool {
    then > Moment(0) && now.0 < then.0.saturating_add(DAY)
}
