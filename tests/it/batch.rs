//! Many tasks from one file: each done once, however often the batch is killed; what they cost adds up.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use qwen::sim::{Outcome, Script, Turn, call, say};
use serde_json::{Value, json};

use crate::{Session, ran::Ran, schema};

/// A file of so many tasks, and a model that answers each by its name.
fn story(tasks: usize, delay: u64) -> Session {
    let line = |n| json!({"id": format!("t{n}"), "prompt": format!("task {n}")}).to_string();
    let lines = (1..=tasks).map(line).collect::<Vec<_>>().join("\n");
    scripted(&lines, move |asked| say(format!("did {asked}")).after(Duration::from_millis(delay)))
}

fn scripted(lines: &str, answer: impl Fn(&str) -> Turn + Send + Sync + 'static) -> Session {
    // Requests of different tasks do not begin with one another.
    Session::new()
        .compacts()
        .file("tasks.jsonl", lines)
        .sim(|options| options.script = Script::by(move |request| answer(&request.asked())))
}

fn results_file(session: &Session) -> PathBuf {
    session.world().repository().join("tasks.results.jsonl")
}

/// The lines of a file of results, each of the published form.
fn results_in(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let all: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    for line in &all {
        schema::check("batch-result", line);
    }
    all
}

fn results(session: &Session) -> Vec<Value> {
    results_in(&results_file(session))
}

fn ids(results: &[Value]) -> Vec<&str> {
    let mut ids: Vec<&str> = results.iter().map(|line| line["id"].as_str().expect("an id")).collect();
    ids.sort_unstable();
    ids
}

/// What the results say was used, and what the simulator has charged: input, read, written, output, requests.
fn both_bills(session: &Session, results: &[Value]) -> [[u64; 5]; 2] {
    let sum = |get: &dyn Fn(&Value) -> &Value| {
        results.iter().map(|line| get(line).as_u64().expect("a count")).sum()
    };
    let ours = [
        sum(&|line| &line["usage"]["input_tokens"]),
        sum(&|line| &line["usage"]["cache_read_input_tokens"]),
        sum(&|line| &line["usage"]["cache_creation_input_tokens"]),
        sum(&|line| &line["usage"]["output_tokens"]),
        sum(&|line| &line["num_turns"]),
    ];
    let charged = session.world().sim.requests();
    let bills: Vec<_> = charged.iter().filter_map(|request| request.bill).collect();
    let theirs = [
        bills.iter().map(|bill| bill.prompt).sum(),
        bills.iter().map(|bill| bill.cached).sum(),
        bills.iter().map(|bill| bill.created).sum(),
        bills.iter().map(|bill| bill.output).sum(),
        bills.len() as u64,
    ];
    [ours, theirs]
}

/// How many lines are there now.
fn count(file: &Path) -> usize {
    fs::read_to_string(file).map_or(0, |text| text.matches('\n').count())
}

#[test]
fn two_hundred_tasks_killed_twice_are_each_done_once_and_the_bill_adds_up() {
    const TASKS: usize = 200;
    let session = story(TASKS, 5);
    let file = results_file(&session);
    for until in [30, 110] {
        let batch = session.spawn(&["batch", "tasks.jsonl", "-j", "8"]);
        // Some are done, some run, some wait.
        batch.until(|_| count(&file) >= until).kill();
    }
    let last = session.run_with(&["batch", "tasks.jsonl", "-j", "8"]);
    last.exit_is(0).stdout_is("");
    let all = results(&session);
    let names: BTreeSet<String> = (1..=TASKS).map(|n| format!("t{n}")).collect();
    assert_eq!(ids(&all), names.iter().map(String::as_str).collect::<Vec<_>>());
    for line in &all {
        let n = line["id"].as_str().expect("an id").trim_start_matches('t');
        assert_eq!(
            (&line["result"], &line["attempts"]),
            (&json!(format!("did task {n}")), &json!(1)),
            "{line}"
        );
    }
    let [ours, theirs] = both_bills(&session, &all);
    assert_eq!(ours, theirs);
    assert_eq!(theirs[4], TASKS as u64, "nothing was asked twice");
    last.stderr_has(&format!("batch    {TASKS} tasks: {TASKS} done, "))
        .stderr_has(" earlier, 0 failed, 0 left · ");
    assert!(!file.with_extension("jsonl.work").exists(), "nothing is left over");
    let again = session.run_with(&["batch", "tasks.jsonl"]);
    again.exit_is(0).asks(0);
    assert_eq!(results(&session), all);
}

