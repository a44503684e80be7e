//! Which names the folders of a repository hold, kept beside the map to tell later what changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A folder with more names than this is not compared.
const NAMES: usize = 1_000;

/// The most that all names take. At the usual number of folders that is 800 bytes, about 50 names, for each; folders
/// beyond are not compared. *Unit:* bytes.
const SIZE: usize = 128_000;

/// The names in each folder that was read.
///
/// Shape: paths from the root with `/` between parts, the root is `.`; names sorted as the map has them, folders
/// with a `/`. Folders that hold a single folder and nothing else are in it, too, though the map jumps over them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Listing(BTreeMap<String, Vec<String>>);

impl Listing {
    /// Of folders as they were read, nearest first.
    pub(super) fn of<'a>(folders: impl IntoIterator<Item = (&'a str, &'a [String])>) -> Self {
        let mut listing = BTreeMap::new();
        let mut left = SIZE;
        for (path, names) in folders {
            let size = path.len() + names.iter().map(|name| name.len() + 3).sum::<usize>();
            if names.len() > NAMES || size > left {
                continue;
            }
            left -= size;
            listing.insert(path.to_owned(), names.to_vec());
            // What lies between the last folder that has an entry and this one is a chain of single folders.
            let mut at = path;
            while let Some((above, name)) = at.rsplit_once('/') {
                if listing.contains_key(above) {
                    break;
                }
                listing.insert(above.to_owned(), vec![format!("{name}/")]);
                at = above;
            }
        }
        Self(listing)
    }

    /// What is new in `now` and what is gone, for each folder that both have: names with `+` or `-` before them,
    /// sorted. What a folder holds that is itself new or gone is not told.
    pub(super) fn changes<'a>(&'a self, now: &'a Self) -> Vec<(&'a str, Vec<String>)> {
        let both = self.0.iter().filter_map(|(path, before)| Some((path, before, now.0.get(path)?)));
        let compared = both.map(|(path, before, after)| {
            let mut names: Vec<(&String, char)> = after
                .iter()
                .filter(|name| !before.contains(name))
                .map(|name| (name, '+'))
                .chain(before.iter().filter(|name| !after.contains(name)).map(|name| (name, '-')))
                .collect();
            names.sort_unstable();
            (path.as_str(), names.into_iter().map(|(name, sign)| format!("{sign}{name}")).collect())
        });
        compared.filter(|(_, names): &(_, Vec<String>)| !names.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(folders: &[(&str, &[&str])]) -> Listing {
        let owned: Vec<(&str, Vec<String>)> = folders
            .iter()
            .map(|(path, names)| (*path, names.iter().map(|n| (*n).to_owned()).collect()))
            .collect();
        Listing::of(owned.iter().map(|(path, names)| (*path, names.as_slice())))
    }

    fn changes(before: &[(&str, &[&str])], after: &[(&str, &[&str])]) -> Vec<String> {
        let (before, after) = (listing(before), listing(after));
        let lines = before.changes(&after);
        lines.into_iter().map(|(path, names)| format!("{path}: {}", names.join(" "))).collect()
    }

    #[test]
    fn added_and_removed_names_are_told_by_folder() {
        let before: &[(&str, &[&str])] = &[(".", &["src/", "a"]), ("src", &["b.rs", "c.rs"])];
        assert_eq!(changes(before, before), Vec::<String>::new());
        let after: &[(&str, &[&str])] =
            &[(".", &["new/", "src/", "a"]), ("src", &["b.rs", "d.rs"]), ("new", &["x"])];
        assert_eq!(changes(before, after), [".: +new/", "src: -c.rs +d.rs"]);
    }

    #[test]
    fn a_chain_that_gets_a_second_name_is_no_new_folder() {
        let before: &[(&str, &[&str])] = &[(".", &["src/"]), ("src/main/java", &["A.java"])];
        let after: &[(&str, &[&str])] =
            &[(".", &["src/"]), ("src/main", &["java/", "b.xml"]), ("src/main/java", &["A.java"])];
        assert_eq!(changes(before, after), ["src/main: +b.xml"]);
        assert_eq!(changes(after, before), ["src/main: -b.xml"]);
    }

    #[test]
    fn crowds_are_not_compared_and_the_size_is_bounded() {
        let many: Vec<String> = (0..1_001).map(|n| format!("{n}.rs")).collect();
        assert_eq!(Listing::of([("crowd", many.as_slice())]), Listing::default());
        let folders: Vec<String> = (0..400).map(|n| format!("folder{n}")).collect();
        let names = &many[..100];
        let listing = Listing::of(folders.iter().map(|folder| (folder.as_str(), names)));
        let size = serde_json::to_string(&listing).expect("names").len();
        assert!((100_000..=140_000).contains(&size), "{size}");
    }
}
