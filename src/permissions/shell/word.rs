//! One word of a command, with its quotes resolved.

/// One word of a command.
///
/// Shape: `text` is what the program gets, quotes resolved; parts that only the shell knows stay as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for by name")]
pub struct Word {
    /// What the program gets.
    pub text: String,
    /// It holds an expansion, a substitution or braces: the shell decides what it becomes.
    pub dynamic: bool,
    /// It holds an unquoted `*`, `?` or `[`: it becomes names of files.
    pub glob: bool,
    /// Its first character is the shell's, not the writer's: it may become an option.
    pub open_start: bool,
    /// All expansions stand in double quotes: it stays one word.
    pub whole: bool,
    /// It begins with an unquoted `~`, or has one where the shell expands it.
    pub tilde: bool,
    /// How many bytes of it are an unquoted `NAME=` or `NAME+=`.
    pub assigns: Option<usize>,
    /// Some of it was quoted or escaped.
    pub quoted: bool,
}

impl Word {
    /// A word that is exactly this text.
    pub fn literal(text: &str) -> Self {
        Self { text: text.to_owned(), whole: true, ..Self::default() }
    }

    /// A word nobody here can know.
    pub fn unknown() -> Self {
        Self { text: "…".to_owned(), dynamic: true, open_start: true, ..Self::default() }
    }

    /// The text, when the shell changes nothing in it.
    pub fn fixed(&self) -> Option<&str> {
        (!self.dynamic && !self.glob && !self.tilde).then_some(self.text.as_str())
    }

    /// Whether a program would take it for an option.
    pub fn is_option(&self) -> bool {
        self.text.len() > 1 && self.text.starts_with('-')
    }

    /// Whether the shell may turn it, or a part of it, into an option that cannot be read here: `$x`, `a$x` (it may
    /// fall apart at a blank), `-{a,b}`, `-"$x"`, `-*`. The value of a named option (`--since="$x"`) is none.
    pub fn may_be_option(&self) -> bool {
        let name = self.text.split('=').next().unwrap_or_default();
        let is_made = (self.dynamic || self.glob) && name.contains(['$', '`', '{', '*', '?', '[', '<', '>']);
        self.open_start || (self.dynamic && !self.whole) || (is_made && name.starts_with('-'))
    }

    /// One spelling for each word: quoted when it holds blanks, quotes or operators, so that no word can look like
    /// two.
    pub fn shown(&self) -> String {
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"'\"\\;&|<>()`".contains(c);
        if self.dynamic || (!self.text.is_empty() && self.text.chars().all(plain)) {
            self.text.clone()
        } else {
            format!("'{}'", self.text.replace('\'', r"'\''"))
        }
    }
}
