//! The menus behind `/` and `@`.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::protocol::{FileList, Query, Reply};

const TREE: &[&str] = &[
    "README.md",
    "docs/",
    "src/",
    "src/main.rs",
    "src/deep/",
    "src/deep/er/",
    "src/deep/er/文件.py",
    "src/deep/er/two words.rs",
];

fn files(paths: &[&str]) -> Event {
    let paths: Arc<[String]> = paths.iter().map(|path| (*path).to_owned()).collect();
    Event::Reply(Reply::Files(FileList { paths, is_cut: false }))
}

fn asked() -> Vec<Op> {
    vec![Op::Query(Query::Files)]
}

/// A session that knows its files.
fn with_files(columns: usize, rows: usize) -> Stage {
    let mut stage = Stage::new(columns, rows);
    stage.write("@").hear(files(TREE)).key(KeyCode::Backspace);
    stage.ops.clear();
    stage
}

#[test]
fn files_are_asked_for_when_the_sign_is_typed_and_shown_when_they_come() {
    let mut stage = Stage::new(80, 24);
    stage.write("see @");
    assert_eq!(stage.ops(), asked());
    assert_eq!(stage.screen(), "\n> see @▏\nlooking for files…");
    stage.hear(files(TREE));
    assert_eq!(
        stage.screen(),
        "
> see @▏
  README.md
  docs/
  src/
  src/main.rs
  src/deep/
  src/deep/er/
  src/deep/er/文件.py
  src/deep/er/two words.rs"
    );
    stage.write("文");
    assert_eq!(stage.screen(), "\n> see @文▏\n› src/deep/er/文件.py        1/1");
    assert_eq!(stage.ops(), [], "asked once");
}

#[test]
fn a_small_screen_shows_the_end_of_a_long_path() {
    let mut stage = Stage::new(40, 12);
    stage.write("@").hear(files(&["a/very/long/way/down/into/the/source/of/it/all.rs"]));
    assert_eq!(stage.screen(), "> @▏\n  …ay/down/into/the/source/of/it/all.rs");
}

#[test]
fn enter_completes_a_path_and_only_the_next_one_sends() {
    let mut stage = with_files(80, 24);
    stage.write("fix @main").enter();
    assert_eq!((stage.draft().as_str(), stage.ops()), ("fix @src/main.rs ", vec![]));
    stage.enter();
    assert_eq!(stage.ops(), [Op::Say { text: "fix @src/main.rs ".into() }]);
}

#[test]
fn enter_sends_what_is_no_beginning_of_a_path() {
    let mut stage = with_files(80, 24);
    let says = |stage: &mut Stage, text: &str| {
        stage.write(text).enter();
        let said: Vec<Op> = stage.ops().into_iter().filter(|op| matches!(op, Op::Say { .. })).collect();
        assert_eq!(said, [Op::Say { text: text.into() }], "{text}");
        stage.hear(Event::TurnStarted { turn: 1, text: text.into() }).ends(EndReason::Completed);
    };
    for prose in
        ["mail me@", "mail me@main", "ping me @", "thanks @ain", "look @src/", "read @src/main.rs", "@nobody"]
    {
        says(&mut stage, prose);
    }
    // Moved to, or with Tab, it is taken all the same.
    stage.write("@ain").key(KeyCode::Down).enter();
    assert_eq!((stage.draft().as_str(), stage.ops()), ("@src/main.rs ", vec![]));
    stage.control('c').write("@ain").key(KeyCode::Tab);
    assert_eq!((stage.draft().as_str(), stage.ops()), ("@src/main.rs ", vec![]));
    stage.control('c').write("@smain").enter();
    assert_eq!((stage.draft().as_str(), stage.ops()), ("@src/main.rs ", vec![]), "letters that begin words");
}

#[test]
fn lines_follow_right_behind_a_completed_path() {
    let mut stage = with_files(80, 24);
    stage.write("@main").key(KeyCode::Tab).write(":10-40 please");
    assert_eq!(stage.draft(), "@src/main.rs:10-40 please");
    stage.control('c').write("@main").key(KeyCode::Tab).write("a:");
    assert_eq!(stage.draft(), "@src/main.rs a:");
}

#[test]
fn a_folder_is_walked_into_and_blanks_are_written_so_that_they_are_read_back() {
    let mut stage = with_files(80, 24);
    stage.write("@deep").key(KeyCode::Tab);
    assert_eq!(stage.draft(), "@src/deep/");
    assert!(stage.screen().contains("\n  src/deep/er/\n"), "{}", stage.screen());
    stage.write("two").key(KeyCode::Tab).write("it");
    assert_eq!(stage.draft(), "@src/deep/er/two\\ words.rs it");
}

#[test]
fn escape_closes_and_leaves_the_text_until_another_path_begins() {
    let mut stage = with_files(80, 24);
    stage.write("@s").escape();
    assert_eq!(stage.draft(), "@s");
    assert!(!stage.screen().contains("›"));
    stage.write("r").escape();
    assert_eq!((stage.draft().as_str(), stage.ops()), ("@sr", vec![]), "it stays closed for this path");
    stage.write(" @s");
    assert!(stage.screen().contains("› src/"));
    stage.control('c').write("/mod").escape();
    assert_eq!(stage.draft(), "/mod");
    stage.escape();
    assert_eq!(stage.draft(), "/mod");
    stage.write("el x").enter();
    assert_eq!(stage.draft(), "");
}

