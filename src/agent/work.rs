//! Judges and runs tool calls, and makes the texts that stand beside the person's words.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use super::{
    Mailbox, Setup,
    knowledge::{Knowledge, News},
    machine::{Asked, Judgement},
    shroud::Shroud,
    words,
};
use crate::{
    base::{AbsPath, CallId, Tokens},
    context, net,
    permissions::{self, Action, Approved, Policy, Verdict},
    protocol::{
        Event, FileList, HiddenList, MemoryFile, Mode, Preview, Question, RuleList, RuleRow, Todo, ToolCall,
    },
    sandbox,
    tools::{self, Hands, Limits, Outcome, Reads, Toolbox},
};

/// What calls are judged and run with.
pub(super) struct Workshop {
    toolbox: Toolbox,
    policy: Mutex<Policy>,
    cwd: AbsPath,
    root: AbsPath,
    extra_roots: Vec<AbsPath>,
    spill: AbsPath,
    limits: Limits,
    reads: Arc<Mutex<Reads>>,
    todos: Arc<Mutex<Vec<Todo>>>,
    net: net::Lazy,
    hidden_env: Arc<Vec<String>>,
    today: fn() -> String,
    knowledge: Knowledge,
    shroud: Shroud,
}

impl Workshop {
    /// Takes what it needs from the setup.
    pub(super) fn new(setup: &Setup, knowledge: Knowledge, shroud: Shroud) -> Self {
        let mut extra_roots = setup.extra_roots.clone();
        if setup.root != setup.cwd {
            extra_roots.push(setup.root.clone());
        }
        Self {
            toolbox: setup.toolbox.clone(),
            policy: Mutex::new(setup.policy.clone()),
            cwd: setup.cwd.clone(),
            root: setup.root.clone(),
            extra_roots,
            spill: setup.spill.clone(),
            limits: setup.limits,
            reads: Arc::default(),
            todos: Arc::default(),
            net: setup.net.clone(),
            hidden_env: Arc::new(setup.hidden_env.clone()),
            today: setup.today,
            knowledge,
            shroud,
        }
    }

    pub(super) fn set_mode(&self, mode: Mode) {
        self.policy().mode = mode;
    }

    /// Stores a rule for this session. A rule that was offered is one that is understood.
    pub(super) fn remember(&self, rule: &str) {
        let _ = self.policy().remember(rule);
    }

    /// Adds a rule for this session. Errors: the sentence to show when it is no rule.
    pub(super) fn add_rule(&self, list: RuleList, rule: &str) -> Result<(), String> {
        self.policy().add(list, rule)
    }

    /// Takes a rule of this session away.
    pub(super) fn forget_rule(&self, list: RuleList, rule: &str) {
        self.policy().forget(list, rule);
    }

    /// All rules in the order they are asked.
    pub(super) fn rules(&self) -> Vec<RuleRow> {
        self.policy().rules.rows()
    }

    /// What the repository's block in the head is made of, with estimated sizes.
    pub(super) fn repository_parts(&self) -> Vec<(String, Tokens)> {
        self.knowledge.parts()
    }

    /// The instruction files that are read and those that could be. Blocks on the file system.
    pub(super) fn memory(&self) -> Vec<MemoryFile> {
        self.knowledge.memory()
    }

    pub(super) async fn environment(&self) -> String {
        let environment =
            context::Environment::collect(&self.root, &self.cwd, (self.today)(), words::shell());
        self.covered_environment(&environment.await.text())
    }

    /// The text about the environment as it may leave.
    pub(super) fn covered_environment(&self, text: &str) -> String {
        self.shroud.cover(text, "the environment")
    }

