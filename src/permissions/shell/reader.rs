//! Walks the grammar's tree and collects commands and redirects.
//!
//! Every byte must be accounted for: words are read again by [`super::lexer`], and what lies between two parts
//! must be blank. The walk keeps its own stack, so depth costs no call frames.

use std::ops::Range;

use tree_sitter::{Node, Parser, Tree};

use super::{
    Access, Doubt, FileUse, Places, SimpleCommand, Word,
    here_document::HereDocument,
    lexer::{Hole, HoleKind, Within, is_name, words},
    syntax::{RESERVED, TOKENS, is_literal, is_plain_expansion},
};

/// What one script does, before anything is looked for inside its commands.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) commands: Vec<SimpleCommand>,
    pub(super) files: Vec<FileUse>,
    pub(super) odd: Option<&'static str>,
    pub(super) doubt: Option<Doubt>,
}

/// Reads `line`, which starts in `places`.
pub(super) fn read(line: &str, places: &Places, most_commands: usize) -> Found {
    let mut found = Found::default();
    if line.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        found.doubt = Some(Doubt::Control);
        return found;
    }
    if cfg!(windows) && !is_alike_in_powershell(line) {
        found.doubt = Some(Doubt::Unknown);
        return found;
    }
    let Some(tree) = parse(line) else {
        found.doubt = Some(Doubt::TooMany);
        return found;
    };
    let root = tree.root_node();
    let mut walk =
        Walk { line, places: places.clone(), stack: Vec::new(), found, loops: false, wanders: false };
    if root.has_error() {
        walk.doubt(Doubt::Syntax);
    }
    walk.parts(root, 0..line.len(), false);
    while let Some((node, piped)) = walk.stack.pop() {
        if walk.found.commands.len() > most_commands {
            walk.doubt(Doubt::TooMany);
            break;
        }
        walk.visit(node, piped);
    }
    if walk.loops && walk.wanders {
        walk.odd("changes its folder in a loop");
    }
    walk.found
}

/// Whether PowerShell, which runs lines on Windows, cannot read the line otherwise than bash: its quotes, backslashes,
/// commas and braces mean something else (`echo "\"; rm C; echo \""` is one `echo` in bash).
fn is_alike_in_powershell(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_alphanumeric() || " _./=|-".contains(c))
}

/// The most steps the parser may be asked for: signs that mean something to the shell times the bytes of the line,
/// since some texts cost the parser a look at the whole line for each sign.
/// *Source:* measured: the slowest text found with 40 million takes 1.2 s in a build without optimisation.
const MOST_WORK: usize = 40_000_000;

