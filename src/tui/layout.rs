//! Lines that fit: wrapping and cutting styled text by what it takes on the screen.

use std::ops::Range;

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use textwrap::WordSeparator;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

use crate::base::{Clean, width};

/// Wraps one line of styled text at line-break opportunities (UAX 14), and inside words that are wider than the
/// screen at graphemes. `first` stands before the first row, `rest` before the others.
pub(super) fn wrap(
    spans: &[Span<'static>],
    columns: usize,
    first: &Span<'static>,
    rest: &Span<'static>,
) -> Vec<Line<'static>> {
    let text: String = spans.iter().map(|s| s.content.as_ref()).collect();
    let rows = break_rows(&text, columns.saturating_sub(width(&first.content)).max(1), {
        columns.saturating_sub(width(&rest.content)).max(1)
    });
    let lead = |at| if at == 0 { first } else { rest };
    rows.into_iter()
        .enumerate()
        .map(|(at, range)| {
            let mut row = Vec::with_capacity(spans.len() + 1);
            if !lead(at).content.is_empty() {
                row.push(lead(at).clone());
            }
            row.extend(slice(spans, &range));
            Line::from(row)
        })
        .collect()
}

/// Wraps plain text of any number of lines in one style.
pub(super) fn wrap_plain(text: &Clean, style: Style, columns: usize, lead: &str) -> Vec<Line<'static>> {
    let lead = Span::raw(lead.to_owned());
    let wrap_one = |line: &str| wrap(&[Span::styled(untab(line), style)], columns, &lead, &lead);
    text.as_str().split('\n').flat_map(wrap_one).collect()
}

/// Breaks text only where a row is full, so that nothing is lost and every blank stays where it was: for commands
/// and code, which a person reads letter by letter.
pub(super) fn wrap_exact(text: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for g in text.graphemes(true) {
        let w = width(g);
        if used + w > columns.max(2) {
            rows.push(String::new());
            used = 0;
        }
        if let Some(row) = rows.last_mut() {
            row.push_str(g);
        }
        used += w;
    }
    rows
}

/// How many columns a text takes at most: a terminal that does not join signs shows the parts of a joined one side by
/// side.
pub(super) fn reach(text: &str) -> usize {
    let apart = |sign: &str| sign.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>();
    if text.is_ascii() { width(text) } else { text.graphemes(true).map(|g| width(g).max(apart(g))).sum() }
}

/// Cuts a line at `columns`, with `…` where something is missing.
pub(super) fn cut(line: Line<'static>, columns: usize) -> Line<'static> {
    let total: usize = line.spans.iter().map(|s| reach(&s.content)).sum();
    if total <= columns {
        return line;
    }
    let mut left = columns.saturating_sub(1);
    let mut spans = Vec::new();
    'line: for span in line.spans {
        let mut kept = String::new();
        for g in span.content.graphemes(true) {
            let w = reach(g);
            if w > left {
                kept.push('…');
                spans.push(Span::styled(kept, span.style));
                break 'line;
            }
            left -= w;
            kept.push_str(g);
        }
        spans.push(Span::styled(kept, span.style));
    }
    Line::from(spans)
}

/// Tabs as blanks up to the next multiple of four columns: a tab has no width of its own.
pub(super) fn untab(line: &str) -> String {
    if !line.contains('\t') {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len() + 16);
    let mut used = 0;
    for g in line.graphemes(true) {
        if g == "\t" {
            let blanks = 4 - used % 4;
            out.extend(std::iter::repeat_n(' ', blanks));
            used += blanks;
        } else {
            out.push_str(g);
            used += width(g);
        }
    }
    out
}

/// The last place at or before `at` where a text may be cut.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Byte ranges of the rows of one line.
fn break_rows(text: &str, first: usize, rest: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut end, mut at, mut used, mut room) = (0, 0, 0, 0, first);
    for word in WordSeparator::UnicodeBreakProperties.find_words(text) {
        let wide = reach(word.word);
        if used > 0 && used + wide > room {
            rows.push(start..end);
            (start, used, room) = (at, 0, rest);
        }
        if wide > room {
            let mut inner = at;
            for g in word.word.graphemes(true) {
                let w = reach(g);
                if used > 0 && used + w > room {
                    rows.push(start..inner);
                    (start, used, room) = (inner, 0, rest);
                }
                inner += g.len();
                used += w;
            }
        } else {
            used += wide;
        }
        end = at + word.word.len();
        at = end + word.whitespace.len();
        used += width(word.whitespace);
    }
    rows.push(start..end.max(start));
    rows
}

/// The part of styled text that lies in a byte range.
fn slice(spans: &[Span<'static>], range: &Range<usize>) -> Vec<Span<'static>> {
    let mut out = Vec::new();
    let mut at = 0;
    for span in spans {
        let (from, to) = (range.start.max(at), range.end.min(at + span.content.len()));
        if from < to {
            out.push(Span::styled(span.content[from - at..to - at].to_owned(), span.style));
        }
        at += span.content.len();
    }
    out
}

/// The text of lines, for tests and for measuring.
#[cfg(test)]
pub(super) fn plain(lines: &[Line<'_>]) -> String {
    let rows: Vec<String> =
        lines.iter().map(|l| l.spans.iter().map(|s| s.content.as_ref()).collect::<String>()).collect();
    rows.join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        let lines = wrap(&[Span::raw(text.to_owned())], columns, &Span::raw("• "), &Span::raw("  "));
        lines.iter().map(|l| plain(std::slice::from_ref(l))).collect()
    }

    #[test]
    fn words_wrap_under_a_hanging_indent_and_chinese_wraps_anywhere() {
        assert_eq!(wrapped("one two three", 10), ["• one two", "  three"]);
        assert_eq!(wrapped("中文没有空格", 8), ["• 中文没", "  有空格"]);
        assert_eq!(wrapped("abcdefghijk", 6), ["• abcd", "  efgh", "  ijk"]);
    }

    #[test]
    fn a_cut_line_says_so_and_never_halves_a_wide_sign() {
        assert_eq!(plain(&[cut(Line::from("中文字"), 5)]), "中文…");
        assert_eq!(plain(&[cut(Line::from("中文字"), 6)]), "中文字");
        assert_eq!(untab("a\tb"), "a   b");
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_the_screen(text in "[a-z 中👩\u{200d}💻\\-]{0,60}", columns in 4_usize..20) {
            for row in wrapped(&text, columns) {
                prop_assert!(width(&row) <= columns, "{row:?}");
            }
        }

        #[test]
        fn an_exact_wrap_loses_nothing(text in ".{0,60}", columns in 2_usize..20) {
            prop_assert_eq!(wrap_exact(&text, columns).concat(), text);
        }
    }
}
