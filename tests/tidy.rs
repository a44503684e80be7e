//! House rules that a reader would otherwise have to check: sizes, headers, names, and that docs name real files.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Lines of a file without its tests; a file that begins with `//! Table:` may be longer.
const FILE: usize = 500;
/// Lines of a function; one flat `match` may be longer with `// flat match` above it.
const FUNCTION: usize = 80;
/// Lines of a `mod.rs`.
const WINDOW: usize = 80;
/// Names that say nothing about what is inside.
const DRAWERS: &[&str] = &["utils", "util", "common", "helpers", "helper", "misc", "core", "manager"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(dir) else { return found };
    for entry in entries {
        let path = entry.expect("our folders can be read").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("our files are text")
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string().replace('\\', "/")
}

fn is_tests(path: &Path) -> bool {
    path.file_stem().is_some_and(|s| s == "tests" || s.to_string_lossy().ends_with("_tests"))
        || path.components().any(|c| c.as_os_str() == "tests")
}

/// The lines of a file before its tests.
fn shipped(text: &str) -> Vec<&str> {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().lines().collect()
}

/// Functions longer than [`FUNCTION`], by name. Relies on rustfmt: a body ends with a brace at the indentation
/// of its `fn`.
fn long_functions(lines: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let indent = &line[..line.len() - body.len()];
        let head = body.split('(').next().unwrap_or_default();
        let is_fn = head.split_whitespace().any(|w| w == "fn") && !body.starts_with("//");
        if !is_fn || body.ends_with(['}', ';']) {
            continue;
        }
        let end = format!("{indent}}}");
        let Some(length) = lines[at..].iter().position(|l| **l == end) else { continue };
        let is_flat = lines[at.saturating_sub(4)..at].iter().any(|l| l.contains("// flat match"));
        if length + 1 > FUNCTION && !is_flat {
            found.push(format!("{head} has {} lines", length + 1));
        }
    }
    found
}

#[test]
fn files_and_functions_fit_on_a_screen() {
    let mut bad = Vec::new();
    for path in files(&root().join("src"), "rs").into_iter().filter(|p| !is_tests(p)) {
        let (name, text) = (shown(&path), read(&path));
        let lines = shipped(&text);
        if lines.len() > FILE && !text.starts_with("//! Table: ") {
            bad.push(format!("{name}: {} lines without tests, at most {FILE}", lines.len()));
        }
        if name.ends_with("/mod.rs") && lines.len() > WINDOW && !is_tests(&path) {
            bad.push(format!("{name}: {} lines, a shop window has at most {WINDOW}", lines.len()));
        }
        bad.extend(long_functions(&lines).into_iter().map(|f| format!("{name}: {f}, at most {FUNCTION}")));
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let mut bad = Vec::new();
    for dir in ["src", "tests", "benches"] {
        for path in files(&root().join(dir), "rs") {
            if !read(&path).starts_with("//! ") {
                bad.push(shown(&path));
            }
        }
    }
    assert!(bad.is_empty(), "no `//!` on the first line:\n{}", bad.join("\n"));
}

#[test]
fn no_file_is_a_bottom_drawer() {
    let is_drawer = |p: &PathBuf| {
        p.iter().any(|part| DRAWERS.iter().any(|d| part.to_string_lossy().trim_end_matches(".rs") == *d))
    };
    let found: Vec<String> = files(&root().join("src"), "rs")
        .into_iter()
        .filter_map(|p| p.strip_prefix(root()).map(Path::to_owned).ok())
        .filter(is_drawer)
        .map(|p| shown(&p))
        .collect();
    assert_eq!(found, Vec::<String>::new(), "name the concept, not the drawer");
}

#[test]
fn every_source_file_is_reached_by_a_mod_line() {
    let mut bad = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(dir) = path.parent() else { continue };
        let (name, owners) = match stem.as_str() {
            "lib" | "main" => continue,
            "mod" => {
                let folder = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                let above = dir.parent().map(Path::to_owned).unwrap_or_default();
                (folder, vec![above.join("mod.rs"), above.join("lib.rs")])
            }
            _ => (stem, vec![dir.join("mod.rs"), dir.join("lib.rs"), dir.with_extension("rs")]),
        };
        let line = format!("mod {name};");
        let near = files(dir, "rs").into_iter().filter(|p| p.parent() == Some(dir));
        let is_named =
            owners.into_iter().chain(near).any(|o| fs::read_to_string(o).is_ok_and(|t| t.contains(&line)));
        if !is_named {
            bad.push(shown(&path));
        }
    }
    assert!(bad.is_empty(), "no `mod` line leads to:\n{}", bad.join("\n"));
}

