//! The service against the simulator: requests in, events and connections out.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Asked, Service};
use crate::{
    agent::{Connection, Desk as _, Tell},
    auth::{self, Vars},
    base::{AbsPath, Moment, Secret, SessionId},
    config,
    protocol::{
        DeskEvent, DeskOp, Item, Key, ModelRow, Overview, SessionRow, SettingRow, SignIn, Tested,
        UserMessage, ValueKind,
    },
    session::{Folder, Meta, Record, Transcript},
    sim::{Approval, OAuth, OAuthFault, Sim, SimOptions},
};

const KEY: &str = "sk-canary-right-0123456789";
const WRONG: &str = "sk-canary-wrong-0123456789";

/// A person with a folder, a simulator and a few variables.
struct Person {
    folder: tempfile::TempDir,
    sim: Sim,
    service: Arc<Service>,
}

impl Person {
    async fn with(options: SimOptions, env: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home/.qwen");
        fs::create_dir_all(&home).unwrap();
        let sim = Sim::start(options).await.unwrap();
        let oauth = json!({
            "deviceEndpoint": format!("{}/api/v1/oauth2/device/code", sim.issuer()),
            "tokenEndpoint": format!("{}/api/v1/oauth2/token", sim.issuer()),
        });
        let settings = format!("// mine\n{}\n", json!({"security": {"auth": {"oauth": oauth}}}));
        fs::write(home.join("settings.json"), settings).unwrap();
        let mut all = vec![
            ("HOME", folder.path().join("home").display().to_string()),
            ("QWEN_HOME", home.display().to_string()),
            ("QWEN_NO_KEYRING", "1".to_owned()),
            ("QWEN_CODE_SYSTEM_SETTINGS_PATH", "/nowhere/settings.json".to_owned()),
            ("QWEN_CODE_SYSTEM_DEFAULTS_PATH", "/nowhere/defaults.json".to_owned()),
        ];
        all.extend(env.iter().map(|(name, value)| (*name, value.replace("{{sim}}", &sim.base_url()))));
        let cwd = AbsPath::new(fs::canonicalize(folder.path()).unwrap()).unwrap();
        let asked = Asked {
            cwd,
            auth: auth::Flags::default(),
            settings: config::Flags::default(),
            env: Arc::new(move || all.iter().map(|(name, value)| (*name, value.clone())).collect::<Vars>()),
        };
        Self { folder, sim, service: Service::new(Arc::new(asked), false, None) }
    }

    async fn new() -> Self {
        Self::with(SimOptions { key: Some(KEY.to_owned()), ..SimOptions::default() }, &[]).await
    }

    async fn signing_in(oauth: OAuth) -> Self {
        Self::with(SimOptions { oauth, ..SimOptions::default() }, &[]).await
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.home().join(name)).unwrap_or_default()
    }

    fn home(&self) -> std::path::PathBuf {
        Path::new(self.folder.path()).join("home/.qwen")
    }

    /// Asks for something and hears everything.
    async fn ask(&self, op: DeskOp) -> (Vec<DeskEvent>, Option<Connection>) {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&heard);
        let tell: Tell = Arc::new(move |event| into.lock().unwrap().push(event));
        let connection = Arc::clone(&self.service).serve(op, CancellationToken::new(), tell).await;
        let heard = heard.lock().unwrap().clone();
        let text = format!("{heard:?}{:?}", connection.as_ref().map(|c| &c.notes));
        assert!(!text.contains("canary"), "a key was told: {text}");
        (heard, connection)
    }

    async fn add(&self, key: &str, keep_untested: bool) -> (Tested, Option<Connection>) {
        let (heard, connection) = self
            .ask(DeskOp::AddKey {
                preset: "custom".to_owned(),
                base_url: format!("{}/chat/completions", self.sim.base_url()),
                key: Some(Key::new(Secret::new(key.to_owned()))),
                model: Some("qwen3-coder-plus".to_owned()),
                keep_untested,
            })
            .await;
        let [DeskEvent::Tested(tested)] = heard.as_slice() else { panic!("{heard:?}") };
        (tested.clone(), connection)
    }

    async fn overview(&self) -> Overview {
        let (heard, _) = self.ask(DeskOp::Overview).await;
        let [DeskEvent::Overview(overview)] = heard.as_slice() else { panic!("{heard:?}") };
        overview.clone()
    }

    async fn models(&self) -> Vec<ModelRow> {
        let (heard, _) = self.ask(DeskOp::Models).await;
        let [DeskEvent::Models(rows)] = heard.as_slice() else { panic!("{heard:?}") };
        rows.clone()
    }
}

