//! Stories of the composer, and what holds for any sequence of edits.

use proptest::prelude::*;

use super::{Composer, Edit};
use crate::base::width;

fn typed(text: &str) -> Composer {
    let mut composer = Composer::default();
    for c in text.chars() {
        if c == '\n' { composer.edit(Edit::Newline) } else { composer.insert(c) }
    }
    composer
}

fn edited(mut composer: Composer, edits: &[Edit]) -> Composer {
    for edit in edits {
        composer.edit(*edit);
    }
    composer
}

#[test]
fn a_long_paste_is_one_sign_and_is_sent_in_full() {
    let pasted = "twenty-two letters long\n".repeat(200);
    let mut composer = typed("see ");
    composer.paste(&pasted.replace('\n', "\r"));
    composer.insert('!');
    assert_eq!(composer.text(), "see [Pasted 200 lines, 4.8 KB]!");
    let deleted = edited(composer.clone(), &[Edit::Left, Edit::Backspace]);
    assert_eq!(deleted.text(), "see !");
    assert_eq!(edited(deleted, &[Edit::Undo]).whole(), format!("see {pasted}!"));
    assert_eq!(composer.take(), Some(format!("see {pasted}!")));
    composer.up(80);
    assert_eq!(composer.text(), "see [Pasted 200 lines, 4.8 KB]!");
    assert_eq!(composer.take(), Some(format!("see {pasted}!")), "the history keeps the chip");
}

#[test]
fn two_pastes_have_two_names_and_open_one_by_one() {
    let mut composer = Composer::default();
    let (a, b) = ("a\n".repeat(11), "b\n".repeat(11));
    composer.paste(&a);
    composer.paste(&b);
    assert_eq!(composer.text(), "[Pasted 11 lines, 22 B][Pasted 11 lines, 22 B #2]");
    composer.edit(Edit::Left);
    assert!(composer.open_chip(), "the one before the caret");
    assert_eq!(composer.text(), format!("{a}[Pasted 11 lines, 22 B #2]"));
    assert!(composer.open_chip());
    assert_eq!(composer.text(), format!("{a}{b}"));
    assert!(!composer.open_chip());
    assert_eq!(edited(composer, &[Edit::Undo, Edit::Undo]).shown(80).caret, (0, 23));
}

#[test]
fn a_character_that_would_stand_for_a_chip_never_gets_in() {
    let mut composer = typed("\u{10f000}");
    composer.paste("x\u{10f000}");
    composer.set(&format!("{}\u{10f001}", composer.text()));
    assert_eq!(composer.text(), "\u{fffd}x\u{fffd}\u{fffd}");
}

#[test]
fn a_short_paste_is_text_and_hides_nothing() {
    let mut composer = Composer::default();
    composer.paste("a\r\nb\u{1b}[2J\n");
    assert_eq!(composer.text(), "a\nb␛[2J\n");
}

#[test]
fn the_caret_counts_columns_and_moves_by_whole_signs() {
    let mut composer = typed("中文👩\u{200d}💻a");
    assert_eq!(composer.shown(20).caret, (0, 7));
    composer = edited(composer, &[Edit::Left, Edit::Left]);
    assert_eq!(composer.shown(20).caret, (0, 4));
    assert_eq!(edited(composer, &[Edit::Delete]).text(), "中文a");
}

#[test]
fn a_full_row_puts_the_caret_on_the_next() {
    let shown = typed("abcd").shown(4);
    assert_eq!((shown.rows, shown.caret), (vec!["abcd".to_owned(), String::new()], (1, 0)));
    assert_eq!(typed("one two three").shown(8).rows, ["one two ", "three"]);
    assert_eq!(typed("a 中文中文").shown(5).rows, ["a ", "中文", "中文"]);
    let mut tabbed = Composer::default();
    tabbed.paste("a\tb");
    assert_eq!(tabbed.shown(8).rows, ["a    b"]);
}

#[test]
fn up_and_down_walk_rows_first_and_then_the_history() {
    let mut composer = typed("first");
    composer.take();
    for c in "abcdef gh".chars() {
        composer.insert(c);
    }
    assert_eq!(composer.shown(8).caret, (1, 2));
    composer.up(8);
    assert_eq!(composer.shown(8).caret, (0, 2));
    composer.up(8);
    assert_eq!(composer.text(), "first");
    composer.down(8);
    assert_eq!(composer.text(), "abcdef gh");
}

#[test]
fn moves_up_and_down_remember_their_column() {
    let mut composer = typed("a long row\nb\nanother row");
    composer.up(80);
    assert_eq!(composer.shown(80).caret, (1, 1));
    composer.up(80);
    assert_eq!(composer.shown(80).caret, (0, 10));
    composer.down(80);
    composer.down(80);
    assert_eq!(composer.shown(80).caret, (2, 11));
}

