//! Commands as a person types them: the text with `|` at the caret before and after.

use proptest::prelude::*;

use super::VimKey;
use crate::tui::composer::Composer;

/// A composer with vim's keys, in NORMAL, with this text; `|` is the caret.
fn normal(text: &str) -> Composer {
    let mut composer = Composer::default();
    composer.set_vim(true);
    composer.set(&text.replace('|', ""));
    composer.vim_key(VimKey::Escape, 80);
    composer.text.go(text.find('|').unwrap_or(0));
    composer
}

/// Types keys; `<` is Esc and `>` is Ctrl-R, as no command here is one of them.
fn press(composer: &mut Composer, keys: &str) {
    for c in keys.chars() {
        let key = match c {
            '<' => VimKey::Escape,
            '>' => VimKey::Redo,
            c => VimKey::Char(c),
        };
        if !composer.vim_key(key, 80)
            && let VimKey::Char(c) = key
        {
            composer.insert(c);
        }
    }
}

fn seen(composer: &Composer) -> String {
    let mut text = composer.whole();
    text.insert(composer.text.caret(), '|');
    text
}

fn after(text: &str, keys: &str) -> String {
    let mut composer = normal(text);
    press(&mut composer, keys);
    seen(&composer)
}

#[test]
fn it_begins_with_writing_and_escape_leads_to_commands() {
    let mut composer = Composer::default();
    composer.set_vim(true);
    press(&mut composer, "hi");
    assert_eq!((composer.vim_mode(), composer.text()), (Some("INSERT"), "hi".to_owned()));
    assert!(composer.vim_key(VimKey::Escape, 80));
    assert_eq!((composer.vim_mode(), seen(&composer).as_str()), (Some("NORMAL"), "h|i"));
    assert!(!composer.vim_key(VimKey::Escape, 80), "the second one stops the turn");
    press(&mut composer, "2");
    assert!(composer.vim_key(VimKey::Escape, 80), "it ends the command that was begun");
    composer.set_vim(false);
    assert_eq!((composer.vim_mode(), composer.vim_key(VimKey::Char('x'), 80)), (None, false));
}

#[test]
fn moves() {
    let cases = [
        ("|one two", "w", "one |two"),
        ("|one two", "e", "on|e two"),
        ("one t|wo", "b", "one |two"),
        ("a.|b c", "B", "|a.b c"),
        ("|a.b c", "W", "a.b |c"),
        ("|a.b c", "E", "a.|b c"),
        ("  on|e", "0", "|  one"),
        ("  on|e", "^", "  |one"),
        ("|one", "$", "on|e"),
        ("|中文👩\u{200d}💻", "ll", "中文|👩\u{200d}💻"),
        ("|abc", "9l", "ab|c"),
        ("ab|c", "hh", "|abc"),
        ("a|b\ncd", "j", "ab\nc|d"),
        ("ab\nc|d", "k", "a|b\ncd"),
        ("a\n  b\n|c", "gg", "|a\n  b\nc"),
        ("|a\n  b\nc", "G", "a\n  b\n|c"),
        ("|a\n  b\nc", "2G", "a\n  |b\nc"),
        ("|a,b,c", "f,", "a|,b,c"),
        ("|a,b,c", "2t,", "a,|b,c"),
        ("|a,b,c", "f,;", "a,b|,c"),
        ("a,b,|c", "F,,", "a,b|,c"),
        ("a,|b,c", "f,,", "a|,b,c"),
        ("a,b,|c", "T,", "a,b,|c"),
        ("a|\n\nb", "w", "a\n|\nb"),
    ];
    for (text, keys, wanted) in cases {
        assert_eq!(after(text, keys), wanted, "{text:?} {keys}");
    }
}

