//! Real processes.

use std::time::{Duration, Instant};

use super::*;
use crate::base::AbsPath;

fn shell(line: &str) -> Confined {
    let directory = AbsPath::new(std::env::temp_dir()).expect("absolute");
    Confined::new("/bin/sh", directory).arg("-c").arg(line)
}

async fn all(mut output: Output) -> String {
    let (mut text, mut buffer) = (Vec::new(), [0; 512]);
    while let Ok(n @ 1..) = output.read(&mut buffer).await {
        text.extend_from_slice(&buffer[..n]);
    }
    String::from_utf8(text).expect("text")
}

/// Whether a process of this number exists and is not merely waiting to be collected.
fn is_alive(id: &str) -> bool {
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", id]).output().expect("ps");
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

async fn becomes_true(condition: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if condition() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

#[tokio::test]
async fn both_streams_come_in_the_order_they_were_written() {
    let (mut running, output) =
        spawn(shell("echo 1; echo 2 >&2; echo 3; echo 4 >&2; exit 7")).expect("starts");
    assert_eq!(all(output).await, "1\n2\n3\n4\n");
    assert_eq!(running.wait().await.expect("ends").code(), Some(7));
}

/// What `a_child_cannot_reach_the_terminal` runs inside a terminal.
#[tokio::test]
#[ignore = "means something in a terminal only"]
async fn inside_a_terminal() {
    let own = std::fs::OpenOptions::new().write(true).open("/dev/tty");
    let (_running, output) =
        spawn(shell("echo drawn > /dev/tty && echo it can || echo it cannot")).expect("starts");
    let said = all(output).await;
    let said = said.lines().last().unwrap_or_default();
    std::io::Write::write_all(&mut own.expect("a terminal"), format!("child: {said}.\n").as_bytes())
        .expect("written");
}

#[test]
fn a_child_cannot_reach_the_terminal() {
    let size = portable_pty::PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
    let pair = portable_pty::native_pty_system().openpty(size).expect("a terminal");
    let mut command = portable_pty::CommandBuilder::new(std::env::current_exe().expect("this test"));
    command.args(["--ignored", "--exact", "sandbox::tests::inside_a_terminal", "--nocapture"]);
    let mut child = pair.slave.spawn_command(command).expect("starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("readable");
    let mut seen = Vec::new();
    // On Linux a closed terminal ends in an error.
    let _ = std::io::Read::read_to_end(&mut reader, &mut seen);
    assert!(child.wait().expect("ends").success());
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("child: it cannot."), "{seen}");
    assert!(!seen.contains("drawn"), "{seen}");
}

#[tokio::test]
async fn a_child_has_no_input() {
    let (_running, output) = spawn(shell("cat; echo end")).expect("starts");
    assert_eq!(all(output).await, "end\n");
}

#[tokio::test]
async fn a_hidden_variable_stays_hidden_even_when_it_is_set() {
    let confined = shell("echo [$HIDDEN][$SHOWN][${PATH:+path}]")
        .set(&[("HIDDEN", "1"), ("SHOWN", "2")])
        .hide(&["HIDDEN".to_owned()]);
    let (_running, output) = spawn(confined).expect("starts");
    assert_eq!(all(output).await, "[][2][path]\n");
}

#[tokio::test]
async fn dropping_the_handle_kills_grandchildren() {
    let (running, mut output) = spawn(shell("sh -c 'echo $$; exec sleep 60' & wait")).expect("starts");
    let mut buffer = [0; 64];
    let n = output.read(&mut buffer).await.expect("its number");
    let id = String::from_utf8_lossy(&buffer[..n]).trim().to_owned();
    assert!(is_alive(&id));
    drop(running);
    assert!(becomes_true(|| !is_alive(&id)).await, "process {id} lives on");
}

#[tokio::test]
async fn who_ignores_a_polite_request_is_killed_after_the_grace() {
    let (running, mut output) =
        spawn(shell("trap '' TERM; echo $$; while :; do sleep 0.1; done")).expect("starts");
    let mut buffer = [0; 64];
    let n = output.read(&mut buffer).await.expect("its number");
    let id = String::from_utf8_lossy(&buffer[..n]).trim().to_owned();
    let start = Instant::now();
    let grace = Duration::from_secs(4);
    running.end(grace);
    assert!(start.elapsed() < grace, "the caller waited");
    assert!(becomes_true(|| !is_alive(&id)).await, "process {id} lives on");
}

#[tokio::test]
async fn waiting_ends_with_the_first_process_though_another_goes_on() {
    let start = Instant::now();
    let (mut running, output) = spawn(shell("sleep 60 & exit 0")).expect("starts");
    assert!(running.wait().await.expect("ends").success());
    assert!(start.elapsed() < Duration::from_secs(30));
    output.discard();
}

#[tokio::test]
async fn output_into_a_file_outlives_the_handle() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let running = spawn_into(shell("sleep 0.2; echo late"), file.reopen().expect("again")).expect("starts");
    drop(running);
    let path = file.path().to_owned();
    assert!(becomes_true(|| std::fs::read_to_string(&path).is_ok_and(|t| t == "late\n")).await);
}
