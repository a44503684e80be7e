//! What a `git` command does.
//!
//! `git status`, `diff`, `log` and `show` count as reading although git's own configuration may name programs for
//! them (`core.fsmonitor`, `diff.external`, text converters, signature checks): that file is not part of what a
//! repository tracks, so a clone cannot bring it. No pager runs, since the output is not a terminal. A repository
//! in another folder may be a trap made of tracked files, so after `cd`, with `-C` or `--git-dir` nothing is free.

use super::Word;

/// A `git` command, taken apart.
pub(super) struct Git<'a> {
    /// Options before the subcommand that change what git reads or runs.
    pub(super) is_bent: bool,
    /// Of these, options that can give the subcommand another meaning.
    is_reconfigured: bool,
    /// The subcommand; empty when there is none, `?` when only the shell knows it.
    pub(super) verb: &'a str,
    pub(super) args: &'a [Word],
}

impl<'a> Git<'a> {
    pub(super) fn new(args: &'a [Word]) -> Self {
        let (mut at, mut is_bent, mut is_reconfigured) = (0, false, false);
        while let Some(word) = args.get(at) {
            let text = word.text.as_str();
            is_reconfigured |=
                text == "-c" || text.starts_with("--config-env") || text.starts_with("--exec-path=");
            match text {
                "--no-pager" | "-P" | "--no-optional-locks" | "--literal-pathspecs" => at += 1,
                "-C" | "-c" | "--git-dir" | "--work-tree" | "--namespace" | "--config-env"
                | "--super-prefix" | "--attr-source" => {
                    (at, is_bent) = (at + 2, true);
                }
                _ if word.is_option() => (at, is_bent) = (at + 1, true),
                _ => break,
            }
        }
        let verb = args.get(at).map(|w| w.fixed().unwrap_or("?")).unwrap_or_default();
        Self { is_bent, is_reconfigured, verb, args: args.get(at + 1..).unwrap_or_default() }
    }