#[test]
fn tasks_with_one_head_write_it_once() {
    let session = story(8, 300);
    session.run_with(&["batch", "tasks.jsonl", "-j", "8"]).exit_is(0);
    let bills: Vec<_> = session.world().sim.requests().iter().filter_map(|request| request.bill).collect();
    assert_eq!(bills.iter().filter(|bill| bill.cached == 0).count(), 1, "{bills:?}");
}

#[test]
fn a_task_whose_process_dies_is_done_again_and_what_it_cost_is_counted() {
    // The first process is killed by its own command; its first request was answered.
    let line = json!({"id": "a", "prompt": "go", "approval_mode": "yolo"}).to_string();
    let command = "test -e died || { touch died; kill -9 $PPID; sleep 60; }; echo alive";
    let session = Session::new().compacts().file("tasks.jsonl", line).sim(|options| {
        options.script = Script::by(move |request| match request.last_tool() {
            None => call("run_shell_command", json!({"command": command})),
            Some(_) => say("Done."),
        });
    });
    session.run_with(&["batch", "tasks.jsonl"]).exit_is(0).stderr_has("1/1 a: done in ");
    let all = results(&session);
    assert_eq!(
        (&all[0]["attempts"], &all[0]["num_turns"], &all[0]["result"]),
        (&json!(2), &json!(3), &json!("Done."))
    );
    let [ours, theirs] = both_bills(&session, &all);
    assert_eq!(ours, theirs);
    assert!(all[0]["cost"]["usd"].as_f64().is_some_and(|usd| usd > 0.0));
}

#[test]
fn a_task_that_always_dies_fails_and_stops_no_other() {
    let lines = "{\"id\": \"a\", \"prompt\": \"die\", \"approval_mode\": \"yolo\"}\n{\"id\": \"b\", \"prompt\": \"live\"}\n";
    let session = scripted(lines, |asked| match asked {
        "die" => call("run_shell_command", json!({"command": "kill -9 $PPID; sleep 60"})),
        _ => say("Alive."),
    });
    session.run_with(&["batch", "tasks.jsonl", "-j", "1"]).exit_is(61);
    let all = results(&session);
    let (dead, alive) = (&all[0], &all[1]);
    assert_eq!(
        (&dead["exit_code"], &dead["attempts"], &alive["result"]),
        (&json!(70), &json!(3), &json!("Alive."))
    );
    let why = "the process of this task ended 3 times without a result (signal: 9 (SIGKILL))";
    assert_eq!(dead["error"]["message"], why);
}

#[test]
fn three_parts_do_everything_and_nothing_twice() {
    let session = story(10, 0);
    let part = |words: &[&str]| {
        session.run_with(&[&["batch", "tasks.jsonl"], words].concat()).exit_is(0).requests().len()
    };
    assert_eq!(part(&["--shard", "1/3"]), 4);
    assert_eq!(part(&["--shard", "2/3"]), 3);
    let kubernetes = session.clone().env("JOB_COMPLETION_INDEX", "2");
    kubernetes.run_with(&["batch", "tasks.jsonl", "--shards", "3"]).exit_is(0).asks(3);
    let folder = session.world().repository();
    let mut text = String::new();
    for n in 1..=3 {
        text +=
            &fs::read_to_string(folder.join(format!("tasks.shard-{n}-of-3.results.jsonl"))).expect("a part");
    }
    fs::write(results_file(&session), text).expect("written");
    assert_eq!(ids(&results(&session)).len(), 10);
    session
        .run_with(&["batch", "tasks.jsonl"])
        .exit_is(0)
        .asks(0)
        .stderr_has("batch    10 tasks: 10 done, 10 of them earlier, 0 failed");
    session.run_with(&["batch", "tasks.jsonl", "--shards", "3"]).exit_is(42).asks(0);
    kubernetes.run_with(&["batch", "tasks.jsonl"]).exit_is(0).stderr_has(
        "note: `JOB_COMPLETION_INDEX` is set, and this does all tasks; `--shards N` does one part\n",
    );
}

