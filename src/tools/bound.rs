//! Keeps a result short: its ends stay, and the whole of it goes into a file.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Write as _},
};

use super::{Hands, Limits};
use crate::base::{AbsPath, Bytes};

/// A line longer than this is cut where not all of a text is shown. Unit: characters.
/// Source: Qwen Code and Gemini CLI cut lines of files at 2,000.
pub(super) const LONG_LINE: usize = 2_000;

/// The most that is kept of one output in a file, so that a program that writes for ever does not fill the disk.
const MOST_KEPT: u64 = 256 * 1024 * 1024;

/// Room for the sentence about what is left out, besides the file's path. Unit: characters.
const NOTE: usize = 200;

/// Which parts of a text that is too long stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// The beginning: a page.
    Head,
    /// The beginning and, mostly, the end: what a program wrote.
    Ends,
}

/// A text after it was bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounded {
    /// What is shown, with a sentence on the rest where it is left out. Never more than the limits.
    pub(super) text: String,
    /// The last lines of the whole.
    pub(super) tail: Vec<String>,
    /// How many lines the whole has.
    pub(super) lines: u64,
}

/// Bounds a text that is already whole.
pub(super) fn bound(text: &str, keep: Keep, name: &'static str, hands: &Hands) -> Bounded {
    let mut gather = Gather::new(keep, name, hands.limits, hands.spill.clone());
    gather.push(text);
    gather.finish()
}

/// Takes a text of any length piece by piece, in bounded memory.
pub(super) struct Gather {
    keep: Keep,
    limits: Limits,
    whole: Whole,
    chars: usize,
    lines: u64,
    bytes: u64,
    head: Vec<Line>,
    head_left: Budget,
    tail: VecDeque<Line>,
    tail_left: Budget,
    current: Line,
    is_head_full: bool,
}

/// One line without its end, at most [`LONG_LINE`] characters of it, and how many more it had.
#[derive(Clone, Debug, Default)]
struct Line {
    text: String,
    chars: usize,
    more: usize,
}

impl Line {
    fn take(&mut self, part: &str) {
        for c in part.chars() {
            if self.chars < LONG_LINE {
                self.text.push(c);
                self.chars += 1;
            } else {
                self.more += 1;
            }
        }
    }

    fn shown(&self) -> String {
        match self.more {
            0 => self.text.clone(),
            more => format!("{}… [{more} more characters in this line]", self.text),
        }
    }

    /// Characters of [`Line::shown`] and a line end, or a few more.
    fn cost(&self) -> usize {
        self.chars + 1 + if self.more > 0 { 60 } else { 0 }
    }
}

#[derive(Clone, Copy, Debug)]
struct Budget {
    chars: usize,
    lines: usize,
}

impl Budget {
    fn pays(&mut self, line: &Line) -> bool {
        let can = self.lines > 0 && self.chars >= line.cost();
        if can {
            self.lines -= 1;
            self.chars -= line.cost();
        }
        can
    }
}

/// Where the whole text is.
enum Whole {
    Memory { text: String, folder: AbsPath, name: &'static str },
    File { file: File, path: AbsPath },
    Lost(io::Error),
}

impl Gather {
    /// Starts with nothing. `name` begins the name of the file, should one be needed, in `folder`.
    pub(super) fn new(keep: Keep, name: &'static str, limits: Limits, folder: AbsPath) -> Self {
        let note = NOTE + folder.to_string().chars().count();
        let all = Budget { chars: limits.chars.saturating_sub(note), lines: limits.lines.saturating_sub(1) };
        let (head_left, tail_left) = match keep {
            Keep::Head => (all, Budget { chars: 0, lines: 0 }),
            Keep::Ends => {
                let head = Budget { chars: all.chars / 4, lines: all.lines / 4 };
                (head, Budget { chars: all.chars - head.chars, lines: all.lines - head.lines })
            }
        };
        Self {
            keep,
            limits,
            whole: Whole::Memory { text: String::new(), folder, name },
            chars: 0,
            lines: 0,
            bytes: 0,
            head: Vec::new(),
            head_left,
            tail: VecDeque::new(),
            tail_left,
            current: Line::default(),
            is_head_full: false,
        }
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: &str) {
        self.chars += piece.chars().count();
        for part in piece.split_inclusive('\n') {
            let body = part.strip_suffix('\n');
            self.current.take(body.unwrap_or(part));
            if body.is_some() {
                self.end_line();
            }
        }
        let so_far = self.bytes;
        self.bytes += piece.len() as u64;
        self.store(piece, so_far);
    }

