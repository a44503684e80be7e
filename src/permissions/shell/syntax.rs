//! Small facts about the shell's syntax and the names the grammar has for it.

use super::lexer::is_name;

/// `$name`, `${name}`, `${#name}`, `${name%suffix}` and sums of numbers. Everything else may run or set something:
/// `${x:=y}` sets, `${x@P}` and names in arithmetic run what stands in a variable.
pub(super) fn is_plain_expansion(text: &str) -> bool {
    if let Some(sum) = text.strip_prefix("$((").and_then(|t| t.strip_suffix("))")) {
        return sum.chars().all(|c| c.is_ascii_digit() || " \t+-*/%()<>=!&|^~,?:".contains(c));
    }
    let Some(body) = text.strip_prefix("${").and_then(|t| t.strip_suffix('}')) else {
        let name = text.strip_prefix('$').unwrap_or_default();
        return !name.is_empty()
            && (name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                || (name.chars().count() == 1 && name.contains(['?', '!', '@', '*', '#', '$', '-'])));
    };
    let body = body.strip_prefix('#').unwrap_or(body);
    let end = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    if name.is_empty() || !(is_name(name) || name.chars().all(|c| c.is_ascii_digit())) {
        return false;
    }
    let safe = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_./*?- ".contains(c));
    match rest.chars().next() {
        None => true,
        Some(':') if rest.starts_with([':']) && rest[1..].starts_with(['-', '+', '?']) => safe(&rest[2..]),
        Some(':') => rest[1..].chars().all(|c| c.is_ascii_digit() || c == ':'),
        Some('-' | '+' | '?') => safe(&rest[1..]),
        Some('#' | '%' | '^' | ',' | '/') => safe(rest.trim_start_matches(['#', '%', '^', ',', '/'])),
        Some(_) => false,
    }
}

/// Kinds of the grammar that are words, or parts of words and of what stands in an expansion.
pub(super) fn is_literal(kind: &str) -> bool {
    matches!(
        kind,
        "word"
            | "string"
            | "raw_string"
            | "ansi_c_string"
            | "translated_string"
            | "concatenation"
            | "number"
            | "variable_name"
            | "special_variable_name"
            | "string_content"
            | "simple_expansion"
            | "expansion"
            | "arithmetic_expansion"
            | "command_substitution"
            | "process_substitution"
            | "brace_expression"
            | "extglob_pattern"
            | "regex"
            | "subscript"
            | "binary_expression"
            | "unary_expression"
            | "ternary_expression"
            | "postfix_expression"
            | "parenthesized_expression"
            | "array"
            | "heredoc_content"
    )
}

/// The shell's own words and signs that may stand between statements.
pub(super) const TOKENS: &[&str] = &[
    "&&", "||", "|", "|&", ";", "&", "\n", ";;", ";&", ";;&", "(", ")", "{", "}", "!", "if", "then", "elif",
    "else", "fi", "while", "until", "do", "done", "for", "in", "case", "esac", "function", "$(", "`", "<(",
    ">(",
];

/// Words that are no names of commands unless they are quoted. `time` and `coproc` are looked into elsewhere.
pub(super) const RESERVED: &[&str] = &[
    "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "for", "in", "case", "esac",
    "select", "function", "{", "}", "!", "]]",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expansion_that_may_run_or_set_something_is_not_plain() {
        for text in
            ["$x", "$1", "$?", "${x}", "${#x}", "${x:-a b}", "${x%.rs}", "${x##*/}", "${x:1:2}", "$((1 + 2))"]
        {
            assert!(is_plain_expansion(text), "{text}");
        }
        for text in [
            "${x:=a}",
            "${x=a}",
            "${!x}",
            "${x@P}",
            "${x[1]}",
            "${x:y}",
            "${x:-$y}",
            "${x:-`y`}",
            "${x/a/$(b)}",
            "$((x))",
            "$[1]",
            "${x:-'a'}",
            "${}",
            "$(x)",
            "${x:-a\\b}",
        ] {
            assert!(!is_plain_expansion(text), "{text}");
        }
    }
}
