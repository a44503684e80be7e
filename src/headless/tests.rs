//! Whole runs: events in; stdout, stderr, what the agent was told, and the exit code out.

use std::{io, time::Duration};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Approvals, Format, Input, Options, Stamps, run};
use crate::{
    agent::{Handle, Mailbox},
    base::{CallId, Moment, Money, SessionId, Tokens},
    protocol::{
        Answer, Arguments, CacheMode, CacheReport, Charge, DeltaKind, DeskEvent, Diff, DiffLine, Display,
        EndReason, Event, Failure, Finish, Kind, Level, LineKind, Miss, Mode, Op, Prediction, Preview,
        Question, SessionInfo, ToolCall, ToolResult, Totals, Turn, Usage, Verdict,
    },
};

/// What a run left behind.
struct Ran {
    out: String,
    err: String,
    ops: Vec<Op>,
    code: u8,
}

impl Ran {
    /// Each line of stdout as JSON.
    fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }

    /// stdout as one array.
    fn array(&self) -> Vec<Value> {
        serde_json::from_str(&self.out).expect("stdout is one array")
    }
}

/// Runs with these events; ids are `id-1`, `id-2`, … and the clock moves 700 ms at each look.
fn ran(format: Format, events: Vec<Event>) -> Ran {
    with(|options| options.format = format, events)
}

fn with(change: impl FnOnce(&mut Options), events: Vec<Event>) -> Ran {
    let mut out = Vec::new();
    let (err, ops, code) = onto(&mut out, change, events);
    Ran { out: String::from_utf8(out).expect("text"), err, ops, code }
}

fn onto(
    out: &mut dyn io::Write,
    change: impl FnOnce(&mut Options),
    events: Vec<Event>,
) -> (String, Vec<Op>, u8) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mailbox = Mailbox::default();
    for event in events {
        mailbox.put(event);
    }
    mailbox.close();
    let (mut ids, mut ms) = (0, 0);
    let mut options = Options::new(Input::Prompt("fix it".into()));
    options.stamps = Stamps {
        id: Box::new(move || {
            ids += 1;
            format!("id-{ids}")
        }),
        now: Box::new(move || {
            ms += 700;
            Moment(ms)
        }),
    };
    change(&mut options);
    let mut err = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut handle = Handle::new(sender, mailbox);
    let code = runtime.block_on(run(&mut handle, options, out, &mut err));
    drop(handle);
    let ops = std::iter::from_fn(|| receiver.try_recv().ok()).collect();
    (String::from_utf8(err).expect("text"), ops, code)
}

fn started() -> Event {
    Event::SessionStarted(SessionInfo {
        id: SessionId::new("session"),
        root: "/repo".into(),
        branch: Some("main".into()),
        model: "qwen3-coder-plus".into(),
        provider: "Qwen Cloud".into(),
        window: Tokens(1_000_000),
        tools: vec!["edit".into(), "read_file".into()],
        mode: Mode::Default,
        cache: (CacheMode::Explicit, "markers take effect".into()),
        restored_turns: 0,
    })
}

fn begun() -> Event {
    Event::TurnStarted { turn: 1, text: "fix it".into() }
}

fn requested(request: u32) -> Event {
    Event::Requested {
        request,
        attempt: 1,
        markers: 2,
        estimate: Tokens(4_000),
        prediction: Prediction::default(),
    }
}

fn answered(request: u32, turn: Turn) -> Event {
    Event::Answered {
        request,
        turn,
        model: "qwen3-coder-plus".into(),
        usage: Some(usage()),
        charge: None,
        cache: CacheReport::default(),
        took: Duration::from_millis(250),
    }
}

fn usage() -> Usage {
    Usage {
        input: Tokens(4_000),
        cached: Some(Tokens(3_000)),
        created: Some(Tokens(600)),
        output: Tokens(50),
        reasoning: None,
    }
}

