//! `qwen sessions`, and sessions that are shared, moved, or have no place on disk.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use qwen::sim::{Script, call, say};
use serde_json::{Value, json};

use crate::{Session, ran::tree, session::CANARY};

/// Two sessions, `first` with a tool and `second` without.
fn two() -> Session {
    let session = Session::new()
        .model_says(say("I look.").call("read_file", json!({"file_path": "{{cwd}}/README.md"})))
        .model_says(say("A canary."))
        .model_says(say("Hello."))
        .model_says(say("Again."))
        .model_says(say("Once more."));
    session.run_with(&["--session-id", "first", "-p", "what is in the readme?"]).exit_is(0);
    session.run_with(&["--session-id", "second", "-p", "hello"]).exit_is(0);
    session
}

fn file(session: &Session, id: &str) -> PathBuf {
    let all = tree(&session.world().qwen_home().join("projects"));
    let name = format!("{id}.jsonl");
    let path = all.into_iter().map(|(path, _)| path).find(|path| path.ends_with(&name));
    path.unwrap_or_else(|| panic!("no session `{id}`"))
}

fn ids(session: &Session, words: &[&str]) -> Vec<String> {
    let ran = session.run_with(&[&["sessions", "list", "--json"], words].concat());
    ran.exit_is(0).stderr_is("").asks(0);
    let page = ran.json();
    crate::schema::check("sessions", &page);
    let all = page["sessions"].as_array().expect("a list");
    all.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

fn age(path: &Path, days: u64) {
    let then = SystemTime::now() - Duration::from_secs(days * 24 * 3_600);
    let file = fs::File::options().write(true).open(path).expect("a session");
    file.set_modified(then).expect("its time is ours");
}

#[test]
fn sessions_are_listed_shown_exported_and_copied() {
    let session = two();
    assert_eq!(ids(&session, &[]), ["second", "first"]);
    let text = session.run_with(&["sessions"]);
    let lines: Vec<&str> = text.exit_is(0).stdout.lines().collect();
    assert!(lines[1].starts_with("second  20") && lines[1].ends_with("  hello"), "{lines:?}");
    let shown = session.run_with(&["sessions", "show", "fir"]);
    let root = session.world().repository();
    shown.exit_is(0).asks(0).stdout_is(&format!(
        "session first of {root}, qwen3-coder-plus\n\n> what is in the readme?\n\nI look.\n\n* read_file \
         {{\"file_path\":\"{root}/README.md\"}}\n  # {CANARY}\n\nA canary.\n",
        root = fs::canonicalize(root).expect("there").display(),
    ));
    let markdown = session.run_with(&["sessions", "export"]);
    assert!(
        markdown.exit_is(0).stdout.ends_with("\n## You\n\nhello\n\n## Model\n\nHello.\n"),
        "{}",
        markdown.stdout
    );
    session
        .run_with(&["sessions", "export", "first", "--format", "jsonl", "-o", "talk.jsonl"])
        .exit_is(0)
        .stdout_is("");
    let exported = session.world().repository().join("talk.jsonl");
    assert_eq!(fs::read(&exported).expect("written"), fs::read(file(&session, "first")).expect("kept"));
    session.run_with(&["sessions", "export", "-o", "talk.jsonl"]).exit_is(42).stderr_has("cannot be written");
    let copied = session.run_with(&["sessions", "fork", "first", "--session-id", "third"]);
    copied.exit_is(0).asks(0).stdout_is("third\n");
    let third = session.run_with(&["-r", "third", "-p", "go on"]);
    third.exit_is(0).stdout_is("Again.\n");
    assert!(String::from_utf8_lossy(&third.requests()[0].body).contains("what is in the readme?"));
}

#[test]
fn a_session_is_removed_with_a_yes_and_never_while_it_is_open() {
    let session = two();
    session.run_with(&["sessions", "rm", "first"]).exit_is(42).stderr_has("needs a yes");
    session.run_with(&["sessions", "rm", "--yes", "first", "nobody"]).exit_is(42).stderr_has("`nobody`");
    assert_eq!(ids(&session, &[]), ["second", "first"]);
    session.run_with(&["sessions", "rm", "--yes", "first"]).exit_is(0).stdout_is("removed first\n");
    assert_eq!(ids(&session, &[]), ["second"]);
    let slow = Session::new().model_says(say("word ".repeat(500)).pace(10)).sharing(&session);
    let open = slow.spawn(&["-r", "second", "-p", "tell"]).asked(1);
    session
        .run_with(&["sessions", "rm", "-y", "second"])
        .exit_is(42)
        .stderr_has("is open in another process");
    age(&file(&session, "second"), 100);
    let kept = session.run_with(&["sessions", "gc", "--older-than", "1"]);
    assert!(kept.exit_is(0).stdout.contains("kept, since session `second` is open"), "{}", kept.stdout);
    open.signal("INT").wait().exit_is(130);
    assert_eq!(ids(&session, &[]), ["second"]);
}

#[test]
fn old_sessions_go_by_themselves_only_when_a_setting_says_so() {
    let session = two();
    age(&file(&session, "first"), 31);
    let kept = session.run_with(&["sessions", "gc"]);
    kept.exit_is(0).stdout_is(
        "nothing is removed: `general.cleanupPeriodDays` is not set, so sessions are kept\n\
         name a time: `qwen sessions gc --older-than 30`\n",
    );
    let dry = session.run_with(&["sessions", "gc", "--older-than", "30", "--dry-run"]);
    assert!(dry.exit_is(0).stdout.contains("1 sessions would be removed"), "{}", dry.stdout);
    session.run("hello").exit_is(0);
    assert!(ids(&session, &[]).contains(&"first".to_owned()));
    let settings = json!({"general": {"cleanupPeriodDays": 30}});
    fs::write(session.world().qwen_home().join("settings.json"), settings.to_string()).expect("written");
    session.run("hello").exit_is(0);
    let left = ids(&session, &["--all"]);
    assert!(!left.contains(&"first".to_owned()) && left.contains(&"second".to_owned()), "{left:?}");
}

#[test]
fn two_processes_never_write_one_session_and_the_second_is_told_the_way_out() {
    // The head is stored with the first answer, so that nobody waits for it.
    let session = Session::new()
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/README.md"})))
        .model_says(say("word ".repeat(500)).pace(10))
        .model_says(say("Second."));
    let first = session.spawn(&["--session-id", "busy", "-p", "tell"]).asked(2);
    for words in [["-r", "busy", "-p", "me too"], ["-c", "--", "me", "too"]] {
        session.run_with(&words).exit_is(42).asks(0).stderr_has(
            "session `busy` is open in another process\n  hint: go on in a copy: `qwen --resume busy --fork-session`",
        );
    }
    session
        .run_with(&["--session-id", "busy", "-p", "x"])
        .exit_is(42)
        .stderr_has("there already is a session");
    let copy = session.run_with(&["-r", "busy", "--fork-session", "-p", "me too"]);
    copy.exit_is(0).stdout_is("Second.\n");
    first.signal("INT").wait().exit_is(130);
    let text = fs::read_to_string(file(&session, "busy")).expect("kept");
    assert!(text.contains("\"tell\"") && !text.contains("me too") && text.lines().all(is_json), "{text}");
}

fn is_json(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok()
}

#[test]
fn two_processes_that_begin_the_same_session_at_once_keep_it_once() {
    let slow = || say("word ".repeat(50)).pace(10);
    let session = Session::new().compacts().model_says(slow()).model_says(slow());
    let first = session.spawn(&["--session-id", "same", "-p", "one"]);
    let second = session.spawn(&["--session-id", "same", "-p", "two"]);
    let codes = [first.wait().code(), second.wait().code()];
    assert!(codes.contains(&0), "{codes:?}");
    let text = fs::read_to_string(file(&session, "same")).expect("kept");
    assert!(text.contains("\"text\":\"one\"") != text.contains("\"text\":\"two\""), "{text}");
}

#[test]
fn a_session_goes_on_from_any_folder_of_its_project_and_says_where_it_belongs_elsewhere() {
    let session = two();
    session
        .shell("mkdir -p deep/er && cd deep/er && exec $QWEN -c -p again")
        .exit_is(0)
        .stdout_is("Again.\n");
    let other = session.shell("mkdir ../other && cd ../other && git init -q && exec $QWEN -r first -p hi");
    let root = fs::canonicalize(session.world().repository()).expect("there");
    other
        .exit_is(42)
        .asks(0)
        .stderr_has("there is no session `first` in this project")
        .stderr_has(&format!("it belongs to `{}`: run `qwen --resume first` there", root.display()));
}

#[test]
fn the_sessions_of_a_folder_that_was_moved_are_brought_along() {
    let session = two();
    let moved = session.shell("cd .. && mv work moved && cd moved && $QWEN -r first -p hi; mkdir ../work");
    moved
        .stderr_has("which is not there any more")
        .stderr_has("copy it into this project: `qwen sessions fork first`");
    let brought = session.shell("cd ../moved; id=$($QWEN sessions fork first) && exec $QWEN -r $id -p again");
    brought.exit_is(0).stdout_is("Again.\n");
}

/// A limit on the size of files stands for a full disk: a write ends in the middle and fails, for any user.
#[test]
fn a_disk_that_is_full_is_told_once_and_the_work_goes_on() {
    let read = || call("read_file", json!({"file_path": "{{cwd}}/big.txt"}));
    let session = Session::new()
        .file("big.txt", "a line of text that fills the disk\n".repeat(400))
        .model_says(read())
        .model_says(read())
        .model_says(say("Read twice."))
        .model_says(say("On we go."));
    let ran = session.shell("trap '' XFSZ; ulimit -f 16; exec $QWEN --session-id full -p read");
    ran.exit_is(0).stdout_is("Read twice.\n").asks(3);
    assert_eq!(ran.stderr.matches("this session cannot be kept on disk").count(), 1, "{}", ran.stderr);
    // What was kept before is whole, and goes on.
    session.run_with(&["-r", "full", "-p", "go on"]).exit_is(0).stdout_is("On we go.\n");
    let text = fs::read_to_string(file(&session, "full")).expect("kept");
    assert!(text.lines().all(is_json) && text.ends_with('\n'), "{text}");
}

#[test]
fn a_real_disk_without_room_is_told_once() {
    let session = Session::new()
        .file("big.txt", "a line of text that fills the disk\n".repeat(2_000))
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/big.txt"})))
        .model_says(say("Read."));
    let disk = session.world().repository().parent().expect("a folder").join("disk");
    fs::create_dir(&disk).expect("made");
    let mount = |words: &[&str]| Command::new("mount").args(words).arg(&disk).output();
    let mounted = mount(&["-t", "tmpfs", "-o", "size=16k", "tmpfs"]);
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: a small disk cannot be mounted by this user");
        return;
    }
    let ran = session.clone().env("QWEN_HOME", disk.display().to_string()).run("read");
    let unmounted = Command::new("umount").arg(&disk).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    ran.exit_is(0).stdout_is("Read.\n");
    assert_eq!(ran.stderr.matches("this session cannot be kept on disk").count(), 1, "{}", ran.stderr);
}

