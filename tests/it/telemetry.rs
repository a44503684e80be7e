//! What is counted, kept and sent, and every way to have none of it.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use qwen::sim::{ErrorShape, Fault, Planned, call, say};
use serde_json::{Value, json};

use crate::{
    Session,
    ran::tree,
    session::{CANARY, KEY},
    sign_in::signed_in_at_the_simulator,
};

/// A collector that takes everything, and all it ever read: whole requests, headers included.
#[derive(Clone)]
struct Receiver {
    address: String,
    got: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let got: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let all = got.clone();
        thread::spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                let all = all.clone();
                thread::spawn(move || {
                    let mut socket = socket;
                    if let Some(request) = whole(&mut socket) {
                        // Remembered before it is answered: who has the answer may send the next one.
                        all.lock().expect("whole").push(request);
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                        // A client that is gone wants no answer.
                        let _ = socket.write_all(answer);
                    }
                });
            }
        });
        Self { address, got }
    }

    fn got(&self) -> Vec<Vec<u8>> {
        self.got.lock().expect("whole").clone()
    }

    /// The bodies that were sent to a path.
    fn bodies(&self, path: &str) -> Vec<Vec<u8>> {
        let head = format!("POST {path} ");
        let all = self.got().into_iter().filter(|request| request.starts_with(head.as_bytes()));
        all.map(|request| body(&request).to_vec()).collect()
    }
}

fn body(request: &[u8]) -> &[u8] {
    let end = request.windows(4).position(|part| part == b"\r\n\r\n").expect("a head ends");
    &request[end + 4..]
}

/// Reads a request.
fn whole(socket: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut read, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        let many = socket.read(&mut part).ok().filter(|many| *many > 0)?;
        read.extend_from_slice(&part[..many]);
        let text = String::from_utf8_lossy(&read).to_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let length: usize = head.split("content-length: ").nth(1)?.lines().next()?.trim().parse().ok()?;
        if body(&read).len() >= length {
            return Some(read);
        }
    }
}

/// A story with a canary in everything that has a name.
fn canaries(receiver: &Receiver) -> Session {
    let fault = Fault::Status {
        status: 500,
        code: Some("canary_code".to_owned()),
        message: Some("canary-error-body".to_owned()),
        retry_after: Some("0".to_owned()),
        shape: ErrorShape::default(),
    };
    let otlp = json!({"endpoint": receiver.address, "headersEnv": "COLLECTOR_HEADERS"});
    let servers = json!({"canary-server": {"command": "canary-command"}});
    let session = Session::new()
        .settings(&json!({"telemetry": {"endpoint": receiver.address, "otlp": otlp}, "mcpServers": servers}))
        .file("canary-folder/x", "canary-content\n")
        .file("QWEN.md", "canary-rule\n@canary-notes.md\n")
        .file("canary-notes.md", "canary-note\n")
        .file("canary-image.png", "canary-picture")
        .file(".env", "CANARY_TOKEN=canary-value-1\nOPENAI_MODEL=canary-model\n")
        .file(".qwen/commands/canary-command.md", "canary-text\n")
        .env("COLLECTOR_HEADERS", "x-team=ours")
        .env("HOSTNAME", "canary-host")
        .env("USER", "canary-user")
        .env("LOGNAME", "canary-user")
        .env("TERM", "canary-term")
        .env("TERM_PROGRAM", "canary-program")
        .env("CANARY_VARIABLE", "canary-value")
        .env("OPENAI_MODEL", "canary-model")
        .file("src/canary_file.rs", "fn canary_code() {}\n")
        .fault(Planned { fault, first: Some(1) })
        .model_says(call("read_file", json!({"file_path": "{{cwd}}/src/canary_file.rs"})))
        .model_says(call("canary_tool", json!({"canary": "canary"})))
        .model_says(say("canary-answer"));
    session
        .shell("git checkout -q -b canary-branch && git -c user.name=canary -c user.email=c@canary.test commit -q --allow-empty -m canary-commit && git tag canary-tag && git remote add canary-remote https://canary-user:canary-pass@canary.test/canary.git && echo x > canary-untracked")
        .exit_is(0);
    session
}

