//! How long what the provider stored can still be read, in words.

use super::{bill::clock, lang::fill, model::Model};
use crate::{base::Moment, protocol::CacheReport};

/// What is known of the stored prefix at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Warmth {
    /// It can be read until then.
    Warm(Moment),
    /// It could be read until then.
    Cold(Moment),
}

impl Model {
    /// Whether the next message finds what is stored; `None` before anything was.
    pub(super) fn warmth(&self) -> Option<(Warmth, CacheReport)> {
        let report = self.cache?;
        let until = report.warm_until?;
        let warmth = if until > self.now { Warmth::Warm(until) } else { Warmth::Cold(until) };
        Some((warmth, report))
    }

    /// For the status line, long and short. The time is absolute, so that nothing has to be written while it passes.
    pub(super) fn warmth_field(&self) -> Option<(String, String)> {
        let (warmth, report) = self.warmth()?;
        let words = self.look.words;
        match warmth {
            Warmth::Warm(until) => {
                let at = self.local_time(until);
                let at = [("at", at.as_str())];
                Some((fill(words.warm_until, &at), fill(words.warm_short, &at)))
            }
            // A request on its way has found it or not by now.
            Warmth::Cold(_) if self.work.is_some() => None,
            Warmth::Cold(_) => {
                let tokens = report.stored.short();
                let tokens = [("tokens", tokens.as_str())];
                Some((fill(words.cold, &tokens), fill(words.cold_short, &tokens)))
            }
        }
    }

    /// For the panel, as a sentence.
    pub(super) fn warmth_sentence(&self) -> String {
        let words = self.look.words;
        match self.warmth() {
            Some((Warmth::Warm(until), report)) => fill(
                words.warm_sentence,
                &[
                    ("at", &self.local_time(until)),
                    ("left", &clock(until.since(self.now))),
                    ("tokens", &report.stored.to_string()),
                ],
            ),
            Some((Warmth::Cold(until), report)) => fill(
                words.cold_sentence,
                &[("at", &self.local_time(until)), ("tokens", &report.stored.short())],
            ),
            None => words.nothing_stored.to_owned(),
        }
    }

    /// `14:05`, where the person is.
    pub(super) fn local_time(&self, at: Moment) -> String {
        let stamp = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        match stamp.map(|stamp| stamp.to_zoned(self.zone.clone())) {
            Some(time) => format!("{:02}:{:02}", time.hour(), time.minute()),
            None => "?".to_owned(),
        }
    }
}