fn parse(line: &str) -> Option<Tree> {
    let line = &in_ascii(line);
    let signs = line.bytes().filter(|b| b"$`'\"\\(){}[]<>;&|!#\n".contains(b)).count();
    if signs.saturating_mul(line.len()) > MOST_WORK {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    parser.parse(line, None)
}

/// The line with an `x` for each byte that is not ASCII. To the shell they are all letters of words, so the shape is
/// the same; the words are read from the line itself. The grammar's own scanner looks large characters up in a table
/// of 256 (`isdigit`) and brings the program down: *source:* `ls {😀`, tree-sitter-bash 0.25.1.
fn in_ascii(line: &str) -> String {
    line.bytes().map(|b| if b.is_ascii() { char::from(b) } else { 'x' }).collect()
}

struct Walk<'l, 't> {
    line: &'l str,
    places: Places,
    stack: Vec<(Node<'t>, bool)>,
    found: Found,
    loops: bool,
    wanders: bool,
}

impl<'t> Walk<'_, 't> {
    fn doubt(&mut self, doubt: Doubt) {
        self.found.doubt.get_or_insert(doubt);
    }

    fn odd(&mut self, why: &'static str) {
        self.found.odd.get_or_insert(why);
    }

    fn text(&self, range: Range<usize>) -> &str {
        self.line.get(range).unwrap_or_default()
    }

    fn visit(&mut self, node: Node<'t>, piped: bool) {
        match node.kind() {
            "program"
            | "list"
            | "pipeline"
            | "subshell"
            | "compound_statement"
            | "if_statement"
            | "elif_clause"
            | "else_clause"
            | "do_group"
            | "negated_command"
            | "process_substitution"
            | "case_statement"
            | "case_item" => self.parts(node, node.byte_range(), piped),
            "while_statement" | "for_statement" => {
                self.loops = true;
                self.loop_variable(node);
                self.parts(node, node.byte_range(), piped);
            }
            "function_definition" => {
                self.loops = true;
                self.odd("defines a function");
                self.parts(node, node.byte_range(), piped);
            }
            "command_substitution" => {
                let text = self.text(node.byte_range());
                // Inside backquotes a backslash and a comment mean something else than outside.
                if text.starts_with('`') && text.contains(['\\', '#']) {
                    self.doubt(Doubt::Expansion);
                }
                self.parts(node, node.byte_range(), piped);
            }
            "redirected_statement" if !has_simple_body(node) => self.parts(node, node.byte_range(), piped),
            "redirected_statement"
            | "command"
            | "variable_assignment"
            | "variable_assignments"
            | "declaration_command"
            | "unset_command"
            | "test_command" => self.simple(node, piped),
            "file_redirect" | "herestring_redirect" | "heredoc_redirect" => {
                if !self.redirect(node).is_empty() {
                    self.doubt(Doubt::Unknown);
                }
            }
            "simple_expansion" | "expansion" | "arithmetic_expansion" => {
                if !is_plain_expansion(self.text(node.byte_range())) {
                    self.doubt(Doubt::Expansion);
                }
                self.push_children(node);
            }
            kind => {
                // Words inside an expansion that is already doubted are looked through for what they run.
                if kind == "ERROR" {
                    self.doubt(Doubt::Syntax);
                } else if !is_literal(kind) {
                    self.doubt(Doubt::Unknown);
                }
                self.push_children(node);
            }
        }
    }

    fn push_children(&mut self, node: Node<'t>) {
        let children: Vec<_> = node.named_children(&mut node.walk()).collect();
        self.stack.extend(children.into_iter().rev().map(|child| (child, false)));
    }

    /// A statement made of statements, with known words and blanks between.
    fn parts(&mut self, node: Node<'t>, range: Range<usize>, piped: bool) {
        let takes_words =
            matches!(node.kind(), "for_statement" | "case_statement" | "case_item" | "function_definition");
        let is_pipeline = node.kind() == "pipeline";
        let (mut at, mut inner, mut follows) = (range.start, Vec::new(), piped);
        for child in node.children(&mut node.walk()) {
            self.gap(at..child.start_byte(), child.kind() == "comment");
            at = child.end_byte();
            if !child.is_named() {
                let kind = child.kind();
                follows |= is_pipeline && kind.starts_with('|');
                if !TOKENS.contains(&kind) || self.text(child.byte_range()) != kind {
                    self.doubt(Doubt::Unknown);
                }
            } else if child.kind() == "comment" {
                let before = self.text(0..child.start_byte()).chars().next_back();
                if before.is_some_and(|c| !" \t\n;".contains(c)) {
                    self.doubt(Doubt::Comment);
                }
            } else if takes_words && is_literal(child.kind()) {
                self.single_word(child);
            } else {
                inner.push((child, follows));
            }
        }
        self.gap(at..range.end, false);
        self.stack.extend(inner.into_iter().rev());
    }

    /// What lies between two parts must be blank. A continued line joins what stands on its two sides, so it
    /// needs a blank beside it, and must not stand before a comment.
    fn gap(&mut self, range: Range<usize>, before_comment: bool) {
        if range.is_empty() {
            return;
        }
        let text = self.text(range);
        let joined = text.replace("\\\n", "");
        let blank = joined.chars().all(|c| matches!(c, ' ' | '\t' | '\n'));
        let continued = joined.len() != text.len();
        if !blank || (continued && (joined.is_empty() || before_comment)) {
            self.doubt(Doubt::Seam);
        }
    }

    /// A word of `for … in`, of `case`, or the name of a function.
    fn single_word(&mut self, node: Node<'t>) {
        let range = node.byte_range();
        if node.kind() == "extglob_pattern" {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.*?/-".contains(c);
            if !self.text(range).chars().all(plain) {
                self.doubt(Doubt::Unknown);
            }
            return;
        }
        let holes = self.holes(node, &range);
        match words(self.line, range, &holes, Within::Command) {
            Ok(words) if words.len() == 1 => {}
            Ok(_) => self.doubt(Doubt::Seam),
            Err(doubt) => self.doubt(doubt),
        }
    }

    /// `for PATH in …` would change how names are found; only variables in small letters are taken for harmless.
    fn loop_variable(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("variable") else { return };
        let name = self.text(name.byte_range());
        // Programs read these in small letters as well.
        let is_read = name.ends_with("proxy") || name.starts_with("npm_");
        if !is_name(name) || is_read || name.chars().any(|c| c.is_ascii_uppercase()) {
            self.odd("changes a variable of the shell");
        }
    }

    /// A simple command with its redirects.
    fn simple(&mut self, node: Node<'t>, piped: bool) {
        let range = node.byte_range();
        let before = self.text(0..range.start).chars().next_back();
        let after = self.text(range.end..self.line.len()).chars().next();
        if before.is_some_and(|c| !" \t\n;&|()`".contains(c))
            || after.is_some_and(|c| !" \t\n;&|)`".contains(c))
        {
            self.doubt(Doubt::Seam);
        }
        let within = if self.text(range.clone()).starts_with("[[") { Within::Test } else { Within::Command };
        let mut extra = Vec::new();
        for redirect in redirects(node) {
            extra.extend(self.redirect(redirect));
        }
        let holes = self.holes(node, &range);
        match words(self.line, range, &holes, within) {
            Ok(mut words) => {
                words.extend(extra);
                self.command(words, piped);
            }
            Err(doubt) => self.doubt(doubt),
        }
    }

    fn command(&mut self, words: Vec<Word>, piped: bool) {
        if words.is_empty() {
            return;
        }
        let mut command = SimpleCommand::new(words, &self.places);
        command.piped = piped;
        match (command.words.first(), command.name()) {
            (None, _) => self.odd("sets a variable of the shell"),
            (Some(_), None) => self.doubt(Doubt::Name),
            (Some(first), Some(name)) if !first.quoted && RESERVED.contains(&name) => {
                self.doubt(Doubt::Unknown);
            }
            _ => {}
        }
        if matches!(command.base_name(), "cd" | "pushd" | "popd" | "chdir") {
            self.wanders = true;
            let target = command.args().iter().find(|w| !w.is_option());
            self.places = self.places.after_cd(target.filter(|_| command.base_name() == "cd"));
        }
        self.found.commands.push(command);
    }

    /// The stretches of `range` that are not plain text, in order. What they hold is looked at later.
    fn holes(&mut self, node: Node<'t>, range: &Range<usize>) -> Vec<Hole> {
        let (mut holes, mut todo, mut inner) = (Vec::new(), vec![node], Vec::new());
        while let Some(next) = todo.pop() {
            for child in next.named_children(&mut next.walk()) {
                let kind = match child.kind() {
                    "file_redirect" | "herestring_redirect" | "heredoc_redirect" => HoleKind::Redirect,
                    "command_substitution"
                    | "process_substitution"
                    | "simple_expansion"
                    | "expansion"
                    | "arithmetic_expansion" => HoleKind::Expansion,
                    _ => {
                        todo.push(child);
                        continue;
                    }
                };
                if child.end_byte() <= range.start || child.start_byte() >= range.end {
                    continue;
                }
                holes.push(Hole { range: child.byte_range(), kind });
                if kind == HoleKind::Expansion {
                    inner.push((child, false));
                }
            }
        }
        // A word that is itself an expansion.
        if matches!(
            node.kind(),
            "command_substitution"
                | "process_substitution"
                | "simple_expansion"
                | "expansion"
                | "arithmetic_expansion"
        ) {
            holes = vec![Hole { range: node.byte_range(), kind: HoleKind::Expansion }];
            inner = vec![(node, false)];
        }
        holes.sort_by_key(|hole| hole.range.start);
        inner.sort_by_key(|(node, _)| std::cmp::Reverse(node.start_byte()));
        self.stack.extend(inner);
        holes
    }

    /// Judges one redirect; returns the words the grammar took for it that belong to the command.
    fn redirect(&mut self, node: Node<'t>) -> Vec<Word> {
        if node.kind() == "heredoc_redirect" {
            self.here_document(node);
            return Vec::new();
        }
        let operator = node.children(&mut node.walk()).find(|c| !c.is_named());
        let Some(operator) = operator else {
            self.doubt(Doubt::Syntax);
            return Vec::new();
        };
        let range = operator.end_byte()..node.end_byte();
        let holes = self.holes(node, &range);
        let mut words = match words(self.line, range, &holes, Within::Command) {
            Ok(words) => words,
            Err(doubt) => {
                self.doubt(doubt);
                return Vec::new();
            }
        };
        if words.is_empty() {
            if !matches!(operator.kind(), "<&-" | ">&-") {
                self.doubt(Doubt::Syntax);
            }
            return words;
        }
        let rest = words.split_off(1);
        let Some(target) = words.pop() else { return rest };
        // `2`, `2-` and `-` are descriptors; `1-2` would be a file.
        let number = target.text.strip_suffix('-').unwrap_or(&target.text);
        let is_number = !target.text.is_empty() && number.chars().all(|c| c.is_ascii_digit());
        let access = match operator.kind() {
            "<<<" => None,
            "<&" | ">&" if is_number && !target.quoted => None,
            "<" => Some(Access::Read),
            ">" | ">>" | ">|" | "&>" | "&>>" | ">&" => Some(Access::Write),
            _ => {
                self.doubt(Doubt::Unknown);
                None
            }
        };
        if let Some(access) = access {
            self.found.files.push(FileUse::new(access, target, &self.places));
        }
        rest
    }

    fn here_document(&mut self, node: Node<'t>) {
        let mut ends = (None, None, None);
        for child in node.children(&mut node.walk()) {
            match child.kind() {
                "heredoc_start" => ends.0 = Some(child),
                "heredoc_body" => ends.1 = Some(child),
                "heredoc_end" => ends.2 = Some(child),
                "file_redirect" | "herestring_redirect" => self.stack.push((child, false)),
                "file_descriptor" => {}
                kind if !child.is_named() => {
                    if !TOKENS.contains(&kind) && !matches!(kind, "<<" | "<<-") {
                        self.doubt(Doubt::HereDocument);
                    }
                }
                kind if is_literal(kind) => {
                    self.doubt(Doubt::HereDocument);
                    self.stack.push((child, false));
                }
                // What comes after the operator reads this command's output.
                _ => self.stack.push((child, true)),
            }
        }
        let (Some(start), Some(body), Some(end)) = ends else {
            self.doubt(Doubt::HereDocument);
            return;
        };
        let strips_tabs = self.text(node.start_byte()..start.start_byte()).trim_end().ends_with('-');
        let here = HereDocument {
            line: self.line,
            start: start.byte_range(),
            body: body.start_byte()..end.start_byte(),
            end: end.byte_range(),
            strips_tabs,
        };
        let mut inner: Vec<_> =
            body.named_children(&mut body.walk()).filter(|c| c.kind() != "heredoc_content").collect();
        if !here.holds(&inner.iter().map(Node::byte_range).collect::<Vec<_>>()) {
            self.doubt(Doubt::HereDocument);
        }
        inner.reverse();
        self.stack.extend(inner.into_iter().map(|child| (child, false)));
    }
}

/// The redirects that belong to this statement itself.
fn redirects(node: Node<'_>) -> Vec<Node<'_>> {
    let (mut found, mut todo) = (Vec::new(), vec![node]);
    while let Some(next) = todo.pop() {
        for child in next.named_children(&mut next.walk()) {
            match child.kind() {
                "file_redirect" | "herestring_redirect" | "heredoc_redirect" => found.push(child),
                "command" | "redirected_statement" | "test_command" | "declaration_command" => {
                    todo.push(child);
                }
                _ => {}
            }
        }
    }
    found.sort_by_key(Node::start_byte);
    found
}

/// Whether a statement with redirects is one simple command, or only redirects.
fn has_simple_body(node: Node<'_>) -> bool {
    node.child_by_field_name("body").is_none_or(|body| match body.kind() {
        "command"
        | "variable_assignment"
        | "variable_assignments"
        | "declaration_command"
        | "unset_command"
        | "test_command" => true,
        "redirected_statement" => has_simple_body(body),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_are_judged_for_powershell() {
        for line in ["ls -la src", "git log --format=x | head -5", "cat ../x"] {
            assert!(is_alike_in_powershell(line), "{line}");
        }
        for line in [
            "echo \"\\\"; rm C; echo \\\"\"",
            "echo 'a\u{2018}; rm C; \u{2018}b'",
            "cat ..\\x",
            "cat a,C:/x",
            "ls `rm",
            "ls {rm}",
            "ls\u{a0}x",
        ] {
            assert!(!is_alike_in_powershell(line), "{line}");
        }
    }
}
