//! What is told of privacy, and how what lies on the disk is removed.

use std::{fs, path::Path};

use qwen::sim::{call, say};
use serde_json::json;

use crate::{Session, ran::tree, session::KEY};

fn story() -> Session {
    Session::new()
        .settings(&json!({"permissions": {"allow": ["Bash(seq *)"]}}))
        .model_says(call("run_shell_command", json!({"command": "seq 1 20000", "description": "count"})))
        .model_says(say("Counted."))
        .model_says(say("Again."))
}

fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let line = page.lines().find(|line| line.trim_start().starts_with(name));
    line.unwrap_or_else(|| panic!("no `{name}` in {page}")).trim()
}

fn temporary(session: &Session) -> Vec<std::path::PathBuf> {
    let folder = session.world().repository().parent().expect("a folder").join("tmp");
    tree(&folder).into_iter().map(|(path, _)| path).filter(|path| path.is_file()).collect()
}

#[test]
fn the_page_says_what_leaves_what_is_kept_and_what_lies_here() {
    let session = story();
    session.run("count").exit_is(0);
    let ran = session.run_with(&["privacy"]);
    ran.exit_is(0).asks(0);
    let page = &ran.stdout;
    let headings: Vec<&str> =
        page.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    assert_eq!(
        headings,
        ["What leaves this machine", "What the provider keeps", "What is counted", "What lies on this disk"]
    );
    assert!(row(page, "to ").contains("127.0.0.1") && row(page, "to ").contains("with an API key"), "{page}");
    assert!(row(page, "secrets").contains("on: "), "{page}");
    assert!(row(page, "telemetry").contains("telemetry is off: "), "{page}");
    assert!(
        row(page, "sessions").contains("1 file, ") && row(page, "outputs").contains("1 file, "),
        "{page}"
    );
    assert!(!page.contains(KEY), "{page}");
    let same = session.run_with(&["privacy", "show"]);
    assert_eq!(same.stdout, *page);
}

#[test]
fn only_what_was_read_is_said_of_a_provider() {
    let at = |url: &str, settings: serde_json::Value| {
        let session = Session::new()
            .settings(&settings)
            .env("OPENAI_BASE_URL", url)
            .without("DASHSCOPE_PROXY_BASE_URL");
        let ran = session.run_with(&["privacy"]);
        ran.exit_is(0);
        ran.stdout.clone()
    };
    let cloud = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1";
    let page = at(cloud, json!({}));
    assert!(row(&page, "keeps").contains("nothing of the conversation: it is processed in memory"), "{page}");
    assert!(
        row(&page, "caches").contains("volatile memory") && row(&page, "source").contains("read 2026-11"),
        "{page}"
    );
    let page = at(cloud, json!({"cache": {"mode": "session"}}));
    assert!(row(&page, "keeps").contains("up to 7 days"), "{page}");
    let page = at("https://api.deepseek.com", json!({"privacy": {"redact": false}}));
    assert!(row(&page, "keeps").contains("not known: see their terms"), "{page}");
    assert!(row(&page, "secrets").contains("off: `privacy.redact`"), "{page}");
}

#[test]
fn a_purge_asks_and_removes_what_this_program_left_and_nothing_else() {
    let session = story()
        .home_file(".qwen/projects/other/chats/theirs.jsonl", "{}\n")
        .home_file(".qwen/credentials.json", "{}");
    session.run("count").exit_is(0);
    session.run("again").exit_is(0);
    let home = session.world().qwen_home();
    let kept = || -> Vec<String> {
        tree(&home)
            .iter()
            .filter(|(path, _)| path.is_file())
            .map(|(path, _)| path.strip_prefix(&home).unwrap_or(path).display().to_string())
            .collect()
    };
    let before = kept();
    session
        .run_with(&["privacy", "purge"])
        .exit_is(42)
        .stderr_has("nobody is there to say yes; nothing was removed");
    assert_eq!(kept(), before);
    session.run_with(&["privacy", "purge", "--yes", "--outputs"]).exit_is(0);
    assert_eq!((temporary(&session).len(), kept()), (0, before));
    let ran = session.run_with(&["privacy", "purge", "--yes"]);
    ran.exit_is(0);
    assert!(ran.stdout.contains("sessions        2 files"), "{}", ran.stdout);
    assert_eq!(kept(), ["credentials.json", "projects/other/chats/theirs.jsonl", "settings.json"]);
    session.run_with(&["privacy", "purge", "--yes"]).exit_is(0).stdout_is("there is nothing to remove\n");
    session.run_with(&["privacy", "purge", "--yes", "--accounts"]).exit_is(0);
    assert_eq!(kept(), ["projects/other/chats/theirs.jsonl", "settings.json"]);
}

#[test]
fn a_session_that_runs_is_left_alone() {
    let session = Session::new()
        .settings(&json!({"permissions": {"allow": ["Bash(sh wait.sh)"]}}))
        .file("wait.sh", "until [ -e go ]; do sleep 0.05; done\n")
        .model_says(call("run_shell_command", json!({"command": "sh wait.sh", "description": "wait"})))
        .model_says(say("Done."));
    let running = session.spawn(&["-p", "wait"]).asked(1);
    let go = session.world().repository().join("go");
    let is_kept =
        |folder: &Path| tree(folder).iter().any(|(path, _)| path.extension().is_some_and(|e| e == "jsonl"));
    let projects = session.world().qwen_home().join("projects");
    let running = running.until(|_| is_kept(&projects));
    let ran = session.run_with(&["privacy", "purge", "--yes"]);
    fs::write(go, "").expect("written");
    assert!(ran.stdout.contains("left 1 session that another process works with"), "{}", ran.stdout);
    running.wait().exit_is(0).stdout_is("Done.\n");
    session.run_with(&["privacy", "purge", "--yes"]).exit_is(0);
    assert!(!is_kept(&projects));
}

#[test]
fn a_private_run_leaves_no_file_of_a_long_output() {
    let session = story();
    session.run_with(&["--private", "-p", "count"]).exit_is(0).stdout_is("Counted.\n");
    assert_eq!(temporary(&session), [""; 0].map(std::path::PathBuf::from));
    assert!(!session.world().qwen_home().join("projects").exists());
}