#[test]
fn texts_of_earlier_sessions_stand_before_those_of_this_one() {
    let mut composer = typed("now");
    composer.take();
    composer.remember(vec!["old".into(), "older still\u{1b}".into()]);
    assert_eq!(composer.sent(), ["now", "older still␛", "old"]);
    composer.up(80);
    composer.up(80);
    assert_eq!(composer.text(), "older still␛");
}

#[test]
fn kills_in_a_row_are_put_back_together() {
    let composer = edited(typed("one two three"), &[Edit::WordBack, Edit::WordBack]);
    assert_eq!(composer.text(), "one ");
    let composer = edited(composer, &[Edit::Head, Edit::Yank]);
    assert_eq!(composer.text(), "two threeone ");
    let composer = edited(typed("a\nb"), &[Edit::ToHead, Edit::ToHead, Edit::Yank]);
    assert_eq!(composer.text(), "a\nb");
    let composer = edited(typed("a b"), &[Edit::Head, Edit::WordForward, Edit::ToEnd, Edit::Yank]);
    assert_eq!(composer.text(), "a b");
}

#[test]
fn a_cleared_draft_can_be_brought_back() {
    let mut composer = typed("a long thought");
    assert_eq!(composer.clear(), "a long thought");
    assert_eq!(edited(composer, &[Edit::Undo]).text(), "a long thought");
}

#[test]
fn a_backslash_before_enter_asks_for_a_new_line() {
    let mut composer = typed("a\\");
    assert!(composer.take_backslash());
    assert_eq!(composer.text(), "a");
    assert!(!composer.take_backslash());
}

/// Anything a person can do to a draft.
#[derive(Clone, Debug)]
enum Doing {
    Type(char),
    Paste(String),
    Edit(Edit),
    Up(usize),
    Down(usize),
    OpenChip,
    Clear,
    Set(String),
}

fn sign() -> impl Strategy<Value = char> {
    let signs: Vec<char> =
        "ab _.-\t中ば한\u{301}\u{200d}👩💻🇩🇪\u{fe0f}\u{10f000}\u{10f001}\u{600}".chars().collect();
    prop_oneof![8 => prop::sample::select(signs), 1 => any::<char>()]
}

fn doing() -> impl Strategy<Value = Doing> {
    use Edit as E;
    let edits = vec![
        E::Newline,
        E::Backspace,
        E::Delete,
        E::WordBack,
        E::WordForward,
        E::ToHead,
        E::ToEnd,
        E::Left,
        E::Right,
        E::WordLeft,
        E::WordRight,
        E::Head,
        E::End,
        E::Yank,
    ];
    let long = prop_oneof![Just("line\n".repeat(12)), "[a-c \n中]{0,30}"];
    prop_oneof![
        6 => sign().prop_map(Doing::Type),
        2 => long.prop_map(Doing::Paste),
        8 => prop::sample::select(edits).prop_map(Doing::Edit),
        2 => (2..30_usize).prop_map(Doing::Up),
        2 => (2..30_usize).prop_map(Doing::Down),
        1 => Just(Doing::OpenChip),
        1 => Just(Doing::Clear),
        1 => "[a-c \n]{0,9}".prop_map(Doing::Set),
    ]
}

fn perform(composer: &mut Composer, doing: &Doing) {
    match doing {
        Doing::Type(c) => composer.insert(*c),
        Doing::Paste(text) => composer.paste(text),
        Doing::Edit(edit) => composer.edit(*edit),
        Doing::Up(columns) => composer.up(*columns),
        Doing::Down(columns) => composer.down(*columns),
        Doing::OpenChip => drop(composer.open_chip()),
        Doing::Clear => drop(composer.clear()),
        Doing::Set(text) => composer.set(text),
    }
}

proptest! {
    #[test]
    fn whatever_is_done_can_be_undone_and_fits_the_screen(
        first in "[ab 中\n]{0,12}",
        doings in prop::collection::vec(doing(), 0..60),
        columns in 2..50_usize,
    ) {
        let mut composer = Composer::default();
        composer.set(&first);
        composer.text.rest();
        let before = composer.whole();
        for doing in &doings {
            perform(&mut composer, doing);
            let shown = composer.shown(columns);
            for row in &shown.rows {
                prop_assert!(width(row) <= columns, "{row:?} is wider than {columns}");
            }
            let (row, column) = shown.caret;
            prop_assert!(row < shown.rows.len() && column < columns.max(2));
            if columns > 40 {
                let drawn = composer.text().replace('\n', "").replace('\t', "    ");
                prop_assert_eq!(shown.rows.concat(), drawn, "nothing is left out");
            }
        }
        let last = composer.whole();
        let mut undone = composer.clone();
        for _ in 0..=doings.len() {
            undone.edit(Edit::Undo);
        }
        // The first text was itself put in place of nothing, which is the step before.
        prop_assert_eq!(undone.whole(), "");
        if !before.is_empty() {
            undone.edit(Edit::Redo);
        }
        prop_assert_eq!(undone.whole(), before);
        for _ in 0..=doings.len() + 1 {
            undone.edit(Edit::Redo);
        }
        prop_assert_eq!(undone.whole(), last, "and done again");
    }
}
