//! Streams, homes and inputs as scripts have them.

use qwen::sim::{Script, call, say};
use serde_json::json;

use crate::Session;

fn hello() -> Session {
    Session::new().sim(|options| options.script = Script::by(|_| say("Hello.")))
}

/// What the person said, without what was put before it.
fn words(ran: &crate::ran::Ran) -> String {
    let messages = ran.requests()[0].json["messages"].as_array().expect("messages");
    let parts = messages.last().and_then(|m| m["content"].as_array()).expect("parts");
    parts.last().and_then(|part| part["text"].as_str()).expect("a text").to_owned()
}

#[test]
fn a_reader_that_leaves_early_is_no_error_in_any_format() {
    for format in ["text", "json", "stream-json"] {
        let line =
            format!("{{ \"$QWEN\" -o {format} -p hello; echo \"code $?\" >&2; }} | head -1 > /dev/null");
        hello().shell(&line).exit_is(0).stdout_is("").stderr_is("code 0\n");
    }
}

#[test]
fn a_reader_that_is_gone_stops_the_run_and_its_commands() {
    let line = "{ \"$QWEN\" -y -o stream-json --include-partial-messages -p go; echo \"code $?\" >&2; } | \
                { read first; while [ ! -s pid ]; do sleep 0.05; done; }";
    let ran = Session::new()
        .model_says(say("I wait.").call(
            "run_shell_command",
            json!({"command": "echo $$ > pid; while :; do echo x; sleep 0.05; done", "description": "d"}),
        ))
        .shell(line);
    ran.exit_is(0).stderr_is("code 0\n").has_ended("pid");
}

#[test]
fn a_full_disk_behind_stdout_is_told_in_every_format() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    for format in ["text", "json", "stream-json"] {
        let ran = hello().shell(&format!("\"$QWEN\" -o {format} -p hello > /dev/full"));
        ran.exit_is(42).stdout_is("").stderr_has("error: stdout cannot be written: ");
    }
}

#[test]
fn stdout_and_stderr_may_be_closed() {
    hello().shell("\"$QWEN\" -p hello 2>&-").exit_is(0).stdout_is("Hello.\n");
    let ran = hello().shell("\"$QWEN\" -p hello >&-; echo \"code $?\"");
    ran.exit_is(0).stdout_is("code 0\n");
}

#[test]
fn nothing_on_stdin_is_nothing_said() {
    hello().shell("\"$QWEN\" -p hello < /dev/null").exit_is(0).stdout_is("Hello.\n").asks(1);
    hello().shell("\"$QWEN\" < /dev/null").exit_is(42).stdout_is("").asks(0);
    hello().shell("\"$QWEN\" -p hello <&-").exit_is(0).stdout_is("Hello.\n");
}

#[test]
fn a_run_without_a_home_says_what_it_needs() {
    hello().without("HOME").run("hello").exit_is(0).stdout_is("Hello.\n");
    let ran = hello().without("HOME").without("QWEN_HOME").run("hello");
    ran.exit_is(52)
        .stdout_is("")
        .asks(0)
        .stderr_is("error: there is no home folder\n  hint: set HOME, or QWEN_HOME to an absolute path\n");
}

#[test]
fn a_home_that_cannot_be_written_is_said_once_and_the_run_goes_on() {
    // Whoever may do everything can write there, so the home is a file: nothing can be made in it.
    let session = hello().file("home", "not a folder");
    let ran = session.shell("QWEN_HOME=\"$PWD/home/.qwen\" \"$QWEN\" -p hello");
    ran.exit_is(0).stdout_is("Hello.\n");
    assert_eq!(ran.stderr.matches("this session cannot be kept on disk").count(), 1, "{}", ran.stderr);
    let read_only = hello();
    let ran = read_only.shell(
        "chmod -R a-w \"$QWEN_HOME\"; \"$QWEN\" -p hello; code=$?; chmod -R u+w \"$QWEN_HOME\"; exit $code",
    );
    ran.exit_is(0).stdout_is("Hello.\n");
}

