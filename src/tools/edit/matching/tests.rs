//! What is found, and that nothing else is ever touched.

use proptest::prelude::*;

use super::*;

fn done(text: &str, old: &str, new: &str) -> (String, How) {
    let replaced = replace(text, old, new, false).expect("found");
    (replaced.text, replaced.how)
}

#[test]
fn an_exact_match_wins_over_a_forgiving_one() {
    assert_eq!(done("  a\nb\n", "a\n", "x\n"), ("  x\nb\n".to_owned(), How::Exact));
}

#[test]
fn line_ends_are_forgiven_and_kept() {
    assert_eq!(
        done("a\r\nb\r\nc\r\n", "a\nb\n", "x\ny\nz\n"),
        ("x\r\ny\r\nz\r\nc\r\n".to_owned(), How::LineEnds)
    );
    assert_eq!(done("a\nb\nc", "a\r\nb", "x\r\ny"), ("x\ny\nc".to_owned(), How::LineEnds));
    assert_eq!(done("a\r\nb\r\n", "a", "x\ny"), ("x\r\ny\r\nb\r\n".to_owned(), How::Exact));
    assert_eq!(done("a\r\nb\r\n", "\nb", "\nc"), ("a\r\nc\r\n".to_owned(), How::LineEnds));
}

#[test]
fn spaces_at_line_ends_are_forgiven() {
    assert_eq!(done("a  \nb\t\nc\n", "a\nb\n", "x\n"), ("x\nc\n".to_owned(), How::TrailingSpace));
    assert_eq!(done("k\na  \nb", "a\nb\n", "x\ny\n"), ("k\nx\ny".to_owned(), How::TrailingSpace));
}

#[test]
fn one_uniform_indent_is_forgiven_and_applied() {
    let text = "fn f() {\n    if a {\n        b();\n\n    }\n}\n";
    assert_eq!(
        done(text, "if a {\n    b();\n\n}\n", "if a {\n    c();\n\n    d();\n}\n"),
        ("fn f() {\n    if a {\n        c();\n\n        d();\n    }\n}\n".to_owned(), How::Indent)
    );
    assert_eq!(
        done("a {\n  b\n}\n", "    a {\n      b\n    }", "    a {\n      c\n    }"),
        ("a {\n  c\n}\n".to_owned(), How::Indent)
    );
}

#[test]
fn an_indent_that_differs_from_line_to_line_is_not_forgiven() {
    assert_eq!(
        replace("    a();\n      b();\n", "a();\nb();\n", "c();\n", false),
        Err(Miss::Absent { nearest: Some(1..3) })
    );
    assert_eq!(
        replace("a\nb\n", "  a\n  b\n", "  c\nd\n", false),
        Err(Miss::Absent { nearest: None }),
        "the new text cannot be shifted out"
    );
}

#[test]
fn two_places_are_refused_and_named() {
    assert_eq!(replace("a\nb\na\n", "a", "x", false), Err(Miss::Ambiguous { lines: vec![1, 3] }));
    assert_eq!(replace("aaa", "aa", "x", false), Err(Miss::Ambiguous { lines: vec![1, 1] }));
    assert_eq!(
        replace("a \nb\n-\na\t\nb\n", "a\nb\n", "x\n", false),
        Err(Miss::Ambiguous { lines: vec![1, 4] })
    );
}

#[test]
fn all_places_are_replaced_when_all_are_meant() {
    let replaced = replace("a-a-aa", "a", "b", true).expect("found");
    assert_eq!((replaced.text.as_str(), replaced.places.len()), ("b-b-bb", 4));
    assert_eq!(replace("aaa", "aa", "x", true).expect("found").text, "xa");
}

#[test]
fn blank_text_matches_only_itself() {
    assert!(replace("a\n  \nb\n", "\t\n", "x", false).is_err());
}

