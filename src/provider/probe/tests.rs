//! Tests of `probe`, against a recorder on loopback.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;
use crate::{
    auth::{Consent, Credential, Endpoint, Source},
    base::{Secret, Tokens},
    catalog::{Group, PRESETS, preset},
    net,
    protocol::Kind,
};

const KEY: &str = "sk-canary-0123456789";

/// Answers by the beginning of the request line; what is not listed is not found.
struct Recorder {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

type Answers = Vec<(&'static str, u16, String)>;

impl Recorder {
    async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answers) = (seen.clone(), Arc::new(answers));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (log, answers) = (log.clone(), answers.clone());
                tokio::spawn(async move {
                    let (mut bytes, mut buffer) = (Vec::new(), [0; 4_096]);
                    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
                        match socket.read(&mut buffer).await {
                            Ok(n @ 1..) => bytes.extend_from_slice(&buffer[..n]),
                            _ => return,
                        }
                    }
                    let request = String::from_utf8_lossy(&bytes).into_owned();
                    let answer = answers.iter().find(|(line, ..)| request.starts_with(line));
                    log.lock().expect("whole").push(request);
                    let (status, body) =
                        answer.map_or((404, "<html><title>Not Found</title></html>"), |(_, s, b)| (*s, b));
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                        body.len()
                    );
                    let _ = socket.write_all(format!("{head}{body}").as_bytes()).await;
                });
            }
        });
        Self { port, seen }
    }

    fn lines(&self) -> Vec<String> {
        let first = |request: &String| request.lines().next().unwrap_or_default().to_owned();
        self.seen.lock().expect("whole").iter().map(first).collect()
    }

    fn base(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }
}

fn credential(base: &str, key: &str) -> Credential {
    let key = (!key.is_empty()).then(|| Secret::new(key.into()));
    Credential::new(Endpoint::parse(base).unwrap(), key, Source::Environment("SOME_KEY".into()))
}

/// A client whose requests to the world all end at the recorder.
fn caught(recorder: &Recorder) -> net::Lazy {
    let proxy = Some(format!("http://127.0.0.1:{}", recorder.port));
    net::Lazy::new(net::Options { proxy, ..net::Options::default() })
}

const LIST: &str = r#"{"object": "list", "data": [{"id": "a"}, {"id": "b", "max_model_len": 32768}]}"#;

#[tokio::test]
async fn each_presets_host_is_asked_and_sees_no_key_before_it_is_itself() {
    for preset in PRESETS.iter().filter(|preset| preset.group < Group::Local) {
        let recorder = Recorder::start(vec![("CONNECT", 403, String::new())]).await;
        let base = preset.example().replace(['<', '>'], "");
        let credential = credential(&base, KEY);
        let probe = test(&caught(&recorder), &credential, "m").await;
        let host = credential.endpoint().host();
        assert_eq!((probe.verdict, probe.host.as_str()), (Verdict::Unreachable, host), "{}", preset.id);
        assert_eq!(probe.line(), format!("`{host}` cannot be reached"));
        assert_eq!(recorder.lines(), [format!("CONNECT {host}:443 HTTP/1.1")], "{}", preset.id);
        let seen = recorder.seen.lock().unwrap();
        assert!(
            !seen[0].contains("canary") && !seen[0].to_lowercase().contains("authorization"),
            "{}",
            seen[0]
        );
    }
}

#[tokio::test]
async fn each_presets_path_is_below_its_address_and_carries_the_key_in_one_header() {
    for preset in PRESETS {
        let base = preset.example().replace(['<', '>'], "");
        let path = base.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        let recorder = Recorder::start(Vec::new()).await;
        let here = format!("http://127.0.0.1:{}{path}", recorder.port);
        let key = if preset.key_env().is_some() { KEY } else { "" };
        test(&net::Lazy::default(), &credential(&here, key), "m").await;
        let lines = [format!("GET {path}/models HTTP/1.1"), format!("POST {path}/chat/completions HTTP/1.1")];
        assert_eq!(recorder.lines(), lines, "{}", preset.id);
        for request in recorder.seen.lock().unwrap().iter() {
            let head = request.split("\r\n\r\n").next().unwrap();
            let with_key: Vec<_> = head.lines().filter(|line| line.contains("canary")).collect();
            let expected = if key.is_empty() { vec![] } else { vec![format!("authorization: Bearer {KEY}")] };
            assert_eq!(with_key, expected, "{}", preset.id);
        }
    }
}

