//! Text for a person: rows that hang below their names, and wrap before they get too long to read.

use textwrap::{Options, WordSeparator, WordSplitter};

/// Where lines wrap, whatever the window: what is piped into a file is the same text.
const WIDTH: usize = 100;

/// A title and its lines, each wrapped with a hanging indent; `none` stands where there is no line.
pub(in crate::cli) fn section(title: &str, lines: &[String], none: &str) -> String {
    let mut out = format!("\n{title}\n");
    for line in lines {
        out.push_str(&hung("  ", "    ", line));
    }
    if lines.is_empty() {
        out.push_str(&hung("  ", "    ", none));
    }
    out
}

/// Names in a column of `margin`, and beside them what there is to say.
pub(in crate::cli) fn rows(rows: &[(&str, String)], margin: usize) -> String {
    let below = " ".repeat(margin);
    rows.iter().map(|(name, text)| hung(&format!("{name:<margin$}"), &below, text)).collect()
}

fn hung(first: &str, rest: &str, text: &str) -> String {
    // A path or a flag that is broken at its hyphens cannot be copied.
    let options = Options::new(WIDTH)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .initial_indent(first)
        .subsequent_indent(rest);
    textwrap::fill(text, options) + "\n"
}
