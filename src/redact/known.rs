//! Values that are known, and looked for wherever they may stand.

use aho_corasick::{AhoCorasick, MatchKind};

use super::find::Found;
use crate::base::Secret;

/// Values that are looked for one by one before the search for all is made anew. *Unit:* values.
const FEW: usize = 16;

/// Known values, and what each is.
#[derive(Default)]
pub(super) struct Known {
    values: Vec<(&'static str, Secret)>,
    /// Finds the first `searched` values at once.
    search: Option<AhoCorasick>,
    searched: usize,
}

impl Known {
    /// Adds a value. Whoever calls this has looked that it stands for nothing else.
    pub(super) fn add(&mut self, kind: &'static str, value: Secret) {
        self.values.push((kind, value));
        // Made anew when there are twice as many, so that a session of many secrets does not make it each time.
        if self.values.len() - self.searched < FEW.max(self.searched) {
            return;
        }
        let all = self.values.iter().map(|(_, value)| value.expose());
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(all);
        // One that would be too large is none: then each value is looked for by itself.
        (self.search, self.searched) = search.map_or((None, 0), |made| (Some(made), self.values.len()));
    }

    /// Every place of a text where one of them stands.
    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        if let Some(search) = &self.search {
            let all = search.find_iter(text);
            found.extend(
                all.map(|hit| Found { kind: self.values[hit.pattern().as_usize()].0, range: hit.range() }),
            );
        }
        for (kind, value) in &self.values[self.searched..] {
            let all = text.match_indices(value.expose());
            found.extend(all.map(|(at, value)| Found { kind, range: at..at + value.len() }));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_are_found_as_few_are() {
        let mut known = Known::default();
        for number in 0..100 {
            known.add("kind", Secret::new(format!("value-{number:03}-x")));
            let text = format!("a value-000-x b value-{number:03}-x c");
            let places: Vec<_> = known.find(&text).into_iter().map(|found| found.range).collect();
            assert!(places.contains(&(2..13)) && places.contains(&(16..27)), "{number}: {places:?}");
        }
        assert!(known.search.is_some() && known.find("value-100-x").is_empty());
    }
}
