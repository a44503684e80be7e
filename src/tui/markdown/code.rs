//! Colours of code: what each word of a line is, with the state carried from line to line.
//!
//! Grammars are large, so they are loaded once, by a thread of their own, while the first request is on its way. A
//! block that opens before they are there stays plain.

use std::{sync::OnceLock, thread};

use ratatui::{style::Style, text::Span};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use crate::tui::look::Look;

/// A block of more lines goes on plain. A line takes about a third of a millisecond, so a long answer stays cheap.
const BLOCK_LINES: usize = 300;
/// All blocks of an answer together have no more coloured lines.
pub(super) const ANSWER_LINES: usize = 1_200;
/// A longer line is data, not code; its block goes on plain.
const LINE_BYTES: usize = 600;

static GRAMMARS: OnceLock<SyntaxSet> = OnceLock::new();
static LOADER: OnceLock<()> = OnceLock::new();

/// What a word is, as far as a look tells words apart.
#[derive(Clone, Copy, Debug)]
enum Role {
    Comment,
    Text,
    Word,
    Value,
    Name,
    Added,
    Removed,
    Plain,
}

/// The roles by the grammars' names of things; of several that fit, the innermost name decides.
const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("string", Role::Text),
    ("keyword.operator", Role::Plain),
    ("keyword", Role::Word),
    ("storage", Role::Word),
    ("variable.language", Role::Word),
    ("entity.name.tag", Role::Word),
    ("constant", Role::Value),
    ("entity.name", Role::Name),
    ("markup.heading", Role::Name),
    ("markup.inserted", Role::Added),
    ("markup.deleted", Role::Removed),
];

/// Loads the grammars beside everything else, once.
pub(in crate::tui) fn prepare() {
    LOADER.get_or_init(|| {
        // Without a thread code stays plain.
        let _ = thread::Builder::new().name("grammars".to_owned()).spawn(load);
    });
}

/// The grammars, loaded now if nobody has.
pub(in crate::tui) fn load() -> &'static SyntaxSet {
    GRAMMARS.get_or_init(two_face::syntax::extra_newlines)
}

/// A block of code that is being read.
#[derive(Clone, Debug)]
pub(super) struct Colours {
    state: ParseState,
    scopes: ScopeStack,
    left: usize,
}

impl Colours {
    /// Starts a block; `info` is what stands behind the fence. `None` if the language is not known, or not yet.
    pub(super) fn open(info: &str) -> Option<Self> {
        let grammars = GRAMMARS.get()?;
        let language = language(info)?;
        let grammar = grammars.find_syntax_by_token(&language)?;
        (grammar.name != "Plain Text").then(|| Self {
            state: ParseState::new(grammar),
            scopes: ScopeStack::new(),
            left: BLOCK_LINES,
        })
    }

    /// Colours a line; `None` when the rest of the block is to be plain.
    pub(super) fn line(&mut self, line: &str, look: Look) -> Option<Vec<Span<'static>>> {
        self.left = self.left.checked_sub(1).filter(|_| line.len() <= LINE_BYTES)?;
        // The grammars were made for lines with their ends.
        let whole = format!("{line}\n");
        let steps = self.state.parse_line(&whole, GRAMMARS.get()?).ok()?;
        let mut spans: Vec<Span<'static>> = Vec::new();
        let mut from = 0;
        let mut put = |from: usize, to: usize, scopes: &ScopeStack| {
            let to = to.min(line.len());
            let Some(text) = line.get(from..to).filter(|t| !t.is_empty()) else { return };
            let style = style(role(scopes), look);
            match spans.last_mut().filter(|last| last.style == style || text.trim().is_empty()) {
                Some(last) => last.content.to_mut().push_str(text),
                None => spans.push(Span::styled(text.to_owned(), style)),
            }
        };
        for (at, step) in steps {
            put(from, at, &self.scopes);
            from = at;
            self.scopes.apply(&step).ok()?;
        }
        put(from, line.len(), &self.scopes);
        Some(spans)
    }
}

