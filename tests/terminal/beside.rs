//! Another program beside the screen: it reads what happens, says things and answers questions.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
};

use qwen::sim::{Turn, call, say};
use serde_json::{Value, json};

use crate::{Desk, Key, Terminal};

fn touch(file: &str) -> Turn {
    call("run_shell_command", json!({"command": format!("touch {file}"), "description": "make a file"}))
}

fn desk() -> Desk {
    ["--json-file", "events", "--input-file", "commands"]
        .iter()
        .fold(Desk::new(100, 30), |desk, word| desk.word(word))
}

/// The other program writes a line.
fn writes(terminal: &Terminal, line: &Value) {
    let path = terminal.path("commands");
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("opened");
    file.write_all(format!("{line}\n").as_bytes()).expect("written");
}

/// What the other program has read.
fn events(terminal: &Terminal) -> Vec<Value> {
    let text = fs::read_to_string(terminal.path("events")).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

/// Waits for the message of this type; the newest of them.
fn reads(terminal: &mut Terminal, kind: &str, times: usize) -> Value {
    let of = |terminal: &Terminal| -> Vec<Value> {
        events(terminal).into_iter().filter(|message| message["type"] == kind).collect()
    };
    terminal.waits_until(kind, |terminal| of(terminal).len() >= times);
    of(terminal).swap_remove(times - 1)
}

fn answered(request: &Value, allowed: bool) -> Value {
    json!({"type": "confirmation_response", "request_id": request["request_id"], "allowed": allowed})
}

#[test]
fn what_another_program_says_stands_on_the_screen_and_all_of_it_is_told() {
    let mut terminal = desk().model_says(say("Hello, program.")).model_says(say("Hello, person.")).opens();
    terminal.is_ready();
    writes(&terminal, &json!({"type": "submit", "text": "from the other side"}));
    terminal.waits_for_printed("from the other side").waits_for_printed("Hello, program.").waits_for_rest();
    reads(&mut terminal, "result", 1);
    terminal.says("from this side").waits_for_printed("Hello, person.").waits_for_rest();
    reads(&mut terminal, "result", 2);
    let told = events(&terminal);
    let session = &told[0]["session_id"];
    let folder = terminal.path("").canonicalize().expect("it is there").display().to_string();
    assert_eq!((&told[0]["subtype"], &told[0]["data"]["cwd"]), (&json!("session_start"), &json!(folder)));
    assert!(told.iter().all(|message| message["session_id"] == *session));
    let of = |message: &Value| match message["type"].as_str() {
        Some("result") => format!("result {}", message["result"]),
        Some("stream_event") => message["event"]["type"].as_str().unwrap_or_default().to_owned(),
        _ => format!("{} {}", message["type"], message["message"]["content"][0]["text"]).replace('"', ""),
    };
    let mut kinds: Vec<String> = told.iter().skip(1).map(of).collect();
    kinds.dedup();
    let pieces = ["message_start", "content_block_start", "content_block_delta", "content_block_stop"];
    let turn = |words: &str, answer: &str| -> Vec<String> {
        let begun = [format!("user {words}")].into_iter().chain(pieces.map(str::to_owned));
        let ended =
            [format!("assistant {answer}"), "message_stop".to_owned(), format!("result \"{answer}\"")];
        begun.chain(ended).collect()
    };
    let expected =
        [turn("from the other side", "Hello, program."), turn("from this side", "Hello, person.")].concat();
    assert_eq!(kinds, expected);
}

#[test]
fn either_side_answers_a_question_and_the_other_one_sees_it() {
    let mut terminal = desk()
        .model_says(touch("A"))
        .model_says(touch("B"))
        .model_says(touch("C"))
        .model_says(say("Done."))
        .opens();
    terminal.is_ready().says("make them").waits_for_question("touch A");
    let first = reads(&mut terminal, "control_request", 1);
    assert_eq!(
        (&first["request"]["subtype"], &first["request"]["input"]["command"]),
        (&json!("can_use_tool"), &json!("touch A"))
    );
    writes(&terminal, &answered(&first, true));
    terminal.waits_for_question("touch B");
    let second = reads(&mut terminal, "control_request", 2);
    terminal.key(Key::Enter).waits_for_question("touch C");
    // It comes too late, and the question that is open now is another one.
    writes(&terminal, &answered(&second, false));
    let third = reads(&mut terminal, "control_request", 3);
    writes(&terminal, &answered(&third, false));
    terminal.waits_for_printed("Done.").waits_for_no("1 Yes");
    reads(&mut terminal, "result", 1);
    let outcomes: Vec<(Value, Value)> = events(&terminal)
        .into_iter()
        .filter(|message| message["type"] == "control_response")
        .map(|message| (message["response"]["request_id"].clone(), message["response"]["response"].clone()))
        .collect();
    let expected = [(&first, true), (&second, true), (&third, false)]
        .map(|(asked, allowed)| (asked["request_id"].clone(), json!({"allowed": allowed})));
    assert_eq!(outcomes, expected);
    let made = ["A", "B", "C"].map(|name| terminal.path(name).exists());
    assert_eq!(made, [true, true, false]);
}

#[test]
fn words_for_a_busy_session_wait_and_lines_that_mean_nothing_are_named() {
    let mut terminal =
        desk().model_says(touch("A")).model_says(say("First.")).model_says(say("Second.")).opens();
    terminal.is_ready().says("go").waits_for_question("touch A");
    let asked = reads(&mut terminal, "control_request", 1);
    writes(&terminal, &json!({"type": "submit", "text": "and then this"}));
    writes(&terminal, &json!({"type": "fly\u{1b}[2J"}));
    terminal.waits_for_printed("commands of type");
    writes(&terminal, &answered(&asked, true));
    terminal.waits_for_printed("First.").waits_for_printed("and then this").waits_for_printed("Second.");
    assert!(terminal.path("A").exists());
}

#[test]
fn another_session_on_the_same_screen_is_told_and_hears_as_well() {
    let script = "\"$QWEN\" --session-id old -p 'first words' >/dev/null; \
                  exec \"$QWEN\" --json-file events --input-file commands";
    let mut terminal =
        Desk::new(100, 30).shell(script).model_says(say("Hello.")).model_says(say("Again.")).opens();
    terminal.is_ready().says("/resume").waits_for("first words").key(Key::Enter);
    terminal.waits_for_printed("1 turn restored").is_ready();
    writes(&terminal, &json!({"type": "submit", "text": "and now"}));
    terminal.waits_for_printed("Again.").waits_for_rest();
    reads(&mut terminal, "result", 1);
    let told: Vec<Value> = events(&terminal).into_iter().filter(|m| m["type"] != "stream_event").collect();
    let kinds: Vec<&Value> = told.iter().map(|message| &message["type"]).collect();
    assert_eq!(kinds, ["system", "system", "user", "assistant", "result"]);
    let sessions: Vec<bool> = told.iter().map(|message| message["session_id"] == "old").collect();
    assert_eq!(sessions, [false, true, true, true, true]);
}
