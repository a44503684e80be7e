//! What goes wrong between the program and the server, and how a run ends then.

use std::{thread, time::Duration};

use qwen::sim::{ErrorShape, Fault, Planned, Script, Turn, call, say};
use serde_json::json;

use crate::{Session, ran::Ran, wire};

const LONG: &str = "The answer is long enough to be cut somewhere in the middle of its many words.";

fn at_once(status: u16) -> Fault {
    Fault::Status {
        status,
        code: None,
        message: None,
        retry_after: Some("0".to_owned()),
        shape: ErrorShape::default(),
    }
}

fn refused(status: u16, code: &str, message: &str) -> Fault {
    let (code, message) = (Some(code.to_owned()), Some(message.to_owned()));
    Fault::Status { status, code, message, retry_after: Some("0".to_owned()), shape: ErrorShape::default() }
}

fn answer() -> Session {
    Session::new().sim(|options| options.script = Script::by(|_| say(LONG)))
}

/// In no format is a failure told as a success.
fn fails(session: &Session, code: i32, kind: &str) {
    let text = session.run("hello");
    text.exit_is(code).stdout_is("");
    assert!(text.stderr.contains("error: "), "{}", text.stderr);
    for format in ["json", "stream-json"] {
        let ran = session.run_with(&["-o", format, "-p", "hello"]);
        ran.exit_is(code);
        assert!(!ran.stdout.contains("success"), "{}", ran.stdout);
        let messages = if format == "json" { ran.json().as_array().cloned() } else { Some(ran.json_lines()) };
        let result = messages.and_then(|all| all.last().cloned()).expect("a result");
        assert_eq!(
            (&result["type"], &result["is_error"], &result["error"]["type"]),
            (&json!("result"), &json!(true), &json!(kind)),
            "{result}"
        );
        assert!(ran.stderr.contains(&format!("\"code\":{code}")), "{}", ran.stderr);
    }
}

#[test]
fn an_answer_that_broke_off_is_asked_for_again_and_printed_once() {
    let drop = || Planned { fault: Fault::Drop { after_bytes: 900 }, first: Some(1) };
    thread::scope(|scope| {
        scope.spawn(move || {
            let ran = answer().fault(drop()).run("hello");
            ran.exit_is(0).stdout_is(&format!("{LONG}\n")).stderr_has("retry: try 2 of 5").asks(2);
            assert_eq!(ran.requests()[0].body, ran.requests()[1].body);
        });
        scope.spawn(move || {
            let ran = answer().fault(drop()).run_with(&["-o", "stream-json", "-p", "hello"]);
            let told = |ran: &Ran| ran.json_lines().iter().filter(|m| m["type"] == "assistant").count();
            assert_eq!(told(ran.exit_is(0)), 1);
        });
        scope.spawn(move || {
            let words = ["-o", "stream-json", "--include-partial-messages", "-p", "hello"];
            let ran = answer().fault(drop()).run_with(&words);
            let last = ran.exit_is(0).json_lines().pop().expect("a result");
            assert_eq!(last["result"], LONG);
        });
        scope.spawn(|| {
            let before = Planned { fault: Fault::Drop { after_bytes: 0 }, first: Some(1) };
            answer().fault(before).run("hello").exit_is(0).stdout_is(&format!("{LONG}\n")).asks(2);
        });
    });
}

#[test]
fn a_call_in_an_answer_that_broke_off_is_not_run() {
    let ran = Session::new()
        .flag("-y")
        .model_says(
            call("run_shell_command", json!({"command": "echo x >> C", "description": "d"}))
                .fault_first(1, Fault::Drop { after_bytes: 1_400 }),
        )
        .model_says(say("ok"))
        .run("do it");
    ran.exit_is(0).file_is("C", "x\n").asks(3);
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for() {
    for status in [429, 503, 500] {
        let ran = answer().fault(Planned { fault: at_once(status), first: Some(2) }).run("hello");
        ran.exit_is(0).stdout_is(&format!("{LONG}\n")).asks(3);
        assert_eq!(ran.stderr.matches("retry: try").count(), 2, "{status}: {}", ran.stderr);
    }
    let slow = Fault::Status {
        status: 429,
        code: None,
        message: None,
        retry_after: Some("1".to_owned()),
        shape: ErrorShape::default(),
    };
    let ran = answer().fault(Planned { fault: slow, first: Some(1) }).run("hello");
    let [first, second] = ran.exit_is(0).requests() else { panic!("two requests") };
    assert!(second.arrived - first.arrived >= Duration::from_secs(1));
}

#[test]
fn a_server_that_keeps_failing_is_given_up() {
    let session = answer().fault(at_once(500));
    session.run("hello").exit_is(1).stdout_is("").asks(5);
    fails(&session, 1, "provider");
}

#[test]
fn each_refusal_has_its_own_exit_code_in_every_format() {
    let cases = [
        (refused(401, "invalid_api_key", "Incorrect API key provided."), 41, "auth"),
        (refused(400, "Arrearage", "Access denied, your account is in arrears."), 56, "quota"),
        (refused(403, "AllocationQuota.FreeTierOnly", "The free tier is exhausted."), 56, "quota"),
        (refused(404, "model_not_found", "The model does not exist."), 52, "config"),
        (refused(400, "invalid_parameter_error", "something is wrong"), 1, "provider"),
        (
            refused(400, "data_inspection_failed", "Input data may contain inappropriate content."),
            1,
            "provider",
        ),
        (Fault::InsideOk { status: 400, shape: ErrorShape::DashScope }, 1, "provider"),
        (Fault::Html { status: 200 }, 52, "config"),
        (Fault::Empty, 1, "provider"),
    ];
    thread::scope(|scope| {
        for (fault, code, kind) in cases {
            scope.spawn(move || fails(&answer().fault(fault), code, kind));
        }
    });
}

#[test]
fn a_wrong_key_is_refused_once_and_explained() {
    let ran = answer().sim(|options| options.key = Some("another".to_owned())).run("hello");
    ran.exit_is(41).stdout_is("").asks(1);
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("hint: "), "{}", ran.stderr);
}

