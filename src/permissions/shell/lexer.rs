//! Splits a stretch of shell text into words, by the shell's rules for quotes.
//!
//! The grammar says where commands begin and end; this says it again in its own way. Where the two disagree the
//! line counts as not understood, so a mistake of one of them does not hide a command.

use std::ops::Range;

use super::{Doubt, Word};

/// A stretch inside that is not plain text.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    pub(super) range: Range<usize>,
    pub(super) kind: HoleKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HoleKind {
    /// A redirect: ends the word before it.
    Redirect,
    /// An expansion or a substitution: part of a word.
    Expansion,
}

/// What the lexer may meet between words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// A simple command: only blanks.
    Command,
    /// `[[ … ]]`: also the operators of its own language.
    Test,
}

/// Splits `source[range]` into words.
///
/// Shape: `holes` are in order and do not overlap. Errors: what the shell would read differently from the grammar.
pub(super) fn words(
    source: &str,
    range: Range<usize>,
    holes: &[Hole],
    within: Within,
) -> Result<Vec<Word>, Doubt> {
    let mut lexer =
        Lexer { source, at: range.start, end: range.end, holes, word: None, words: Vec::new(), within };
    while lexer.at < lexer.end {
        lexer.step()?;
    }
    lexer.finish_word();
    Ok(lexer.words)
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    end: usize,
    holes: &'a [Hole],
    word: Option<Word>,
    words: Vec<Word>,
    within: Within,
}

impl Lexer<'_> {
    /// Takes one unquoted piece.
    fn step(&mut self) -> Result<(), Doubt> {
        if let Some(hole) = self.hole() {
            self.at = hole.range.end;
            return match hole.kind {
                HoleKind::Expansion => self.expansion(&hole.range, false),
                HoleKind::Redirect => {
                    self.finish_word();
                    let next = self.peek();
                    if next.is_none_or(|c| " \t\n;&|)<>".contains(c)) { Ok(()) } else { Err(Doubt::Seam) }
                }
            };
        }
        let Some(c) = self.take() else { return Ok(()) };
        match c {
            ' ' | '\t' => self.finish_word(),
            '\\' => match self.take() {
                Some('\n') => {}
                Some(c) => self.quoted().text.push(c),
                None => return Err(Doubt::Quote),
            },
            '\'' => self.single_quotes()?,
            '"' => self.double_quotes()?,
            '$' => match self.peek() {
                Some('\'') => self.ansi_quotes()?,
                Some('"') => {
                    self.take();
                    self.double_quotes()?;
                }
                Some(c) if is_expansion_start(c) => return Err(Doubt::Expansion),
                _ => self.word().text.push('$'),
            },
            '`' => return Err(Doubt::Expansion),
            ';' | '&' | '|' | '(' | ')' | '<' | '>' if self.within == Within::Test => self.finish_word(),
            ';' | '&' | '|' | '(' | ')' | '<' | '>' | '\n' => return Err(Doubt::Operator),
            '#' if self.word.is_none() => return Err(Doubt::Comment),
            c => self.plain(c),
        }
        Ok(())
    }

    /// One unquoted character of a word.
    fn plain(&mut self, c: char) {
        let word = self.word();
        match c {
            '*' | '?' | '[' => {
                word.open_start |= word.text.is_empty() && !word.quoted;
                word.glob = true;
            }
            '{' => {
                word.open_start |= word.text.is_empty();
                word.dynamic = true;
                word.whole = false;
            }
            '~' if word.text.is_empty() || word.text.ends_with(['=', ':']) => word.tilde = true,
            '=' if word.assigns.is_none() && !word.quoted && !word.dynamic => {
                let name = word.text.strip_suffix('+').unwrap_or(&word.text);
                if is_name(name) {
                    word.assigns = Some(word.text.len() + 1);
                }
            }
            _ => {}
        }
        word.text.push(c);
    }

    fn single_quotes(&mut self) -> Result<(), Doubt> {
        let rest = &self.source[self.at..self.end];
        let length = rest.find('\'').ok_or(Doubt::Quote)?;
        self.at += length + 1;
        self.quoted().text.push_str(&rest[..length]);
        Ok(())
    }

    fn double_quotes(&mut self) -> Result<(), Doubt> {
        self.quoted();
        loop {
            if let Some(hole) = self.hole() {
                if hole.kind == HoleKind::Redirect {
                    return Err(Doubt::Quote);
                }
                self.at = hole.range.end;
                self.expansion(&hole.range, true)?;
                continue;
            }
            match self.take().ok_or(Doubt::Quote)? {
                '"' => return Ok(()),
                '\\' => match self.take().ok_or(Doubt::Quote)? {
                    '\n' => {}
                    c @ ('$' | '`' | '"' | '\\') => self.word().text.push(c),
                    c => self.word().text.extend(['\\', c]),
                },
                '$' if self.peek().is_some_and(is_expansion_start) => return Err(Doubt::Expansion),
                '`' => return Err(Doubt::Expansion),
                c => self.word().text.push(c),
            }
        }
    }

    /// `$'…'` with the escapes that stand for one known character.
    fn ansi_quotes(&mut self) -> Result<(), Doubt> {
        self.take();
        self.quoted();
        loop {
            let c = match self.take().ok_or(Doubt::Quote)? {
                '\'' => return Ok(()),
                '\\' => match self.take().ok_or(Doubt::Quote)? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'e' | 'E' => '\u{1b}',
                    c @ ('\\' | '\'' | '"' | '?') => c,
                    'x' => self.digits(16, 2)?,
                    'u' => self.digits(16, 4)?,
                    'U' => self.digits(16, 8)?,
                    '0'..='7' => {
                        self.at -= 1;
                        self.digits(8, 3)?
                    }
                    _ => return Err(Doubt::Quote),
                },
                c => c,
            };
            self.word().text.push(c);
        }
    }

    fn digits(&mut self, radix: u32, most: usize) -> Result<char, Doubt> {
        let rest = &self.source[self.at..self.end];
        let digits: String = rest.chars().take(most).take_while(|c| c.is_digit(radix)).collect();
        self.at += digits.len();
        let code = u32::from_str_radix(&digits, radix).map_err(|_| Doubt::Quote)?;
        // A null byte ends the word in the shell, and bytes above 127 are not characters by themselves.
        char::from_u32(code).filter(|c| *c != '\0').ok_or(Doubt::Quote)
    }

    fn expansion(&mut self, range: &Range<usize>, quoted: bool) -> Result<(), Doubt> {
        let text = &self.source[range.clone()];
        let word = self.word();
        // `{fd}>file` and the like are not expansions; a hole is one only when it begins as one.
        if !text.starts_with(['$', '`', '<', '>']) {
            return Err(Doubt::Expansion);
        }
        word.open_start |= word.text.is_empty();
        word.whole &= quoted && !text.contains('@');
        word.dynamic = true;
        word.text.push_str(text);
        Ok(())
    }

    fn hole(&mut self) -> Option<Hole> {
        while let Some((first, rest)) = self.holes.split_first() {
            if first.range.start > self.at {
                return None;
            }
            self.holes = rest;
            if first.range.start == self.at && first.range.end > self.at {
                return Some(first.clone());
            }
        }
        None
    }

    fn peek(&self) -> Option<char> {
        self.source[self.at..self.end].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_with(|| Word { whole: true, ..Word::default() })
    }

    fn quoted(&mut self) -> &mut Word {
        let word = self.word();
        word.quoted = true;
        word
    }

    fn finish_word(&mut self) {
        if let Some(mut word) = self.word.take() {
            // `{}` is the one use of braces that the shell leaves alone.
            if word.text == "{}" && !word.quoted {
                (word.dynamic, word.open_start, word.whole) = (false, false, true);
            }
            // A bracket without its partner is no pattern; this is how tests are written.
            if matches!(word.text.as_str(), "[" | "[[") {
                (word.glob, word.open_start) = (false, false);
            }
            self.words.push(word);
        }
    }
}

