//! Accounts and models of a running session: a desk that does as it is told, and simulators that count.

#[cfg(unix)]
mod own;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::start;
use crate::{
    agent::{Connection, Desk, Handle, Instructions, Setup, Tell, machine},
    auth::{Credential, Endpoint, Source},
    base::{AbsPath, Secret, SessionId, Tokens},
    cache,
    catalog::{CacheSetting, Overrides, Profile},
    context, net,
    permissions::Policy,
    protocol::{DeskEvent, DeskOp, EndReason, Event, Failure, Kind, Mode, ModelRow, Op, SignIn, Switched},
    provider,
    session::{Folder, LedgerFile, Meta, PastFile, Pinned, Transcript, load},
    sim::{Recorded, Script, Sim, SimOptions, Turn, say},
    tools::{Limits, Selection, Toolbox},
};

/// Knows one account and takes for ever to sign in.
struct FakeDesk {
    connection: Mutex<Option<Connection>>,
    stopped: Arc<AtomicU32>,
}

impl FakeDesk {
    fn new(connection: Connection) -> Arc<Self> {
        Arc::new(Self { connection: Mutex::new(Some(connection)), stopped: Arc::default() })
    }

    fn stopped(&self) -> u32 {
        self.stopped.load(Ordering::SeqCst)
    }
}

impl Desk for FakeDesk {
    fn serve(
        self: Arc<Self>,
        op: DeskOp,
        stop: CancellationToken,
        tell: Tell,
    ) -> BoxFuture<'static, Option<Connection>> {
        Box::pin(async move {
            match op {
                DeskOp::Use { .. } => self.connection.lock().expect("whole").clone(),
                DeskOp::Models => {
                    tell(DeskEvent::Models(vec![ModelRow::default()]));
                    None
                }
                DeskOp::SignIn => {
                    tell(DeskEvent::SignIn(SignIn::Contacting));
                    stop.cancelled().await;
                    self.stopped.fetch_add(1, Ordering::SeqCst);
                    tell(DeskEvent::SignIn(SignIn::Expired));
                    self.connection.lock().expect("whole").clone()
                }
                DeskOp::Remove { .. } => panic!("a desk may break"),
                _ => None,
            }
        })
    }
}

/// A simulator that says these things.
async fn sim(turns: impl IntoIterator<Item = Turn>) -> Sim {
    let script = Script::turns(turns.into_iter().collect::<Vec<_>>());
    Sim::start(SimOptions { script, ..SimOptions::default() }).await.expect("loopback has a free port")
}

fn connection(sim: &Sim, model: &str, key: &str) -> Connection {
    let endpoint = Endpoint::parse(&sim.base_url()).expect("an address");
    let overrides = Overrides { proxy_base_url: Some(sim.base_url()), ..Overrides::default() };
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), model, &overrides);
    Connection {
        credential: Arc::new(Credential::new(endpoint, Some(Secret::new(key.into())), Source::BuiltIn)),
        provider: provider::Options::default(),
        cache_mode: CacheSetting::Auto.mode(&profile.cache),
        cache_reason: format!("a cache for {model}"),
        account: format!("account of {model}"),
        notes: vec![format!("a note on {model}")],
        profile: Arc::new(profile),
    }
}

/// A repository, a home and a session in it.
struct World {
    folder: tempfile::TempDir,
    transcript: PathBuf,
    handle: Handle,
}

impl World {
    fn new(connection: Result<Connection, Failure>, desk: Option<Arc<FakeDesk>>) -> Self {
        Self::with(connection, desk, true)
    }

