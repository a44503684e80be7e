//! Questions: what is shown, what a key does, what happens then.

use std::time::Duration;

use qwen::sim::{Turn, call, say};
use serde_json::json;

use crate::{Desk, Key, numbered};

fn command(line: &str) -> Turn {
    call("run_shell_command", json!({"command": line, "description": "do it"}))
}

fn editing(columns: u16, rows: u16) -> Desk {
    let old = "def greet(name):\n    return \"Hello, \" + name\n";
    let new = "def greet(name: str) -> str:\n    \"\"\"返回问候语\"\"\"\n    return f\"Hello, {name}! 🎉\"\n";
    let edit = json!({"file_path": "{{cwd}}/app.py", "old_string": old, "new_string": new});
    Desk::new(columns, rows)
        .file("app.py", old)
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/app.py"})))
        .model_says(call("edit", edit))
        .model_says(say("Changed."))
}

#[test]
fn an_approved_edit_shows_every_changed_line_and_changes_the_file() {
    for (columns, rows) in [(100, 30), (40, 12)] {
        let mut terminal = editing(columns, rows).opens();
        terminal.is_ready().says("type it").waits_for_question("Change app.py?");
        for part in [
            "- def greet(name):",
            "return \"Hello, \" + name",
            "+ def greet(name: str)",
            "返回问候语",
            "{name}! 🎉",
            "+3 −2",
        ] {
            terminal.waits_for(part);
        }
        terminal.key(Key::Enter).waits_for_printed("Changed.").waits_for_no("1 Yes");
        assert!(
            terminal.file("app.py").starts_with("def greet(name: str) -> str:\n"),
            "{}",
            terminal.file("app.py")
        );
    }
}

#[test]
fn the_second_choice_of_a_change_says_how_far_it_reaches_and_reaches_so_far() {
    let mut terminal = Desk::new(100, 30)
        .model_says(call("write_file", json!({"file_path": "{{cwd}}/one.txt", "content": "1\n"})))
        .model_says(call("write_file", json!({"file_path": "{{cwd}}/two.txt", "content": "2\n"})))
        .model_says(command("touch made"))
        .opens();
    terminal.is_ready().says("write").waits_for_question("Create one.txt?");
    terminal.waits_for("2 Yes, and stop asking for edits in this workspace this session (`Edit`)");
    terminal.type_text("2").waits_for_question("touch made");
    assert_eq!((terminal.file("one.txt"), terminal.file("two.txt")), ("1\n".into(), "2\n".into()));
    terminal.waits_for("exactly `").key(Key::Escape).waits_for_printed("touch made · denied");
    assert!(!terminal.path("made").exists());
}

#[test]
fn a_denied_command_does_not_run_and_the_model_is_told_why() {
    for (columns, rows) in [(100, 30), (40, 12)] {
        let mut terminal = Desk::new(columns, rows)
            .file("keep.txt", "kept\n")
            .model_says(command("rm keep.txt"))
            .model_says(say("Understood."))
            .opens();
        terminal.is_ready().says("clean up").waits_for_question("rm keep.txt");
        terminal.type_text("use git instead").waits_for("use git instead").key(Key::Escape);
        terminal.waits_for_printed("Understood.");
        assert_eq!(terminal.file("keep.txt"), "kept\n");
        assert!(terminal.last_message().contains("use git instead"), "{}", terminal.last_message());
    }
}

