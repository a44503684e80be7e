//! Marks of an earlier part of the conversation, and what stood around them.

use std::collections::BTreeSet;

use super::veil::placeholders;

/// What is remembered of a line before a mark, and behind it. *Unit:* characters.
const BEFORE: usize = 48;
const BEHIND: usize = 16;
/// Fewer letters and digits in common say nothing.
const TELLING: usize = 3;

/// A mark that was sent.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    kind: String,
    number: u32,
    before: String,
    behind: String,
}

/// The marks of a restored conversation. Values are written nowhere, so a secret is known again by where it stands: by
/// its kind and the words around it.
#[derive(Default)]
pub(super) struct Marks(BTreeSet<Mark>);

impl Marks {
    /// Remembers the marks of a text that was sent.
    pub(super) fn remember(&mut self, sent: &str) {
        for (at, whole, kind, number) in placeholders(sent) {
            let (before, behind) = around(sent, at, at + whole.len());
            self.0.insert(Mark { kind: kind.to_owned(), number, before, behind });
        }
    }

    /// The number of a secret of this kind that stands in a text from `start` to `end`; none where no mark or more
    /// than one fits. `is_free` says whether a number stands for nothing yet.
    pub(super) fn number(
        &self,
        kind: &str,
        text: &str,
        (start, end): (usize, usize),
        is_free: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let (before, behind) = around(text, start, end);
        let free: Vec<&Mark> =
            self.0.iter().filter(|mark| mark.kind == kind && is_free(mark.number)).collect();
        let is_alone = free.iter().all(|mark| mark.number == free[0].number);
        let fitting = |mark: &&Mark| Some((mark.fits(&before, &behind, is_alone)?, mark.number));
        let best = free.iter().filter_map(fitting).max()?;
        let rivals = free.iter().filter_map(fitting).any(|(many, number)| many == best.0 && number != best.1);
        (!rivals).then_some(best.1)
    }
}

impl Mark {
    /// How much of what stands before it is the same; `None` if it is another place.
    fn fits(&self, before: &str, behind: &str, is_alone: bool) -> Option<usize> {
        let same: Vec<char> = self
            .before
            .chars()
            .rev()
            .zip(before.chars().rev())
            .take_while(|(one, other)| one == other)
            .map(|(c, _)| c)
            .collect();
        let letters = same.iter().filter(|c| c.is_alphanumeric()).count();
        let is_whole = same.len() == self.before.chars().count() || same.len() == before.chars().count();
        let is_same_end = behind.starts_with(&self.behind) || self.behind.starts_with(behind);
        // A line with nothing before the secret says nothing, unless there is only one of the kind.
        let is_bare = |text: &str| !text.chars().any(char::is_alphanumeric);
        let is_told = letters >= TELLING || is_alone && is_bare(&self.before) && is_bare(before);
        (is_whole && is_same_end && is_told).then_some(same.len())
    }
}

fn around(text: &str, start: usize, end: usize) -> (String, String) {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let mut before: Vec<char> = text[line..start].chars().rev().take(BEFORE).collect();
    before.reverse();
    let behind = text[end..].chars().take(BEHIND).take_while(|c| *c != '\n');
    (before.into_iter().collect(), behind.collect())
}
