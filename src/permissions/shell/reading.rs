//! What a line does, as a whole.

use super::{
    Doubt, FileUse, Places, SimpleCommand, Word,
    lexer::is_name,
    reader::{self, Found},
    wrapper::{self, Inside},
};
use crate::base::AbsPath;

/// What a shell line does, as far as it can be read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Every simple command at any depth, also those inside substitutions and inside other commands. Where there is
    /// a doubt, guesses stand at the end, so that a deny rule still sees the words.
    pub commands: Vec<SimpleCommand>,
    /// What redirects read and write.
    pub files: Vec<FileUse>,
    /// Something understood that is still never free and never allowed by a rule for a command.
    pub odd: Option<&'static str>,
    /// Why it is not understood.
    pub doubt: Option<Doubt>,
    /// It runs a script that is known only when it runs: `echo x | sh`, `env -S 'rm x'`.
    pub hides: bool,
}

impl Reading {
    /// A longer line is not judged. *Unit:* bytes.
    pub const LONGEST: usize = 100_000;
    /// A line with more commands is not judged.
    pub const MOST_COMMANDS: usize = 1_000;
    /// How deep scripts inside commands are followed: `bash -c "bash -c …"`.
    const DEEPEST: u8 = 4;

    /// Reads a line that starts in `directory`.
    pub fn of(line: &str, directory: &AbsPath, home: Option<&AbsPath>) -> Self {
        let places = Places::at(directory, home);
        let mut reading =
            Self { commands: Vec::new(), files: Vec::new(), odd: None, doubt: None, hides: false };
        if line.len() > Self::LONGEST {
            reading.doubt = Some(Doubt::TooLong);
        } else {
            reading.take(reader::read(line, &places, Self::MOST_COMMANDS), false);
            reading.look_inside();
        }
        if reading.doubt.is_some() {
            let from = reading.commands.len();
            reading.commands.extend(guesses(line, &places));
            for at in from..reading.commands.len() {
                if let Inside::Commands(inner) = wrapper::inside(&reading.commands[at]) {
                    for words in inner {
                        reading.push_inner(words, at);
                    }
                }
            }
        }
        reading
    }

    fn take(&mut self, found: Found, wrapped: bool) {
        self.commands
            .extend(found.commands.into_iter().map(|c| SimpleCommand { wrapped: c.wrapped || wrapped, ..c }));
        self.files.extend(found.files);
        self.odd = self.odd.or(found.odd);
        self.doubt = self.doubt.or(found.doubt);
    }

    /// Adds what runs inside commands: after `sudo`, in `bash -c`, for `find -exec`.
    fn look_inside(&mut self) {
        let mut depths = vec![0; self.commands.len()];
        let mut at = 0;
        while at < self.commands.len() {
            let depth = depths.get(at).copied().unwrap_or(Self::DEEPEST);
            let inside = wrapper::inside(&self.commands[at]);
            if !matches!(inside, Inside::Nothing) && depth >= Self::DEEPEST {
                self.doubt.get_or_insert(Doubt::TooDeep);
                break;
            }
            match inside {
                Inside::Nothing => {}
                Inside::Commands(inner) => {
                    for words in inner {
                        self.push_inner(words, at);
                    }
                }
                Inside::Script(script) => {
                    let room = Self::MOST_COMMANDS.saturating_sub(self.commands.len());
                    let places = self.commands[at].places.clone();
                    self.take(reader::read(&script, &places, room), true);
                }
                Inside::Unknown => {
                    self.hides = true;
                    self.odd.get_or_insert("runs a script that cannot be seen");
                }
            }
            depths.resize(self.commands.len(), depth + 1);
            at += 1;
        }
        if self.commands.len() > Self::MOST_COMMANDS {
            self.doubt.get_or_insert(Doubt::TooMany);
        }
    }

    fn push_inner(&mut self, words: Vec<Word>, outer: usize) {
        let outer = &self.commands[outer];
        let mut inner = SimpleCommand::new(words, &outer.places);
        (inner.wrapped, inner.piped) = (true, outer.piped);
        if inner.words.first().is_some_and(|w| w.fixed().is_none()) {
            self.doubt.get_or_insert(Doubt::Name);
        }
        if !inner.words.is_empty() {
            self.commands.push(inner);
        }
    }
}

/// Commands a line may hold when it cannot be read: cut at every sign that may part commands, quotes dropped. Good
/// for denying, never for allowing.
fn guesses(line: &str, places: &Places) -> Vec<SimpleCommand> {
    let cut = |c: char| ";&|()<>\n\r\0`{}".contains(c);
    let starts = ["then", "do", "else", "elif", "if", "while", "until", "!"];
    let pieces = line.split(cut).map(|piece| {
        let words = piece.split_whitespace().map(|w| w.replace(['"', '\'', '\\'], ""));
        let is_skipped = |w: &String| {
            starts.contains(&w.as_str()) || w.split_once('=').is_some_and(|(name, _)| is_name(name))
        };
        words.skip_while(is_skipped).map(|w| Word::literal(&w)).collect::<Vec<_>>()
    });
    pieces
        .filter(|words| !words.is_empty())
        .map(|words| SimpleCommand { wrapped: true, ..SimpleCommand::new(words, places) })
        .collect()
}
