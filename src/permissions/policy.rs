//! What may happen without asking.

use super::{Rule, Rules, Source};
use crate::{
    base::AbsPath,
    protocol::{Mode, RuleList},
};

/// What may happen without asking, in one session.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The approval mode.
    pub mode: Mode,
    /// What people wrote down, and what they said for this session.
    pub rules: Rules,
    /// The folder the session works in, canonical. Patterns without another root start here.
    pub root: AbsPath,
    /// Further folders that count as the workspace, canonical.
    pub extra_roots: Vec<AbsPath>,
    /// The person's home, for `~`.
    pub home: Option<AbsPath>,
}

impl Policy {
    /// A policy without rules for one folder.
    pub fn new(mode: Mode, root: AbsPath) -> Self {
        Self { mode, rules: Rules::default(), root, extra_roots: Vec::new(), home: None }
    }

    /// The folders of the workspace.
    pub(super) fn roots(&self) -> impl Iterator<Item = &AbsPath> {
        std::iter::once(&self.root).chain(&self.extra_roots)
    }

    /// Whether `path` lies in the workspace.
    pub fn is_inside(&self, path: &AbsPath) -> bool {
        self.roots().any(|root| path.is_within(root))
    }

    /// Allows what a person said yes to for good: the text of [`super::Pending::remember`]. Errors: the sentence to
    /// show when it is no rule.
    pub fn remember(&mut self, rule: &str) -> Result<(), String> {
        self.add(RuleList::Allow, rule)
    }

    /// Adds a rule for this session. Errors: the sentence to show when it is no rule.
    pub fn add(&mut self, list: RuleList, rule: &str) -> Result<(), String> {
        self.rules.add(list, Rule::parse(rule)?);
        Ok(())
    }

    /// Takes a rule of this session away; whether there was one. What is written down stays.
    pub fn forget(&mut self, list: RuleList, rule: &str) -> bool {
        self.rules.forget(list, rule)
    }

    /// Allows what the program needs itself. A text that is no rule allows nothing.
    pub fn build_in(&mut self, rule: &str) {
        let (rules, _) = Rules::parse(&[rule.to_owned()], &[], &[]);
        self.rules.extend(rules.from(&Source::BuiltIn));
    }
}
