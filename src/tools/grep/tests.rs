//! Searches of real folders.

use serde_json::json;

use super::*;
use crate::{protocol::Verdict, tools::testing::Room};

async fn grep(room: &Room, input: Value) -> String {
    room.run(&GrepSearch, input).await.text
}

#[tokio::test]
async fn matches_come_sorted_by_path_with_line_numbers() {
    let room = Room::new();
    room.write("src/b.rs", "fn b() {}\nfn call() { b() }\r\n");
    room.write("src/a.rs", "// B\nfn a() {}\n");
    room.write("notes.md", "fn in prose\n");
    assert_eq!(
        grep(&room, json!({"pattern": "fn \\w+\\("})).await,
        "src/a.rs:2: fn a() {}\nsrc/b.rs:1: fn b() {}\nsrc/b.rs:2: fn call() { b() }"
    );
    assert_eq!(grep(&room, json!({"pattern": "FN|B$"})).await, "src/a.rs:1: // B");
    assert_eq!(grep(&room, json!({"pattern": "fn", "glob": "*.md"})).await, "notes.md:1: fn in prose");
    assert_eq!(grep(&room, json!({"pattern": "a\\(", "glob": "src/*.rs"})).await, "src/a.rs:2: fn a() {}");
    assert_eq!(grep(&room, json!({"pattern": "prose", "path": "notes.md"})).await, "notes.md:1: fn in prose");
    assert_eq!(grep(&room, json!({"pattern": "nowhere"})).await, "no line matches");
}

#[tokio::test]
async fn ignored_binary_and_git_files_are_not_searched() {
    let room = Room::new();
    room.write(".gitignore", "out\n");
    room.write(".qwenignore", "*.key\n");
    for name in ["out/a", "b.key", ".git/c"] {
        room.write(name, "needle\n");
    }
    room.write("bin", b"needle\n\0\0needle\n");
    room.write(".env.example", "needle\n");
    assert_eq!(grep(&room, json!({"pattern": "needle"})).await, ".env.example:1: needle");
    let kept = grep(&room, json!({"pattern": "needle", "path": "b.key"})).await;
    assert_eq!(kept, "`b.key` is kept back by .qwenignore");
}

#[tokio::test]
async fn too_many_matches_are_counted_and_the_first_shown_every_time() {
    let room = Room::new();
    for n in 0..40 {
        room.write(&format!("f{n:02}"), "hit\n".repeat(10));
    }
    let first = grep(&room, json!({"pattern": "hit", "limit": 12})).await;
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!((lines[0], lines[11]), ("f00:1: hit", "f01:2: hit"));
    assert_eq!(
        lines[12],
        "[388 more matching lines, 40 files in all; narrow the search with pattern, glob or path]"
    );
    for _ in 0..5 {
        assert_eq!(grep(&room, json!({"pattern": "hit", "limit": 12})).await, first);
    }
    let outcome = room.run(&GrepSearch, json!({"pattern": "hit"})).await;
    assert_eq!(outcome.display, Some(Display::Line { text: "400 matches in 40 files".to_owned() }));
    assert!(outcome.text.contains("[200 more matching lines"));
}

#[tokio::test]
async fn the_result_stays_within_its_bounds() {
    let room = Room::new();
    room.write("wide", format!("{}needle{}\n", "ä".repeat(3_000), "ö".repeat(3_000)).repeat(500));
    let text = grep(&room, json!({"pattern": "needle", "limit": 100_000})).await;
    assert!(text.chars().count() <= room.hands.limits.chars);
    let first = text.lines().next().expect("one");
    assert!(first.starts_with("wide:1: …ä") && first.contains("needleö") && first.ends_with('…'));
    room.write("many", "x\n".repeat(5_000));
    let text = grep(&room, json!({"pattern": "^x$", "limit": 100_000})).await;
    assert!(text.lines().count() <= room.hands.limits.lines);
}

#[tokio::test]
async fn a_wrong_pattern_is_explained() {
    let room = Room::new();
    room.write("a", "");
    let outcome = room.run(&GrepSearch, json!({"pattern": "foo("})).await;
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert_eq!(
        outcome.text,
        "`foo(` is not a regular expression for one line: unclosed group; put `\\` before characters that are \
         meant as they stand"
    );
    assert!(grep(&room, json!({"pattern": "a\\nb"})).await.contains("for one line"));
}

#[tokio::test]
async fn a_stopped_turn_stops_searching() {
    let room = Room::new();
    room.hands.stop.cancel();
    let outcome = room.run(&GrepSearch, json!({"pattern": "x"})).await;
    assert_eq!(outcome.verdict, Verdict::Interrupted);
}

#[test]
fn the_title_says_what_is_searched_and_where() {
    let room = Room::new();
    let title = |input| GrepSearch.title(&crate::tools::testing::object(input), &room.hands);
    let path = room.path("src").to_string();
    assert_eq!(title(json!({"pattern": "foo", "path": path})), "search \"foo\" in src");
    assert_eq!(title(json!({"pattern": "foo"})), "search \"foo\"");
}