/// Whether `$` followed by this is an expansion.
fn is_expansion_start(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_({[?!@*#$-".contains(c)
}

/// Whether this can be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Result<Vec<String>, Doubt> {
        let words = words(line, 0..line.len(), &[], Within::Command)?;
        Ok(words.into_iter().map(|w| w.text).collect())
    }

    #[test]
    fn quotes_are_resolved_as_the_shell_does() {
        for (line, expected) in [
            (r#"r"m" 'a b' \rm"#, vec!["rm", "a b", "rm"]),
            (r"$'r\x6d' $'\162m' $'a\'b'", vec!["rm", "rm", "a'b"]),
            ("\"a\\\"b\\n\" a\\ b", vec!["a\"b\\n", "a b"]),
            ("a\\\nb c", vec!["ab", "c"]),
            ("'' x", vec!["", "x"]),
            ("a#b $ x", vec!["a#b", "$", "x"]),
        ] {
            assert_eq!(texts(line), Ok(expected.into_iter().map(str::to_owned).collect()), "{line}");
        }
    }

    #[test]
    fn whatever_is_not_a_word_is_refused() {
        for (line, doubt) in [
            ("ls; x", Doubt::Operator),
            ("ls\nx", Doubt::Operator),
            ("ls 'x", Doubt::Quote),
            ("ls \"x", Doubt::Quote),
            ("ls \\", Doubt::Quote),
            ("ls $x", Doubt::Expansion),
            ("ls \"$(x)\"", Doubt::Expansion),
            ("ls `x`", Doubt::Expansion),
            ("ls #x", Doubt::Comment),
            (r"ls $'a\\' ; touch C '", Doubt::Operator),
        ] {
            assert_eq!(texts(line), Err(doubt), "{line}");
        }
    }
}