    /// What the machine tells the model beside the person's words, as it may leave.
    pub(super) fn covered_reminders(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.shroud.cover(text, "a command of yours")).collect()
    }

    /// What was hidden from the model.
    pub(super) fn hidden(&self) -> HiddenList {
        self.shroud.list()
    }

    /// Lets one secret through from now on.
    pub(super) fn let_through(&self, number: u32) {
        self.shroud.allow(number);
    }

    /// What the model is to be told of the repository with the next message.
    pub(super) fn news(&self, is_first: bool) -> News {
        self.knowledge.news(is_first)
    }

    /// The message with the news is part of the conversation.
    pub(super) fn news_are_sent(&self) {
        self.knowledge.sent();
    }

    /// The history was replaced: what changed since the head was made is to be told again.
    pub(super) fn forget_news(&self) {
        self.knowledge.forget();
    }

    /// The repository block as it is now, pinned in place of the one before; for `/context refresh`. The next prompt
    /// is made with it.
    pub(super) fn refresh_repository(&self) -> String {
        self.knowledge.refresh()
    }

    /// The files the person named with `@`, as texts for the model.
    pub(super) fn mentions(&self, text: &str) -> Vec<String> {
        let policy = self.policy().clone();
        let is_secret = |path: &AbsPath| policy.keeps_secret(path).is_some();
        let mentions = context::mentions(text, &self.root, &self.cwd, &is_secret);
        if !mentions.is_empty() {
            self.shroud.learn();
        }
        mentions.into_iter().map(|m| self.shroud.cover(&m.text, &format!("@{}", m.label))).collect()
    }

    /// What a call would touch, what the rules say to that, and what a person must see.
    pub(super) async fn judge(self: Arc<Self>, call: ToolCall, stop: CancellationToken) -> Judgement {
        let broke =
            format!("`{}` broke; this is a bug in qwen. Nothing was run. Try another way.", call.name);
        alone(async move { self.weigh(call, stop).await }, || Judgement::Impossible(broke)).await
    }

    async fn weigh(&self, mut call: ToolCall, stop: CancellationToken) -> Judgement {
        let Some((name, tool)) = self.toolbox.find(&call.name) else {
            let names = self.toolbox.names().join(", ");
            let text = format!("There is no tool named `{}`. The tools are: {names}.", call.name);
            return Judgement::Impossible(text);
        };
        // Rules know a tool by one name, however the model called it.
        name.clone_into(&mut call.name);
        let input = match call.arguments.object() {
            Ok(input) => input.clone(),
            Err(_) => return Judgement::Impossible("The arguments cannot be read.".to_owned()),
        };
        let hands = self.hands(&call.id, stop, None);
        let action = match tool.action(&input, &hands) {
            Ok(action) => action,
            Err(sentence) => return Judgement::Impossible(self.shroud.cover(&sentence, &call.name)),
        };
        let title = tool.title(&input, &hands);
        if let Action::Run(command) = &action
            && let Some(mark) = self.shroud.spoken(&command.line)
        {
            return Judgement::Impossible(words::mark_in_command(&mark));
        }
        let verdict = permissions::decide(&self.policy(), call, action);
        match verdict {
            Verdict::Allow(approved) => Judgement::Run { approved: Box::new(approved), title },
            Verdict::Deny(reason) => Judgement::Deny(words::forbidden(&reason)),
            Verdict::Ask(pending) => match tool.preview(&input, pending.action(), &hands).await {
                Err(sentence) => Judgement::Impossible(self.shroud.cover(&sentence, &title)),
                Ok(preview) => {
                    let question = question(preview, &pending);
                    Judgement::Ask(Box::new(Asked { pending, question, title }))
                }
            },
        }
    }

    /// Runs a call in a task of its own, so that a bug in a tool ends the call and not the session.
    pub(super) async fn run(
        self: Arc<Self>,
        approved: Approved,
        stop: CancellationToken,
        mailbox: Mailbox,
    ) -> Outcome {
        let name = approved.call().name.clone();
        let broke = format!("`{name}` broke; this is a bug in qwen. Try another way.");
        let work = async move {
            let id = approved.call().id.clone();
            let hands = self.hands(&id, stop, Some(mailbox));
            let Some((_, tool)) = self.toolbox.find(&approved.call().name) else {
                return Outcome::failed("There is no such tool.");
            };
            let input = approved.call().arguments.object().cloned().unwrap_or_default();
            // Before it runs: it may move or change the files that are learned from.
            self.shroud.learn();
            let outcome = tool.run(approved, &hands).await;
            self.covered(outcome, &tool.title(&input, &hands))
        };
        alone(work, || Outcome::failed(broke)).await
    }

    /// Runs a command line of the person's own, in a task of its own as a call is.
    pub(super) async fn run_own(
        self: Arc<Self>,
        call: CallId,
        line: String,
        stop: CancellationToken,
        mailbox: Mailbox,
    ) -> Outcome {
        let work = async move {
            let hands = self.hands(&call, stop, Some(mailbox));
            self.shroud.learn();
            self.covered(tools::run_own(&line, &hands).await, &format!("! {line}"))
        };
        alone(work, || Outcome::failed("the command could not be run; this is a bug in qwen")).await
    }

    /// The files that can be named with `@`. Blocks on the file system.
    pub(super) fn files(&self, is_wanted: impl Fn() -> bool) -> FileList {
        context::files(&self.root, &self.cwd, is_wanted)
    }

    /// What a person is shown of it stays as it is.
    fn covered(&self, outcome: Outcome, place: &str) -> Outcome {
        Outcome { text: self.shroud.cover(&outcome.text, place), ..outcome }
    }

    fn hands(&self, call: &CallId, stop: CancellationToken, progress: Option<Mailbox>) -> Hands {
        let call = call.clone();
        Hands {
            root: self.cwd.clone(),
            extra_roots: self.extra_roots.clone(),
            spill: self.spill.clone(),
            limits: self.limits,
            reads: self.reads.clone(),
            todos: self.todos.clone(),
            veil: self.shroud.shared(),
            net: self.net.clone(),
            hidden_env: self.hidden_env.clone(),
            progress: Arc::new(move |text: &str| {
                if let Some(mailbox) = &progress {
                    mailbox.put(Event::ToolOutput { call: call.clone(), text: text.to_owned() });
                }
            }),
            stop,
        }
    }

    fn policy(&self) -> MutexGuard<'_, Policy> {
        // A policy is whole after every change, so a panic elsewhere while it was held harms nothing.
        self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn question(preview: Preview, pending: &permissions::Pending) -> Question {
    let mut effects = pending.effects.clone();
    if matches!(preview, Preview::Command { .. }) {
        effects.push(sandbox::STATE.to_owned());
    }
    Question { preview, remember: pending.remember.clone(), reason: pending.reason.clone(), effects }
}

/// Does it in a task of its own, so that a bug there ends what was asked for and not the session.
async fn alone<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
    broke: impl FnOnce() -> T,
) -> T {
    tokio::spawn(work).await.unwrap_or_else(|_| broke())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_breaks_is_told_and_ends_nothing_else() {
        assert_eq!(alone(async { "done" }, || "broke").await, "done");
        assert_eq!(alone(async { panic!("a bug of this test") }, || "broke").await, "broke");
    }
}
