//! An answer that is told once more: what of it is printed already.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use ratatui::text::{Line, Span};

/// What of the answer stands in the scrollback, so that a second try does not print the same text again.
///
/// Lines are compared first; where the window has another width meanwhile, their letters are. A table whose
/// cells are broken in other places then counts as different: text may stand there twice, and never too little.
#[derive(Clone, Debug, Default)]
pub(super) struct Printed {
    now: Told,
    before: Told,
    /// The lines are broken in other places than before.
    is_other: bool,
}

/// The lines of one try, and the letters and digits in them.
#[derive(Clone, Debug, Default)]
struct Told {
    lines: Vec<u64>,
    letters: String,
}

impl Printed {
    /// The answer begins anew.
    pub(super) fn restart(&mut self) {
        let now = std::mem::take(&mut self.now);
        if now.letters.len() >= self.before.letters.len() {
            self.before = now;
        }
        self.is_other = false;
    }

    /// Leaves out what the tries before have printed, up to the first difference.
    pub(super) fn pass(&mut self, lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
        lines.into_iter().filter_map(|line| self.pass_line(line)).collect()
    }

    fn pass_line(&mut self, line: Line<'static>) -> Option<Line<'static>> {
        let mut hasher = DefaultHasher::new();
        line.spans.iter().for_each(|s| s.content.hash(&mut hasher));
        let hash = hasher.finish();
        let is_known = !self.is_other && self.before.lines.get(self.now.lines.len()) == Some(&hash);
        let start = self.now.letters.len();
        let letters = line.spans.iter().flat_map(|s| s.content.chars()).filter(|c| c.is_alphanumeric());
        self.now.letters.extend(letters);
        self.now.lines.push(hash);
        if is_known {
            return None;
        }
        self.is_other = true;
        let letters = &self.now.letters[start..];
        // What was compared so far is the beginning of what was printed before.
        let rest = self.before.letters.get(start..).unwrap_or_default();
        if !rest.is_empty() && rest.starts_with(letters) {
            return None;
        }
        let known = if letters.starts_with(rest) { rest.chars().count() } else { 0 };
        self.before = Told::default();
        Some(without(line, known))
    }
}

/// A line without its first letters and digits, and without what stands before and between them.
fn without(line: Line<'static>, mut letters: usize) -> Line<'static> {
    if letters == 0 {
        return line;
    }
    let mut spans = Vec::new();
    for span in line.spans {
        let mut behind = 0;
        for (at, c) in span.content.char_indices() {
            if letters == 0 {
                break;
            }
            letters -= usize::from(c.is_alphanumeric());
            behind = at + c.len_utf8();
        }
        let mut left = &span.content[behind..];
        if spans.is_empty() {
            left = left.trim_start();
        }
        if !left.is_empty() {
            spans.push(Span::styled(left.to_owned(), span.style));
        }
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::layout::plain;

    fn lines(text: &str) -> Vec<Line<'static>> {
        text.split('\n').map(|line| Line::raw(line.to_owned())).collect()
    }

    #[test]
    fn lines_that_are_broken_elsewhere_are_not_printed_again() {
        let mut printed = Printed::default();
        printed.pass(lines("one two three\nfour\n\nfive six"));
        printed.restart();
        assert_eq!(plain(&printed.pass(lines("one two\nthree four"))), "");
        assert_eq!(plain(&printed.pass(lines("\nfive six seven, eight\nnine"))), "seven, eight\nnine");
    }

    #[test]
    fn from_the_first_difference_on_everything_is_printed() {
        let mut printed = Printed::default();
        printed.pass(lines("one\ntwo\nthree"));
        printed.restart();
        assert_eq!(plain(&printed.pass(lines("one\nother\nthree"))), "other\nthree");
    }

    #[test]
    fn a_third_try_knows_what_the_first_had_printed() {
        let mut printed = Printed::default();
        printed.pass(lines("one\ntwo\nthree"));
        printed.restart();
        printed.pass(lines("one"));
        printed.restart();
        assert_eq!(plain(&printed.pass(lines("one\ntwo\nthree\nfour"))), "four");
    }
}
