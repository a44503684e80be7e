//! The decision: a denial beats a question, a question beats a permission, a permission beats the mode.

use super::{
    Action, Approved, Pending, Policy, Rule, Verdict,
    line::Line,
    pattern::{PathPattern, host_is_within},
    rule::Pattern,
    sensitive::sensitive_part,
};
use crate::{
    base::AbsPath,
    protocol::{Mode, ToolCall},
};

/// What is known about a call before its verdict is put into words.
pub(super) enum Answer {
    Allow,
    Ask(Question),
    Deny(String),
}

/// What to tell the person who is asked.
#[derive(Default)]
pub(super) struct Question {
    pub(super) reason: String,
    pub(super) effects: Vec<String>,
    pub(super) remember: Option<String>,
}

impl Answer {
    pub(super) fn ask(reason: impl Into<String>) -> Self {
        Self::Ask(Question { reason: reason.into(), ..Question::default() })
    }

    pub(super) fn denied_by(rule: &Rule) -> Self {
        Self::Deny(format!("the rule `{}` denies it", rule.text()))
    }

    pub(super) fn asked_by(rule: &Rule) -> Self {
        Self::ask(format!("the rule `{}` asks", rule.text()))
    }
}

/// Decides about a call that would do `action`.
pub fn decide(policy: &Policy, call: ToolCall, action: Action) -> Verdict {
    let answer = by_name(policy, &call.name, &action).unwrap_or_else(|| match &action {
        Action::Nothing => nothing(policy, &call.name),
        Action::Read { path } => read(policy, &call.name, path),
        Action::Write { path } => write(policy, &call.name, path),
        Action::Run(command) => Line::read(policy, &call.name, command).answer(),
        Action::Fetch { host, .. } => fetch(policy, host),
    });
    match answer {
        Answer::Allow => Verdict::Allow(Approved { call, action }),
        Answer::Ask(Question { reason, effects, remember }) => {
            Verdict::Ask(Pending { call, action, reason, effects, remember })
        }
        Answer::Deny(reason) => Verdict::Deny(reason),
    }
}

/// Rules that name the tool and no more, where they end the matter: a denial, and a question outside plan mode's
/// own denials.
fn by_name(policy: &Policy, name: &str, action: &Action) -> Option<Answer> {
    let whole = |rule: &&Rule| matches!(rule.pattern, Pattern::Any) && rule.is_about(name);
    if let Some(rule) = policy.rules.deny.iter().find(whole) {
        return Some(Answer::denied_by(rule));
    }
    let changes = matches!(action, Action::Write { .. } | Action::Run(_));
    policy.rules.ask.iter().find(whole).filter(|_| !changes).map(Answer::asked_by)
}

/// A tool that touches nothing runs; for tools that are only named (agents, skills), a rule with a name in it is
/// not about the name of the tool, so it asks rather than guesses.
fn nothing(policy: &Policy, name: &str) -> Answer {
    let named = |rule: &&Rule| matches!(rule.pattern, Pattern::Name) && rule.is_about(name);
    match policy.rules.deny.iter().chain(&policy.rules.ask).find(named) {
        Some(rule) => Answer::asked_by(rule),
        None => Answer::Allow,
    }
}

fn read(policy: &Policy, name: &str, path: &AbsPath) -> Answer {
    if let Some(rule) = policy.rules.deny.iter().find(|r| policy.is_about_path(r, name, path)) {
        return Answer::denied_by(rule);
    }
    if let Some(rule) = policy.rules.ask.iter().find(|r| policy.is_about_path(r, name, path)) {
        return Answer::asked_by(rule);
    }
    let allowed = policy.rules.allow.iter().any(|r| r.is_about(name) && policy.lets_read(r, path));
    if allowed || policy.mode == Mode::Yolo || policy.is_inside(path) {
        return Answer::Allow;
    }
    Answer::Ask(Question {
        reason: "reads outside the workspace".to_owned(),
        remember: PathPattern::exactly(path).map(|inside| format!("Read({inside})")),
        ..Question::default()
    })
}