#[test]
fn the_list_is_asked_for_again_after_a_turn_and_after_ten_seconds() {
    let mut stage = with_files(80, 24);
    stage.write("@s").control('c').wait(9_000);
    assert_eq!(stage.ops(), []);
    stage.wait(2_000).write("@s");
    assert_eq!(stage.ops(), asked());
    stage.hear(files(&["src/", "src/new.rs"]));
    assert!(stage.screen().contains("src/new.rs"), "the open menu shows it");
    stage.control('c').ask("go").ends(EndReason::Completed).write("@");
    assert_eq!(stage.ops(), asked());
}

#[test]
fn a_new_list_leaves_the_marked_file_marked() {
    let mut stage = with_files(80, 24);
    stage.write("@").key(KeyCode::Down).key(KeyCode::Down).key(KeyCode::Down);
    stage.hear(files(&["A.md", "README.md", "src/"]));
    assert!(stage.screen().contains("› src/                       3/3"), "{}", stage.screen());
}

#[test]
fn a_hundred_thousand_files_are_searched_between_keys_and_enter_waits_for_none() {
    let paths: Vec<String> = (0..100_000).map(|n| format!("src/module{}/file{n}.rs", n % 100)).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut stage = Stage::new(80, 24);
    stage.write("@").hear(files(&paths)).write("file77777");
    assert!(stage.model.wake_at().is_some_and(|at| at <= stage.now.after(Duration::from_millis(1))));
    stage.wait(2_000);
    assert!(stage.screen().contains("› src/module77/file77777.rs  1/1"), "{}", stage.screen());
    assert_eq!(stage.model.wake_at(), None, "it rests when all is searched");
    stage.key(KeyCode::Backspace).write("6").enter();
    assert_eq!(stage.draft(), "@src/module76/file77776.rs ");
}

#[test]
fn a_command_that_was_used_stands_first() {
    let mut stage = Stage::new(80, 24);
    stage.write("/stats").enter().write("/");
    assert!(stage.screen().contains("› /stats                     1/"), "{}", stage.screen());
}

#[test]
fn the_words_behind_a_command_are_listed_and_none_is_taken_by_accident() {
    let mut stage = Stage::new(80, 24);
    stage.write("/approval-mode ");
    assert_eq!(
        stage.screen(),
        "
> /approval-mode ▏
  plan                       read only, nothing is changed
  default                    asks before edits and commands
  auto-edit                  edits freely, asks before commands
  yolo                       asks nothing"
    );
    stage.enter();
    assert_eq!(stage.ops(), []);
    assert!(stage.history().contains("now: default"));
    stage.write("/approval-mode au").enter().write("/approval-mode ").key(KeyCode::Down).enter();
    assert_eq!(stage.ops(), [Op::SetMode(Mode::AutoEdit), Op::SetMode(Mode::Plan)]);
    stage.write("/approval-mode def").key(KeyCode::Tab);
    assert_eq!(stage.draft(), "/approval-mode default");
}

#[test]
fn another_name_leads_to_the_command_and_says_so() {
    let mut stage = Stage::new(80, 24);
    stage.write("/login");
    assert!(stage.screen().contains("› /auth (/login)             1/1 sign in"), "{}", stage.screen());
}

#[test]
fn tab_completes_while_a_turn_runs() {
    let mut stage = with_files(80, 24);
    stage.ask("work").write("@main").key(KeyCode::Tab);
    assert_eq!((stage.draft().as_str(), stage.ops()), ("@src/main.rs ", vec![]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_and_no_key_is_too_strange_for_a_menu(
        keys in prop::collection::vec(prop_oneof![
            "[/@!?a-e文\"\\\\: ，.-]".prop_map(|s| KeyCode::Char(s.chars().next().expect("one"))),
            prop::sample::select(vec![
                KeyCode::Tab, KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Backspace,
                KeyCode::Esc, KeyCode::Home, KeyCode::End, KeyCode::PageDown,
            ]),
        ], 0..40),
        columns in 40_usize..120,
    ) {
        let mut stage = with_files(columns, 12);
        for key in keys {
            stage.key(key);
            stage.frame();
        }
    }

    #[test]
    fn a_completed_path_is_read_back_by_the_parser_of_the_agent(name in "[a-c文 \"\\\\:@，.-]{1,12}", before in "(see |看)?") {
        prop_assume!(!name.ends_with('\\') || !name.contains('"'));
        let mut stage = Stage::new(80, 24);
        stage.write(&before).write("@").hear(files(&[&name])).key(KeyCode::Tab);
        let draft = stage.draft();
        let mention = draft.strip_prefix(&before).and_then(|rest| rest.strip_prefix('@')).expect("a mention");
        let read = crate::protocol::read_mention(mention).text();
        prop_assert_eq!(read.strip_prefix("./").filter(|_| name.starts_with('"')).unwrap_or(&read), name);
    }
}
