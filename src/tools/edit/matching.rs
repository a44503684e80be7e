//! Finds the text to replace, strictly first, then forgiving what models get wrong. Pure.
//!
//! The ways are tried in order and the first that finds anything decides: [`How::Exact`], [`How::LineEnds`],
//! [`How::TrailingSpace`], [`How::Indent`]. Outside the ranges that were found nothing is ever changed.

use std::ops::Range;

use crate::tools::textfile::{is_crlf, with_crlf, with_lf};

/// In which way the text was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// As it was given.
    Exact,
    /// Lines end differently.
    LineEnds,
    /// Whole lines, with other spaces at their ends.
    TrailingSpace,
    /// Whole lines, all further in or all further out by the same indent.
    Indent,
}

/// A text after the replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replaced {
    /// The new text.
    pub(super) text: String,
    /// The places in the old text that were replaced, in order, apart from each other.
    pub(super) places: Vec<Range<usize>>,
    /// How they were found.
    pub(super) how: How,
}

/// Why nothing was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// It is not there; where the most alike lines are, if any are alike. Lines count from 1.
    Absent { nearest: Option<Range<usize>> },
    /// It is there more than once; the lines where it begins, from 1.
    Ambiguous { lines: Vec<usize> },
}

/// Replaces `old` by `new` in `text`: the one place where it stands, or with `all` every place.
pub(super) fn replace(text: &str, old: &str, new: &str, all: bool) -> Result<Replaced, Miss> {
    for how in [How::Exact, How::LineEnds, How::TrailingSpace, How::Indent] {
        let found = match how {
            How::Exact => exact(text, old, new),
            How::LineEnds => line_ends(text, old, new),
            How::TrailingSpace => whole_lines(text, old, new, false),
            How::Indent => whole_lines(text, old, new, true),
        };
        if found.is_empty() {
            continue;
        }
        if found.len() > 1 && !all {
            let lines = found.iter().map(|(place, _)| line_of(text, place.start)).collect();
            return Err(Miss::Ambiguous { lines });
        }
        return Ok(apply(text, found, how));
    }
    Err(Miss::Absent { nearest: nearest(text, old) })
}

/// A place in the text and what comes there.
type Found = (Range<usize>, String);

/// Puts the new texts into their places, in the line ends of each place. Of overlapping places the first counts.
fn apply(text: &str, found: Vec<Found>, how: How) -> Replaced {
    let (mut out, mut places, mut done) = (String::with_capacity(text.len()), Vec::new(), 0);
    for (place, new) in found {
        if place.start < done {
            continue;
        }
        out.push_str(&text[done..place.start]);
        out.push_str(&in_style_of(text, &place, new));
        done = place.end;
        places.push(place);
    }
    out.push_str(&text[done..]);
    Replaced { text: out, places, how }
}

fn in_style_of(text: &str, place: &Range<usize>, new: String) -> String {
    let here = &text[place.clone()];
    let model = if here.contains('\n') { here } else { text };
    if is_crlf(model) { with_crlf(&new) } else { new }
}

/// Where `old` stands, overlaps included: `aa` stands twice in `aaa`. Never cuts a CR LF in two.
fn exact(text: &str, old: &str, new: &str) -> Vec<Found> {
    let step = old.chars().next().map_or(1, char::len_utf8);
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text[from..].find(old).map(|at| at + from) {
        let end = at + old.len();
        let is_inside_crlf = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
        if !is_inside_crlf(at) && !is_inside_crlf(end) {
            found.push((at..end, new.to_owned()));
        }
        from = at + step;
    }
    found
}

fn line_ends(text: &str, old: &str, new: &str) -> Vec<Found> {
    if !text.contains("\r\n") && !old.contains("\r\n") {
        return Vec::new();
    }
    let plain = with_lf(text);
    // Where, in the plain text, a carriage return is missing.
    let dropped: Vec<usize> = text.match_indices("\r\n").enumerate().map(|(n, (at, _))| at - n).collect();
    let back = |at: usize| at + dropped.partition_point(|d| *d < at);
    let new = if text.contains("\r\n") { new.to_owned() } else { with_lf(new) };
    exact(&plain, &with_lf(old), &new)
        .into_iter()
        .map(|(place, new)| (back(place.start)..back(place.end), new))
        .collect()
}

