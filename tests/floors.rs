//! The building code: a module imports only from floors below it, and the two lowest floors touch nothing.

use std::{fs, path::Path};

/// The floors, lowest first. A folder of `src/` that is not here fails the test.
const FLOORS: &[(&str, &[&str])] = &[
    ("words", &["base", "protocol"]),
    ("rules", &["prompt", "cache", "permissions", "catalog", "redact"]),
    ("world", &["net", "auth", "context", "session", "sandbox", "provider", "tools", "mcp", "sim"]),
    ("mind", &["agent"]),
    ("faces", &["tui", "headless", "acp", "telemetry"]),
    ("door", &["config", "cli"]),
];

/// Edges between rooms of one floor. A new one is an architectural change.
const SIDEWAYS: &[(&str, &str)] = &[
    ("protocol", "base"),
    ("cache", "prompt"),
    ("auth", "net"),
    ("provider", "net"),
    ("provider", "auth"),
    ("tools", "net"),
    ("tools", "sandbox"),
    ("mcp", "net"),
    ("mcp", "tools"),
    ("cli", "config"),
];

/// Rooms that see less than their floor allows.
const NARROW: &[(&str, &[&str])] = &[
    ("telemetry", &["base", "protocol", "net"]),
    ("tui", &["base", "protocol", "agent"]),
    ("headless", &["base", "protocol", "agent"]),
    ("acp", &["base", "protocol", "agent"]),
    // So that a shared misreading of the cache rules cannot hide.
    ("sim", &["base"]),
];

/// Only these see the room on the left.
const SEEN_BY: &[(&str, &[&str])] = &[("telemetry", &["cli", "config"])];

/// Words that mean contact with the outside; `words`, `rules` and `agent/machine` say none of them.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::thread",
    "tokio::",
    "reqwest::",
    "async fn",
    "async move",
    ".await",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::new_v4",
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|(_, rooms)| rooms.contains(&module))
}

/// The first path part behind every `crate::`, also inside braces.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, root) in text.match_indices("crate::") {
        let rest = &text[at + root.len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(first_words(list)),
            None => found.push(word(rest)),
        }
    }
    found.retain(|w| !w.is_empty());
    found
}

/// The first word of each entry of a brace list, up to its closing brace.
fn first_words(list: &str) -> Vec<String> {
    let (mut depth, mut is_fresh, mut found) = (1, true, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => is_fresh = true,
            c if depth == 1 && is_fresh && c.is_alphabetic() => {
                found.push(word(&list[at..]));
                is_fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// What is wrong with one import, if anything.
fn judge(module: &str, other: &str) -> Option<String> {
    let (ours, theirs) = (floor(module)?, floor(other)?);
    let allowed = |list: &[(&str, &[&str])], from: &str, to: &str| {
        list.iter().find(|(m, _)| *m == from).is_none_or(|(_, rooms)| rooms.contains(&to))
    };
    let is_sideways = theirs == ours && !SIDEWAYS.contains(&(module, other));
    let is_bad =
        theirs > ours || is_sideways || !allowed(NARROW, module, other) || !allowed(SEEN_BY, other, module);
    is_bad.then(|| format!("{module} ({}) may not import {other} ({})", FLOORS[ours].0, FLOORS[theirs].0))
}

/// The code of a file: without comments and without what only tests see.
fn code(text: &str) -> String {
    let shipped = match text.split_once("#[cfg(test)]\nmod tests {\n") {
        // The module ends with the first brace that is not indented.
        Some((before, tests)) => {
            format!("{before}{}", tests.split_once("\n}\n").map_or("", |(_, after)| after))
        }
        None => text.to_owned(),
    };
    let lines: Vec<&str> = shipped.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

fn visit(dir: &Path, module: &str, bad: &mut Vec<String>) {
    for entry in fs::read_dir(dir).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            visit(&path, module, bad);
            continue;
        }
        let is_code = path.extension().is_some_and(|e| e == "rs");
        if !is_code || path.file_stem().is_some_and(|s| s == "tests") {
            continue;
        }
        let text = code(&fs::read_to_string(&path).expect("source files are text"));
        let shown = path.display();
        let is_pure =
            floor(module).is_some_and(|f| f < 2) || path.to_string_lossy().contains("agent/machine");
        if is_pure {
            let said = OUTSIDE.iter().filter(|w| text.contains(**w));
            bad.extend(said.map(|w| format!("{shown}: {module} is pure but says `{w}`")));
        }
        let wrong = imports(&text).into_iter().filter(|o| o != module).filter_map(|o| judge(module, &o));
        bad.extend(wrong.map(|w| format!("{shown}: {w}")));
    }
}

#[test]
fn imports_point_down() {
    let (mut bad, src) = (Vec::new(), Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for entry in fs::read_dir(&src).expect("src is there") {
        let path = entry.expect("src can be read").path();
        let name = path.file_name().and_then(|n| n.to_str()).expect("our names are text").to_owned();
        match (path.is_dir(), floor(&name)) {
            (true, Some(_)) => visit(&path, &name, &mut bad),
            (true, None) => bad.push(format!("{name}: not on any floor")),
            (false, _) if name != "lib.rs" && name != "main.rs" => bad.push(format!("{name}: not in a room")),
            (false, _) => {}
        }
    }
    bad.sort();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn the_reader_sees_all_forms_of_imports() {
    assert_eq!(
        imports("use crate::a::B; use crate::{c, d::{E, f}, g as h}; crate::i::j(); pub(crate) use k;"),
        ["a", "c", "d", "g", "i"]
    );
}

#[test]
fn code_after_the_tests_counts_and_comments_do_not() {
    let file = "use a;\n// use b;\n#[cfg(test)]\nmod tests {\n    use c;\n}\n\nuse d;\n";
    assert_eq!(code(file), "use a;\n\nuse d;");
}

#[test]
fn the_judge_knows_up_from_down() {
    assert_eq!(judge("tools", "prompt"), None);
    assert_eq!(judge("tools", "sandbox"), None);
    let wrong =
        [("prompt", "tools"), ("sandbox", "tools"), ("tui", "tools"), ("sim", "prompt"), ("agent", "tui")];
    assert_eq!(
        wrong.iter().filter(|(a, b)| judge(a, b).is_none()).collect::<Vec<_>>(),
        Vec::<&(&str, &str)>::new()
    );
}
