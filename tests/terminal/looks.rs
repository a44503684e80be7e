//! Colours: how many, for which page, and what the terminal is asked.

use qwen::sim::{call, say};
use serde_json::json;

use crate::{Desk, Key, bytes};

/// The bytes of one turn with code in it, in a terminal with these variables.
fn coloured(variables: &[(&str, &str)]) -> Vec<u8> {
    let text = "# Title\n\nUse `cargo`:\n\n```rust\nfn main() {}\n```\n\nThat is all.";
    let desk = variables.iter().fold(Desk::new(100, 30), |desk, (name, value)| desk.env(name, value));
    let mut terminal = desk.model_says(say(text)).opens();
    terminal.is_ready().says("hi").waits_for_printed("That is all.").waits_for_rest();
    terminal.raw()
}

#[test]
fn colours_are_as_many_as_the_terminal_shows() {
    let shows = |raw: &[u8], code: &[u8]| bytes::count(raw, code) > 0;
    let sixteen = coloured(&[("TERM", "xterm")]);
    assert!(shows(&sixteen, b"\x1b[0;34m") && !bytes::styles(&sixteen).contains(&38));
    let table = coloured(&[("TERM", "xterm-256color")]);
    assert!(shows(&table, b";38;5;111m") && !shows(&table, b";38;2;"));
    let any = coloured(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]);
    assert!(shows(&any, b";38;2;138;173;244m") && !shows(&any, b";38;5;"));
    let light = coloured(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("COLORFGBG", "0;15")]);
    assert!(shows(&light, b";38;2;30;86;197m") && !shows(&light, b";38;2;138;173;244m"));
}

#[test]
fn the_terminal_is_asked_for_its_page_and_its_answer_is_never_text() {
    let mut terminal = Desk::new(100, 30).env("COLORTERM", "truecolor").model_says(say("Hello.")).opens();
    terminal.waits_until("it asks", |t| bytes::count(&t.raw(), b"\x1b]11;?\x1b\\") == 1);
    terminal.type_text("a\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\b").is_ready().waits_for("> ab");
    terminal.waits_until("it is light now", |t| bytes::count(&t.raw(), b";38;2;30;86;197m") > 0);
    // Nobody waits for a second answer, and it is keys like any others.
    terminal.key(Key::Control('u')).says("hi").waits_for_printed("Hello.");
    assert_eq!(terminal.requests().len(), 1);
}

#[test]
fn a_theme_is_tried_kept_and_found_again() {
    let mut terminal = Desk::new(100, 30).env("COLORTERM", "truecolor").opens();
    terminal.is_ready().says("/theme").waits_for("Colours").waits_for("as the terminal's page is");
    let light = |t: &crate::Terminal| bytes::count(&t.raw(), b";38;2;30;86;197m");
    assert_eq!(light(&terminal), 0);
    terminal.key(Key::Down).key(Key::Down).waits_until("it is light", |t| light(t) > 0);
    let before = terminal.raw().len();
    terminal.key(Key::Escape).waits_for_no("Colours").waits_for_rest();
    assert_eq!(bytes::count(&terminal.raw()[before..], b";38;2;30;86;197m"), 0, "as before");
}

#[test]
fn no_colour_means_none_also_in_a_change_and_in_a_panel() {
    let edit = json!({"file_path": "{{cwd}}/app.py", "old_string": "one", "new_string": "two"});
    let mut terminal = Desk::new(100, 30)
        .env("NO_COLOR", "1")
        .env("COLORTERM", "truecolor")
        .file("app.py", "one\n")
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/app.py"})))
        .model_says(call("edit", edit))
        .model_says(say("Done."))
        .opens();
    terminal
        .is_ready()
        .says("/theme")
        .waits_for("Colours")
        .key(Key::Down)
        .key(Key::Enter)
        .waits_for_no("Colours");
    terminal.says("change it").waits_for_question("Change app.py?").waits_for("- one").waits_for("+ two");
    terminal.key(Key::Enter).waits_for_printed("Done.");
    let styles = bytes::styles(&terminal.raw());
    assert!(styles.iter().all(|code| *code < 30), "{styles:?}");
    assert_eq!(bytes::count(&terminal.raw(), b"\x1b]11"), 0, "nothing is asked either");
}
