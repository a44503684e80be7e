//! The list of models a server gives.

use std::time::Duration;

use serde_json::Value;

use crate::{
    auth::Credential,
    base::Tokens,
    catalog::{Overrides, Profile},
    net,
    protocol::{Failure, Kind},
    provider::errors::{Asked, Context},
};

use super::ask::ask;

/// How long a list may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Where servers say how large a window is, the most certain first: what is loaded before what could be. Source:
/// `docs/sources.md`, wire 1.8.
const WINDOWS: &[&str] = &[
    "/meta/n_ctx",
    "/loaded_context_length",
    "/max_model_len",
    "/context_length",
    "/context_window",
    "/max_context_length",
    "/top_provider/context_length",
    "/meta/n_ctx_train",
];

/// A model on a server's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name as it is sent.
    pub id: String,
    /// Its window, where the server says so.
    pub window: Option<Tokens>,
}

/// Asks for the models of a server.
///
/// Errors: no answer, a refused key, or no list: what it is and what to do.
pub async fn models(net: &net::Lazy, credential: &Credential) -> Result<Vec<Listed>, Failure> {
    let answer = ask(net, credential, "models", None, LIMIT).await?;
    if let Some(listed) = answer.value().as_ref().and_then(listed) {
        return Ok(listed);
    }
    let endpoint = credential.endpoint();
    let Some(report) = answer.error() else { return Err(no_list(endpoint.base())) };
    let profile = Profile::resolve(endpoint.host(), endpoint.base(), "models", &Overrides::default());
    let context = Context { profile: &profile, credential, path: "models", body: b"" };
    Err(context.trouble(&report, Asked::default()).failure)
}

fn no_list(base: &str) -> Failure {
    Failure::new(Kind::Config, format!("what `{base}/models` gives is no list of models"))
        .hint("check the base URL; most end in `/v1`")
}

/// Reads a list: `{"data": […]}`, `{"models": […]}`, or the list alone.
pub(super) fn listed(value: &Value) -> Option<Vec<Listed>> {
    let list = value.get("data").or_else(|| value.get("models")).unwrap_or(value).as_array()?;
    let read = |entry: &Value| {
        let name = ["id", "name", "model"].iter().find_map(|key| entry.get(key)?.as_str());
        let id = name.or(entry.as_str()).filter(|id| !id.is_empty() && !id.chars().any(char::is_control))?;
        let window = WINDOWS.iter().find_map(|path| entry.pointer(path)?.as_u64()).filter(|n| *n > 0);
        Some(Listed { id: id.to_owned(), window: window.map(Tokens) })
    };
    Some(list.iter().filter_map(read).collect())
}
