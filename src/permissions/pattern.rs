//! What stands in the parentheses of a rule.

use globset::{GlobBuilder, GlobMatcher};

use crate::base::AbsPath;

/// A pattern over the words of one simple command.
///
/// Shape: `*` stands for any text; a ` *` (or `:*`) at the end also for no further word at all. `\*` and `\\` are
/// the characters themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommandPattern {
    /// The texts between the wildcards.
    parts: Vec<String>,
    /// Whether it ends in ` *`, which is then not in `parts`.
    open: bool,
}

impl CommandPattern {
    pub(super) fn new(spec: &str) -> Self {
        let spec = match spec.strip_suffix(":*") {
            Some(head) if !head.ends_with('\\') => format!("{head} *"),
            _ => spec.to_owned(),
        };
        let (body, open) = match spec.strip_suffix(" *") {
            Some(body) if !body.trim().is_empty() => (body.trim_end(), true),
            _ => (spec.as_str(), false),
        };
        let mut parts = vec![String::new()];
        let mut rest = body.chars().peekable();
        while let Some(c) = rest.next() {
            let escaped = if c == '\\' { rest.next_if(|n| matches!(n, '*' | '\\')) } else { None };
            match (c, parts.last_mut()) {
                ('*', _) => parts.push(String::new()),
                (c, Some(last)) => last.push(escaped.unwrap_or(c)),
                (_, None) => {}
            }
        }
        Self { parts, open }
    }

    /// The rule's inside that matches `line` and nothing else.
    pub(super) fn escape(line: &str) -> String {
        line.replace('\\', "\\\\").replace('*', "\\*")
    }

    /// The one text it matches; `None` when it has a wildcard.
    pub(super) fn exact(&self) -> Option<&str> {
        match (self.parts.as_slice(), self.open) {
            ([only], false) => Some(only),
            _ => None,
        }
    }

    /// Whether it matches the whole of `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((first, others)) = self.parts.split_first() else { return false };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = others.split_last() else { return rest.is_empty() || self.goes_on(rest) };
        for part in middle {
            let Some(at) = rest.find(part.as_str()) else { return false };
            rest = &rest[at + part.len()..];
        }
        let last = last.as_str();
        rest.ends_with(last)
            || (self.open && rest.match_indices(' ').any(|(at, _)| rest[..at].ends_with(last)))
    }

    fn goes_on(&self, rest: &str) -> bool {
        self.open && rest.starts_with(' ')
    }
}

/// Where a path pattern starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    /// `//abs`: the file system.
    FileSystem,
    /// `~/x`: the person's home.
    Home,
    /// `/x`, `./x`, `x`: the folder the session works in, which is also where it was started.
    Project,
}

/// A glob over paths; `*` does not cross `/`, a leading dot is nothing special.
#[derive(Clone, Debug)]
pub(super) struct PathPattern {
    anchor: Anchor,
    glob: GlobMatcher,
    text: String,
}