#[test]
fn a_long_command_is_seen_whole_before_it_can_be_allowed() {
    let steps: String = numbered(1..=12, |n| format!("echo step-{n:02} of the build && "));
    let line = format!("{steps}rm -rf build.tmp");
    let mut terminal = Desk::new(40, 12)
        .file("build.tmp/x", "x")
        .model_says(command(&line))
        .model_says(say("Gone."))
        .opens();
    terminal.is_ready().says("build").waits_for("Run this command?").waits_for("PgDn first").pauses(900);
    terminal.waits_for("deletes: build.tmp").waits_for("sandbox: off");
    terminal.key(Key::Enter).type_text("1").pauses(300);
    assert!(terminal.path("build.tmp/x").exists());
    terminal.key(Key::Control('u'));
    let mut seen = String::new();
    for _ in 0..20 {
        // A word may be broken at the end of a row.
        seen.extend(terminal.screen().split_whitespace());
        if !terminal.screen().contains("PgDn first") {
            break;
        }
        terminal.moves(Key::PageDown);
    }
    for n in 1..=12 {
        assert!(seen.contains(&format!("step-{n:02}")), "step {n} was never shown: {seen}");
    }
    assert!(terminal.screen().contains("build.tmp"), "{}", terminal.screen());
    assert!(terminal.path("build.tmp/x").exists());
    terminal.type_text("1").waits_for_printed("Gone.");
    assert!(!terminal.path("build.tmp").exists());
}

#[test]
fn letters_choose_nothing_and_go_to_the_draft() {
    let mut terminal =
        Desk::new(100, 30).model_says(command("touch made")).model_says(say("No then.")).opens();
    terminal.is_ready().says("touch").waits_for_question("touch made").waits_for("› 1 Yes, once");
    for letter in ["a", "p", "y", "j", "k", "n"] {
        terminal.type_text(letter).pauses(50);
    }
    terminal.waits_for("> apyjkn").waits_for("› 1 Yes, once");
    // A digit belongs to the draft now, and Enter does not choose for somebody who is writing.
    terminal.type_text("1").key(Key::Enter).waits_for("> apyjkn1").waits_for("because you are writing");
    assert!(!terminal.path("made").exists());
    assert_eq!(terminal.requests().len(), 1);
    terminal.key(Key::Escape).waits_for_printed("No then.");
    assert!(terminal.last_message().contains("apyjkn1"));
}

#[test]
fn a_question_that_comes_while_somebody_types_is_not_answered_by_their_enter() {
    let late = command("rm -rf build.tmp").after(Duration::from_secs(3));
    let mut terminal =
        Desk::new(100, 30).file("build.tmp", "kept\n").model_says(late).model_says(say("All right.")).opens();
    terminal.is_ready().says("clean up");
    let text = "please also check the build, the tests and what the page says";
    for letter in text.chars() {
        terminal.type_text(&letter.to_string()).pauses(90);
    }
    // The words were typed over the question. Where this machine made a pause between two letters it has opened and the
    // words are what would be said with No; else they wait in the queue.
    terminal.waits_until("the question is there", |t| {
        let screen = t.screen();
        screen.contains("needs your OK") || screen.contains("Run this command?")
    });
    terminal.key(Key::Enter).waits_for_question("rm -rf build.tmp");
    assert_eq!(terminal.file("build.tmp"), "kept\n");
    terminal.key(Key::Escape).waits_for_printed("All right.");
    assert_eq!(terminal.file("build.tmp"), "kept\n");
    assert!(terminal.last_message().contains(text), "{}", terminal.last_message());
}

#[test]
fn a_question_does_not_listen_to_enter_at_once() {
    // On a busy machine the keys may reach the program when the question has been open for long.
    let is_too_soon = (0..5).any(|_| {
        let mut terminal =
            Desk::new(100, 30).model_says(command("touch made")).model_says(say("Made.")).opens();
        terminal.is_ready().says("touch");
        terminal.waits_until("the question is there", |t| t.screen().contains("touch made"));
        terminal.key(Key::Enter).key(Key::Enter).waits_for_rest();
        if !terminal.screen().contains("1 Yes") {
            return false;
        }
        terminal.waits_for_question("touch made").key(Key::Escape);
        terminal.waits_for_printed("touch made · denied");
        !terminal.path("made").exists()
    });
    assert!(is_too_soon, "each time the command ran");
}

#[test]
fn a_command_can_be_edited_before_it_runs() {
    let mut terminal = Desk::new(100, 30).model_says(command("touch wrong")).model_says(say("Done.")).opens();
    terminal
        .is_ready()
        .says("touch")
        .waits_for_question("touch wrong")
        .type_text("3")
        .waits_for("$ touch wrong");
    terminal.key(Key::Control('w')).type_text("right").waits_for("$ touch right").key(Key::Enter);
    terminal.waits_for_printed("Done.");
    assert!(terminal.path("right").exists() && !terminal.path("wrong").exists());
}

