//! The repository context that sessions share: the same bytes while they are cached, and news in the newest message.

use std::{fs, path::PathBuf, thread};

use qwen::sim::{Script, call, say};
use serde_json::{Value, json};

use crate::{Session, ran::Ran, wire};

/// A repository in which every session may ask as often as it likes.
fn story() -> Session {
    Session::new()
        .file("QWEN.md", "Use tabs.\n")
        .file("src/lib.rs", "//! One.\n")
        .sim(|options| options.script = Script::by(|_| say("Hello.")))
}

fn write(session: &Session, path: &str, text: &str) {
    fs::write(session.world().repository().join(path), text).expect("written");
}

/// What was read from the cache is the whole head of the run, and the rest of it was not there before.
fn reads_its_head(ran: &Ran) {
    let request = &ran.exit_is(0).requests()[0];
    let bill = request.bill.expect("billed");
    assert_eq!(bill.cached, wire::head_size(request), "read of the head, in {}", ran.system());
}

/// Each context file of the home.
fn pins(session: &Session) -> Vec<PathBuf> {
    let projects = fs::read_dir(session.world().qwen_home().join("projects")).expect("made").flatten();
    projects.map(|project| project.path().join("context.json")).filter(|path| path.exists()).collect()
}

/// Lets `seconds` go by for everything that is kept: each moment in it is that much earlier.
fn age(session: &Session, seconds: u64) {
    let ledger = session.world().qwen_home().join("cache/ledger.json");
    for path in pins(session).into_iter().chain(Some(ledger).filter(|path| path.exists())) {
        let mut kept: Value = serde_json::from_slice(&fs::read(&path).expect("there")).expect("JSON");
        earlier(&mut kept, seconds * 1_000);
        fs::write(path, kept.to_string()).expect("written");
    }
}

fn earlier(value: &mut Value, by: u64) {
    match value {
        Value::Number(n) if n.as_u64().is_some_and(|n| n > 1_000_000_000_000) => {
            *value = json!(n.as_u64().unwrap_or_default() - by);
        }
        Value::Array(all) => all.iter_mut().for_each(|value| earlier(value, by)),
        Value::Object(all) => all.values_mut().for_each(|value| earlier(value, by)),
        _ => {}
    }
}

#[test]
fn a_second_run_reads_the_whole_head_from_the_cache() {
    let session = story();
    let first = session.run("hello");
    assert_eq!(first.exit_is(0).requests()[0].bill.map(|bill| bill.cached), Some(0));
    let second = session.run("something else");
    reads_its_head(&second);
    assert_eq!(second.system(), first.system());
    assert!(!second.said().contains("repository-changes"), "{}", second.said());
}

#[test]
fn an_edited_file_changes_nothing_and_a_new_one_is_told() {
    let session = story();
    session.run("hello").exit_is(0);
    write(&session, "src/lib.rs", "//! Two.\n");
    let edited = session.run("hello again");
    reads_its_head(&edited);
    assert!(!edited.said().contains("repository-changes"), "{}", edited.said());

    write(&session, "src/second.rs", "");
    fs::remove_file(session.world().repository().join("README.md")).expect("there");
    let added = session.run("and now?");
    reads_its_head(&added);
    let said = added.said();
    assert!(said.contains("\n.: -README.md\nsrc: +second.rs\n</repository-changes>"), "{said}");
    assert!(!added.system().contains("second.rs"));
    assert!(said.ends_with("and now?"), "{said}");
}

#[test]
fn an_edited_instruction_file_is_told_in_place_of_the_old_one() {
    let session = story();
    session.run("hello").exit_is(0);
    write(&session, "QWEN.md", "Use spaces.\n");
    let ran = session.run("hello");
    reads_its_head(&ran);
    assert!(ran.system().contains("Use tabs."), "the head stays");
    let said = ran.said();
    assert!(said.contains("`QWEN.md` was changed. This holds now") && said.contains("Use spaces."), "{said}");
}

#[test]
fn a_subfolder_another_language_and_another_terminal_read_the_same_head() {
    let session = story().file("src/QWEN.md", "Only for src.\n");
    let first = session.run("hello");
    first.exit_is(0);
    let below = session.shell("cd src && $QWEN -p hello");
    reads_its_head(&below);
    assert_eq!(below.system(), first.system());
    assert!(below.said().contains("Only for src."), "{}", below.said());
    assert!(!first.said().contains("Only for src."), "{}", first.said());
    let elsewhere =
        session.clone().env("LANG", "zh_CN.UTF-8").env("LC_ALL", "zh_CN.UTF-8").env("TERM", "vt100");
    reads_its_head(&elsewhere.run("hello again"));
}

#[test]
fn another_day_reads_the_same_head() {
    let session = story();
    // Between these two it is never the same day.
    let day = |zone: &str, prompt: &str| session.clone().env("TZ", zone).run(prompt);
    let (west, east) = (day("<-12>12", "hello"), day("<+14>-14", "hello"));
    let date = |ran: &Ran| ran.said().lines().find(|line| line.starts_with("Date: ")).map(str::to_owned);
    assert_ne!(date(&west), date(&east));
    reads_its_head(&east);
}

