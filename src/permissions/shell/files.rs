//! Which files a command reads, writes and deletes, as far as its words tell.

use super::{Places, SimpleCommand, Word, table};
use crate::base::AbsPath;

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its content or its name is read.
    Read,
    /// It is created or changed.
    Write,
    /// It is removed.
    Delete,
}

/// One use of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileUse {
    /// What is done.
    pub access: Access,
    /// As the line names it.
    pub shown: String,
    /// Where it may be, one path for each folder the command may run in; for a pattern the folder in which it
    /// begins. `None` when that is not known.
    pub paths: Option<Vec<AbsPath>>,
    /// `paths` are the files themselves, not folders in which a pattern begins.
    pub exact: bool,
    /// What lies below the paths is read as well.
    pub below: bool,
}

impl FileUse {
    pub(super) fn new(access: Access, word: Word, places: &Places) -> Self {
        let paths = places.resolve(&word);
        Self { access, exact: paths.is_some() && !word.glob, paths, shown: word.text, below: false }
    }

    /// The pattern that makes the name of the file, when only its last part is one.
    pub(in crate::permissions) fn name_pattern(&self) -> Option<&str> {
        let (folders, name) = self.shown.rsplit_once('/').unwrap_or(("", &self.shown));
        (!self.exact && !folders.contains(['*', '?', '['])).then_some(name)
    }

    /// Whether it is a device that keeps nothing, such as `/dev/null`. A terminal is none: what is written there
    /// reaches the screen, and what is read there was meant for somebody else.
    pub fn is_nothing(&self) -> bool {
        self.exact
            && matches!(self.shown.as_str(), "/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/stdin")
    }
}

/// What the arguments of a command that changes files mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    /// Writes all operands.
    Writes,
    /// Deletes all operands.
    Deletes,
    /// Reads all operands but the last and writes that.
    Copies,
    /// Deletes all operands but the last and writes that.
    Moves,
    /// The first operand is a mode or an owner, the others are changed.
    Adjusts,
    /// With an option that says so the operands after the script are written.
    InPlace,
    /// Writes what stands behind these options or keys.
    Options(&'static [&'static str]),
}

/// What `command` does with files, besides its redirects.
pub(super) fn of(command: &SimpleCommand) -> Vec<FileUse> {
    let Some(changes) = table::changes(command.base_name()) else { return Vec::new() };
    let used_as = |access: Access, word: &Word| FileUse::new(access, word.clone(), &command.places);
    let args = command.args();
    let operands: Vec<&Word> = operands(args);
    let all = |access: Access| operands.iter().map(|w| used_as(access, w)).collect::<Vec<_>>();
    let last_apart = |access: Access| {
        let target = args.iter().position(|w| w.text == "-t" || w.text == "--target-directory");
        let (last, others) = match target.and_then(|at| args.get(at + 1)) {
            Some(folder) => (Some(folder), operands.iter().copied().filter(|w| *w != folder).collect()),
            None => operands.split_last().map_or((None, Vec::new()), |(l, o)| (Some(*l), o.to_vec())),
        };
        let mut uses: Vec<_> = others.into_iter().map(|w| used_as(access, w)).collect();
        uses.extend(last.map(|w| used_as(Access::Write, w)));
        uses
    };
    match changes {
        Changes::Writes => all(Access::Write),
        Changes::Deletes => all(Access::Delete),
        Changes::Copies => last_apart(Access::Read),
        Changes::Moves => last_apart(Access::Delete),
        Changes::Adjusts => all(Access::Write).split_off(operands.len().min(1)),
        Changes::InPlace
            if args.iter().any(|w| w.text.starts_with("-i") || w.text.starts_with("--in-place")) =>
        {
            all(Access::Write)
        }
        Changes::InPlace => Vec::new(),
        Changes::Options(keys) => behind_options(args, keys).map(|w| used_as(Access::Write, &w)).collect(),
    }
}

/// The words that are no options; everything after `--` is one of them.
pub(super) fn operands(args: &[Word]) -> Vec<&Word> {
    let end = args.iter().position(|w| w.text == "--").unwrap_or(args.len());
    args[..end].iter().filter(|w| !w.is_option()).chain(args.iter().skip(end + 1)).collect()
}

/// `-o x`, `-ox`, `--output x`, `--output=x`, `of=x`.
fn behind_options<'a>(args: &'a [Word], keys: &'a [&'a str]) -> impl Iterator<Item = Word> + 'a {
    args.iter().enumerate().filter_map(move |(at, word)| {
        keys.iter().find_map(|key| {
            if word.text == *key {
                return args.get(at + 1).cloned();
            }
            let rest = word.text.strip_prefix(key)?;
            let rest = if key.starts_with("--") { rest.strip_prefix('=')? } else { rest };
            Some(Word { text: rest.to_owned(), ..word.clone() })
        })
    })
}
