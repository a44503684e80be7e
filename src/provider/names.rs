//! Names in a request that every server takes.

use std::borrow::Cow;

use crate::prompt::Prefix;

/// A tool's name every server takes back: a model may invent one that breaks the server's own rules, and the whole
/// conversation would be refused from then on. Source: OpenAI's pattern `^[a-zA-Z0-9_-]{1,64}$`.
pub(super) fn accepted(name: &str) -> Cow<'_, str> {
    let is_accepted = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() {
        return Cow::Borrowed("unknown");
    }
    if name.len() <= 64 && name.chars().all(is_accepted) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.chars().take(64).map(|c| if is_accepted(c) { c } else { '_' }).collect())
}

/// Names the project's head for the provider's own cache: the same for all requests that begin with it, and nothing
/// of the head can be read from it. Source: `docs/sources.md`, wire 1.8; OpenAI takes up to 64 characters.
pub(super) fn cache_key(head: Prefix) -> String {
    format!("qwen-{head}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::Head;

    #[test]
    fn names_no_server_takes_are_made_acceptable() {
        let long = "x".repeat(70);
        let names = ["read_file", "", "a.b/c", "читать", &long].map(|n| accepted(n).into_owned());
        assert_eq!(names, ["read_file", "unknown", "a_b_c", "______", &long[..64]]);
    }

    #[test]
    fn a_key_says_nothing_of_the_head() {
        let key = |repository: &str| cache_key(Head::new(vec![], "Help.".into(), repository.into()).prefix());
        let one = key("/home/somebody");
        assert!(one.len() <= 64, "{one}");
        assert!(one.strip_prefix("qwen-").is_some_and(|k| k.bytes().all(|b| b.is_ascii_hexdigit())), "{one}");
        assert_eq!(one, key("/home/somebody"));
        assert_ne!(one, key("/home/somebody/else"));
    }
}
