//! What fills the model's window, part by part. Pure.

use std::collections::BTreeMap;

use crate::{
    base::{Tokens, estimate},
    prompt::Head,
    protocol::{Item, WindowPart},
};

/// Tool results that are named, the largest first.
const LARGEST: usize = 3;

/// A part before it has its final size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    name: String,
    group: &'static str,
    size: Tokens,
}

/// The parts of a conversation in the order of the prompt; `repository` is what its block is made of. A part that is
/// not there is left out. The sizes of entries with a group are contained in no other part but their group's name.
pub(super) fn parts(head: &Head, repository: &[(String, Tokens)], items: &[Item]) -> Vec<Part> {
    let one = |name: &str, size| Part { name: name.to_owned(), group: "", size };
    let tools = head.estimate_through_tools();
    let mut all =
        vec![one("tools", tools), one("instructions", head.estimate_through_instructions() - tools)];
    let block = head.estimate() - head.estimate_through_instructions();
    if block > Tokens(0) {
        all.push(one("repository", block));
        let files = repository.iter().cloned();
        all.extend(files.map(|(name, size)| Part { name, group: "repository", size }));
    }
    let mut told = BTreeMap::new();
    let mut results: Vec<(String, Tokens)> = Vec::new();
    for item in items {
        match item {
            Item::User(message) => {
                *told.entry("messages").or_default() += estimate(&message.text);
                let beside: Tokens = message.context.iter().map(|text| estimate(text)).sum();
                *told.entry("beside").or_default() += beside;
            }
            Item::Assistant(turn) => {
                let calls: Tokens =
                    turn.calls.iter().map(|c| estimate(&c.name) + estimate(c.arguments.text())).sum();
                *told.entry("answers").or_default() += estimate(&turn.text) + calls;
                *told.entry("reasoning").or_default() += estimate(&turn.reasoning);
            }
            Item::Result(result) => {
                let size = estimate(&result.text);
                *told.entry("results").or_default() += size;
                results.push((result.name.clone(), size));
            }
        }
    }
    results.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    for name in ["messages", "beside", "answers", "reasoning", "results"] {
        let size: Tokens = told.get(name).copied().unwrap_or_default();
        if size > Tokens(0) {
            all.push(one(name, size));
        }
    }
    let largest = results.into_iter().take(LARGEST).filter(|(_, size)| size.0 > 0);
    all.extend(largest.map(|(name, size)| Part { name, group: "results", size }));
    all
}

/// A part as it is told: `sized` makes real tokens of estimated ones.
pub(super) fn told(part: Part, sized: &dyn Fn(Tokens) -> Tokens, is_estimate: bool) -> WindowPart {
    let Part { name, group, size } = part;
    WindowPart { name, group: group.to_owned(), size: sized(size), is_estimate }
}

/// What is kept free for the answer.
pub(super) fn reserve(size: Tokens) -> WindowPart {
    WindowPart { name: "reserve".to_owned(), group: String::new(), size, is_estimate: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::CallId,
        protocol::{ToolResult, Turn, UserMessage, Verdict},
    };

    #[test]
    fn everything_that_is_sent_has_its_part_and_the_largest_results_are_named() {
        let head = Head::new(Vec::new(), "i".repeat(400), "r".repeat(800));
        let result = |name: &str, size: usize| {
            let text = "x".repeat(size);
            Item::Result(ToolResult {
                call: CallId::new(name),
                name: name.into(),
                text,
                verdict: Verdict::Done,
            })
        };
        let message = UserMessage { context: vec!["c".repeat(40)], text: "w".repeat(80) };
        let items = [
            Item::User(message),
            Item::Assistant(Turn::text("a".repeat(120))),
            result("glob", 40),
            result("read_file", 4_000),
            result("grep_search", 400),
            result("edit", 80),
        ];
        let repository = [("QWEN.md".to_owned(), Tokens(150)), ("map".to_owned(), Tokens(50))];
        let all = parts(&head, &repository, &items);
        let names: Vec<(&str, &str)> = all.iter().map(|p| (p.group, p.name.as_str())).collect();
        assert_eq!(
            names,
            [
                ("", "tools"),
                ("", "instructions"),
                ("", "repository"),
                ("repository", "QWEN.md"),
                ("repository", "map"),
                ("", "messages"),
                ("", "beside"),
                ("", "answers"),
                ("", "results"),
                ("results", "read_file"),
                ("results", "grep_search"),
                ("results", "edit"),
            ]
        );
        let of = |name: &str| all.iter().find(|p| p.name == name).map(|p| p.size);
        assert_eq!(
            of("results"),
            Some(
                estimate(&"x".repeat(40))
                    + estimate(&"x".repeat(4_000))
                    + estimate(&"x".repeat(400))
                    + estimate(&"x".repeat(80))
            )
        );
        assert_eq!(of("repository"), Some(estimate(&"r".repeat(800))));
    }

    #[test]
    fn a_conversation_that_has_not_begun_has_no_history() {
        let all = parts(&Head::new(Vec::new(), "i".into(), String::new()), &[], &[]);
        assert_eq!(all.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["tools", "instructions"]);
    }
}
