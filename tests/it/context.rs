//! What the model is told beside the person's words.

use qwen::sim::{Script, say};
use serde_json::json;

use crate::{Session, wire};

fn hello() -> Session {
    Session::new().sim(|options| options.script = Script::by(|_| say("Hello.")))
}

#[test]
fn instruction_files_stand_in_the_head_with_their_imports() {
    let ran = hello()
        .file("QWEN.md", "Use tabs.\n@docs/style.md\n@../outside.md\n")
        .file("docs/style.md", "Names are words.\n")
        .file("AGENTS.md", "Run the tests.\n")
        .home_file(".qwen/QWEN.md", "I like short answers.\n")
        .home_file("outside.md", "SECRET OUTSIDE\n")
        .run("hello");
    let system = ran.exit_is(0).system();
    for text in ["Use tabs.", "Names are words.", "Run the tests.", "I like short answers."] {
        assert_eq!(system.matches(text).count(), 1, "{text} in {system}");
    }
    assert!(!system.contains("SECRET OUTSIDE"));
}

#[test]
fn a_bare_run_looks_for_nothing() {
    let with = || hello().file("QWEN.md", "Use tabs.\n").file("src/special.rs", "");
    let full = with().run("hello").exit_is(0).system();
    assert!(full.contains("Use tabs.") && full.contains("special.rs"), "{full}");
    let bare = with().flag("--bare").run("hello").exit_is(0).system();
    assert!(!bare.contains("Use tabs.") && !bare.contains("special.rs"), "{bare}");
}

#[test]
fn the_system_prompt_can_be_replaced_and_added_to() {
    let usual = hello().run("hello").exit_is(0).system();
    let replaced = hello().file("QWEN.md", "Use tabs.\n").flags(["--system-prompt", "You are a pirate."]);
    let replaced = replaced.run("hello").exit_is(0).system();
    assert!(replaced.starts_with("You are a pirate."), "{replaced}");
    assert!(replaced.contains("Use tabs."), "instruction files stay");
    let added =
        hello().flags(["--append-system-prompt", "Speak like a pirate."]).run("hello").exit_is(0).system();
    assert!(added.contains("Speak like a pirate."), "{added}");
    let first = usual.split("\n\n").next().unwrap_or_default();
    assert!(added.starts_with(first), "the usual text stays in front");
}

#[test]
fn the_head_is_the_same_bytes_in_every_run_and_nothing_of_the_day_is_in_it() {
    let session = hello().file("src/a.rs", "");
    let (one, two) = (session.run("hello"), session.run("something else, canary"));
    assert_eq!(one.system(), two.system());
    assert_eq!(one.requests()[0].json["tools"], two.requests()[0].json["tools"]);
    let (head, said) = (one.system(), one.said());
    let root = std::fs::canonicalize(one.path("")).expect("there").display().to_string();
    assert!(
        said.contains(&format!("Working directory: {root}\n")) && said.contains("Git branch: main"),
        "{said}"
    );
    assert!(!head.contains(&root) && !head.contains("Date:"), "{head}");
    let same = hello().file("src/a.rs", "").run("hello");
    assert_eq!(same.system(), head, "another folder with the same files has the same head");
}

#[test]
fn a_mentioned_file_goes_along_and_the_words_stay() {
    let ran = hello()
        .file("src/lib.rs", "fn one() {}\nfn two() {}\n")
        .file("secret.env", "SECRET=1\n")
        .file(".gitignore", "secret.env\n")
        .run("explain @src/lib.rs and mail me@example.com about @nothing.rs, @secret.env, @../home/.qwen");
    let said = ran.exit_is(0).asks(1).said();
    assert!(said.contains("fn one() {}\nfn two() {}"), "{said}");
    assert!(said.ends_with(
        "explain @src/lib.rs and mail me@example.com about @nothing.rs, @secret.env, @../home/.qwen"
    ));
    assert!(!said.contains("SECRET=1"), "{said}");
}

#[test]
fn ignored_files_are_in_no_map() {
    let ran = hello()
        .file(".gitignore", "target/\n")
        .file(".qwenignore", "private/\n")
        .file("target/out.txt", "")
        .file("private/plan.txt", "")
        .file("src/open.rs", "")
        .run("hello");
    let system = ran.exit_is(0).system();
    assert!(system.contains("open.rs"), "{system}");
    assert!(!system.contains("out.txt") && !system.contains("plan.txt"), "{system}");
}

#[test]
fn a_model_may_be_named_in_three_places_and_the_nearest_wins() {
    let setting = json!({"model": {"name": "qwen3-max"}});
    let model = |session: Session| session.run("hello").requests()[0].json["model"].clone();
    assert_eq!(model(hello().without("OPENAI_MODEL").settings(&setting)), "qwen3-max");
    assert_eq!(model(hello().settings(&setting)), "qwen3-coder-plus");
    assert_eq!(model(hello().settings(&setting).flags(["-m", "qwen-flash"])), "qwen-flash");
}

#[test]
fn a_folder_without_git_works_as_well() {
    let ran = hello().without_git().file("src/a.rs", "").run("hello");
    assert!(ran.exit_is(0).stderr_is("").system().contains("a.rs"));
    assert_eq!(wire::messages(&ran.requests()[0]).len(), 2);
}

#[test]
fn an_instruction_file_that_leads_out_of_the_repository_is_not_read() {
    let session = hello().home_file("secret.md", "SECRET OUTSIDE\n");
    let world = session.world();
    let secret = world.qwen_home().join("../secret.md");
    std::os::unix::fs::symlink(secret, world.repository().join("QWEN.md")).expect("linked");
    let ran = session.run("hello");
    ran.exit_is(0).stderr_has("`QWEN.md` was not read");
    assert!(!ran.system().contains("SECRET OUTSIDE"));
}

#[test]
fn lines_of_a_file_go_along_with_their_numbers_and_a_wrong_range_is_told() {
    let log = (1..=50).fold(String::new(), |log, n| log + &format!("line {n}\n"));
    let ran = hello()
        .file("log.txt", log)
        .file("log.txt:7", "a name that looks like a line\n")
        .file("my notes，旧.md", "first\nsecond\n")
        .run("compare @log.txt:10-12, @log.txt:7 and @my\\ notes\\，旧.md:2; not @log.txt:40-3 or @log.txt:0 or @log.txt:60");
    let said = ran.exit_is(0).said();
    for text in [
        "--- Content of @log.txt:10-12 ---\nline 10\nline 11\nline 12\n--- End of @log.txt:10-12 ---",
        "--- Content of @log.txt:7 ---\na name that looks like a line\n--- End of @log.txt:7 ---",
        "--- Content of @my notes，旧.md:2-2 ---\nsecond\n--- End of @my notes，旧.md:2-2 ---",
        "[`log.txt` is not included: lines count from 1, and a range goes from a line to a later one]",
        "[`log.txt` has no line 60; it has 50 lines]",
    ] {
        assert_eq!(said.matches(text).count(), 1, "{text} in {said}");
    }
    assert!(!said.contains("line 13") && !said.contains("line 3\n"), "{said}");
}
