//! `qwen cache`: what a person is told of the bill after real runs, and without any.

use std::time::{Duration, Instant};

use qwen::sim::{call, say};
use serde_json::{Value, json};

use crate::{Session, ran::Ran, schema};

const QUESTIONS: [&[&str]; 6] = [
    &["cache"],
    &["cache", "status", "--json"],
    &["cache", "policy"],
    &["cache", "models"],
    &["cache", "models", "--json"],
    &["cache", "policy", "-m", "smollm2"],
];

fn story() -> Session {
    Session::new()
        .file("a.txt", "alpha\n")
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/a.txt"})))
        .model_says(say("It says alpha."))
        .model_says(say("Still alpha."))
}

fn explained(session: &Session, words: &[&str]) -> Value {
    let ran = session.run_with(&[&["cache", "explain", "--json"], words].concat());
    ran.exit_is(0).stderr_is("").asks(0);
    let page = ran.json();
    schema::check("cache-explain", &page);
    page
}

#[test]
fn the_explanation_is_the_simulators_own_bill_request_by_request_and_fits_its_schema() {
    let session = story();
    let first = session.run("what does a.txt say?");
    let second = session.run_with(&["-c", "-p", "and now?"]);
    let page = explained(&session, &[]);
    let bills: Vec<_> =
        [&first, &second].iter().flat_map(|ran| ran.requests()).filter_map(|r| r.bill).collect();
    let requests = page["requests"].as_array().expect("a list");
    assert_eq!(requests.len(), 3);
    // Thousandths, so that sums are exact.
    let units = |of: &Value| (of["cost"]["units"].as_f64().unwrap_or(-1.0) * 1_000.0).round();
    let (mut sum, mut written) = (0.0, 0);
    for (request, bill) in requests.iter().zip(&bills) {
        let reported = &request["reported"];
        assert_eq!(reported["read"], bill.cached);
        assert_eq!(reported["written"], bill.created);
        sum += units(request);
        written += bill.created;
        assert!((units(&request["so_far"]) - sum).abs() < 0.5);
        assert_eq!(request["so_far"]["reported"]["written"], written);
    }
    assert!((units(&page["totals"]) - sum).abs() < 0.5);
    let of = |key: &str| requests.iter().map(|request| request[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("number"), [1, 2, 3]);
    assert_eq!(of("run"), [1, 1, 2]);
    assert_eq!(of("mode"), ["explicit"; 3]);
    assert_eq!((&requests[0]["outcome"], &requests[0]["miss"]["cause"]), (&json!("missed"), &json!("first")));
    assert_eq!(requests[1]["outcome"], "as_expected");
    assert_eq!(page["findings"], json!([]));
}

#[test]
fn the_explanation_for_a_person_names_the_cause_and_the_sums() {
    let session = story();
    let ran = session.run("what does a.txt say?");
    let page = session.run_with(&["cache", "explain"]);
    page.exit_is(0).stderr_is("").asks(0);
    let usage = |bill: fn(&qwen::sim::Bill) -> u64| -> u64 {
        ran.requests().iter().filter_map(|r| r.bill.as_ref().map(bill)).sum()
    };
    for text in [
        ", 2 requests\nmodel    qwen3-coder-plus\nbegan    20",
        "  #      read   written      read   written     plain  output     units       cost     so far  why\n",
        "What differed\n  request 1: first request of this conversation",
        "What the server did unexpectedly\n  nothing\n",
        &format!("{} read from cache", qwen::base::Tokens(usage(|b| b.cached))),
        "implicit at best",
    ] {
        assert!(page.stdout.contains(text), "no `{text}` in\n{}", page.stdout);
    }
    assert!(page.stdout.lines().all(|row| qwen::base::width(row) <= 100), "{}", page.stdout);
}

#[test]
fn a_session_is_explained_by_its_name_and_an_unknown_one_is_refused() {
    let session = story();
    session.run_with(&["--session-id", "mine", "-p", "what does a.txt say?"]).exit_is(0);
    session.run("and now?").exit_is(0);
    assert_eq!(explained(&session, &["mine"])["requests"].as_array().map(Vec::len), Some(2));
    assert_eq!(explained(&session, &[])["requests"].as_array().map(Vec::len), Some(1), "the newest");
    session.run_with(&["cache", "explain", "nobody"]).exit_is(42).stderr_has("there is no session `nobody`");
    let empty = Session::new().run_with(&["cache", "explain"]);
    empty.exit_is(42).stdout_is("").stderr_has("there is no session in this project to explain");
}

#[test]
fn a_model_that_ignores_markers_is_found_out() {
    let long = "beta gamma delta\n".repeat(400);
    let session = story().file("a.txt", long).sim(|options| options.cache.explicit_models.clear());
    session.run("what does a.txt say?").exit_is(0);
    let page = explained(&session, &[]);
    assert_eq!(page["findings"][0]["finding"], "by_itself", "{page:#}");
    let status = session.run_with(&["cache", "status"]);
    status.exit_is(0);
    assert!(
        status.stdout.contains("finding  nothing was written, and later requests read all the same"),
        "{}",
        status.stdout
    );
}

#[test]
fn a_damaged_transcript_is_explained_as_far_as_it_goes() {
    let session = story();
    session.run_with(&["--session-id", "mine", "-p", "what does a.txt say?"]).exit_is(0);
    let find = "find . -name 'mine.jsonl' | while read -r f; do \
                printf '{\"kind\":\"usage\",\"request\":\"x\"}\\n{\"kind\":\"usage\",\"requ' >> \"$f\"; done";
    let folder = session.world().qwen_home().join("projects");
    let done = std::process::Command::new("sh").args(["-c", find]).current_dir(folder).status();
    assert!(done.is_ok_and(|status| status.success()));
    let page = explained(&session, &["mine"]);
    assert_eq!(page["unread_lines"], 1);
    assert_eq!(page["requests"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_status_names_the_account_without_its_key_and_what_the_next_request_does() {
    let session = story();
    session.run("what does a.txt say?").exit_is(0);
    let ran = session.run_with(&["cache", "status", "--json"]);
    ran.exit_is(0).stderr_is("").asks(0);
    let status = ran.json();
    assert_eq!(status["model"], "qwen3-coder-plus");
    assert_eq!(status["mode"], "explicit");
    assert_eq!(status["account"]["host"], "127.0.0.1");
    assert_eq!(status["account"]["fingerprint"].as_str().map(str::len), Some(16));
    let head = status["head"]["tokens"].as_u64().expect("a number");
    assert!((1_000..6_000).contains(&head), "{head}");
    assert_eq!(status["head"]["is_warm"], true, "{status:#}");
    assert!(status["head"]["warm_until"].as_str().is_some_and(|until| until.starts_with("20")), "{status:#}");
    assert!(status["ledger"]["bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{status:#}");
    let next = &status["next_request"];
    assert!(next["read"].as_u64().is_some_and(|read| read > 1_000), "{status:#}");
    let sum: u64 = ["read", "written", "plain"].iter().filter_map(|part| next[*part].as_u64()).sum();
    assert!(sum >= head, "{status:#}");
    let text = session.run_with(&["cache", "status"]);
    text.exit_is(0).asks(0);
    for name in ["model    ", "mode     ", "account  ", "head     about ", "next     ", "ledger   "] {
        assert!(text.stdout.lines().any(|row| row.starts_with(name)), "no `{name}` in\n{}", text.stdout);
    }
}

#[test]
fn every_question_is_answered_without_a_key_a_network_and_a_wait() {
    let session = Session::new().without("OPENAI_API_KEY").without("OPENAI_BASE_URL");
    session.world();
    for words in QUESTIONS {
        let began = Instant::now();
        let ran = session.run_with(words);
        let took = began.elapsed();
        ran.exit_is(0).stderr_is("").asks(0);
        assert!(!ran.stdout.contains('\u{1b}') && ran.stdout.ends_with('\n'), "{words:?}");
        // Who asked a network would wait for longer than that.
        assert!(took < Duration::from_secs(20), "{words:?} took {took:?}");
    }
    let status = session.run_with(&["cache", "status", "--json"]).json();
    assert_eq!(status["no_account"], "no API key was found");
    assert_eq!(status["head"], Value::Null);
}

#[test]
fn the_policy_has_this_models_numbers() {
    let session = Session::new();
    let policy = |words: &[&str]| -> Ran {
        let ran = session.run_with(&[&["cache", "policy"], words].concat());
        ran.exit_is(0).asks(0);
        ran
    };
    let coder = policy(&[]).stdout;
    for text in ["write     1.25", "read      0.10", "1,024 tokens", "21.7 %", "1.00 / 5.00 (32k)", "7 days"]
    {
        assert!(coder.contains(text), "no `{text}` in\n{coder}");
    }
    let large = policy(&["-m", "qwen3.8-max"]).stdout;
    assert!(large.contains("read      0.125") && large.contains("22.2 %"), "{large}");
    let other = policy(&["-m", "smollm2"]).stdout;
    assert!(other.contains("No markers are sent") && other.contains("`cache.prices`"), "{other}");
}

#[test]
fn a_price_of_ones_own_is_in_the_list_and_on_the_bill() {
    let prices = json!({"cache": {"prices": {"smollm2": {"input": 2.0, "output": 8.0}, "qwen-turbo": {"input": 9, "output": 10}}}});
    let session =
        story().settings(&prices).env("OPENAI_MODEL", "smollm2").env("DASHSCOPE_PROXY_BASE_URL", "");
    let ran = session.run_with(&["-o", "json", "-p", "what does a.txt say?"]);
    ran.exit_is(0);
    let all = ran.json();
    let result = all.as_array().and_then(|all| all.last()).expect("a result");
    let (input, output) = (&result["usage"]["input_tokens"], &result["usage"]["output_tokens"]);
    let expected =
        (input.as_f64().unwrap_or_default() * 2.0 + output.as_f64().unwrap_or_default() * 8.0) / 1e6;
    let cost = result["cache"]["cost_usd"].as_f64().expect("known");
    assert!((cost - expected).abs() < 1e-9, "{cost} is not {expected}");
    let models = session.run_with(&["cache", "models", "--json"]).json();
    let turbo = models["models"].as_array().and_then(|all| all.iter().find(|m| m["model"] == "qwen-turbo"));
    assert_eq!(turbo.map(|m| &m["prices"][0]["input_usd_per_million"]), Some(&json!(9.0)));
    let wrong = Session::new().settings(&json!({"cache": {"prices": {"m": {"input": -1, "output": 0}}}}));
    wrong.run("hi").exit_is(52).asks(0).stderr_has("`cache.prices.m.input` is `-1`");
    wrong.run_with(&["cache", "models"]).exit_is(52).stderr_has("for instance");
}

#[test]
fn a_price_nobody_knows_is_null_and_never_zero() {
    let session = story().env("OPENAI_MODEL", "smollm2").env("DASHSCOPE_PROXY_BASE_URL", "");
    session.run("what does a.txt say?").exit_is(0);
    let page = explained(&session, &[]);
    assert_eq!(page["totals"]["cost"]["usd"], Value::Null);
    let text = session.run_with(&["cache", "explain"]).stdout;
    assert!(text.contains("price unknown; `cache.prices`") && !text.contains("$0"), "{text}");
}
