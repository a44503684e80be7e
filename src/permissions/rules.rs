//! The three lists of rules.

use super::{Rule, Source};
use crate::protocol::{RuleList, RuleRow};

/// What is allowed, what asks and what is denied. A denial beats a question, a question beats a permission.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// May run without asking.
    pub allow: Vec<Rule>,
    /// Asks, even where it would be free.
    pub ask: Vec<Rule>,
    /// Never runs, in no mode.
    pub deny: Vec<Rule>,
}

impl Rules {
    /// Reads three lists; also returns a sentence for each rule that could not be read.
    ///
    /// A permission that cannot be read is dropped. A denial or question that cannot be read asks about every use
    /// of its tool: the person wanted less, not more.
    pub fn parse(allow: &[String], ask: &[String], deny: &[String]) -> (Self, Vec<String>) {
        let mut rules = Self::default();
        let mut problems = Vec::new();
        for text in allow {
            match Rule::parse(text) {
                Ok(rule) => rules.allow.push(rule),
                Err(problem) => problems.push(problem),
            }
        }
        for (list, is_deny) in [(ask, false), (deny, true)] {
            for text in list {
                match Rule::parse(text) {
                    Ok(rule) if is_deny => rules.deny.push(rule),
                    Ok(rule) => rules.ask.push(rule),
                    Err(problem) => {
                        rules.ask.extend(Rule::without_pattern(text));
                        problems.push(problem);
                    }
                }
            }
        }
        (rules, problems)
    }

    /// The same rules with their source.
    #[must_use]
    pub fn from(mut self, source: &Source) -> Self {
        let all = self.allow.iter_mut().chain(&mut self.ask).chain(&mut self.deny);
        all.for_each(|rule| rule.source.clone_from(source));
        self
    }

    /// Takes more rules behind these. A rule that is there already stays as it is.
    pub fn extend(&mut self, more: Self) {
        for (list, rules) in
            [(RuleList::Allow, more.allow), (RuleList::Ask, more.ask), (RuleList::Deny, more.deny)]
        {
            for rule in rules {
                self.add(list, rule);
            }
        }
    }

    /// Adds a rule, unless it is there.
    pub(super) fn add(&mut self, list: RuleList, rule: Rule) {
        let rules = self.list_mut(list);
        if !rules.iter().any(|known| known.text() == rule.text()) {
            rules.push(rule);
        }
    }

    /// Takes away a rule that the person said in this session; whether there was one.
    pub(super) fn forget(&mut self, list: RuleList, text: &str) -> bool {
        let rules = self.list_mut(list);
        let many = rules.len();
        rules.retain(|rule| rule.source != Source::Session || rule.text() != text.trim());
        rules.len() < many
    }

    /// All rules in the order they are asked.
    pub fn rows(&self) -> Vec<RuleRow> {
        let lists =
            [(RuleList::Deny, &self.deny), (RuleList::Ask, &self.ask), (RuleList::Allow, &self.allow)];
        let row = |list, rule: &Rule| RuleRow {
            list,
            rule: rule.text().to_owned(),
            source: rule.source.to_string(),
            can_forget: rule.source == Source::Session,
        };
        lists.into_iter().flat_map(|(list, rules)| rules.iter().map(move |rule| row(list, rule))).collect()
    }

    fn list_mut(&mut self, list: RuleList) -> &mut Vec<Rule> {
        match list {
            RuleList::Allow => &mut self.allow,
            RuleList::Ask => &mut self.ask,
            RuleList::Deny => &mut self.deny,
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Session => "this session",
            Self::BuiltIn => "built in",
            Self::Written(place) => place,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_of_name_is_understood() {
        for (text, tool) in [
            ("Bash(git *)", "run_shell_command"),
            ("ShellTool", "run_shell_command"),
            ("Shell", "monitor"),
            ("Read", "grep_search"),
            ("Read(src/**)", "list_directory"),
            ("Edit", "write_file"),
            ("Write", "write_file"),
            ("Grep", "search_file_content"),
            ("search_file_content", "grep_search"),
            ("replace", "edit"),
            ("Glob", "glob"),
            ("FindFiles", "glob"),
            ("Task", "agent"),
            ("WebFetch(domain:Example.com)", "web_fetch"),
            ("mcp__git", "mcp__git__log"),
            ("mcp__git__*", "mcp__git__log"),
            ("mcp__git__log", "mcp__git__log"),
        ] {
            assert!(Rule::parse(text).expect(text).is_about(tool), "{text}");
        }
        assert!(!Rule::parse("Write").expect("valid").is_about("edit"));
        assert!(!Rule::parse("mcp__git").expect("valid").is_about("mcp__github__log"));
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_named_and_allows_nothing() {
        let bad = ["Bsah(ls)", "Bash(ls", "Bash()", "WebFetch(example.com)", "Edit([)", "TodoWrite(x)", ""];
        let bad: Vec<String> = bad.map(str::to_owned).into();
        let (rules, problems) = Rules::parse(&bad, &[], &[]);
        assert_eq!((rules.allow.len(), problems.len()), (0, bad.len()));
        assert_eq!(problems[0], "the rule `Bsah(ls)` names no tool that exists: `Bsah`");
        assert_eq!(problems[1], "the rule `Bash(ls` has no closing parenthesis at its end");
    }

    #[test]
    fn a_rule_of_the_session_is_forgotten_and_one_that_is_written_down_stays() {
        let place = Source::Written("~/.qwen/settings.json".to_owned());
        let (written, _) = Rules::parse(&["Bash(ls)".to_owned()], &[], &["Edit".to_owned()]);
        let mut rules = Rules::default();
        rules.extend(written.from(&place));
        for (list, text) in
            [(RuleList::Allow, "Bash(ls)"), (RuleList::Allow, "Read"), (RuleList::Ask, "Bash(git *)")]
        {
            rules.add(list, Rule::parse(text).expect(text));
        }
        let row = |list, rule: &str, source: &str| RuleRow {
            list,
            rule: rule.to_owned(),
            source: source.to_owned(),
            can_forget: source == "this session",
        };
        assert_eq!(
            rules.rows(),
            [
                row(RuleList::Deny, "Edit", "~/.qwen/settings.json"),
                row(RuleList::Ask, "Bash(git *)", "this session"),
                row(RuleList::Allow, "Bash(ls)", "~/.qwen/settings.json"),
                row(RuleList::Allow, "Read", "this session"),
            ]
        );
        assert!(rules.forget(RuleList::Allow, " Read "));
        assert!(!rules.forget(RuleList::Allow, "Bash(ls)") && !rules.forget(RuleList::Allow, "Bash(git *)"));
        assert_eq!(rules.rows().len(), 3);
    }

    #[test]
    fn a_denial_that_cannot_be_read_asks_about_its_tool() {
        let (rules, problems) = Rules::parse(&[], &[], &["Edit([)".to_owned(), "Bash(rm".to_owned()]);
        let asks: Vec<_> = rules.ask.iter().map(Rule::text).collect();
        assert_eq!((asks, problems.len(), rules.deny.len()), (vec!["Edit([)", "Bash(rm"], 2, 0));
    }
}