/// What a server answers, and what is made of it.
fn verdicts() -> Vec<(Answers, Verdict, Option<Kind>, &'static str)> {
    let page = "<html><title>Welcome</title></html>";
    let wrong = r#"{"error": {"code": "invalid_api_key", "message": "Incorrect API key provided."}}"#;
    let money = r#"{"error": {"message": "Insufficient Balance", "code": "invalid_request_error"}}"#;
    let chat = r#"{"choices": [{"message": {"content": "Hi"}}]}"#;
    vec![
        (vec![("GET /v1/models", 200, LIST.into())], Verdict::Accepted, None, "works (200, N ms, 2 models)"),
        (
            vec![("GET", 401, wrong.into())],
            Verdict::WrongKey,
            Some(Kind::Auth),
            "refuses the key (401, N ms)",
        ),
        (
            vec![("GET", 402, money.into())],
            Verdict::NoQuota,
            Some(Kind::Quota),
            "knows the key, and there is no quota or money left (402, N ms)",
        ),
        (
            vec![("GET", 403, "{\"code\":\"AccessDenied\",\"message\":\"no\"}".into())],
            Verdict::Denied,
            Some(Kind::Auth),
            "knows the key, and it may not use this model (403, N ms)",
        ),
        (
            vec![("GET", 429, "{\"error\":{\"message\":\"Rate limit reached\"}}".into())],
            Verdict::Limited,
            Some(Kind::Quota),
            "limits requests just now (429, N ms)",
        ),
        (
            vec![("GET", 200, page.into())],
            Verdict::NotAnApi,
            Some(Kind::Config),
            "is not an API of models (200, N ms)",
        ),
        (
            vec![("GET", 200, "{\"hello\": 1}".into())],
            Verdict::NotAnApi,
            Some(Kind::Config),
            "is not an API of models (200, N ms)",
        ),
        (vec![], Verdict::NotAnApi, Some(Kind::Config), "is not an API of models (404, N ms)"),
        (
            vec![("GET", 503, page.into())],
            Verdict::Failed,
            Some(Kind::Provider),
            "answers with an error (503, N ms)",
        ),
        (
            vec![("GET", 302, String::new())],
            Verdict::NotAnApi,
            Some(Kind::Config),
            "is not an API of models (302, N ms)",
        ),
        // No list: a question of one token is asked instead.
        (
            vec![("GET", 404, "{}".into()), ("POST", 200, chat.into())],
            Verdict::Accepted,
            None,
            "works (200, N ms)",
        ),
        (
            vec![("GET", 404, "{}".into()), ("POST", 404, "{\"error\":\"model 'm' not found\"}".into())],
            Verdict::NoModel,
            Some(Kind::Config),
            "has no such model (404, N ms)",
        ),
        (
            vec![("GET", 405, String::new()), ("POST", 401, wrong.into())],
            Verdict::WrongKey,
            Some(Kind::Auth),
            "refuses the key (401, N ms)",
        ),
        (
            vec![("GET", 200, "{\"error\":{\"code\":\"1113\",\"message\":\"no balance\"}}".into())],
            Verdict::NoQuota,
            Some(Kind::Quota),
            "knows the key, and there is no quota or money left (200, N ms)",
        ),
    ]
}

