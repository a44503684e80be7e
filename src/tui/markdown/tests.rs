//! Tests of `markdown`.

use proptest::prelude::*;

use super::*;
use crate::tui::layout::plain;

const SAMPLE: &str = "# Title\n\nA **bold** word,\r\nand `code` 👩\u{200d}💻 中文.\n\n1. one\n   - nested\n     more\n2. two\n\n\
    > quoted\n> text\n\n```rust\nfn main() {\n\tlet x = \"│\";\n}\n```\n\
    | 名字 | n |\n|:---|---:|\n| 中文字 | 1 |\n| 👩\u{200d}💻 | 12 |\n\n- [x] done\n- [ ] open\n\nlast\n===\nend";

fn lines_of(pieces: &[&str], columns: usize) -> Vec<Line<'static>> {
    let mut markdown = Markdown::new(Look::new(false), columns);
    let mut out: Vec<_> = pieces.iter().flat_map(|p| markdown.push(p)).collect();
    out.extend(markdown.finish());
    out
}

fn shown(source: &str, columns: usize) -> String {
    plain(&lines_of(&[source], columns))
}

#[test]
fn a_whole_answer_looks_like_this() {
    assert_eq!(
        shown(SAMPLE, 40),
        "\
Title

A bold word,
and `code` 👩\u{200d}💻 中文.

1. one
   • nested
     more
2. two

│ quoted
│ text

fn main() {
    let x = \"│\";
}
│ 名字   │  n │
├────────┼────┤
│ 中文字 │  1 │
│ 👩\u{200d}💻     │ 12 │

[x] done
[ ] open

last
end"
    );
}

#[test]
fn a_table_wider_than_the_screen_becomes_records() {
    assert_eq!(
        shown("| name | what it does |\n|---|---|\n| retry | waits and asks again |\n", 20),
        "name: retry\nwhat it does: waits\n  and asks again\n"
    );
}

#[test]
fn an_unfinished_block_is_shown_and_not_yet_final() {
    let mut markdown = Markdown::new(Look::new(false), 40);
    assert_eq!(plain(&markdown.push("first\n\nsec")), "first");
    assert_eq!(plain(&markdown.open()), "\nsec");
    assert_eq!(plain(&markdown.push("ond\n")), "");
    assert_eq!(plain(&markdown.finish()), "second");
}

#[test]
fn the_split_of_the_text_does_not_change_the_lines() {
    let whole = lines_of(&[SAMPLE], 40);
    for (at, _) in SAMPLE.char_indices() {
        assert_eq!(lines_of(&[&SAMPLE[..at], &SAMPLE[at..]], 40), whole, "split at {at}");
    }
    let letters: Vec<&str> = SAMPLE.split("").collect();
    assert_eq!(lines_of(&letters, 40), whole);
}

#[test]
fn a_long_answer_costs_no_more_per_line_than_a_short_one() {
    let mut markdown = Markdown::new(Look::new(false), 80);
    let (mut bytes, mut written) = (0, 0);
    for n in 0..20_000 {
        let line = format!("soft line number {n} of one endless paragraph\n");
        bytes += line.len();
        written += markdown.push(&line).len();
        if n % 100 == 0 {
            let before = markdown.work;
            let mut open = markdown.clone();
            open.finish();
            assert!(open.work - before <= 2 * LINE_BYTES, "line {n} lays out {} bytes", open.work - before);
        }
    }
    written += markdown.finish().len();
    assert_eq!(written, 20_000);
    assert!(markdown.work <= bytes, "each byte is laid out for good once");
}

#[test]
fn one_endless_line_is_frozen_by_chunk() {
    let mut markdown = Markdown::new(Look::new(false), 80);
    let text = "中文word ".repeat(3_000);
    let mut out = markdown.push(&text);
    assert!(markdown.partial.len() <= LINE_BYTES + LOOKAHEAD);
    out.extend(markdown.finish());
    let words = plain(&out).split_whitespace().collect::<String>();
    assert_eq!(words, text.split_whitespace().collect::<String>());
    let pieces: Vec<String> =
        text.chars().collect::<Vec<_>>().chunks(997).map(|c| c.iter().collect()).collect();
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    assert_eq!(lines_of(&pieces, 80), out);
}

#[test]
fn a_long_table_keeps_its_columns() {
    let rows: String = (0..200).map(|n| format!("| {n} | row |\n")).collect::<Vec<_>>().concat();
    let text = shown(&format!("| n | what |\n|--:|---|\n{rows}"), 40);
    assert_eq!(text.lines().count(), 202);
    assert!(text.lines().all(|l| l.starts_with('│') || l.starts_with('├')));
}

#[test]
fn prose_around_lists_and_code_keeps_its_place() {
    assert_eq!(
        shown(
            "Steps:\n- a\n\n  under a\n- b\n    - deep\n\nAfter.\n\n    indented\n\n2020 was\n2. not a list\n",
            30
        ),
        "Steps:\n• a\n\n  under a\n• b\n  • deep\n\nAfter.\n\nindented\n\n2020 was\n2. not a list"
    );
}

proptest! {
    #[test]
    fn any_text_in_any_pieces_gives_the_same_clean_lines(
        source in "([a-z#>|*`~\\-+.1 中\u{1b}\r]{0,12}\n?){0,12}",
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = lines_of(&[&source], 24);
        let mut ends: Vec<usize> = cuts.iter().map(|c| floor(&source, c.index(source.len() + 1))).collect();
        ends.extend([0, source.len()]);
        ends.sort_unstable();
        let pieces: Vec<&str> = ends.windows(2).map(|w| &source[w[0]..w[1]]).collect();
        prop_assert_eq!(lines_of(&pieces, 24), whole.clone());
        prop_assert!(plain(&whole).chars().all(|c| c == '\n' || !c.is_control()));
    }
}
