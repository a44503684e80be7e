//! A shell line against the policy.

use super::{
    Policy, Rule, ShellCommand,
    decide::{Answer, Question, is_about_host},
    names::SHELL,
    pattern::CommandPattern,
    rule::Pattern,
    secret::secret_in,
    shell::{Access, FileUse, Nature, Reading, SimpleCommand},
};
use crate::protocol::Mode;

/// A line, read and judged command by command.
pub(super) struct Line<'a> {
    policy: &'a Policy,
    tool: &'a str,
    command: &'a ShellCommand,
    reading: Reading,
    natures: Vec<Nature>,
}

impl<'a> Line<'a> {
    pub(super) fn read(policy: &'a Policy, tool: &'a str, command: &'a ShellCommand) -> Self {
        let reading = Reading::of(&command.line, &command.directory, policy.home.as_ref());
        let natures = reading.commands.iter().map(Nature::of).collect();
        Self { policy, tool, command, reading, natures }
    }

    pub(super) fn answer(&self) -> Answer {
        let rules = &self.policy.rules;
        if let Some(rule) = rules.deny.iter().find(|rule| self.is_hit_by(rule)) {
            return Answer::denied_by(rule);
        }
        let objection = self.objection_to_free();
        let is_reached = self.reaches_a_denied_file();
        if self.policy.mode == Mode::Plan {
            match objection {
                Some((_, Weight::Changes)) => {
                    return Answer::Deny("plan mode runs only commands that are known to read".to_owned());
                }
                // What follows can only ask or allow a line that reads.
                Some((reason, Weight::Reads)) => return self.ask(reason),
                None => {}
            }
        }
        if let Some(rule) = rules.ask.iter().find(|rule| self.is_hit_by(rule)) {
            return Answer::asked_by(rule);
        }
        if let Some(path) = self.command.kept_back.first() {
            let shown = path.shown_from(&self.policy.root);
            return self.ask(format!("touches `{shown}`, which `.qwenignore` keeps back"));
        }
        if is_reached {
            return self.ask("may touch files that a rule denies");
        }
        if self.policy.mode == Mode::Yolo {
            let hides = self.reading.hides.then(|| "runs a script that cannot be seen".to_owned());
            return match self.reading.doubt.map(|doubt| doubt.to_string()).or(hides) {
                Some(why) if rules.deny.iter().any(could_hit_a_line) => {
                    self.ask(format!("{why}, and a rule denies some commands"))
                }
                _ => Answer::Allow,
            };
        }
        let Some((objection, _)) = objection else { return Answer::Allow };
        if let Some(danger) = self.natures.iter().find_map(|n| n.danger) {
            return self.ask(danger);
        }
        if let Some(doubt) = self.reading.doubt {
            return self.ask(doubt.to_string());
        }
        if let Some(part) = self.secret()
            && !self.is_allowed_as_written()
        {
            return self.ask(format!("may read `{part}`, which may hold secrets"));
        }
        let is_allowed =
            self.is_allowed_as_written() || (self.reading.odd.is_none() && self.is_allowed_in_parts());
        if is_allowed { Answer::Allow } else { self.ask(objection) }
    }

    fn ask(&self, reason: impl Into<String>) -> Answer {
        Answer::Ask(Question { reason: reason.into(), effects: self.effects(), remember: self.remember() })
    }

    fn parts(&self) -> impl Iterator<Item = (&SimpleCommand, &Nature)> {
        self.reading.commands.iter().zip(&self.natures)
    }

    fn files(&self) -> impl Iterator<Item = &FileUse> {
        self.reading
            .files
            .iter()
            .chain(self.natures.iter().flat_map(|n| &n.files))
            .filter(|f| !f.is_nothing())
    }

    /// Why the line is not free, and whether it may change something; `None` when it is free.
    fn objection_to_free(&self) -> Option<(String, Weight)> {
        if let Some(doubt) = self.reading.doubt {
            return Some((doubt.to_string(), Weight::Changes));
        }
        if let Some(odd) = self.reading.odd {
            return Some((odd.to_owned(), Weight::Changes));
        }
        if self.reading.commands.is_empty() && self.reading.files.is_empty() {
            return None;
        }
        if self.reading.files.iter().any(|f| f.access != Access::Read && !f.is_nothing()) {
            return Some(("writes a file".to_owned(), Weight::Changes));
        }
        if let Some((command, _)) = self.parts().find(|(c, n)| !self.only_reads(c, n)) {
            let name = command.base_name();
            return Some((format!("runs `{name}`"), Weight::Changes));
        }
        let secret = || self.secret().map(|part| format!("may read `{part}`, which may hold secrets"));
        let reason = self.objection_to_reading().map(str::to_owned).or_else(secret);
        reason.map(|reason| (reason, Weight::Reads))
    }

