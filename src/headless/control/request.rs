//! What a client may ask for.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::protocol::Mode;

/// The longest a client may take over a question. Source: Qwen Code's bound.
const LONGEST_ANSWER: u64 = 600_000;

/// A request of the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// The first one: says what the client is, and asks what can be asked.
    Initialize {
        /// How long the client takes over a question, if it says so.
        patience: Option<Duration>,
    },
    /// Stop the running turn.
    Interrupt,
    /// Use this model from now on.
    SetModel(String),
    /// Change the approval mode.
    SetMode(Mode),
    /// The slash commands there are.
    Commands,
    /// The tool servers there are.
    Servers,
    /// What fills the model's window.
    ContextUsage,
    /// The models to choose from.
    Models,
}

/// What Qwen Code answers and this program does not do.
const ABSENT: &[&str] =
    &["set_effort", "continue_last_turn", "get_usage_info", "mcp_message", "hook_callback", "can_use_tool"];

impl Request {
    /// Reads the payload. Errors: a sentence that names what is asked for.
    pub(super) fn read(request: &Map<String, Value>) -> Result<Self, String> {
        let text = |key: &str| request.get(key).and_then(Value::as_str);
        Ok(match text("subtype") {
            Some("initialize") => {
                refuse_parts(request)?;
                let ms = request.get("timeout").and_then(|limits| limits["canUseTool"].as_u64());
                let patience = ms.filter(|ms| (1..=LONGEST_ANSWER).contains(ms)).map(Duration::from_millis);
                Self::Initialize { patience }
            }
            Some("interrupt") => Self::Interrupt,
            Some("set_model") => {
                let model = text("model").map(str::trim).filter(|model| !model.is_empty());
                Self::SetModel(model.ok_or("`set_model` needs `model`, a name")?.to_owned())
            }
            Some("set_permission_mode") => {
                Self::SetMode(text("mode").ok_or("`set_permission_mode` needs `mode`")?.parse()?)
            }
            Some("supported_commands") => Self::Commands,
            Some("mcp_server_status") => Self::Servers,
            Some("get_context_usage") => Self::ContextUsage,
            Some("get_available_models") => Self::Models,
            Some(absent) if ABSENT.contains(&absent) => {
                return Err(format!("`{absent}` is not supported by this program"));
            }
            Some(other) => return Err(format!("`{other}` is no request that is known")),
            None => return Err("the request has no `subtype`".to_owned()),
        })
    }
}

/// A client that brings tools or agents of its own must know that they are not used.
fn refuse_parts(request: &Map<String, Value>) -> Result<(), String> {
    let is_filled = |value: &Value| match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(all) => !all.is_empty(),
        _ => false,
    };
    let parts = ["hooks", "sdkMcpServers", "mcpServers", "agents"];
    match parts.into_iter().find(|part| request.get(*part).is_some_and(is_filled)) {
        Some(part) => Err(format!("`{part}` of `initialize` is not supported by this program")),
        None => Ok(()),
    }
}
