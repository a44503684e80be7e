//! How a file is named with `@` in a prompt: who writes one and who reads it follow the same rules.
//!
//! A mention is an `@` at the beginning of a word, then a path; `\` before white space or a wide sign makes that part
//! of the path. Double quotes around the path are read as well. `:10` or `:10-40` behind it picks lines.

use std::ops::RangeInclusive;

/// Signs that end a word in Chinese and Japanese text, where no space follows.
const WIDE_SIGNS: &str = "，。；：！？、（）《》【】「」『』";

/// A mention as far as it can be read without looking at the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The path and what hangs on it, without backslashes and quotes: each sign, and where in the text it ends,
    /// counted in bytes from behind the `@`.
    signs: Vec<(char, usize)>,
    /// What follows the closing quote up to the next white space, with where it ends; `None` without quotes.
    behind: Option<(String, usize)>,
    /// Where the mention ends, in bytes from behind the `@`.
    pub end: usize,
    /// Whether it goes to the end of the text, so that what is typed next belongs to it.
    pub is_open: bool,
}

impl Written {
    /// The path and what hangs on it.
    pub fn text(&self) -> String {
        self.signs.iter().map(|(sign, _)| sign).collect()
    }

    /// What follows the closing quote; `None` without quotes.
    pub fn behind(&self) -> Option<&str> {
        self.behind.as_ref().map(|(text, _)| text.as_str())
    }

    /// Where the text behind `@` ends when only the first `count` signs belong to it, in bytes.
    pub fn end_of(&self, count: usize) -> usize {
        count.checked_sub(1).and_then(|last| self.signs.get(last)).map_or(0, |(_, end)| *end)
    }
}

/// Whether an `@` after `before` begins a mention. The name of an address and a word of code do not end here; a
/// Chinese sentence without spaces may.
pub fn starts_mention(before: &str) -> bool {
    before.chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric() && !"._%+-@/\\`".contains(c))
}

/// Reads what follows an `@`.
pub fn read_mention(rest: &str) -> Written {
    if let Some(quoted) = rest.strip_prefix('"') {
        return read_quoted(rest, quoted);
    }
    let mut signs = Vec::new();
    let mut chars = rest.char_indices().peekable();
    let (mut end, mut is_open) = (rest.len(), true);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(|(_, next)| ends_word(*next)) => {
                let (at, next) = chars.next().unwrap_or((at, c));
                signs.push((next, at + next.len_utf8()));
            }
            c if ends_word(c) => {
                (end, is_open) = (at, false);
                break;
            }
            c => signs.push((c, at + c.len_utf8())),
        }
    }
    Written { signs, behind: None, end, is_open }
}

fn read_quoted(rest: &str, quoted: &str) -> Written {
    let closed = quoted.find('"');
    let path = &quoted[..closed.unwrap_or(quoted.len())];
    let signs = path.char_indices().map(|(at, c)| (c, 1 + at + c.len_utf8())).collect();
    let Some(closed) = closed else { return Written { signs, behind: None, end: rest.len(), is_open: true } };
    let after = &quoted[closed + 1..];
    let range: String = after.chars().take_while(|c| c.is_ascii_digit() || matches!(c, ':' | '-')).collect();
    let end = closed + 2 + range.len();
    Written { signs, behind: Some((range, end)), end, is_open: end == rest.len() }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || WIDE_SIGNS.contains(c)
}

/// Writes a path so that [`read_mention`] reads it back; the `@` comes before it. Only for one that ends in `\` and
/// holds a `"` there is no way.
pub fn write_mention(path: &str) -> String {
    // Behind it a space would belong to the path.
    if path.ends_with('\\') {
        return format!("\"{path}\"");
    }
    let mut out = String::with_capacity(path.len() + 4);
    // A quote in front would be the beginning of a quoted path.
    if path.starts_with('"') {
        out.push_str("./");
    }
    for c in path.chars() {
        if ends_word(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Which lines a mention picks, as it is written behind the `:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lines {
    /// These, counted from 1.
    Picked(RangeInclusive<usize>),
    /// Numbers that name no lines: zero, or from a later to an earlier one.
    None,
}

impl Lines {
    /// Reads `10` or `10-40`; `None` if it is neither. A number that is too large for any file is as good as the largest.
    pub fn read(range: &str) -> Option<Self> {
        let number = |digits: &str| {
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| digits.parse().unwrap_or(usize::MAX))
        };
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (from, to) = (number(from)?, number(to)?);
        Some(if from >= 1 && from <= to { Self::Picked(from..=to) } else { Self::None })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_ends_at_white_space_and_at_wide_signs_unless_a_backslash_stands_before() {
        let read = |rest: &str| {
            let written = read_mention(rest);
            (written.text(), written.end, written.is_open)
        };
        assert_eq!(read("src/a.rs, and"), ("src/a.rs,".into(), 9, false));
        assert_eq!(read("a\\ b c"), ("a b".into(), 4, false));
        assert_eq!(read("说明，还有"), ("说明".into(), 6, false));
        assert_eq!(read("说明\\，还有"), ("说明，还有".into(), 16, true));
        assert_eq!(read("dir\\file"), ("dir\\file".into(), 8, true));
    }

    #[test]
    fn quotes_hold_a_path_together_and_a_range_may_follow() {
        let written = read_mention("\"my file.txt\":2-3 and");
        assert_eq!(
            (written.text().as_str(), written.behind(), written.end),
            ("my file.txt", Some(":2-3"), 17)
        );
        let open = read_mention("\"my fi");
        assert_eq!((open.text().as_str(), open.behind(), open.is_open), ("my fi", None, true));
    }

    #[test]
    fn ranges_are_numbers_and_some_numbers_name_no_lines() {
        assert_eq!(Lines::read("10"), Some(Lines::Picked(10..=10)));
        assert_eq!(Lines::read("10-40"), Some(Lines::Picked(10..=40)));
        assert_eq!(Lines::read("3-99999999999999999999999"), Some(Lines::Picked(3..=usize::MAX)));
        assert_eq!(
            [Lines::read("0"), Lines::read("9-2"), Lines::read("0-4")],
            [const { Some(Lines::None) }; 3]
        );
        assert_eq!(["", "-", "4-", "-4", "+4", "4-5-6", "x"].map(Lines::read), [const { None }; 7]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(path in "[a-z文 \"\\\\:@，\u{3000}/.-]{1,30}", after in "( .{0,9})?") {
            prop_assume!(!path.ends_with('\\') || !path.contains('"'));
            let written = write_mention(&path);
            let read = read_mention(&format!("{written}{after}"));
            prop_assert_eq!(read.end, written.len());
            let meant = if path.starts_with('"') { format!("./{path}") } else { path };
            prop_assert_eq!(read.text(), meant);
            prop_assert!(read.behind().is_some() || read.end_of(read.text().chars().count()) == written.len());
        }
    }
}