#[test]
fn a_subfolder_that_comes_first_pins_the_same_head() {
    let session = story().file("src/QWEN.md", "Only for src.\n");
    let below = session.shell("cd src && $QWEN -p hello");
    assert!(below.exit_is(0).said().contains("Only for src."));
    let root = session.run("hello");
    reads_its_head(&root);
    assert!(!root.said().contains("repository-changes"), "{}", root.said());
}

#[test]
fn a_continued_session_begins_with_the_same_bytes_whatever_changed() {
    let session = story();
    let first = session.run("hello");
    write(&session, "QWEN.md", "Use spaces.\n");
    write(&session, "new.rs", "");
    let second = session.run_with(&["-c", "-p", "go on"]);
    second.exit_is(0).goes_on_from(&first);
    let said = second.said();
    assert!(said.contains("Use spaces.") && said.contains(".: +new.rs"), "{said}");
    let third = session.run_with(&["-c", "-p", "go on"]);
    third.exit_is(0).goes_on_from(&second);
    assert!(!third.said().contains("repository-changes"), "told once: {}", third.said());
}

#[test]
fn a_file_the_model_makes_is_told_with_the_next_message_and_the_head_stays() {
    let session = Session::new()
        .flag("-y")
        .model_says(call("write_file", json!({"file_path": "{{cwd}}/made.rs", "content": "fn made() {}\n"})))
        .model_says(say("Made."))
        .model_says(say("Yes."));
    let first = session.run("make it");
    first.exit_is(0).asks(2);
    let second = session.run_with(&["-c", "-p", "is it there?"]);
    second.exit_is(0).goes_on_from(&first);
    assert!(second.said().contains(".: +made.rs"), "{}", second.said());
}

#[test]
fn once_the_cache_is_cold_the_repository_is_read_anew() {
    let session = story();
    session.run("hello").exit_is(0);
    write(&session, "QWEN.md", "Use spaces.\n");
    write(&session, "src/second.rs", "");
    age(&session, 290);
    assert!(!session.run("hello").exit_is(0).system().contains("second.rs"), "still warm");
    age(&session, 301);
    let ran = session.run("hello");
    let (system, said) = (ran.exit_is(0).system(), ran.said());
    assert!(system.contains("second.rs") && system.contains("Use spaces."), "{system}");
    assert!(!system.contains("Use tabs.") && !said.contains("repository-changes"), "{said}");
}

#[test]
fn two_projects_do_not_share_what_is_pinned() {
    let session = story().file("other/.git/HEAD", "ref: refs/heads/main\n").file("other/deep.rs", "");
    let first = session.run("hello");
    let other = session.shell("cd other && $QWEN -p hello");
    assert!(other.exit_is(0).system().contains("deep.rs") && !other.system().contains("Use tabs."));
    assert!(!other.said().contains("repository-changes"), "{}", other.said());
    assert_eq!(pins(&session).len(), 2);
    assert_eq!(session.run("hello").system(), first.system());
}

#[test]
fn damaged_files_do_no_harm() {
    for text in ["", "{", "[]", "{\"v\":1,\"pins\":[{}]}", "{\"v\":9}"] {
        let session = story();
        let first = session.run("hello");
        let ledger = session.world().qwen_home().join("cache");
        fs::create_dir_all(&ledger).expect("made");
        for path in pins(&session).into_iter().chain([ledger.join("ledger.json")]) {
            fs::write(path, text).expect("written");
        }
        let second = session.run("hello again");
        reads_its_head(&second);
        second.stderr_is("");
        assert_eq!(second.system(), first.system(), "read anew: {text}");
    }
}

#[test]
fn sessions_that_start_at_once_have_the_same_head_while_files_come_and_go() {
    // Each has a conversation of its own.
    let session = story().compacts();
    session.world();
    thread::scope(|scope| {
        for n in 0..4 {
            let session = &session;
            scope.spawn(move || {
                write(session, &format!("made_{n}.rs"), "");
                session.run_with(&["-p", "hello"]).exit_is(0);
            });
        }
    });
    let requests = session.world().sim.requests();
    let systems: Vec<_> = requests.iter().map(|request| wire::text(&wire::messages(request)[0])).collect();
    assert_eq!(systems.len(), 4);
    assert!(systems.iter().all(|system| *system == systems[0]), "{systems:#?}");
}

#[test]
fn another_window_and_a_bare_run_have_blocks_of_their_own() {
    let session = story();
    let first = session.run("hello");
    let bare = session.clone().flag("--bare").run("hello");
    assert!(!bare.exit_is(0).system().contains("Use tabs."));
    let replaced = session.clone().flags(["--system-prompt", "You are a pirate."]);
    write(&session, "new.rs", "");
    assert!(replaced.run("hello").exit_is(0).system().contains("new.rs"), "nothing of it was cached");
    let again = session.run("hello");
    reads_its_head(&again);
    assert_eq!(again.system(), first.system());
}
