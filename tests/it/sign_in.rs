//! A sign-in with Qwen OAuth that several processes use, some of which are killed.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use qwen::{
    auth::oauth::{CredsFile, DeviceFlow, Options, Overrides},
    net,
    sim::{Approval, say},
};
use serde_json::{Value, json};

use tokio_util::sync::CancellationToken;

use crate::Session;

/// A token endpoint: each refresh token works once, and each access token is about to end when it is given.
struct Issuer {
    base: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    turn: u32,
    refused: u32,
}

impl Issuer {
    fn start(server: String, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        // It ends with the process of the tests.
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (state, server) = (Arc::clone(&shared), server.clone());
                thread::spawn(move || answer(socket, &state, &server, delay));
            }
        });
        Self { base, state }
    }

    fn turn(&self) -> u32 {
        self.state.lock().expect("whole").turn
    }

    fn refused(&self) -> u32 {
        self.state.lock().expect("whole").refused
    }
}

fn answer(mut socket: TcpStream, state: &Mutex<State>, server: &str, delay: Duration) {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4_096]);
    let form = loop {
        // Who was killed asks for nothing.
        let Ok(n @ 1..) = socket.read(&mut buffer) else { return };
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break body.to_owned();
        }
    };
    let (status, body) = {
        let mut state = state.lock().expect("whole");
        let current = format!("refresh_token=canary-refresh-{}", state.turn);
        if form.split('&').any(|field| field == current) {
            state.turn += 1;
            (200, granted(state.turn, server).to_string())
        } else {
            state.refused += 1;
            (400, r#"{"error":"invalid_grant"}"#.to_owned())
        }
    };
    thread::sleep(delay);
    let _ = write!(
        socket,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

fn granted(turn: u32, server: &str) -> Value {
    json!({"access_token": format!("canary-access-{turn}"), "refresh_token": format!("canary-refresh-{turn}"),
        "token_type": "Bearer", "expires_in": 1, "resource_url": server})
}

/// A person without any key who signed in; the token has ended.
fn signed_in(delay: Duration) -> (Session, Issuer) {
    let session = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"]
        .into_iter()
        .fold(Session::new(), Session::without);
    let session = (0..64).fold(session, |session, _| session.model_says(say("Hello.")));
    let server = session.world().sim.base_url();
    let issuer = Issuer::start(server, delay);
    let oauth = json!({"deviceEndpoint": format!("{}/device", issuer.base), "tokenEndpoint": format!("{}/token", issuer.base)});
    let settings = json!({"security": {"auth": {"oauth": oauth}}});
    fs::write(session.world().qwen_home().join("settings.json"), settings.to_string()).expect("written");
    keep(&session, 0);
    (session, issuer)
}

fn file(session: &Session) -> PathBuf {
    session.world().qwen_home().join("oauth_creds.json")
}

/// What a new sign-in would leave.
fn keep(session: &Session, turn: u32) {
    let mut grant = granted(turn, &session.world().sim.base_url());
    grant["expiry_date"] = json!(0);
    fs::write(file(session), grant.to_string()).expect("written");
}

/// The number of the refresh token in the file.
fn kept(session: &Session) -> u32 {
    let value: Value =
        serde_json::from_slice(&fs::read(file(session)).expect("there")).expect("never half a file");
    let token = value["refresh_token"].as_str().expect("a token");
    token.rsplit('-').next().and_then(|n| n.parse().ok()).expect("a number")
}

#[test]
fn a_sign_in_is_asked_for_by_flag_and_its_absence_told() {
    let ran = Session::new().flags(["--auth-type", "qwen-oauth"]).run("hello");
    ran.exit_is(41).stdout_is("").asks(0);
    assert!(
        ran.stderr.starts_with("error: nobody is signed in with Qwen OAuth (--auth-type asks for it)\n"),
        "{}",
        ran.stderr
    );
    let (session, issuer) = signed_in(Duration::ZERO);
    session
        .env("OPENAI_API_KEY", "unused")
        .flags(["--auth-type", "qwen-oauth"])
        .run("hello")
        .exit_is(0)
        .asks(1);
    assert_eq!(issuer.turn(), 1);
}

#[test]
fn eight_processes_renew_one_after_the_other_and_never_use_a_token_twice() {
    let (session, issuer) = signed_in(Duration::from_millis(30));
    let runs: Vec<_> = (0..8).map(|_| session.spawn(&["-p", "hello"])).collect();
    for run in runs {
        run.wait().exit_is(0).stdout_is("Hello.\n");
    }
    assert_eq!((issuer.turn(), issuer.refused()), (8, 0));
    assert_eq!(kept(&session), 8);
    let sent: Vec<_> = session.world().sim.requests().into_iter().filter_map(|r| r.authorization).collect();
    assert_eq!(sent.len(), 8);
    assert!(sent.iter().all(|a| a.starts_with("Bearer canary-access-")), "{sent:?}");
}

#[test]
fn a_killed_process_costs_at_most_the_sign_in_it_was_renewing_and_that_is_said() {
    let (session, issuer) = signed_in(Duration::from_millis(25));
    let (mut lost, mut whole) = (0, 0);
    for round in 0..20_u64 {
        let running = session.spawn(&["-p", "hello"]);
        thread::sleep(Duration::from_millis(round * 37 % 250));
        running.kill();
        let (known, refused) = (kept(&session).max(cut_write(&session)), issuer.refused());
        let ran = session.run("hello");
        if issuer.refused() == refused {
            ran.exit_is(0).stdout_is("Hello.\n");
            whole += 1;
            continue;
        }
        assert!(known < issuer.turn(), "a token that was on the disk was lost");
        ran.exit_is(41).stdout_is("");
        assert!(ran.stderr.contains("does not renew this sign-in any more"), "{}", ran.stderr);
        assert!(ran.stderr.contains("sign in with `qwen auth qwen-oauth`"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("canary-refresh"), "{}", ran.stderr);
        keep(&session, issuer.turn());
        lost += 1;
    }
    assert_eq!(issuer.refused(), lost);
    assert!(whole > 0, "every renewal was cut, or this test proves nothing");
}

#[test]
fn who_stops_in_the_middle_of_renewing_stays_signed_in() {
    for signal in ["INT", "TERM"] {
        let (session, issuer) = signed_in(Duration::from_millis(120));
        session.spawn(&["-p", "hello"]).until(|_| issuer.turn() == 1).signal(signal).wait().asks(0);
        assert_eq!(kept(&session), 1, "{signal}");
        session.run("hello").exit_is(0).stdout_is("Hello.\n");
    }
}

/// The number of the refresh token in a write that was cut before its renaming; zero when there is none.
fn cut_write(session: &Session) -> u32 {
    let text = fs::read_to_string(file(session).with_extension("json.tmp")).unwrap_or_default();
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    let number = value["refresh_token"].as_str().and_then(|token| token.rsplit('-').next()?.parse().ok());
    number.unwrap_or(0)
}

/// A person without any key who signed in at the simulator's own desk; the token has ended. Each refresh token works once.
pub(crate) fn signed_in_at_the_simulator(told: impl FnOnce(Session) -> Session) -> Session {
    let names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"];
    let session = told(names.into_iter().fold(Session::new(), Session::without)).sim(|sim| {
        sim.oauth.approval = Approval::AfterPolls(0);
        sim.oauth.interval = Some(1);
        sim.oauth.required = true;
    });
    let overrides = desk(&session);
    let oauth =
        json!({"deviceEndpoint": overrides.device_endpoint, "tokenEndpoint": overrides.token_endpoint});
    let settings = json!({"security": {"auth": {"oauth": oauth}}});
    fs::write(session.world().qwen_home().join("settings.json"), settings.to_string()).expect("written");
    sign_in(&session);
    session
}

fn desk(session: &Session) -> Overrides {
    let issuer = session.world().sim.issuer();
    Overrides {
        device_endpoint: Some(format!("{issuer}/api/v1/oauth2/device/code")),
        token_endpoint: Some(format!("{issuer}/api/v1/oauth2/token")),
        ..Overrides::default()
    }
}

/// Signs in as a person does, and lets the token end.
fn sign_in(session: &Session) {
    let options = Options::new(&desk(session)).expect("an address");
    let lazy = net::Lazy::default();
    let signed_in = async {
        let flow = DeviceFlow::start(&lazy, &options).await?;
        let grant = flow.wait(&lazy, &CancellationToken::new(), &mut |_| {}).await?;
        CredsFile::in_home(&session.world().qwen_home()).save(grant).await
    };
    tokio::runtime::Runtime::new().expect("threads").block_on(signed_in).expect("signed in");
    expire(session);
}

/// Lets the access token in the file end.
pub(crate) fn expire(session: &Session) {
    let mut grant: Value = serde_json::from_slice(&fs::read(file(session)).expect("there")).expect("JSON");
    grant["expiry_date"] = json!(0);
    fs::write(file(session), grant.to_string()).expect("written");
}

#[test]
fn eight_processes_with_a_token_that_has_ended_renew_it_exactly_once() {
    let session = signed_in_at_the_simulator(|session| {
        (0..8).fold(session, |session, _| session.model_says(say("Hello.")))
    });
    let runs: Vec<_> = (0..8).map(|_| session.spawn(&["-p", "hello"])).collect();
    for run in runs {
        run.wait().exit_is(0).stdout_is("Hello.\n");
    }
    let counts = session.world().sim.oauth();
    assert_eq!((counts.refreshes, counts.reuses), (1, 0));
}

#[test]
fn after_a_kill_at_any_moment_the_next_run_works_or_asks_to_sign_in_again() {
    /// The rounds stop then; the machine is slow.
    const LIMIT: Duration = Duration::from_secs(35);
    let session = signed_in_at_the_simulator(|session| {
        (0..200).fold(session, |session, _| session.model_says(say("Hello.")))
    });
    let began = Instant::now();
    let (mut rounds, mut lost) = (0_u64, 0);
    while rounds < 50 && began.elapsed() < LIMIT {
        let running = session.spawn(&["-p", "hello"]);
        thread::sleep(Duration::from_millis(rounds * 41 % 170));
        running.kill();
        let reuses = session.world().sim.oauth().reuses;
        let ran = session.run("hello");
        rounds += 1;
        if session.world().sim.oauth().reuses == reuses {
            ran.exit_is(0).stdout_is("Hello.\n");
            expire(&session);
        } else {
            ran.exit_is(41).stdout_is("").stderr_has("sign in with `qwen auth qwen-oauth`");
            lost += 1;
            sign_in(&session);
        }
    }
    assert!(rounds > lost && rounds >= 8, "{lost} of {rounds} rounds were lost");
}
