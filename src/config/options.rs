//! Hands each module its own part.

use std::{path::PathBuf, str::FromStr, time::Duration};

use serde_json::{Map, Value};

use crate::{
    agent::machine::{Compaction, Limits, Loops},
    auth,
    base::{Money, Secret, Tokens},
    catalog, net,
    protocol::Mode,
    provider, telemetry, tools,
};

use super::{
    load::{Loaded, Origin, texts},
    setting::Setting,
    table,
};

/// What stands for "no limit" of a tool result: every result is bounded. Unit: characters or lines.
const WIDEST: usize = 1_000_000;

/// Tries of one request, unless a setting says otherwise. Ours: four more within half a minute, or within two minutes
/// at a limit per minute.
pub const TRIES: u32 = 5;

/// Stands for no limit of time.
const NEVER: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Protocols in `modelProviders` that are not Chat Completions.
const OTHER_PROTOCOLS: &[&str] = &["anthropic", "gemini", "vertex-ai", "qwen-oauth", "openai-responses"];

/// Permission rules as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Calls that need no question.
    pub allow: Vec<String>,
    /// Calls that ask.
    pub ask: Vec<String>,
    /// Calls that never run.
    pub deny: Vec<String>,
}

/// Which tools are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolChoice {
    /// The only ones, when set.
    pub core: Option<Vec<String>>,
    /// Rules for those that never run; one without parentheses takes the whole tool away.
    pub exclude: Vec<String>,
}

/// How the repository is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextChoice {
    /// Names of instruction files.
    pub file_names: Vec<String>,
    /// Other folders of the workspace, as they were written.
    pub include_directories: Vec<String>,
}

impl Loaded {
    /// For `net`.
    pub fn net(&self, env: &auth::Vars) -> net::Options {
        let extra_ca = env.get("QWEN_CA_CERTIFICATE").or_else(|| env.get("NODE_EXTRA_CA_CERTS"));
        net::Options { proxy: self.text(&table::PROXY), extra_ca: extra_ca.map(PathBuf::from) }
    }

    /// For `provider`.
    pub fn provider(&self) -> provider::Options {
        let usual = provider::Options::default();
        let first_byte = self.count(&table::TIMEOUT).map_or(usual.first_byte, Duration::from_millis);
        let limit = |setting, usual: Duration| match self.get(setting).and_then(Value::as_i64) {
            Some(ms) if ms > 0 => Duration::from_millis(ms.unsigned_abs()),
            Some(_) => NEVER,
            None => usual,
        };
        provider::Options {
            max_output: self.count(&table::MAX_OUTPUT).map(Tokens),
            temperature: self.get(&table::TEMPERATURE).and_then(Value::as_f64),
            extra_body: self.object(&table::EXTRA_BODY).cloned().unwrap_or_default(),
            first_byte,
            idle: limit(&table::IDLE, usual.idle),
            // Who waits longer for the first byte waits at least as long for the whole.
            total: limit(&table::LIFETIME, usual.total.max(first_byte)),
        }
    }

    /// For `tools`.
    pub fn limits(&self) -> tools::Limits {
        let usual = tools::Limits::default();
        let limit = |setting, usual| match self.get(setting).and_then(Value::as_i64) {
            Some(limit) if limit > 0 => usize::try_from(limit).unwrap_or(WIDEST).min(WIDEST),
            Some(_) => WIDEST,
            None => usual,
        };
        tools::Limits {
            chars: limit(&table::TOOL_CHARS, usual.chars),
            lines: limit(&table::TOOL_LINES, usual.lines),
        }
    }

    /// For `catalog`; the address comes from `auth::Found`.
    pub fn overrides(&self, proxy_base_url: Option<String>) -> catalog::Overrides {
        catalog::Overrides {
            window: self.count(&table::CONTEXT_WINDOW).map(Tokens),
            max_output: self.count(&table::MAX_OUTPUT).map(Tokens),
            cache: self.cache(),
            proxy_base_url,
            unpinned: self.get(&table::OPENROUTER_PIN) == Some(&Value::Bool(false)),
            prices: self.prices.clone(),
        }
    }

