//! Finds `@path` imports in the text of an instruction file.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

/// An import as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import<'a> {
    /// Where it stands in the text, `@` included.
    pub(super) at: Range<usize>,
    /// The path after the `@`.
    pub(super) path: &'a str,
}

impl Import<'_> {
    /// Whether it can only be meant as an import, so that a missing file is worth a word. `@types/node` and
    /// `@Override` are not.
    pub(super) fn is_certain(&self) -> bool {
        let beginnings = ["./", "../", "/", "~/"];
        let is_prose = [".md", ".mdx", ".txt"].iter().any(|e| self.path.to_ascii_lowercase().ends_with(e));
        is_prose || beginnings.iter().any(|b| self.path.starts_with(b))
    }
}

/// All imports, in order: an `@` at the beginning of a word, outside code, followed by something with a `/` or
/// `.` in it.
pub(super) fn find(text: &str) -> Vec<Import<'_>> {
    if !text.contains('@') {
        return Vec::new();
    }
    let code: Vec<Range<usize>> = Parser::new(text)
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))))
        .map(|(_, range)| range)
        .collect();
    let words = text.match_indices('@').filter_map(|(at, _)| {
        let starts_word = text[..at].chars().next_back().is_none_or(char::is_whitespace);
        let word = text[at + 1..].split(char::is_whitespace).next().unwrap_or_default();
        let path = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'']);
        let is_path = path.contains(['/', '.']);
        let is_code = code.iter().any(|c| c.contains(&at));
        (starts_word && is_path && !is_code).then_some(Import { at: at..at + 1 + path.len(), path })
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|i| i.path).collect()
    }

    #[test]
    fn a_path_after_an_at_sign_is_an_import_unless_it_is_code() {
        let text = "@a.md and (@no.md) see @docs/b.md, or `@c.md` or ``x ` @d.md``.\n\n```\n@e.md\n```\n\n\
                    ~~~md\n@f.md\n~~~\n\n    @g.md\n\n- @./h.md.\n- me@i.md @alice @types/node\n";
        assert_eq!(paths(text), ["a.md", "docs/b.md", "./h.md", "types/node"]);
    }

    #[test]
    fn only_what_cannot_be_a_name_is_certain() {
        let certain: Vec<bool> =
            find("@types/node @a.md @./x @../x.rs @~/x").iter().map(Import::is_certain).collect();
        assert_eq!(certain, [false, true, true, true, true]);
    }

    proptest! {
        #[test]
        fn every_import_is_where_it_says(text in "[@a./`~\\n é-]{0,80}") {
            for import in find(&text) {
                prop_assert_eq!(&text[import.at.clone()], format!("@{}", import.path));
            }
        }
    }
}
