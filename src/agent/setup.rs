//! What a session is made from.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use super::{Connection, Desk, Watch, knowledge::Knowledge, machine};
use crate::{
    base::{AbsPath, Account, SessionId, Tokens},
    cache, context, net,
    permissions::Policy,
    prompt::{Head, Prompt},
    protocol::{CacheMode, CacheTerms, Failure, Item, Kind, SessionInfo},
    session::{LedgerFile, PastFile, Pinned, Transcript},
    tools::{Limits, Toolbox},
};

/// The text every session begins with.
const INSTRUCTIONS: &str = include_str!("instructions.md");
/// Everything a session needs, gathered by the door.
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a session, each asked for by name")]
pub struct Setup {
    /// Its id.
    pub session: SessionId,
    /// The folder the person works in, canonical; commands start here.
    pub cwd: AbsPath,
    /// The repository around it, canonical; the same as `cwd` where there is none.
    pub root: AbsPath,
    /// Other folders that count as workspace, canonical.
    pub extra_roots: Vec<AbsPath>,
    /// What requests are made with, or why there is nothing: a session with a person may begin without.
    pub connection: Result<Connection, Failure>,
    /// Who sees every event beside the face.
    pub watch: Option<Watch>,
    /// Who knows other accounts and models; `None` where nothing can be changed.
    pub desk: Option<Arc<dyn Desk>>,
    /// The HTTP client.
    pub net: net::Lazy,
    /// What may happen without asking.
    pub policy: Policy,
    /// The tools offered.
    pub toolbox: Toolbox,
    /// Bounds of a tool's result.
    pub limits: Limits,
    /// How the repository is read.
    pub context: context::Options,
    /// The system text.
    pub instructions: Instructions,
    /// When the history is summarised before it fills the window.
    pub compaction: machine::Compaction,
    /// Requests allowed in this run; `None` for no limit.
    pub max_requests: Option<u32>,
    /// What else this run may use up.
    pub run_limits: machine::Limits,
    /// The tool whose first call that succeeds is the answer, if the answer must have a form.
    pub final_tool: Option<String>,
    /// What is done about a model that repeats itself.
    pub loops: machine::Loops,
    /// Tries of one request.
    pub tries: u32,
    /// Whether a request the server has no room for is tried as often as it takes.
    pub is_unattended: bool,
    /// What is asked, one after the other, when the model has no room for a request.
    pub fallbacks: VecDeque<Connection>,
    /// Whether secrets are hidden from the model.
    pub redacts: bool,
    /// Where secrets are that are hidden whatever they look like; read when a tool first runs.
    pub secrets: context::SecretPlaces,
    /// Environment variables that no child process sees.
    pub hidden_env: Vec<String>,
    /// Where whole outputs of tools go.
    pub spill: AbsPath,
    /// Where the conversation is kept.
    pub transcript: Transcript,
    /// A conversation to go on with.
    pub restored: Vec<Item>,
    /// What the person should know before the first turn.
    pub notices: Vec<String>,
    /// Whether a person is there who may say more.
    pub is_interactive: bool,
    /// Whether what is stored is kept warm while the person thinks.
    pub keep_warm: bool,
    /// Where the provider's copy of a restored conversation ends.
    pub link: Option<cache::Link>,
    /// What is known of the provider's store at the start.
    pub ledger: cache::Ledger,
    /// Where that is kept and shared with other sessions.
    pub ledger_file: LedgerFile,
    /// Where what is read of the repository is kept, to be used again while it is cached.
    pub pinned: Pinned,
    /// What the person said in earlier sessions.
    pub past: PastFile,
    /// Tells today's date for the model, as `2026-11-21`. Asked beside everything else, since the system's table of time
    /// zones is a walk through many folders.
    pub today: fn() -> String,
}

/// The system text of a session.
#[derive(Clone, Debug, Default)]
pub struct Instructions {
    /// Stands in place of the built-in text.
    pub replace: Option<String>,
    /// Stands after it.
    pub append: Option<String>,
}

impl Instructions {
    /// The whole of it.
    pub(super) fn text(&self) -> String {
        let base = self.replace.as_deref().unwrap_or(INSTRUCTIONS).trim();
        match &self.append {
            Some(more) => format!("{base}\n\n{}", more.trim()),
            None => base.to_owned(),
        }
    }
}

impl Setup {
    /// What every request of this session would begin with if it started now. Nothing is pinned and nothing kept.
    /// Blocks on the file system.
    pub fn head(&self) -> Head {
        Knowledge::peek(self)
    }

    /// The prompt to begin with. Errors: the restored items are not a conversation.
    pub(super) fn prompt(&mut self, head: Head) -> Result<Prompt, Failure> {
        Prompt::restore(Arc::new(head), std::mem::take(&mut self.restored)).map_err(|e| {
            Failure::new(Kind::Config, format!("the session `{}` cannot be continued: {e}", self.session))
                .hint("start a new one without --continue or --resume")
        })
    }

    pub(super) fn machine_config(&mut self) -> machine::Config {
        let parallel = self
            .toolbox
            .names()
            .into_iter()
            .filter(|name| self.toolbox.find(name).is_some_and(|(_, tool)| tool.is_parallel()));
        let connection = self.connection.as_ref().ok();
        machine::Config {
            cache: self.limits(),
            cache_mode: connection.map_or(CacheMode::Off, |c| c.cache_mode),
            link: self.link.take(),
            keep_warm: self.keep_warm,
            tiers: connection.map(|c| c.profile.tiers.clone()).unwrap_or_default(),
            window: connection.map_or(Tokens(0), |c| c.profile.input_bound()),
            compaction: self.compaction,
            max_requests: self.max_requests,
            limits: self.run_limits,
            final_tool: self.final_tool.clone(),
            loops: self.loops,
            tries: self.tries,
            is_unattended: self.is_unattended,
            fallbacks: self.fallbacks.iter().map(Connection::switch).collect(),
            parallel: parallel.map(str::to_owned).collect::<BTreeSet<_>>(),
            mode: self.policy.mode,
            is_interactive: self.is_interactive,
            ledger: std::mem::take(&mut self.ledger),
        }
    }

    /// Whose cache is used, and on which terms; without a connection nobody's.
    pub(super) fn limits(&self) -> cache::Limits {
        self.connection.as_ref().map_or_else(
            |_| cache::Limits {
                terms: CacheTerms::default(),
                scope: cache::Scope { account: Account::new(""), model: String::new() },
            },
            Connection::limits,
        )
    }

    pub(super) fn info(&self, prompt: &Prompt) -> SessionInfo {
        let connection = self.connection.as_ref().ok();
        let restored = prompt.items().iter().filter(|i| matches!(i, Item::User(_))).count();
        SessionInfo {
            id: self.session.clone(),
            root: self.cwd.to_string(),
            branch: context::branch(&self.root),
            model: connection.map(|c| c.profile.model.clone()).unwrap_or_default(),
            provider: connection.map(|c| c.profile.provider.name.to_owned()).unwrap_or_default(),
            window: connection.map_or(Tokens(0), |c| c.profile.window),
            tools: prompt.head().tools().iter().map(|t| t.name.clone()).collect(),
            mode: self.policy.mode,
            cache: connection.map_or_else(
                || (CacheMode::Off, "not signed in".to_owned()),
                |c| (c.cache_mode, c.cache_reason.clone()),
            ),
            restored_turns: u32::try_from(restored).unwrap_or(u32::MAX),
        }
    }
}
