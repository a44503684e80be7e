//! HTML as Markdown, also where the page means harm.
//!
//! The parser takes the square of the time for pages nested without end or tags of a million attributes, and the
//! converter calls itself once for each level. So a page is measured first, in one pass, and one that is out of all
//! measure is read without its tags.

use std::{collections::HashMap, rc::Rc};

use htmd::{HtmlToMarkdown, Node};

/// Elements inside each other. Source: large real pages stay below 100.
const DEEPEST: usize = 400;

/// White space and slashes in one tag, outside quotes: an upper bound of its attributes.
const MOST_PARTS: usize = 1_000;

/// HTML as Markdown, without what is not meant to be read.
pub(super) fn markdown(html: &str) -> String {
    if !is_within_measure(html) {
        return without_tags(html);
    }
    let skipped = vec!["script", "style", "noscript", "template", "svg", "iframe", "head"];
    let converter = HtmlToMarkdown::builder().skip_tags(skipped).build();
    match converter.html_to_tree(html) {
        Ok(tree) if !is_too_deep(&tree) => converter.tree_to_markdown(&tree),
        _ => without_tags(html),
    }
}

/// Measures a parsed page without calling itself.
fn is_too_deep(tree: &Rc<Node>) -> bool {
    let mut waiting = vec![(Rc::clone(tree), 0)];
    while let Some((node, depth)) = waiting.pop() {
        if depth > 2 * DEEPEST {
            return true;
        }
        waiting.extend(node.children.borrow().iter().map(|child| (Rc::clone(child), depth + 1)));
    }
    false
}

/// Measures a page before it is parsed.
fn is_within_measure(html: &str) -> bool {
    let mut open = Open::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (closes, tag) = rest.strip_prefix('/').map_or((false, rest), |tag| (true, tag));
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let Some((name, parts, after)) = read_tag(tag) else { return true };
        if parts > MOST_PARTS {
            return false;
        }
        rest = after;
        if closes {
            open.close(&name);
            continue;
        }
        if matches!(name.as_str(), "script" | "style" | "textarea" | "title") {
            rest = after_raw_text(after, &name);
            continue;
        }
        open.open(name);
        if open.names.len() > DEEPEST {
            return false;
        }
    }
    true
}

/// Name, number of parts, and what comes after the tag; `None` when it never ends.
fn read_tag(tag: &str) -> Option<(String, usize, &str)> {
    let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(tag.len());
    let name = tag[..end].to_ascii_lowercase();
    let (mut quote, mut parts) = (None, 0);
    for (at, c) in tag[end..].bytes().enumerate() {
        match (quote, c) {
            (None, b'>') => return Some((name, parts, &tag[end + at + 1..])),
            (None, b'"' | b'\'') => quote = Some(c),
            (None, b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c) => parts += 1,
            // A quote that follows another begins the next attribute.
            (Some(q), c) if q == c => (quote, parts) = (None, parts + 1),
            _ => {}
        }
    }
    None
}

/// What comes after the end tag of an element that holds only text.
fn after_raw_text<'a>(text: &'a str, name: &str) -> &'a str {
    let is_end =
        |at: usize| text.get(at + 2..at + 2 + name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
    text.match_indices("</").map(|(at, _)| at).find(|at| is_end(*at)).map_or("", |at| &text[at..])
}

/// The elements that are open, roughly as a parser would see it.
#[derive(Default)]
struct Open {
    names: Vec<String>,
    counts: HashMap<String, usize>,
}

impl Open {
    fn open(&mut self, name: String) {
        if VOID.contains(&name.as_str()) {
            return;
        }
        // A new paragraph, list entry or table cell ends the one before it.
        while let (Some(rank), Some(top)) = (rank(&name), self.names.last())
            && rank_in_same(&name, top).is_some_and(|top| top >= rank)
        {
            self.pop();
        }
        *self.counts.entry(name.clone()).or_default() += 1;
        self.names.push(name);
    }

    fn close(&mut self, name: &str) {
        if self.counts.get(name).is_none_or(|n| *n == 0) {
            return;
        }
        while let Some(top) = self.pop() {
            if top == name {
                break;
            }
        }
    }

    fn pop(&mut self) -> Option<String> {
        let top = self.names.pop()?;
        if let Some(count) = self.counts.get_mut(&top) {
            *count -= 1;
        }
        Some(top)
    }
}

/// Elements that are never open.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

/// Elements whose end tag people leave out, in families; within one, a higher number lies deeper.
const FAMILIES: &[&[(&str, u8)]] = &[
    &[("p", 1)],
    &[("li", 1)],
    &[("dt", 1), ("dd", 1)],
    &[("option", 2), ("optgroup", 1)],
    &[("thead", 1), ("tbody", 1), ("tfoot", 1), ("tr", 2), ("td", 3), ("th", 3)],
];

fn rank(name: &str) -> Option<u8> {
    FAMILIES.iter().find_map(|family| rank_among(family, name))
}

/// The rank of `other` when it is of the family of `name`.
fn rank_in_same(name: &str, other: &str) -> Option<u8> {
    FAMILIES
        .iter()
        .find(|family| rank_among(family, name).is_some())
        .and_then(|family| rank_among(family, other))
}

fn rank_among(family: &[(&str, u8)], name: &str) -> Option<u8> {
    family.iter().find(|(n, _)| *n == name).map(|(_, rank)| *rank)
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            c if !is_tag => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_nested_without_end_is_read_without_its_tags() {
        for tag in ["<div>", "<b>", "<div></x>", "<li><dd>", "<table><tr><td>", "<p><b id=1>"] {
            assert_eq!(markdown(&(tag.repeat(100_000) + "deep")), "deep", "{tag}");
        }
        let attributes: String = (0..100_000).fold(String::from("<a"), |all, n| all + &format!(" a{n}"));
        assert_eq!(markdown(&(attributes + ">deep")), "deep");
    }

    #[test]
    fn people_may_leave_out_end_tags() {
        let list = "<ul>".to_owned() + &"<li>x".repeat(2_000) + "</ul>";
        let table = "<table>".to_owned() + &"<tr><td>a<td>b".repeat(2_000) + "</table>";
        let plain = "<p>x<br><img src=\"a'b>c\">".repeat(2_000);
        let script = "<script>if (a<b) '<div>'</script>".repeat(2_000) + "<!-- <div><div> -->";
        for page in [list, table, plain, script] {
            assert!(is_within_measure(&page), "{}", &page[..40]);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_converted(html in "(<[/!a-c\" '=-]{0,6}>?|[a-z ü]{0,3}|<li>|</p>|<p>|<td>|<script>){0,40}") {
            let _ = markdown(&html);
        }
    }
}
