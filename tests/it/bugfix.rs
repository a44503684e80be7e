//! The main job: read, search, edit, run the tests, answer.

use qwen::sim::{call, say, think};
use serde_json::json;

use crate::{Session, wire};

const WRONG: &str = "#!/bin/sh\necho $(($1 - $2))\n";
const RIGHT: &str = "#!/bin/sh\necho $(($1 + $2))\n";
const TEST: &str = "if [ \"$(sh add.sh 2 3)\" = 5 ]; then echo passed; else echo failed; exit 1; fi\n";

fn bug() -> Session {
    Session::new()
        .file("add.sh", WRONG)
        .file("test.sh", TEST)
        .flags(["--approval-mode", "auto-edit", "--allowed-tools", "Bash(sh test.sh)"])
        .model_says(
            think("The test names the script.").call("read_file", json!({"file_path": "{{cwd}}/add.sh"})),
        )
        .model_says(
            say("Who calls it?").call("grep_search", json!({"pattern": "add\\.sh", "path": "{{cwd}}"})),
        )
        .model_says(call(
            "edit",
            json!({"file_path": "{{cwd}}/add.sh", "old_string": "$1 - $2", "new_string": "$1 + $2"}),
        ))
        .model_says(call("run_shell_command", json!({"command": "sh test.sh", "description": "test"})))
        .model_says(say("Fixed: it subtracted."))
}

#[test]
fn a_bug_is_read_found_fixed_tested_and_told() {
    let ran = bug().run("`sh test.sh` fails, canary");
    ran.exit_is(0).stdout_is("Fixed: it subtracted.\n").stderr_is("").file_is("add.sh", RIGHT).asks(5);
    let results = ran.results();
    assert_eq!(results.len(), 4);
    assert!(results[0].contains("echo $(($1 - $2))"), "{}", results[0]);
    assert!(results[1].contains("test.sh:1:"), "{}", results[1]);
    assert!(results[3].contains("passed") && results[3].contains("exit code 0"), "{}", results[3]);
    for request in ran.requests() {
        assert!((2..=4).contains(&wire::count_markers(request)), "head and tail, and what was proved");
        assert_eq!(request.header("x-dashscope-cachecontrol"), Some("enable"));
    }
}

#[test]
fn what_was_sent_once_is_read_from_cache_and_nothing_is_paid_plain() {
    let ran = bug().run("`sh test.sh` fails");
    let bills: Vec<_> = ran.requests().iter().filter_map(|r| r.bill).collect();
    assert_eq!(bills.len(), 5);
    for pair in bills.windows(2) {
        assert_eq!(pair[1].cached, pair[0].cached + pair[0].created, "the whole earlier prefix");
        assert_eq!(pair[1].plain, 6, "only what the service itself appends");
    }
}

#[test]
fn a_model_off_the_list_gets_plain_strings_and_no_markers() {
    let ran = bug().flags(["-m", "some-model"]).run("`sh test.sh` fails");
    ran.exit_is(0).file_is("add.sh", RIGHT).asks(5).requests().iter().for_each(wire::is_plain);
    assert!(ran.requests().iter().all(|r| r.json["model"] == "some-model"));
}

#[test]
fn a_provider_off_the_list_gets_plain_strings_and_no_markers() {
    let ran = bug().without("DASHSCOPE_PROXY_BASE_URL").run("`sh test.sh` fails");
    ran.exit_is(0).file_is("add.sh", RIGHT).asks(5).requests().iter().for_each(wire::is_plain);
    let names = |name: &str| ran.requests().iter().any(|r| r.header(name).is_some());
    assert!(!names("x-dashscope-useragent") && !names("x-dashscope-cachecontrol"));
}

#[test]
fn a_proxy_with_another_address_is_no_provider_on_the_list() {
    for near in ["{{sim}}/x", "http://127.0.0.1:1/compatible-mode/v1"] {
        let ran = bug().env("DASHSCOPE_PROXY_BASE_URL", near).run("`sh test.sh` fails");
        ran.exit_is(0).requests().iter().for_each(wire::is_plain);
    }
}

#[test]
fn a_person_who_asks_for_markers_gets_them_anywhere_and_one_who_does_not_gets_none() {
    let explicit = json!({"cache": {"mode": "explicit"}});
    let ran = bug().without("DASHSCOPE_PROXY_BASE_URL").settings(&explicit).run("`sh test.sh` fails");
    assert!(ran.exit_is(0).requests().iter().all(|r| wire::count_markers(r) >= 2));
    let implicit = json!({"cache": {"mode": "implicit"}});
    let ran = bug().settings(&implicit).run("`sh test.sh` fails");
    assert!(ran.exit_is(0).requests().iter().all(|r| wire::count_markers(r) == 0));
}

#[test]
fn a_server_that_takes_only_strings_is_served_strings_after_one_refusal() {
    let ran = bug().sim(|options| options.strict.strings_only = true).compacts().run("`sh test.sh` fails");
    ran.exit_is(0).file_is("add.sh", RIGHT).asks(6);
    assert_eq!(ran.requests()[0].status, 400);
    ran.requests()[1..].windows(2).for_each(|pair| wire::grows(&pair[0], &pair[1]));
}