#[tokio::test]
async fn what_a_server_answers_becomes_a_verdict_and_words() {
    for (answers, verdict, kind, words) in verdicts() {
        let shown = format!("{answers:?}");
        let recorder = Recorder::start(answers).await;
        let probe = test(&net::Lazy::default(), &credential(&recorder.base(), KEY), "a").await;
        assert_eq!(probe.verdict, verdict, "{shown}: {probe:?}");
        assert_eq!(probe.failure.as_ref().map(|failure| failure.kind), kind, "{shown}");
        let line = probe.line().replace(&format!("{} ms", probe.latency.as_millis()), "N ms");
        assert_eq!(line, format!("`127.0.0.1` {words}"), "{shown}");
        assert!(!format!("{probe:?}").contains("canary"));
        assert!(verdict == Verdict::Accepted || !probe.failure.unwrap().hints.is_empty(), "{shown}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_reachable() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let probe =
        test(&net::Lazy::default(), &credential(&format!("http://127.0.0.1:{port}/v1"), ""), "m").await;
    assert_eq!((probe.verdict, probe.status), (Verdict::Unreachable, None));
    assert_eq!(probe.failure.unwrap().error, "`127.0.0.1` refused the connection");
}

#[tokio::test]
async fn a_list_says_whether_the_model_is_on_it_and_how_large_windows_are() {
    let list = r#"{"data": [
        {"id": "plain"},
        {"id": "vllm", "max_model_len": 32768},
        {"id": "router", "context_length": 131072, "top_provider": {"context_length": 65536}},
        {"id": "llama", "meta": {"n_ctx_train": 8192}},
        {"id": "loaded", "loaded_context_length": 4096, "max_context_length": 131072},
        {"id": "zero", "context_length": 0},
        {"id": "bad\u001b[31m"}, {"no": "id"}, 7, "bare"
    ]}"#;
    let recorder = Recorder::start(vec![("GET /v1/models", 200, list.into())]).await;
    let credential = credential(&recorder.base(), "");
    let found = models(&net::Lazy::default(), &credential).await.unwrap();
    let found: Vec<_> = found.iter().map(|m| (m.id.as_str(), m.window.map(|Tokens(n)| n))).collect();
    let expected = [
        ("plain", None),
        ("vllm", Some(32_768)),
        ("router", Some(131_072)),
        ("llama", Some(8_192)),
        ("loaded", Some(4_096)),
        ("zero", None),
        ("bare", None),
    ];
    assert_eq!(found, expected);
    let probe = test(&net::Lazy::default(), &credential, "llama").await;
    assert_eq!((probe.models, probe.has_model), (Some(7), Some(true)));
    assert_eq!(test(&net::Lazy::default(), &credential, "other").await.has_model, Some(false));
    let page = Recorder::start(vec![("GET", 200, "<html>".into())]).await;
    let failure = models(&net::Lazy::default(), &self::credential(&page.base(), "")).await.unwrap_err();
    assert!(failure.error.ends_with("/v1/models` gives is no list of models"), "{failure}");
}

#[tokio::test]
async fn other_regions_are_asked_after_a_yes_and_nobody_else_is() {
    let recorder = Recorder::start(vec![("CONNECT", 403, String::new())]).await;
    let here = credential(preset("qwen-cloud-china").unwrap().example(), KEY);
    let asked = regions(&caught(&recorder), &here, &Consent::given()).await;
    let ids: Vec<_> = asked.iter().map(|region| region.preset.id).collect();
    assert_eq!(ids, ["qwen-cloud-singapore", "qwen-cloud-us", "qwen-cloud-hongkong"]);
    assert_eq!(home(&asked), None);
    let mut answered = asked.clone();
    answered[1].probe.verdict = Verdict::NoQuota;
    assert_eq!(home(&answered).map(|preset| preset.id), Some("qwen-cloud-us"));
    let mut lines = recorder.lines();
    lines.sort();
    let hosts =
        ["cn-hongkong.dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com"];
    assert_eq!(lines, hosts.map(|host| format!("CONNECT {host}:443 HTTP/1.1")));
    let elsewhere = credential("https://openrouter.ai/api/v1", KEY);
    assert_eq!(regions(&caught(&recorder), &elsewhere, &Consent::given()).await, []);
}

