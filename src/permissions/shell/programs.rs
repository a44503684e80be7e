//! Programs whose arguments are a small language of their own.

use super::{Word, files::operands};

/// `find`: everything is read unless an action runs, writes or deletes.
pub(super) fn find_reads(args: &[Word]) -> bool {
    const ACTIONS: [&str; 6] = ["-exec", "-ok", "-delete", "-fprint", "-fls", "-files0-from"];
    // An expression made by the shell, or a file that is called `-delete`, could be an action.
    !args.iter().any(|w| w.may_be_option() || ACTIONS.iter().any(|a| w.text.starts_with(a)))
}

/// `date`: printing only; other operands set the clock.
pub(super) fn date_reads(args: &[Word]) -> bool {
    let mut rest = args.iter();
    while let Some(word) = rest.next() {
        match word.text.as_str() {
            text if text.starts_with('+') => {}
            "-u" | "--utc" | "--universal" | "-R" | "--rfc-email" => {}
            text if text.starts_with("-I")
                || text.starts_with("--iso-8601")
                || text.starts_with("--rfc-3339") => {}
            text if text.starts_with("--date=") || text.starts_with("-d") && text.len() > 2 => {}
            "-d" | "--date" => {
                rest.next();
            }
            _ => return false,
        }
    }
    !args.iter().any(|w| w.dynamic || w.glob)
}

/// `printf`: `-v` sets a variable, and an index in its name is evaluated.
pub(super) fn printf_reads(args: &[Word]) -> bool {
    args.first().is_none_or(|w| !w.open_start && !w.text.starts_with('-'))
}

/// `test`, `[` and `[[`: `-v` and `-R` evaluate an index in a name; inside `[[` numbers are evaluated as well.
pub(super) fn test_reads(name: &str, args: &[Word]) -> bool {
    if name == "[[" {
        const EVALUATES: [&str; 8] = ["-v", "-R", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"];
        return !args.iter().any(|w| EVALUATES.contains(&w.text.as_str()));
    }
    let args = if name == "[" { args.split_last().map_or(args, |(_, rest)| rest) } else { args };
    if args.iter().any(|w| w.text == "-v" || w.text == "-R" || w.glob) {
        return false;
    }
    // What an expansion becomes could be an operator, except where the number of words says it is not.
    let is_fixed = |w: &Word| w.fixed().is_some();
    match args {
        [operator, operand] => is_fixed(operator) && operand.whole,
        [left, operator, right] => {
            left.whole && right.whole && is_fixed(operator) && !operator.text.is_empty()
        }
        args => args.iter().all(is_fixed),
    }
}

/// `sed` with a script that only prints: line numbers with `p`, `q`, `d`, `=`, or one plain `s`.
/// Returns the files it reads.
pub(super) fn sed_reads(args: &[Word]) -> Option<Vec<&Word>> {
    let options_ok = args.iter().filter(|w| w.is_option()).all(|w| {
        matches!(w.text.as_str(), "-n" | "-E" | "-r" | "-s" | "-u" | "-nE" | "-nr" | "--quiet" | "--silent")
    });
    let operands = operands(args);
    let (script, files) = operands.split_first()?;
    let script = script.fixed()?;
    let prints = script.chars().all(|c| c.is_ascii_digit() || "$,;pqd=!~+ ".contains(c));
    let is_seen = !args.iter().any(Word::may_be_option);
    (options_ok && is_seen && (prints || is_plain_substitution(script) || is_plain_search(script)))
        .then(|| files.to_vec())
}

fn is_plain_substitution(script: &str) -> bool {
    let parts: Vec<_> = script.split('/').collect();
    matches!(parts.as_slice(), ["s", _, _, flags] if flags.chars().all(|c| c.is_ascii_digit() || "gpiI".contains(c)))
        && !script.contains(['\n', '\\', ';'])
}

fn is_plain_search(script: &str) -> bool {
    let parts: Vec<_> = script.split('/').collect();
    matches!(parts.as_slice(), ["", _, "p" | "d" | "!d" | "!p"] | ["", _, ",", _, "p" | "d"])
        && !script.contains(['\n', '\\', ';'])
}

/// `awk` with a program that can neither write, run, nor name further files. Returns the files it reads.
pub(super) fn awk_reads(args: &[Word]) -> Option<Vec<&Word>> {
    const ACTS: [&str; 9] = [">", "|", "system", "getline", "@", "close", "fflush", "ARG", "ENVIRON"];
    let mut rest = args;
    while let Some((word, others)) = rest.split_first() {
        rest = match word.text.as_str() {
            "-F" => others.get(1..)?,
            text if text.starts_with("-F") => others,
            text if text.starts_with('-') => return None,
            _ => break,
        };
    }
    let (program, files) = rest.split_first()?;
    let program = program.fixed()?;
    // An operand with `=` sets a variable, which could name a file.
    let is_safe = !args.iter().any(Word::may_be_option)
        && !ACTS.iter().any(|a| program.contains(a))
        && !files.iter().any(|w| w.is_option() || w.text.contains('='));
    is_safe.then(|| files.iter().collect())
}
