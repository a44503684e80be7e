//! Commands that open what lies below a folder by themselves, and show it.

use super::{
    SimpleCommand, Word,
    files::operands,
    git::{Git, is_option},
    nature::has_own_pattern,
};
use crate::base::AbsPath;

/// What a command opens below folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Below {
    /// The folders it goes through, as far as its words tell.
    pub folders: Vec<AbsPath>,
    /// The folders it may run in: meant when none of the others is there.
    pub here: Vec<AbsPath>,
    /// Hidden files are left out.
    pub skips_hidden: bool,
    /// What `.gitignore` names is left out.
    pub skips_ignored: bool,
    /// Only files with such names are opened; all of them when there is none.
    pub only: Vec<String>,
    /// Files and folders with such names are not opened.
    pub except: Vec<String>,
}

impl Below {
    /// What a command opens; `None` for one that opens nothing, shows nothing but names or counts, or goes through folders
    /// that cannot be known.
    pub fn of(command: &SimpleCommand) -> Option<Self> {
        let args = command.args();
        match command.base_name() {
            "grep" | "egrep" | "fgrep" | "zgrep" if is_recursive(args) => searched(command, args, GREP),
            "rg" | "ag" | "ack" => {
                let unrestricted: usize = args
                    .iter()
                    .filter(|w| !w.text.starts_with("--"))
                    .map(|w| w.text.matches('u').count())
                    .sum();
                let has = |option: &str| args.iter().any(|w| w.text == option);
                let shows_hidden = has("--hidden") || has("-.") || unrestricted > 1;
                let shows_ignored =
                    args.iter().any(|w| w.text.starts_with("--no-ignore")) || unrestricted > 0;
                let is_of_a_type =
                    args.iter().any(|w| w.text.starts_with("-t") || w.text.starts_with("--type"));
                let found = searched(command, args, RG).filter(|_| !is_of_a_type && !has("--files"))?;
                Some(Self { skips_hidden: !shows_hidden, skips_ignored: !shows_ignored, ..found })
            }
            "git" => {
                let git = Git::new(args);
                let is_everywhere = git.args.iter().any(|w| w.text == "--no-index");
                let found = (git.verb == "grep").then(|| searched(command, git.args, GREP)).flatten()?;
                Some(Self { skips_ignored: !is_everywhere, ..found })
            }
            "find" if args.iter().any(|w| ["-exec", "-ok"].iter().any(|a| w.text.starts_with(a))) => {
                let folders = args.iter().take_while(|w| !w.is_option()).collect();
                let only = values(args, &["-name", "-iname"]);
                Some(Self { only, ..Self::through(command, folders)? })
            }
            "tar" | "bsdtar" if args.first().is_some_and(|w| w.text.contains('c')) => {
                Self::through(command, operands(args.get(1..).unwrap_or_default()))
            }
            "zip" | "rsync" | "scp" | "cp" if ["-r", "-R", "-a"].iter().any(|o| has(args, o)) => {
                Self::through(command, operands(args))
            }
            "diff" if has(args, "-r") || has(args, "--recursive") => Self::through(command, operands(args)),
            _ => None,
        }
    }

    fn through(command: &SimpleCommand, folders: Vec<&Word>) -> Option<Self> {
        let here = Word::literal(".");
        let folders = if folders.is_empty() { vec![&here] } else { folders };
        let known = folders.into_iter().filter_map(|word| command.places.resolve(word)).flatten();
        let folders: Vec<AbsPath> = known.collect();
        let here = command.places.folders()?.to_vec();
        (!folders.is_empty()).then(|| Self { folders, here, ..Self::default() })
    }
}

fn is_recursive(args: &[Word]) -> bool {
    ["-r", "-R", "-d", "--recursive", "--dereference-recursive", "--directories"].iter().any(|o| has(args, o))
}

/// The letters of a search: those whose value may follow at once, and those with which it shows names or counts.
type Letters = (&'static str, &'static str);

const GREP: Letters = ("efmABCdDO", "lLcq");
const RG: Letters = ("efmABCgtTjErM", "lcq");

/// A search that shows lines, not only names or counts.
fn searched(command: &SimpleCommand, args: &[Word], (with_value, silent): Letters) -> Option<Below> {
    let is_silent = |word: &Word| match word.text.strip_prefix('-') {
        Some(name) if name.starts_with('-') => {
            ["-files-with", "-count", "-quiet", "-silent"].iter().any(|long| name.starts_with(long))
        }
        Some(letters) => letters.chars().take_while(|c| !with_value.contains(*c)).any(|c| silent.contains(c)),
        None => false,
    };
    if args.iter().take_while(|word| word.text != "--").any(is_silent) {
        return None;
    }
    let patterns = usize::from(!has_own_pattern(args));
    let folders = beside_options(args, with_value).into_iter().skip(patterns).collect();
    let globs = values(args, &["--include", "-g", "--glob", "--iglob"]);
    let (not, only): (Vec<_>, Vec<_>) = globs.into_iter().partition(|glob| glob.starts_with('!'));
    let mut except: Vec<String> = not.iter().map(|glob| glob[1..].to_owned()).collect();
    except.extend(values(args, &["--exclude", "--exclude-dir"]));
    Some(Below { only, except, ..Below::through(command, folders)? })
}

/// Options of searches whose value is the next word.
const WITH_VALUE: &[&str] = &[
    "--include",
    "--exclude",
    "--exclude-dir",
    "--exclude-from",
    "--glob",
    "--iglob",
    "--type",
    "--type-not",
    "--context",
    "--after-context",
    "--before-context",
    "--max-count",
    "--max-depth",
    "--regexp",
    "--file",
    "--threads",
    "--replace",
    "--sort",
    "--encoding",
];

/// The words that are neither options nor their values.
fn beside_options<'a>(args: &'a [Word], with_value: &str) -> Vec<&'a Word> {
    let (mut found, mut rest) = (Vec::new(), args.iter());
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if text == "--" {
            found.extend(rest);
            break;
        }
        // `-nA 3`, but not `-A3`.
        let ends_so =
            |letters: &str| letters.find(|c| with_value.contains(c)).map(|at| at + 1) == Some(letters.len());
        let takes_next = WITH_VALUE.contains(&text)
            || (!text.starts_with("--") && text.strip_prefix('-').is_some_and(ends_so));
        if !word.is_option() {
            found.push(word);
        } else if takes_next {
            rest.next();
        }
    }
    found
}

fn has(args: &[Word], option: &str) -> bool {
    args.iter().any(|w| is_option(&w.text, option))
}

/// What stands behind options: `--include=*.rs`, `--include *.rs`, `-g *.rs`.
fn values(args: &[Word], options: &[&str]) -> Vec<String> {
    let value = |(at, word): (usize, &Word)| match word.text.split_once('=') {
        Some((name, value)) if options.contains(&name) => Some(value.to_owned()),
        _ if options.contains(&word.text.as_str()) => args.get(at + 1).map(|next| next.text.clone()),
        _ => None,
    };
    args.iter().enumerate().filter_map(value).collect()
}
