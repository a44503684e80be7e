//! What runs without a person, and what does not.

use std::thread;

use qwen::sim::{Turn, call, say};
use serde_json::{Value, json};

use crate::{
    Session,
    ran::{Ran, repository_tree},
    wire,
};

/// Each makes a file `C`, one way or another.
const TRAPS: [&str; 24] = [
    "ls && touch C",
    "ls; touch C",
    "ls $(touch C)",
    "ls `touch C`",
    "ls > C",
    "ls >> C",
    "ls >| C",
    "ls &> C",
    "ls <> C",
    "ls | tee C",
    "ls & touch C",
    "ls || touch C; ls nothing || touch C",
    "ls\ntouch C",
    "ls <(touch C)",
    "ls \"$(touch C)\"",
    "ls <<X\n$(touch C)\nX",
    "ls ${A:=$(touch C)}",
    "A=$(touch C) ls",
    "ls() { touch C; }; ls",
    "alias ls='touch C'; ls",
    "PATH=.:$PATH ls; touch C",
    "if ls; then touch C; fi",
    "ls; (touch C)",
    "ls ((( ; touch C",
];

fn shell(command: impl Into<String>) -> Value {
    json!({"command": command.into(), "description": "look around"})
}

/// One answer with all traps as parallel calls, and two harmless ones.
fn trapped() -> Session {
    let turn =
        TRAPS.into_iter().fold(Turn::default(), |turn, line| turn.call("run_shell_command", shell(line)));
    let many = format!("{}touch C", "ls; ".repeat(9_999));
    let turn = turn.call("run_shell_command", shell(many));
    let turn = turn.call("run_shell_command", shell("ls")).call("run_shell_command", shell("ls -a"));
    Session::new().sim(|options| options.shape.chunk = 4_000).model_says(turn).model_says(say("Done."))
}

fn snapshot_is_kept(session: &Session, run: impl FnOnce() -> Ran) -> Ran {
    session.world();
    let before = repository_tree(session);
    let ran = run();
    assert_eq!(ran.tree(), before, "something in the repository changed");
    ran
}

#[test]
fn with_only_ls_allowed_nothing_but_ls_runs_in_any_mode_but_yolo() {
    thread::scope(|scope| {
        for mode in ["default", "auto-edit", "plan"] {
            scope.spawn(move || {
                let session =
                    trapped().flags(["--approval-mode", mode, "--allowed-tools", "Bash(ls)", "Bash(ls *)"]);
                let ran = snapshot_is_kept(&session, || session.run("look around"));
                ran.exit_is(0).stdout_is("Done.\n").no_file("C").asks(2);
                let results = ran.results();
                assert_eq!(results.len(), TRAPS.len() + 3);
                for (trap, result) in TRAPS.iter().zip(&results) {
                    assert!(!result.contains("exit code"), "`{trap}` ran in {mode}: {result}");
                }
                for result in &results[TRAPS.len() + 1..] {
                    assert!(
                        result.contains("README.md") && result.contains("exit code 0"),
                        "{mode}: {result}"
                    );
                }
            });
        }
    });
}

#[test]
fn yolo_runs_what_it_is_given() {
    let ran = Session::new()
        .flag("-y")
        .model_says(call("run_shell_command", shell("ls && touch C")))
        .model_says(say("Done."))
        .run("look around");
    ran.exit_is(0).file_is("C", "").asks(2);
}

/// Lines that change something, many through programs that look as if they only read.
const WRITES: [&str; 84] = [
    "touch C",
    "echo x > C",
    "ls > C",
    ": > README.md",
    "> C",
    "sh -c 'touch C'",
    "bash -c 'touch C'",
    "env touch C",
    "nice touch C",
    "command touch C",
    "exec touch C",
    "eval touch C",
    "time touch C",
    "timeout 5 touch C",
    "nohup touch C",
    "echo C | xargs touch",
    "find . -name README.md -exec touch C \\;",
    "find . -name README.md -delete",
    "find . -fprint C",
    "find . -fls C",
    "sort -o C README.md",
    "sort --output=C README.md",
    "uniq README.md C",
    "tee C < README.md",
    "cp README.md C",
    "mv README.md C",
    "ln -s README.md C",
    "mkdir C",
    "rm README.md",
    "dd if=README.md of=C",
    "sed -i s/a/b/ README.md",
    "sed -n 'w C' README.md",
    "sed '1e touch C' README.md",
    "sed s/a/b/e README.md",
    "awk 'BEGIN { print > \"C\" }'",
    "awk 'BEGIN { system(\"touch C\") }'",
    "perl -e 'open F, \">C\"'",
    "python3 -c 'open(\"C\", \"w\")'",
    "git commit --allow-empty -m x",
    "git config user.name x",
    "git tag x",
    "git branch x",
    "git stash",
    "git checkout -b x",
    "git diff --output=C",
    "git log --output=C",
    "git -c core.pager='touch C' -p log",
    "git -c alias.x='!touch C' x",
    "git -c core.fsmonitor='touch C' status",
    "git diff --ext-diff",
    "git grep -O'touch C' canary",
    "git show --output C",
    "rg --pre 'touch C' canary",
    "tar cf C README.md",
    "curl -o C file:///etc/hostname",
    "truncate -s 0 README.md",
    "chmod 777 README.md",
    "yes | head -1 > C",
    "cat <<X > C\nx\nX",
    "{ touch C; }",
    "(touch C)",
    "! touch C",
    "A=1 touch C",
    "\\touch C",
    "to\"\"uch C",
    "$(echo touch) C",
    "source README.md; touch C",
    "printf x >C",
    "date -s 2000-01-01; touch C",
    "less -o C README.md",
    "man -P 'touch C' ls",
    "vim -c ':w C' -c ':q' README.md",
    "ed README.md <<X\nw C\nq\nX",
    "file -C -m README.md",
    "patch -o C README.md /dev/null",
    "trap 'touch C' EXIT",
    "while touch C; do break; done",
    "for f in C; do touch $f; done",
    "case x in x) touch C;; esac",
    "f() { touch C; }; f",
    "coproc touch C",
    "[[ -n $(touch C) ]]",
    "echo $((1 + $(touch C)))",
    "cd /tmp && touch \"$OLDPWD/C\"",
];

