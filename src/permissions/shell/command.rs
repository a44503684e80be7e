//! One simple command.

use super::{Places, Word};

/// One simple command: assignments, a name and arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// Assignments before the name, as in `LANG=C sort`.
    pub assigns: Vec<Word>,
    /// The name and the arguments; empty when there are only assignments.
    pub words: Vec<Word>,
    /// Where it may run.
    pub places: Places,
    /// It runs inside another one: after `sudo`, `env`, `xargs`, `bash -c`, `find -exec`.
    pub wrapped: bool,
    /// Its standard input comes from another command.
    pub piped: bool,
}

impl SimpleCommand {
    pub(super) fn new(words: Vec<Word>, places: &Places) -> Self {
        let at = words.iter().position(|w| w.assigns.is_none()).unwrap_or(words.len());
        let mut assigns = words;
        let words = assigns.split_off(at);
        Self { assigns, words, places: places.clone(), wrapped: false, piped: false }
    }

    /// The name as it is written; `None` when the shell makes it, or there is none.
    pub fn name(&self) -> Option<&str> {
        self.words.first().and_then(Word::fixed)
    }

    /// The name without the folders before it.
    pub fn base_name(&self) -> &str {
        let name = self.name().unwrap_or_default();
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
        base.strip_suffix(".exe").unwrap_or(base)
    }

    /// The words after the name.
    pub fn args(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// One line that stands for this command and no other: what an allow rule is compared with.
    pub fn shown(&self) -> String {
        let words: Vec<_> = self.assigns.iter().chain(&self.words).map(Word::shown).collect();
        words.join(" ")
    }

    /// Every spelling a deny rule may mean: as shown, without assignments, without quotes, without the folders
    /// before the name.
    pub fn spellings(&self) -> Vec<String> {
        let plain: Vec<_> = self.words.iter().map(|w| w.text.as_str()).collect();
        let shown: Vec<_> = self.words.iter().map(Word::shown).collect();
        let mut all = vec![self.shown(), shown.join(" "), plain.join(" ")];
        if self.name().is_some_and(|n| n != self.base_name()) {
            let base = self.base_name();
            all.push([&[base], plain.get(1..).unwrap_or_default()].concat().join(" "));
            all.push(
                std::iter::once(base)
                    .chain(shown.iter().skip(1).map(String::as_str))
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        }
        // Some file systems find `RM` as `rm`.
        if self.name().is_some_and(|n| n.chars().any(|c| c.is_ascii_uppercase())) {
            let base = self.base_name().to_ascii_lowercase();
            all.push([&[base.as_str()], plain.get(1..).unwrap_or_default()].concat().join(" "));
        }
        all.dedup();
        all
    }
}