#[tokio::test]
async fn a_key_is_tested_before_it_is_kept_and_the_session_goes_on_with_it() {
    let person = Person::new().await;
    let (tested, connection) = person.add(WRONG, false).await;
    assert_eq!((tested.is_ok, connection.is_none(), tested.try_instead), (false, true, None));
    assert!(tested.line.starts_with("`127.0.0.1` refuses the key (401, "), "{}", tested.line);
    assert_eq!(person.file("accounts.json"), "");
    let (tested, connection) = person.add(KEY, false).await;
    let connection = connection.expect("it works");
    assert!(tested.is_ok && tested.failure.is_none());
    assert_eq!(
        (connection.account.as_str(), connection.profile.model.as_str()),
        ("127.0.0.1", "qwen3-coder-plus")
    );
    assert!(connection.notes[0].starts_with("the key is in `"), "{:?}", connection.notes);
    let overview = person.overview().await;
    let current = overview.current.expect("signed in");
    assert_eq!((current.name.as_str(), current.masked_key.as_str()), ("127.0.0.1", "sk-…6789"));
    assert_eq!((overview.accounts.len(), overview.accounts[0].is_current), (1, true));
}

#[tokio::test]
async fn a_key_that_fails_is_kept_only_when_the_person_insists() {
    let person = Person::new().await;
    let (tested, connection) = person.add(WRONG, true).await;
    assert!(!tested.is_ok && connection.is_some());
    let (heard, _) = person.ask(DeskOp::Test { account: "127.0.0.1".to_owned() }).await;
    let [DeskEvent::Tested(again)] = heard.as_slice() else { panic!("{heard:?}") };
    assert!(!again.is_ok && again.failure.is_some());
    // The same address again: this is how a key is changed.
    let (tested, connection) = person.add(KEY, false).await;
    assert_eq!((tested.is_ok, connection.map(|c| c.account)), (true, Some("127.0.0.1".to_owned())));
    assert_eq!(person.overview().await.accounts.len(), 1);
}

#[tokio::test]
async fn accounts_are_used_and_forgotten() {
    let person = Person::new().await;
    person.add(KEY, false).await;
    let (heard, connection) = person.ask(DeskOp::Use { account: "nobody".to_owned() }).await;
    assert!(matches!(heard.as_slice(), [DeskEvent::Failed(_)]) && connection.is_none(), "{heard:?}");
    let (heard, connection) = person.ask(DeskOp::Use { account: "127.0.0.1".to_owned() }).await;
    assert_eq!((heard.len(), connection.map(|c| c.account)), (0, Some("127.0.0.1".to_owned())));
    let (heard, _) = person.ask(DeskOp::Remove { account: "127.0.0.1".to_owned() }).await;
    let [DeskEvent::Overview(overview)] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!((overview.current.as_ref(), overview.accounts.as_slice()), (None, &[][..]));
    assert!(!person.file("credentials.json").contains("canary"));
}