fn totals() -> Totals {
    Totals {
        requests: 1,
        usage: usage(),
        charge: Charge {
            units: 1_450_000,
            units_uncached: 4_000_000,
            money: Some(Money::per_million(1_000).times(Tokens(1_450), 1_000)),
            money_uncached: Some(Money::per_million(1_000).times(Tokens(4_000), 1_000)),
            units_implicit: 1_600_000,
            money_implicit: Some(Money::per_million(1_000).times(Tokens(1_600), 1_000)),
        },
        api_time: Duration::from_millis(250),
        ..Totals::default()
    }
}

fn ended(reason: EndReason) -> [Event; 2] {
    [Event::TurnEnded { reason, totals: totals() }, Event::SessionEnded { totals: totals() }]
}

fn story(middle: impl IntoIterator<Item = Event>, reason: EndReason) -> Vec<Event> {
    [started(), begun()].into_iter().chain(middle).chain(ended(reason)).collect()
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: CallId::new(id), name: name.into(), arguments: Arguments::parse(arguments), extra: None }
}

fn calling(text: &str, calls: Vec<ToolCall>) -> Turn {
    Turn { calls, finish: Finish::Calls, ..Turn::text(text) }
}

fn done(call: ToolCall, text: &str, verdict: Verdict, display: Option<Display>) -> Event {
    let result = ToolResult { call: call.id.clone(), name: call.name.clone(), text: text.into(), verdict };
    Event::ToolDone { call, result, display, took: Duration::from_millis(30) }
}

fn asks(call: ToolCall, command: &str) -> Event {
    Event::Permission {
        call,
        question: Question {
            preview: Preview::Command { command: command.into(), directory: "/repo".into() },
            remember: None,
            reason: "not known to only read".into(),
            effects: Vec::new(),
        },
    }
}

fn say() -> Op {
    Op::Say { text: "fix it".into() }
}

fn answer_only() -> Vec<Event> {
    story([requested(1), answered(1, Turn::text("It is fixed."))], EndReason::Completed)
}