    /// Whether it only reads.
    pub(super) fn is_reading(&self) -> bool {
        if self.is_bent || self.args.iter().any(Word::may_be_option) {
            return false;
        }
        let first = self.args.first().map_or("", |w| w.text.as_str());
        match self.verb {
            "status" | "log" | "diff" | "show" | "shortlog" | "rev-list" | "rev-parse" | "ls-files"
            | "ls-tree" | "blame" | "annotate" | "describe" | "merge-base" | "name-rev" | "whatchanged"
            | "diff-tree" | "cat-file" | "show-ref" | "for-each-ref" | "check-ignore" | "count-objects"
            | "grep" | "version" => !self.args.iter().any(|w| runs_or_writes(&w.text)),
            "branch" => self.only(
                BRANCH_LISTS,
                &["--list", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at"],
            ),
            "tag" => self.only(
                TAG_LISTS,
                &["-l", "--list", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at"],
            ),
            "remote" => {
                first == "get-url" || self.args.iter().all(|w| matches!(w.text.as_str(), "-v" | "--verbose"))
            }
            "stash" => matches!(first, "list" | "show") && !self.args.iter().any(|w| runs_or_writes(&w.text)),
            "worktree" => first == "list",
            "reflog" => {
                (first.is_empty() || first == "show") && !self.args.iter().any(|w| runs_or_writes(&w.text))
            }
            // `get` and `list` are subcommands only in the first place; elsewhere they are values.
            "config" if matches!(first, "get" | "list") => {
                self.args.iter().all(|w| !w.is_option() || CONFIG_READS.contains(&key(w)))
            }
            "config" => {
                let gets = ["--get", "--get-all", "--get-regexp", "--list", "-l"];
                self.args.iter().any(|w| gets.contains(&key(w))) && self.only(CONFIG_READS, &gets)
            }
            _ => false,
        }
    }

    /// Only these options; words that are no options only behind one of `listing`.
    fn only(&self, options: &[&str], listing: &[&str]) -> bool {
        let lists = self.args.iter().any(|w| listing.contains(&key(w)));
        let known = |w: &Word| {
            if w.is_option() { options.contains(&key(w)) || listing.contains(&key(w)) } else { lists }
        };
        self.args.iter().all(known)
    }

    /// What cannot be taken back, in a few words.
    pub(super) fn danger(&self) -> Option<&'static str> {
        let has = |options: &[&str]| self.args.iter().any(|w| options.iter().any(|o| is_option(&w.text, o)));
        let operands: Vec<&str> =
            self.args.iter().filter(|w| !w.is_option()).map(|w| w.text.as_str()).collect();
        let first = operands.first().copied().unwrap_or_default();
        let judged = match self.verb {
            _ if self.is_reconfigured => Some("changes what git does by settings"),
            "?" => Some("runs git in a way that cannot be seen"),
            "push"
                if has(&["-f", "--force", "--force-with-lease", "--mirror", "-d", "--delete", "--prune"])
                    || operands.iter().any(|o| o.starts_with(['+', ':'])) =>
            {
                Some("overwrites a branch on the server")
            }
            "reset" if has(&["--hard", "--merge", "--keep"]) => Some("throws away uncommitted changes"),
            "clean" if !has(&["-n", "--dry-run"]) => Some("deletes untracked files"),
            "checkout"
                if has(&["-f", "--force", "--ours", "--theirs", "-B", "--pathspec-from-file"])
                    || self.args.iter().any(|w| w.text == "--")
                    || operands.iter().any(|o| *o == "." || o.starts_with("./") || o.starts_with(':')) =>
            {
                Some("throws away uncommitted changes")
            }
            "restore" if !has(&["-S", "--staged"]) || has(&["-W", "--worktree"]) => {
                Some("throws away uncommitted changes")
            }
            "switch" if has(&["-f", "--force", "--discard-changes", "-C", "--force-create"]) => {
                Some("throws away uncommitted changes")
            }
            "branch" if has(&["-D", "-M", "-C", "-f", "--force", "-d", "--delete"]) => {
                Some("deletes a branch")
            }
            "tag" if has(&["-d", "--delete", "-f", "--force"]) => Some("deletes a tag"),
            "stash" if matches!(first, "drop" | "clear") => Some("deletes stashed changes"),
            "rebase" | "filter-branch" | "filter-repo" | "replace" | "fast-import" => {
                Some("rewrites history")
            }
            "commit" if has(&["--amend"]) => Some("rewrites history"),
            "reflog" if matches!(first, "expire" | "delete" | "drop") => Some("deletes history"),
            "gc" | "prune" | "update-ref" | "symbolic-ref" => Some("may delete history"),
            "rm" if has(&["-r", "-f", "--force"]) => Some("deletes files"),
            "worktree" if first == "remove" || first == "prune" => Some("deletes a worktree"),
            "remote" if matches!(first, "remove" | "rm" | "prune") => Some("deletes a remote"),
            "submodule" if matches!(first, "foreach" | "deinit") => Some("may change every submodule"),
            _ => None,
        };
        judged.or_else(|| {
            let can_destroy =
                ["push", "reset", "clean", "checkout", "restore", "switch", "branch", "tag", "stash", "rm"];
            let is_open = self.args.iter().any(|w| w.open_start);
            (is_open && can_destroy.contains(&self.verb))
                .then_some("may throw something away; its options cannot be seen")
        })
    }

    /// Whether it talks to another machine.
    pub(super) fn uses_network(&self) -> bool {
        matches!(self.verb, "push" | "fetch" | "pull" | "clone" | "ls-remote" | "submodule")
    }
}

/// An option without its value.
fn key(word: &Word) -> &str {
    word.text.split('=').next().unwrap_or_default()
}

const BRANCH_LISTS: &[&str] = &[
    "-a",
    "-r",
    "-v",
    "-vv",
    "-av",
    "-avv",
    "-rv",
    "--all",
    "--remotes",
    "--verbose",
    "--show-current",
    "--sort",
    "--format",
    "--column",
    "--no-column",
    "--color",
    "--no-color",
    "-i",
    "--ignore-case",
];
const TAG_LISTS: &[&str] =
    &["-n", "--sort", "--format", "--column", "--no-column", "--color", "-i", "--ignore-case"];
const CONFIG_READS: &[&str] = &[
    "--global",
    "--local",
    "--system",
    "--worktree",
    "--show-origin",
    "--show-scope",
    "--name-only",
    "--null",
    "-z",
    "--type",
    "--bool",
    "--int",
    "--path",
    "--default",
    "--includes",
];

/// Options of reading subcommands that write a file or run a program. Long ones may be shortened.
fn runs_or_writes(text: &str) -> bool {
    const LONG: &[&str] = &[
        "--output",
        "--ext-diff",
        "--textconv",
        "--filters",
        "--open-files-in-pager",
        "--show-signature",
        "--exec-path",
        "--upload-pack",
        "--parseopt",
        "--contents",
    ];
    let name = text.split('=').next().unwrap_or_default();
    // `-O` opens a pager in `git grep`; elsewhere it only orders files.
    text.starts_with("-O")
        // To show a signature git asks another program about it.
        || text.contains("%G")
        || text.contains("%(signature")
        || (name.len() > 2 && name.starts_with("--") && LONG.iter().any(|long| long.starts_with(name)))
}

/// Whether `text` is this option: a long one also with a value or shortened, a short one also among others.
pub(super) fn is_option(text: &str, option: &str) -> bool {
    if option.starts_with("--") {
        let name = text.split('=').next().unwrap_or_default();
        return name.len() > 2 && option.starts_with(name);
    }
    let letter = option.trim_start_matches('-');
    text.starts_with('-') && !text.starts_with("--") && text.contains(letter)
}
