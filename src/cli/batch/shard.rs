//! One part of a file of tasks. Pure.

use std::{fmt, str::FromStr};

use crate::protocol::{Failure, Kind};

/// One of several parts: the tasks whose number, counted from 1, is `index` modulo `total`.
///
/// *Shape:* `1 ≤ index ≤ total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    total: u32,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { index: 1, total: 1 };

    /// The part that flags and environment ask for. `completion` is `JOB_COMPLETION_INDEX`, which counts from 0.
    /// Errors: `--shards` without it, or beyond it.
    pub(super) fn asked(
        shard: Option<Self>,
        shards: Option<u32>,
        completion: Option<&str>,
    ) -> Result<Self, Failure> {
        let Some(total) = shards else { return Ok(shard.unwrap_or(Self::WHOLE)) };
        let wrong = |error: String| {
            Failure::new(Kind::Usage, error)
                .hint("Kubernetes sets it in Jobs with `completionMode: Indexed`")
                .hint("elsewhere name the part, counted from 1: `--shard 2/3`")
        };
        let text = completion.ok_or_else(|| {
            wrong("`--shards` needs `JOB_COMPLETION_INDEX` in the environment, which is not set".to_owned())
        })?;
        let index = text.parse::<u32>().ok().filter(|index| *index < total).ok_or_else(|| {
            wrong(format!("`JOB_COMPLETION_INDEX` is `{text}`, which is none of 0 to {}", total - 1))
        })?;
        Ok(Self { index: index + 1, total })
    }

    /// Whether the task with this number, counted from 0, belongs to it.
    pub(super) fn has(self, number: usize) -> bool {
        number % (self.total as usize) == (self.index - 1) as usize
    }

    /// Whether it is all there is.
    pub(super) fn is_whole(self) -> bool {
        self.total == 1
    }

    /// For the name of a file: `shard-2-of-3`.
    pub(super) fn slug(self) -> String {
        format!("shard-{}-of-{}", self.index, self.total)
    }
}

/// `2/3`.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.total)
    }
}

/// Errors: what is wrong with it.
impl FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        let (index, total) =
            parts.ok_or_else(|| "write it as `2/3`: the second of three parts".to_owned())?;
        if !(1..=total).contains(&index) {
            return Err(format!("parts are counted from 1 to {total}"));
        }
        Ok(Self { index, total })
    }
}