/// Ways to change something, through every tool.
fn writes() -> Turn {
    let input = |more: Value| {
        let mut all = json!({"file_path": "{{cwd}}/README.md"});
        all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        all
    };
    let turn = call("read_file", input(json!({})))
        .call("write_file", json!({"file_path": "{{cwd}}/C", "content": "x"}))
        .call("write_file", input(json!({"content": "x"})))
        .call("edit", input(json!({"old_string": "canary", "new_string": "x"})))
        .call("edit", json!({"file_path": "{{cwd}}/C", "old_string": "", "new_string": "x"}))
        .call("write_file", json!({"file_path": "{{cwd}}/.git/hooks/pre-commit", "content": "x"}));
    WRITES.into_iter().fold(turn, |turn, line| turn.call("run_shell_command", shell(line)))
}

#[test]
fn plan_mode_writes_by_no_route_whatever_is_allowed() {
    let everything = [
        "write_file",
        "edit",
        "run_shell_command",
        "Bash",
        "Bash(*)",
        "Bash(touch *)",
        "Bash(git *)",
        "Bash(sh *)",
        "Bash(find *)",
        "Edit",
        "Write",
        "Edit(**)",
        "Write(**)",
        "Edit(//**)",
    ];
    let session = Session::new()
        .sim(|options| options.shape.chunk = 4_000)
        .model_says(writes())
        .model_says(say("Here is my plan."))
        .flags(["--approval-mode", "plan", "--allowed-tools"])
        .flags(everything);
    let ran = snapshot_is_kept(&session, || session.run("plan it"));
    // The line says why, not how to allow what nothing can allow here.
    ran.stderr_has(": plan mode reads only; no file is changed\n");
    ran.exit_is(0).stdout_is("Here is my plan.\n").asks(2);
    assert!(ran.said().contains("plan"), "the model is told that it is in plan mode: {}", ran.said());
}

#[test]
fn a_default_run_writes_by_no_route_without_a_person() {
    let session = Session::new()
        .sim(|options| options.shape.chunk = 4_000)
        .model_says(writes())
        .model_says(say("I may not."));
    let ran = snapshot_is_kept(&session, || session.run("do it"));
    ran.exit_is(0).stdout_is("I may not.\n").asks(2);
}

#[test]
fn what_was_denied_is_told_and_the_run_goes_on() {
    let session = Session::new()
        .model_says(call("write_file", json!({"file_path": "{{cwd}}/C", "content": "x"})))
        .model_says(call("run_shell_command", shell("touch C")))
        .model_says(say("I may not."));
    let ran = session.run_with(&["-o", "json", "-p", "do it"]);
    ran.exit_is(0).no_file("C").asks(3);
    let all = ran.json();
    let result = &all[all.as_array().map_or(0, Vec::len) - 1];
    assert_eq!((&result["subtype"], &result["result"]), (&json!("success"), &json!("I may not.")));
    let denied: Vec<_> = result["permission_denials"]
        .as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .map(|denial| (denial["tool_name"].clone(), denial["tool_input"]["command"].clone()))
        .collect();
    assert_eq!(denied, [(json!("write_file"), json!(null)), (json!("run_shell_command"), json!("touch C"))]);
    assert!(ran.results().iter().all(|r| r.contains("needs a person's approval")), "{:?}", ran.results());
}

#[test]
fn auto_edit_edits_and_does_not_run() {
    let ran = Session::new()
        .flags(["--approval-mode", "auto-edit"])
        .model_says(
            call("write_file", json!({"file_path": "{{cwd}}/A", "content": "x\n"}))
                .call("run_shell_command", shell("touch C")),
        )
        .model_says(say("Done."))
        .run("do it");
    ran.exit_is(0).file_is("A", "x\n").no_file("C");
}