#[tokio::test]
async fn a_key_that_was_found_is_offered_with_its_host_and_used_where_it_is_found() {
    let env = [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", "{{sim}}"), ("OPENAI_MODEL", "qwen3-coder-plus")];
    let person = Person::with(SimOptions::default(), &env).await;
    let overview = person.overview().await;
    let found = &overview.found[0];
    assert_eq!(found.source, "OPENAI_API_KEY from the environment");
    assert_eq!((found.masked_key.as_str(), found.host.as_str()), ("sk-…6789", "127.0.0.1"));
    let (_, connection) = person.ask(DeskOp::Use { account: found.account.clone() }).await;
    let connection = connection.expect("usable");
    assert_eq!(connection.credential.endpoint().base(), person.sim.base_url());
    assert_eq!(connection.notes, ["this key is not kept: it is used where it is found"]);
}

fn quick() -> OAuth {
    OAuth { interval: Some(1), approval: Approval::AfterPolls(1), ..OAuth::default() }
}

fn steps(heard: &[DeskEvent]) -> Vec<&'static str> {
    heard
        .iter()
        .map(|event| match event {
            DeskEvent::SignIn(SignIn::Contacting) => "contacting",
            DeskEvent::SignIn(SignIn::Approve { was_opened: false, .. }) => "approve",
            DeskEvent::SignIn(SignIn::Waiting { .. }) => "waiting",
            DeskEvent::SignIn(SignIn::Testing) => "testing",
            DeskEvent::SignIn(SignIn::Expired) => "expired",
            DeskEvent::SignIn(SignIn::Failed(_)) => "failed",
            _ => "something else",
        })
        .collect()
}

#[tokio::test]
async fn a_sign_in_is_told_step_by_step_and_chosen_at_its_end() {
    let person = Person::signing_in(quick()).await;
    let (heard, connection) = person.ask(DeskOp::SignIn).await;
    assert_eq!(steps(&heard), ["contacting", "approve", "waiting", "testing"]);
    let connection = connection.expect("signed in");
    assert!(connection.credential.is_sign_in());
    let current = person.overview().await.current.expect("signed in");
    assert_eq!((current.name.as_str(), current.model.as_str()), ("qwen-oauth", "coder-model"));
    assert!(person.file("accounts.json").contains("\"key\": \"oauth\""));
    let (_, none) = person.ask(DeskOp::Remove { account: "qwen-oauth".to_owned() }).await;
    assert!(none.is_none());
    assert_eq!((person.file("oauth_creds.json"), person.overview().await.accounts.len()), (String::new(), 0));
}

#[tokio::test]
async fn a_sign_in_that_fails_ends_with_its_own_step_and_no_account() {
    let ends = [
        (OAuth { fault: Some(OAuthFault::Expired), ..quick() }, vec!["contacting", "approve", "expired"]),
        (OAuth { fault: Some(OAuthFault::Denied), ..quick() }, vec!["contacting", "approve", "failed"]),
        (OAuth { fault: Some(OAuthFault::InvalidClient), ..quick() }, vec!["contacting", "failed"]),
        (
            OAuth { quota_over: true, ..quick() },
            vec!["contacting", "approve", "waiting", "testing", "failed"],
        ),
    ];
    for (oauth, expected) in ends {
        let is_quota = oauth.quota_over;
        let person = Person::signing_in(oauth).await;
        let (heard, connection) = person.ask(DeskOp::SignIn).await;
        assert_eq!((steps(&heard), connection.is_none()), (expected, true));
        assert_eq!(person.file("accounts.json"), "");
        if let (true, Some(DeskEvent::SignIn(SignIn::Failed(failure)))) = (is_quota, heard.last()) {
            assert!(
                failure.error.ends_with("the free tier behind Qwen OAuth ended on 2026-04-15"),
                "{failure}"
            );
            assert!(failure.hints[0].starts_with("use an API key"), "{failure}");
        }
    }
}

#[tokio::test]
async fn a_sign_in_that_is_stopped_ends_at_once_and_says_nothing() {
    let person = Person::signing_in(OAuth { approval: Approval::ByHand, ..quick() }).await;
    let stop = CancellationToken::new();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (into, stopper) = (Arc::clone(&heard), stop.clone());
    let tell: Tell = Arc::new(move |event| {
        if matches!(event, DeskEvent::SignIn(SignIn::Approve { .. })) {
            stopper.cancel();
        }
        into.lock().unwrap().push(event);
    });
    let served = Arc::clone(&person.service).serve(DeskOp::SignIn, stop, tell);
    let served = tokio::time::timeout(Duration::from_secs(5), served).await.expect("at once");
    assert_eq!((steps(&heard.lock().unwrap()), served.is_none()), (vec!["contacting", "approve"], true));
}

#[tokio::test]
async fn only_the_page_of_a_running_sign_in_is_opened() {
    let person = Person::new().await;
    let (heard, _) = person.ask(DeskOp::Open { link: "https://evil.example/".to_owned() }).await;
    assert!(matches!(heard.as_slice(), [DeskEvent::Failed(_)]), "{heard:?}");
}

