//! Every way a provider can fail, and all that comes of it: exit code, stderr, the result as JSON, and what is kept.
//!
//! The whole of it is in `faults.txt`; `QWEN_BLESS=1 cargo test --test it faults` writes it anew, to be read before it is
//! committed.

use std::{env, fmt::Write as _, fs, path::Path, thread};

use qwen::sim::{CallShape, ErrorShape, Fault, Planned, Script, call, say};
use regex::Regex;
use serde_json::{Value, json};

use crate::{
    Session,
    ran::Ran,
    servers::{certificate, encrypted, interrupts, parrot, resets_after},
};

const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const ANSWER: &str = "The answer is long enough to be cut somewhere in the middle of its many words.";

/// A name and how the story is set up.
type Case = (&'static str, Box<dyn Fn() -> Session + Send + Sync>);

fn case(name: &'static str, story: impl Fn() -> Session + Send + Sync + 'static) -> Case {
    (name, Box::new(story))
}

fn answer() -> Session {
    let once_more = json!({"model": {"generationConfig": {"maxRetries": 1}}});
    Session::new().settings(&once_more).sim(|options| options.script = Script::by(|_| say(ANSWER)))
}

/// Told to wait for two seconds only.
fn hasty(fault: Planned) -> Session {
    let limits = json!({"timeout": 2_000, "streamIdleTimeoutMs": 2_000, "maxRetries": 1});
    answer().settings(&json!({"model": {"generationConfig": limits}})).fault(fault)
}

fn status(status: u16, code: &str, message: &str, retry_after: Option<&str>) -> Fault {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (code, message) = (text(code), text(message));
    let retry_after = retry_after.map(str::to_owned);
    Fault::Status { status, code, message, retry_after, shape: ErrorShape::default() }
}

fn always(fault: impl Fn() -> Fault + Send + Sync + 'static) -> impl Fn() -> Session + Send + Sync {
    move || answer().fault(fault())
}

fn once(fault: impl Fn() -> Fault + Send + Sync + 'static) -> impl Fn() -> Session + Send + Sync {
    move || answer().fault(Planned { fault: fault(), first: Some(1) })
}

/// At another address, which is no Qwen Cloud.
fn at(base: &str) -> Session {
    answer().env("OPENAI_BASE_URL", base).without("DASHSCOPE_PROXY_BASE_URL")
}

/// A stream of these events, said by a server of no name.
fn streamed(events: &str) -> Session {
    at(&format!("http://{}/v1", parrot(format!("{STREAM}{events}"))))
}

/// A whole answer of a server of no name.
fn whole() -> String {
    format!("{STREAM}{}data: [DONE]\n\n", chunk("m", "All right.", "stop"))
}

/// A refusal of a server of no name.
fn refused(status: &str, body: &Value) -> Session {
    let body = body.to_string();
    let length = body.len();
    at(&format!(
        "http://{}/v1",
        parrot(format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    ))
}

/// At a server with this certificate; the person trusts the authority of the tests.
fn behind(name: &'static str) -> Session {
    at(&format!("https://{}/v1", encrypted(name, whole())))
        .env("QWEN_CA_CERTIFICATE", certificate("authority").display().to_string())
}

/// Through a proxy that says this.
fn through(answer: &'static str) -> Session {
    at("https://model.test/v1").env("HTTPS_PROXY", format!("http://{}", interrupts(answer)))
}

fn chunk(model: &str, content: &str, finish: &str) -> String {
    let chunk = json!({"id": "1", "object": "chat.completion.chunk", "model": model,
        "choices": [{"index": 0, "delta": {"content": content},
            "finish_reason": if finish.is_empty() { Value::Null } else { finish.into() }}]});
    format!("data: {chunk}\n\n")
}

fn overflow(message: &'static str) -> impl Fn() -> Session + Send + Sync {
    always(move || status(400, "invalid_request_error", message, None))
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    let odd_call = || call("write_file", json!({"file_path": "{{cwd}}/C", "content": "a long text"}));
    vec![
        case("429, Retry-After in seconds", once(|| status(429, "", "", Some("0")))),
        case(
            "429, Retry-After as a date",
            once(|| status(429, "", "", Some("Sun, 06 Nov 1994 08:49:37 GMT"))),
        ),
        case("429 that does not end", always(|| status(429, "", "", Some("0")))),
        case(
            "429, a minute's tokens are used up",
            once(|| {
                status(
                    429,
                    "insufficient_quota",
                    "You exceeded your current quota, see token-limit.",
                    Some("0"),
                )
            }),
        ),
        case("429, no money at OpenAI", || {
            let error = json!({"error": {"message": "You exceeded your current quota, please check your plan and billing details.",
                "type": "insufficient_quota", "param": null, "code": "insufficient_quota"}});
            refused("429 Too Many Requests", &error)
        }),
        case(
            "429 that speaks of tokens and of a length",
            always(|| {
                let text = "Rate limit reached: 30000 tokens per min. Reduce the length of the messages.";
                status(429, "rate_limit_exceeded", text, Some("0"))
            }),
        ),
        case(
            "429 inside the stream",
            once(|| Fault::Event {
                status: 429,
                message: Some("Too many requests, try again in 0s".to_owned()),
                after_events: 0,
            }),
        ),
        case(
            "429, a plan's week is used up",
            always(|| status(429, "Throttling.AllocationQuota", "week allocated quota exceeded.", None)),
        ),
        case("429 that asks for an hour", always(|| status(429, "", "", Some("3600")))),
        case("402, no money", always(|| status(402, "", "Insufficient Balance", None))),
        case(
            "400, an account in debt",
            always(|| status(400, "Arrearage", "Access denied, the account is in debt.", None)),
        ),
        case("405, the Coding Plan", || {
            let error = json!({"error": "Coding Plan is currently only available for Coding Agents"});
            refused("405 Method Not Allowed", &error)
        }),
        case("408", once(|| status(408, "RequestTimeOut", "Request timed out.", Some("0")))),
        case("413", always(|| status(413, "BadRequest.TooLarge", "Payload too large.", None))),
        case("504", once(|| status(504, "", "", Some("0")))),
        case("401", always(|| status(401, "invalid_api_key", "Incorrect API key provided.", None))),
        case("403", always(|| status(403, "AccessDenied", "Access denied.", None))),
        case("404", always(|| status(404, "model_not_found", "The model does not exist.", None))),
        case("500", always(|| status(500, "", "", Some("0")))),
        case("503", once(|| status(503, "", "", Some("0")))),
        case("529", once(|| status(529, "", "", Some("0")))),
        case("connection refused", || at("http://127.0.0.1:1/v1")),
        case("no such host", || at("https://no-such-host.invalid/v1")),
        case("no TLS", || at(&format!("https://{}/v1", interrupts("HTTP/1.1 400 Bad Request\r\n\r\n")))),
        case("a certificate of one's own authority", || behind("good")),
        case("a certificate that nobody signed", || behind("self-signed")),
        case("a certificate that signs itself as an authority", || behind("self-signed-authority")),
        case("a certificate of another host", || behind("other-host")),
        case("a certificate that has run out", || behind("expired")),
        case("a proxy that wants a password", || {
            through("HTTP/1.1 407 Proxy Authentication Required\r\nconnection: close\r\n\r\n")
        }),
        case("a proxy that refuses", || through("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n")),
        case("a proxy that is not there", || {
            at("https://model.test/v1").env("HTTPS_PROXY", "http://127.0.0.1:1")
        }),
        case("reset before the headers", || at(&format!("http://{}/v1", resets_after("")))),
        case("reset in the middle", || {
            at(&format!("http://{}/v1", resets_after(format!("{STREAM}{}", chunk("m", "All right", "")))))
        }),
        case("closed before the headers", once(|| Fault::Drop { after_bytes: 0 })),
        case("closed before the headers, always", always(|| Fault::Drop { after_bytes: 0 })),
        case("closed in the middle", once(|| Fault::Drop { after_bytes: 900 })),
        case("closed in the middle, always", always(|| Fault::Drop { after_bytes: 900 })),
        case("silent before the first byte", || {
            hasty(Planned { fault: Fault::Stall { after_bytes: 0 }, first: Some(1) })
        }),
        case("silent in the middle", || {
            hasty(Planned { fault: Fault::Stall { after_bytes: 900 }, first: Some(1) })
        }),
        case("silent in the middle, always", || hasty(Fault::Stall { after_bytes: 900 }.into())),
        case("no [DONE]", || answer().sim(|options| options.shape.done = false)),
        case("no finish reason", || answer().sim(|options| options.shape.finish = false)),
        case("neither", || {
            answer().sim(|options| (options.shape.finish, options.shape.done) = (false, false))
        }),
        case("lines to skip between the events", always(|| Fault::Garbage)),
        case("events that are no JSON", || {
            streamed(&format!("data: {{\"half\n\n{}data: [DONE]\n\n", chunk("m", "All right.", "stop")))
        }),
        case("a web page with 502", always(|| Fault::Html { status: 502 })),
        case("a web page with 200", always(|| Fault::Html { status: 200 })),
        case(
            "200 with an error as JSON",
            always(|| Fault::InsideOk { status: 400, shape: ErrorShape::OpenAi }),
        ),
        case(
            "an error inside the stream",
            always(|| Fault::Event { status: 400, message: None, after_events: 3 }),
        ),
        case("error_finish", || {
            streamed(&format!("{}data: [DONE]\n\n", chunk("m", "the backend failed", "error_finish")))
        }),
        case("a finish reason of a server without room", || {
            streamed(&format!("{}data: [DONE]\n\n", chunk("m", "I", "insufficient_system_resource")))
        }),
        case("a finish reason that nobody knows", || {
            streamed(&format!("{}data: [DONE]\n\n", chunk("m", "All right.", "eos")))
        }),
        case("calls that are announced and do not come", || {
            streamed(&format!("{}data: [DONE]\n\n", chunk("m", "", "tool_calls")))
        }),
        // What is sent again differs by that field.
        case("a field the server does not know", || {
            answer().compacts().sim(|options| options.strict.no_fields = vec!["stream_options".to_owned()])
        }),
        case("max_tokens out of range", || {
            let refused =
                status(400, "invalid_parameter_error", "Range of max_tokens should be [1, 8192]", None);
            answer().compacts().fault(Planned { fault: refused, first: Some(1) })
        }),
        case(
            "too long: OpenAI",
            overflow(
                "This model's maximum context length is 900 tokens. However, your messages resulted in 2000 tokens.",
            ),
        ),
        case("too long: DashScope", overflow("Range of input length should be [1, 900]")),
        case("too long: Anthropic", overflow("prompt is too long: 2000 tokens > 900 maximum")),
        case(
            "too long: Moonshot",
            overflow("Your request exceeded model token limit: 900 (requested: 2000)"),
        ),
        case(
            "too long: llama.cpp",
            overflow("the request exceeds the available context size, try increasing it"),
        ),
        case(
            "too long: Gemini",
            overflow("The input token count (2000) exceeds the maximum number of tokens allowed (900)."),
        ),
        case(
            "too long: LM Studio",
            overflow(
                "The number of tokens to keep from the initial prompt is greater than the context length.",
            ),
        ),
        case("too long: Z.AI", || {
            streamed(&format!("{}data: [DONE]\n\n", chunk("m", "", "model_context_window_exceeded")))
        }),
        case("too long: MiniMax", overflow("context window exceeds limit (2013)")),
        case(
            "content filter on what was asked",
            always(|| {
                status(400, "data_inspection_failed", "Input data may contain inappropriate content.", None)
            }),
        ),
        case("content filter of Z.AI", || {
            streamed(&format!("{}data: [DONE]\n\n", chunk("m", "I would", "sensitive")))
        }),
        case("content filter on the answer", || {
            answer().sim(|options| options.script = Script::by(|_| say("I would").finish("content_filter")))
        }),
        case("an empty answer, once", once(|| Fault::Empty)),
        case("empty answers", always(|| Fault::Empty)),
        case("a call that is cut", move || {
            answer().flag("-y").sim(move |options| {
                options.script = odd_call().fault(Fault::CutArguments { at: 20 }).then(say("Then not."));
            })
        }),
        case("two calls glued together", move || {
            answer().flag("-y").sim(move |options| {
                options.shape.calls = CallShape::Glued;
                let two = call("read_file", json!({"file_path": "{{cwd}}/README.md"}))
                    .call("read_file", json!({"file_path": "{{cwd}}/README.md", "limit": 1}));
                options.script = two.then(say("Both read."));
            })
        }),
        case("another model answers", || {
            streamed(&format!("{}data: [DONE]\n\n", chunk("another-model", "I am another.", "stop")))
        }),
    ]
}

/// What comes of it, without what differs from run to run.
fn told(story: &(dyn Fn() -> Session + Send + Sync)) -> String {
    let text = story().run("hello");
    let json = story().run_with(&["-o", "json", "-p", "hello"]);
    let result = json.json().as_array().and_then(|all| all.last().cloned()).unwrap_or_default();
    let mut page = String::new();
    let (code, requests) = (text.code(), text.requests().len());
    assert_eq!(code, json.code(), "both formats end with one code: {}", json.stderr);
    assert_eq!(code == 0, result["subtype"] == "success", "{result}");
    assert_eq!(code == 0, !text.stdout.is_empty(), "{}", text.stdout);
    let _ = writeln!(page, "exit {code}, {requests} requests");
    for line in stable(&text.stderr).lines() {
        let _ = writeln!(page, "  stderr  {line}");
    }
    for line in text.stdout.lines() {
        let _ = writeln!(page, "  stdout  {line}");
    }
    let _ = writeln!(page, "  result  {}", stable(&short(&result).to_string()));
    let _ = writeln!(page, "  kept    {}", kept(&text));
    page
}

/// The fields that say how it ended.
fn short(result: &Value) -> Value {
    let mut short = json!({});
    for name in [
        "subtype",
        "is_error",
        "num_turns",
        "result",
        "error",
        "partial_result",
        "termination_reason",
        "model",
    ] {
        if let Some(value) = result.get(name) {
            short[name] = value.clone();
        }
    }
    short
}

fn stable(text: &str) -> String {
    let waits = Regex::new(r"in \d+\.\d s").expect("a pattern");
    let ports = Regex::new(r"127\.0\.0\.1:\d{4,}").expect("a pattern");
    let text = waits.replace_all(text, "in [WAIT]");
    ports.replace_all(&text, "127.0.0.1:[PORT]").into_owned()
}

/// The conversation that is kept, one word for each entry.
fn kept(ran: &Ran) -> String {
    let lines = ran.transcripts().into_iter().flatten();
    let words = lines.filter_map(|line| {
        let item = &line["item"];
        Some(match item["type"].as_str()? {
            "assistant" => format!("assistant ({}) {:?}", item["finish"].as_str()?, item["text"].as_str()?),
            "result" => format!("result ({})", item["verdict"].as_str()?),
            other => other.to_owned(),
        })
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn every_fault_ends_as_it_is_written_down() {
    let cases = cases();
    // A few at a time, so that none is late for want of a processor.
    let side_by_side = |cases: &[Case]| -> Vec<String> {
        thread::scope(|scope| {
            let tell = |(name, story): &Case| format!("== {name}\n{}", told(story.as_ref()));
            let running: Vec<_> = cases.iter().map(|case| scope.spawn(move || tell(case))).collect();
            running.into_iter().map(|page| page.join().expect("no story panics")).collect()
        })
    };
    let pages: Vec<String> = cases.chunks(6).flat_map(side_by_side).collect();
    let found = pages.join("\n");
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/faults.txt");
    if env::var_os("QWEN_BLESS").is_some() {
        fs::write(&place, &found).expect("written");
    }
    let expected = fs::read_to_string(&place).unwrap_or_default();
    for (found, expected) in found.split("\n\n").zip(expected.split("\n\n")) {
        assert_eq!(found, expected);
    }
    assert_eq!(found, expected);
}

#[test]
fn another_model_is_asked_only_when_the_person_named_it() {
    let busy = || Planned { fault: status(503, "", "", Some("0")), first: Some(2) };
    answer().fault(busy()).run("hello").exit_is(1).asks(2);
    let ran = answer().compacts().fault(busy()).run_with(&[
        "--fallback-model",
        "qwen-plus,qwen-max",
        "-o",
        "stream-json",
        "-p",
        "hello",
    ]);
    let models: Vec<&Value> = ran.exit_is(0).asks(3).requests().iter().map(|r| &r.json["model"]).collect();
    assert_eq!(models, ["qwen3-coder-plus", "qwen3-coder-plus", "qwen-plus"]);
    let lines = ran.json_lines();
    let fell = lines.iter().find(|m| m["subtype"] == "model_fallback").expect("told");
    assert_eq!(
        fell["data"],
        json!({"fromModel": "qwen3-coder-plus", "toModel": "qwen-plus", "statusCode": 503, "fallbackIndex": 1})
    );
    assert_eq!(lines.last().map(|result| result["model"].clone()), Some("qwen-plus".into()));
    ran.stderr_has("`qwen3-coder-plus` has no room (status 503); going on with `qwen-plus`");
    let refused =
        answer().fault(status(401, "", "", None)).run_with(&["--fallback-model", "qwen-plus", "-p", "x"]);
    refused.exit_is(41).asks(1);
    answer().run_with(&["--fallback-model", "a,b,c,d", "-p", "x"]).exit_is(42).asks(0);
}

#[test]
fn a_run_that_nobody_watches_waits_for_room_as_long_as_it_takes() {
    let busy = |code| Planned { fault: status(code, "", "", Some("0")), first: Some(7) };
    let unattended = || answer().env("QWEN_CODE_UNATTENDED_RETRY", "1");
    let ran = unattended().fault(busy(429)).run("hello");
    ran.exit_is(0).asks(8).stderr_has("retry: try 8 in 0.0 s");
    unattended().fault(busy(500)).run("hello").exit_is(1).asks(2);
}
