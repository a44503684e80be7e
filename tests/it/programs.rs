//! What else the binary is.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use crate::Session;

fn qwen() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qwen"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", "/nonexistent");
    command.env("QWEN_NO_KEYRING", "1");
    command
}

#[test]
fn the_simulator_is_a_program_that_serves_a_script_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.json");
    let turns = r#"{"turns": [
        {"thinking": "hm", "calls": [{"name": "read_file", "arguments": {"file_path": "{{cwd}}/README.md"}}]},
        {"text": "Scripted."}
    ]}"#;
    std::fs::write(&script, turns).expect("written");
    let mut server = qwen()
        .args(["sim", "--port", "0", "--key", "sk-of-the-file", "--script"])
        .arg(&script)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(server.stdout.take().expect("piped")).lines();
    let hello = lines.next().expect("a line").expect("text");
    let address = hello.split_whitespace().find(|word| word.starts_with("http")).expect("an address");
    let address = address.trim_end_matches(',').to_owned();
    let ran = Session::new()
        .env("OPENAI_BASE_URL", address.clone())
        .env("DASHSCOPE_PROXY_BASE_URL", address)
        .env("OPENAI_API_KEY", "sk-of-the-file")
        .run("read");
    ran.exit_is(0).stdout_is("Scripted.\n").asks(0);
    let log: Vec<String> = lines.by_ref().skip(2).take(2).map_while(Result::ok).collect();
    // The server ends before anything is compared: one that outlives a failed test keeps its output open.
    assert!(Command::new("kill").arg(server.id().to_string()).status().is_ok_and(|s| s.success()));
    assert_eq!(server.wait().expect("our child").code(), Some(0), "asked to end, it ends well");
    assert!(log.iter().all(|line| line.contains("POST /compatible-mode/v1/chat/completions 200")), "{log:?}");
}

#[test]
fn a_script_file_that_cannot_be_used_is_told() {
    let done = qwen().args(["sim", "--port", "0", "--script", "/nonexistent"]).output().expect("it starts");
    assert_eq!(done.status.code(), Some(42));
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(error.starts_with("error: `/nonexistent` cannot be read"), "{error}");
}

#[test]
fn completions_version_and_help_are_printed_without_a_home_or_a_key() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = qwen().args(["completions", shell]).output().expect("it starts");
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success() && text.contains("approval-mode"), "{shell}");
    }
    let version = qwen().arg("--version").output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&version.stdout), concat!(env!("CARGO_PKG_VERSION"), "\n"));
    let help = qwen().arg("--help").output().expect("it starts");
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("qwen demo"));
}

#[test]
fn the_demo_fixes_its_bug_says_what_is_scripted_and_shows_the_bill() {
    let ran = Session::new().without("OPENAI_API_KEY").without("OPENAI_BASE_URL").run_with(&["demo"]);
    ran.exit_is(0).stderr_is("").asks(0);
    for text in [
        "The model is a script",
        "Everything else is real",
        "2 failed",
        "    0 failed\n    exit code 0\n",
        "Fixed, and the tests pass.",
        "The simulator's own bill",
        "with cache",
    ] {
        assert!(ran.stdout.contains(text), "no `{text}` in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\u{1b}'), "a pipe gets no escape sequences");
}
