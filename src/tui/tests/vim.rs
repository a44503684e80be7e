//! Vim's keys on the screen.

use super::*;

#[test]
fn vim_is_switched_on_shows_its_mode_and_leaves_the_other_keys_alone() {
    let mut stage = Stage::new(80, 24);
    stage.write("/vim").enter();
    assert!(stage.screen().ends_with("vim's keys are on: Esc for commands, i to write"));
    stage.write("one two");
    assert_eq!(
        stage.screen(),
        "
> one two▏
INSERT ~/src/shop main · default · qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
    stage.escape().write("bD");
    assert_eq!(stage.draft(), "one ");
    assert!(stage.screen().contains("NORMAL ~/src/shop main · default"), "{}", stage.screen());
    stage.write("u").control('r');
    assert_eq!(stage.draft(), "one ", "here it is vim's redo");
    stage.write("u").enter();
    assert_eq!(stage.ops(), [Op::Say { text: "one two".into() }], "Enter sends in every mode");
    stage.write("more");
    assert_eq!(stage.draft(), "more", "the next draft begins in INSERT");
    stage.escape();
    assert_eq!(stage.ops(), [], "the first Esc leaves INSERT");
    stage.escape();
    assert_eq!(stage.ops(), [Op::Interrupt], "the second stops the turn");
}

#[test]
fn letters_of_normal_do_not_reach_a_question_or_a_panel() {
    let mut stage = Stage::new(80, 24);
    stage.write("/vim").enter().write("ab").escape();
    stage.hear(Event::TurnStarted { turn: 1, text: "work".into() });
    stage.hear(asks_to_run("cargo build")).wait(1_300).write("x");
    assert_eq!(stage.draft(), "axb");
    assert_eq!(stage.ops(), []);
}

#[test]
fn vims_mode_takes_its_place_from_the_status() {
    for columns in [40, 60, 100] {
        let mut stage = Stage::new(columns, 24);
        stage.write("/vim").enter().escape();
        let screen = stage.screen();
        assert!(screen.contains("NORMAL") && screen.contains("ctx "), "{screen}");
    }
}

#[test]
fn escape_leaves_insert_first_and_then_the_command_line() {
    let mut stage = Stage::new(100, 24);
    stage.write("/vim").enter().write("!echo a b");
    let mode = "shell · Enter runs the line here, the model reads it with your next words · Esc leaves";
    assert!(stage.screen().ends_with(&format!("! echo a b▏\nINSERT {mode}")), "{}", stage.screen());
    stage.escape().write("x");
    assert_eq!(stage.draft(), "echo a ");
    assert!(stage.screen().ends_with(&format!("\nNORMAL {mode}")), "{}", stage.screen());
    stage.write("u").enter();
    assert_eq!(stage.ops(), [Op::Shell { command: "echo a b".into() }]);
    let own = call("own-1", ToolCall::OWN_COMMAND);
    let result = result("own-1", "a b\n", Verdict::Done);
    stage.hear(Event::ToolStarted { call: own.clone(), title: "! echo a b".into() });
    stage.escape();
    assert_eq!(stage.ops(), [], "the first Esc leaves INSERT, and the command runs on");
    stage.escape();
    assert_eq!(stage.ops(), [Op::Interrupt]);
    stage.hear(Event::ToolDone { call: own, result, display: None, took: Duration::ZERO });
    stage.write("ils").escape().write("d").escape();
    assert!(stage.screen().contains("! l▏s\nNORMAL shell"), "Esc took back the `d`: {}", stage.screen());
    stage.escape();
    assert!(stage.screen().contains("> l▏s\nNORMAL ~/src/shop"), "{}", stage.screen());
    assert_eq!(stage.ops(), []);
}