impl PathPattern {
    /// Errors: the sentence to show.
    pub(super) fn new(spec: &str) -> Result<Self, String> {
        let (anchor, rest) = if let Some(rest) = spec.strip_prefix("//") {
            (Anchor::FileSystem, rest)
        } else if let Some(rest) = spec.strip_prefix("~/") {
            (Anchor::Home, rest)
        } else if spec.starts_with('~') {
            return Err(format!("`{spec}` names another person's home; write the path with `//` in front"));
        } else {
            (Anchor::Project, spec.strip_prefix('/').or(spec.strip_prefix("./")).unwrap_or(spec))
        };
        if rest.split('/').any(|part| part == "..") {
            return Err(format!("`{spec}` leaves the folder with `..`; write the path with `//` in front"));
        }
        let glob = GlobBuilder::new(rest.trim_end_matches('/'))
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map_err(|e| format!("`{spec}` is not a path pattern: {}", e.kind()))?;
        Ok(Self { anchor, glob: glob.compile_matcher(), text: spec.to_owned() })
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The rule's inside that matches `path` and nothing else; `None` for a path that cannot be written so.
    pub(super) fn exactly(path: &AbsPath) -> Option<String> {
        let text = path.to_string();
        let plain = text.starts_with('/') && !text.contains(['*', '?', '[', ']', '{', '}', '\\', ')', '\n']);
        plain.then(|| format!("/{text}"))
    }

    pub(super) fn matches(&self, path: &AbsPath, root: &AbsPath, home: Option<&AbsPath>) -> bool {
        self.below_anchor(path, root, home).is_some_and(|rest| self.glob.is_match(rest))
    }

    /// As [`Self::matches`], and a folder stands for all it holds: what deny and ask rules mean.
    pub(super) fn covers(&self, path: &AbsPath, root: &AbsPath, home: Option<&AbsPath>) -> bool {
        let Some(rest) = self.below_anchor(path, root, home) else { return false };
        let folders = rest.match_indices('/').map(|(at, _)| &rest[..at]);
        folders.chain([rest.as_str()]).any(|part| self.glob.is_match(part))
    }

    /// Whether a file below `folder` may match; its name is made by the shell's pattern `name` when there is one.
    pub(super) fn may_lie_below(
        &self,
        folder: &AbsPath,
        name: Option<&str>,
        root: &AbsPath,
        home: Option<&AbsPath>,
    ) -> bool {
        let (spec, anchor) = match self.anchor {
            Anchor::FileSystem => (self.text.trim_start_matches('/'), AbsPath::new("/")),
            Anchor::Home => (self.text.trim_start_matches("~/"), home.cloned()),
            Anchor::Project => {
                (self.text.trim_start_matches("./").trim_start_matches('/'), Some(root.clone()))
            }
        };
        let fixed = spec.split('/').take_while(|part| !part.contains(['*', '?', '[', '{', '\\']));
        let fixed: Vec<&str> = fixed.collect();
        let Some(start) = anchor.map(|at| at.join(fixed.join("/"))) else { return true };
        if !start.is_within(folder) && !folder.is_within(&start) {
            return false;
        }
        // The shell's pattern must make the first part of the way from the folder to there.
        let way = start.below(folder).unwrap_or_default();
        let (Some(name), Some(first)) = (name, way.split('/').next().filter(|part| !part.is_empty())) else {
            return true;
        };
        let is_hidden = first.starts_with('.') && !name.starts_with('.');
        !is_hidden
            && GlobBuilder::new(name).build().map_or(true, |glob| glob.compile_matcher().is_match(first))
    }

    fn below_anchor(&self, path: &AbsPath, root: &AbsPath, home: Option<&AbsPath>) -> Option<String> {
        match self.anchor {
            Anchor::FileSystem => Some(
                path.to_string().replace(std::path::MAIN_SEPARATOR, "/").trim_start_matches('/').to_owned(),
            ),
            Anchor::Home => path.below(home?),
            Anchor::Project => path.below(root),
        }
    }
}

/// Whether `host` is `domain` or below it.
pub(super) fn host_is_within(host: &str, domain: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == domain || host.strip_suffix(domain).is_some_and(|head| head.ends_with('.'))
}

#[cfg(all(test, unix))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_wildcard_at_the_end_begins_at_a_word() {
        for (pattern, text, expected) in [
            ("git *", "git status -s", true),
            ("git:*", "git status", true),
            ("git *", "git", true),
            ("git *", "gitk", false),
            ("git*", "gitk", true),
            ("ls", "ls -l", false),
            ("npm run *", "npm run build", true),
            ("npm run *", "npm install", false),
            ("* --version", "cargo --version", true),
            ("git * main", "git push origin main", true),
            ("git * main", "git push origin main2", false),
            ("git * main *", "git push main -f", true),
            ("git * main *", "git push main2 -f", false),
            (r"ls \*.rs", "ls *.rs", true),
            (r"ls \*.rs", "ls a.rs", false),
            (r"grep a\.b", r"grep a\.b", true),
        ] {
            assert_eq!(CommandPattern::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_path_pattern_starts_where_its_root_says() {
        let root = AbsPath::new("/home/dev/app").expect("absolute");
        let home = AbsPath::new("/home/me").expect("absolute");
        for (pattern, path, expected) in [
            ("//etc/**", "/etc/ssh/config", true),
            ("~/.ssh/*", "/home/me/.ssh/id", true),
            ("~/.ssh/*", "/home/you/.ssh/id", false),
            ("/src/**", "/home/dev/app/src/a/b.rs", true),
            ("src/*", "/home/dev/app/src/a/b.rs", false),
            ("./src/*.rs", "/home/dev/app/src/.hidden.rs", true),
            ("*.rs", "/home/dev/app/src/a.rs", false),
            ("**/*.rs", "/home/dev/app/src/a.rs", true),
            ("**", "/home/dev/other", false),
            (".env*", "/home/dev/app/.env.local", true),
            ("SRC/*", "/home/dev/app/src/a", false),
        ] {
            let path = AbsPath::new(path).expect("absolute");
            let matches = PathPattern::new(pattern).expect("valid").matches(&path, &root, Some(&home));
            assert_eq!(matches, expected, "{pattern} on {path}");
        }
        let inside = root.join("secret/deep/key");
        let folder = PathPattern::new("secret/").expect("valid");
        assert!(folder.covers(&inside, &root, None) && !folder.matches(&inside, &root, None));
        assert!(PathPattern::new("../x").is_err() && PathPattern::new("[").is_err());
    }

    #[test]
    fn a_domain_is_matched_by_whole_labels() {
        assert!(host_is_within("docs.rs", "docs.rs") && host_is_within("a.docs.rs.", "docs.rs"));
        assert!(!host_is_within("evildocs.rs", "docs.rs") && !host_is_within("docs.rs.evil.com", "docs.rs"));
    }

    proptest! {
        #[test]
        fn an_escaped_line_matches_itself_alone(line in "[a-z*\\\\ :]{1,12}", other in "[a-z*\\\\ :]{1,12}") {
            let pattern = CommandPattern::new(&CommandPattern::escape(&line));
            prop_assert_eq!(pattern.exact(), Some(line.as_str()));
            prop_assert_eq!(pattern.matches(&other), line == other);
        }
    }
}
