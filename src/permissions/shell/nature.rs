//! What one simple command does.

use super::{
    Access, FileUse, SimpleCommand, Word,
    files::{self, operands},
    git::{Git, is_option},
    programs,
    table::{self, Operands},
    wrapper::SHELLS,
};

/// What one simple command does, told by its name and its words.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for by name")]
pub struct Nature {
    /// It only reads; the files are in `files`.
    pub reads_only: bool,
    /// It must run in the workspace's own root to be free: its tools read settings beside it.
    pub needs_root: bool,
    /// The files it names.
    pub files: Vec<FileUse>,
    /// The hosts it names, for programs that fetch.
    pub hosts: Vec<String>,
    /// It talks to other machines.
    pub network: bool,
    /// It runs what stands in a file or in its arguments.
    pub script: bool,
    /// What cannot be taken back, in a few words.
    pub danger: Option<&'static str>,
    /// "Don't ask again" may be offered.
    pub rememberable: bool,
}

impl Nature {
    /// Judges one command.
    pub fn of(command: &SimpleCommand) -> Self {
        let (name, args) = (command.base_name(), command.args());
        let git = (name == "git").then(|| Git::new(args));
        // A path in front may name another program with the same name, and an assignment may change what it does.
        let is_plain = command.name() == Some(name) && command.assigns.is_empty();
        let reads = if is_plain { reads(command, git.as_ref()) } else { None };
        let mut files = files::of(command);
        files.extend(reads.clone().unwrap_or_else(|| mentioned(command)));
        let danger = danger(command, git.as_ref());
        let is_fixed = command.words.iter().all(|w| w.fixed().is_some() || (w.glob && !w.dynamic));
        Self {
            reads_only: reads.is_some(),
            needs_root: git.is_some() && !args.iter().all(|w| w.text == "--version"),
            files,
            hosts: if matches!(name, "curl" | "wget") { hosts(args) } else { Vec::new() },
            network: table::uses_network(name) || git.is_some_and(|g| g.uses_network()),
            script: table::runs_script(name) || command.name().is_some_and(|n| n.contains('/')),
            danger,
            rememberable: danger.is_none()
                && is_fixed
                && !command.wrapped
                && command.assigns.is_empty()
                && !(command.piped && table::runs_script(name))
                && !table::is_never_remembered(name),
        }
    }
}

/// The files a command that only reads reads; `None` when it may do more.
fn reads(command: &SimpleCommand, git: Option<&Git<'_>>) -> Option<Vec<FileUse>> {
    let (name, args) = (command.base_name(), command.args());
    let used = |words: Vec<&Word>| {
        words.into_iter().map(|w| FileUse::new(Access::Read, w.clone(), &command.places)).collect::<Vec<_>>()
    };
    if let [only] = args
        && table::prints_version(name, &only.text)
    {
        return Some(Vec::new());
    }
    match name {
        "git" => git.filter(|g| g.is_reading()).map(|g| git_files(command, g)),
        "find" => programs::find_reads(args).then(|| used(args.iter().filter(|w| !w.is_option()).collect())),
        "date" => programs::date_reads(args).then(Vec::new),
        "printf" => programs::printf_reads(args).then(Vec::new),
        "test" | "[" | "[[" => programs::test_reads(name, args).then(Vec::new),
        "sed" => programs::sed_reads(args).map(used),
        "awk" | "gawk" => programs::awk_reads(args).map(used),
        // `@x` takes further arguments from the file `x`.
        "strings" if args.iter().any(|w| w.open_start || w.text.starts_with('@')) => None,
        "command" => (args.len() > 1 && matches!(args[0].text.as_str(), "-v" | "-V")).then(Vec::new),
        "cd" => match args {
            [folder] if folder.text != "-" => Some(used(vec![folder])),
            _ => None,
        },
        _ => {
            let program = table::reader(name)?;
            let breaks = |w: &Word| program.breaks.iter().any(|b| is_option(&w.text, b));
            if args.iter().any(|w| breaks(w) || (w.may_be_option() && !program.breaks.is_empty())) {
                return None;
            }
            let all = operands(args);
            let mut files = match program.operands {
                Operands::Text => return Some(Vec::new()),
                Operands::Nothing => return args.is_empty().then(Vec::new),
                Operands::OnePath if all.len() > 1 || all.iter().any(|w| is_many(w)) => return None,
                Operands::OnePath | Operands::Paths => all,
                Operands::PatternThenPaths if has_own_pattern(args) => all,
                // Of a pattern that the shell makes, the rest may become files and options.
                Operands::PatternThenPaths
                    if all.first().is_some_and(|w| is_many(w) || w.may_be_option()) =>
                {
                    all
                }
                Operands::PatternThenPaths => all.into_iter().skip(1).collect(),
            };
            files.retain(|w| w.text != "-");
            let mut files = used(files);
            if searches_below(name, args) {
                if files.is_empty() && !(name == "rg" && command.piped) {
                    files = used(vec![&Word::literal(".")]);
                }
                for file in &mut files {
                    file.below = true;
                }
            }
            files.extend(in_options(command));
            Some(files)
        }
    }
}

