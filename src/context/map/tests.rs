//! Tests of `map`.

use std::time::Instant;

use proptest::prelude::*;

use super::*;

fn tree(files: &[&str]) -> (tempfile::TempDir, AbsPath) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let root = AbsPath::new(dir.path()).expect("absolute");
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, "").expect("written");
    }
    (dir, root)
}

fn lines(root: &AbsPath, budget: u64) -> Vec<String> {
    map(root, Tokens(budget)).text.lines().skip(1).map(str::to_owned).collect()
}

fn qwen_tokens(text: &str) -> usize {
    tiktoken::get_encoding("qwen2").expect("in the build").count(text)
}

#[test]
fn a_small_repository_is_shown_whole() {
    let (_dir, root) = tree(&[
        "Cargo.toml",
        "src/lib.rs",
        "src/base/path.rs",
        "docs/a.md",
        ".github/workflows/ci.yml",
        ".git/HEAD",
        ".env",
        "target/debug/x",
        "name with space.txt",
    ]);
    fs::write(root.join(".gitignore"), "/target\n").expect("written");
    assert_eq!(
        lines(&root, 1_200),
        [
            "Cargo.toml: package; `cargo build`, `cargo test`",
            ".: .github/ docs/ src/ Cargo.toml \"name with space.txt\"",
            ".github/workflows: ci.yml",
            "docs: a.md",
            "src: base/ lib.rs",
            "src/base: path.rs",
        ]
    );
}

#[test]
fn a_chain_of_single_folders_is_one_line() {
    let (_dir, root) = tree(&["src/main/java/com/acme/App.java", "src/main/java/com/acme/Other.java"]);
    assert_eq!(lines(&root, 1_200), [".: src/", "src/main/java/com/acme: App.java Other.java"]);
}

#[test]
fn when_not_everything_fits_each_top_folder_still_has_a_line() {
    let files: Vec<String> = (0..8)
        .flat_map(|d| (0..200).map(move |f| format!("part{d}/some_longer_name_{f:03}.rs")))
        .chain(["core/x.md".to_owned()])
        .collect();
    let (_dir, root) = tree(&files.iter().map(String::as_str).collect::<Vec<_>>());
    let shown = lines(&root, 600);
    let folders: Vec<&str> = shown.iter().filter_map(|l| l.split(':').next()).collect();
    let want = [".", "core", "part0", "part1", "part2", "part3", "part4", "part5", "part6", "part7"];
    assert_eq!(folders, want);
    assert!(shown[2..].iter().all(|l| l.contains(" +1")), "{shown:#?}");
}

#[test]
fn a_budget_too_small_for_anything_gives_no_map() {
    let (_dir, root) = tree(&["a.rs"]);
    assert_eq!(map(&root, Tokens(0)).text, "");
    assert_eq!(map(&root, Tokens(45)).text, "");
}

#[test]
fn three_hundred_files_take_at_most_1200_qwen_tokens() {
    let parts = ["agent", "billing", "catalog", "database", "frontend", "gateway", "identity", "scheduler"];
    let kinds = ["handler", "model", "repository", "service", "validation", "migration_helper"];
    let mut files: Vec<String> = parts
        .iter()
        .flat_map(|p| {
            let inner = kinds.iter().flat_map(move |k| {
                (0..6).map(move |n| {
                    format!(
                        "crates/{p}/src/{k}/{k}_{}.rs",
                        ["create", "update", "list", "types", "error", "tests"][n]
                    )
                })
            });
            inner.chain([format!("crates/{p}/Cargo.toml")])
        })
        .collect();
    files.extend(["Cargo.toml", "README.md", "LICENSE", "docs/guide.md"].map(str::to_owned));
    assert!(files.len() >= 300);
    let (_dir, root) = tree(&files.iter().map(String::as_str).collect::<Vec<_>>());
    let map = map(&root, Tokens(1_200)).text;
    let exact = qwen_tokens(&map);
    assert!((700..=1_200).contains(&exact), "{exact} tokens:\n{map}");
}

#[test]
fn this_repository_stays_within_the_budget_by_the_exact_vocabulary() {
    let root = AbsPath::new(env!("CARGO_MANIFEST_DIR")).expect("absolute");
    for budget in [200, 400, 1_200] {
        let map = map(&root, Tokens(budget)).text;
        let exact = qwen_tokens(&map) as u64;
        assert!(exact <= budget, "{exact} of {budget} tokens:\n{map}");
    }
}

#[test]
fn a_crowded_folder_is_named_and_not_listed() {
    let (_dir, root) = tree(&["a/x.rs"]);
    let crowd = root.join("crowd");
    fs::create_dir(&crowd).expect("made");
    for n in 0..=CROWD {
        fs::write(crowd.join(n.to_string()), "").expect("written");
    }
    assert_eq!(lines(&root, 1_200), [".: a/ crowd/", "a: x.rs", "crowd: (over 5000 entries)"]);
}

/// Run with `cargo test --lib map -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement: writes 50,000 files"]
fn fifty_thousand_files_take_a_bounded_time() {
    let (_dir, root) = tree(&[]);
    for a in 0..50 {
        for b in 0..20 {
            let folder = root.join(format!("module{a}/part{b}"));
            fs::create_dir_all(&folder).expect("made");
            for c in 0..50 {
                fs::write(folder.join(format!("file_{c}.rs")), "").expect("written");
            }
        }
    }
    let start = Instant::now();
    let text = map(&root, Tokens(1_200)).text;
    let took = start.elapsed();
    assert!(took.as_millis() < 200, "{took:?} for {} tokens:\n{text}", qwen_tokens(&text));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_tree_stays_within_any_budget_and_gives_the_same_bytes(
        files in proptest::collection::vec(
            proptest::collection::vec(
                proptest::sample::select(vec!["a", "src", "docs", "MixedCaseName", "name_with_42", "é 说", ".github", "x.rs"]),
                1..5,
            ),
            0..50,
        ),
        budget in 0u64..900,
    ) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = AbsPath::new(dir.path()).expect("absolute");
        for file in &files {
            let path = root.join(file.join("/"));
            // A name may already stand for a folder or a file; then this one is not made.
            let _ = fs::create_dir_all(path.parent().expect("a parent")).and_then(|()| fs::write(&path, ""));
        }
        let first = map(&root, Tokens(budget)).text;
        prop_assert!(first.lines().map(|l| cost(l) + LINE_END).sum::<usize>() as u64 <= budget * 10);
        prop_assert_eq!(first, map(&root, Tokens(budget)).text);
    }
}
