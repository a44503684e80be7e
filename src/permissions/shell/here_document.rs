//! Checks where a here-document ends and what in it runs.

use std::ops::Range;

/// A here-document as the grammar sees it.
pub(super) struct HereDocument<'a> {
    pub(super) line: &'a str,
    /// The word after `<<`.
    pub(super) start: Range<usize>,
    /// The text between the line of the operator and the last line.
    pub(super) body: Range<usize>,
    /// The last line.
    pub(super) end: Range<usize>,
    /// `<<-`: tabs before the last line do not count.
    pub(super) strips_tabs: bool,
}

impl HereDocument<'_> {
    /// Whether the shell reads it the same way. `inner` are the expansions and substitutions the grammar found.
    pub(super) fn holds(&self, inner: &[Range<usize>]) -> bool {
        let Some((word, is_quoted)) = self.delimiter() else { return false };
        let Some(head) = self.line.get(self.start.end..self.body.start) else { return false };
        let Some(body) = self.line.get(self.body.clone()) else { return false };
        let Some(rest) = self.line.get(self.end.end..) else { return false };
        // The grammar may count the line's end to either side.
        let (head, skipped) = match head.strip_suffix('\n') {
            Some(head) => (head, 0),
            None if body.starts_with('\n') => (head, 1),
            None => return false,
        };
        let text = &body[skipped..];
        let strip = |line: &str| {
            if self.strips_tabs { line.trim_start_matches('\t').to_owned() } else { line.to_owned() }
        };
        let ends_early = text.split('\n').any(|line| strip(line) == word);
        let last = self.line.get(self.end.clone()).unwrap_or_default();
        let own_line = text.is_empty() || text.trim_end_matches('\t').ends_with('\n');
        !head.contains('\n')
            && !ends_early
            && own_line
            && (self.strips_tabs || text.is_empty() || text.ends_with('\n'))
            && strip(last) == word
            && (rest.is_empty() || rest.starts_with('\n'))
            && (is_quoted || self.all_found(inner))
    }

    /// The word that ends it, and whether it was quoted.
    fn delimiter(&self) -> Option<(String, bool)> {
        let raw = self.line.get(self.start.clone())?;
        let quoted = |q: char| raw.strip_prefix(q)?.strip_suffix(q);
        let word = quoted('\'').or_else(|| quoted('"')).unwrap_or(raw);
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        (!word.is_empty() && word.chars().all(plain)).then(|| (word.to_owned(), word.len() != raw.len()))
    }

    /// Whether everything that runs in the body was found by the grammar.
    fn all_found(&self, inner: &[Range<usize>]) -> bool {
        let mut inner = inner.iter().peekable();
        let mut at = self.body.start;
        while at < self.body.end {
            while inner.next_if(|range| range.start < at).is_some() {}
            if let Some(range) = inner.next_if(|range| range.start == at) {
                at = range.end;
                continue;
            }
            let bytes = self.line.as_bytes();
            let next = bytes.get(at + 1).copied().unwrap_or(b' ');
            match bytes.get(at) {
                Some(b'\\') => at += 2,
                Some(b'`') => return false,
                Some(b'$') if next.is_ascii_alphanumeric() || b"_({[?!@*#$-".contains(&next) => return false,
                _ => at += 1,
            }
        }
        true
    }
}
