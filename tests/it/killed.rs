//! A run that is killed at any moment leaves a session that goes on.

use std::{thread, time::Duration};

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use qwen::sim::{Request, Script, Turn, call, say, think};
use serde_json::json;

use crate::Session;

/// Rounds of calls before the answer.
const ROUNDS: usize = 30;
/// Moments a run is killed at; `QWEN_CASES=10` takes ten times as many.
const MOMENTS: u32 = 10;

/// Thirty rounds of every kind: with thoughts, words, several calls, calls that fail, texts of many bytes a sign.
fn long(request: &Request) -> Turn {
    if request.asked().contains("go on") {
        return say("On we go.");
    }
    let round = request.messages().iter().filter(|message| message["role"] == "assistant").count();
    let read = |n: usize| json!({"file_path": format!("{{{{cwd}}}}/f{n}.txt")});
    match round {
        ROUNDS.. => say("Read them all."),
        n if n % 5 == 1 => think("Hm. 你好 😀")
            .say("Two now.")
            .call("read_file", read(n))
            .call("glob", json!({"pattern": format!("f{n}*")})),
        n if n % 5 == 2 => call("read_file", read(n + 1_000)),
        n if n % 5 == 3 => {
            call("write_file", json!({"file_path": format!("{{{{cwd}}}}/o{n}.txt"), "content": "ü"}))
        }
        n => say(format!("Number {n}.")).call("read_file", read(n)),
    }
}

fn story() -> Session {
    let texts = (0..ROUNDS).map(|n| (format!("f{n}.txt"), format!("text {n} 中文\n").repeat(50)));
    let session = Session::new().flag("--yolo").sim(|options| options.script = Script::by(long));
    // What the run writes is ignored, so that the head of the next run stays as it was.
    let session = session.file(".gitignore", "o*.txt\n");
    texts.fold(session, |session, (name, text)| session.file(&name, text))
}

#[test]
fn a_run_killed_at_any_moment_goes_on_with_everything_that_was_finished() {
    let factor = std::env::var("QWEN_CASES").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for case in 0..MOMENTS * factor {
        let moment = (1..=ROUNDS, 0_u64..60).new_tree(&mut runner).expect("numbers").current();
        let session = story();
        let running = session.spawn(&["-p", "read them all"]).asked(moment.0);
        thread::sleep(Duration::from_millis(moment.1));
        let killed = running.signal_if_there("KILL").wait();
        // The last request holds every message that was finished before it; the simulator refuses what is no
        // conversation.
        let next = session.run_with(&["--continue", "-p", "go on"]);
        next.exit_is(0).stdout_is("On we go.\n").asks(1).goes_on_from(&killed);
        let shown = session.shell("exec $QWEN sessions show");
        shown.exit_is(0);
        let text = &shown.stdout;
        assert!(
            text.contains("> read them all\n") && text.ends_with("> go on\n\nOn we go.\n"),
            "case {case}, {moment:?}: {text}"
        );
    }
}