/// Texts in which lines repeat, indents vary and line ends mix.
fn text() -> impl Strategy<Value = String> {
    let line = ("( |\t|    ){0,2}", "[ab]{0,3}|ü中", "( |\t){0,1}", "\n|\n|\r\n")
        .prop_map(|(indent, body, space, end)| format!("{indent}{body}{space}{end}"));
    (prop::collection::vec(line, 0..12), "[ab]{0,2}").prop_map(|(lines, last)| lines.concat() + &last)
}

/// A piece of `text`, written as a model might write it.
fn piece(text: &str, from: usize, to: usize, slip: u8) -> String {
    let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let (a, b) = (bounds[from % bounds.len()], bounds[to % bounds.len()]);
    let piece = &text[a.min(b)..a.max(b)];
    match slip {
        0 => piece.to_owned(),
        1 => piece.replace("\r\n", "\n"),
        2 => piece.split('\n').map(str::trim_end).collect::<Vec<_>>().join("\n"),
        3 => piece.split_inclusive('\n').flat_map(|line| ["  ", line]).collect(),
        _ => piece.split_inclusive('\n').map(|l| l.strip_prefix(' ').unwrap_or(l)).collect(),
    }
}

proptest! {
    #[test]
    fn nothing_outside_the_places_changes(
        text in text(), from in 0usize..80, to in 0usize..80, slip in 0u8..5, new in text(), all in any::<bool>(),
    ) {
        let old = piece(&text, from, to, slip);
        prop_assume!(!old.is_empty());
        if let Ok(replaced) = replace(&text, &old, &new, all) {
            prop_assert!(all || replaced.places.len() == 1);
            let mut rest = replaced.text.as_str();
            let mut done = 0;
            for place in &replaced.places {
                let kept = &text[done..place.start];
                prop_assert!(place.start >= done);
                let at = if done == 0 { rest.starts_with(kept).then_some(0) } else { rest.find(kept) };
                prop_assert!(at.is_some(), "what stood before a place is gone");
                rest = &rest[at.expect("checked") + kept.len()..];
                done = place.end;
            }
            prop_assert!(rest.ends_with(&text[done..]), "what stood after the last place is gone");
        }
    }

    #[test]
    fn an_exact_piece_is_replaced_exactly(text in text(), from in 0usize..80, to in 0usize..80, new in "[xyz]{0,9}") {
        let old = piece(&text, from, to, 0);
        prop_assume!(!old.is_empty() && !old.ends_with('\r') && !old.starts_with('\n'));
        match replace(&text, &old, &new, false) {
            Ok(replaced) => {
                prop_assert_eq!(replaced.how, How::Exact);
                prop_assert_eq!(replaced.text, text.replacen(&old, &new, 1));
            }
            Err(Miss::Ambiguous { lines }) => prop_assert!(lines.len() > 1),
            Err(miss) => prop_assert!(false, "{:?}", miss),
        }
        if !text.contains("\r\n") {
            prop_assert_eq!(replace(&text, &old, &new, true).expect("there").text, text.replace(&old, &new));
        }
    }

    #[test]
    fn a_file_of_crlf_stays_one(text in text(), from in 0usize..80, to in 0usize..80, slip in 0u8..5, new in text()) {
        let text = with_crlf(&text);
        prop_assume!(text.contains('\n'));
        let old = with_lf(&piece(&text, from, to, slip));
        prop_assume!(!old.is_empty() && !old.ends_with('\r'));
        if let Ok(replaced) = replace(&text, &old, &new, false) {
            let bare = replaced.text.matches('\n').count() - replaced.text.matches("\r\n").count();
            prop_assert_eq!(bare, 0, "a bare line feed in {:?}", replaced.text);
        }
    }

    #[test]
    fn a_piece_without_its_carriage_returns_is_found(text in text(), from in 0usize..80, to in 0usize..80) {
        let old = with_lf(&piece(&text, from, to, 0));
        prop_assume!(!old.is_empty() && !old.ends_with('\r'));
        let absent = matches!(replace(&text, &old, "x", true), Err(Miss::Absent { .. }));
        prop_assert!(!absent, "{old:?} was not found in {text:?}");
    }
}