    fn end_line(&mut self) {
        self.lines += 1;
        let line = std::mem::take(&mut self.current);
        if !self.is_head_full && self.head_left.pays(&line) {
            self.head.push(line);
            return;
        }
        self.is_head_full = true;
        if self.keep == Keep::Head {
            return;
        }
        while !self.tail_left.pays(&line) {
            let Some(oldest) = self.tail.pop_front() else { return };
            self.tail_left.chars += oldest.cost();
            self.tail_left.lines += 1;
        }
        self.tail.push_back(line);
    }

    fn is_within(&self) -> bool {
        let open = u64::from(self.current.chars > 0);
        self.chars <= self.limits.chars && self.lines + open <= self.limits.lines as u64
    }

    fn store(&mut self, piece: &str, so_far: u64) {
        let is_within = self.is_within();
        match &mut self.whole {
            Whole::Memory { text, folder, name } => {
                text.push_str(piece);
                if !is_within {
                    self.whole = spill(folder, name, text).unwrap_or_else(Whole::Lost);
                }
            }
            Whole::File { file, .. } if so_far < MOST_KEPT => {
                if let Err(e) = file.write_all(piece.as_bytes()) {
                    self.whole = Whole::Lost(e);
                }
            }
            Whole::File { .. } | Whole::Lost(_) => {}
        }
    }

    /// The text that is shown.
    pub(super) fn finish(mut self) -> Bounded {
        if let Whole::Memory { text, .. } = self.whole {
            let lines = self.lines + u64::from(self.current.chars > 0);
            let all: Vec<&str> = text.lines().collect();
            let tail = all[all.len().saturating_sub(TAIL)..].iter().map(|l| (*l).to_owned()).collect();
            return Bounded { text, tail, lines };
        }
        if self.current.chars > 0 {
            self.end_line();
        }
        let shown = self.head.len() + self.tail.len();
        let hidden = self.lines - shown as u64;
        let size = Bytes(self.bytes).short();
        let rest = match &self.whole {
            Whole::File { path, .. } if self.bytes > MOST_KEPT => {
                format!("the first {} of {size} are in {path}", Bytes(MOST_KEPT).short())
            }
            Whole::File { path, .. } => format!("all {} lines, {size}, are in {path}", self.lines),
            Whole::Lost(e) => {
                let why: String = e.to_string().chars().take(80).collect();
                format!("the whole {size} could not be kept: {why}")
            }
            Whole::Memory { .. } => String::new(),
        };
        let note = format!("[{hidden} lines left out here; {rest}]");
        let mut lines: Vec<String> = self.head.iter().map(Line::shown).collect();
        lines.push(note);
        lines.extend(self.tail.iter().map(Line::shown));
        let ends = if self.keep == Keep::Ends { &self.tail } else { &VecDeque::new() };
        let tail = ends.iter().skip(ends.len().saturating_sub(TAIL)).map(Line::shown).collect();
        Bounded { text: lines.join("\n"), tail, lines: self.lines }
    }
}

/// How many last lines a person is shown. Source: `docs/sources.md`, tui 4.5.
const TAIL: usize = 20;

fn spill(folder: &AbsPath, name: &str, text: &str) -> io::Result<Whole> {
    let (mut file, path) = kept_file(folder, name)?;
    file.write_all(text.as_bytes())?;
    Ok(Whole::File { file, path })
}

/// Makes a new file for an output, readable by this user only, in a folder that is made if need be.
pub(super) fn kept_file(folder: &AbsPath, name: &str) -> io::Result<(File, AbsPath)> {
    let mut make = fs::DirBuilder::new();
    make.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
    make.create(folder)?;
    let file = tempfile::Builder::new().prefix(&format!("{name}-")).suffix(".txt").tempfile_in(folder)?;
    let (file, path) = file.keep().map_err(|e| e.error)?;
    let path = AbsPath::new(&path).unwrap_or_else(|| folder.join(&path));
    Ok((file, path))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tools::testing::{Room, numbers};

    fn folder() -> (tempfile::TempDir, AbsPath) {
        let dir = tempfile::TempDir::new().expect("a folder");
        let path = AbsPath::new(dir.path()).expect("absolute");
        (dir, path.join("spill"))
    }

    #[test]
    fn a_short_text_is_left_alone_and_makes_no_file() {
        let room = Room::new();
        let bounded = bound("a\nb\n", Keep::Ends, "x", &room.hands);
        assert_eq!(bounded, Bounded { text: "a\nb\n".into(), tail: vec!["a".into(), "b".into()], lines: 2 });
        assert!(!room.hands.spill.as_path().exists());
    }

    #[test]
    fn both_ends_stay_and_the_file_holds_all() {
        let room = Room::new();
        let text = numbers(5_000);
        let bounded = bound(&text, Keep::Ends, "shell", &room.hands);
        let lines: Vec<&str> = bounded.text.lines().collect();
        assert_eq!((lines[0], *lines.last().expect("some")), ("1", "5000"));
        assert_eq!((bounded.lines, bounded.tail.len()), (5_000, 20));
        let note = lines.iter().find(|l| l.starts_with('[')).expect("a note");
        let hidden = 5_000 - (lines.len() - 1);
        assert!(note.starts_with(&format!("[{hidden} lines left out here; all 5000 lines, ")), "{note}");
        let path = note.rsplit_once(" in ").expect("a path").1.trim_end_matches(']');
        assert_eq!(fs::read_to_string(path).expect("kept"), text);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_kept_is_for_this_user_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_guard, folder) = folder();
        let (_, path) = kept_file(&folder, "x").expect("made");
        let mode = |p: &AbsPath| fs::metadata(p).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
    }

