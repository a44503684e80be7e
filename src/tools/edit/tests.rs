//! Edits of real files.

use serde_json::json;

use super::*;
use crate::{
    protocol::{Display, LineKind, Verdict},
    tools::{read::ReadFile, testing::Room},
};

async fn seen(room: &Room, name: &str) {
    let outcome = room.run(&ReadFile, json!({"file_path": name})).await;
    assert_eq!(outcome.verdict, Verdict::Done, "{}", outcome.text);
}

async fn edit(room: &Room, name: &str, old: &str, new: &str) -> Outcome {
    room.run(&Edit, json!({"file_path": name, "old_string": old, "new_string": new})).await
}

#[tokio::test]
async fn an_edit_changes_the_file_and_shows_the_change() {
    let room = Room::new();
    room.write("a.txt", "one\ntwo\nthree\n");
    seen(&room, "a.txt").await;
    let input = json!({"file_path": "a.txt", "old_string": "two", "new_string": "2"});
    let Ok(Preview::Change { diff: before, .. }) = room.preview(&Edit, input).await else {
        panic!("no diff")
    };
    let outcome = edit(&room, "a.txt", "two", "2").await;
    assert_eq!(outcome.text, "edited a.txt at line 2");
    assert_eq!(outcome.display, Some(Display::Change { diff: before.clone() }));
    assert_eq!((before.path.as_str(), before.added, before.removed), ("a.txt", 1, 1));
    assert_eq!(before.lines[1].kind, LineKind::Removed);
    assert_eq!(room.text("a.txt"), "one\n2\nthree\n");
}

#[tokio::test]
async fn a_second_edit_needs_no_second_read() {
    let room = Room::new();
    room.write("a.txt", "one\ntwo\n");
    seen(&room, "a.txt").await;
    edit(&room, "a.txt", "one", "1").await;
    assert_eq!(edit(&room, "a.txt", "two", "2").await.verdict, Verdict::Done);
    assert_eq!(room.text("a.txt"), "1\n2\n");
}

#[tokio::test]
async fn a_file_that_was_not_read_or_changed_since_is_not_edited() {
    let room = Room::new();
    room.write("a.txt", "one\n");
    assert_eq!(
        edit(&room, "a.txt", "one", "1").await,
        Outcome::failed("read `a.txt` with read_file before changing it")
    );
    seen(&room, "a.txt").await;
    room.write("a.txt", "one\nmore\n");
    let stale = "`a.txt` changed since you read it; read it again, then change it";
    assert_eq!(edit(&room, "a.txt", "one", "1").await, Outcome::failed(stale));
    let input = json!({"file_path": "a.txt", "old_string": "one", "new_string": "1"});
    assert_eq!(room.preview(&Edit, input).await, Err(stale.to_owned()));
    assert_eq!(room.text("a.txt"), "one\nmore\n");
}

#[tokio::test]
async fn line_ends_mark_encoding_and_mode_stay() {
    let room = Room::new();
    room.write("w.txt", b"\xEF\xBB\xBFa\r\nb\r\nc");
    room.write("l.txt", b"gr\xFC\xDFe\n");
    room.write("u.txt", b"\xFF\xFEa\0\r\0\n\0");
    #[cfg(unix)]
    std::fs::set_permissions(
        room.path("w.txt"),
        <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o751),
    )
    .expect("set");
    for name in ["w.txt", "l.txt", "u.txt"] {
        seen(&room, name).await;
    }
    edit(&room, "w.txt", "a\nb\n", "x\ny\nz\n").await;
    edit(&room, "l.txt", "grüße", "GRÜßE").await;
    edit(&room, "u.txt", "a", "ü").await;
    assert_eq!(room.bytes("w.txt"), b"\xEF\xBB\xBFx\r\ny\r\nz\r\nc");
    assert_eq!(room.bytes("l.txt"), b"GR\xDC\xDFE\n");
    assert_eq!(room.bytes("u.txt"), b"\xFF\xFE\xFC\0\r\0\n\0");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(room.path("w.txt")).expect("there").permissions()
        ) & 0o777,
        0o751
    );
    let refused = edit(&room, "l.txt", "GR", "中").await;
    assert_eq!(refused.verdict, Verdict::Failed);
    assert!(refused.text.contains("has no `中`"), "{}", refused.text);
}