#[test]
fn more_on_stdin_than_a_model_can_take_is_refused_in_bounded_memory() {
    let ran = hello().shell("head -c 100000000 /dev/zero | tr '\\0' 'a' | \"$QWEN\" -p sum");
    ran.exit_is(42).stdout_is("").asks(0).stderr_is(
        "error: stdin holds more than 8.3 MB\n  hint: save it to a file and name the file in the prompt\n",
    );
}

#[test]
fn bytes_that_are_no_text_become_signs_for_that() {
    let ran = hello().shell("printf 'a\\377\\376\\000b\\033[2J' | \"$QWEN\" -p what");
    ran.exit_is(0).stdout_is("Hello.\n");
    assert_eq!(words(&ran), "a\u{fffd}\u{fffd}\u{0}b\u{1b}[2J\n\nwhat");
}

#[test]
fn a_prompt_that_is_no_text_is_refused_or_said_as_it_is() {
    let ran = hello().shell("\"$QWEN\" -p \"$(printf 'a\\377b')\"");
    ran.exit_is(42).stdout_is("").asks(0);
    let mut talk = hello().talk(&["--input-format", "stream-json", "-o", "stream-json"]);
    talk.tell(&json!({"type": "user", "message": {"role": "user", "content": "a\u{0}b"}})).hang_up();
    let ran = talk.wait();
    assert_eq!(words(ran.exit_is(0)), "a\u{0}b");
}

#[test]
fn output_is_whole_for_programs_that_read_it() {
    if std::process::Command::new("jq").arg("--version").output().is_err() {
        return;
    }
    let ran = hello().shell("\"$QWEN\" -o json -p hello | jq -r '.[-1].result'");
    ran.exit_is(0).stdout_is("Hello.\n");
    let ran = hello().shell("\"$QWEN\" -o stream-json -p hello | jq -r .type");
    ran.exit_is(0).stdout_is("system\nassistant\nresult\n");
}

