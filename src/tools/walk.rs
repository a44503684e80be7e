//! Walking the repository by its ignore rules.

use std::time::Duration;

use ignore::{
    WalkBuilder,
    gitignore::{Gitignore, GitignoreBuilder},
};

use super::{Hands, place};
use crate::base::AbsPath;

/// The file with this tool's own ignore rules. Source: `docs/sources.md`, qwen-code 2.6.
const OWN_RULES: &str = ".qwenignore";

/// A walk or a search ends after this long and says so.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Which rules a walk follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    /// `.gitignore`, `.git/info/exclude` and git's own global file.
    pub(super) git: bool,
    /// `.qwenignore`.
    pub(super) own: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { git: true, own: true }
    }
}

/// A walk from `start`: hidden files are met, `.git` never is, links are not followed.
pub(super) fn walk(start: &AbsPath, rules: Rules) -> WalkBuilder {
    let mut builder = WalkBuilder::new(start);
    builder
        .hidden(false)
        .ignore(false)
        .git_ignore(rules.git)
        .git_exclude(rules.git)
        .git_global(rules.git)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git");
    if rules.own {
        builder.add_custom_ignore_filename(OWN_RULES);
    }
    builder
}

/// Whether a `.qwenignore` of the workspace keeps this file from the model. Deeper files are asked first.
pub(super) fn is_kept_back(path: &AbsPath, hands: &Hands) -> bool {
    let Some(root) = place::root_of(path, hands) else { return false };
    let Ok(way) = path.as_path().strip_prefix(root) else { return false };
    let (mut layers, mut at): (Vec<Gitignore>, _) = (Vec::new(), root.as_path().to_owned());
    for part in way.components() {
        let file = at.join(OWN_RULES);
        if file.is_file() {
            let mut builder = GitignoreBuilder::new(&at);
            // A line that is no pattern is skipped and the others count.
            let _ = builder.add(file);
            layers.extend(builder.build());
        }
        at.push(part);
        let is_folder = at.is_dir();
        let said =
            layers.iter().rev().map(|layer| layer.matched(&at, is_folder)).find(|said| !said.is_none());
        if said.is_some_and(|said| said.is_ignore()) {
            return true;
        }
    }
    false
}

/// A pattern for file names or for paths from a folder.
pub(super) struct Pattern {
    matcher: globset::GlobMatcher,
    is_name: bool,
}

impl Pattern {
    /// Reads a pattern. With `names`, one without `/` is matched against the name alone, at any depth.
    ///
    /// Errors: a sentence for the model.
    pub(super) fn new(pattern: &str, names: bool) -> Result<Self, String> {
        let is_name = names && !pattern.contains('/');
        let trimmed = pattern.strip_prefix("./").unwrap_or(pattern);
        let glob = globset::GlobBuilder::new(trimmed)
            .literal_separator(true)
            .build()
            .map_err(|e| format!("`{pattern}` is not a glob pattern: {}", e.kind()))?;
        Ok(Self { matcher: glob.compile_matcher(), is_name })
    }

    /// Whether a path, given from the folder the pattern counts from, matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        let part = if self.is_name { path.rsplit('/').next().unwrap_or(path) } else { path };
        self.matcher.is_match(part)
    }
}
