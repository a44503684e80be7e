//! What a simulator can be told to be.

use std::{fmt, sync::Arc};

use super::{
    blocks::Sizes, check::Strictness, clock::Clock, fault::Planned, models::ModelRows, oauth::OAuth,
    record::Summary, rules::CacheRules, script::Script, shape::Shape,
};

/// Is told about each request when it has ended.
pub type OnRequest = Arc<dyn Fn(&Summary) + Send + Sync>;

/// How a simulator behaves. The default is a friendly Qwen Cloud with the built-in responder.
#[derive(Clone, Default)]
pub struct SimOptions {
    /// The port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// The key a request must carry; `None` accepts every request.
    pub key: Option<String>,
    /// What the model answers.
    pub script: Script,
    /// How responses are written.
    pub shape: Shape,
    /// What goes wrong, whatever the script says; faults here strike before those of a turn.
    pub faults: Vec<Planned>,
    /// How the cache works.
    pub cache: CacheRules,
    /// Which clock the cache lives by.
    pub clock: Clock,
    /// How tokens are counted.
    pub sizes: Sizes,
    /// The longest prompt. *Unit:* tokens. `None` for no limit. Longer ones are refused; the Responses API loses its
    /// oldest items instead, see `overflow`.
    pub window: Option<u64>,
    /// What the Responses API does with a context that is too long.
    pub overflow: Overflow,
    /// How logins go.
    pub oauth: OAuth,
    /// How much the list of models says.
    pub models: ModelRows,
    /// What is refused beyond what every server refuses.
    pub strict: Strictness,
    /// How many ended requests are remembered for `Sim::requests`; `None` for all.
    pub keep: Option<usize>,
    /// Is told about each request when it has ended.
    pub on_request: Option<OnRequest>,
}

/// What the Responses API does with a context that is too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Above 80 % of the window the oldest items are gone, without a word. Source: docs/sources.md, wire 2.4.
    #[default]
    Truncates,
    /// Above the window the request is refused.
    Refuses,
}

impl fmt::Debug for SimOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimOptions")
            .field("port", &self.port)
            .field("script", &self.script)
            .field("shape", &self.shape)
            .field("faults", &self.faults)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}