#[test]
fn a_stored_rule_frees_exactly_the_command_that_was_shown() {
    let mut terminal = Desk::new(100, 30)
        .model_says(command("touch made"))
        .model_says(command("rm made && echo again"))
        .model_says(command("touch made"))
        .model_says(command("touch made2"))
        .opens();
    terminal.is_ready().says("touch").waits_for_question("$ touch made");
    terminal.waits_for("2 Yes, and stop asking for exactly `Bash(touch made)` this session").type_text("2");
    // Deleting is never offered for good.
    terminal.waits_for_question("$ rm made && echo again").waits_for("deletes: made");
    assert!(!terminal.screen().contains("2 Yes"), "{}", terminal.screen());
    assert!(terminal.path("made").exists());
    terminal.type_text("1").waits_for_question("$ touch made2");
    assert!(terminal.path("made").exists(), "the same command ran without a question");
    terminal.key(Key::Escape).waits_for_printed("touch made2 · denied").shows("✓ run touch made", 2);
    assert!(!terminal.path("made2").exists());
}

#[test]
fn a_command_is_changed_in_the_editor_and_shown_before_it_runs() {
    let mut terminal = Desk::new(100, 30)
        .env("EDITOR", "sed -i s/wrong/right/")
        .model_says(command("touch wrong"))
        .model_says(say("Done."))
        .opens();
    terminal.is_ready().says("touch").waits_for_question("touch wrong").key(Key::Control('g'));
    terminal.waits_for("$ touch right").waits_for("Enter runs it");
    assert!(!terminal.path("right").exists());
    terminal.key(Key::Enter).waits_for_printed("Done.");
    assert!(terminal.path("right").exists() && !terminal.path("wrong").exists());
}

#[test]
fn a_change_is_rewritten_in_the_editor_and_the_model_is_told() {
    let mut terminal = editing_with("sed -i s/Hello/Hi/");
    terminal.is_ready().says("type it").waits_for_question("Change app.py?");
    terminal.waits_for("3 Open in $EDITOR; what you save there is written").type_text("3");
    terminal.waits_for_printed("Changed.").waits_for_rest();
    assert!(
        terminal.file("app.py").ends_with("    return f\"Hi, {name}! 🎉\"\n"),
        "{}",
        terminal.file("app.py")
    );
    let told = terminal.last_message();
    assert!(told.contains("The user changed your proposal") && told.contains("+    return f"), "{told}");
    // An editor that changes nothing answers nothing.
    let mut terminal = editing_with("true");
    terminal.is_ready().says("type it").waits_for_question("Change app.py?").type_text("3").pauses(900);
    terminal.waits_for_question("Change app.py?");
    assert!(terminal.file("app.py").contains("return \"Hello, \" + name"));
}

fn editing_with(editor: &str) -> crate::Terminal {
    editing(100, 30).env("EDITOR", editor).opens()
}

#[test]
fn arrows_choose_and_the_chosen_one_is_done() {
    let mut terminal =
        Desk::new(100, 30).model_says(command("touch made")).model_says(say("Not reached.")).opens();
    terminal.is_ready().says("touch").waits_for_question("touch made").key(Key::Up).waits_for("› 4 No");
    terminal.key(Key::Down).waits_for("› 1 Yes").key(Key::Up).waits_for("› 4 No").key(Key::Enter);
    terminal.waits_for_printed("touch made · denied");
    assert!(!terminal.path("made").exists());
}

#[test]
fn plan_mode_is_a_key_away_and_changes_nothing() {
    let mut terminal =
        Desk::new(100, 30).model_says(command("touch made")).model_says(say("Planned.")).opens();
    terminal.is_ready();
    for _ in 0..5 {
        if terminal.screen().contains("plan · ") {
            break;
        }
        terminal.moves(Key::ShiftTab);
    }
    terminal.waits_for("plan · ").says("touch").waits_for_printed("Planned.");
    assert!(!terminal.path("made").exists());
}