#[tokio::test]
async fn models_come_with_window_and_account_and_the_one_in_use_first() {
    let person = Person::new().await;
    assert!(person.models().await.iter().all(|row| row.account.is_none()), "nobody is signed in");
    person.add(KEY, false).await;
    let rows = person.models().await;
    let first = &rows[0];
    assert_eq!((first.model.as_str(), first.is_current), ("qwen3-coder-plus", true));
    assert_eq!(first.account.as_deref(), Some("127.0.0.1"));
    assert_eq!(rows.iter().filter(|row| row.is_current).count(), 1);
    assert!(rows.iter().any(|row| row.model == "qwen-flash" && row.account.is_some()), "the server lists it");
    let offer = rows.iter().find(|row| row.provider == "Qwen Cloud").expect("offered");
    assert_eq!((offer.account.as_ref(), offer.cache.as_str()), (None, "explicit"));
    let dollars = |money: Option<crate::base::Money>| money.map(crate::base::Money::dollars);
    assert_eq!((dollars(offer.input), dollars(offer.cached)), (Some(1.0), Some(0.1)));
}

async fn use_model(person: &Person, model: &str, is_default: bool) -> Option<Connection> {
    let op = DeskOp::UseModel { model: model.to_owned(), account: None, is_default };
    person.ask(op).await.1
}

#[tokio::test]
async fn an_unknown_model_works_and_what_was_perhaps_meant_is_said() {
    let person = Person::new().await;
    assert!(use_model(&person, "qwen-flash", false).await.is_none(), "nobody is signed in");
    person.add(KEY, false).await;
    let connection = use_model(&person, "qwan3-coder-plas", false).await.expect("used");
    assert_eq!(connection.profile.model, "qwan3-coder-plas");
    assert!(!connection.profile.cache.explicit);
    assert!(connection.notes[0].contains("names like it: qwen3-coder-plus,"), "{:?}", connection.notes);
    let connection = use_model(&person, "qwen-flash", true).await.expect("used");
    assert_eq!(connection.notes, ["`qwen-flash` is the default of the account `127.0.0.1` now"]);
    assert!(person.file("accounts.json").contains("\"model\": \"qwen-flash\""));
    assert!(use_model(&person, " \u{1b}[2J", false).await.is_none());
}

