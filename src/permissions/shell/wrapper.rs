//! Commands that run other commands.

use std::collections::BTreeSet;

use super::{SimpleCommand, Word, lexer::is_name};

/// What a command runs besides itself.
#[derive(Debug)]
pub(super) enum Inside {
    /// Nothing that the shell line shows.
    Nothing,
    /// Other commands.
    Commands(Vec<Vec<Word>>),
    /// A script in shell language.
    Script(String),
    /// Something that is known only when it runs.
    Unknown,
}

/// A command whose arguments are a command: its name, its options that take a value, and how many operands stand
/// before the inner command.
type Prefix = (&'static str, &'static [&'static str], usize);

/// *Source:* the manual pages of sudo 1.9, coreutils 9, util-linux 2.39, findutils 4.9, bash 5.2.
const PREFIXES: &[Prefix] = &[
    (
        "sudo",
        &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "-r", "-t", "--user", "--group", "--chdir"],
        0,
    ),
    ("doas", &["-u", "-C"], 0),
    ("pkexec", &["--user"], 0),
    ("runuser", &["-u", "-g", "-G", "--user", "--group"], 0),
    ("env", &["-u", "-C", "--unset", "--chdir"], 0),
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("time", &["-o", "-f", "--output", "--format"], 0),
    ("coproc", &[], 0),
    ("nice", &["-n", "--adjustment"], 0),
    ("ionice", &["-c", "-n", "-p", "--class", "--classdata"], 0),
    ("chrt", &["-p"], 1),
    ("taskset", &[], 1),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("stdbuf", &["-i", "-o", "-e", "--input", "--output", "--error"], 0),
    ("unbuffer", &[], 0),
    ("strace", &["-e", "-o", "-p", "-s", "-u", "-E", "-P", "-a", "-b", "-I", "-O", "-S", "-X"], 0),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("exec", &["-a"], 0),
    ("busybox", &[], 0),
    ("toybox", &[], 0),
    ("chroot", &[], 1),
    ("flock", &["-w", "-E", "--timeout", "--conflict-exit-code"], 1),
    (
        "xargs",
        &[
            "-I",
            "-L",
            "-n",
            "-P",
            "-s",
            "-d",
            "-a",
            "-E",
            "--max-args",
            "--max-procs",
            "--delimiter",
            "--replace",
        ],
        0,
    ),
    ("parallel", &["-j", "--jobs", "-a", "--arg-file"], 0),
    ("watch", &["-n", "-q", "-s", "--interval", "--equexit", "--shotsdir"], 0),
    ("arch", &["-d", "-e"], 0),
    ("setarch", &[], 1),
    ("linux32", &[], 0),
    ("linux64", &[], 0),
    ("setpriv", &[], 0),
    ("unshare", &[], 0),
    ("nsenter", &[], 0),
    ("systemd-run", &[], 0),
    ("run0", &[], 0),
    ("prlimit", &[], 0),
    ("numactl", &[], 0),
    ("fakeroot", &[], 0),
    ("bwrap", &[], 0),
    ("firejail", &[], 0),
    ("gosu", &[], 1),
    ("su-exec", &[], 1),
    ("ltrace", &[], 0),
    ("caffeinate", &[], 0),
    ("rlwrap", &[], 0),
    ("chronic", &[], 0),
    ("xvfb-run", &[], 0),
    ("dbus-run-session", &[], 0),
];

/// Shells: `-c` is followed by a script, anything else is a file with one.
pub(super) const SHELLS: &[&str] = &["bash", "sh", "dash", "zsh", "ksh", "mksh", "ash", "fish", "rbash"];

/// What `command` runs besides itself.
pub(super) fn inside(command: &SimpleCommand) -> Inside {
    let (name, args) = (command.base_name(), command.args());
    if SHELLS.contains(&name) {
        return shell(args);
    }
    match name {
        "eval" => joined(args.iter()),
        "trap" => joined(args.iter().filter(|w| !w.is_option()).take(1)),
        "su" | "script" => match args.iter().position(is_script_option) {
            Some(at) => joined(args.iter().skip(at + 1).take(1)),
            None => Inside::Unknown,
        },
        "find" => all_after(args, |w| ["-exec", "-execdir", "-ok", "-okdir"].contains(&w)),
        "fd" | "fdfind" => all_after(args, |w| ["-x", "-X", "--exec", "--exec-batch"].contains(&w)),
        "command" if args.first().is_some_and(|w| w.text == "-v" || w.text == "-V") => Inside::Nothing,
        _ => match PREFIXES.iter().find(|(own, ..)| *own == name) {
            Some(prefix) => match after_prefix(prefix, args) {
                // Its words are one script, not one command.
                Inside::Commands(all) if name == "watch" => {
                    let scripts = all.iter().map(|words| {
                        words.iter().map(Word::fixed).collect::<Option<Vec<_>>>().map(|w| w.join(" "))
                    });
                    let scripts: Option<Vec<String>> = scripts.collect();
                    scripts.map_or(Inside::Unknown, |all| Inside::Script(all.join("\n")))
                }
                inside => inside,
            },
            None => Inside::Nothing,
        },
    }
}

/// `-c`, also behind other letters: the next word is a script.
fn is_script_option(word: &Word) -> bool {
    word.text == "--command"
        || (word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('c'))
}

/// Every command that may stand behind the options: where an option is not known, the word after it may be its value
/// or the command.
fn after_prefix((name, with_value, operands): &Prefix, args: &[Word]) -> Inside {
    let (mut starts, mut found) = (BTreeSet::from([0]), BTreeSet::new());
    while let Some(at) = starts.pop_first() {
        let Some(word) = args.get(at) else { continue };
        let text = word.text.as_str();
        let is_assignment = text.split_once('=').is_some_and(|(key, _)| is_name(key));
        if *name == "env" && (text.starts_with("-S") || text.starts_with("--split-string")) {
            return Inside::Unknown;
        }
        if text == "--" {
            found.insert(at + 1 + operands);
        } else if word.is_option() && with_value.contains(&text) {
            starts.insert(at + 2);
        } else if word.is_option() {
            starts.insert(at + 1);
            if !text.contains('=') && !NO_VALUE.contains(&text) {
                starts.insert(at + 2);
            }
        } else if is_assignment && matches!(*name, "env" | "sudo" | "doas") {
            starts.insert(at + 1);
        } else {
            found.insert(at + operands);
        }
    }
    let commands = found.into_iter().filter_map(|at| args.get(at..)).filter(|words| !words.is_empty());
    let commands: Vec<Vec<Word>> = commands
        .map(|words| {
            let unknown = matches!(*name, "xargs" | "parallel").then(Word::unknown);
            words.iter().cloned().chain(unknown).collect()
        })
        .collect();
    if commands.is_empty() { Inside::Nothing } else { Inside::Commands(commands) }
}

/// Options of which no listed program takes a value.
const NO_VALUE: &[&str] = &["-", "-0", "-r", "-p", "-v", "-i", "-x", "-S", "-H", "-f", "-k"];

/// Each command that follows one of these words, up to `;` or `+`.
fn all_after(args: &[Word], starts: impl Fn(&str) -> bool) -> Inside {
    let mut all = Vec::new();
    let mut rest = args;
    while let Some(at) = rest.iter().position(|w| starts(&w.text)) {
        rest = &rest[at + 1..];
        let end = rest.iter().position(|w| w.text == ";" || w.text == "+").unwrap_or(rest.len());
        all.push(rest[..end].to_vec());
        rest = &rest[end..];
    }
    if all.is_empty() { Inside::Nothing } else { Inside::Commands(all) }
}

fn shell(args: &[Word]) -> Inside {
    let (mut at, mut takes_script) = (0, false);
    while let Some(word) = args.get(at) {
        let text = word.text.as_str();
        if matches!(text, "--version" | "--help") {
            return Inside::Nothing;
        }
        if !(text.starts_with(['-', '+']) && text.len() > 1) {
            break;
        }
        takes_script |= !text.starts_with("--") && text.contains('c');
        let takes_value = matches!(text, "-o" | "-O" | "+o" | "+O" | "--rcfile" | "--init-file");
        at += if takes_value { 2 } else { 1 };
    }
    match args.get(at) {
        Some(_) if takes_script => joined(args.iter().skip(at).take(1)),
        Some(file) if file.fixed().is_some() && !matches!(file.text.as_str(), "-" | "/dev/stdin") => {
            Inside::Nothing
        }
        _ => Inside::Unknown,
    }
}

fn joined<'a>(words: impl Iterator<Item = &'a Word>) -> Inside {
    let words: Option<Vec<&str>> = words.map(Word::fixed).collect();
    match words {
        Some(words) => Inside::Script(words.join(" ")),
        None => Inside::Unknown,
    }
}
