//! Every kind of connection through the network that `scripts/network.sh` makes: a private authority, a proxy, both.
//! Not part of the usual run.
//!
//! `NETWORK_BASE` is the encrypted door to the port `NETWORK_SIM`; `NETWORK_FETCH` is the door as `web_fetch` names it.
//! `NETWORK_IS` is `open`, or words that each kind of connection must end with.

use std::{env, fs};

use qwen::{
    auth::{
        Credential, Endpoint, Source,
        oauth::{DeviceFlow, Options, Overrides},
    },
    base::Secret,
    net,
    provider::probe,
    sim::{Approval, ResourceUrl, call, say},
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{Session, session::KEY};

/// What says how the network is reached; the story hands these on.
const VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "QWEN_CA_CERTIFICATE"];

struct Network {
    base: String,
    is: String,
}

impl Network {
    fn named() -> Self {
        let said = |name| env::var(name).expect("the script says it");
        Self { base: said("NETWORK_BASE"), is: said("NETWORK_IS") }
    }

    fn is_open(&self) -> bool {
        self.is == "open"
    }

    /// A story in this network.
    fn session(&self) -> Session {
        let port = env::var("NETWORK_SIM").expect("the script says it").parse().expect("a port");
        let session = Session::new().sim(|sim| {
            sim.port = port;
            sim.oauth.approval = Approval::AfterPolls(0);
            sim.oauth.interval = Some(1);
            sim.oauth.resource_url = ResourceUrl::Given(format!("{}/v1", self.base));
        });
        let set = VARIABLES.into_iter().filter_map(|name| Some((name, env::var(name).ok()?)));
        set.fold(session, |session, (name, value)| session.env(name, value))
    }

    /// The kind of connection went as it should.
    #[expect(clippy::print_stderr, reason = "the script shows it")]
    fn ended(&self, kind: &str, said: &str, passed: bool) {
        eprintln!("  {kind}: {}", said.trim().lines().next().unwrap_or("it passed"));
        assert_eq!(passed, self.is_open(), "{kind}: {said}");
        assert!(passed || said.contains(&self.is), "{kind} does not say `{}`: {said}", self.is);
        let lower = said.to_lowercase();
        assert!(!lower.contains("insecure") && !lower.contains("reject_unauthorized"), "{kind}: {said}");
        assert!(!said.contains("canary-proxy"), "the password of the proxy is in: {said}");
    }
}

#[test]
#[ignore = "needs the network that `scripts/network.sh` makes"]
fn every_kind_of_connection_passes_or_says_why_not() {
    let network = Network::named();
    let oauth = json!({"deviceEndpoint": format!("{}/api/v1/oauth2/device/code", network.base),
        "tokenEndpoint": format!("{}/api/v1/oauth2/token", network.base)});
    let fetch = json!({"url": env::var("NETWORK_FETCH").expect("said"), "prompt": "what is it?"});
    let mut session = network.session().settings(&json!({"security": {"auth": {"oauth": oauth}}}));
    // What cannot be asked plays nothing.
    if network.is_open() {
        session = session.model_says(say("Hello."));
    }
    session =
        session.model_says(call("web_fetch", fetch)).model_says(say("Fetched.")).model_says(say("Hello."));
    // The same folders and the same simulator, reached through the door.
    let far = session.clone().env("OPENAI_BASE_URL", format!("{}/compatible-mode/v1", network.base));

    let ran = far.run("hello");
    network.ended("chat", &ran.stderr, ran.stdout == "Hello.\n");

    let ran = far.run_with(&["doctor", "--online"]);
    let asked = ran.stdout.split("\nServer\n").nth(1).expect("a section").to_owned();
    let asked =
        asked.split("\n\n").next().expect("its rows").split_whitespace().collect::<Vec<_>>().join(" ");
    network.ended("doctor --online", &asked, asked.contains("works (200"));

    let ran = session.clone().flag("-y").run("fetch it");
    let result = ran.exit_is(0).results().concat();
    network.ended("web_fetch", &result, result.contains("qwen3-coder-plus"));

    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let lazy = net::Lazy::new(net::Options {
        proxy: None,
        extra_ca: env::var_os("QWEN_CA_CERTIFICATE").map(Into::into),
    });
    let endpoint = Endpoint::parse(&format!("{}/compatible-mode/v1", network.base)).expect("an address");
    let credential = Credential::new(endpoint, Some(Secret::new(KEY.to_owned())), Source::BuiltIn);
    let listed = runtime.block_on(probe::models(&lazy, &credential));
    let said = listed.as_ref().err().map(ToString::to_string).unwrap_or_default();
    network.ended("models", &said, listed.is_ok_and(|all| !all.is_empty()));
    let tested = runtime.block_on(probe::test(&lazy, &credential, "qwen3-coder-plus"));
    let said = tested.failure.as_ref().map(ToString::to_string).unwrap_or_default();
    network.ended("test of a key", &said, tested.failure.is_none());

    let overrides = Overrides {
        device_endpoint: oauth["deviceEndpoint"].as_str().map(str::to_owned),
        token_endpoint: oauth["tokenEndpoint"].as_str().map(str::to_owned),
        ..Overrides::default()
    };
    let options = Options::new(&overrides).expect("an address");
    let signed_in = runtime.block_on(async {
        let flow = DeviceFlow::start(&lazy, &options).await?;
        flow.wait(&lazy, &CancellationToken::new(), &mut |_| {}).await
    });
    let said = signed_in.as_ref().err().map(ToString::to_string).unwrap_or_default();
    network.ended("sign-in", &said, signed_in.is_ok());

    // A sign-in whose token has ended: the one that was just made, or one that cannot be had here.
    let file = session.world().qwen_home().join("oauth_creds.json");
    if let Ok(grant) = signed_in {
        let kept = qwen::auth::oauth::CredsFile::in_home(&session.world().qwen_home());
        runtime.block_on(kept.save(grant)).expect("written");
    } else {
        let grant = json!({"access_token": "a", "refresh_token": "r", "resource_url": format!("{}/v1", network.base),
            "issuer": network.base, "expiry_date": 0});
        fs::write(&file, grant.to_string()).expect("written");
    }
    let mut grant: serde_json::Value = serde_json::from_slice(&fs::read(&file).expect("kept")).expect("JSON");
    grant["expiry_date"] = json!(0);
    fs::write(&file, grant.to_string()).expect("written");
    let before = session.world().sim.oauth().refreshes;
    let renewed = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "DASHSCOPE_PROXY_BASE_URL"]
        .into_iter()
        .fold(session.clone(), Session::without)
        .run("hello");
    let is_renewed = session.world().sim.oauth().refreshes == before + 1;
    network.ended(
        "renewal and a request with it",
        &renewed.stderr,
        renewed.stdout == "Hello.\n" && is_renewed,
    );
}