fn tool_turn() -> Vec<Event> {
    let read = call("c1", "read_file", r#"{"file_path":"/repo/a.rs"}"#);
    let turn = Turn { reasoning: "I must look.".into(), ..calling("Looking.", vec![read.clone()]) };
    story(
        [
            requested(1),
            answered(1, turn),
            Event::ToolStarted { call: read.clone(), title: "read a.rs".into() },
            done(read, "fn a() {}", Verdict::Done, Some(Display::Line { text: "1 line".into() })),
            requested(2),
            answered(2, Turn::text("It is fixed.")),
        ],
        EndReason::Completed,
    )
}

fn denied() -> Vec<Event> {
    let shell = call("c1", "run_shell_command", r#"{"command":"cargo test"}"#);
    story(
        [
            requested(1),
            answered(1, calling("", vec![shell.clone()])),
            asks(shell.clone(), "cargo test"),
            done(shell, "nobody allowed it", Verdict::Denied, None),
            requested(2),
            answered(2, Turn::text("I could not run the tests.")),
        ],
        EndReason::Completed,
    )
}

fn refused_key() -> Failure {
    Failure::new(Kind::Auth, "the provider refused the key").hint("check the key's region")
}

fn failing() -> Vec<Event> {
    let read = call("c1", "read_file", r#"{"file_path":"/repo/a.rs"}"#);
    story(
        [
            requested(1),
            answered(1, calling("Looking.", vec![read.clone()])),
            done(read, "fn a() {}", Verdict::Done, None),
            requested(2),
            Event::Delta { kind: DeltaKind::Text, text: "It is".into() },
            Event::Failed(refused_key()),
        ],
        EndReason::Failed,
    )
}

fn retried() -> Vec<Event> {
    story(
        [
            requested(1),
            Event::Delta { kind: DeltaKind::Text, text: "It".into() },
            Event::Discarded,
            Event::Retrying {
                attempt: 2,
                of: 4,
                wait: Duration::from_millis(1_500),
                cause: Failure::new(Kind::Network, "the connection broke\nafter 3 bytes"),
            },
            Event::Requested {
                request: 1,
                attempt: 2,
                markers: 2,
                estimate: Tokens(4_000),
                prediction: Prediction::default(),
            },
            Event::Delta { kind: DeltaKind::Text, text: "It is fixed.".into() },
            answered(1, Turn::text("It is fixed.")),
        ],
        EndReason::Completed,
    )
}

fn init() -> Value {
    json!({
        "type": "system", "subtype": "init", "uuid": "session", "session_id": "session", "cwd": "/repo",
        "tools": ["edit", "read_file"], "mcp_servers": [], "model": "qwen3-coder-plus",
        "permission_mode": "default", "slash_commands": [],
        "qwen_code_version": env!("CARGO_PKG_VERSION"), "agents": [],
    })
}

fn counted() -> Value {
    json!({
        "input_tokens": 4_000, "output_tokens": 50, "cache_read_input_tokens": 3_000,
        "cache_creation_input_tokens": 600, "total_tokens": 4_050,
    })
}

fn uncounted() -> Value {
    json!({ "input_tokens": 0, "output_tokens": 0 })
}

fn assistant(id: &str, content: &Value, stop_reason: Option<&str>, usage: &Value) -> Value {
    json!({
        "type": "assistant", "uuid": id, "session_id": "session", "parent_tool_use_id": null,
        "message": {
            "id": id, "type": "message", "role": "assistant", "model": "qwen3-coder-plus",
            "content": content, "stop_reason": stop_reason, "usage": usage,
        },
    })
}

fn tool_result(id: &str, is_error: bool, content: &str) -> Value {
    json!({
        "type": "user", "uuid": id, "session_id": "session", "parent_tool_use_id": null,
        "message": { "role": "user", "content": [
            { "type": "tool_result", "tool_use_id": "c1", "is_error": is_error, "content": content },
        ] },
    })
}

fn result(id: &str, turns: u32, answer: &str) -> Value {
    json!({
        "type": "result", "subtype": "success", "uuid": id, "session_id": "session", "is_error": false,
        "duration_ms": 700, "duration_api_ms": 250, "num_turns": turns, "result": answer,
        "usage": counted(), "permission_denials": [],
        "termination_reason": "completed", "model": "qwen3-coder-plus", "total_cost_usd": 0.001_45,
        "cost": { "units": 1_450.0, "units_without_cache": 4_000.0, "usd": 0.001_45, "usd_without_cache": 0.004 },
        "cache": cache(&[]),
    })
}

fn cache(misses: &[Value]) -> Value {
    json!({
        "mode": "explicit", "why": "markers take effect", "read": 3_000, "written": 600, "plain": 400,
        "hit_rate_percent": 75, "units": 1_450.0, "units_without_cache": 4_000.0,
        "units_with_implicit_cache": 1_600.0, "cost_usd": 0.001_45, "saved_usd": 0.002_55,
        "saved_usd_against_implicit_cache": 0.000_15, "stored": 0, "warm_until": null, "findings": [], "misses": misses,
    })
}

fn failed(id: &str, turns: u32, subtype: &str, error: &Value, reason: &str) -> Value {
    let mut message = result(id, turns, "");
    let fields = message.as_object_mut().expect("an object");
    fields.remove("result");
    fields.insert("termination_reason".into(), reason.into());
    fields.insert("subtype".into(), subtype.into());
    fields.insert("is_error".into(), true.into());
    fields.insert("error".into(), error.clone());
    message
}

#[test]
fn text_is_the_last_answer_and_a_line_end() {
    let ran = ran(Format::Text, tool_turn());
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), ("It is fixed.\n", "", 0));
    assert_eq!(ran.ops, [say(), Op::Quit]);
}

#[test]
fn only_a_terminal_gets_a_cleaned_answer() {
    let events = || story([answered(1, Turn::text("a\u{1b}[2Jb"))], EndReason::Completed);
    assert_eq!(ran(Format::Text, events()).out, "a\u{1b}[2Jb\n");
    assert_eq!(with(|options| options.is_terminal = true, events()).out, "a␛[2Jb\n");
}

#[test]
fn text_says_beside_the_answer_what_went_on_one_line_each() {
    let mut events = retried();
    events.insert(2, Event::Notice { level: Level::Warning, text: "git is\nmissing".into() });
    events.insert(2, Event::Compacted { before: Tokens(90_000), after: Tokens(4_000) });
    let ran = ran(Format::Text, events);
    assert_eq!((ran.out.as_str(), ran.code), ("It is fixed.\n", 0));
    assert_eq!(
        ran.err,
        "note: the history was replaced by a summary: about 90,000 tokens became 4,000\n\
         warning: git is⏎missing\n\
         retry: try 2 of 4 in 1.5 s: the connection broke⏎after 3 bytes\n"
    );
}

#[test]
fn a_failed_run_writes_nothing_to_stdout_in_text() {
    let ran = ran(Format::Text, failing());
    assert_eq!(ran.out, "");
    assert_eq!(ran.err, "error: the provider refused the key\n  hint: check the key's region\n");
    assert_eq!(ran.code, 41);
}

#[test]
fn an_answer_that_was_cut_says_so() {
    let turn = Turn { finish: Finish::Length, ..Turn::text("It is") };
    let ran = ran(Format::Text, story([answered(1, turn)], EndReason::Completed));
    assert_eq!(ran.out, "It is\n");
    assert_eq!(ran.err, "warning: the answer stops at the model's output limit\n");
}

#[test]
fn what_needs_a_person_is_refused_and_the_run_goes_on() {
    let ran = ran(Format::Text, denied());
    assert_eq!((ran.out.as_str(), ran.code), ("I could not run the tests.\n", 0));
    assert_eq!(
        ran.err,
        "denied: run_shell_command {\"command\":\"cargo test\"}; allow it with `--allowed-tools` or \
         `--approval-mode`\n"
    );
    let told = "`run_shell_command` needs a person's approval, and this run has nobody to ask. Do not try it \
                again; go on without it, or say what is left to do.";
    let no = Op::Answer { call: CallId::new("c1"), answer: Answer::No { say: told.into() } };
    assert_eq!(ran.ops, [say(), no, Op::Quit]);
}

#[test]
fn stream_json_of_an_answer() {
    let ran = ran(Format::StreamJson, answer_only());
    let text = json!([{ "type": "text", "text": "It is fixed." }]);
    assert_eq!(
        ran.lines(),
        [init(), assistant("id-1", &text, None, &counted()), result("id-2", 1, "It is fixed.")]
    );
    assert_eq!((ran.err.as_str(), ran.code), ("", 0));
}

#[test]
fn stream_json_gives_each_type_of_block_its_own_message() {
    let ran = ran(Format::StreamJson, tool_turn());
    let thinking = json!([{ "type": "thinking", "thinking": "I must look.", "signature": "" }]);
    let text = json!([{ "type": "text", "text": "Looking." }]);
    let tool = json!([
        { "type": "tool_use", "id": "c1", "name": "read_file", "input": { "file_path": "/repo/a.rs" } },
    ]);
    let last = json!([{ "type": "text", "text": "It is fixed." }]);
    assert_eq!(
        ran.lines(),
        [
            init(),
            assistant("id-1", &thinking, None, &uncounted()),
            assistant("id-2", &text, None, &uncounted()),
            assistant("id-3", &tool, Some("tool_use"), &counted()),
            tool_result("id-4", false, "fn a() {}"),
            assistant("id-5", &last, None, &counted()),
            result("id-6", 2, "It is fixed."),
        ]
    );
}

#[test]
fn fields_come_in_the_order_of_qwen_code() {
    let ran = ran(Format::StreamJson, answer_only());
    assert_eq!(
        ran.out.lines().last(),
        Some(
            r#"{"type":"result","subtype":"success","uuid":"id-2","session_id":"session","is_error":false,"duration_ms":700,"duration_api_ms":250,"num_turns":1,"result":"It is fixed.","usage":{"input_tokens":4000,"output_tokens":50,"cache_read_input_tokens":3000,"cache_creation_input_tokens":600,"total_tokens":4050},"permission_denials":[],"termination_reason":"completed","model":"qwen3-coder-plus","total_cost_usd":0.00145,"cost":{"units":1450.0,"units_without_cache":4000.0,"usd":0.00145,"usd_without_cache":0.004},"cache":{"mode":"explicit","why":"markers take effect","read":3000,"written":600,"plain":400,"hit_rate_percent":75,"units":1450.0,"units_without_cache":4000.0,"units_with_implicit_cache":1600.0,"cost_usd":0.00145,"saved_usd":0.00255,"saved_usd_against_implicit_cache":0.00015,"stored":0,"warm_until":null,"findings":[],"misses":[]}}"#
        )
    );
}

#[test]
fn the_result_says_what_was_missed_and_until_when_it_is_warm() {
    let mut events = answer_only();
    for event in &mut events {
        if let Event::Answered { cache, .. } = event {
            cache.miss = Some(Miss::Idle { seconds: 60 });
            cache.warm_until = Some(Moment(1_763_733_900_000));
            cache.stored = Tokens(3_600);
        }
    }
    let ran = ran(Format::StreamJson, events);
    let mut expected = cache(&[json!({
        "request": 1, "cause": "idle", "seconds": 60, "text": "idle for 6 min; a stored prefix lives 5 min",
    })]);
    expected["warm_until"] = "2025-11-21T14:05:00Z".into();
    expected["stored"] = 3_600.into();
    assert_eq!(ran.lines().last().map(|message| &message["cache"]), Some(&expected));
}

#[test]
fn a_log_says_why_a_request_read_less() {
    let mut events = answer_only();
    for event in &mut events {
        if let Event::Answered { cache, .. } = event {
            cache.miss = Some(Miss::Model);
        }
    }
    let ran = ran(Format::Narration, events);
    assert!(
        ran.out.contains(
            "50 out]\n[cache miss: another model was used before; what one model stored no other reads; stay with"
        ),
        "{}",
        ran.out
    );
}

#[test]
fn json_is_one_array_with_stats() {
    let ran = ran(Format::Json, denied());
    let text = json!([{ "type": "text", "text": "I could not run the tests." }]);
    let input = json!({ "command": "cargo test" });
    let tool = json!([{ "type": "tool_use", "id": "c1", "name": "run_shell_command", "input": input }]);
    let mut result = result("id-4", 2, "I could not run the tests.");
    result["permission_denials"] =
        json!([{ "tool_name": "run_shell_command", "tool_use_id": "c1", "tool_input": input }]);
    let api = json!({ "totalRequests": 2, "totalErrors": 0, "totalLatencyMs": 500 });
    let tokens =
        json!({ "prompt": 8_000, "candidates": 100, "total": 8_100, "cached": 6_000, "thoughts": 0 });
    let decisions = json!({ "accept": 0, "reject": 1, "modify": 0, "auto_accept": 0 });
    result["stats"] = json!({
        "models": { "qwen3-coder-plus": {
            "api": api, "tokens": tokens, "bySource": { "main": { "api": api, "tokens": tokens } },
        } },
        "tools": {
            "totalCalls": 1, "totalSuccess": 0, "totalFail": 1, "totalDurationMs": 30,
            "totalDecisions": decisions,
            "byName": { "run_shell_command": {
                "count": 1, "success": 0, "fail": 1, "durationMs": 30, "decisions": decisions,
            } },
        },
        "files": { "totalLinesAdded": 0, "totalLinesRemoved": 0 },
    });
    assert_eq!(
        ran.array(),
        [
            init(),
            assistant("id-1", &tool, Some("tool_use"), &counted()),
            tool_result("id-2", true, "nobody allowed it"),
            assistant("id-3", &text, None, &counted()),
            result,
        ]
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn a_failure_in_the_middle_is_never_a_success() {
    let ran = ran(Format::StreamJson, failing());
    let hints = json!(["check the key's region"]);
    let error = json!({ "type": "auth", "message": "the provider refused the key", "hints": hints });
    assert_eq!(ran.lines().last(), Some(&failed("id-4", 2, "error_during_execution", &error, "auth")));
    assert_eq!(ran.code, 41);
    let on_stderr: Value = serde_json::from_str(&ran.err).expect("one line of JSON");
    assert_eq!(
        on_stderr,
        json!({ "error": {
            "type": "FatalAuthenticationError", "message": "the provider refused the key", "code": 41,
            "hints": hints,
        } })
    );
}

#[test]
fn the_limit_of_turns_has_its_own_subtype_and_code() {
    let ran =
        ran(Format::StreamJson, story([requested(1), answered(1, Turn::text("…"))], EndReason::TurnLimit));
    let error = json!({
        "type": "limit", "message": "the limit of turns for this run was reached",
        "hints": ["allow more with `--max-session-turns`, or go on with `qwen --continue`"],
    });
    let mut expected = failed("id-2", 1, "error_max_turns", &error, "max_session_turns");
    expected["partial_result"] = "…".into();
    assert_eq!(ran.lines().last(), Some(&expected));
    assert_eq!(ran.code, 53);
}

#[test]
fn every_other_end_has_its_code() {
    let refused = Turn { finish: Finish::Refused, ..Turn::text("No.") };
    let cases = [
        (story([], EndReason::Interrupted), 130),
        (story([], EndReason::Denied), 54),
        (story([], EndReason::Failed), 70),
        (story([answered(1, refused)], EndReason::Completed), 1),
        (vec![started(), begun()], 70),
    ];
    for (events, code) in cases {
        let ran = ran(Format::Json, events.clone());
        assert_eq!(ran.code, code, "{events:?}");
        assert_eq!(ran.array().last().map(|result| result["is_error"].clone()), Some(true.into()));
    }
}

#[test]
fn a_failure_before_the_session_leaves_stdout_empty() {
    for format in [Format::Text, Format::Json, Format::StreamJson] {
        let ran = ran(format, vec![Event::Failed(refused_key())]);
        assert_eq!((ran.out.as_str(), ran.code), ("", 41));
        assert_eq!(ran.err.starts_with("{\"error\":{"), format.is_json(), "{}", ran.err);
    }
}

fn piece(id: &str, event: &Value) -> Value {
    json!({
        "type": "stream_event", "uuid": id, "session_id": "session", "parent_tool_use_id": null,
        "event": event,
    })
}

fn message_start(id: &str) -> Value {
    json!({ "type": "message_start", "message": {
        "id": id, "role": "assistant", "model": "qwen3-coder-plus", "content": [],
    } })
}

fn partial(events: Vec<Event>) -> Ran {
    with(
        |options| {
            options.format = Format::StreamJson;
            options.include_partial_messages = true;
        },
        events,
    )
}

#[test]
fn pieces_of_an_answer_stand_between_one_start_and_one_stop() {
    let grep = call("c1", "grep_search", r#"{ "pattern": "a" }"#);
    let turn = Turn { reasoning: "Hm.".into(), ..calling("Looking.", vec![grep.clone()]) };
    let ran = partial(story(
        [
            requested(1),
            Event::Delta { kind: DeltaKind::Reasoning, text: "Hm.".into() },
            Event::Delta { kind: DeltaKind::Text, text: "Look".into() },
            Event::Delta { kind: DeltaKind::Text, text: "ing.".into() },
            answered(1, turn),
            Event::ToolOutput { call: CallId::new("c1"), text: "a.rs".into() },
        ],
        EndReason::Completed,
    ));
    let thinking = json!({ "type": "thinking", "thinking": "", "signature": "" });
    let block = |block: &Value| json!({ "type": "content_block_start", "index": 0, "content_block": block });
    let delta = |delta: &Value| json!({ "type": "content_block_delta", "index": 0, "delta": delta });
    let stop = json!({ "type": "content_block_stop", "index": 0 });
    let use_of =
        |input: &Value| json!({ "type": "tool_use", "id": "c1", "name": "grep_search", "input": input });
    let whole = json!({ "type": "input_json_delta", "partial_json": "{\"pattern\":\"a\"}" });
    let thought = json!([{ "type": "thinking", "thinking": "Hm.", "signature": "" }]);
    let text = json!([{ "type": "text", "text": "Looking." }]);
    let tool = json!([use_of(&json!({ "pattern": "a" }))]);
    let progress = json!({ "type": "tool_progress", "tool_use_id": "c1", "content": "a.rs" });
    assert_eq!(
        ran.lines(),
        [
            init(),
            piece("id-2", &message_start("id-1")),
            piece("id-3", &block(&thinking)),
            piece("id-4", &delta(&json!({ "type": "thinking_delta", "thinking": "Hm." }))),
            piece("id-5", &stop),
            piece("id-6", &block(&json!({ "type": "text", "text": "" }))),
            piece("id-7", &delta(&json!({ "type": "text_delta", "text": "Looking." }))),
            piece("id-8", &stop),
            piece("id-9", &block(&use_of(&json!({})))),
            piece("id-10", &delta(&whole)),
            piece("id-11", &stop),
            assistant("id-1", &thought, None, &uncounted()),
            assistant("id-12", &text, None, &uncounted()),
            assistant("id-13", &tool, Some("tool_use"), &counted()),
            piece("id-14", &json!({ "type": "message_stop" })),
            piece("id-15", &progress),
            result("id-16", 1, "Looking."),
        ]
    );
}

#[test]
fn pieces_of_a_discarded_answer_end_and_never_become_a_message() {
    let ran = partial(retried());
    let kinds: Vec<(String, String)> = ran
        .lines()
        .iter()
        .map(|line| {
            let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (of(&line["type"]), of(&line["event"]["type"]))
        })
        .collect();
    let piece = |kind: &str| ("stream_event".to_owned(), kind.to_owned());
    let whole = |kind: &str| (kind.to_owned(), String::new());
    let begun = ["message_start", "content_block_start", "content_block_delta", "content_block_stop"];
    let mut expected = vec![whole("system")];
    expected.extend(begun.map(piece));
    expected.push(piece("message_stop"));
    expected.extend(begun.map(piece));
    expected.extend([whole("assistant"), piece("message_stop"), whole("result")]);
    assert_eq!(kinds, expected);
}

#[test]
fn without_the_flag_no_piece_is_written() {
    let ran = ran(Format::StreamJson, retried());
    assert!(ran.lines().iter().all(|line| line["type"] != "stream_event"));
}

#[test]
fn a_summary_of_the_history_is_told() {
    let compacted = Event::Compacted { before: Tokens(90_000), after: Tokens(4_000) };
    let ran = ran(Format::StreamJson, story([compacted], EndReason::Completed));
    assert_eq!(
        ran.lines()[1],
        json!({
            "type": "system", "subtype": "compact_boundary", "uuid": "id-1", "session_id": "session",
            "compact_metadata": { "trigger": "auto", "pre_tokens": 90_000 },
        })
    );
}

/// A reader that goes away after some bytes.
struct Closing {
    takes: usize,
    kind: io::ErrorKind,
}

impl io::Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.takes < bytes.len() {
            return Err(self.kind.into());
        }
        self.takes -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_stops_the_run_quietly() {
    let mut out = Closing { takes: 600, kind: io::ErrorKind::BrokenPipe };
    let (err, ops, code) = onto(&mut out, |options| options.format = Format::StreamJson, tool_turn());
    assert_eq!((err.as_str(), code), ("", 0));
    assert_eq!(ops, [say(), Op::Interrupt, Op::Quit, Op::Quit]);
}

#[test]
fn a_full_disk_is_an_error() {
    let mut out = Closing { takes: 0, kind: io::ErrorKind::StorageFull };
    let (err, _, code) = onto(&mut out, |_| {}, answer_only());
    assert_eq!((err.as_str(), code), ("error: stdout cannot be written: no storage space\n", 42));
}

const NARRATION: &str = "\
model qwen3-coder-plus from Qwen Cloud, in /repo

> fix it

I see it.

[request 1: 3,000 read from cache, 600 written, 400 plain; 50 out]
* edit src/a.rs⏎* forged
    src/a.rs +1 -1
      fn add(a: i32, b: i32) -> i32 {
    -     a - b
    +     a + b
      }
? run_shell_command cargo test
    asks because: not known to only read
    answer: yes, this once
* run cargo test
    … 7 lines before
    running 1 test
    ok
    exit code 0

It is ␛[1mfixed.

[request 2: 3,000 read from cache, 600 written, 400 plain; 50 out]

The bill
  session  1 request · 0 tool calls
  tokens   4,000 in, 75 % hit: 3,000 read from cache, 600 written, 400 plain · 50 out
  units    1,450; without a cache 4,000 (−63 %), implicit at best 1,600 (−9 %)
  money    $0.00145; without a cache $0.00400 (saved $0.00255), implicit at best $0.00160 (saved $0.000150)
           (one unit is one input token at its plain price)
";

#[test]
fn a_narration_tells_the_whole_run() {
    let edit = call("c1", "edit", "{}");
    let shell = call("c2", "run_shell_command", r#"{"command":"cargo test"}"#);
    let line = |kind, number, text: &str| DiffLine { kind, number, text: text.into() };
    let diff = Diff {
        path: "src/a.rs".into(),
        is_new: false,
        added: 1,
        removed: 1,
        lines: vec![
            line(LineKind::Same, 1, "fn add(a: i32, b: i32) -> i32 {"),
            line(LineKind::Removed, 2, "    a - b"),
            line(LineKind::Added, 2, "    a + b"),
            line(LineKind::Same, 3, "}"),
        ],
    };
    let tail = "running 1 test\n\u{1b}[32mok\u{1b}[0m\n".to_owned();
    let output = Display::Output { tail, hidden_lines: 7, exit_code: Some(0) };
    let ran = with(
        |options| {
            options.format = Format::Narration;
            options.approvals = Approvals::Once;
        },
        story(
            [
                requested(1),
                answered(1, calling("I see it.", vec![edit.clone(), shell.clone()])),
                Event::ToolStarted { call: edit.clone(), title: "edit src/a.rs\n* forged".into() },
                done(edit, "done", Verdict::Done, Some(Display::Change { diff })),
                asks(shell.clone(), "cargo test"),
                Event::ToolStarted { call: shell.clone(), title: "run cargo test".into() },
                done(shell, "ok", Verdict::Done, Some(output)),
                requested(2),
                answered(2, Turn::text("It is \u{1b}[1mfixed.")),
            ],
            EndReason::Completed,
        ),
    );
    assert_eq!(ran.out, NARRATION);
    assert_eq!((ran.err.as_str(), ran.code), ("", 0));
    assert_eq!(ran.ops, [say(), Op::Answer { call: CallId::new("c2"), answer: Answer::Once }, Op::Quit]);
}

#[test]
fn words_that_no_account_can_send_end_the_run_with_the_reason() {
    let needed = |text: Option<&str>| {
        let text = text.map(str::to_owned);
        Event::Desk(DeskEvent::SignInNeeded { text, why: refused_key() })
    };
    let ended = Event::SessionEnded { totals: Totals::default() };
    let ran = ran(Format::Text, vec![started(), needed(None), needed(Some("fix it")), ended]);
    assert_eq!((ran.code, ran.out.as_str()), (41, ""));
    assert_eq!(ran.ops, [Op::Say { text: "fix it".into() }, Op::Quit]);
    assert!(ran.err.starts_with("error: the provider refused the key\n"), "{}", ran.err);
}
