//! The cache under every reading of its rules.

use std::thread;

use qwen::sim::{Billing, Fault, FieldRefusal, Refresh, Turn, Unit, call, say};
use serde_json::json;

use crate::{Session, wire};

fn many_reads() -> Session {
    let reads = (0..25).fold(Turn::default(), |turn, n| {
        turn.call("read_file", json!({"file_path": format!("{{{{cwd}}}}/f{n}.txt")}))
    });
    let session = (0..25).fold(Session::new(), |session, n| {
        session.file(&format!("f{n}.txt"), format!("file {n}\n").repeat(9))
    });
    session.model_says(reads.clone()).model_says(reads).model_says(say("Read."))
}

#[test]
fn twenty_five_results_at_once_leave_the_whole_prefix_in_reach() {
    thread::scope(|scope| {
        for unit in [Unit::Element, Unit::Message] {
            for look_back in [15, 19, 20, 21] {
                scope.spawn(move || {
                    let story = many_reads().sim(|options| {
                        options.cache.look_back = look_back;
                        options.cache.unit = unit;
                    });
                    let ran = story.run("read everything");
                    ran.exit_is(0).asks(3);
                    assert_eq!(ran.results().len(), 50);
                    let bills: Vec<_> = ran.requests().iter().filter_map(|r| r.bill).collect();
                    for pair in bills.windows(2) {
                        let prefix = pair[0].cached + pair[0].created;
                        assert_eq!(pair[1].cached, prefix, "{unit:?} {look_back}");
                        assert_eq!(pair[1].plain, 6, "{unit:?} {look_back}");
                    }
                });
            }
        }
    });
}

#[test]
fn a_request_that_was_cut_off_costs_no_later_request_its_prefix() {
    thread::scope(|scope| {
        for refresh in [Refresh::Longest, Refresh::All] {
            for billing in [Billing::Telescoped, Billing::PerMarker] {
                scope.spawn(move || cut_off(refresh, billing));
            }
        }
    });
}

fn cut_off(refresh: Refresh, billing: Billing) {
    let read = || call("read_file", json!({"file_path": "{{cwd}}/README.md"}));
    let ran = Session::new()
        .sim(|options| {
            options.cache.refresh = refresh;
            options.cache.billing = billing;
        })
        .model_says(read())
        .model_says(read().fault_first(1, Fault::Drop { after_bytes: 300 }))
        .model_says(say("Read."))
        .run("read");
    ran.exit_is(0).asks(4);
    let bills: Vec<_> = ran.requests().iter().filter_map(|r| r.bill).collect();
    let cached: Vec<u64> = bills.iter().map(|bill| bill.cached).collect();
    let (first, third) = (bills[0].prompt - 6, bills[2].prompt - 6);
    assert_eq!(cached, [0, first, first, third], "{refresh:?} {billing:?}");
}

#[test]
fn a_prompt_below_the_minimum_has_no_marker_until_it_has_grown() {
    let ran = Session::new()
        .flags(["--bare", "--system-prompt", "Be brief.", "--core-tools", "read_file"])
        .file("small.txt", "few words\n")
        .file("large.txt", "a line of some more words\n".repeat(400))
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/small.txt"})))
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/large.txt"})))
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/small.txt"})))
        .model_says(say("Read."))
        .run("read");
    let markers: Vec<usize> = ran.exit_is(0).requests().iter().map(wire::count_markers).collect();
    // The head stays too small for a marker of its own; the tail carries one, and then what was proved, too.
    assert_eq!(markers, [0, 0, 1, 2]);
    let created: Vec<bool> = ran.requests().iter().filter_map(|r| r.bill).map(|b| b.created > 0).collect();
    assert_eq!(created, [false, false, true, true]);
}

#[test]
fn a_server_that_rejects_markers_is_sent_none_from_then_on() {
    for words in [FieldRefusal::ExtraInputs, FieldRefusal::UnknownParameter] {
        let ran = Session::new()
            .sim(|options| {
                options.strict.no_cache_control = true;
                options.strict.words = words;
            })
            .model_says(call("read_file", json!({"file_path": "{{cwd}}/README.md"})))
            .model_says(say("Read."))
            .run("read");
        ran.exit_is(0).stdout_is("Read.\n").asks(3);
        let markers: Vec<usize> = ran.requests().iter().map(wire::count_markers).collect();
        assert!(markers[0] > 0 && markers[1..] == [0, 0], "{markers:?}");
    }
}

#[test]
fn what_a_server_refuses_is_not_sent_by_the_next_process_and_is_named() {
    type Strict = fn(&mut qwen::sim::Strictness);
    let table: [(Strict, &str); 3] = [
        (|strict| strict.no_cache_control = true, "refused"),
        (|strict| strict.strings_only = true, "plain_content"),
        (|strict| strict.no_tool_arrays = true, "plain_results"),
    ];
    for (refuse, name) in table {
        let session = Session::new()
            .sim(|options| refuse(&mut options.strict))
            .model_says(call("read_file", json!({"file_path": "{{cwd}}/README.md"})))
            .model_says(say("Read."))
            .model_says(say("Still."))
            // The refused request and the one after it differ in how content is written.
            .compacts();
        let statuses = |ran: &crate::ran::Ran| ran.requests().iter().filter(|r| r.status == 400).count();
        let first = session.run("read");
        assert_eq!(statuses(first.exit_is(0)), 1, "{name}");
        let second = session.run_with(&["-c", "-p", "and now?"]);
        assert_eq!(statuses(second.exit_is(0)), 0, "{name}");
        let page = session.run_with(&["cache", "explain", "--json"]).json();
        assert_eq!(page["findings"][0]["finding"], name, "{page:#}");
        for request in page["requests"].as_array().expect("a list").iter().skip(1) {
            let reported = request["reported"]["read"].as_u64().filter(|_| name == "plain_results");
            assert_eq!(request["predicted"]["read"].as_u64(), reported.or(Some(0)), "{page:#}");
        }
    }
}

#[test]
fn a_server_that_refuses_arrays_in_results_keeps_the_rest_of_its_cache() {
    let read = || call("read_file", json!({"file_path": "{{cwd}}/README.md"})).say("I look.");
    let ran = Session::new()
        .sim(|options| options.strict.no_tool_arrays = true)
        .model_says(read())
        .model_says(read())
        .model_says(say("Read."))
        // The refused request and the one after it differ in the content of the result.
        .compacts()
        .run("read");
    ran.exit_is(0).stdout_is("Read.\n").asks(4);
    let requests = ran.requests();
    assert_eq!(requests.iter().map(|r| r.status).collect::<Vec<_>>(), [200, 400, 200, 200]);
    wire::grows(&requests[2], &requests[3]);
    for request in &requests[2..] {
        let results: Vec<_> = wire::messages(request).iter().filter(|m| m["role"] == "tool").collect();
        assert!(results.iter().all(|result| result["content"].is_string()), "{results:?}");
        assert!(wire::count_markers(request) > 0, "markers stand elsewhere");
    }
    let cached: Vec<u64> = requests.iter().filter_map(|r| r.bill).map(|bill| bill.cached).collect();
    assert!(cached[0] == 0 && cached[1] > 1_024 && cached[2] >= cached[1], "{cached:?}");
}