#[test]
fn no_canary_reaches_what_is_counted_traced_or_kept_of_a_crash() {
    let receiver = Receiver::start();
    let session = canaries(&receiver).env("QWEN_TELEMETRY", "1");
    let told = "canary-prompt @canary-image.png @canary-notes.md @src/canary_file.rs";
    let flags = ["--append-system-prompt", "canary-instructions", "--add-dir=canary-folder"];
    session.run_with(&[&flags[..], &["-p", told]].concat()).exit_is(0).stdout_is("canary-answer\n");
    let shown = session.run_with(&["telemetry", "show"]);
    let crashed = session.run_with(&["telemetry", "crash", "--now"]);
    crashed.exit_is(70).stderr_has(CANARY);
    let report = session.run_with(&["telemetry", "crash"]);
    report.exit_is(0);
    session.run_with(&["telemetry", "send"]).exit_is(0);

    let all: Vec<String> = [shown.stdout.clone(), report.stdout.clone()]
        .into_iter()
        .chain(receiver.got().iter().map(|request| String::from_utf8_lossy(request).into_owned()))
        .chain(
            tree(&session.world().qwen_home().join("telemetry"))
                .into_iter()
                .map(|(path, bytes)| format!("{path:?} {}", String::from_utf8_lossy(&bytes)))
                .map(|text| text.replace(&format!("{:?}", session.world().qwen_home()), ""))
                .map(|text| {
                    text.split_once("telemetry").map(|(_, rest)| rest.to_owned()).unwrap_or_default()
                }),
        )
        .collect();
    assert!(all.len() > 5, "there is something to search");
    for text in &all {
        assert!(!text.to_lowercase().contains(CANARY) && !text.contains(KEY), "{text}");
    }
    for request in receiver.got() {
        let text = String::from_utf8_lossy(&request);
        assert!(!text.contains("qwen::") && !text.contains("panicked"), "a report is never sent: {text}");
    }
    let first = report.stdout.lines().next().expect("a line");
    assert!(first.starts_with("qwen ") && first.contains(" panicked on "), "{first}");
    assert!(report.stdout.contains("\nat: src/cli/telemetry/run.rs:"), "{}", report.stdout);
    assert!(report.stdout.contains("qwen::cli::telemetry::run::crash"), "{}", report.stdout);
}

#[test]
fn a_batch_is_counted_without_its_ids_prompts_and_files() {
    let task = json!({"id": "canary-task", "prompt": "canary-prompt"});
    let session = Session::new()
        .env("QWEN_TELEMETRY", "1")
        .file("canary-tasks.jsonl", task.to_string())
        .model_says(say("canary-answer"));
    session.run_with(&["batch", "canary-tasks.jsonl"]).exit_is(0);
    let shown = session.run_with(&["telemetry", "show"]);
    assert!(shown.stdout.contains("\"session_ended\""), "{}", shown.stdout);
    assert!(!shown.stdout.to_lowercase().contains(CANARY), "{}", shown.stdout);
    keeps_no_canary(&session);
}

/// No byte below the folder of what is counted, nor a report of a crash, has a canary in it.
fn keeps_no_canary(session: &Session) {
    let home = session.world().qwen_home();
    let reports = ["crash.new.txt", "crash.txt"].map(|name| home.join(name));
    let reports = reports.into_iter().filter_map(|path| fs::read(path).ok());
    for bytes in tree(&home.join("telemetry")).into_iter().map(|(_, bytes)| bytes).chain(reports) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.to_lowercase().contains(CANARY), "{text}");
    }
}