/// The pages whose paths are checked.
fn pages() -> Vec<PathBuf> {
    let mut all = files(&root().join("docs"), "md");
    for name in
        ["README.md", "PRIVACY.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
    {
        all.push(root().join(name));
    }
    all
}

/// Paths of ours that a page names: in backticks, or as the target of a link.
fn named_paths(text: &str) -> Vec<String> {
    const OURS: &[&str] =
        &["src/", "docs/", "tests/", "benches/", "fuzz/", "completions/", "scripts/", ".ci/"];
    let mut found = Vec::new();
    for piece in text.split('`').skip(1).step_by(2) {
        if OURS.iter().any(|o| piece.starts_with(o)) && !piece.contains(['<', '*', '{', ' ', '$']) {
            found.push(piece.split(['#', ':']).next().unwrap_or_default().to_owned());
        }
    }
    for piece in text.split("](").skip(1) {
        let target = piece.split(')').next().unwrap_or_default();
        let path = target.split('#').next().unwrap_or_default();
        if !path.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
            found.push(format!("./{path}"));
        }
    }
    found
}

#[test]
fn every_path_named_in_the_docs_exists() {
    let mut bad = Vec::new();
    for page in pages() {
        assert!(page.exists(), "{} is missing", shown(&page));
        for path in named_paths(&read(&page)) {
            let base = match path.strip_prefix("./") {
                Some(rest) => page.parent().unwrap_or(root()).join(rest),
                None => root().join(&path),
            };
            if !base.exists() {
                bad.push(format!("{} names {path}", shown(&page)));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn the_size_rules_see_a_long_function() {
    let long: Vec<String> = std::iter::once("    pub async fn long(&self) {".to_owned())
        .chain((0..FUNCTION).map(|n| format!("        line({n});")))
        .chain(["    }".to_owned()])
        .collect();
    let lines: Vec<&str> = long.iter().map(String::as_str).collect();
    assert_eq!(long_functions(&lines), ["pub async fn long has 82 lines"]);
    assert_eq!(long_functions(&["fn short() {", "}"]), Vec::<String>::new());
}

#[test]
fn the_path_rules_see_backticks_and_links() {
    assert_eq!(
        named_paths(
            "See `src/lib.rs`, `docs/x.md#y`, [a](docs/b.md) and [c](https://example.com), `cargo doc`."
        ),
        ["src/lib.rs", "docs/x.md", "./docs/b.md"]
    );
}

/// What a page says of tests: `tests/it/x.rs::name`.
fn named_tests(text: &str) -> Vec<(String, String)> {
    let pieces = text.split('`').skip(1).step_by(2);
    let pairs = pieces.filter_map(|piece| piece.split_once(".rs::"));
    pairs.map(|(path, name)| (format!("{path}.rs"), name.to_owned())).collect()
}

/// Bullets and rows of tables, each with the lines that belong to it. The header of a table is none.
fn statements(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let is_header = lines.get(at + 1).is_some_and(|next| next.starts_with("|---"));
        if line.starts_with("- ") || (line.starts_with("| ") && !is_header) {
            found.push((*line).to_owned());
        } else if let (true, Some(last)) = (line.starts_with("  "), found.last_mut()) {
            last.push_str(line);
        }
    }
    found
}

#[test]
fn every_statement_about_privacy_names_a_test_that_exists() {
    let page = read(&root().join("PRIVACY.md"));
    let mut bad = Vec::new();
    for (path, name) in named_tests(&page) {
        let text = fs::read_to_string(root().join(&path)).unwrap_or_default();
        if !text.contains(&format!("fn {name}(")) {
            bad.push(format!("there is no {path}::{name}"));
        }
    }
    // What a provider says of itself no test of ours can hold.
    let (before, rest) = page.split_once("## What the provider keeps").expect("a heading");
    let (told, after) = rest.split_once("\n- ").expect("what we do about it");
    assert!(told.contains("read 2026-11"), "a statement of others has its date");
    for text in [before.to_owned(), format!("- {after}")] {
        let bare = statements(&text).into_iter().filter(|s| named_tests(s).is_empty());
        bad.extend(bare.map(|s| format!("no test: {s}")));
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