fn started(server: Server) -> Answers {
    let openai = |body: &str| ("GET /v1/models", 200, body.to_owned());
    match server {
        Server::Ollama => vec![
            openai(r#"{"data": [{"id": "qwen3:8b"}, {"id": "tiny"}]}"#),
            ("GET /api/tags", 200, r#"{"models": [{"name": "qwen3:8b"}, {"name": "tiny"}]}"#.into()),
            ("GET /api/ps", 200, r#"{"models": [{"name": "qwen3:8b", "context_length": 4096}]}"#.into()),
        ],
        Server::LmStudio => vec![
            openai(r#"{"data": [{"id": "qwen3-8b"}]}"#),
            (
                "GET /api/v0/models",
                200,
                r#"{"data": [{"id": "qwen3-8b", "max_context_length": 40960}]}"#.into(),
            ),
            // It answers every other path with a success that is an error.
            ("GET", 200, r#"{"error": "Unexpected endpoint or method."}"#.into()),
        ],
        Server::LlamaCpp => vec![
            openai(r#"{"data": [{"id": "m", "owned_by": "llamacpp", "meta": {"n_ctx_train": 40960}}]}"#),
            ("GET /props", 200, r#"{"default_generation_settings": {"n_ctx": 8192}}"#.into()),
            ("GET /api/tags", 200, r#"{"models": [{"name": "m"}]}"#.into()),
        ],
        Server::Vllm => {
            vec![openai(r#"{"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 32768}]}"#)]
        }
        Server::Other => vec![openai(LIST)],
    }
}

#[tokio::test]
async fn servers_on_this_machine_are_told_apart_and_get_no_key() {
    let table = [
        (Server::Ollama, vec![("qwen3:8b", Some(4_096)), ("tiny", None)]),
        (Server::LmStudio, vec![("qwen3-8b", Some(40_960))]),
        (Server::LlamaCpp, vec![("m", Some(8_192))]),
        (Server::Vllm, vec![("m", Some(32_768))]),
        (Server::Other, vec![("a", None), ("b", Some(32_768))]),
    ];
    let mut recorders = Vec::new();
    for (server, _) in &table {
        recorders.push(Recorder::start(started(*server)).await);
    }
    let locked = Recorder::start(vec![("GET /v1/models", 401, "{\"error\":\"Unauthorized\"}".into())]).await;
    let page = Recorder::start(vec![("GET", 200, "<html>hello</html>".into())]).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let mut ports: Vec<u16> = recorders.iter().map(|recorder| recorder.port).collect();
    ports.extend([closed, page.port, locked.port]);
    let found = local::at(&net::Lazy::default(), &ports).await;
    assert_eq!(found.len(), table.len() + 1, "{found:?}");
    for ((server, models), (recorder, local)) in table.iter().zip(recorders.iter().zip(&found)) {
        let listed: Vec<_> =
            local.models.iter().map(|m| (m.id.as_str(), m.window.map(|Tokens(n)| n))).collect();
        assert_eq!((local.server, &listed, local.needs_key), (*server, models, false));
        assert_eq!(local.endpoint.base(), recorder.base());
        assert!(preset(local.server.preset()).is_some());
        for request in recorder.seen.lock().unwrap().iter() {
            assert!(!request.to_lowercase().contains("authorization"), "{request}");
        }
    }
    let last = found.last().unwrap();
    assert_eq!((last.server, last.needs_key, last.models.len()), (Server::Other, true, 0));
}

#[tokio::test]
async fn a_server_that_says_nothing_does_not_hold_up_the_rest() {
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let vllm = Recorder::start(started(Server::Vllm)).await;
    let began = Instant::now();
    let found = local::at(&net::Lazy::default(), &[mute.local_addr().unwrap().port(), vllm.port]).await;
    assert_eq!(found.iter().map(|local| local.server).collect::<Vec<_>>(), [Server::Vllm]);
    assert!(began.elapsed() < Duration::from_secs(30));
}