#[test]
fn bad_lines_are_told_before_anything_runs() {
    let lines = "\"good\"\n{\"prompt\": 1}\n{\"prompt\": \"x\", \"cwd\": \"nowhere\"}\n{\"prompt\": \"x\", \"approval_mode\": \"auto\"}\n";
    let session = scripted(lines, |_| say("never"));
    let told = "error: `tasks.jsonl`: 1 line is no task; nothing was run\n  hint: line 2: invalid type: integer `1`, expected a string\n";
    session.run_with(&["batch", "tasks.jsonl"]).exit_is(42).asks(0).stderr_is(told);
    fs::write(
        session.world().repository().join("tasks.jsonl"),
        lines.replace("\"prompt\": 1", "\"prompt\": \"1\""),
    )
    .expect("written");
    let checked = session.run_with(&["batch", "tasks.jsonl", "--check"]);
    checked.exit_is(42).asks(0).stderr_is(
        "error: `tasks.jsonl`: 2 lines are no tasks; nothing was run\n  hint: line 3: the folder `nowhere` is not there\n  \
         hint: line 4: invalid value 'auto' for '--approval-mode <MODE>'\n",
    );
    let fine = scripted("\"a\"\n\n\"b\"\n", |_| say("never"));
    fine.run_with(&["batch", "tasks.jsonl", "--check"])
        .exit_is(0)
        .asks(0)
        .stderr_is("tasks.jsonl: 2 tasks in order\n");
    fine.run_with(&["batch", "tasks.jsonl", "--", "-p", "hello"]).exit_is(42).asks(0);
    assert!(!results_file(&fine).exists());
}

#[test]
fn what_failed_is_done_again_when_that_is_asked_for_and_its_cost_stays() {
    let session = story(3, 0).sim(|options| {
        options.script = Script::by(|request| match request.asked().as_str() {
            "task 2" if request.number() < 3 => say("I will not.").finish("content_filter"),
            asked => say(format!("did {asked}")),
        });
    });
    let words = ["batch", "tasks.jsonl", "-j", "1"];
    session
        .run_with(&words)
        .exit_is(61)
        .stderr_has("2/3 t2: failed with 1 after ")
        .stderr_has("3 tasks: 2 done, 1 failed, 0 left");
    session.run_with(&words).exit_is(61).asks(0);
    session.run_with(&[&words[..], &["--retry-failed"]].concat()).exit_is(0).asks(1);
    let all = results(&session);
    assert_eq!(ids(&all), ["t1", "t2", "t3"]);
    let second = all.iter().find(|line| line["id"] == "t2").expect("a result");
    assert_eq!(
        (&second["attempts"], &second["num_turns"], &second["result"]),
        (&json!(2), &json!(2), &json!("did task 2"))
    );
    let [ours, theirs] = both_bills(&session, &all);
    assert_eq!(ours, theirs);
}

#[test]
fn two_batches_on_one_file_are_refused_and_so_is_a_file_of_something_else() {
    let session = story(1, 60_000);
    let first = session.spawn(&["batch", "tasks.jsonl"]).asked(1);
    session.run_with(&["batch", "tasks.jsonl"]).exit_is(42).asks(0).stderr_is(
        "error: another batch writes to `tasks.results.jsonl`\n  hint: wait for it, or name another file: `--output FILE`\n",
    );
    let other = session.run_with(&["batch", "tasks.jsonl", "--output", "README.md"]);
    other
        .exit_is(42)
        .stderr_has("`README.md` holds something else than results")
        .file_is("README.md", "# canary\n");
    first.signal("TERM").wait().exit_is(130);
}

#[test]
fn ctrl_c_lets_running_tasks_end_and_the_second_stops_them() {
    let session = story(5, 0).sim(|options| {
        // The requests of the second batch are never answered.
        options.script = Script::by(|request| {
            let delay = if (2..4).contains(&request.number()) { 60_000 } else { 2_500 };
            say(format!("did {}", request.asked())).after(Duration::from_millis(delay))
        });
    });
    let words = ["batch", "tasks.jsonl", "-j", "2"];
    let drained = session.spawn(&words).asked(1).signal("INT").wait();
    drained.exit_is(130).stderr_has("note: starting nothing more; Ctrl-C again stops the tasks that run");
    assert_eq!(results(&session).len(), 2, "{}", drained.stderr);
    let stopped = session.spawn(&words).asked(2).signal("INT").says("Ctrl-C again").signal("INT").wait();
    stopped.exit_is(130).stderr_has("2 done, 2 of them earlier, 0 failed, 3 left");
    session.run_with(&words).exit_is(0).asks(3).stderr_has("5 tasks: 5 done, 2 of them earlier");
    assert_eq!(ids(&results(&session)), ["t1", "t2", "t3", "t4", "t5"]);
    let answered = session.world().sim.requests().iter().filter(|r| r.outcome == Outcome::Complete).count();
    assert_eq!(answered, 5, "no answer was paid for twice");
}

