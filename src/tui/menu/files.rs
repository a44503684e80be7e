//! The list of files and the search in it.
//!
//! A search goes through the list in pieces, one for each message, so that no key waits for a large repository.

use std::{cmp::Reverse, fmt, sync::Arc, time::Duration};

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::{base::Moment, protocol::FileList};

/// Paths that are looked at for one message.
const PIECE: usize = 16_384;
/// The best ones that are kept of a search.
const KEPT: usize = 500;
/// A list that is older is asked for again. Source: `docs/sources.md`, tui 4.5.
const FRESH: Duration = Duration::from_secs(10);
/// What a name that is the very word is worth beyond its letters.
const SAME: u32 = 1_000;

/// What is known of the workspace's files.
#[derive(Debug, Default)]
pub(in crate::tui) struct Files {
    list: FileList,
    /// When the list came; `None` before the first one.
    known: Option<Moment>,
    is_asked: bool,
    is_stale: bool,
    search: Option<Search>,
    scratch: Scratch,
}

/// A search that may not be finished.
#[derive(Debug)]
struct Search {
    query: String,
    /// Only paths below this folder count.
    folder: String,
    pattern: Option<Pattern>,
    /// The word that a name may be.
    word: String,
    /// The next path to look at.
    next: usize,
    total: usize,
    best: Vec<(Reverse<u32>, u32)>,
}

/// Memory of the matcher; nothing of it outlives a match.
struct Scratch(Matcher, Vec<char>);

impl Default for Scratch {
    fn default() -> Self {
        Self(Matcher::new(Config::DEFAULT.match_paths()), Vec::new())
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch")
    }
}

impl Files {
    /// Files may have come and gone: the list is asked for again when it is needed.
    pub(in crate::tui) fn may_have_changed(&mut self) {
        self.is_stale = true;
    }

    /// Whether the list has to be asked for now; it then counts as asked for.
    pub(super) fn asks(&mut self, now: Moment) -> bool {
        let is_old = self.known.is_none_or(|at| now.since(at) > FRESH);
        let asks = !self.is_asked && (is_old || self.is_stale);
        if asks {
            (self.is_asked, self.is_stale) = (true, false);
        }
        asks
    }

    /// Takes the list; returns whether it is another one.
    pub(super) fn take(&mut self, list: FileList, now: Moment) -> bool {
        (self.is_asked, self.known) = (false, Some(now));
        let is_other = list != self.list;
        if is_other {
            self.list = list;
            self.search = None;
        }
        is_other
    }

    /// Whether there is a list.
    pub(super) fn is_known(&self) -> bool {
        self.known.is_some()
    }

    /// Whether the list has more than it could hold.
    pub(super) fn is_cut(&self) -> bool {
        self.list.is_cut
    }

    /// The path with this number.
    pub(super) fn path(&self, number: u32) -> &str {
        self.list.paths.get(number as usize).map_or("", String::as_str)
    }

    /// Whether a search goes on with the next message.
    pub(in crate::tui) fn is_searching(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.next < self.list.paths.len())
    }

    /// Begins a search, unless it is the one that runs or has run.
    pub(super) fn search(&mut self, query: &str) {
        if self.search.as_ref().is_none_or(|search| search.query != query) {
            self.search = Some(Search::new(query, &self.list.paths));
        }
    }

    /// Goes on with the search; returns whether it is finished.
    pub(super) fn go_on(&mut self) -> bool {
        let paths = Arc::clone(&self.list.paths);
        if let Some(search) = &mut self.search {
            search.piece(&paths, &mut self.scratch);
        }
        !self.is_searching()
    }

    /// The best ones, in order, and how many there are in all.
    pub(super) fn found(&mut self) -> (Vec<u32>, usize) {
        let Some(search) = &mut self.search else { return (Vec::new(), 0) };
        search.trim();
        (search.best.iter().map(|(_, number)| *number).collect(), search.total)
    }
}

impl Search {
    fn new(query: &str, paths: &[String]) -> Self {
        // Behind a folder that is there only what it holds is looked for.
        let folder = query.rfind('/').map_or("", |at| &query[..=at]);
        let folder = if paths.iter().any(|path| path.starts_with(folder)) { folder } else { "" };
        let word = &query[folder.len()..];
        let pattern = (!word.is_empty())
            .then(|| Pattern::new(word, CaseMatching::Smart, Normalization::Smart, AtomKind::Fuzzy));
        Self {
            query: query.to_owned(),
            folder: folder.to_owned(),
            pattern,
            word: word.to_lowercase(),
            next: 0,
            total: 0,
            best: Vec::new(),
        }
    }