fn write(policy: &Policy, name: &str, path: &AbsPath) -> Answer {
    if let Some(rule) = policy.rules.deny.iter().find(|r| policy.is_about_path(r, name, path)) {
        return Answer::denied_by(rule);
    }
    if policy.mode == Mode::Plan {
        return Answer::Deny("plan mode reads only; no file is changed".to_owned());
    }
    let asks = |r: &&Rule| {
        policy.is_about_path(r, name, path) || (r.is_about(name) && matches!(r.pattern, Pattern::Any))
    };
    if let Some(rule) = policy.rules.ask.iter().find(asks) {
        return Answer::asked_by(rule);
    }
    let allowed = policy.rules.allow.iter().any(|r| r.is_about(name) && policy.lets_write(r, path));
    if allowed || policy.mode == Mode::Yolo {
        return Answer::Allow;
    }
    match policy.objection_to_writing(path) {
        Some(reason) => Answer::ask(reason),
        None if policy.mode == Mode::AutoEdit => Answer::Allow,
        None => Answer::Ask(Question {
            reason: "changes a file".to_owned(),
            remember: Some("Edit".to_owned()),
            ..Question::default()
        }),
    }
}

fn fetch(policy: &Policy, host: &str) -> Answer {
    let about = |rule: &&Rule| is_about_host(rule, host);
    if let Some(rule) = policy.rules.deny.iter().find(about) {
        return Answer::denied_by(rule);
    }
    if let Some(rule) = policy.rules.ask.iter().find(about) {
        return Answer::asked_by(rule);
    }
    if policy.mode == Mode::Yolo || policy.rules.allow.iter().any(|rule| is_about_host(rule, host)) {
        return Answer::Allow;
    }
    Answer::Ask(Question {
        reason: format!("asks `{host}` for a page"),
        effects: vec!["network".to_owned()],
        remember: Some(format!("WebFetch(domain:{host})")).filter(|rule| Rule::parse(rule).is_ok()),
    })
}

/// Whether a rule is about requests to `host`.
pub(super) fn is_about_host(rule: &Rule, host: &str) -> bool {
    rule.is_fetching()
        && match &rule.pattern {
            Pattern::Any => true,
            Pattern::Domain(domain) => host_is_within(host, domain),
            _ => false,
        }
}

impl Policy {
    /// Whether a denial or question with a path is about the tool called `name` and `path`.
    fn is_about_path(&self, rule: &Rule, name: &str, path: &AbsPath) -> bool {
        rule.is_about(name) && self.covers(rule, path)
    }

    /// Whether the path in a denial or question covers `path`.
    pub(super) fn covers(&self, rule: &Rule, path: &AbsPath) -> bool {
        matches!(&rule.pattern, Pattern::Path(pattern) if pattern.covers(path, &self.root, self.home.as_ref()))
    }

    /// Whether a permission covers reading `path`.
    pub(super) fn lets_read(&self, rule: &Rule, path: &AbsPath) -> bool {
        rule.is_reading()
            && match &rule.pattern {
                Pattern::Any => true,
                Pattern::Path(pattern) => pattern.matches(path, &self.root, self.home.as_ref()),
                _ => false,
            }
    }

    /// Whether a permission covers changing `path`. Without a pattern it means the workspace without its sensitive
    /// files; a pattern must name a sensitive file's own part (`Edit(.git/**)`), a broad one does not include it.
    pub(super) fn lets_write(&self, rule: &Rule, path: &AbsPath) -> bool {
        rule.is_editing()
            && match &rule.pattern {
                Pattern::Any => self.objection_to_writing(path).is_none(),
                Pattern::Path(pattern) => {
                    pattern.matches(path, &self.root, self.home.as_ref())
                        && sensitive_part(path, &self.root)
                            .is_none_or(|part| pattern.text().to_ascii_lowercase().contains(&part))
                }
                _ => false,
            }
    }

    /// Why changing `path` is never free.
    pub(super) fn objection_to_writing(&self, path: &AbsPath) -> Option<String> {
        if !self.is_inside(path) {
            return Some("writes outside the workspace".to_owned());
        }
        sensitive_part(path, &self.root).map(|part| format!("changes `{part}`, which programs act on"))
    }
}
