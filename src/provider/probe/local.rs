//! Servers on this machine.
//!
//! Only the loopback address is asked, on the ports the servers use by themselves, and no key is sent.

use std::{net::Ipv4Addr, time::Duration};

use futures::future::join_all;
use reqwest::Client;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};

use crate::{auth::Endpoint, base::Tokens, net};

use super::{
    ask::{Answer, look},
    models::{Listed, listed},
};

/// The usual ports. Source: `docs/sources.md`, wire 1.8.
const PORTS: [u16; 4] = [11_434, 1_234, 8_080, 8_000];
/// How long a port may take to be open.
const CONNECT: Duration = Duration::from_millis(300);
/// How long an answer may take. Lists of local servers come from memory.
const LIMIT: Duration = Duration::from_secs(2);
const HOST: &str = "127.0.0.1";

/// Programs that serve models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// The server of llama.cpp.
    LlamaCpp,
    /// vLLM.
    Vllm,
    /// One that lists models as OpenAI does and does not say what it is.
    Other,
}

impl Server {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::LlamaCpp => "llama.cpp",
            Self::Vllm => "vLLM",
            Self::Other => "an OpenAI-compatible server",
        }
    }

    /// Its preset, whose address may have another port.
    pub fn preset(self) -> &'static str {
        match self {
            Self::Ollama => "ollama",
            Self::LmStudio => "lm-studio",
            Self::LlamaCpp => "llama-cpp",
            Self::Vllm => "vllm",
            Self::Other => "custom",
        }
    }
}

/// A server that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// What it is.
    pub server: Server,
    /// Its address.
    pub endpoint: Endpoint,
    /// Its models; a window only where the server says which one it uses.
    pub models: Vec<Listed>,
    /// Whether it wants a key before it says more.
    pub needs_key: bool,
}

/// Looks for servers on this machine. Takes 0.3 seconds when there are none, and no more than two and a half.
pub async fn local(net: &net::Lazy) -> Vec<Local> {
    at(net, &PORTS).await
}

/// The same on other ports.
pub(super) async fn at(net: &net::Lazy, ports: &[u16]) -> Vec<Local> {
    let Ok(client) = net.client_for(HOST) else { return Vec::new() };
    let found = ports.iter().map(|port| at_port(client, *port));
    join_all(found).await.into_iter().flatten().collect()
}

async fn at_port(client: &Client, port: u16) -> Option<Local> {
    timeout(CONNECT, TcpStream::connect((Ipv4Addr::LOCALHOST, port))).await.ok()?.ok()?;
    let root = format!("http://{HOST}:{port}");
    let get = async |path: &str| look(client, &format!("{root}{path}"), HOST, LIMIT).await.ok();
    let (openai, props, studio, tags, running) = tokio::join!(
        get("/v1/models"),
        get("/props"),
        get("/api/v0/models"),
        get("/api/tags"),
        get("/api/ps")
    );
    let needs_key = openai.as_ref().is_some_and(|answer| answer.status == 401);
    let value = |answer: Option<Answer>| answer.as_ref().and_then(Answer::value);
    let (list, props) = (value(openai), value(props));
    let known = known(props.as_ref(), value(studio).as_ref(), value(tags).as_ref(), value(running).as_ref());
    let (server, mut models) = match (known, &list) {
        (Some((server, own)), list) => {
            // The names that count are the ones of the path that is used.
            let mut models = list.as_ref().and_then(listed).unwrap_or_else(|| own.clone());
            adopt(&mut models, &own);
            (server, models)
        }
        (None, Some(list)) => (by_owner(list), listed(list)?),
        (None, None) if needs_key => (Server::Other, Vec::new()),
        (None, None) => return None,
    };
    if let Some(window) = props.as_ref().and_then(n_ctx) {
        for model in &mut models {
            model.window = Some(window);
        }
    }
    let endpoint = Endpoint::parse(&format!("{root}/v1")).ok()?;
    Some(Local { server, endpoint, models, needs_key })
}

/// What a server is by the paths only it has, and the models these name. llama.cpp is asked first: it answers on
/// one of Ollama's paths too.
fn known(
    props: Option<&Value>,
    studio: Option<&Value>,
    tags: Option<&Value>,
    running: Option<&Value>,
) -> Option<(Server, Vec<Listed>)> {
    if props.is_some_and(|props| props.get("default_generation_settings").is_some()) {
        return Some((Server::LlamaCpp, Vec::new()));
    }
    if let Some(models) = studio.filter(|list| list.get("data").is_some()).and_then(listed) {
        return Some((Server::LmStudio, models));
    }
    let mut models = tags.filter(|list| list.get("models").is_some()).and_then(listed)?;
    adopt(&mut models, &running.and_then(listed).unwrap_or_default());
    Some((Server::Ollama, models))
}

/// Takes over windows by name.
fn adopt(models: &mut [Listed], from: &[Listed]) {
    for model in models {
        let same = from.iter().find(|other| other.id == model.id);
        model.window = same.and_then(|other| other.window).or(model.window);
    }
}

/// The window llama.cpp was started with.
fn n_ctx(props: &Value) -> Option<Tokens> {
    let n_ctx = props.pointer("/default_generation_settings/n_ctx")?.as_u64()?;
    (n_ctx > 0).then_some(Tokens(n_ctx))
}

fn by_owner(list: &Value) -> Server {
    match list.pointer("/data/0/owned_by").and_then(Value::as_str) {
        Some("vllm") => Server::Vllm,
        Some("llamacpp") => Server::LlamaCpp,
        _ => Server::Other,
    }
}