#[tokio::test]
async fn the_default_model_of_a_key_that_was_found_goes_into_the_settings() {
    let env =
        [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", "{{sim}}"), ("DASHSCOPE_PROXY_BASE_URL", "{{sim}}")];
    let person = Person::with(SimOptions::default(), &env).await;
    let found = person.overview().await.found[0].account.clone();
    let (_, connection) = person.ask(DeskOp::Use { account: found }).await;
    assert!(connection.is_some());
    let connection = use_model(&person, "qwen-flash", true).await.expect("used");
    assert!(connection.notes[0].starts_with("`model.name` in `"), "{:?}", connection.notes);
    let settings = person.file("settings.json");
    assert!(settings.starts_with("// mine\n") && settings.contains("\"name\": \"qwen-flash\""), "{settings}");
}

#[tokio::test]
async fn sessions_are_listed_read_and_removed_here_and_everywhere() {
    let person = Person::new().await;
    let home = AbsPath::new(fs::canonicalize(person.home()).unwrap()).unwrap();
    let here = AbsPath::new(fs::canonicalize(person.folder.path()).unwrap()).unwrap();
    let keep = |root: &AbsPath, id: &str, text: &str| {
        let folder = Folder::of(&home, root);
        let meta = Meta::new(SessionId::new(id), folder.root(), "m", Moment(1)).on(Some("topic".into()));
        let item = Item::User(UserMessage::words(text));
        let mut transcript = Transcript::create(&folder, &meta).unwrap();
        transcript.append(&Record::item(&item));
        item
    };
    let item = keep(&here, "one", "what is said here");
    keep(&here.join("elsewhere"), "two", "and there");
    let rows = async |is_everywhere| {
        let (heard, _) = person.ask(DeskOp::Sessions { is_everywhere }).await;
        let [DeskEvent::Sessions(rows)] = heard.as_slice() else { panic!("{heard:?}") };
        let mut rows = rows.clone();
        rows.sort_by(|a, b| a.title.cmp(&b.title));
        rows
    };
    let mine = rows(false).await;
    let expected = SessionRow {
        session: SessionId::new("one"),
        title: "what is said here".into(),
        root: here.to_string(),
        branch: Some("topic".into()),
        turns: 1,
        changed: mine[0].changed,
        cost: None,
        last: String::new(),
        is_open: false,
    };
    assert_eq!(mine, [expected]);
    let all = rows(true).await;
    assert_eq!(
        all.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(),
        ["and there", "what is said here"]
    );
    let (session, root) = (SessionId::new("one"), here.to_string());
    let (heard, _) = person.ask(DeskOp::Preview { session: session.clone(), root: root.clone() }).await;
    assert_eq!(heard, [DeskEvent::Preview { session: session.clone(), items: [item].into() }]);
    let (heard, _) = person
        .ask(DeskOp::RemoveSession { session: session.clone(), root: root.clone(), is_everywhere: false })
        .await;
    assert_eq!(heard, [DeskEvent::Sessions(Vec::new())]);
    let (heard, _) = person.ask(DeskOp::Preview { session, root }).await;
    let [DeskEvent::Failed(failure)] = heard.as_slice() else { panic!("{heard:?}") };
    assert!(failure.error.contains("cannot be read"), "{failure}");
}

#[tokio::test]
async fn settings_are_told_without_keys_and_changed_in_the_persons_file() {
    let person = Person::new().await;
    let text = "{\n  // mine\n  \"security\": {\"auth\": {\"apiKey\": \"sk-canary\"}},\n  \
                \"proxy\": \"http://ada:canary@proxy:8080\",\n  \"env\": {\"A\": \"canary\"}\n}\n";
    fs::write(person.home().join("settings.json"), text).unwrap();
    let settings = async |op| {
        let (heard, _) = person.ask(op).await;
        let [DeskEvent::Settings(rows)] = heard.as_slice() else { panic!("{heard:?}") };
        rows.clone()
    };
    let rows = settings(DeskOp::Settings).await;
    let told = |rows: &[SettingRow], name: &str| {
        let row = rows.iter().find(|row| row.name == name).unwrap();
        (row.value.clone(), row.source.clone(), row.kind)
    };
    let file = "~/.qwen/settings.json".to_owned();
    assert_eq!(rows.len(), config::ALL.len());
    assert_eq!(told(&rows, "security.auth.apiKey"), ("\"••••\"".into(), file.clone(), ValueKind::Fixed));
    assert_eq!(told(&rows, "proxy").0, "\"http://••••@proxy:8080\"");
    assert_eq!(told(&rows, "env").0, "{\"A\":\"••••\"}");
    assert_eq!(told(&rows, "cache.keepWarm"), ("false".into(), "default".into(), ValueKind::Switch));

    let set =
        |name: &str, value: Option<&str>| DeskOp::Set { name: name.into(), value: value.map(str::to_owned) };
    let rows = settings(set("cache.keepWarm", Some("true"))).await;
    assert_eq!(told(&rows, "cache.keepWarm"), ("true".into(), file, ValueKind::Switch));
    assert!(person.file("settings.json").starts_with("{\n  // mine\n"), "{}", person.file("settings.json"));
    let rows = settings(set("cache.keepWarm", None)).await;
    assert_eq!(told(&rows, "cache.keepWarm").1, "default");
    for (name, value, why) in [
        ("cache.mode", "\"sometimes\"", "`cache.mode` is one of `auto`"),
        ("context.compactAt", "0", "`context.compactAt` is a whole number from 1, not `0`"),
        ("no.such", "1", "there is no setting `no.such`"),
        ("security.auth.apiKey", "\"x\"", "`security.auth.apiKey` is not changed here"),
    ] {
        let (heard, _) = person.ask(set(name, Some(value))).await;
        let [DeskEvent::Failed(failure)] = heard.as_slice() else { panic!("{heard:?}") };
        assert!(failure.error.starts_with(why), "{failure}");
    }
}