    fn only_reads(&self, command: &SimpleCommand, nature: &Nature) -> bool {
        let at_root =
            || command.places.folders().is_some_and(|all| all.iter().all(|f| *f == self.policy.root));
        nature.reads_only && (!nature.needs_root || at_root())
    }

    fn objection_to_reading(&self) -> Option<&'static str> {
        if !self.policy.is_inside(&self.command.directory) {
            return Some("runs outside the workspace");
        }
        if !self.stays_inside() {
            return Some("follows a link out of the workspace");
        }
        self.files().find_map(|file| self.objection_to_reading_of(file))
    }

    /// What says that the line may read a secret: a file it uses, leads to, or names anywhere in a word.
    fn secret(&self) -> Option<String> {
        let by_path = || {
            let reads = self.files().filter(|file| file.access == Access::Read);
            let used = reads.flat_map(|file| file.paths.iter().flatten());
            let mut paths = used.chain(&self.command.links).chain(&self.command.secrets);
            paths.find_map(|path| self.policy.keeps_secret(path))
        };
        let by_word = || {
            let commands = self.reading.commands.iter().filter(|c| !only_names(c.base_name()));
            let words = commands.flat_map(SimpleCommand::args);
            // `--exclude=.env` says what is not read.
            let mut words = words.filter(|word| !word.text.starts_with("--exclude"));
            words.find_map(|word| self.secret_in_word(&word.text))
        };
        // In yolo mode nobody asks; what is found in the output is hidden all the same.
        by_path().or_else(by_word).filter(|_| self.policy.mode != Mode::Yolo)
    }

    /// `x`, `--file=x`, `-fx`, `@x`, `HEAD:x`, `host:x`.
    fn secret_in_word(&self, word: &str) -> Option<String> {
        let pieces =
            word.split(['=', ':', '@', ',']).chain(word.strip_prefix('-').and_then(|rest| rest.get(1..)));
        pieces.filter(|piece| !piece.contains(' ')).find_map(|piece| {
            let plain = piece.replace(['*', '?', '[', ']'], "");
            let path = self.command.directory.join(&plain);
            secret_in(&plain).filter(|_| self.policy.keeps_secret(&path).is_some())
        })
    }

    /// Whether no link leads out, or makes the folder after a `cd` another one than its name says.
    fn stays_inside(&self) -> bool {
        let links = &self.command.links;
        let moves = || self.reading.commands.iter().any(|c| matches!(c.base_name(), "cd" | "pushd"));
        links.is_empty() || (links.iter().all(|link| self.policy.is_inside(link)) && !moves())
    }

    fn objection_to_reading_of(&self, file: &FileUse) -> Option<&'static str> {
        let rules = || self.policy.rules.deny.iter().chain(&self.policy.rules.ask);
        match &file.paths {
            _ if file.is_nothing() => None,
            None => Some("reads files that cannot be seen"),
            Some(paths) if !paths.iter().all(|p| self.policy.is_inside(p)) => {
                Some("reads outside the workspace")
            }
            Some(_) => rules()
                .any(|r| r.is_reading() && self.policy.may_reach(r, file))
                .then_some("may read files that a rule is about"),
        }
    }

    /// Whether a pattern, a folder or a word only the shell knows may become a file that a rule denies. A denial
    /// beats the permission for the command.
    fn reaches_a_denied_file(&self) -> bool {
        let denies = |file: &FileUse| {
            let rules = self.policy.rules.deny.iter();
            rules.filter(|rule| concerns(rule, file.access)).any(|rule| self.policy.may_reach(rule, file))
        };
        self.files().any(denies)
    }

    /// Whether a denial or question is about anything in the line.
    fn is_hit_by(&self, rule: &Rule) -> bool {
        match &rule.pattern {
            Pattern::Command(pattern) if rule.is_shell() => {
                pattern.exact().is_some_and(|line| line == self.command.line.trim())
                    || self.reading.commands.iter().any(|c| c.spellings().iter().any(|s| pattern.matches(s)))
            }
            Pattern::Path(_) => self.files().any(|file| {
                let mut paths = file.paths.iter().flatten().chain(&self.command.links);
                concerns(rule, file.access) && paths.any(|path| self.policy.covers(rule, path))
            }),
            Pattern::Any if rule.is_about(SHELL) || rule.is_about(self.tool) => true,
            Pattern::Any if rule.is_reading() || rule.is_editing() => {
                self.files().any(|file| concerns(rule, file.access))
            }
            Pattern::Any | Pattern::Domain(_) => {
                self.natures.iter().flat_map(|n| &n.hosts).any(|host| is_about_host(rule, host))
            }
            Pattern::Command(_) | Pattern::Name => false,
        }
    }

    /// A rule without wildcards that is the whole line, letter by letter.
    fn is_allowed_as_written(&self) -> bool {
        self.command.directory == self.policy.root
            && self.stays_inside()
            && self.policy.rules.allow.iter().any(|rule| match &rule.pattern {
                Pattern::Command(pattern) => pattern.exact() == Some(self.command.line.trim()),
                _ => false,
            })
    }

    /// Every command is free or allowed, and so is every redirect.
    fn is_allowed_in_parts(&self) -> bool {
        let commands = self.parts().filter(|(c, _)| !c.wrapped).all(|(command, nature)| {
            let is_free = self.only_reads(command, nature)
                && nature.files.iter().all(|f| self.objection_to_reading_of(f).is_none());
            is_free || self.is_allowed(command)
        });
        commands
            && self.policy.is_inside(&self.command.directory)
            && self.stays_inside()
            && self.reading.files.iter().all(|file| self.is_redirect_allowed(file))
    }

    fn is_allowed(&self, command: &SimpleCommand) -> bool {
        // A program named by a relative path is another one in another folder.
        let is_relative = command.name().is_some_and(|n| n.contains('/') && !n.starts_with('/'));
        let at_root =
            || command.places.folders().is_some_and(|all| all.iter().all(|f| *f == self.policy.root));
        if is_relative && !at_root() {
            return false;
        }
        let shown = command.shown();
        self.policy.rules.allow.iter().filter(|rule| rule.is_shell()).any(|rule| match &rule.pattern {
            Pattern::Any => true,
            Pattern::Command(pattern) => pattern.matches(&shown),
            _ => false,
        })
    }

    fn is_redirect_allowed(&self, file: &FileUse) -> bool {
        if file.is_nothing() {
            return true;
        }
        let Some(paths) = file.paths.as_ref().filter(|_| file.exact) else { return false };
        let rules = &self.policy.rules.allow;
        paths.iter().all(|path| match file.access {
            Access::Read => {
                self.policy.is_inside(path) || rules.iter().any(|r| self.policy.lets_read(r, path))
            }
            Access::Write | Access::Delete => rules.iter().any(|r| self.policy.lets_write(r, path)),
        })
    }

    /// The rule that allows this line and no other; `None` where it is not offered.
    fn remember(&self) -> Option<String> {
        let line = self.command.line.trim();
        let writes_freely = |file: &FileUse| {
            let paths = file.paths.iter().flatten();
            file.access == Access::Read
                || (file.exact && paths.clone().all(|p| self.policy.objection_to_writing(p).is_none()))
        };
        let offered = !line.is_empty()
            && self.reading.doubt.is_none()
            && self.reading.odd.is_none()
            && self.policy.mode != Mode::Plan
            && self.command.directory == self.policy.root
            && self.command.links.is_empty()
            && self
                .natures
                .iter()
                .zip(&self.reading.commands)
                .all(|(n, c)| n.rememberable || self.only_reads(c, n))
            && self.files().all(writes_freely);
        let rule = format!("Bash({})", CommandPattern::escape(line));
        // A line with blanks or parentheses at its ends may not come back the same.
        let comes_back = |rule: &String| match Rule::parse(rule).map(|r| r.pattern) {
            Ok(Pattern::Command(pattern)) => pattern.exact() == Some(line),
            _ => false,
        };
        Some(rule).filter(|rule| offered && comes_back(rule))
    }

    /// Facts for the person who is asked.
    fn effects(&self) -> Vec<String> {
        let mut effects = Vec::new();
        for (access, word) in [(Access::Delete, "deletes"), (Access::Write, "writes")] {
            let mut names: Vec<_> =
                self.files().filter(|f| f.access == access).map(|f| f.shown.as_str()).collect();
            names.dedup();
            if !names.is_empty() {
                effects.push(format!("{word}: {}", names.join(", ")));
            }
        }
        if self.natures.iter().any(|n| n.network) {
            let mut hosts: Vec<_> = self.natures.iter().flat_map(|n| &n.hosts).cloned().collect();
            hosts.dedup();
            effects.push(if hosts.is_empty() {
                "network".to_owned()
            } else {
                format!("network: {}", hosts.join(", "))
            });
        }
        if self.natures.iter().any(|n| n.script) {
            effects.push("runs a script".to_owned());
        }
        effects
    }
}

/// Programs that do not show what stands in a file they are given.
fn only_names(program: &str) -> bool {
    const NAMES: &[&str] = &[
        "ls", "echo", "printf", "test", "[", "[[", "rm", "touch", "stat", "mkdir", "chmod", "chown",
        "basename", "dirname",
    ];
    NAMES.contains(&program)
}

/// Whether a line that is not free may change something or only reads what it should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Changes,
    Reads,
}

fn concerns(rule: &Rule, access: Access) -> bool {
    match access {
        Access::Read => rule.is_reading(),
        Access::Write | Access::Delete => rule.is_editing(),
    }
}

/// Whether a denial can be about something in a shell line.
fn could_hit_a_line(rule: &Rule) -> bool {
    rule.is_shell() || rule.is_reading() || rule.is_editing() || rule.is_fetching()
}