#[test]
fn limits_end_a_batch_and_leave_the_rest() {
    let session = story(4, 0);
    session
        .run_with(&["batch", "tasks.jsonl", "-j", "1", "--max-cost", "0.0026"])
        .exit_is(55)
        .stderr_has("; stopping\n");
    let some = results(&session).len();
    assert!((1..4).contains(&some), "{some}");
    session.run_with(&["batch", "tasks.jsonl"]).exit_is(0).asks(4 - some);
    let slow = story(2, 60_000);
    slow.run_with(&["batch", "tasks.jsonl", "--max-wall-time", "1"])
        .exit_is(55)
        .stderr_has("0 done, 0 failed, 2 left");
    slow.run_with(&["batch", "tasks.jsonl", "--timeout", "1"]).exit_is(61);
    assert_eq!(
        results(&slow).iter().map(|line| &line["termination_reason"]).collect::<Vec<_>>(),
        ["max_wall_time"; 2]
    );
}

#[test]
fn no_task_gets_more_money_than_is_left_for_all() {
    let lines = (1..=3).map(|n| format!("\"task {n}\"")).collect::<Vec<_>>().join("\n");
    let session = Session::new().compacts().file("tasks.jsonl", lines).sim(|options| {
        // Never the same twice, so that nothing else ends it.
        options.script = Script::by(|request| {
            let round = request.messages().len();
            say("I look on.").call("glob", json!({"pattern": format!("no-{round}-*")}))
        });
    });
    let ran = session.run_with(&["batch", "tasks.jsonl", "-j", "1", "--max-cost", "0.004"]);
    ran.exit_is(55).stderr_has(" of $0.00400; stopping\n").stderr_has("0 done, 1 failed, 2 left");
    let all = results(&session);
    let first = (&all[0]["termination_reason"], &all[0]["exit_code"], all.len());
    assert_eq!(first, (&json!("max_cost"), &json!(55), 1));
    // With more money it is done again from its beginning, and what it has cost still counts.
    let again = ["batch", "tasks.jsonl", "-j", "1", "--retry-failed", "--max-cost", "0.006"];
    session.run_with(&again).exit_is(55);
    let [ours, theirs] = both_bills(&session, &results(&session));
    assert_eq!(ours, theirs);
}

#[test]
fn a_key_that_is_refused_ends_a_batch_before_it_fails_task_by_task() {
    let session = story(20, 0).sim(|options| options.key = Some("sk-the-only-key".to_owned()));
    let ran = session.run_with(&["batch", "tasks.jsonl", "-j", "1"]);
    ran.exit_is(41).asks(1).stderr_is(&format!(
        "error: `127.0.0.1` refused the key (401): Incorrect API key provided. For details, see the key's region and plan\n  \
         hint: the key is sk-…8c2a, OPENAI_API_KEY from the environment\n  \
         hint: make a new key, or check that this one was copied whole\n\
         note: every task would end like this; starting nothing more, and the same command goes on later\n\
         {}",
        ran.stderr.split_once("later\n").map_or("", |(_, bill)| bill)
    ));
    ran.stderr_has("batch    20 tasks: 0 done, 0 failed, 20 left");
    assert_eq!(results(&session), Vec::<Value>::new());
    let several = session.run_with(&["batch", "tasks.jsonl", "-j", "4"]);
    assert_eq!(several.exit_is(41).stderr.matches("refused the key").count(), 1, "{}", several.stderr);
    assert!(several.requests().len() <= 4, "{}", several.stderr);
    let rest = session.clone().env("OPENAI_API_KEY", "sk-the-only-key");
    rest.run_with(&["batch", "tasks.jsonl"]).exit_is(0).stderr_has("20 done");
}