/// Whether it reads all files below the folders it is given.
fn searches_below(name: &str, args: &[Word]) -> bool {
    let has = |option: &str| args.iter().any(|w| is_option(&w.text, option));
    match name {
        "rg" => true,
        "grep" | "egrep" | "fgrep" => {
            ["-r", "-R", "-d", "--recursive", "--dereference-recursive", "--directories"].into_iter().any(has)
        }
        "diff" => has("-r") || has("--recursive"),
        _ => false,
    }
}

/// Whether the shell may make several words of it.
fn is_many(word: &Word) -> bool {
    word.glob || (word.dynamic && !word.whole)
}

/// Whether the pattern stands in an option, so that every operand is a file.
pub(super) fn has_own_pattern(args: &[Word]) -> bool {
    const OPTIONS: [&str; 8] =
        ["-e", "-f", "--regexp", "--file", "--files", "--type-list", "--null-input", "--search-path"];
    args.iter().any(|w| OPTIONS.iter().any(|o| is_option(&w.text, o) || w.text.starts_with(o)))
}

/// Paths that stand inside options: `--file=/etc/x`, `-f/etc/x`, `-f../x`, `--file=$x`.
fn in_options(command: &SimpleCommand) -> Vec<FileUse> {
    let value = |w: &Word| {
        if w.dynamic {
            return Some(w.clone());
        }
        let text = match w.text.split_once('=') {
            Some((_, value)) => value,
            None if w.text.contains("..") => &w.text[w.text.find("..").unwrap_or_default()..],
            None => &w.text[w.text.find('/')?..],
        };
        let is_path = text.starts_with(['/', '~']) || text.contains("..") || w.tilde;
        is_path.then(|| Word { text: text.to_owned(), tilde: text.starts_with('~'), ..w.clone() })
    };
    let options = command.args().iter().filter(|w| w.is_option());
    options.filter_map(value).map(|w| FileUse::new(Access::Read, w, &command.places)).collect()
}

/// Files a command mentions that is not known to read only: so that `Read` denials see them.
fn mentioned(command: &SimpleCommand) -> Vec<FileUse> {
    if table::changes(command.base_name()).is_some() {
        return Vec::new();
    }
    let is_text = matches!(command.base_name(), "echo" | "printf" | "test" | "[" | "[[");
    let words = operands(command.args()).into_iter().filter(|w| !is_text && !w.dynamic);
    words.map(|w| FileUse::new(Access::Read, w.clone(), &command.places)).collect()
}

/// Operands of a reading `git` command; of `HEAD:path` the path.
fn git_files(command: &SimpleCommand, git: &Git<'_>) -> Vec<FileUse> {
    let words = operands(git.args).into_iter().map(|w| match w.text.split_once(':') {
        Some((_, path)) if !path.is_empty() => Word { text: path.to_owned(), ..w.clone() },
        _ => w.clone(),
    });
    let mut files: Vec<_> = words.map(|w| FileUse::new(Access::Read, w, &command.places)).collect();
    files.extend(in_options(command));
    files
}

fn danger(command: &SimpleCommand, git: Option<&Git<'_>>) -> Option<&'static str> {
    let (name, args) = (command.base_name(), command.args());
    let has = |option: &str| args.iter().any(|w| is_option(&w.text, option));
    if let Some(git) = git {
        return git.danger();
    }
    match name {
        "rm" if has("-r") || has("-R") || has("--recursive") => Some("deletes folders with all they hold"),
        "rm" if args.iter().any(|w| w.open_start) => Some("deletes files that cannot be seen"),
        "rimraf" => Some("deletes folders with all they hold"),
        "find" if args.iter().any(|w| w.text.starts_with("-delete")) => Some("deletes every file it finds"),
        "rsync" if args.iter().any(|w| w.text.starts_with("--del")) => Some("deletes files at its target"),
        "shred" => Some("overwrites files"),
        "dd" if args.iter().any(|w| w.text.starts_with("of=/dev/")) => Some("overwrites a device"),
        name if name.starts_with("mkfs") || name == "wipefs" => Some("overwrites a device"),
        name if SHELLS.contains(&name) && command.piped => Some("runs what another command prints"),
        _ => None,
    }
}

/// Host names among the arguments of programs that fetch.
fn hosts(args: &[Word]) -> Vec<String> {
    let host = |w: &Word| {
        let text = w.text.as_str();
        let rest = text.split_once("://").map(|(_, rest)| rest).or((!w.is_option()).then_some(text))?;
        let authority = rest.split(['/', '?', '#', '\\']).next()?;
        let host = authority.rsplit('@').next()?;
        let host = if host.starts_with('[') { host } else { host.split(':').next()? };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        (host.contains('.') || host == "localhost" || host.starts_with('[')).then_some(host)
    };
    args.iter().filter_map(host).collect()
}