    /// How to use the provider's cache.
    pub fn cache(&self) -> catalog::CacheSetting {
        let named = self.get(&table::CACHE_MODE).and_then(Value::as_str);
        if let Some(setting) = catalog::CacheSetting::ALL.into_iter().find(|s| Some(s.name()) == named) {
            return setting;
        }
        match self.get(&table::CACHE_CONTROL) {
            Some(Value::Bool(false)) => catalog::CacheSetting::Implicit,
            _ => catalog::CacheSetting::Auto,
        }
    }

    /// What is done about a model that repeats itself.
    pub fn loops(&self) -> Loops {
        if self.is_on(&table::SKIP_LOOPS) { Loops::Let } else { Loops::Break }
    }

    /// After how many days without a word a session is removed; `None` for never.
    pub fn cleanup_days(&self) -> Option<u32> {
        let days = self.count(&table::CLEANUP)?;
        u32::try_from(days).ok().filter(|days| *days > 0)
    }

    /// Whether what is stored is kept warm while the person thinks.
    pub fn is_vim(&self) -> bool {
        self.is_on(&table::VIM_MODE)
    }

    /// Whether a stored conversation is kept warm.
    pub fn keep_warm(&self) -> bool {
        self.is_on(&table::KEEP_WARM)
    }

    /// Whether secrets are hidden from the model.
    pub fn redacts(&self) -> bool {
        !self.is_off(&table::REDACT)
    }

    /// When the history is summarised before it fills the window.
    pub fn compaction(&self) -> Compaction {
        Compaction {
            at: self.count(&table::COMPACT_AT).filter(|at| *at > 0).map(Tokens),
            below_tier: self.is_on(&table::CACHE_BELOW_TIER),
        }
    }

    /// For `telemetry`.
    pub fn telemetry(&self) -> telemetry::Options {
        let is_refused = self.get(&table::USAGE_STATISTICS) == Some(&Value::Bool(false));
        telemetry::Options {
            refused_in: is_refused.then(|| self.origin(table::USAGE_STATISTICS.key).to_string()),
            endpoint: self.text(&table::TELEMETRY_ENDPOINT),
            otlp_endpoint: self.text(&table::OTLP_ENDPOINT),
            otlp_headers: self.text(&table::OTLP_HEADERS),
        }
    }

    /// For `auth`.
    pub fn auth(&self) -> auth::Options {
        let env = self.object(&table::ENV).into_iter().flatten();
        auth::Options {
            selected_type: self.text(&table::AUTH_TYPE),
            api_key: self.text(&table::AUTH_KEY).map(Secret::new),
            base_url: self.text(&table::AUTH_URL),
            model: self.text(&table::MODEL_NAME),
            models: self.models(),
            env: env.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect(),
            referenced: self.referenced.clone(),
            oauth: auth::oauth::Overrides {
                device_endpoint: self.text(&table::OAUTH_DEVICE),
                token_endpoint: self.text(&table::OAUTH_TOKEN),
                client_id: self.text(&table::OAUTH_CLIENT),
                scope: self.text(&table::OAUTH_SCOPE),
            },
        }
    }

    /// Where keys of accounts are kept.
    pub fn storage(&self) -> auth::Storage {
        let named = self.get(&table::AUTH_STORAGE).and_then(Value::as_str);
        auth::Storage::ALL.into_iter().find(|storage| Some(storage.name()) == named).unwrap_or_default()
    }

    /// For `permissions`: what is written where, in the order the places were read.
    pub fn rules(&self) -> Vec<(Origin, Rules)> {
        let mut all: Vec<(Origin, Rules)> = Vec::new();
        for (key, texts, origin) in &self.written {
            let at = all.iter().position(|(known, _)| known == origin).unwrap_or_else(|| {
                all.push((origin.clone(), Rules::default()));
                all.len() - 1
            });
            let rules = &mut all[at].1;
            let list = match *key {
                key if key == table::ALLOW.key || key == table::TOOLS_ALLOWED.key => &mut rules.allow,
                key if key == table::ASK.key => &mut rules.ask,
                key if key == table::DENY.key || key == table::TOOLS_EXCLUDE.key => &mut rules.deny,
                _ => continue,
            };
            list.extend(texts.iter().cloned());
        }
        all
    }

