//! What a line begins, looked at alone.

/// What a line begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start<'a> {
    /// Nothing but blanks.
    Blank,
    /// A code fence; `after` is the text behind the signs.
    Fence { mark: char, len: usize, after: &'a str },
    /// A heading.
    Heading { text: &'a str },
    /// A line across.
    Rule,
    /// A list item: how wide its marker is in the source, how it is shown, and the text behind it.
    Item { wide: usize, bullet: String, number: Option<u32>, text: &'a str },
    /// Anything else.
    Text,
}

/// Splits the blanks in front from the rest.
pub(super) fn indent(line: &str) -> (usize, &str) {
    let body = line.trim_start_matches(' ');
    (line.len() - body.len(), body)
}

/// How many quote signs stand in front, and what follows them.
pub(super) fn quote(line: &str) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    while let (0..=3, body) = indent(rest)
        && let Some(inner) = body.strip_prefix('>')
    {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
        depth += 1;
    }
    (depth, rest)
}

/// Looks at a line without its indent.
pub(super) fn start(body: &str) -> Start<'_> {
    if body.trim().is_empty() {
        return Start::Blank;
    }
    fence(body)
        .or_else(|| heading(body))
        .or_else(|| is_rule(body).then_some(Start::Rule))
        .or_else(|| item(body))
        .unwrap_or(Start::Text)
}

/// Whether the line under a paragraph makes that paragraph a heading.
pub(super) fn is_underline(body: &str) -> bool {
    let body = body.trim_end();
    !body.is_empty() && (body.bytes().all(|b| b == b'=') || body.bytes().all(|b| b == b'-'))
}

/// Whether the line is the second one of a table: `| --- | :-: |`.
pub(super) fn is_delimiter(body: &str) -> bool {
    let body = body.trim();
    body.contains('|')
        && body.contains('-')
        && body.trim_matches('|').split('|').all(|cell| {
            let dashes = cell.trim().trim_start_matches(':').trim_end_matches(':');
            !dashes.is_empty() && dashes.bytes().all(|b| b == b'-')
        })
}

fn fence(body: &str) -> Option<Start<'_>> {
    let mark = body.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let len = body.chars().take_while(|c| *c == mark).count();
    let after = &body[len..];
    (len >= 3 && !(mark == '`' && after.contains('`'))).then_some(Start::Fence { mark, len, after })
}

fn heading(body: &str) -> Option<Start<'_>> {
    let level = body.bytes().take_while(|b| *b == b'#').count();
    let text = &body[level..];
    let text = (1..=6).contains(&level).then_some(text).filter(|t| t.is_empty() || t.starts_with(' '))?;
    Some(Start::Heading { text: text.trim().trim_end_matches('#').trim_end() })
}

fn is_rule(body: &str) -> bool {
    let mut signs = body.bytes().filter(|b| !b.is_ascii_whitespace());
    let Some(first) = signs.next().filter(|b| matches!(b, b'-' | b'*' | b'_')) else { return false };
    let mut more = 0;
    signs.all(|b| {
        more += 1;
        b == first
    }) && more >= 2
}

fn item(body: &str) -> Option<Start<'_>> {
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let sign = body[digits..].chars().next()?;
    let number = match (digits, sign) {
        (0, '-' | '*' | '+') => None,
        (1..=9, '.' | ')') => Some(body[..digits].parse().ok()?),
        _ => return None,
    };
    let after = &body[digits + 1..];
    let (blanks, text) = indent(after);
    if blanks == 0 && !after.is_empty() {
        return None;
    }
    let wide = digits + 1 + if (1..=4).contains(&blanks) { blanks } else { 1 };
    let text = if blanks > 4 { &after[1..] } else { text };
    let task = ["[ ] ", "[x] ", "[X] "].into_iter().find(|t| number.is_none() && text.starts_with(*t));
    let (bullet, text) = match (task, number) {
        (Some(task), _) => (task.to_ascii_lowercase(), &text[task.len()..]),
        (None, Some(_)) => (format!("{}{sign} ", &body[..digits]), text),
        (None, None) => ("• ".to_owned(), text),
    };
    Some(Start::Item { wide, bullet, number, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_known_by_how_it_begins() {
        let item =
            |wide, bullet: &str, number, text| Start::Item { wide, bullet: bullet.into(), number, text };
        for (line, expected) in [
            ("```rust", Start::Fence { mark: '`', len: 3, after: "rust" }),
            ("``` a`b", Start::Text),
            ("## Two ##", Start::Heading { text: "Two" }),
            ("#hash", Start::Text),
            ("* * *", Start::Rule),
            ("---", Start::Rule),
            ("- a", item(2, "• ", None, "a")),
            ("12) b", item(4, "12) ", Some(12), "b")),
            ("- [X] done", item(2, "[x] ", None, "done")),
            ("-", item(2, "• ", None, "")),
            ("1.5 is a number", Start::Text),
            ("**bold**", Start::Text),
            ("  ", Start::Blank),
        ] {
            assert_eq!(start(line), expected, "{line:?}");
        }
        assert_eq!(quote("> > a"), (2, "a"));
        assert!(is_delimiter("|:--|--:|") && is_delimiter("a|b".replace(['a', 'b'], "-").as_str()));
        assert!(!is_delimiter("---") && !is_delimiter("| a |"));
    }
}
