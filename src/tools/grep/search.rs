//! The search itself, on all processors, with the same result every time.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use grep_matcher::Matcher as _;
use grep_regex::RegexMatcher;
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkMatch};
use ignore::WalkState;
use tokio_util::sync::CancellationToken;

use crate::{
    base::AbsPath,
    tools::walk::{self, Pattern, Rules},
};

/// A matching line is cut to this. Unit: characters.
const LINE: usize = 400;

/// Lines above this length make a search skip the rest of a file. Unit: bytes.
const HEAP: usize = 32 * 1024 * 1024;

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// Matching lines by file, at most as many as were wanted: those of the first files by path.
    pub(super) kept: BTreeMap<AbsPath, Vec<(u64, String)>>,
    kept_lines: usize,
    /// How many lines matched.
    pub(super) lines: u64,
    /// In how many files.
    pub(super) files: u64,
    /// Whether the search was ended before it was done.
    pub(super) is_cut: bool,
}

impl Hits {
    /// Takes the hits of one file. Where there are more than wanted, those of the last files go, so that the result
    /// does not depend on which thread was first.
    fn add(&mut self, path: AbsPath, count: u64, lines: Vec<(u64, String)>, most: usize) {
        self.lines += count;
        self.files += 1;
        self.kept_lines += lines.len();
        self.kept.insert(path, lines);
        while let Some(last) = self.kept.last_entry() {
            if self.kept_lines - last.get().len() < most {
                break;
            }
            self.kept_lines -= last.remove().len();
        }
    }
}

/// Searches a file or all wanted files below a folder, and keeps at least the first `most` lines.
pub(super) fn search(
    start: &AbsPath,
    matcher: &RegexMatcher,
    is_wanted: &(dyn Fn(&AbsPath) -> bool + Sync),
    most: usize,
    stop: &CancellationToken,
) -> Hits {
    let (hits, is_cut, began) = (Mutex::new(Hits::default()), AtomicBool::new(false), Instant::now());
    let is_over = || stop.is_cancelled() || began.elapsed() > walk::PATIENCE;
    walk::walk(start, Rules::default()).build_parallel().run(|| {
        let mut searcher = searcher();
        let (hits, is_cut, is_over) = (&hits, &is_cut, &is_over);
        Box::new(move |entry| {
            if is_over() {
                is_cut.store(true, Ordering::Relaxed);
                return WalkState::Quit;
            }
            let Ok(entry) = entry else { return WalkState::Continue };
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            if !is_file || !AbsPath::new(entry.path()).is_some_and(|path| is_wanted(&path)) {
                return WalkState::Continue;
            }
            let mut file = InFile { matcher, most, is_over, lines: Vec::new(), count: 0, is_binary: false };
            // A file that cannot be read to its end counts as far as it was read.
            let _ = searcher.search_path(matcher, entry.path(), &mut file);
            if file.count > 0
                && !file.is_binary
                && let Some(path) = AbsPath::new(entry.path())
            {
                hits.lock().unwrap_or_else(PoisonError::into_inner).add(path, file.count, file.lines, most);
            }
            WalkState::Continue
        })
    });
    let mut hits = hits.into_inner().unwrap_or_else(PoisonError::into_inner);
    hits.is_cut = is_cut.into_inner();
    hits
}

fn searcher() -> Searcher {
    SearcherBuilder::new()
        .line_number(true)
        .binary_detection(BinaryDetection::quit(0))
        .heap_limit(Some(HEAP))
        .build()
}

/// A pattern without `/` is about names; one with `/` counts from where the search starts.
pub(super) fn fits(glob: &Pattern, path: &AbsPath, start: &AbsPath) -> bool {
    let below = path.below(start).filter(|below| !below.is_empty());
    // A search that starts at a file is about that file.
    below.is_none_or(|below| glob.matches(&below))
}

/// The matching lines of one file.
struct InFile<'a> {
    matcher: &'a RegexMatcher,
    most: usize,
    is_over: &'a dyn Fn() -> bool,
    lines: Vec<(u64, String)>,
    count: u64,
    is_binary: bool,
}

impl Sink for &mut InFile<'_> {
    type Error = io::Error;

    fn matched(&mut self, _searcher: &Searcher, found: &SinkMatch<'_>) -> Result<bool, io::Error> {
        self.count += 1;
        if self.lines.len() < self.most {
            let line = cut(found.bytes(), self.matcher);
            self.lines.push((found.line_number().unwrap_or(0), line));
        }
        Ok(!(self.is_over)())
    }

    fn binary_data(&mut self, _searcher: &Searcher, _at: u64) -> Result<bool, io::Error> {
        self.is_binary = true;
        Ok(false)
    }
}

/// The line without its end; of a long one the part around the match.
fn cut(line: &[u8], matcher: &RegexMatcher) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    if text.chars().count() <= LINE {
        return text.to_owned();
    }
    let at = matcher.find(text.as_bytes()).ok().flatten().map_or(0, |found| found.start());
    let before = text.char_indices().filter(|(i, _)| *i < at).count();
    let skip = if before + 100 < LINE { 0 } else { before - 100 };
    let part: String = text.chars().skip(skip).take(LINE).collect();
    if skip == 0 { format!("{part}…") } else { format!("…{part}…") }
}
