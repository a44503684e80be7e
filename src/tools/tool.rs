//! What every tool is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::{
    base::AbsPath,
    permissions::{Action, Approved},
    prompt::ToolSpec,
    protocol::{Display, Preview, Todo, Verdict},
    redact::Veil,
};

/// A thing the model can do.
///
/// A call goes through four steps: [`Tool::action`] says what it would touch, `permissions::decide` judges that,
/// [`Tool::preview`] shows it where a person is asked, [`Tool::run`] does it.
pub trait Tool: Send + Sync {
    /// Name, description and parameters, as offered to the model.
    fn spec(&self) -> ToolSpec;

    /// What this call would touch. Errors: a sentence for the model when the arguments do not make sense.
    fn action(&self, input: &Map<String, Value>, hands: &Hands) -> Result<Action, String>;

    /// One line on what the call does, for a person: `edit src/lib.rs`. Arguments may be wrong or missing.
    fn title(&self, input: &Map<String, Value>, hands: &Hands) -> String;

    /// What a person must see before saying yes. May read files. Errors: a sentence for the model when the call
    /// cannot succeed (the text to replace is not there), so that nobody is asked in vain.
    fn preview<'a>(
        &'a self,
        input: &'a Map<String, Value>,
        action: &'a Action,
        hands: &'a Hands,
    ) -> BoxFuture<'a, Result<Preview, String>>;

    /// Whether it may run beside other calls of the same turn.
    fn is_parallel(&self) -> bool;

    /// Does it. Must end soon after `hands.stop` is cancelled.
    fn run<'a>(&'a self, call: Approved, hands: &'a Hands) -> BoxFuture<'a, Outcome>;
}

/// What came of running a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the model reads; bounded by [`Limits`].
    pub text: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What a person is shown.
    pub display: Option<Display>,
}

impl Outcome {
    /// It worked.
    pub fn done(text: impl Into<String>, display: Option<Display>) -> Self {
        Self { text: text.into(), verdict: Verdict::Done, display }
    }

    /// It failed; the text tells the model what to do next.
    pub fn failed(text: impl Into<String>) -> Self {
        Self { text: text.into(), verdict: Verdict::Failed, display: None }
    }

    /// The person stopped it; the text holds what there was until then.
    pub fn interrupted(text: impl Into<String>) -> Self {
        Self { text: text.into(), verdict: Verdict::Interrupted, display: None }
    }
}

/// How much of a result the model reads.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Characters of one result. Qwen Code's `tools.truncateToolOutputThreshold`.
    pub chars: usize,
    /// Lines of one result. Qwen Code's `tools.truncateToolOutputLines`.
    pub lines: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { chars: 25_000, lines: 1_000 }
    }
}

/// What a tool may use while it works.
pub struct Hands {
    /// The workspace's root, canonical.
    pub root: AbsPath,
    /// Other folders that count as workspace, canonical.
    pub extra_roots: Vec<AbsPath>,
    /// Where whole outputs are put when a result is bounded; made when first needed.
    pub spill: AbsPath,
    /// Bounds of one result.
    pub limits: Limits,
    /// What was read in this session.
    pub reads: Arc<Mutex<super::reads::Reads>>,
    /// The list of things to do.
    pub todos: Arc<Mutex<Vec<Todo>>>,
    /// What of it the model may not see.
    pub veil: Arc<Mutex<Veil>>,
    /// The HTTP client, made when first needed.
    pub net: crate::net::Lazy,
    /// Names of environment variables that no child process sees.
    pub hidden_env: Arc<Vec<String>>,
    /// Takes pieces of output while the call runs; never blocks.
    pub progress: Arc<dyn Fn(&str) + Send + Sync>,
    /// Cancelled when the person stops the turn.
    pub stop: CancellationToken,
}

impl Hands {
    /// What was read, locked.
    pub(super) fn reads(&self) -> MutexGuard<'_, super::reads::Reads> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the model may not see, locked.
    pub(super) fn veil(&self) -> MutexGuard<'_, Veil> {
        self.veil.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A path argument as a person would write it, without looking at the disk.
    pub(super) fn shown(&self, argument: &str) -> String {
        self.root.join(argument).shown_from(&self.root)
    }

    /// Does work that blocks on a thread of its own. `None` when the turn is stopped first: the work is then left
    /// to itself, so it must be work that changes nothing.
    pub(super) async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            done = tokio::task::spawn_blocking(work) => done.ok(),
        }
    }
}