#[test]
fn a_model_that_is_not_there_ends_a_batch_unless_it_is_one_tasks_own() {
    let script = |options: &mut qwen::sim::SimOptions| {
        options.script = Script::by(|request| match request.model() {
            "qwen-gone" => say("x").fault(qwen::sim::Fault::status(404)),
            _ => say("Done."),
        });
    };
    let task = |id: &str, model: &str| json!({"id": id, "prompt": "go", "model": model}).to_string();
    let lines = [
        json!({"id": "a", "prompt": "go"}).to_string(),
        task("b", "qwen-gone"),
        task("c", "qwen-plus"),
        task("d", "qwen-gone"),
        task("e", "qwen-plus"),
    ];
    let session = Session::new().compacts().file("tasks.jsonl", lines.join("\n")).sim(script);
    // The first that has no such model speaks for itself; the second one says that it is not alone.
    let ran = session.run_with(&["batch", "tasks.jsonl", "-j", "1"]);
    ran.exit_is(52).asks(4).stderr_has("2 done, 1 failed, 2 left").stderr_has("starting nothing more");
    assert_eq!(ids(&results(&session)), ["a", "b", "c"]);
    let all =
        session.run_with(&["batch", "tasks.jsonl", "-j", "1", "--model", "qwen-gone", "--output", "other"]);
    all.exit_is(52).asks(1);
}

#[test]
fn each_task_works_in_its_own_folder_with_its_own_permissions() {
    let lines = ["yolo", "default"]
        .map(|mode| json!({"id": mode, "prompt": "go", "cwd": mode, "approval_mode": mode}).to_string());
    let session = Session::new()
        .compacts()
        .file("tasks.jsonl", lines.join("\n"))
        .file("yolo/a", "")
        .file("default/a", "")
        .sim(|options| {
            options.script = Script::by(|request| match request.last_tool() {
                None => call("write_file", json!({"file_path": "{{cwd}}/made", "content": "x"})),
                Some(_) => say("Done."),
            });
        });
    let ran = session.run_with(&["batch", "tasks.jsonl"]);
    ran.exit_is(0).file_is("yolo/made", "x").no_file("default/made").no_file("made");
    let all = results(&session);
    let refused: Vec<bool> = ["yolo", "default"]
        .map(|id| all.iter().any(|line| line["id"] == id && line.get("permission_denials").is_some()))
        .to_vec();
    assert_eq!(refused, [false, true]);
}

#[test]
fn tasks_from_a_pipe_give_results_on_stdout() {
    let session = story(0, 0).stdin("\"one\"\n\"two\"\n");
    let ran = session.run_with(&["batch", "-", "-j", "1"]);
    let said: Vec<Value> = ran.exit_is(0).json_lines().iter().map(|line| line["result"].clone()).collect();
    assert_eq!(said, ["did one", "did two"]);
    let without_key = story(1, 0).without("OPENAI_API_KEY").without("OPENAI_BASE_URL").run_with(&[
        "batch",
        "tasks.jsonl",
        "-o",
        "-",
    ]);
    without_key.exit_is(41).asks(0).stdout_is("").stderr_has("error: no API key was found\n");
}

/// The page of recipes.
fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scale.md"))
        .expect("the page is there")
}

/// What stands on the page between two texts.
fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    page.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).expect("the recipe is there").0
}

/// Runs shell as it stands on the page, with `qwen` where a shell finds it.
fn run(session: &Session, commands: &str) -> Ran {
    let bin = session.world().repository().join(".bin");
    fs::create_dir_all(&bin).expect("made");
    // A second recipe of one story finds it there.
    let _ = std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_qwen"), bin.join("qwen"));
    session.shell(&format!("PATH=\"$PWD/.bin:$PATH\"\n{commands}"))
}

#[test]
fn the_recipes_of_the_page_do_every_task_once() {
    let page = page();
    let local = story(5, 0);
    run(&local, between(&page, "with xargs\n\n```sh\n", "```"))
        .exit_is(0)
        .asks(5)
        .stderr_has("5 done, 5 of them earlier");

    let actions = story(5, 0);
    let step = between(&page, "- run: ", "\n");
    for part in ["1", "2", "3"] {
        run(&actions, &step.replace("${{ matrix.part }}", part)).exit_is(0);
    }
    assert_eq!(actions.world().sim.requests().len(), 5);

    let pods = story(5, 0);
    for index in ["0", "1", "2"] {
        run(&pods.clone().env("JOB_COMPLETION_INDEX", index), between(&page, "args: [\"", "\"]")).exit_is(0);
    }
    assert_eq!(pods.world().sim.requests().len(), 5);

    // One machine needs no ssh.
    let parallel = between(&page, "```sh parallel\n", "```").replace("--sshloginfile hosts --workdir . ", "");
    let machines = story(5, 0);
    let has_parallel = std::process::Command::new("parallel").arg("--version").output().is_ok();
    let line = if has_parallel { parallel } else { parallel.replace("parallel -j 1", "xargs -P 1 -I{}") };
    run(&machines, &line).exit_is(0).asks(5);
}
