//! Tests of `repository`.

use super::*;
use crate::context::listing::Listing;

fn fragments(files: &[(&str, &str)], folders: &[(&str, &[&str])]) -> Fragments {
    let files = files
        .iter()
        .map(|(label, text)| Instruction { label: (*label).to_owned(), text: (*text).to_owned() })
        .collect();
    let owned: Vec<(&str, Vec<String>)> = folders
        .iter()
        .map(|(path, names)| (*path, names.iter().map(|n| (*n).to_owned()).collect()))
        .collect();
    let listing = Listing::of(owned.iter().map(|(path, names)| (*path, names.as_slice())));
    let map = Map { text: "map".to_owned(), listing, ..Map::default() };
    Fragments::from(Repository { files, map })
}

fn told(before: &Fragments, after: &Fragments) -> String {
    let text = delta(before, after).expect("something changed");
    let inner =
        text.strip_prefix("<repository-changes>\n").and_then(|t| t.strip_suffix("\n</repository-changes>"));
    inner.expect("a frame").to_owned()
}

const NAMES_HEADING: &str = "Names that are new (+) or gone (-) since the map above, or the last such list:";

#[test]
fn what_did_not_change_is_not_told() {
    let all = fragments(&[("QWEN.md", "Be brief.")], &[(".", &["a"])]);
    assert_eq!(delta(&all, &all), None);
}

#[test]
fn new_names_and_gone_ones_are_listed_by_folder() {
    let before = fragments(&[], &[(".", &["src/"]), ("src", &["a.rs", "b.rs"])]);
    let after = fragments(&[], &[(".", &["docs/", "src/"]), ("src", &["a.rs", "c.rs"])]);
    assert_eq!(told(&before, &after), format!("{NAMES_HEADING}\n.: +docs/\nsrc: -b.rs +c.rs"));
}

#[test]
fn many_new_names_take_two_hundred_tokens_at_most() {
    let names: Vec<String> = (0..900).map(|n| format!("some_generated_module_{n:03}.rs")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let before = fragments(&[], &[(".", &["a", "z"]), ("a", &[]), ("z", &[])]);
    let after = fragments(&[], &[(".", &["a", "z"]), ("a", &names), ("z", &["b"])]);
    let text = told(&before, &after);
    let last = text.lines().last().expect("lines");
    assert!(last.starts_with("… and 8") && last.ends_with(" more"), "{last}");
    let count = tiktoken::get_encoding("qwen2").expect("in the build").count(&text);
    assert!((100..=240).contains(&count), "{count}: {text}");
}

#[test]
fn a_changed_instruction_file_is_told_in_place_of_the_old_text() {
    let before = fragments(&[("QWEN.md", "Use tabs."), ("old.md", "x")], &[]);
    let after = fragments(&[("QWEN.md", "Use spaces."), ("AGENTS.md", "Run tests.")], &[]);
    let want = "`QWEN.md` was changed. This holds now, in place of its text above:\n\
                --- Context from: QWEN.md ---\nUse spaces.\n--- End of Context from: QWEN.md ---\n\
                `AGENTS.md` is new:\n\
                --- Context from: AGENTS.md ---\nRun tests.\n--- End of Context from: AGENTS.md ---\n\
                `old.md` is gone; what it said above no longer holds.";
    assert_eq!(told(&before, &after), want);
}

#[test]
fn of_a_long_file_only_what_differs_is_told_and_never_too_much() {
    let lines: Vec<String> = (0..400).map(|n| format!("Rule {n} is a rule.")).collect();
    let long = lines.join("\n");
    let before = fragments(&[("QWEN.md", &long)], &[]);
    let edited = long.replace("Rule 200 is a rule.", "Rule 200 is gone.");
    let text = told(&before, &fragments(&[("QWEN.md", &edited)], &[]));
    assert!(text.starts_with("`QWEN.md` was changed. This is how it differs"), "{text}");
    assert!(text.contains("-Rule 200 is a rule.\n+Rule 200 is gone.\n") && text.len() < 400, "{text}");

    let other = "Ö new line of prose\n".repeat(3_000);
    let text = told(&before, &fragments(&[("QWEN.md", &other)], &[]));
    assert!(
        text.len() < TEXT + 300 && text.ends_with("[the rest is left out here; read the file]"),
        "{text}"
    );
}

#[test]
fn what_build_files_say_is_told_when_it_changes() {
    let before = fragments(&[], &[]);
    let mut after = before.clone();
    after.repository.map.facts = vec!["Cargo.toml: package `a`; `cargo build`, `cargo test`".to_owned()];
    let want = format!("{NAMES_HEADING}\nCargo.toml: package `a`; `cargo build`, `cargo test`");
    assert_eq!(told(&before, &after), want);
}

#[test]
fn a_repository_comes_back_from_its_kept_form_with_the_same_bytes() {
    let all = fragments(&[("QWEN.md", "Be \"brief\" 你好.")], &[(".", &["a b", "ü"])]).repository;
    let kept = serde_json::to_string(&all).expect("a plain value");
    let back: Repository = serde_json::from_str(&kept).expect("the same format");
    assert_eq!((back.block(), &back), (all.block(), &all));
    assert_eq!(
        all.block(),
        "--- Context from: QWEN.md ---\nBe \"brief\" 你好.\n--- End of Context from: QWEN.md ---\n\nmap"
    );
}