#[test]
fn a_home_that_takes_no_files_is_told_once_and_nothing_else_changes() {
    let session = Session::new().model_says(say("Hello."));
    let home = session.world().repository().join("README.md").join("home");
    let ran = session.clone().env("QWEN_HOME", home.display().to_string()).run("hello");
    ran.exit_is(0).stdout_is("Hello.\n").asks(1);
    assert_eq!(ran.stderr.matches("this session cannot be kept on disk").count(), 1, "{}", ran.stderr);
}

#[test]
fn files_of_former_versions_and_damaged_ones_go_on() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    let session = Session::new().sim(|options| options.script = Script::by(|_| say("Kept.")));
    session.run_with(&["--session-id", "kept", "-p", "hello"]).exit_is(0);
    let folder = file(&session, "kept").parent().expect("a folder").to_owned();
    let root = fs::canonicalize(session.world().repository()).expect("there").display().to_string();
    let mut went_on = 0;
    for entry in fs::read_dir(fixtures).expect("fixtures").flatten() {
        let id = entry.file_name().to_string_lossy().trim_end_matches(".jsonl").to_owned();
        if ["newer", "not-ours", "empty"].contains(&id.as_str()) {
            continue;
        }
        let bytes = fs::read(entry.path()).expect("a fixture");
        let at = bytes.windows(4).position(|four| four == b"\"/r\"").expect("a root");
        let bytes = [&bytes[..at], format!("\"{root}\"").as_bytes(), &bytes[at + 4..]].concat();
        fs::write(folder.join(format!("{id}.jsonl")), bytes).expect("written");
        // The simulator refuses what is no conversation.
        let ran = session.run_with(&["-r", &id, "-p", "and now?"]);
        ran.exit_is(0).asks(1);
        let again = session.run_with(&["-r", &id, "-p", "and then?"]);
        again.exit_is(0).goes_on_from(&ran);
        went_on += 1;
    }
    assert_eq!(went_on, 10);
}
