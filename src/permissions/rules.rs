//! The three lists of rules.

use super::Rule;

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
    fn a_denial_that_cannot_be_read_asks_about_its_tool() {
        let (rules, problems) = Rules::parse(&[], &[], &["Edit([)".to_owned(), "Bash(rm".to_owned()]);
        let asks: Vec<_> = rules.ask.iter().map(Rule::text).collect();
        assert_eq!((asks, problems.len(), rules.deny.len()), (vec!["Edit([)", "Bash(rm"], 2, 0));
    }
}