    fn with(
        connection: Result<Connection, Failure>,
        desk: Option<Arc<FakeDesk>>,
        is_interactive: bool,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = std::fs::canonicalize(folder.path()).ok().and_then(AbsPath::new).expect("a path");
        let session = SessionId::new("s1");
        let meta = Meta::new(session.clone(), root.to_string(), "first", crate::base::Moment(1));
        let transcript = Transcript::create(&Folder::of(&root.join("home"), &root), &meta).expect("kept");
        let path = transcript.path().expect("it is kept").to_owned();
        let setup = Setup {
            session,
            cwd: root.clone(),
            root: root.clone(),
            extra_roots: Vec::new(),
            connection,
            watch: None,
            desk: desk.map(|desk| desk as Arc<dyn Desk>),
            net: net::Lazy::new(net::Options::default()),
            policy: Policy::new(Mode::Default, root.clone()),
            toolbox: Toolbox::new(&Selection::default()),
            limits: Limits::default(),
            context: context::Options {
                file_names: Vec::new(),
                map: Tokens(0),
                ..context::Options::default()
            },
            instructions: Instructions { replace: Some("Help. ".repeat(2_000)), append: None },
            compaction: machine::Compaction::default(),
            max_requests: None,
            run_limits: crate::agent::machine::Limits::default(),
            final_tool: None,
            loops: machine::Loops::Break,
            tries: 5,
            is_unattended: false,
            fallbacks: std::collections::VecDeque::new(),
            redacts: true,
            secrets: context::SecretPlaces::default(),
            hidden_env: Vec::new(),
            spill: root.join("spill"),
            transcript,
            restored: Vec::new(),
            notices: Vec::new(),
            is_interactive,
            keep_warm: false,
            link: None,
            ledger: cache::Ledger::default(),
            ledger_file: LedgerFile::nowhere(),
            pinned: Pinned::nowhere(),
            past: PastFile::nowhere(),
            today: || "2026-11-21".to_owned(),
        };
        Self { handle: start(setup), transcript: path, folder }
    }

    fn send(&self, op: Op) {
        self.handle.send(op);
    }

    fn desk(&self, op: DeskOp) {
        self.send(Op::Desk(op));
    }

    fn say(&self, text: &str) {
        self.send(Op::Say { text: text.into() });
    }

    async fn next(&mut self) -> Event {
        let next = tokio::time::timeout(Duration::from_secs(20), self.handle.next());
        next.await.expect("something happens").expect("the session goes on")
    }

    /// The first event that `wanted` takes, and the names of those before it.
    async fn until<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> (T, Vec<String>) {
        let mut before = Vec::new();
        loop {
            let event = self.next().await;
            if let Some(found) = wanted(&event) {
                return (found, before);
            }
            before.push(format!("{event:?}"));
        }
    }

    async fn hear<T>(&mut self, wanted: impl Fn(&DeskEvent) -> Option<T>) -> (T, Vec<String>) {
        self.until(|event| if let Event::Desk(news) = event { wanted(news) } else { None }).await
    }

    async fn switched(&mut self) -> (Switched, Vec<String>) {
        self.hear(|news| if let DeskEvent::Switched(told) = news { Some(told.clone()) } else { None }).await
    }

    async fn turn_ends(&mut self) -> EndReason {
        let end =
            |event: &Event| if let Event::TurnEnded { reason, .. } = event { Some(*reason) } else { None };
        self.until(end).await.0
    }
}

fn nobody() -> Failure {
    Failure::new(Kind::Auth, "no API key was found")
}

/// What the model was told, without cache markers.
fn messages(request: &Recorded) -> Vec<String> {
    let texts = |content: &serde_json::Value| match content {
        serde_json::Value::Array(parts) => {
            parts.iter().filter_map(|p| p["text"].as_str()).collect::<Vec<_>>().concat()
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    let all = request.json["messages"].as_array().cloned().unwrap_or_default();
    all.iter().map(|message| format!("{} {}", message["role"], texts(&message["content"]))).collect()
}

#[tokio::test]
async fn words_before_a_sign_in_come_back_and_those_after_it_are_sent() {
    let sim = sim([say("Hello.")]).await;
    let desk = FakeDesk::new(connection(&sim, "qwen3-coder-plus", "sk-new-0123456789"));
    let mut world = World::new(Err(nobody()), Some(desk));
    let Event::SessionStarted(info) = world.next().await else { panic!("the session starts") };
    assert_eq!((info.model.as_str(), info.window), ("", Tokens(0)));
    let needed = |text: Option<&str>| {
        Event::Desk(DeskEvent::SignInNeeded { text: text.map(str::to_owned), why: nobody() })
    };
    assert_eq!(world.next().await, needed(None));
    world.say("fix it");
    assert_eq!(world.next().await, needed(Some("fix it")));
    world.send(Op::Compact { wish: String::new() });
    assert_eq!(world.next().await, needed(None));
    world.desk(DeskOp::Use { account: "new".into() });
    let (told, _) = world.switched().await;
    assert_eq!(
        (told.model.as_str(), told.account.as_str()),
        ("qwen3-coder-plus", "account of qwen3-coder-plus")
    );
    assert_eq!(told.notes, ["a note on qwen3-coder-plus"], "an empty conversation costs nothing");
    world.say("fix it");
    assert_eq!(world.turn_ends().await, EndReason::Completed);
    let requests = sim.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].authorization.as_deref(), Some("Bearer sk-new-0123456789"));
    world.send(Op::Clear);
    let started =
        |event: &Event| if let Event::SessionStarted(info) = event { Some(info.clone()) } else { None };
    assert_eq!(world.until(started).await.0.model, "qwen3-coder-plus");
}