    fn piece(&mut self, paths: &[String], scratch: &mut Scratch) {
        let end = (self.next + PIECE).min(paths.len());
        for (number, path) in paths.iter().enumerate().take(end).skip(self.next) {
            let Some(rest) = path.strip_prefix(self.folder.as_str()).filter(|rest| !rest.is_empty()) else {
                continue;
            };
            let Some(score) = self.score(rest, scratch) else { continue };
            self.total += 1;
            // The list begins with what is near, so of equal ones the first is the best.
            self.best.push((Reverse(score), u32::try_from(number).unwrap_or(u32::MAX)));
            if self.best.len() >= 4 * KEPT {
                self.trim();
            }
        }
        self.next = end;
    }

    fn score(&self, rest: &str, scratch: &mut Scratch) -> Option<u32> {
        let Some(pattern) = &self.pattern else { return Some(0) };
        let score = pattern.score(Utf32Str::new(rest, &mut scratch.1), &mut scratch.0)?;
        let name = rest.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let is_same = name.len() == self.word.len() && name.to_lowercase() == self.word;
        Some(if is_same { score + SAME } else { score })
    }

    fn trim(&mut self) {
        self.best.sort_unstable();
        self.best.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Files {
        let mut files = Files::default();
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        files.take(FileList { paths, is_cut: false }, Moment(0));
        files
    }

    fn found(files: &mut Files, query: &str) -> Vec<String> {
        files.search(query);
        while !files.go_on() {}
        let (numbers, _) = files.found();
        numbers.into_iter().map(|number| files.path(number).to_owned()).collect()
    }

    const TREE: &[&str] = &[
        "README.md",
        "docs/",
        "src/",
        "docs/guide.md",
        "src/main.rs",
        "src/deep/",
        "src/deep/er/",
        "src/deep/er/文件.py",
        "src/deep/er/Make File.txt",
    ];

    #[test]
    fn without_a_word_the_near_ones_stand_first() {
        assert_eq!(found(&mut files(TREE), ""), TREE);
    }

    #[test]
    fn letters_in_their_order_find_a_path_and_chinese_does_too() {
        let mut files = files(TREE);
        assert_eq!(found(&mut files, "文"), ["src/deep/er/文件.py"]);
        assert_eq!(found(&mut files, "smain"), ["src/main.rs"]);
        assert_eq!(found(&mut files, "make file"), ["src/deep/er/Make File.txt"]);
        assert_eq!(found(&mut files, "src")[..2], ["src/", "src/main.rs"]);
        assert_eq!(found(&mut files, "zz"), [""; 0]);
    }

    #[test]
    fn behind_a_folder_only_what_it_holds_is_found() {
        let mut files = files(TREE);
        let all =
            ["src/main.rs", "src/deep/", "src/deep/er/", "src/deep/er/文件.py", "src/deep/er/Make File.txt"];
        assert_eq!(found(&mut files, "src/"), all);
        assert_eq!(
            found(&mut files, "src/er/"),
            ["src/deep/er/", "src/deep/er/文件.py", "src/deep/er/Make File.txt"]
        );
        assert_eq!(found(&mut files, "src/deep/er/m"), ["src/deep/er/Make File.txt"]);
    }

    #[test]
    fn a_large_list_is_searched_in_pieces_and_the_count_is_true() {
        let paths: Vec<String> = (0..100_000).map(|n| format!("src/module{}/file{n}.rs", n % 100)).collect();
        let mut files = files(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        files.search("file99999");
        let mut pieces = 1;
        while !files.go_on() {
            pieces += 1;
        }
        assert_eq!(pieces, 100_000_usize.div_ceil(PIECE));
        assert_eq!(files.found(), (vec![99_999], 1));
        files.search("rs");
        while !files.go_on() {}
        let (best, total) = files.found();
        assert_eq!((best.len(), total), (KEPT, 100_000));
    }

    #[test]
    fn a_list_is_asked_for_once_and_again_when_it_may_be_old() {
        let mut files = Files::default();
        assert!(files.asks(Moment(0)) && !files.asks(Moment(0)), "once while it is on its way");
        files.take(FileList::default(), Moment(1_000));
        assert!(!files.asks(Moment(11_000)) && files.asks(Moment(11_001)));
        files.may_have_changed();
        files.take(FileList::default(), Moment(12_000));
        assert!(files.asks(Moment(12_000)), "what happened while it was made is not in it");
    }
}