    /// For the table of tools.
    pub fn tools(&self) -> ToolChoice {
        ToolChoice {
            core: self.get(&table::TOOLS_CORE).map(texts),
            exclude: self.list(&table::TOOLS_EXCLUDE),
        }
    }

    /// For `context`.
    pub fn context(&self) -> ContextChoice {
        let names = self.get(&table::FILE_NAME).map(texts).filter(|names| !names.is_empty());
        ContextChoice {
            file_names: names.unwrap_or_else(|| vec!["QWEN.md".to_owned(), "AGENTS.md".to_owned()]),
            include_directories: self.list(&table::INCLUDE_DIRECTORIES),
        }
    }

    /// What may happen without asking. The mode `auto` of newer versions of Qwen Code, where a model decides, does
    /// not exist here; who has it set is asked.
    pub fn mode(&self) -> Mode {
        self.text(&table::APPROVAL_MODE).and_then(|name| Mode::from_str(&name).ok()).unwrap_or_default()
    }

    /// How many requests a run may make.
    pub fn max_turns(&self) -> Option<u64> {
        self.get(&table::MAX_SESSION_TURNS).and_then(Value::as_u64).filter(|limit| *limit > 0)
    }

    /// What else a run may use up.
    pub fn run_limits(&self) -> Limits {
        let number = |setting| self.get(setting).and_then(Value::as_f64).filter(|limit| *limit > 0.0);
        let calls = self.get(&table::MAX_TOOL_CALLS).and_then(Value::as_i64).filter(|most| *most >= 0);
        Limits {
            wall_time: number(&table::MAX_WALL_TIME).and_then(|s| Duration::try_from_secs_f64(s).ok()),
            tool_calls: calls.map(|most| u32::try_from(most).unwrap_or(u32::MAX)),
            cost: number(&table::MAX_COST).map(Money::from_dollars),
            tokens: self.count(&table::MAX_TOKENS).filter(|most| *most > 0).map(Tokens),
        }
    }

    /// Tries of one request.
    pub fn tries(&self) -> u32 {
        let again = self.get(&table::MAX_RETRIES).and_then(Value::as_i64);
        again.map_or(TRIES, |again| 1 + u32::try_from(again.clamp(0, 9)).unwrap_or_default())
    }

    /// What a run without a terminal prints: `text`, `json` or `stream-json`.
    pub fn output_format(&self) -> String {
        self.text(&table::OUTPUT_FORMAT).unwrap_or_else(|| "text".to_owned())
    }

    fn models(&self) -> Vec<auth::ModelEntry> {
        let text = |entry: &Value, key| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let all = self.object(&table::MODEL_PROVIDERS).into_iter().flatten();
        all.filter(|(protocol, _)| !OTHER_PROTOCOLS.contains(&protocol.as_str()))
            .flat_map(|(_, entries)| entries.as_array().into_iter().flatten())
            .filter_map(|entry| {
                let (base_url, key_env) = (text(entry, "baseUrl"), text(entry, "envKey"));
                Some(auth::ModelEntry { id: text(entry, "id")?, base_url, key_env })
            })
            .collect()
    }

    pub(super) fn text(&self, setting: &Setting) -> Option<String> {
        self.get(setting).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    }

    pub(super) fn is_on(&self, setting: &Setting) -> bool {
        self.get(setting).and_then(Value::as_bool).unwrap_or_default()
    }

    /// For switches that are on when nothing is set.
    pub(super) fn is_off(&self, setting: &Setting) -> bool {
        self.get(setting) == Some(&Value::Bool(false))
    }

    fn count(&self, setting: &Setting) -> Option<u64> {
        self.get(setting).and_then(Value::as_u64)
    }

    fn object(&self, setting: &Setting) -> Option<&Map<String, Value>> {
        self.get(setting).and_then(Value::as_object)
    }

    fn list(&self, setting: &Setting) -> Vec<String> {
        self.get(setting).map(texts).unwrap_or_default()
    }
}