#[tokio::test]
async fn a_run_without_a_person_ends_at_once_with_the_reason() {
    let mut world = World::with(Err(nobody()), None, false);
    assert_eq!(world.next().await, Event::Failed(nobody()));
    assert!(matches!(world.next().await, Event::TurnEnded { reason: EndReason::Failed, .. }));
    assert!(matches!(world.next().await, Event::SessionEnded { .. }));
    assert_eq!(world.handle.next().await, None);
}

#[tokio::test]
async fn the_conversation_goes_on_elsewhere_word_for_word_and_the_transcript_says_so() {
    let (old, new) = (sim([say("One.")]).await, sim([say("Two.")]).await);
    let desk = FakeDesk::new(connection(&new, "qwen3-max", "sk-new-0123456789"));
    let mut world = World::new(Ok(connection(&old, "qwen3-coder-plus", "sk-old-0123456789")), Some(desk));
    world.say("first");
    world.turn_ends().await;
    world.desk(DeskOp::Use { account: "new".into() });
    let (told, _) = world.switched().await;
    assert_eq!(told.notes[0], "a note on qwen3-max");
    assert!(told.notes[1].starts_with("the cache starts cold: the next request "), "{:?}", told.notes);
    world.say("second");
    world.turn_ends().await;
    let (before, after) = (messages(&old.requests()[0]), messages(&new.requests()[0]));
    assert_eq!((old.requests().len(), new.requests().len()), (1, 1));
    assert_eq!(after[..before.len()], before[..]);
    assert_eq!(after[before.len()], "\"assistant\" One.");
    assert_eq!(new.requests()[0].authorization.as_deref(), Some("Bearer sk-new-0123456789"));
    assert_eq!(new.requests()[0].json["model"], "qwen3-max");
    world.send(Op::Quit);
    world.until(|event| matches!(event, Event::SessionEnded { .. }).then_some(())).await;
    let loaded = load(&world.transcript).expect("it was kept");
    assert_eq!((loaded.meta.model.as_str(), loaded.items.len()), ("qwen3-max", 4));
}

#[tokio::test]
async fn a_turn_ends_with_the_account_it_began_with() {
    let slow = say("word ".repeat(40)).pace(200);
    let (old, new) = (sim([slow]).await, sim([say("Two.")]).await);
    let desk = FakeDesk::new(connection(&new, "qwen3-max", "sk-new-0123456789"));
    let mut world = World::new(Ok(connection(&old, "qwen3-coder-plus", "sk-old-0123456789")), Some(desk));
    world.say("first");
    world.until(|event| matches!(event, Event::Delta { .. }).then_some(())).await;
    world.desk(DeskOp::Use { account: "new".into() });
    world.say("second");
    let (_, before) = world.switched().await;
    let place = |what: &str| before.iter().position(|event| event.starts_with(what));
    assert!(before.iter().any(|event| event.contains("used from the next one on")), "{before:#?}");
    assert!(place("TurnEnded { reason: Completed").is_some(), "{before:#?}");
    assert_eq!(world.turn_ends().await, EndReason::Completed);
    assert_eq!((old.requests().len(), new.requests().len()), (1, 1));
}

