//! The repository's block of the prompt.

use super::{
    Repository, instructions,
    map::{self, Map},
    repository::Instruction,
};
use crate::base::{AbsPath, Bytes, Tokens};

/// What may be set about reading the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Names of instruction files, in the order they are read within one folder.
    pub file_names: Vec<String>,
    /// The person's home folder, of which no map is made.
    pub home: Option<AbsPath>,
    /// The folder of user-level instruction files, usually `~/.qwen`.
    pub qwen_home: Option<AbsPath>,
    /// The most the map may take; zero for no map.
    pub map: Tokens,
    /// The most that all instruction files together may take.
    pub instructions: Bytes,
}

impl Default for Options {
    /// `QWEN.md` and `AGENTS.md`, a map of 1,200 tokens, 256 kB of instructions.
    fn default() -> Self {
        Self {
            file_names: vec!["QWEN.md".to_owned(), "AGENTS.md".to_owned()],
            home: None,
            qwen_home: None,
            map: Tokens(1_200),
            instructions: Bytes(256_000),
        }
    }
}

impl Options {
    /// Never more than these, and small enough for a model's window: the map takes at most a sixteenth of it, the
    /// instruction files at most a quarter (about four bytes make a token).
    #[must_use]
    pub fn fitting(mut self, window: Tokens) -> Self {
        self.map = self.map.min(Tokens(window.0 / 16));
        self.instructions = self.instructions.min(Bytes(window.0));
        self
    }
}

/// What was read of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragments {
    /// What stands in the head: the same bytes for the same files, on every machine and in every working folder.
    pub repository: Repository,
    /// Instruction files of the folders between the root and the working folder.
    pub(super) below: Vec<Instruction>,
    /// What a person should know: files that were cut or refused.
    pub notices: Vec<String>,
}

impl Fragments {
    /// The instruction files that belong into the first user message, each in its frame: what they say holds for
    /// the working folder and not for the whole repository.
    pub fn below(&self) -> impl Iterator<Item = String> {
        self.below.iter().map(Instruction::framed)
    }

    /// Takes over what holds for the working folder, the rest stays.
    pub fn take_below(&mut self, other: &Self) {
        self.below.clone_from(&other.below);
    }
}

/// What was read before; nothing is known of the working folder.
impl From<Repository> for Fragments {
    fn from(repository: Repository) -> Self {
        Self { repository, ..Self::default() }
    }
}

/// Reads the instruction files and the map of the repository at `root` for work in `cwd`.
///
/// Blocks on the file system; what is read is bounded, whatever the size of the repository.
pub fn collect(options: &Options, root: &AbsPath, cwd: &AbsPath) -> Fragments {
    let mut notices = Vec::new();
    let (files, below) = instructions::collect(options, root, cwd, &mut notices);
    let is_home = options.home.as_ref() == Some(root);
    let has_map = !is_home && root.parent().is_some();
    let map = if has_map { map::map(root, options.map) } else { Map::default() };
    Fragments { repository: Repository { files, map }, below, notices }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn repository() -> (tempfile::TempDir, AbsPath) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let top = AbsPath::new(dir.path()).expect("absolute");
        for (name, text) in [
            ("repo/QWEN.md", "Be brief.\n"),
            ("repo/src/main.rs", "fn main() {}"),
            ("repo/.git/HEAD", "ref: refs/heads/main\n"),
            ("home/.qwen/QWEN.md", "Answer in verse.\n"),
        ] {
            let path = top.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        }
        (dir, top)
    }

    fn collected(top: &AbsPath) -> Fragments {
        let options = Options {
            home: Some(top.join("home")),
            qwen_home: Some(top.join("home/.qwen")),
            ..Options::default()
        };
        collect(&options, &top.join("repo"), &top.join("repo/src"))
    }

    #[test]
    fn instructions_come_first_then_the_map_and_no_byte_names_the_machine() {
        let (_one, one) = repository();
        let (_two, two) = repository();
        let text = collected(&one).repository.block();
        assert!(text.starts_with("--- Context from: ~/.qwen/QWEN.md ---\nAnswer in verse.\n---"), "{text}");
        assert!(text.ends_with("\n.: src/ QWEN.md\nsrc: main.rs"), "{text}");
        assert!(!text.contains(&one.to_string()) && !text.contains("main\n"));
        assert_eq!(text, collected(&two).repository.block(), "another place on disk");
        assert_eq!(text, collected(&one).repository.block(), "another time");
    }

    #[test]
    fn the_head_is_the_same_in_every_working_folder() {
        let (_dir, top) = repository();
        fs::write(top.join("repo/src/AGENTS.md"), "Only for src.\n").expect("written");
        let at = |cwd: &str| collect(&Options::default(), &top.join("repo"), &top.join(cwd));
        let (root, below) = (at("repo"), at("repo/src"));
        assert_eq!(root.repository, below.repository);
        assert_eq!(root.below().count(), 0);
        let frame =
            "--- Context from: src/AGENTS.md ---\nOnly for src.\n--- End of Context from: src/AGENTS.md ---";
        assert_eq!(below.below().collect::<Vec<_>>(), [frame]);
    }

    #[test]
    fn files_that_could_be_there_are_told_beside_those_that_are() {
        let (_dir, top) = repository();
        fs::write(top.join("repo/src/AGENTS.md"), "Only for src.\n").expect("written");
        let options = Options { qwen_home: Some(top.join("home/.qwen")), ..Options::default() };
        let all = crate::context::memory(&options, &top.join("repo"), &top.join("repo/src"));
        let told: Vec<(String, bool)> = all
            .iter()
            .map(|(path, size)| (path.below(&top).unwrap_or_default(), size.is_some_and(|size| size.0 > 0)))
            .collect();
        assert_eq!(
            told,
            [
                ("home/.qwen/QWEN.md".to_owned(), true),
                ("home/.qwen/AGENTS.md".to_owned(), false),
                ("repo/QWEN.md".to_owned(), true),
                ("repo/AGENTS.md".to_owned(), false),
                ("repo/src/AGENTS.md".to_owned(), true),
            ]
        );
    }

    #[test]
    fn no_map_is_made_of_a_home_folder() {
        let (_dir, top) = repository();
        let options = Options { home: Some(top.join("home")), ..Options::default() };
        assert_eq!(collect(&options, &top.join("home"), &top.join("home")), Fragments::default());
    }

    #[test]
    fn a_small_window_gets_small_fragments() {
        let fitted = Options::default().fitting(Tokens(8_192));
        assert_eq!((fitted.map, fitted.instructions), (Tokens(512), Bytes(8_192)));
        assert_eq!(Options::default().fitting(Tokens(1_000_000)), Options::default());
    }
}
