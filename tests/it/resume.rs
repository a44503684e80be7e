//! Sessions that go on in another process, after a good end and after a bad one.

use qwen::sim::{call, say, think};
use serde_json::{Value, json};

use crate::{Session, ran::Ran, wire};

fn read(name: &str) -> qwen::sim::Turn {
    call("read_file", json!({"file_path": format!("{{{{cwd}}}}/{name}")}))
}

fn story() -> Session {
    Session::new()
        .file("a.txt", "alpha 你好 😀\n")
        .model_says(think("I look.").say("I read.").call("read_file", json!({"file_path": "{{cwd}}/a.txt"})))
        .model_says(think("So that is it.").say("It says alpha."))
        .model_says(read("README.md"))
        .model_says(say("That one is the readme."))
        .model_says(say("Goodbye."))
}

fn kinds(transcript: &[Value]) -> Vec<String> {
    let name = |record: &Value| {
        let item = record["item"]["type"].as_str().map(|kind| format!(" {kind}")).unwrap_or_default();
        format!("{}{item}", record["kind"].as_str().unwrap_or_default())
    };
    transcript.iter().map(name).filter(|name| name != "usage").collect()
}

fn roles(ran: &Ran) -> Vec<String> {
    let messages = ran.requests().first().map_or(&[][..], wire::messages);
    messages.iter().map(|m| m["role"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_second_process_goes_on_with_exactly_what_was_sent() {
    let session = story();
    let first = session.run("what does a.txt say?");
    first.exit_is(0).stdout_is("It says alpha.\n").asks(2);
    let second = session.run_with(&["--continue", "-p", "and the readme?"]);
    second.exit_is(0).stdout_is("That one is the readme.\n").asks(2).goes_on_from(&first);
    let expected = ["system", "user", "assistant", "tool", "assistant", "user"];
    assert_eq!(roles(&second), expected);
    let third = session.run_with(&["-c", "-p", "bye"]);
    third.exit_is(0).stdout_is("Goodbye.\n").asks(1).goes_on_from(&second);
    assert_eq!(session.world().sim.requests().len(), 5, "going on costs no request of its own");
}

#[test]
fn a_second_process_within_five_minutes_reads_the_cache_of_the_first() {
    let session = story();
    let first = session.run("what does a.txt say?");
    let second = session.run_with(&["-c", "-p", "and the readme?"]);
    let (last, next) = (first.requests()[1].bill, second.requests()[0].bill);
    let (last, next) = (last.expect("billed"), next.expect("billed"));
    assert_eq!(next.cached, last.cached + last.created);
}

#[test]
fn a_session_is_found_by_its_id_and_an_unknown_one_is_not() {
    let session = story();
    let first = session.run_with(&["--session-id", "mine", "-p", "what does a.txt say?"]);
    first.exit_is(0);
    let other = session.run("and the readme?");
    other.exit_is(0);
    assert_eq!(roles(&other), ["system", "user"], "a new session knows nothing of the one before");
    let second = session.run_with(&["--resume", "mine", "-p", "bye"]);
    second.exit_is(0).stdout_is("Goodbye.\n").goes_on_from(&first);
    session.run_with(&["--resume", "nobody", "-p", "bye"]).exit_is(42).asks(0).stderr_has("nobody");
    session.run_with(&["--session-id", "mine", "-p", "again"]).exit_is(42).asks(0).stderr_has("mine");
    session.run_with(&["--session-id", "../mine", "-p", "again"]).exit_is(42).asks(0);
}

#[test]
fn a_project_without_sessions_has_none_to_go_on_with() {
    story()
        .run_with(&["-c", "-p", "go on"])
        .exit_is(42)
        .asks(0)
        .stderr_has("there is no session to continue");
}

#[test]
fn the_transcript_holds_the_conversation_once_and_whole() {
    let session = story();
    session.run("what does a.txt say?");
    let ran = session.run_with(&["-c", "-p", "and the readme?"]);
    let all = ran.transcripts();
    assert_eq!(all.len(), 1);
    let turn = ["item user", "item assistant", "item result", "item assistant"];
    let expected = [&["meta"][..], &turn, &["meta"], &turn].concat();
    assert_eq!(kinds(&all[0]), expected);
    assert_eq!(all[0].iter().filter(|record| record["kind"] == "usage").count(), 4);
}

#[test]
#[cfg(unix)]
fn transcripts_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let session = story();
    session.run("what does a.txt say?");
    let projects = session.world().qwen_home().join("projects");
    let project = std::fs::read_dir(projects).expect("made").flatten().next().expect("one").path();
    let sessions = project.join("sessions");
    let file = std::fs::read_dir(&sessions).expect("made").flatten().next().expect("one").path();
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&project), mode(&sessions), mode(&file)), (0o700, 0o700, 0o600));
}

