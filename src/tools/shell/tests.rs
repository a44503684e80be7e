//! Real commands.

use std::{sync::Arc, time::Instant};

use serde_json::json;

use super::*;
use crate::{
    protocol::Verdict,
    tools::testing::{Room, numbers},
};

async fn run(room: &Room, command: &str) -> Outcome {
    room.run(&RunShellCommand, json!({"command": command})).await
}

/// Whether a process of this number exists and is not merely waiting to be collected.
fn is_alive(id: &str) -> bool {
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", id]).output().expect("ps");
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

async fn dies(id: &str) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if !is_alive(id) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

async fn content(room: &Room, name: &str) -> String {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        match std::fs::read_to_string(room.path(name)) {
            Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    panic!("`{name}` was never written");
}

#[tokio::test]
async fn output_of_both_streams_and_the_exit_code_are_told() {
    let room = Room::new();
    let outcome = run(&room, "echo out; echo err >&2; exit 3").await;
    assert_eq!(
        outcome,
        Outcome {
            text: "out\nerr\n[exit code 3]".to_owned(),
            verdict: Verdict::Failed,
            display: Some(Display::Output {
                tail: "out\nerr".to_owned(),
                hidden_lines: 0,
                exit_code: Some(3)
            }),
        }
    );
    assert_eq!(room.heard.lock().expect("no panic").as_str(), "out\nerr\n");
    assert_eq!(run(&room, "true").await.text, "(no output)\n[exit code 0]");
    assert_eq!(run(&room, "kill -9 $$").await.text, "(no output)\n[killed by signal 9]");
    assert_eq!(run(&room, "read x || echo no input").await.text, "no input\n[exit code 0]");
}

#[tokio::test]
async fn a_command_runs_where_it_was_approved() {
    let room = Room::new();
    room.write("sub dir/x", "");
    let input = json!({"command": "pwd", "directory": "sub dir"});
    assert_eq!(
        room.run(&RunShellCommand, input.clone()).await.text,
        format!("{}\n[exit code 0]", room.path("sub dir"))
    );
    assert_eq!(
        room.preview(&RunShellCommand, input).await,
        Ok(Preview::Command { command: "pwd".to_owned(), directory: "sub dir".to_owned() })
    );
    let wrong = room.run(&RunShellCommand, json!({"command": "pwd", "directory": "no"})).await;
    assert_eq!(wrong.text, "`directory` must be a folder, and `no` is none");
}

#[tokio::test]
async fn a_long_output_is_bounded_and_kept_whole() {
    let room = Room::new();
    let outcome = run(&room, "seq 1 100000").await;
    assert!(outcome.text.chars().count() < room.hands.limits.chars + 50);
    let lines: Vec<&str> = outcome.text.lines().collect();
    assert_eq!(lines[0], "1");
    assert_eq!(lines[lines.len() - 2..], ["100000", "[exit code 0]"]);
    let note = lines.iter().find(|line| line.contains("left out")).expect("a note");
    assert!(note.contains("all 100000 lines, 588.8 KB, are in "), "{note}");
    let path = note.rsplit_once(" in ").expect("a path").1.trim_end_matches(']');
    assert_eq!(std::fs::read_to_string(path).expect("kept"), numbers(100_000));
    let Some(Display::Output { tail, hidden_lines, .. }) = outcome.display else { panic!("no output") };
    assert_eq!((tail.lines().count(), hidden_lines), (20, 99_980));
}

#[tokio::test]
async fn a_character_split_between_two_writes_stays_whole() {
    let room = Room::new();
    let text = run(&room, "printf '\\xe4\\xb8'; sleep 0.1; printf '\\xad\\n\\xff\\n'").await.text;
    assert_eq!(text, "中\n\u{fffd}\n[exit code 0]");
    assert_eq!(room.heard.lock().expect("no panic").as_str(), "中\n\u{fffd}\n");
}

#[tokio::test]
async fn colours_and_rewritten_lines_do_not_reach_the_model() {
    let room = Room::new();
    let text = run(&room, "printf '\\033[31mred\\033[0m\\n10%%\\r100%%\\n'").await.text;
    assert_eq!(text, "red\n100%\n[exit code 0]");
}

#[tokio::test]
async fn the_time_limit_kills_grandchildren_too() {
    let room = Room::new();
    let command =
        "trap 'echo told' TERM; bash -c 'trap \"\" TERM; echo $$ > id; sleep 60; sleep 60' & wait; wait";
    let outcome = room.run(&RunShellCommand, json!({"command": command, "timeout": 600})).await;
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert_eq!(
        outcome.text,
        "told\n[killed at its time limit of 0.6 s; raise `timeout`, or use is_background]"
    );
    let id = content(&room, "id").await;
    assert!(dies(&id).await, "process {id} lives on");
}

#[tokio::test]
async fn a_stop_returns_at_once_and_kills_the_group() {
    // Below the grace of a second, which a stop does not wait for; a busy machine may take longer than that once.
    let mut took = Vec::new();
    while !took.iter().any(|took| *took < Duration::from_millis(900)) {
        assert!(took.len() < 10, "each waited: {took:?}");
        took.push(stopped().await);
    }
}

/// Stops a command that ignores polite requests; gives how long that took.
async fn stopped() -> Duration {
    let room = Arc::new(Room::new());
    let task = tokio::spawn({
        let room = Arc::clone(&room);
        async move { run(&room, "trap '' TERM; echo before; echo $$ > id; while :; do sleep 0.2; done").await }
    });
    let id = content(&room, "id").await;
    let start = Instant::now();
    room.hands.stop.cancel();
    let outcome = task.await.expect("no panic");
    let took = start.elapsed();
    assert_eq!(outcome.verdict, Verdict::Interrupted);
    assert_eq!(outcome.text, "before\n[stopped by the person]");
    assert!(dies(&id).await, "process {id} lives on");
    took
}

#[tokio::test]
async fn a_process_left_in_the_background_does_not_hold_the_call() {
    let room = Room::new();
    let outcome = run(&room, "(sleep 4; echo late; echo done > left) & echo started").await;
    assert_eq!(outcome.text, "started\n[exit code 0; it left a process running in the background]");
    assert_eq!(content(&room, "left").await, "done", "it could write on");
}

#[tokio::test]
async fn a_background_command_lives_on_and_writes_into_a_file() {
    let room = Room::new();
    let input = json!({"command": "echo up; sleep 0.5; echo on; echo x > done", "is_background": true});
    let text = room.run(&RunShellCommand, input).await.text;
    assert!(text.starts_with("runs in the background as process "), "{text}");
    let path = text.rsplit_once(" goes to ").expect("a path").1;
    content(&room, "done").await;
    assert_eq!(std::fs::read_to_string(path).expect("kept"), "up\non\n");
    let input = json!({"command": "echo taken; exit 4", "is_background": true});
    assert_eq!(room.run(&RunShellCommand, input).await.text, "taken\n[ended at once: exit code 4]");
}

#[tokio::test]
async fn hidden_variables_are_not_seen() {
    let mut room = Room::new();
    // `HOME` stands for a key here: tests cannot set variables of their own process.
    room.hands.hidden_env = Arc::new(vec!["HOME".to_owned()]);
    let text = run(&room, "echo [${HOME-none}][$QWEN_CODE][$PAGER][$TERM]; env | grep -c ^HOME=").await.text;
    assert_eq!(text, "[none][1][cat][dumb]\n0\n[exit code 1]");
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let room = Room::new();
    let said = |input| async { room.run(&RunShellCommand, input).await.text };
    assert_eq!(said(json!({"command": " "})).await, "`command` is empty or holds a zero byte");
    assert!(
        said(json!({"command": "ls", "timeout": 700_000})).await.starts_with("`timeout` is in milliseconds")
    );
    assert!(said(json!({"cmd": "ls"})).await.contains("no parameter `cmd`"));
}

#[test]
fn the_title_is_the_command() {
    let room = Room::new();
    let title = |input| RunShellCommand.title(&crate::tools::testing::object(input), &room.hands);
    assert_eq!(title(json!({"command": "cargo test"})), "run cargo test");
    assert_eq!(title(json!({"command": "ls", "directory": "src"})), "run ls in src");
}
