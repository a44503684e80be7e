//! One rule, as people write it in settings.

use super::{
    names::{EDITORS, FETCH, READERS, SHELL, canonical},
    pattern::{CommandPattern, PathPattern},
};

/// A rule about tools and what they touch.
///
/// Shape: `Name` or `Name(pattern)`. `Bash(git *)` is about commands, `Read(src/**)` and `Edit(/docs/*)` about
/// paths, `WebFetch(domain:example.com)` about hosts, `mcp__server` and `mcp__server__tool` about MCP tools.
/// *Source:* Qwen Code's `permissions.allow|ask|deny`.
#[derive(Clone, Debug)]
pub struct Rule {
    text: String,
    pub(super) source: Source,
    pub(super) subject: Subject,
    pub(super) pattern: Pattern,
}

/// Where a rule comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The person said it in this session.
    #[default]
    Session,
    /// The program brings it.
    BuiltIn,
    /// It is written somewhere: a settings file, a flag.
    Written(String),
}

/// Which tools a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// These built-in tools.
    Tools(Vec<&'static str>),
    /// A tool of an MCP server, or all tools of one.
    Mcp(String),
}

/// What a rule says about what the tool touches.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// Any use.
    Any,
    /// Commands like this.
    Command(CommandPattern),
    /// Paths like this.
    Path(PathPattern),
    /// This host and those below it.
    Domain(String),
    /// One agent or skill by its name.
    Name,
}

impl Rule {
    /// Whether its path says this part, so that a broad rule does not include what it never meant.
    pub(super) fn names(&self, part: &str) -> bool {
        matches!(&self.pattern, Pattern::Path(path) if path.text().to_ascii_lowercase().contains(part))
    }

    /// Reads a rule. Errors: the sentence to show.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, spec) = match text.split_once('(') {
            None => (text, None),
            Some((name, rest)) => {
                let spec = rest
                    .strip_suffix(')')
                    .ok_or_else(|| format!("the rule `{text}` has no closing parenthesis at its end"))?;
                (name.trim(), Some(spec.trim()))
            }
        };
        let subject = Subject::parse(name)
            .ok_or_else(|| format!("the rule `{text}` names no tool that exists: `{name}`"))?;
        let pattern = match spec {
            None => Pattern::Any,
            Some("") => return Err(format!("the rule `{text}` has empty parentheses; leave them out")),
            Some(spec) => subject.pattern(spec).map_err(|e| format!("the rule `{text}` is not used: {e}"))?,
        };
        Ok(Self { text: text.to_owned(), source: Source::Session, subject, pattern })
    }

    /// The rule for any use of the tool that `text` names, when its pattern cannot be read.
    pub(super) fn without_pattern(text: &str) -> Option<Self> {
        let name = text.trim().split('(').next()?.trim();
        let (text, subject) = (text.trim().to_owned(), Subject::parse(name)?);
        Some(Self { text, source: Source::Session, subject, pattern: Pattern::Any })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is about the tool called `name` at all.
    pub(super) fn is_about(&self, name: &str) -> bool {
        match &self.subject {
            Subject::Tools(tools) => canonical(name)
                .is_some_and(|own| tools.contains(&own) || (own == "monitor" && self.is_shell())),
            Subject::Mcp(wanted) => match wanted.strip_suffix('*') {
                Some(head) => name.starts_with(head),
                None => {
                    name == wanted || name.strip_prefix(wanted.as_str()).is_some_and(|r| r.starts_with("__"))
                }
            },
        }
    }

    /// Whether it is about shell commands.
    pub(super) fn is_shell(&self) -> bool {
        self.speaks_of(&[SHELL])
    }

    /// Whether it is about reading files.
    pub(super) fn is_reading(&self) -> bool {
        self.speaks_of(READERS)
    }

    /// Whether it is about changing files.
    pub(super) fn is_editing(&self) -> bool {
        self.speaks_of(EDITORS)
    }

    /// Whether it is about requests to other machines.
    pub(super) fn is_fetching(&self) -> bool {
        self.speaks_of(&[FETCH])
    }

    fn speaks_of(&self, any_of: &[&str]) -> bool {
        matches!(&self.subject, Subject::Tools(tools) if tools.iter().any(|t| any_of.contains(t)))
    }
}

impl Subject {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "Read" => Some(Self::Tools(READERS.to_vec())),
            "Edit" => Some(Self::Tools(EDITORS.to_vec())),
            name if name.starts_with("mcp__") && name.len() > 5 => Some(Self::Mcp(name.to_owned())),
            name => canonical(name).map(|own| Self::Tools(vec![own])),
        }
    }

    fn pattern(&self, spec: &str) -> Result<Pattern, String> {
        let own = match self {
            Self::Tools(tools) => tools.first().copied().unwrap_or_default(),
            Self::Mcp(_) => "",
        };
        match own {
            SHELL | "monitor" if spec == "*" => Ok(Pattern::Any),
            SHELL | "monitor" => Ok(Pattern::Command(CommandPattern::new(spec))),
            FETCH => {
                let host =
                    spec.strip_prefix("domain:").ok_or("write it as `WebFetch(domain:example.com)`")?;
                let host = host.trim().trim_start_matches("*.").trim_end_matches('.').to_ascii_lowercase();
                let valid = host.chars().all(|c| c.is_alphanumeric() || "-.:[]_".contains(c));
                if host.is_empty() || !valid {
                    return Err(format!("`{host}` is not a host name"));
                }
                Ok(Pattern::Domain(host))
            }
            own if READERS.contains(&own) || EDITORS.contains(&own) => {
                Ok(Pattern::Path(PathPattern::new(spec)?))
            }
            "agent" | "skill" => Ok(Pattern::Name),
            _ => Err("this tool takes no pattern".to_owned()),
        }
    }
}
