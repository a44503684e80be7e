//! Rows, profiles, a prompt and a server for the tests of this module.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{
    auth::{self, Credential, Endpoint, Source, oauth},
    base::{Secret, Tokens},
    catalog::{Billing, Echo, MaxTokens, Profile, Proof, Provider, Thinking},
    prompt::{Head, Prompt},
    protocol::{CacheTerms, UserMessage},
};

/// Qwen Cloud.
pub(super) static CLOUD: Provider = Provider {
    id: "qwen-cloud",
    name: "Qwen Cloud",
    key_env: "DASHSCOPE_API_KEY",
    base_urls: &[],
    hosts: &[],
    is_qwen_cloud: true,
    stream_options: true,
    max_tokens: MaxTokens::Plain,
    echo: Echo::Never,
    quota_is_per_minute: true,
    billing: Billing::ByToken,
    default_model: None,
    keeps_sessions: true,
    seals_reasoning: false,
    cache_key: false,
    is_router: false,
    proof: Proof::Models,
};

/// Somebody else, as plain as can be.
pub(super) static PLAIN: Provider = Provider {
    id: "openai",
    is_qwen_cloud: false,
    quota_is_per_minute: false,
    keeps_sessions: false,
    billing: Billing::ByToken,
    default_model: None,
    ..CLOUD
};

/// One that wants reasoning back as text.
pub(super) static DEEP: Provider = Provider { id: "deepseek", echo: Echo::Content, ..PLAIN };

/// One that wants structured reasoning back.
pub(super) static ROUTER: Provider =
    Provider { id: "openrouter", echo: Echo::Details, max_tokens: MaxTokens::Completion, ..PLAIN };

pub(super) fn profile(provider: &'static Provider) -> Arc<Profile> {
    Arc::new(Profile {
        provider,
        model: "qwen3-coder-plus".into(),
        is_known: true,
        window: Tokens(100_000),
        max_output: Tokens(8_000),
        thinking: Thinking::Never,
        cache: CacheTerms::default(),
        tiers: Vec::new(),
        upstream: None,
        note: None,
    })
}

pub(super) fn credential(base: &str, key: &str) -> Arc<Credential> {
    let endpoint = Endpoint::parse(base).expect("a base address");
    let key = (!key.is_empty()).then(|| Secret::new(key.into()));
    Arc::new(Credential::new(endpoint, key, Source::Environment("SOME_KEY".into())))
}

pub(super) fn prompt() -> Prompt {
    let mut prompt = Prompt::new(Arc::new(Head::new(vec![], "Help.".into(), String::new())));
    prompt.push(UserMessage::words("hi"));
    prompt
}

/// What a server does after it has read a request.
#[derive(Clone)]
pub(super) enum Act {
    Send(&'static str),
    Wait(u64),
}

/// Answers each request with the next script; returns the address and what was asked.
pub(super) async fn serve(scripts: Vec<Vec<Act>>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}/v1", listener.local_addr().expect("bound"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        for script in scripts {
            let Ok((mut socket, _)) = listener.accept().await else { return };
            let request = read_request(&mut socket).await;
            log.lock().expect("whole").push(request);
            for act in script {
                match act {
                    Act::Send(text) => {
                        let _ = socket.write_all(text.as_bytes()).await;
                    }
                    Act::Wait(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
                }
            }
        }
    });
    (base, seen)
}

async fn read_request(socket: &mut TcpStream) -> String {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4_096]);
    loop {
        let n = socket.read(&mut buffer).await.unwrap_or(0);
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(n > 0, "the request was cut");
            continue;
        };
        let length =
            head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if n == 0 || body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

/// Somebody who signed in at `issuer` with the token `canary-token-0`, for the server at `base`. It holds for long.
pub(super) fn sign_in(issuer: Option<&str>, base: &str) -> (tempfile::TempDir, Arc<Credential>) {
    let home = tempfile::tempdir().expect("a folder");
    let text = format!(
        r#"{{"access_token":"canary-token-0","refresh_token":"canary-refresh","expiry_date":9e15,"resource_url":"{base}"}}"#
    );
    std::fs::write(home.path().join("oauth_creds.json"), text).expect("written");
    let mut inputs =
        auth::Inputs { oauth: oauth::Collected::in_home(home.path()), ..auth::Inputs::default() };
    inputs.settings.oauth.device_endpoint = issuer.map(|base| format!("{base}/device"));
    inputs.settings.oauth.token_endpoint = issuer.map(|base| format!("{base}/token"));
    let found = auth::find(&inputs).expect("a sign-in");
    let auth::Access::Ready(credential) = found.access else { panic!("nothing is stored") };
    assert_eq!(credential.endpoint().base(), base);
    (home, Arc::new(credential))
}