/// Lines of a text: where each begins and ends (without its line end), and where the next begins.
fn lines(text: &str) -> Vec<(Range<usize>, usize)> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (start..start + without_line_end(line).len(), at)
        })
        .collect()
}

fn without_line_end(line: &str) -> &str {
    let Some(body) = line.strip_suffix('\n') else { return line };
    body.strip_suffix('\r').unwrap_or(body)
}

fn whole_lines(text: &str, old: &str, new: &str, shift: bool) -> Vec<Found> {
    let wanted: Vec<&str> = old.lines().map(str::trim_end).collect();
    if wanted.iter().all(|line| line.is_empty()) {
        return Vec::new();
    }
    let ends_line = old.ends_with('\n');
    let all = lines(text);
    let bare: Vec<&str> = all.iter().map(|(body, _)| text[body.clone()].trim_end()).collect();
    let mut found = Vec::new();
    for (at, window) in bare.windows(wanted.len()).enumerate() {
        let new = if shift {
            match Shift::between(&wanted, window).and_then(|shift| shift.applied(new)) {
                Some(new) => new,
                None => continue,
            }
        } else if window == wanted {
            new.to_owned()
        } else {
            continue;
        };
        let (last, next) = &all[at + wanted.len() - 1];
        let end = if ends_line { *next } else { last.end };
        // A last line without a line end does not get one by being replaced.
        let unended = ends_line && last.end == *next;
        let new = if unended { without_line_end(&new).to_owned() } else { new };
        found.push((all[at].0.start..end, new));
    }
    found
}

/// One indent that stands before every line on one side and not on the other.
enum Shift<'a> {
    /// The file's lines have it, the given ones do not.
    In(&'a str),
    /// The given lines have it, the file's do not.
    Out(&'a str),
}

impl<'a> Shift<'a> {
    fn between(given: &[&'a str], there: &[&'a str]) -> Option<Self> {
        let pairs = || given.iter().zip(there).filter(|(g, t)| !(g.is_empty() && t.is_empty()));
        let (first_given, first_there) = pairs().next()?;
        let is_indent = |part: &str| !part.is_empty() && part.trim().is_empty();
        if let Some(indent) = first_there.strip_suffix(first_given).filter(|i| is_indent(i)) {
            return pairs()
                .all(|(g, t)| !g.is_empty() && t.strip_prefix(indent) == Some(*g))
                .then_some(Self::In(indent));
        }
        let indent = first_given.strip_suffix(first_there).filter(|i| is_indent(i))?;
        pairs().all(|(g, t)| !t.is_empty() && g.strip_prefix(indent) == Some(*t)).then_some(Self::Out(indent))
    }

    /// The text shifted the same way; `None` when a line cannot be shifted out.
    fn applied(&self, text: &str) -> Option<String> {
        text.split_inclusive('\n')
            .map(|line| match self {
                _ if line.trim().is_empty() => Some(line.to_owned()),
                Self::In(indent) => Some(format!("{indent}{line}")),
                Self::Out(indent) => line.strip_prefix(indent).map(str::to_owned),
            })
            .collect()
    }
}

/// The number of the line, from 1, in which a place lies.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The lines most like `old`: most of its lines, spaces aside. Looked for in reasonable sizes only.
fn nearest(text: &str, old: &str) -> Option<Range<usize>> {
    let wanted: Vec<&str> = old.lines().map(str::trim).collect();
    let all: Vec<&str> = text.lines().map(str::trim).collect();
    let size = wanted.len().min(all.len());
    if size == 0 || all.len() * size > 4_000_000 {
        return None;
    }
    let alike = |window: &[&str]| window.iter().zip(&wanted).filter(|(a, b)| a == b && a.len() > 3).count();
    let mut best = (0, 0);
    for (at, window) in all.windows(size).enumerate() {
        let score = alike(window);
        if score > best.0 {
            best = (score, at);
        }
    }
    (best.0 > 0).then_some(best.1 + 1..best.1 + 1 + size)
}

#[cfg(test)]
mod tests;
