//! The decision: a denial beats a question, a question beats a permission, a permission beats the mode.

use super::{
    Action, Approved, Pending, Policy, Rule, Rules, Verdict,
    approval::Closed,
    line::Line,
    names::{EDITORS, READERS, canonical},
    pattern::{PathPattern, host_is_within},
    rule::Pattern,
    secret::secret_part,
    sensitive::sensitive_part,
    shell::FileUse,
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
    let answer = match &action {
        Action::Nothing => nothing(policy, &call.name),
        Action::Read { path } => read(policy, &call.name, path),
        Action::Write { path } => write(policy, &call.name, path),
        Action::Run(command) => Line::read(policy, &call.name, command).answer(),
        Action::Fetch { host, .. } => fetch(policy, host),
    };
    let closed = policy.closing(&call.name, &action);
    match answer {
        Answer::Allow => Verdict::Allow(Approved { call, action, closed, content: None }),
        Answer::Ask(Question { reason, effects, remember }) => {
            Verdict::Ask(Pending { call, action, closed, reason, effects, remember })
        }
        Answer::Deny(reason) => Verdict::Deny(reason),
    }
}

/// A tool that touches nothing runs unless a rule names it. A denial of one agent or skill asks: the name it was
/// called with is not known here.
fn nothing(policy: &Policy, name: &str) -> Answer {
    let about = |rule: &&Rule| rule.is_about(name);
    match (policy.rules.deny.iter().find(about), policy.rules.ask.iter().find(about)) {
        (Some(rule), _) if matches!(rule.pattern, Pattern::Any) => Answer::denied_by(rule),
        (Some(rule), _) | (None, Some(rule)) => Answer::asked_by(rule),
        (None, None) => Answer::Allow,
    }
}

fn read(policy: &Policy, name: &str, path: &AbsPath) -> Answer {
    let about = |rule: &&Rule| reads_with(rule, name) && policy.covers(rule, path);
    if let Some(rule) = policy.rules.deny.iter().find(about) {
        return Answer::denied_by(rule);
    }
    if let Some(rule) = policy.rules.ask.iter().find(about) {
        return Answer::asked_by(rule);
    }
    let secret = secret_part(path, policy.roots());
    let names_it = |rule: &Rule| secret.as_ref().is_none_or(|part| rule.names(part));
    let allows = |r: &Rule| reads_with(r, name) && policy.lets_read(r, path) && names_it(r);
    if policy.rules.allow.iter().any(allows) || policy.mode == Mode::Yolo {
        return Answer::Allow;
    }
    if let Some(part) = secret {
        return Answer::Ask(Question {
            reason: format!("reads `{part}`, which may hold secrets"),
            remember: PathPattern::exactly(path).map(|inside| format!("Read({inside})")),
            ..Question::default()
        });
    }
    if policy.is_inside(path) {
        return Answer::Allow;
    }
    Answer::Ask(Question {
        reason: "reads outside the workspace".to_owned(),
        remember: PathPattern::exactly(path).map(|inside| format!("Read({inside})")),
        ..Question::default()
    })
}

fn write(policy: &Policy, name: &str, path: &AbsPath) -> Answer {
    let about = |rule: &&Rule| writes_with(rule, name) && policy.covers(rule, path);
    if let Some(rule) = policy.rules.deny.iter().find(about) {
        return Answer::denied_by(rule);
    }
    if policy.mode == Mode::Plan {
        return Answer::Deny("plan mode reads only; no file is changed".to_owned());
    }
    if let Some(rule) = policy.rules.ask.iter().find(about) {
        return Answer::asked_by(rule);
    }
    let allowed = policy.rules.allow.iter().any(|r| writes_with(r, name) && policy.lets_write(r, path));
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

/// Whether a rule is about reading with this tool. Rules are about files: a tool that is no built-in reader is held
/// by every rule about reading.
fn reads_with(rule: &Rule, name: &str) -> bool {
    rule.is_about(name) || (rule.is_reading() && canonical(name).is_none_or(|own| !READERS.contains(&own)))
}

/// Whether a rule is about changing files with this tool; as [`reads_with`].
fn writes_with(rule: &Rule, name: &str) -> bool {
    rule.is_about(name) || (rule.is_editing() && canonical(name).is_none_or(|own| !EDITORS.contains(&own)))
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
    /// What is left of the policy for a tool that reads below a folder: denials and questions about other files.
    fn closing(&self, name: &str, action: &Action) -> Closed {
        let Action::Read { path } = action else { return None };
        let about = |rules: &[Rule]| -> Vec<Rule> {
            let is_left = |rule: &&Rule| {
                rule.is_about(name) && matches!(rule.pattern, Pattern::Path(_)) && !self.covers(rule, path)
            };
            rules.iter().filter(is_left).cloned().collect()
        };
        // Who may read the file or folder itself has been asked about the secrets in it.
        let mode = if secret_part(path, self.roots()).is_some() { Mode::Yolo } else { self.mode };
        let allow = self.rules.allow.clone();
        let rules = Rules { allow, ask: about(&self.rules.ask), deny: about(&self.rules.deny) };
        Some(Box::new(Self { mode, rules, ..self.clone() }))
    }

    /// What says that a file holds secrets, unless they may be read: a rule must name the part, a broad one does not
    /// include it.
    pub fn keeps_secret(&self, path: &AbsPath) -> Option<String> {
        let part = secret_part(path, self.roots()).filter(|_| self.mode != Mode::Yolo)?;
        let lets = |rule: &Rule| self.lets_read(rule, path) && rule.names(&part);
        (!self.rules.allow.iter().any(lets)).then_some(part)
    }

    /// Whether a denial or question is about `path`: all of them are when it names no path.
    pub(super) fn covers(&self, rule: &Rule, path: &AbsPath) -> bool {
        match &rule.pattern {
            Pattern::Any => true,
            Pattern::Path(pattern) => pattern.covers(path, &self.root, self.home.as_ref()),
            _ => false,
        }
    }

    /// Whether what a line names without saying it exactly (a pattern, a folder that is searched through, a variable)
    /// may become a file that the path in a rule covers.
    pub(super) fn may_reach(&self, rule: &Rule, file: &FileUse) -> bool {
        let Pattern::Path(pattern) = &rule.pattern else { return false };
        match &file.paths {
            None => true,
            Some(_) if file.exact && !file.below => false,
            Some(paths) => paths.iter().any(|folder| {
                let name = file.name_pattern();
                pattern.may_lie_below(folder, name, &self.root, self.home.as_ref())
            }),
        }
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
