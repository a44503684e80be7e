//! What the provider stores, across processes: heads that several write, conversations it keeps.

use std::{thread, time::Duration};

use qwen::sim::{Bill, Fault, Planned, Recorded, Script, say};

use crate::{Session, ran::Ran};

/// A model whose first word takes this long.
fn slow(milliseconds: u64) -> Session {
    let delay = Duration::from_millis(milliseconds);
    // Requests of different runs do not begin with one another.
    Session::new().compacts().sim(|options| options.script = Script::by(move |_| say("Hello.").after(delay)))
}

/// Starts this many runs at once and waits for all.
fn crowd(session: &Session, many: usize) -> Vec<Ran> {
    let running: Vec<_> = (0..many).map(|n| session.spawn(&["-p", &format!("hello {n}")])).collect();
    running.into_iter().map(crate::session::Running::wait).collect()
}

fn bills(session: &Session) -> Vec<Bill> {
    let requests: Vec<Recorded> = session.world().sim.requests();
    requests.iter().filter_map(|request| request.bill).collect()
}

#[test]
fn eight_runs_at_once_write_the_head_once() {
    let session = slow(600);
    for ran in crowd(&session, 8) {
        ran.exit_is(0).stdout_is("Hello.\n");
    }
    let bills = bills(&session);
    assert_eq!(bills.len(), 8);
    let writers: Vec<&Bill> = bills.iter().filter(|bill| bill.cached == 0).collect();
    assert_eq!(writers.len(), 1, "{bills:?}");
    let head = bills.iter().map(|bill| bill.cached).max().expect("there are bills");
    let again = bills.iter().filter(|bill| bill.cached > 0).map(|bill| bill.created).max();
    assert!(head > 1_024 && again.is_some_and(|tail| tail < head / 4), "{bills:?}");
}

#[test]
fn a_first_run_that_fails_or_is_killed_lets_the_next_one_write() {
    let session = slow(400).fault(Planned { fault: Fault::Drop { after_bytes: 0 }, first: Some(1) });
    for ran in crowd(&session, 3) {
        ran.exit_is(0);
    }
    let killed = slow(60_000);
    let first = killed.spawn(&["-p", "hello"]).asked(1);
    let second = killed.spawn(&["-p", "hello again"]);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(killed.world().sim.requests().len(), 1, "the second waits");
    let first = first.signal("KILL");
    second.asked(1).signal("KILL").wait();
    first.wait();
}

#[test]
fn who_waits_long_is_told_and_can_stop() {
    let session = slow(60_000);
    let first = session.spawn(&["-p", "hello"]).asked(1);
    let second = session.spawn(&["-p", "hello again"]);
    second.says("Ctrl-C stops").signal("INT").wait().exit_is(130).asks(0).stderr_has(
        "note: cache: another session is storing the same context; waiting up to 120 s to read it instead of \
         writing it again; Ctrl-C stops\n",
    );
    first.signal("KILL").wait();
}

#[test]
fn a_process_that_comes_later_reads_what_the_first_stored() {
    let session = slow(0);
    session.run("hello").exit_is(0);
    session.run("something else").exit_is(0);
    let bills = bills(&session);
    assert!(bills[1].cached > 1_024, "{bills:?}");
    let ledger = session.world().qwen_home().join("cache/ledger.json");
    assert!(ledger.exists(), "what is known is kept for the next");
}

#[test]
fn a_conversation_the_provider_keeps_is_sent_once_and_gone_on_with() {
    let session = Session::new()
        .compacts()
        .settings(&serde_json::json!({"cache": {"mode": "session"}}))
        .model_says(say("One.").call("read_file", serde_json::json!({"file_path": "{{cwd}}/README.md"})))
        .model_says(say("Two."))
        .model_says(say("Three."));
    session.run("hello").exit_is(0).stdout_is("Two.\n").asks(2);
    session.run_with(&["-c", "-p", "and?"]).exit_is(0).stdout_is("Three.\n").asks(1);
    let requests = session.world().sim.requests();
    let followed: Vec<bool> = requests.iter().map(|r| r.json["previous_response_id"].is_string()).collect();
    assert_eq!(followed, [false, true, true]);
    let sent: Vec<usize> = requests.iter().map(|r| r.json["input"].as_array().map_or(0, Vec::len)).collect();
    assert!(sent[1] == 1 && sent[2] == 1, "only what is new: {sent:?}");
    assert!(bills(&session)[2].cached > 1_024);
}
