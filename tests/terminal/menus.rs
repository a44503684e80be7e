//! What opens below the composer: commands, files, the command line for the shell, the key sheet.

use qwen::sim::say;

use crate::{Desk, Key};

#[test]
fn a_slash_lists_commands_and_escape_leaves_the_text() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().type_text("/mod").waits_for("› /model").waits_for("choose the model").waits_for("1/");
    terminal.key(Key::Escape).waits_for_no("› /model").key(Key::Escape).waits_for_rest().waits_for("> /mod");
    terminal.type_text("x").key(Key::Enter).waits_for("there is no command `/modx`");
    assert!(terminal.requests().is_empty());
}

#[test]
fn an_at_sign_lists_files_that_git_does_not_ignore_and_enter_completes_them() {
    let mut terminal = Desk::new(100, 30)
        .file("src/deep/er/文件.py", "print('你好')\nprint('second')\n")
        .file(".gitignore", "target/\n*.log\n")
        .file("target/out.txt", "")
        .file("debug.log", "")
        .file("my notes.md", "")
        .model_says(say("I see."))
        .opens();
    terminal.is_ready().type_text("@").waits_for("my notes.md").waits_for_no(".git/");
    terminal
        .waits_for_no("target")
        .waits_for_no("debug.log")
        .type_text("文")
        .waits_for("› src/deep/er/文件.py");
    terminal.key(Key::Enter).waits_for("> @src/deep/er/文件.py").pauses(300);
    assert!(terminal.requests().is_empty(), "the first Enter completes");
    terminal.type_text(":2").key(Key::Enter).waits_for_printed("I see.");
    let message = terminal.last_message();
    assert!(message.contains("--- Content of @src/deep/er/文件.py:2-2 ---\\nprint('second')"), "{message}");
    assert!(!message.contains("你好"), "{message}");
}

#[test]
fn a_command_of_ones_own_runs_stays_and_is_told_to_the_model_with_the_next_words() {
    let mut terminal = Desk::new(100, 30).model_says(say("I see.")).model_says(say("Yes.")).opens();
    terminal.is_ready().type_text("!").waits_for("shell · ").type_text("echo hi-$((40+2))");
    terminal.key(Key::Enter).waits_for_printed("✓ ! echo hi-$((40+2))").waits_for_printed("hi-42");
    terminal.waits_for("shell · ").key(Key::Escape).waits_for_no("shell · ").waits_for("> ");
    terminal.says("what was that?").waits_for_printed("I see.").is_ready();
    terminal.says("sure?").waits_for_printed("Yes.");
    let requests = terminal.requests();
    let [first, second] = [0, 1].map(|at| requests[at].json["messages"].as_array().expect("some").clone());
    let told = first.last().expect("a message").to_string();
    assert!(told.contains("$ echo hi-$((40+2))\\nhi-42\\n[exit code 0]"), "{told}");
    assert_eq!(serde_json::to_string(&second).expect("text").matches("hi-42\\n").count(), 1, "told once");
}

#[test]
fn escape_stops_a_command_and_nothing_of_it_is_left() {
    let mut terminal = Desk::new(100, 30).opens();
    terminal.is_ready().type_text("!sleep 77").key(Key::Enter).waits_for("▸ ! sleep 77").waits_for("Running");
    terminal.waits_until("it runs", |t| t.processes().iter().any(|p| p.contains("sleep 77")));
    terminal.key(Key::Escape).waits_for_printed("■ ! sleep 77").waits_for_printed("stopped");
    terminal.waits_until("it has ended", |t| !t.processes().iter().any(|p| p.contains("sleep 77")));
    terminal.waits_for("shell · ");
}

#[test]
fn a_question_mark_opens_the_key_sheet_and_a_small_window_scrolls_it() {
    for (columns, rows) in [(120, 40), (40, 12)] {
        let mut terminal = Desk::new(columns, rows).opens();
        terminal.is_ready().type_text("?").waits_for("Keys").waits_for("A draft that begins with");
        if rows == 12 {
            terminal.waits_for("1-9 of").key(Key::PageDown).waits_for("10-18 of");
        }
        terminal.key(Key::Escape).waits_for_no("A draft that begins with").is_ready();
        terminal.type_text("why?").waits_for("> why?");
    }
}