#[test]
fn no_mode_but_yolo_writes_outside_the_workspace_or_into_git() {
    let write = |path: &str| json!({"file_path": path, "content": "x\n"});
    let session = Session::new()
        .flags(["--approval-mode", "auto-edit"])
        .model_says(
            call("write_file", write("{{cwd}}/../outside"))
                .call("write_file", write("{{cwd}}/.git/hooks/post-checkout"))
                .call("write_file", write("{{cwd}}/.qwen/settings.json"))
                .call("write_file", write("/tmp/../{{cwd}}/../outside")),
        )
        .model_says(say("Done."));
    let ran = snapshot_is_kept(&session, || session.run("do it"));
    ran.exit_is(0).no_file("../outside").asks(2);
}

#[test]
fn a_denial_beats_yolo_and_every_permission() {
    let ran = Session::new()
        .flags(["-y", "--exclude-tools", "Bash(touch *)", "--allowed-tools", "Bash(touch C)"])
        .model_says(call("run_shell_command", shell("ls; touch C")))
        .model_says(say("Done."))
        .run("do it");
    ran.exit_is(0).no_file("C").asks(2);
}

#[test]
fn only_chosen_tools_are_offered_and_excluded_ones_are_not() {
    let hello = || Session::new().model_says(say("Hello."));
    let all = hello().run("hello");
    let every = [
        "edit",
        "glob",
        "grep_search",
        "list_directory",
        "read_file",
        "run_shell_command",
        "todo_write",
        "web_fetch",
        "write_file",
    ];
    assert_eq!(wire::tools(&all.exit_is(0).requests()[0]), every);
    let core = hello().flags(["--core-tools", "read_file", "grep_search"]).run("hello");
    assert_eq!(wire::tools(&core.exit_is(0).requests()[0]), ["grep_search", "read_file"]);
    let without = hello().flags(["--exclude-tools", "web_fetch,run_shell_command"]).run("hello");
    let left: Vec<&str> =
        every.into_iter().filter(|t| !["web_fetch", "run_shell_command"].contains(t)).collect();
    assert_eq!(wire::tools(&without.exit_is(0).requests()[0]), left);
}

#[test]
fn a_tool_that_was_not_offered_does_not_run() {
    let ran = Session::new()
        .flags(["-y", "--core-tools", "read_file"])
        .model_says(call("run_shell_command", shell("touch C")).call("nonsense", json!({})))
        .model_says(say("Done."))
        .run("do it");
    ran.exit_is(0).no_file("C").asks(2);
    assert!(ran.results().iter().all(|r| r.starts_with("There is no tool named")), "{:?}", ran.results());
}

#[test]
fn a_project_cannot_allow_itself_anything() {
    let settings = json!({
        "tools": {"approvalMode": "yolo", "allowed": ["Bash(touch *)"]},
        "permissions": {"allow": ["Bash(touch *)", "Bash(*)"]},
    });
    let ran = Session::new()
        .file(".qwen/settings.json", settings.to_string())
        .model_says(call("run_shell_command", shell("touch C")))
        .model_says(say("Done."))
        .run("do it");
    ran.exit_is(0).no_file("C").asks(2);
}

#[test]
fn a_link_in_the_repository_leads_no_tool_out_of_it() {
    let path = |name: &str| json!({"file_path": format!("{{{{cwd}}}}/{name}")});
    let write = |name: &str| json!({"file_path": format!("{{{{cwd}}}}/{name}"), "content": "x"});
    let session = Session::new()
        .home_file("secret/secret.txt", "SECRET\n")
        .flags(["--approval-mode", "auto-edit"])
        .model_says(
            call("read_file", path("file"))
                .call("read_file", path("folder/secret.txt"))
                .call("list_directory", json!({"path": "{{cwd}}/folder"}))
                .call("grep_search", json!({"pattern": "SECRET", "path": "{{cwd}}/folder"}))
                .call("grep_search", json!({"pattern": "SECRET", "path": "{{cwd}}"}))
                .call("glob", json!({"pattern": "**/secret.txt"}))
                .call("write_file", write("file"))
                .call("write_file", write("folder/new"))
                .call("write_file", write("nowhere")),
        )
        .model_says(say("Done."));
    let world = session.world();
    let (work, secret) = (world.repository(), world.qwen_home().join("../secret"));
    for (name, target) in [("file", "secret.txt"), ("folder", "."), ("nowhere", "made")] {
        std::os::unix::fs::symlink(secret.join(target), work.join(name)).expect("linked");
    }
    let ran = session.run("look at @file and @folder/secret.txt");
    ran.exit_is(0).asks(2);
    let told = String::from_utf8_lossy(&ran.requests()[1].body).into_owned();
    assert!(!told.contains("SECRET\\n"), "{told}");
    let left: Vec<_> = std::fs::read_dir(&secret).expect("there").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["secret.txt"]);
}