#[test]
fn what_is_shown_is_what_a_collector_gets() {
    let receiver = Receiver::start();
    let session = canaries(&receiver).env("QWEN_TELEMETRY", "1");
    session.run("hello").exit_is(0);
    let shown = session.run_with(&["telemetry", "show"]).stdout.clone();
    assert_eq!(receiver.bodies("/v1/logs").len(), 0, "it is sent from the next session on");
    session.run_with(&["telemetry", "send"]).exit_is(0);
    assert_eq!(receiver.bodies("/v1/logs"), [shown.as_bytes()]);
    let sent = session.run_with(&["telemetry", "show"]);
    assert_eq!(sent.stdout, shown, "nothing waits any more, so that what was sent last is shown");

    let told: Value = serde_json::from_str(&shown).expect("JSON");
    let records = told["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array().expect("a list");
    let names: Vec<_> = records.iter().filter_map(|record| record["eventName"].as_str()).collect();
    assert_eq!(
        names,
        [
            "session_started",
            "retried",
            "answered",
            "tool_done",
            "answered",
            "tool_done",
            "answered",
            "turn_ended",
            "session_ended"
        ]
    );
    let field = |at: usize, key: &str| {
        let all = records[at]["attributes"].as_array().expect("a list");
        let found = all.iter().find(|field| field["key"] == key).expect("it is there");
        found["value"].as_object().and_then(|value| value.values().next()).cloned().unwrap_or_default()
    };
    assert_eq!([field(0, "face"), field(0, "account"), field(0, "model")], ["once", "key", "other"]);
    assert_eq!([field(3, "tool"), field(3, "verdict")], ["read_file", "done"]);
    assert_eq!(field(5, "tool"), "other");
    assert_eq!([field(7, "requests"), field(7, "calls")], ["3", "2"]);
}

#[test]
fn a_trace_goes_to_the_teams_own_collector_with_an_api_key_and_on_a_build_server() {
    let receiver = Receiver::start();
    let session = canaries(&receiver).env("CI", "true");
    session.run("hello").exit_is(0);
    let bodies = receiver.bodies("/v1/traces");
    let spans: Vec<Value> = bodies
        .iter()
        .flat_map(|body| {
            let told: Value = serde_json::from_slice(body).expect("JSON");
            told["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().expect("a list").clone()
        })
        .collect();
    let names: Vec<_> = spans.iter().filter_map(|span| span["name"].as_str()).collect();
    assert_eq!(
        names,
        ["answered", "tool_done", "answered", "tool_done", "answered", "turn_ended", "session_ended"]
    );
    assert!(spans.iter().all(|span| span["traceId"] == spans[0]["traceId"]));
    assert!(spans[0].to_string().contains("tokens.input"), "{}", spans[0]);
    assert!(receiver.got().iter().all(|request| String::from_utf8_lossy(request).contains("x-team: ours")));
    assert!(!session.world().qwen_home().join("telemetry").exists(), "nothing is counted");
}

/// Nothing of ours is in the home but what the run itself keeps.
fn keeps_nothing(session: &Session, why: &str) {
    let kept: Vec<String> = fs::read_dir(session.world().qwen_home())
        .expect("there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name == "telemetry" || name.starts_with("crash"))
        .collect();
    assert_eq!(kept, [""; 0], "{why}");
}

#[test]
fn every_way_out_leaves_nothing_and_sends_nothing() {
    type Way = (&'static [&'static str], &'static [(&'static str, &'static str)]);
    let ways: [Way; 9] = [
        (&["--no-telemetry"], &[]),
        (&["--private"], &[]),
        (&[], &[("DO_NOT_TRACK", "1")]),
        (&[], &[("QWEN_TELEMETRY", "0")]),
        (&[], &[("QWEN_USAGE_STATISTICS_ENABLED", "false")]),
        (&[], &[("CI", "true")]),
        (&[], &[("GITHUB_ACTIONS", "true")]),
        // An API key, and nobody who said yes.
        (&[], &[]),
        (&["--no-telemetry"], &[("QWEN_TELEMETRY", "1")]),
    ];
    for (flags, env) in ways {
        let receiver = Receiver::start();
        let session = Session::new()
            .settings(&json!({"telemetry": {"endpoint": receiver.address}}))
            .flags(flags.iter().copied())
            .model_says(say("Hello."));
        let session = env.iter().fold(session, |session, (name, value)| session.env(name, *value));
        let why = format!("{flags:?} {env:?}");
        session.run("hello").exit_is(0).stdout_is("Hello.\n").stderr_is("");
        keeps_nothing(&session, &why);
        assert_eq!(receiver.got(), Vec::<Vec<u8>>::new(), "{why}");
        if flags.is_empty() && !env.is_empty() {
            session.run_with(&["telemetry", "crash", "--now"]).exit_is(70).stderr_has("no report is kept");
            keeps_nothing(&session, &why);
            session.run_with(&["telemetry", "send"]).exit_is(42).stderr_has("telemetry is off");
        }
    }
}

#[test]
fn a_sign_in_is_not_counted_before_somebody_read_the_notice() {
    let session = signed_in_at_the_simulator(|session| session.model_says(say("Hello.")));
    session.run("hello").exit_is(0).stderr_is("");
    keeps_nothing(&session, "nobody read the notice");
    session.run_with(&["telemetry"]).stdout_is(
        "\
telemetry is off until the notice was shown in the terminal
  goes to    nowhere: this build has no address, and `telemetry.endpoint` is not set
  waiting    nothing
  sent last  nothing
  id         none
  crash      no report
  traces     nowhere
",
    );
    keeps_nothing(&session, "looking makes no file");
}

#[test]
fn on_and_off_and_a_no_of_the_project() {
    let session =
        Session::new().model_says(say("Hello.")).model_says(say("Hello.")).model_says(say("Hello."));
    let head = |words: &[&str]| {
        let ran = session.run_with(words);
        ran.exit_is(0);
        ran.stdout.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        head(&["telemetry", "status"]),
        "telemetry is off: an API key is used; `qwen telemetry on` turns it on all the same"
    );
    assert_eq!(head(&["telemetry", "on"]), "telemetry is on: you said `qwen telemetry on`");
    session.run("hello").exit_is(0);
    assert!(session.run_with(&["telemetry", "show"]).stdout.contains("session_ended"));
    let status = session.run_with(&["telemetry"]).stdout.clone();
    assert!(status.contains("1 request, ") && status.contains("another one each month"), "{status}");
    session.run_with(&["telemetry", "purge"]).exit_is(0);
    session.run_with(&["telemetry", "show"]).stdout_is("").stderr_has("nothing waits to be sent");
    assert_eq!(head(&["telemetry"]), "telemetry is on: you said `qwen telemetry on`");

    let project = session.world().repository().join(".qwen");
    fs::create_dir_all(&project).expect("made");
    let says = |value: bool| {
        let text = json!({"privacy": {"usageStatisticsEnabled": value}}).to_string();
        fs::write(project.join("settings.json"), text).expect("written");
    };
    says(false);
    assert!(
        head(&["telemetry"])
            .starts_with("telemetry is off: `privacy.usageStatisticsEnabled` is false in project")
    );
    session.run("hello").exit_is(0);
    session.run_with(&["telemetry", "show"]).stdout_is("");
    says(true);

    assert!(head(&["telemetry", "off"]).contains("is false in user settings"));
    keeps_nothing(&session, "off removes everything");
    session.run("hello").exit_is(0);
    keeps_nothing(&session, "off");
    let settings = fs::read_to_string(session.world().qwen_home().join("settings.json")).expect("written");
    assert_eq!(
        serde_json::from_str::<Value>(&settings).expect("JSON"),
        json!({"privacy": {"usageStatisticsEnabled": false}})
    );
    assert_eq!(head(&["telemetry", "on"]), "telemetry is on: you said `qwen telemetry on`");
}
