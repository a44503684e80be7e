//! Text from outside writes letters, never sequences. What counts as ours is held for every terminal of every test.

use qwen::sim::{call, say, think};
use serde_json::json;

use crate::{Desk, Key, bytes};

/// A title, a clipboard, a cleared screen, a mouse, an answer of the terminal, a bell, turned text, a C1 sequence.
const ATTACK: &str = "a\u{1b}]0;owned\u{7}b\u{1b}]52;c;b3duZWQ=\u{1b}\\c\u{1b}[2J\u{1b}[3J\u{1b}[?1000hd\u{1b}[6n\u{7}e\u{202e}f\u{2066}g\u{9b}31mh\u{1b}Pq\u{1b}\\i\u{1b}ck\u{8}l\r\u{1b}[Hm";

#[test]
fn an_answer_and_a_thought_write_letters_only() {
    let mut terminal = Desk::new(100, 30).model_says(think(ATTACK).say(format!("{ATTACK}\n\n`{ATTACK}`\n\n```\n{ATTACK}\n```\n\n| {ATTACK} | x |\n|---|---|\n| [{ATTACK}](http://x/{ATTACK}) | y |\n\nEnd of it."))).opens();
    terminal.is_ready().says("hi").waits_for_printed("End of it.").key(Key::Control('o')).waits_for_rest();
    terminal.shows_once("> hi");
    bytes::are_ours(&terminal.raw());
}

#[test]
fn output_of_a_command_writes_letters_only() {
    let octal: String = ATTACK.bytes().map(|byte| format!("\\{byte:03o}")).collect::<Vec<_>>().concat();
    let line = format!("printf '{octal}'; sleep 1; printf '{octal}\\n'");
    let mut terminal = Desk::new(100, 30)
        .model_says(call("run_shell_command", json!({"command": line, "description": ATTACK})))
        .model_says(say("Ran."))
        .opens();
    terminal.is_ready().says("hi").waits_for_question("Run this command?").key(Key::Enter);
    terminal.waits_for_printed("Ran.").key(Key::Control('o')).waits_for_rest();
    bytes::are_ours(&terminal.raw());
}

#[test]
fn names_and_contents_of_files_write_letters_only() {
    let name = "src/\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}.txt";
    let mut terminal = Desk::new(100, 30)
        .file(name, ATTACK)
        .model_says(call("glob", json!({"pattern": "**/*.txt"})))
        .model_says(call("read_file", json!({"file_path": format!("{{{{cwd}}}}/{name}")})))
        .model_says(call("edit", json!({"file_path": format!("{{{{cwd}}}}/{name}"), "old_string": "a", "new_string": "\u{1b}[31m"})))
        .model_says(call("run_shell_command", json!({"command": format!("touch '{name}' # {ATTACK}"), "description": "x"})))
        .model_says(call("\u{1b}[2Jno_such_tool", json!({ATTACK: ATTACK})))
        .model_says(say("Done."))
        .opens();
    terminal.is_ready().says("hi").waits_for_question("Change ").key(Key::Enter);
    terminal.waits_for_question("Run this command?").type_text("no").key(Key::Escape);
    terminal.waits_for_printed("Done.").key(Key::Control('o')).waits_for_rest();
    bytes::are_ours(&terminal.raw());
}

#[test]
fn a_question_shows_what_would_run_also_where_signs_would_hide_it() {
    let line = "echo ok # \u{202e}\u{1b}[2K\r\nrm -rf build.tmp";
    let mut terminal = Desk::new(100, 30)
        .model_says(call("run_shell_command", json!({"command": line, "description": "say ok"})))
        .model_says(say("Fine."))
        .opens();
    terminal.is_ready().says("hi").waits_for_question("rm -rf build.tmp").waits_for("echo ok");
    terminal.type_text("no").key(Key::Escape).waits_for_printed("Fine.");
}

#[test]
fn a_paste_with_sequences_writes_letters_only() {
    let mut terminal = Desk::new(100, 30).model_says(say("Read.")).opens();
    terminal.is_ready().pastes("x\u{1b}]0;owned\u{7}y\u{202e}z\u{9b}2J").waits_for("> x").key(Key::Enter);
    terminal.waits_for_printed("Read.");
    bytes::are_ours(&terminal.raw());
}
