//! Values that are secrets by where they stand: in a file of secrets, or in a variable that is called one.

use super::find::find;
use crate::base::Secret;

/// A value that is to be hidden wherever it stands.
pub struct Held {
    /// What it is: `kept-secret`.
    pub kind: &'static str,
    /// The value itself.
    pub value: Secret,
    /// What stands before it on its line, as `API_KEY=`.
    pub before: String,
}

/// A value of a file of secrets.
const OF_A_FILE: &str = "kept-secret";
/// A value of the environment.
const OF_THE_ENVIRONMENT: &str = "environment-secret";

/// The values a file of secrets holds. A value that may stand elsewhere with another meaning is left out.
pub fn held_in_file(text: &str) -> Vec<Held> {
    let mut all: Vec<Held> = find(text)
        .into_iter()
        .map(|found| Held {
            kind: found.kind,
            before: before(text, found.range.start).to_owned(),
            value: Secret::new(text[found.range].to_owned()),
        })
        .collect();
    let mut is_public = false;
    for line in text.lines() {
        // A certificate is shown to everybody.
        is_public = match line.strip_prefix("-----BEGIN ") {
            Some(what) => what.starts_with("CERTIFICATE") || what.starts_with("PUBLIC"),
            None => is_public && !line.starts_with("-----END "),
        };
        if !is_public && !line.trim_start().starts_with(['#', ';']) && !line.starts_with("-----") {
            all.extend(held_in_line(line));
        }
    }
    all
}

/// The value of a variable, if its name says that it is a secret.
pub fn held_in_variable(name: &str, value: &str) -> Option<Held> {
    let is_one = is_secret_name(name) && is_telling(value);
    let held = || Held {
        kind: find(value).first().map_or(OF_THE_ENVIRONMENT, |found| found.kind),
        value: Secret::new(value.to_owned()),
        before: format!("{name}="),
    };
    is_one.then(held)
}

/// `NAME=value`, `name: value`, `"name": "value"`, a value alone, and words that are drawn.
fn held_in_line(line: &str) -> Vec<Held> {
    let trimmed = line.trim();
    let held = |value: &str| Held {
        kind: OF_A_FILE,
        before: before(line, line.find(value).unwrap_or_default()).to_owned(),
        value: Secret::new(value.to_owned()),
    };
    let pair =
        trimmed.split_once('=').or_else(|| trimmed.split_once(": ")).or_else(|| trimmed.split_once(' '));
    if let Some((name, value)) = pair
        && is_secret_name(bare(name.trim_start_matches("export ")))
        && is_telling(bare(value))
    {
        return vec![held(bare(value))];
    }
    let is_between = |c: char| c.is_whitespace() || "=:\"',;()[]{}<>|".contains(c);
    trimmed.split(is_between).filter(|word| is_drawn(word)).map(held).collect()
}

/// A value without quotes, blanks and commas around it, and without a comment behind it.
fn bare(value: &str) -> &str {
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    match quote.and_then(|quote| value[1..].split_once(quote)) {
        Some((inside, _)) => inside,
        None => value.split(" #").next().unwrap_or_default().trim().trim_end_matches(','),
    }
}

fn before(text: &str, at: usize) -> &str {
    &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at]
}

fn is_secret_name(name: &str) -> bool {
    const PARTS: &[&str] =
        &["SECRET", "PASSW", "PASSPHRASE", "TOKEN", "APIKEY", "CREDENTIAL", "_KEY", "_PASS", "_PWD", "_AUTH"];
    let name: String = name.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_uppercase() }).collect();
    PARTS.iter().any(|part| name.contains(part)) || ["KEY", "PASS", "PWD", "AUTH"].contains(&name.as_str())
}

/// No word, number, path or stand-in: what is called a secret and looks so is found nowhere else with another meaning.
pub(super) fn is_telling(value: &str) -> bool {
    let has = |is: fn(char) -> bool| value.chars().any(is);
    let (digit, letter) = (has(|c| c.is_ascii_digit()), has(char::is_alphabetic));
    let both_cases = has(|c| c.is_ascii_uppercase()) && has(|c| c.is_ascii_lowercase());
    let sign = has(|c| "!@#$%^&*+?~=".contains(c));
    let many = value.chars().count();
    let is_phrase = many >= 16 && value.split_whitespace().count() >= 3;
    let is_mixed = letter && (digit && (many >= 12 || sign || both_cases) || sign && many >= 12);
    let is_fitting = (8..=4_096).contains(&value.len()) && !value.contains('\n');
    is_fitting
        && (is_mixed || is_phrase || both_cases && many >= 20 && !has(|c| c == '/'))
        && super::rule::may_be_secret(value)
}

/// As good as random, whatever it is called.
fn is_drawn(word: &str) -> bool {
    word.len() <= 4_096 && super::rule::Check::Random.passes(word) && super::rule::may_be_secret(word)
}