#[test]
fn a_run_that_was_stopped_leaves_a_whole_transcript_and_goes_on() {
    let session = Session::new()
        .file("a.txt", "alpha\n")
        .model_says(read("a.txt"))
        .model_says(say("word ".repeat(400)).pace(20))
        .model_says(say("On we go."));
    let first = session.spawn(&["-p", "read"]).asked(2).signal("INT").wait();
    first.exit_is(130);
    let transcript = first.transcripts().remove(0);
    let expected = ["meta", "item user", "item assistant", "item result", "item assistant"];
    assert_eq!(kinds(&transcript), expected);
    let second = session.run_with(&["-c", "-p", "go on"]);
    second.exit_is(0).stdout_is("On we go.\n").goes_on_from(&first);
}

#[test]
fn a_process_killed_in_the_middle_of_a_tool_leaves_a_session_that_goes_on() {
    let sleep = "touch started; sleep 1";
    let session = Session::new()
        .file("a.txt", "alpha\n")
        // What a project ignores is not in its map, so that the head stays as it was.
        .file(".gitignore", "started\n")
        .flag("-y")
        .model_says(read("a.txt"))
        .model_says(call("run_shell_command", json!({"command": sleep, "description": "sleep"})))
        .model_says(say("On we go."));
    let first = session.spawn(&["-p", "read"]).until(|world| world.repository().join("started").exists());
    let first = first.signal("KILL").wait();
    first.asks(2);
    let second = session.run_with(&["-c", "-p", "go on"]);
    second.exit_is(0).stdout_is("On we go.\n").goes_on_from(&first);
}

#[test]
fn a_process_killed_in_the_middle_of_an_answer_leaves_a_session_that_goes_on() {
    let session = Session::new().model_says(say("word ".repeat(400)).pace(20)).model_says(say("On we go."));
    let first = session.spawn(&["-p", "tell"]).asked(1).signal("KILL").wait();
    let second = session.run_with(&["-c", "-p", "go on"]);
    second.exit_is(0).stdout_is("On we go.\n").asks(1).goes_on_from(&first);
}

#[test]
fn a_failed_run_goes_on_later() {
    let session = Session::new()
        .model_says(read("README.md"))
        .model_says(say("").fault(qwen::sim::Fault::status(400)))
        .model_says(say("On we go."));
    let first = session.run("read");
    first.exit_is(1);
    session.run_with(&["-c", "-p", "go on"]).exit_is(0).stdout_is("On we go.\n").goes_on_from(&first);
}

#[test]
fn a_torn_last_line_is_dropped_and_the_session_goes_on() {
    let session = story();
    let first = session.run("what does a.txt say?");
    let folder = session.world().qwen_home().join("projects");
    let find =
        "find . -name '*.jsonl' | while read -r f; do printf '{\"kind\":\"item\",\"it' >> \"$f\"; done";
    let torn = std::process::Command::new("sh").args(["-c", find]).current_dir(folder).status();
    assert!(torn.is_ok_and(|status| status.success()));
    let second = session.run_with(&["-c", "-p", "and the readme?"]);
    second.exit_is(0).stdout_is("That one is the readme.\n").goes_on_from(&first);
}

