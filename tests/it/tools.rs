//! What tools give back, where only a whole run shows it.

use std::path::Path;

use qwen::sim::{call, say};
use serde_json::json;

use crate::Session;

fn shell(command: &str) -> qwen::sim::Turn {
    call("run_shell_command", json!({"command": command, "description": "d"}))
}

#[test]
fn a_long_output_is_bounded_and_the_whole_of_it_is_in_a_file_the_model_may_read() {
    let session = Session::new()
        .flags(["--allowed-tools", "Bash(seq *)"])
        .model_says(shell("seq 1 200000"))
        .model_says(say("Long."));
    let ran = session.run_with(&["--session-id", "long", "-p", "count"]);
    let result = ran.exit_is(0).results().remove(0);
    assert!(result.len() < 40_000, "{} bytes", result.len());
    assert!(result.starts_with("1\n2\n3\n") && result.contains("199999\n200000"), "both ends are there");
    let whole = result
        .split([' ', ']', '\n'])
        .find(|word| word.starts_with('/') && Path::new(word).is_file())
        .unwrap_or_else(|| panic!("no file is named"))
        .to_owned();
    assert_eq!(std::fs::read_to_string(&whole).expect("text").lines().count(), 200_000);
    let read = json!({"file_path": whole, "offset": 100_000, "limit": 3});
    let next = Session::new()
        .sim(|options| options.script = call("read_file", read).then(say("Read.")))
        .sharing(&session)
        .run_with(&["-c", "-p", "read the middle"]);
    assert!(next.exit_is(0).results()[1].contains("100001"), "{:?}", next.results()[1]);
}

#[test]
fn a_command_that_takes_too_long_is_ended_with_all_its_children() {
    let line = "sh -c 'echo $$ > pid; echo begun; exec sleep 77' & wait";
    let command = json!({"command": line, "description": "d", "timeout": 1_000});
    let ran = Session::new()
        .flag("-y")
        .model_says(call("run_shell_command", command))
        .model_says(say("It hangs."))
        .run("run it");
    let result = ran.exit_is(0).results().remove(0);
    assert!(result.contains("begun") && result.contains("killed at its time limit of 1 s"), "{result}");
    ran.has_ended("pid");
}

#[test]
fn a_command_has_no_input_and_no_terminal() {
    let ran = Session::new()
        .flag("-y")
        .stdin("from the pipe\n")
        .model_says(shell("cat; [ -t 0 ] || echo no terminal; echo \"git: $GIT_PAGER\""))
        .model_says(say("ok"))
        .run("look");
    let result = ran.exit_is(0).results().remove(0);
    assert!(result.contains("no terminal\n") && !result.contains("from the pipe"), "{result}");
}

#[test]
fn an_existing_file_must_have_been_read_before_it_is_overwritten() {
    let ran = Session::new()
        .flag("-y")
        .file("a.txt", "one\n")
        .model_says(call("write_file", json!({"file_path": "{{cwd}}/a.txt", "content": "two\n"})))
        .model_says(say("ok"))
        .run("write");
    ran.exit_is(0).file_is("a.txt", "one\n");
}

#[test]
fn edits_keep_the_ends_of_lines() {
    let edit = json!({"file_path": "{{cwd}}/a.txt", "old_string": "one\ntwo", "new_string": "1\n2"});
    let ran = Session::new()
        .flag("-y")
        .file("a.txt", "\u{feff}one\r\ntwo\r\nthree")
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/a.txt"})))
        .model_says(call("edit", edit))
        .model_says(say("ok"))
        .run("edit");
    ran.exit_is(0).file_is("a.txt", "\u{feff}1\r\n2\r\nthree");
}
