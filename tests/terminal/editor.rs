//! The person's editor: it gets the terminal, and gives it back.

use qwen::sim::say;

use crate::{Desk, Key};

/// An editor that shows the text, takes lines from the keyboard until an empty one, and adds them.
const ASKING: &str = "f() { echo; echo BEGIN; cat \"$1\"; echo; echo END; \
                      while read -r l && [ -n \"$l\" ]; do printf '\\r\\n%s' \"$l\" >> \"$1\"; done; \
                      ls -ld \"$1\" > mode; echo \"$1\" > name; }; f";

#[test]
fn the_editor_gets_the_terminal_and_its_text_comes_back() {
    let desk = Desk::new(100, 30).env("EDITOR", ASKING).model_says(say("Read."));
    let mut terminal = desk.opens();
    terminal.is_ready().type_text("first").waits_for("> first").key(Key::Control('g')).waits_for("END");
    // The keys are the editor's own: none of them reaches the screen behind it.
    for line in ["second", "third"] {
        terminal.type_text(line).key(Key::Enter).pauses(50);
    }
    terminal.key(Key::Enter).waits_for("> first").waits_for("  second").waits_for("  third");
    assert!(terminal.file("mode").starts_with("-rw------- "), "{}", terminal.file("mode"));
    let name = terminal.file("name");
    assert!(!std::path::Path::new(name.trim()).exists() && name.contains("qwen-edit-"), "{name}");
    assert_eq!(terminal.requests().len(), 0);
    terminal.key(Key::Enter).waits_for_printed("Read.");
    assert!(terminal.last_message().contains("first\\nsecond\\nthird"), "{}", terminal.last_message());
    terminal.waits_for_rest().key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored();
}

#[test]
fn an_editor_that_fails_says_so_and_the_draft_stays() {
    let mut terminal = Desk::new(100, 30).env("VISUAL", "false").opens();
    terminal.is_ready().type_text("kept").waits_for("> kept").key(Key::Control('g'));
    terminal.waits_for("`false` ended with 1").waits_for("> kept").type_text("!").waits_for("> kept!");
}

#[test]
fn a_signal_ends_the_program_and_the_editor() {
    let desk = Desk::new(100, 30).env("EDITOR", "sh -c 'echo EDITING; sleep 300' x");
    let mut terminal = desk.opens();
    terminal.is_ready().key(Key::Control('g')).waits_for("EDITING").signal("TERM");
    assert_eq!(terminal.exits(), 143);
    terminal.is_restored();
}