#[tokio::test]
async fn two_places_are_shown_and_nothing_is_changed() {
    let room = Room::new();
    room.write("a.txt", "let x = 1;\n-\nlet x = 2;\n");
    seen(&room, "a.txt").await;
    assert_eq!(
        edit(&room, "a.txt", "let x", "let y").await,
        Outcome::failed(
            "old_string is in `a.txt` 2 times; add lines around it until it is there once, or set \
             replace_all:\n1: let x = 1;\n3: let x = 2;"
        )
    );
    let input =
        json!({"file_path": "a.txt", "old_string": "let x", "new_string": "let y", "replace_all": "true"});
    assert_eq!(room.run(&Edit, input).await.text, "edited a.txt at 2 places");
    assert_eq!(room.text("a.txt"), "let y = 1;\n-\nlet y = 2;\n");
}

#[tokio::test]
async fn a_miss_shows_what_is_most_alike() {
    let room = Room::new();
    room.write("a.rs", "fn f() {\n  call(1);\n    done();\n}\n");
    seen(&room, "a.rs").await;
    assert_eq!(
        edit(&room, "a.rs", "call(1);\ndone();", "x").await,
        Outcome::failed("old_string is not in `a.rs`; most alike is:\n2:   call(1);\n3:     done();")
    );
}

#[tokio::test]
async fn empty_old_text_creates_a_file_but_never_replaces_one() {
    let room = Room::new();
    assert_eq!(edit(&room, "new/a.txt", "", "hi\n").await.text, "created new/a.txt");
    assert_eq!(room.text("new/a.txt"), "hi\n");
    assert_eq!(edit(&room, "new/a.txt", "", "other").await.verdict, Verdict::Failed);
    assert_eq!(edit(&room, "new/a.txt", "hi", "hi").await.verdict, Verdict::Failed);
    assert!(edit(&room, "new/b.txt", "x", "y").await.text.contains("near it: `new/a.txt`"));
}

#[cfg(unix)]
#[tokio::test]
async fn an_edit_through_a_link_is_judged_and_done_at_its_target() {
    let (room, outside) = (Room::new(), Room::new());
    outside.write("real.txt", "one\n");
    std::os::unix::fs::symlink(outside.path("real.txt"), room.path("link.txt")).expect("link");
    let input = json!({"file_path": "link.txt", "old_string": "one", "new_string": "1"});
    let action = Edit.action(&crate::tools::testing::object(input), &room.hands);
    assert_eq!(action, Ok(Action::Write { path: outside.path("real.txt") }));
    seen(&room, "link.txt").await;
    edit(&room, "link.txt", "one", "1").await;
    assert_eq!(outside.text("real.txt"), "1\n");
    assert!(room.path("link.txt").as_path().is_symlink());
}

#[tokio::test]
async fn what_the_person_made_of_an_edit_is_written_and_told() {
    let room = Room::new();
    room.write("a.txt", "one\r\ntwo\r\nthree\r\n");
    room.run(&ReadFile, json!({"file_path": "a.txt"})).await;
    let input = json!({"file_path": "a.txt", "old_string": "two", "new_string": "2"});
    let Ok(Preview::Change { content, .. }) = room.preview(&Edit, input.clone()).await else {
        panic!("no proposal")
    };
    assert_eq!(content, "one\r\n2\r\nthree\r\n");
    let outcome = room.run_rewritten(&Edit, input.clone(), "one\nzwei\nthree\n").await;
    assert_eq!(
        outcome.text,
        "The user changed your proposal before it was written. wrote a.txt; it differs from what you proposed:\n \
         one\n-2\n+zwei\n three"
    );
    let Some(Display::Change { diff }) = outcome.display else { panic!("no diff") };
    assert_eq!((diff.added, diff.removed), (1, 1), "against the file as it was");
    assert_eq!(room.text("a.txt"), "one\r\nzwei\r\nthree\r\n", "in the line ends of the file");
}

#[tokio::test]
async fn a_rewritten_edit_is_checked_like_any_other() {
    let room = Room::new();
    room.write("a.txt", "one\ntwo\n");
    room.run(&ReadFile, json!({"file_path": "a.txt"})).await;
    let input = json!({"file_path": "a.txt", "old_string": "two", "new_string": "2"});
    let same = room.run_rewritten(&Edit, input.clone(), "one\n2\n").await;
    assert_eq!(same.text, "edited a.txt at line 2", "nothing was changed in it");
    room.write("a.txt", "someone else\ntwo\n");
    let late = room.run_rewritten(&Edit, input, "mine\n").await;
    assert_eq!(late.text, "`a.txt` changed since you read it; read it again, then change it");
    assert_eq!(room.text("a.txt"), "someone else\ntwo\n");
}