#[test]
fn a_session_that_is_open_in_one_process_is_refused_to_another() {
    let session = Session::new().model_says(say("word ".repeat(400)).pace(20)).model_says(say("Second."));
    let first = session.spawn(&["--session-id", "busy", "-p", "tell"]).asked(1);
    let second = session.run_with(&["-r", "busy", "-p", "me too"]);
    second.exit_is(42).stderr_has("session `busy` is open in another process");
    first.signal("INT").wait().exit_is(130);
}

#[test]
fn a_fork_goes_on_in_a_copy_and_leaves_the_session_as_it_is() {
    let session = Session::new()
        .model_says(say("It is blue."))
        .model_says(say("Blue, as I said."))
        .model_says(say("Still blue."));
    session.run_with(&["--session-id", "first", "-p", "which colour?"]).exit_is(0);
    let forked = session.run_with(&["-r", "first", "--fork-session", "-p", "again?"]);
    forked.exit_is(0).stdout_is("Blue, as I said.\n");
    assert!(String::from_utf8_lossy(&forked.requests()[0].body).contains("It is blue."));
    let sizes: Vec<usize> = forked.transcripts().iter().map(Vec::len).collect();
    assert_eq!(sizes.len(), 2);
    let original = session.run_with(&["-r", "first", "-p", "and now?"]);
    assert!(!String::from_utf8_lossy(&original.exit_is(0).requests()[0].body).contains("as I said"));
    session
        .run_with(&["--fork-session", "-p", "x"])
        .exit_is(42)
        .stderr_has("needs `--continue` or `--resume ID`");
}

#[test]
fn a_fork_may_be_named_and_a_session_that_goes_on_may_not() {
    let session = Session::new().model_says(say("It is blue.")).model_says(say("Blue, as I said."));
    session.run_with(&["--session-id", "first", "-p", "which colour?"]).exit_is(0);
    session.run_with(&["-r", "first", "--session-id", "second", "-p", "x"]).exit_is(42).asks(0).stderr_is(
        "error: `--session-id` names a new session, and `--continue` and `--resume` go on with an old one\n  \
         hint: go on in a copy with this id: add `--fork-session`\n",
    );
    session
        .run_with(&["-c", "--fork-session", "--session-id", "first", "-p", "x"])
        .exit_is(42)
        .asks(0)
        .stderr_has("there already is a session `first`");
    let named = ["-c", "--fork-session", "--session-id", "second", "-o", "json", "-p", "again?"];
    let forked = session.run_with(&named);
    assert_eq!(forked.exit_is(0).json()[0]["session_id"], "second");
    assert!(String::from_utf8_lossy(&forked.requests()[0].body).contains("It is blue."));
    let kept = session.run_with(&["sessions", "list", "--json"]).exit_is(0).json();
    let mut ids: Vec<&str> =
        kept["sessions"].as_array().expect("a list").iter().filter_map(|s| s["id"].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["first", "second"]);
}

#[test]
fn a_fork_that_cannot_be_kept_says_so_and_goes_on() {
    let session = Session::new().model_says(say("It is blue.")).model_says(say("Blue, as I said."));
    session.run_with(&["--session-id", "first", "-p", "which colour?"]).exit_is(0);
    // No file can grow, which holds for whoever may do everything as well.
    let ran = session.shell("trap '' XFSZ; ulimit -f 0; \"$QWEN\" -r first --fork-session -p 'again?' 2>&1");
    ran.exit_is(0).asks(1);
    assert!(ran.stdout.ends_with("Blue, as I said.\n"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("this session cannot be kept on disk").count(), 1, "{}", ran.stdout);
    assert!(String::from_utf8_lossy(&ran.requests()[0].body).contains("It is blue."));
    assert_eq!(ran.transcripts().len(), 1, "half a copy is left");
}