/// Whether this test was itself started with `nohup`, so that what it starts outlives its terminal, too.
fn is_nohup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[test]
fn every_signal_ends_the_run_with_its_commands_and_keeps_what_was_said() {
    let signals = if is_nohup() { &["INT", "TERM"][..] } else { &["INT", "TERM", "HUP"] };
    for &signal in signals {
        let command = "echo $$ > pid; trap '' TERM HUP INT; while :; do sleep 0.1; done";
        let ran = Session::new()
            .flag("-y")
            .model_says(
                say("I wait.").call("run_shell_command", json!({"command": command, "description": "wait"})),
            )
            .spawn(&["-o", "json", "-p", "wait"])
            .until(|world| {
                std::fs::read_to_string(world.repository().join("pid")).is_ok_and(|p| p.ends_with('\n'))
            })
            .signal(signal)
            .wait();
        ran.exit_is(130).asks(1).has_ended("pid");
        let result = ran.json().as_array().and_then(|all| all.last().cloned()).expect("a result");
        assert_eq!(
            (&result["termination_reason"], &result["partial_result"]),
            (&json!("interrupted"), &json!("I wait."))
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_is_to_outlive_its_terminal_does() {
    let session = Session::new().model_says(call(
        "run_shell_command",
        json!({"command": "echo > runs; while [ ! -e go ]; do sleep 0.05; done", "description": "wait"}),
    ));
    let line = "nohup \"$QWEN\" -y -p wait > out 2> err & id=$!; while [ ! -s runs ]; do sleep 0.05; done; \
                kill -s HUP $id; echo > go; wait $id; echo \"code $?\"; cat out";
    session.model_says(say("Hello.")).shell(line).exit_is(0).stdout_is("code 0\nHello.\n").asks(2);
    let batch = hello().file("tasks.jsonl", "\"one\"\n\"two\"\n");
    let line = "nohup \"$QWEN\" batch tasks.jsonl -j 1 > out 2> err & id=$!; \
                while [ ! -s tasks.results.jsonl ]; do sleep 0.05; done; kill -s HUP $id; wait $id; echo \"code $?\"";
    batch.compacts().shell(line).exit_is(0).stdout_is("code 0\n").asks(2);
}

#[test]
fn a_folder_that_is_gone_is_told_with_a_way_out() {
    hello()
        .shell("mkdir gone && cd gone && rmdir ../gone && exec \"$QWEN\" -p hello")
        .exit_is(42)
        .asks(0)
        .stderr_is(
            "error: the current folder cannot be used: No such file or directory (os error 2)\n  \
         hint: it may have been removed or be too deep: go to another one with `cd`\n",
        );
}

#[test]
fn odd_surroundings_change_nothing() {
    let odd = [
        "\"$QWEN\" -p hello < . 2>&1; test $? = 42",
        "TZ=Mars/Olympus LC_ALL=C LANG=\"$(printf '\\377')\" exec \"$QWEN\" -p hello",
        "TMPDIR=/no/such/folder exec \"$QWEN\" -p hello",
        "PATH= exec \"$QWEN\" -p hello",
        "trap '' CHLD PIPE; exec \"$QWEN\" -p hello",
        "d=\"$(printf 'a\\n\\033[2Jb')\"; mkdir \"$d\" && cd \"$d\" && exec \"$QWEN\" -p hello",
        "mkfifo .env QWEN.md && exec \"$QWEN\" -p hello",
    ];
    for (at, line) in odd.into_iter().enumerate() {
        let expected =
            if at == 0 { "error: stdin cannot be read: Is a directory (os error 21)\n" } else { "Hello.\n" };
        hello().compacts().shell(line).exit_is(0).stdout_is(expected);
    }
    let line = "echo '\"hi\"' > t.jsonl; TMPDIR=/no/such exec \"$QWEN\" batch t.jsonl";
    hello().shell(line).exit_is(0).asks(1);
}

#[test]
fn the_messages_go_beside_the_answer_to_a_descriptor_a_file_or_a_pipe() {
    let kinds = |ran: &crate::ran::Ran, file: &str| -> Vec<String> {
        let text = std::fs::read_to_string(ran.path(file)).expect("written");
        let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let lines: Vec<serde_json::Value> = lines.collect();
        for line in &lines {
            crate::schema::check("stream-json", line);
        }
        let kind = |line: &serde_json::Value| match line["subtype"].as_str() {
            Some(subtype) => format!("{} {subtype}", line["type"].as_str().unwrap_or_default()),
            None => line["type"].as_str().unwrap_or_default().to_owned(),
        };
        let mut kinds: Vec<String> = lines.iter().map(kind).collect();
        kinds.dedup();
        kinds
    };
    let all = ["system session_start", "user", "stream_event", "assistant", "stream_event", "result success"];
    let ran = hello().shell("\"$QWEN\" -p hello --json-fd 3 3> events");
    ran.exit_is(0).stdout_is("Hello.\n").stderr_is("");
    assert_eq!(kinds(&ran, "events"), all);
    let ran = hello().shell("\"$QWEN\" -p hello --json-file events");
    ran.exit_is(0).stdout_is("Hello.\n");
    assert_eq!(kinds(&ran, "events"), all);
    let ran = hello().shell("mkfifo pipe; cat pipe > events & \"$QWEN\" -p hello --json-file pipe; wait");
    ran.exit_is(0).stdout_is("Hello.\n");
    assert_eq!(kinds(&ran, "events"), all);
    // Nobody reads: the run ends all the same.
    hello().shell("mkfifo pipe; \"$QWEN\" -p hello --json-file pipe").exit_is(0).stdout_is("Hello.\n");
    hello()
        .shell("\"$QWEN\" -p hello --json-fd 9")
        .exit_is(42)
        .asks(0)
        .stderr_has("`--json-fd 9` cannot be written");
    hello().shell("\"$QWEN\" -p hello --json-fd 1").exit_is(42).asks(0);
    hello().shell("\"$QWEN\" -p hello --json-file no/such/file").exit_is(42).asks(0);
}
