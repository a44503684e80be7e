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
        "name: retry\nwhat it does: waits\n  and asks again"
    );
    let two = "| name | what it does |\n|---|---|\n| retry | waits |\n| `a\\|b` | <i>x</i> |\n\nafter\n";
    assert_eq!(
        shown(two, 20),
        "name: retry\nwhat it does: waits\n\nname: `a|b`\nwhat it does: <i>x</\n  i>\n\nafter"
    );
}

#[test]
fn a_table_stands_where_its_item_or_quote_stands() {
    assert_eq!(
        shown("- list\n\n  | a | b |\n  |:-:|--:|\n  | 中文字 | 1 |\n\n> | q |\n> |---|\n> | r |\n", 40),
        "• list\n\n  │   a    │ b │\n  ├────────┼───┤\n  │ 中文字 │ 1 │\n\n│ │ q │\n│ ├───┤\n│ │ r │"
    );
    assert_eq!(shown("- | a |\n  |---|\n  | b |\n", 40), "• │ a │\n  ├───┤\n  │ b │");
}

#[test]
fn what_only_looks_like_a_table_is_not_lost() {
    assert_eq!(shown("a | b | c\n|---|---|\nd", 40), "a | b | c\n|---|---|\nd");
    assert_eq!(
        shown("| a |\n|---|\n| b | c | d |\n<p> | e\n", 40),
        "│ a         │\n├───────────┤\n│ b | c | d │\n│ <p> | e   │"
    );
}

#[test]
fn code_is_coloured_line_by_line_and_its_text_stays() {
    super::super::code::load();
    let source = "```rust\nlet a = \"中\"; // why\n/* one\ntwo */ let\n```\n";
    let plain_text = shown(source, 80);
    let mut markdown = Markdown::new(Look::new(true), 80);
    let mut out = Vec::new();
    for letter in source.split("") {
        out.extend(markdown.push(letter));
    }
    out.extend(markdown.finish());
    assert_eq!(plain(&out), plain_text);
    let dim = |text: &str| {
        let all = out.iter().flat_map(|l| &l.spans);
        all.filter(|s| s.style == Look::new(true).dim).any(|s| s.content.trim() == text)
    };
    assert!(dim("// why") && dim("/* one") && dim("two */"), "{out:?}");
    let whole = Markdown::new(Look::new(true), 80).push(source);
    assert_eq!(whole, out, "however it was split");
}

#[test]
fn only_a_known_part_of_a_long_block_is_coloured() {
    super::super::code::load();
    let source = format!("```json\n{}```\n", "[1]\n".repeat(2_000));
    let lines = Markdown::new(Look::new(true), 80).push(&source);
    let coloured = lines.iter().filter(|l| l.spans.iter().any(|s| s.style != Style::new())).count();
    assert_eq!((lines.len(), coloured), (2_000, 300));
    let many = "```json\n[1]\n[2]\n[3]\n```\n".repeat(1_000);
    let lines = Markdown::new(Look::new(true), 80).push(&many);
    let coloured = lines.iter().filter(|l| l.spans.iter().any(|s| s.style != Style::new())).count();
    assert_eq!((lines.len(), coloured), (3_000, ANSWER_LINES));
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

/// Feeds lines and checks that what is open stays small; returns how many lines came out.
fn costs_the_same_per_line(what: &str, lines: impl Iterator<Item = String>) -> usize {
    let mut markdown = Markdown::new(Look::new(false), 80);
    let (mut bytes, mut written) = (0, 0);
    for (n, line) in lines.enumerate() {
        bytes += line.len();
        written += markdown.push(&line).len();
        if n % 100 == 0 {
            let before = markdown.work;
            let mut open = markdown.clone();
            open.finish();
            let open = open.work - before;
            assert!(open <= TABLE_BYTES + 2 * LINE_BYTES, "{what}: line {n} lays out {open} bytes");
        }
    }
    written += markdown.finish().len();
    assert!(markdown.work <= bytes, "{what}: each byte is laid out for good once");
    written
}

#[test]
fn a_long_answer_costs_no_more_per_line_than_a_short_one() {
    let paragraph = (0..20_000).map(|n| format!("soft line number {n} of one endless paragraph\n"));
    assert_eq!(costs_the_same_per_line("paragraph", paragraph), 20_000);
    let list = (0..10_000).map(|n| format!("{}{n}. item of one endless list\n", " ".repeat(n % 7)));
    assert_eq!(costs_the_same_per_line("list", list), 10_000);
    let quote = (0..10_000).map(|n| format!("> quoted line {n}\n"));
    assert_eq!(costs_the_same_per_line("quote", quote), 10_000);
    let head = ["| n | what |\n".to_owned(), "|--:|---|\n".to_owned()];
    let table = head.clone().into_iter().chain((0..5_000).map(|n| format!("| {n} | row |\n")));
    assert_eq!(costs_the_same_per_line("table", table), 5_002);
    let wide = head.into_iter().chain((0..500).map(|n| format!("| {n} | {} |\n", "wide ".repeat(600))));
    costs_the_same_per_line("wide table", wide);
    let code = std::iter::once("```\n".to_owned()).chain((0..20_000).map(|n| format!("line({n});\n")));
    assert_eq!(costs_the_same_per_line("code", code), 20_000);
    let item =
        std::iter::once("- ".to_owned()).chain((0..20_000).map(|n| format!("  text {n} of one item\n")));
    assert_eq!(costs_the_same_per_line("item", item), 20_000);
    let deep = (0..2_000).map(|n| format!("{}- deeper\n", " ".repeat(2 * n)));
    costs_the_same_per_line("deep list", deep);
    costs_the_same_per_line("deep quote", (0..500).map(|n| format!("{} deeper\n", ">".repeat(n))));
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
    let wider = shown(&format!("| n | what |\n|--:|---|\n{rows}| 1000 | a longer row |\n"), 40);
    assert!(
        wider.ends_with(
            "\n│   199 │ row     │\n│  1000 │ a       │\n│       │ longer  │\n│       │ row     │"
        ),
        "{wider}"
    );
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

/// The letters and digits of a text, which no layout may lose.
fn words(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

proptest! {
    #[test]
    fn no_word_is_lost_and_no_row_but_of_code_is_too_wide(
        lines in proptest::collection::vec("(|> |- |  - |[0-9]{1,2}\\. |\\| )([a-z中<>\\[\\]#|: .=-]{0,14}){1,3}", 1..30),
    ) {
        let source = lines.join("\n");
        let out = lines_of(&[&source], 30);
        for line in &out {
            let wide = width(&plain(std::slice::from_ref(line)));
            prop_assert!(wide <= 30 || source.contains("    "), "{}: {:?}", wide, line);
        }
        let has = words(&plain(&out));
        if !plain(&out).contains(": ") && !source.contains("](") {
            prop_assert_eq!(has, words(&source));
        }
    }

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
