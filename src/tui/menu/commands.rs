//! Which commands fit what is typed.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::tui::commands::{ALL, Choice, Command};

/// A command and, if it was found by another name, that name.
pub(super) type Found = (&'static Command, Option<&'static str>);

/// How well a name fits: the better, the smaller.
type Rank = (u8, Reverse<u32>);

/// The commands that fit, the best first. With nothing typed: those used last, then all others in their own order.
pub(super) fn fitting(typed: &str, recent: &[&'static str]) -> Vec<Found> {
    if typed.is_empty() {
        let used = recent.iter().filter_map(|name| ALL.iter().find(|c| c.name == *name));
        let others = ALL.iter().filter(|c| !recent.contains(&c.name));
        return used.chain(others).map(|command| (command, None)).collect();
    }
    let mut search = Search::new(typed);
    let mut found: Vec<(Rank, Found)> = Vec::new();
    for command in ALL {
        let own = search.rank(command.name, 0).map(|rank| (rank, None));
        let others = command.also.iter().filter_map(|also| Some((search.rank(also, 1)?, Some(*also))));
        let best = own.into_iter().chain(others).min_by_key(|(rank, _)| *rank);
        found.extend(best.map(|(rank, also)| (rank, (command, also))));
    }
    // Equal ones stay in their order.
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, found)| found).collect()
}

/// The words that fit, the best first.
pub(super) fn choices(all: &'static [Choice], typed: &str) -> Vec<&'static Choice> {
    let mut search = Search::new(typed);
    let mut found: Vec<_> =
        all.iter().filter_map(|choice| Some((search.rank(choice.name, 0)?, choice))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, choice)| choice).collect()
}

struct Search {
    typed: String,
    pattern: Pattern,
    matcher: Matcher,
}

impl Search {
    fn new(typed: &str) -> Self {
        let typed = typed.to_lowercase();
        let pattern = Pattern::new(&typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        Self { typed, pattern, matcher: Matcher::new(Config::DEFAULT) }
    }

    /// The whole name, then its beginning, then letters in their order; other names (`step` 1) come behind the own one,
    /// and only by their beginning.
    fn rank(&mut self, name: &str, step: u8) -> Option<Rank> {
        if name == self.typed {
            return Some((step, Reverse(0)));
        }
        if name.starts_with(&self.typed) {
            return Some((2 + step, Reverse(0)));
        }
        if step > 0 {
            return None;
        }
        let mut buffer = Vec::new();
        let score = self.pattern.score(Utf32Str::new(name, &mut buffer), &mut self.matcher)?;
        Some((4, Reverse(score)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(typed: &str, recent: &[&'static str]) -> Vec<&'static str> {
        fitting(typed, recent).into_iter().map(|(command, _)| command.name).collect()
    }

    #[test]
    fn letters_in_their_order_are_enough_and_a_whole_name_stands_first() {
        assert_eq!(names("aprv", &[])[0], "approval-mode");
        assert_eq!(names("plan", &[])[0], "plan");
        assert_eq!(fitting("login", &[])[0].1, Some("login"));
        assert_eq!(names("LOGIN", &[])[0], "auth");
        assert_eq!(names("zzz", &[]), [""; 0]);
    }

    #[test]
    fn what_was_used_last_stands_first_until_something_is_typed() {
        let all = names("", &["stats", "clear"]);
        assert_eq!(all[..2], ["stats", "clear"]);
        assert_eq!(all.len(), ALL.len());
        assert_eq!(names("c", &["clear"])[0], names("c", &[])[0]);
    }
}