#[test]
fn an_error_inside_a_good_status_is_an_error() {
    let event = Fault::Event { status: 500, message: None, after_events: 3 };
    let inside = Fault::InsideOk { status: 500, shape: ErrorShape::OpenAi };
    thread::scope(|scope| {
        for fault in [event, inside] {
            scope.spawn(move || {
                let ran = answer().fault(Planned { fault, first: Some(1) }).run("hello");
                ran.exit_is(0).stdout_is(&format!("{LONG}\n")).stderr_has("retry: try 2 of 5").asks(2);
            });
        }
    });
}

#[test]
fn a_page_from_a_gateway_is_a_passing_failure() {
    let ran = answer().fault(Planned { fault: Fault::Html { status: 502 }, first: Some(1) }).run("hello");
    ran.exit_is(0).stdout_is(&format!("{LONG}\n")).asks(2);
    assert!(!ran.stderr.contains("<html"), "{}", ran.stderr);
}

#[test]
fn one_empty_answer_is_asked_for_again() {
    let ran = answer().fault(Planned { fault: Fault::Empty, first: Some(1) }).run("hello");
    ran.exit_is(0).stdout_is(&format!("{LONG}\n")).asks(2);
}

#[test]
fn a_server_that_says_nothing_in_time_is_asked_again() {
    let limits = json!({"model": {"generationConfig": {"timeout": 400}}});
    let stall = Planned { fault: Fault::Stall { after_bytes: 0 }, first: Some(1) };
    let ran = answer().settings(&limits).fault(stall).run("hello");
    ran.exit_is(0).stdout_is(&format!("{LONG}\n")).stderr_has("had not begun its answer").asks(2);
}

#[test]
fn nobody_at_a_local_address_is_told_at_once() {
    let nowhere = "http://127.0.0.1:1/v1";
    let session = Session::new().env("OPENAI_BASE_URL", nowhere).env("DASHSCOPE_PROXY_BASE_URL", nowhere);
    let ran = session.run("hello");
    ran.exit_is(57)
        .asks(0)
        .stderr_has("error: `127.0.0.1` refused the connection\n  hint: is the server running");
}

/// A conversation that outgrows its window: two files of about 6,000 tokens each.
fn large() -> Session {
    let read = |name: &str| call("read_file", json!({"file_path": format!("{{{{cwd}}}}/{name}")}));
    let text = |word: &str| format!("{word} is a word of many letters\n").repeat(500);
    Session::new()
        .file("a.txt", text("alpha"))
        .file("b.txt", text("beta"))
        .compacts()
        .model_says(read("a.txt"))
        .model_says(read("b.txt"))
}

#[test]
fn a_prompt_the_server_finds_too_long_is_cut_and_sent_again() {
    let ran =
        large().model_says(say("Both read.")).sim(|options| options.window = Some(9_000)).run("read both");
    ran.exit_is(0)
        .stdout_is("Both read.\n")
        .stderr_has("note: the history was replaced by a summary")
        .asks(4);
    let refused: Vec<u16> = ran.requests().iter().map(|r| r.status).collect();
    assert_eq!(refused, [200, 200, 400, 200]);
    wire::grows(&ran.requests()[0], &ran.requests()[1]);
    wire::grows(&ran.requests()[1], &ran.requests()[2]);
}

#[test]
fn near_the_end_of_its_window_a_history_is_summarised_by_the_model() {
    let window = json!({"model": {"generationConfig": {"contextWindowSize": 13_000}}});
    let ran = large()
        .settings(&window)
        .model_says(say("Summary: a.txt and b.txt were read; they hold words."))
        .model_says(say("Both read."))
        .run("read both");
    ran.exit_is(0).stdout_is("Both read.\n").asks(4);
    let [_, before, summary, after] = ran.requests() else { panic!("four requests") };
    wire::grows(before, summary);
    assert_eq!(
        summary.bill.map(|b| b.cached),
        before.bill.map(|b| b.prompt - 6),
        "the summary reads the cache"
    );
    let kept = wire::messages(after).iter().map(wire::text).collect::<String>();
    assert!(kept.contains("Summary: a.txt and b.txt were read"), "{kept}");
    assert!(after.bill.is_some_and(|b| b.cached > 1_024), "the head is read from cache after the cut");
}

#[test]
fn a_head_that_does_not_fit_is_told_as_such() {
    let session = Session::new().sim(|options| {
        options.window = Some(500);
        options.script = Script::by(|_| Turn::default());
    });
    fails(&session, 58, "context");
}