#[test]
fn changes() {
    let cases = [
        ("|one two", "dw", "|two"),
        ("|one two three", "2dw", "|three"),
        ("|one two three", "d2w", "|three"),
        ("one |two\nx", "dw", "one| \nx"),
        ("|one two", "de", "| two"),
        ("one t|wo", "db", "one |wo"),
        ("one |two", "d0", "|two"),
        ("one |two", "D", "one| "),
        ("a|b c", "d$", "|a"),
        ("|a=(b)", "df(", "|b)"),
        ("|a=(b)", "dt(", "|(b)"),
        ("a\n|b\nc", "dd", "a\n|c"),
        ("a\n|b", "dd", "|a"),
        ("|a\nb\nc", "2dd", "|c"),
        ("|a\nb\nc", "dj", "|c"),
        ("a\nb|\nc", "dG", "|a"),
        ("ab|cd", "x", "ab|d"),
        ("ab|cd", "2X", "|cd"),
        ("a|b", "rxl", "a|x"),
        ("|ab", "2rz", "z|z"),
        ("|ab", "3rz", "|ab"),
        ("|aBc", "2~", "Ab|c"),
        ("|a\n  b", "J", "a| b"),
        ("f(a, |b)", "di(", "f(|)"),
        ("f(a, |b)", "da(", "|f"),
        ("|x = \"a b\"", "di\"", "x = \"|\""),
        ("one |two three", "daw", "one |three"),
        ("one |two three", "diw", "one | three"),
        ("one| two", "xu", "one| two"),
        ("|one two", "dwu>", "|two"),
        ("{a [|b] c}", "di{", "{|}"),
    ];
    for (text, keys, wanted) in cases {
        assert_eq!(after(text, keys), wanted, "{text:?} {keys}");
    }
}

#[test]
fn what_is_written_in_one_go_is_undone_in_one_go() {
    let cases = [
        ("|one two", "cwa b<", "a |b two"),
        ("|one two", "cwa b<u", "|one two"),
        ("|one two", "ciwx<", "|x two"),
        ("one |two", "Cx<", "one |x"),
        ("a|b", "ix<", "a|xb"),
        ("a|b", "ax<", "ab|x"),
        (" |ab", "Ix<", " |xab"),
        ("|ab", "Ax<", "ab|x"),
        ("|a\nb", "ox y<", "a\nx |y\nb"),
        ("a\n|b", "Ox<", "a\n|x\nb"),
        ("a\n|b", "Ox y<u", "a\n|b"),
        ("|a b\nc", "ccx<", "|x\nc"),
        ("|abc", "sx<", "|xbc"),
    ];
    for (text, keys, wanted) in cases {
        assert_eq!(after(text, keys), wanted, "{text:?} {keys}");
    }
}

#[test]
fn what_was_taken_can_be_put() {
    let cases = [
        ("|one two", "ywwP", "one one| two"),
        ("|one two", "dwp", "tone| wo"),
        ("|a\nb", "yyp", "a\n|a\nb"),
        ("|a\nb", "ddp", "b\n|a"),
        ("|a\nb", "yyjP", "a\n|a\nb"),
        ("|a\nb", "yy2p", "a\n|a\na\nb"),
        ("|abc", "vlyP", "a|babc"),
        ("|abc", "vld", "|c"),
        ("a|bc", "vhcx<", "|xc"),
        ("|a\nb\nc", "Vjd", "|c"),
        ("f(|a b)", "vi(d", "f(|)"),
        ("|abc", "v<x", "|bc"),
    ];
    for (text, keys, wanted) in cases {
        assert_eq!(after(text, keys), wanted, "{text:?} {keys}");
    }
}

proptest! {
    #[test]
    fn no_keys_break_the_text_and_undo_leads_back(
        text in "[a-c .,(\"\n中👩]{0,20}",
        keys in "[a-zA-Z0-9$^~;,\"( <>中]{0,40}",
    ) {
        let mut composer = normal("");
        composer.vim_key(VimKey::Char('i'), 80);
        composer.paste(&text);
        composer.vim_key(VimKey::Escape, 80);
        press(&mut composer, &keys);
        composer.vim_key(VimKey::Escape, 80);
        composer.vim_key(VimKey::Escape, 80);
        let (whole, at) = (composer.whole(), composer.text.caret());
        prop_assert!(at <= whole.len() && whole.is_char_boundary(at));
        for _ in 0..200 {
            composer.vim_key(VimKey::Char('u'), 80);
        }
        prop_assert_eq!(composer.whole(), "");
    }
}
