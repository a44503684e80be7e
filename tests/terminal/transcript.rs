//! The whole conversation on the full screen, copying it, and writing it to a file.

use qwen::sim::{say, think};

use crate::{Desk, Key, numbered};

/// Everything that markdown has.
const EVERYTHING: &str = "# Plan\n\n- [x] task done\n- [ ] task open\n  1. first\n  2. second\n\n\
    | name | 说明 | n |\n| --- | :-: | ---: |\n| alpha | 中文宽字符 | 1 |\n| 👩\u{200d}💻 | é | 22 |\n\n\
    > quoted **words**\n\nSee [the docs](https://example.com/docs).\n\n```rust\nfn main() {\n    // 注释\n    let x = 1;\n}\n```\n\nEnd of it.";

/// The columns of the bars in a row.
fn bars(row: &str) -> Vec<usize> {
    let mut column = 0;
    let mut found = Vec::new();
    for sign in unicode_segmentation::UnicodeSegmentation::graphemes(row, true) {
        if ["│", "┼", "├", "┤"].contains(&sign) {
            found.push(column);
        }
        column += qwen::base::width(sign);
    }
    found
}

#[test]
fn markdown_is_shown_straight_and_its_code_copies_clean() {
    let mut terminal = Desk::new(100, 30).model_says(say(EVERYTHING).pace(400)).opens();
    terminal.is_ready().says("show all").waits_for_printed("End of it.").waits_for_rest();
    let all = terminal.scrollback();
    let from = all.find("Plan").expect("the answer is there");
    let answer = &all[from..];
    for row in [
        "[x] task done",
        "[ ] task open",
        "    1. first",
        "    2. second",
        "│ quoted words",
        "See the docs (https://example.com/docs).",
    ] {
        assert!(answer.lines().any(|line| line == row), "{row}\n{answer}");
    }
    assert!(answer.contains("\nfn main() {\n    // 注释\n    let x = 1;\n}\n"), "{answer}");
    let table: Vec<&str> =
        answer.lines().filter(|l| l.starts_with(['│', '├']) && !l.contains("quoted")).collect();
    assert_eq!(table.len(), 4, "{answer}");
    for row in &table {
        assert_eq!(bars(row), bars(table[0]), "{}", table.join("\n"));
    }
}

#[test]
fn the_transcript_opens_over_a_running_answer_and_the_scrollback_gets_all_of_it() {
    let long = numbered(1..=300, |n| format!("Paragraph {n:03} of the answer.\n\n"));
    let turn = think("First I look at it.").say(format!("{long}The very end."));
    let mut terminal = Desk::new(100, 30).model_says(turn.pace(1_500)).opens();
    terminal.is_ready().says("write").waits_for_printed("Paragraph 005").type_text("my draft");
    terminal.waits_for("> my draft").key(Key::Control('t'));
    terminal.waits_until("the other screen is shown", super::Terminal::shows_other_screen);
    terminal.key(Key::Home).waits_for("> write").waits_for("  First I look at it.");
    terminal.resize(90, 30).waits_for("Esc closes").key(Key::End).waits_for("The very end.");
    terminal
        .type_text("/paragraph 150")
        .waits_for("/paragraph 150")
        .key(Key::Enter)
        .waits_for("Paragraph 150 of");
    terminal.type_text("n").waits_for_rest().key(Key::Control('t'));
    terminal.waits_until("the first screen is back", |t| !t.shows_other_screen());
    terminal.waits_for("> my draft").waits_for_printed("The very end.").waits_for_rest();
    for n in 1..=300 {
        terminal.shows_once(&format!("Paragraph {n:03} of the answer."));
    }
    terminal.shows_once("The very end.").key(Key::Control('c')).key(Key::Control('d'));
    assert_eq!(terminal.exits(), 0);
    terminal.is_restored();
}

#[test]
fn leaving_by_a_signal_restores_the_first_screen() {
    let mut terminal = Desk::new(100, 30).model_says(say("Hello.")).opens();
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for_rest().key(Key::Control('t'));
    terminal.waits_until("the other screen is shown", super::Terminal::shows_other_screen);
    terminal.signal("TERM");
    assert_eq!(terminal.exits(), 143);
    terminal.is_restored().shows_once("Hello.");
}

#[test]
fn without_a_desktop_the_terminal_is_asked_to_copy_and_it_is_said() {
    let answer = "Hello.\n\n```sh\nls\n```\n";
    let mut terminal = Desk::new(100, 30).model_says(say(answer)).opens();
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for_rest();
    terminal.says("/copy code ").waits_for_copied("bHMK").waits_for("(OSC 52), if it takes it: 3 B, 1 lines");
}

#[test]
fn a_conversation_is_written_to_a_file_once() {
    let mut terminal = Desk::new(100, 30).model_says(say("Hello.")).opens();
    terminal.is_ready().says("hi").waits_for_printed("Hello.").waits_for_rest();
    terminal.says("/export notes.md").waits_for_printed("written to ").waits_for_rest();
    let kept = terminal.file("notes.md");
    assert!(kept.ends_with("## You\n\nhi\n\n## Qwen\n\nHello.\n"), "{kept}");
    terminal.says("/export notes.md").waits_for_printed("left alone");
    assert_eq!(terminal.file("notes.md"), kept);
}
