//! The ticket without which no tool runs.

use super::{Action, Policy};
use crate::{base::AbsPath, protocol::ToolCall};

/// A call that may run, with the action that was judged.
///
/// Only this module makes one, so a tool that takes it by value cannot run anything else, and cannot run it twice:
///
/// ```
/// # use qwen::permissions::Approved;
/// fn run(call: Approved) { drop(call) }
/// fn once(call: Approved) { run(call) }
/// ```
/// ```compile_fail
/// # use qwen::permissions::Approved;
/// fn run(call: Approved) { drop(call) }
/// fn twice(call: Approved) { run(call); run(call) }
/// ```
#[derive(Debug)]
pub struct Approved {
    pub(super) call: ToolCall,
    pub(super) action: Action,
    pub(super) closed: Closed,
    pub(super) content: Option<String>,
}

/// The policy with only those rules that keep files from this call; `None` when it reads none.
pub(super) type Closed = Option<Box<Policy>>;

impl Approved {
    /// The call.
    pub fn call(&self) -> &ToolCall {
        &self.call
    }

    /// The action that was judged; the tool does this and nothing else.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// What the person wrote in place of what the call would write, if they did.
    pub fn content(&self) -> Option<&str> {
        self.content.as_deref()
    }

    /// Whether a rule, or what it may hold, keeps a file from the call, which may read the folder it lies in: a search through a folder
    /// must ask this for every file.
    pub fn keeps_back(&self) -> impl Fn(&AbsPath) -> bool + Send + Sync + use<> {
        let closed = self.closed.clone();
        move |path| {
            let rules = |policy: &Policy| {
                let mut rules = policy.rules.deny.iter().chain(&policy.rules.ask);
                rules.any(|rule| policy.covers(rule, path)) || policy.keeps_secret(path).is_some()
            };
            closed.as_deref().is_some_and(rules)
        }
    }

    /// A ticket without judgement, so that the tests of a tool need no policy.
    #[cfg(test)]
    pub(crate) fn for_tests(call: ToolCall, action: Action) -> Self {
        Self { call, action, closed: None, content: None }
    }

    /// As a person would have rewritten it.
    #[cfg(test)]
    pub(crate) fn rewritten(self, content: &str) -> Self {
        Self { content: Some(content.to_owned()), ..self }
    }
}

/// A call that waits for a person.
#[derive(Debug)]
pub struct Pending {
    pub(super) call: ToolCall,
    pub(super) action: Action,
    pub(super) closed: Closed,
    /// Why the rules ask, in a few words.
    pub reason: String,
    /// What to show beside the preview: `deletes: build/`.
    pub effects: Vec<String>,
    /// The exact rule that "don't ask again" would store; `None` where that is never offered.
    pub remember: Option<String>,
}

impl Pending {
    /// The call.
    pub fn call(&self) -> &ToolCall {
        &self.call
    }

    /// What it would touch.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// The person said yes.
    pub fn approve(self) -> Approved {
        Approved { call: self.call, action: self.action, closed: self.closed, content: None }
    }

    /// The person said yes to a file that reads like `content`. Errors: the call itself, when it writes no file.
    pub fn rewrite(self, content: String) -> Result<Approved, Box<Self>> {
        if !matches!(self.action, Action::Write { .. }) {
            return Err(Box::new(self));
        }
        Ok(Approved { content: Some(content), ..self.approve() })
    }
}

/// What the rules say about a call.
#[derive(Debug)]
pub enum Verdict {
    /// It may run.
    Allow(Approved),
    /// A person must be asked.
    Ask(Pending),
    /// It must not run; the reason is for the model and the person.
    Deny(String),
}