    #[test]
    fn a_file_that_cannot_be_made_is_said_and_nothing_else_is_lost() {
        let room = Room::new();
        room.write("blocked", "");
        let limits = Limits { chars: 1_000, lines: 10 };
        let mut gather = Gather::new(Keep::Ends, "x", limits, room.path("blocked/in/the/way"));
        gather.push(&"line\n".repeat(100));
        let text = gather.finish().text;
        assert!(text.contains("could not be kept"), "{text}");
        assert!(text.ends_with("\nline"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_result_never_exceeds_its_bounds_and_is_cut_at_line_ends(
            lines in prop::collection::vec("[a-zü]{0,90}", 0..120),
            ends in any::<bool>(),
            cuts in prop::collection::vec(1usize..400, 1..40),
        ) {
            let (_guard, folder) = folder();
            let limits = Limits { chars: 1_500, lines: 30 };
            let keep = if ends { Keep::Ends } else { Keep::Head };
            let text = lines.join("\n");
            let mut gather = Gather::new(keep, "p", limits, folder.clone());
            let (mut rest, mut cuts) = (text.as_str(), cuts.into_iter().cycle());
            while !rest.is_empty() {
                let at = rest.char_indices().nth(cuts.next().expect("endless")).map_or(rest.len(), |(i, _)| i);
                gather.push(&rest[..at]);
                rest = &rest[at..];
            }
            let shown = gather.finish().text;
            prop_assert!(shown.chars().count() <= limits.chars, "{} characters", shown.chars().count());
            prop_assert!(shown.lines().count() <= limits.lines);
            if shown != text {
                let kept: Vec<&str> = shown.lines().filter(|l| !l.starts_with('[')).collect();
                let mut all = lines.iter();
                for line in kept {
                    prop_assert!(all.any(|l| l == line), "not a whole line, or out of order: {line}");
                }
                let file = fs::read_dir(&folder).expect("made").next().expect("one").expect("readable");
                prop_assert_eq!(fs::read_to_string(file.path()).expect("kept"), text);
            }
        }

        #[test]
        fn one_endless_line_is_bounded_too(length in 0usize..20_000) {
            let (_guard, folder) = folder();
            let limits = Limits { chars: 5_000, lines: 30 };
            let mut gather = Gather::new(Keep::Ends, "p", limits, folder);
            gather.push(&"é".repeat(length));
            prop_assert!(gather.finish().text.chars().count() <= limits.chars);
        }
    }
}
