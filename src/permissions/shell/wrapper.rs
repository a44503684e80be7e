//! Commands that run other commands.

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
        "eval" | "watch" => joined(args.iter().skip_while(|w| name == "watch" && w.is_option())),
        "trap" => joined(args.iter().filter(|w| !w.is_option()).take(1)),
        "su" => match args.iter().position(|w| w.text == "-c" || w.text == "--command") {
            Some(at) => joined(args.iter().skip(at + 1).take(1)),
            None => Inside::Unknown,
        },
        "find" => all_after(args, |w| ["-exec", "-execdir", "-ok", "-okdir"].contains(&w)),
        "fd" | "fdfind" => all_after(args, |w| ["-x", "-X", "--exec", "--exec-batch"].contains(&w)),
        "command" if args.first().is_some_and(|w| w.text == "-v" || w.text == "-V") => Inside::Nothing,
        _ => match PREFIXES.iter().find(|(own, ..)| *own == name) {
            Some(prefix) => after_prefix(prefix, args),
            None => Inside::Nothing,
        },
    }
}

fn after_prefix((name, with_value, operands): &Prefix, args: &[Word]) -> Inside {
    let mut at = 0;
    while let Some(word) = args.get(at) {
        let text = word.text.as_str();
        let is_assignment = text.split_once('=').is_some_and(|(key, _)| is_name(key));
        if *name == "env" && (text.starts_with("-S") || text.starts_with("--split-string")) {
            return Inside::Unknown;
        }
        if text == "--" {
            at += 1;
            break;
        } else if word.is_option() {
            at += if with_value.contains(&text) { 2 } else { 1 };
        } else if is_assignment && matches!(*name, "env" | "sudo" | "doas") {
            at += 1;
        } else {
            break;
        }
    }
    let mut inner = args.get(at + operands..).unwrap_or_default().to_vec();
    if inner.is_empty() {
        return Inside::Nothing;
    }
    if matches!(*name, "xargs" | "parallel") {
        inner.push(Word::unknown());
    }
    Inside::Commands(vec![inner])
}

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