/// The language's name, as models write it behind a fence: `rust,ignore`, `{.python}`, `js title="a"`.
fn language(info: &str) -> Option<String> {
    let is_name = |c: char| !c.is_whitespace() && !matches!(c, ',' | '{' | '}' | ':' | '=');
    let name: String =
        info.trim().trim_start_matches(['{', '.']).chars().take_while(|c| is_name(*c)).collect();
    let name = name.to_ascii_lowercase();
    let known = match name.as_str() {
        "" => return None,
        "shell" | "console" | "zsh" => "sh",
        "golang" => "go",
        "jsonc" | "json5" | "jsonl" => "json",
        "patch" => "diff",
        other => other,
    };
    Some(known.to_owned())
}

fn role(scopes: &ScopeStack) -> Role {
    static TABLE: OnceLock<Vec<(Scope, Role)>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        ROLES.iter().filter_map(|(name, role)| Some((Scope::new(name).ok()?, *role))).collect()
    });
    let known = |scope: &Scope| table.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
    scopes.as_slice().iter().rev().find_map(known).map_or(Role::Plain, |(_, role)| *role)
}

fn style(role: Role, look: Look) -> Style {
    match role {
        Role::Comment => look.dim,
        Role::Text | Role::Added => look.ok,
        Role::Word => look.accent,
        Role::Value => look.warn,
        Role::Name => look.bold,
        Role::Removed => look.error,
        Role::Plain => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(info: &str, lines: &[&str]) -> Vec<Vec<(String, Style)>> {
        load();
        let mut colours = Colours::open(info).expect("the language is known");
        let mut one = |line: &&str| {
            let spans = colours.line(line, Look::new(true)).expect("a short block");
            spans.into_iter().map(|s| (s.content.into_owned(), s.style)).collect()
        };
        lines.iter().map(&mut one).collect()
    }

    #[test]
    fn words_values_texts_and_comments_differ_and_the_state_goes_on() {
        let look = Look::new(true);
        let lines = coloured("rust", &["let x = 12; // why", "/* one", "two */ \"text\""]);
        let has = |at: usize, text: &str, style| {
            let found = lines[at].iter().any(|(t, s): &(String, Style)| t.trim() == text && *s == style);
            assert!(found, "{text}: {:?}", lines[at]);
        };
        has(0, "let", look.accent);
        has(0, "12", look.warn);
        has(0, "// why", look.dim);
        has(1, "/* one", look.dim);
        has(2, "two */", look.dim);
        has(2, "\"text\"", look.ok);
        let all: Vec<String> = lines.iter().map(|l| l.iter().map(|(t, _)| t.as_str()).collect()).collect();
        assert_eq!(all, ["let x = 12; // why", "/* one", "two */ \"text\""]);
    }

    #[test]
    fn the_language_is_found_as_models_write_it() {
        load();
        for info in [
            "rust",
            "Rust,ignore",
            "{.python}",
            "py",
            "ts",
            "tsx",
            "javascript",
            "js title=\"a.js\"",
            "shell",
            "bash",
            "golang",
            "json",
            "yaml",
            "toml",
            "c++",
            "java",
            "sql",
            "html",
            "css",
            "diff",
            "dockerfile",
            "go",
            "kotlin",
        ] {
            assert!(Colours::open(info).is_some(), "{info}");
        }
        for info in ["", "text", "no-such-language"] {
            assert!(Colours::open(info).is_none(), "{info}");
        }
    }

    #[test]
    fn a_long_block_and_a_long_line_go_on_plain() {
        load();
        let mut colours = Colours::open("json").expect("known");
        let look = Look::new(true);
        let many = (0..1_000).take_while(|_| colours.line("1", look).is_some()).count();
        assert_eq!(many, BLOCK_LINES);
        let mut colours = Colours::open("json").expect("known");
        assert!(colours.line(&"1".repeat(LINE_BYTES + 1), look).is_none());
    }
}