#[tokio::test]
async fn what_is_stopped_or_asked_again_is_heard_no_more_and_holds_nothing_up() {
    let sim = sim([say("Hello.")]).await;
    let ours = || connection(&sim, "qwen3-coder-plus", "sk-old-0123456789");
    let desk = FakeDesk::new(ours());
    let mut world = World::new(Ok(ours()), Some(desk.clone()));
    let contacting = |news: &DeskEvent| (*news == DeskEvent::SignIn(SignIn::Contacting)).then_some(());
    world.desk(DeskOp::SignIn);
    world.hear(contacting).await;
    world.desk(DeskOp::SignIn);
    world.hear(contacting).await;
    // It is still being waited for, and the session goes on.
    world.say("hi");
    assert_eq!(world.turn_ends().await, EndReason::Completed);
    world.desk(DeskOp::Stop);
    world.desk(DeskOp::Models);
    let listed = |news: &DeskEvent| matches!(news, DeskEvent::Models(_)).then_some(());
    let ((), before) = world.hear(listed).await;
    while desk.stopped() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.desk(DeskOp::Models);
    let ((), after) = world.hear(listed).await;
    assert_eq!((before, after), (vec![], vec![]), "neither its news nor the connection it brought");
}

#[tokio::test]
async fn a_session_without_a_desk_and_a_desk_that_breaks_say_so() {
    let sim = sim([]).await;
    let ours = || connection(&sim, "qwen3-coder-plus", "sk-old-0123456789");
    let failed = |news: &DeskEvent| if let DeskEvent::Failed(why) = news { Some(why.kind) } else { None };
    let mut world = World::new(Ok(ours()), None);
    world.desk(DeskOp::Stop);
    world.desk(DeskOp::Overview);
    assert_eq!(world.hear(failed).await.0, Kind::Usage);
    let mut world = World::new(Ok(ours()), Some(FakeDesk::new(ours())));
    world.desk(DeskOp::Remove { account: "a".into() });
    assert_eq!(world.hear(failed).await.0, Kind::Bug);
}

#[tokio::test]
async fn a_secret_in_a_command_of_the_persons_own_stays_until_they_let_it_through() {
    let sim = sim([say("One."), say("Two.")]).await;
    let mut world = World::new(Ok(connection(&sim, "qwen3-coder-plus", "sk-old-0123456789")), None);
    let token = ["ghp_", "Zx8Lq2Vn7Rt4Wb9", "Km3Ps6Yd1Hc5Jf0GaTeUo"].concat();
    let ran = |event: &Event| match event {
        Event::ToolDone { display, .. } => Some(format!("{display:?}")),
        _ => None,
    };
    let notice = |event: &Event| match event {
        Event::Notice { text, .. } if text.starts_with("privacy") => Some(text.clone()),
        _ => None,
    };
    let command = format!("echo {token}");
    world.send(Op::Shell { command: command.clone() });
    let told = world.until(notice).await.0;
    assert_eq!(
        told,
        format!(
            "privacy: github-token #1 in `! {command}` was hidden from the model; `/privacy allow 1` sends it from \
             then on"
        )
    );
    assert!(world.until(ran).await.0.contains(&token), "the person sees what it printed");
    world.say("look");
    world.turn_ends().await;
    world.send(Op::LetThrough { number: 7 });
    assert_eq!(world.until(notice).await.0, "privacy: nothing with the number 7 was hidden in this session");
    world.send(Op::LetThrough { number: 1 });
    assert_eq!(
        world.until(notice).await.0,
        "privacy: secret #1 is sent from now on; what was sent before stays as it is"
    );
    world.send(Op::Shell { command });
    world.until(ran).await;
    world.say("again");
    world.turn_ends().await;
    let requests = sim.requests();
    let (first, second) = (messages(&requests[0]), messages(&requests[1]));
    assert!(
        first.concat().contains("$ echo [hidden github-token #1]\n[hidden github-token #1]"),
        "{first:#?}"
    );
    assert_eq!(second[..first.len()], first[..]);
    assert!(!first.concat().contains(&token) && second[first.len()..].concat().contains(&token));
}
