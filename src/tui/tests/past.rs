//! Earlier texts, drafts that outlive a session, and the way back.

use super::*;
use crate::protocol::{Failure, Item, Kind, Past, Reply, UserMessage};

fn past(texts: &[&str], draft: &str) -> Event {
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    Event::Reply(Reply::Past(Past { texts, draft: draft.into() }))
}

#[test]
fn texts_of_earlier_sessions_are_walked_and_the_draft_is_kept() {
    let mut stage = Stage::new(80, 24);
    stage.hear(past(&["oldest", "two\nlines"], "")).ask("now").ends(EndReason::Completed);
    stage.write("dra").key(KeyCode::Up).key(KeyCode::Up);
    assert_eq!(stage.draft(), "two\nlines");
    stage.key(KeyCode::Up).key(KeyCode::Up);
    assert_eq!(stage.draft(), "oldest");
    stage.key(KeyCode::Down).key(KeyCode::Down).key(KeyCode::Down).key(KeyCode::Down);
    assert_eq!(stage.draft(), "dra");
}

#[test]
fn what_was_said_and_what_was_run_is_kept_and_what_was_not_sent_is_not() {
    let mut stage = Stage::new(80, 24);
    stage.ask("words").ends(EndReason::Completed).write("/about").enter().write("/abouut").enter();
    assert_eq!(stage.past, ["words", "/about"]);
    assert_eq!(stage.draft(), "/abouut", "an unknown command stays a draft");
}

#[test]
fn the_list_of_earlier_texts_is_searched_and_previewed() {
    let mut stage = Stage::new(80, 24);
    stage.control('r');
    assert!(stage.screen().ends_with("nothing was sent yet in this project"));
    stage.hear(past(&["fix the tests", "write a poem", "fix the\nflaky retry", "write a poem"], ""));
    stage.write("draft").control('r').write("FIX");
    assert_eq!(
        stage.screen(),
        "┌ Earlier texts
│ search: FIX▏  2 of 3
│ › fix the⏎flaky retry
│   fix the tests
│     fix the
│     flaky retry
└ Enter takes it · Ctrl-R next · Esc back to the draft"
    );
    stage.control('r').enter();
    assert_eq!((stage.draft().as_str(), stage.ops()), ("fix the tests", vec![]));
    stage.control('_');
    assert_eq!(stage.draft(), "draft", "undo brings it back");
    stage.control('r').write("x").escape();
    assert_eq!(stage.draft(), "draft");
    stage.control('r').control('c');
    assert_eq!((stage.draft().as_str(), stage.model.leave_until), ("draft", None));
}

#[test]
fn the_list_fits_every_window() {
    for (columns, rows) in [(100, 30), (40, 12), (40, 10)] {
        let mut stage = Stage::new(columns, rows);
        let texts: Vec<String> =
            (0..30).map(|n| format!("text {n} 中文 {}\n{}", "x".repeat(60), "y\n".repeat(9))).collect();
        stage.hear(past(&texts.iter().map(String::as_str).collect::<Vec<_>>(), "")).control('r');
        for _ in 0..29 {
            let screen = stage.screen();
            assert!(screen.contains("› text ") && screen.contains("search: ▏"), "{screen}");
            stage.key(KeyCode::Down);
        }
        assert!(stage.screen().contains("› text 0 "));
    }
}

#[test]
fn a_draft_outlives_the_session_and_is_offered_once() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").write("next").enter().write("half a tho").send(Msg::Signal);
    assert_eq!((stage.ops(), stage.drafts), (vec![Op::Quit], vec!["next\n\nhalf a tho".to_owned()]));

    let mut stage = Stage::new(80, 24);
    stage.hear(past(&[], "next\n\nhalf a tho"));
    assert_eq!(stage.draft(), "next\n\nhalf a tho");
    assert!(stage.screen().ends_with("your draft from the last session is back; Ctrl-C clears it"));
    stage.control('c').control('c').control('c');
    assert_eq!((stage.ops(), stage.drafts), (vec![Op::Quit], vec![String::new()]), "it is not offered again");

    let mut stage = Stage::new(80, 24);
    stage.write("other").hear(past(&["sent"], "half a tho"));
    assert_eq!(stage.draft(), "other");
    stage.key(KeyCode::Up);
    assert_eq!(stage.draft(), "half a tho");
    stage.control('c').control('d');
    stage.ops();

    let mut stage = Stage::new(80, 24);
    stage.hear(past(&["sent"], "")).control('d');
    assert_eq!((stage.ops(), stage.drafts), (vec![Op::Quit], vec![]), "nothing to keep");
}

#[test]
fn a_draft_is_kept_when_the_keys_rest_and_every_few_seconds_while_they_do_not() {
    let mut stage = Stage::new(80, 24);
    stage.write("half a tho").wait(900);
    assert_eq!(stage.drafts, [] as [&str; 0], "not with every key");
    stage.wait(200);
    assert_eq!(stage.drafts, ["half a tho"]);
    stage.wait(60_000).key(KeyCode::Left).wait(2_000);
    assert_eq!(stage.drafts.len(), 1, "the same is not kept twice");
    for _ in 0..20 {
        stage.write("x").wait(500);
    }
    let kept: Vec<usize> = stage.drafts.iter().map(String::len).collect();
    assert_eq!(kept, [10, 20, 30]);
    stage.control('u').control('k');
    assert_eq!(stage.drafts.last().map(String::as_str), Some(""), "what is cleared is forgotten at once");
    stage.write("ask it").wait(2_000).enter();
    assert_eq!(stage.drafts[4..], ["ask it", ""], "what is sent, too");
    stage.hear(Event::TurnStarted { turn: 1, text: "ask it".into() }).write("next").enter().wait(2_000);
    assert_eq!(stage.drafts.last().map(String::as_str), Some("next"), "what waits is kept");
    stage.ends(EndReason::Completed);
    assert_eq!(stage.drafts.last().map(String::as_str), Some(""));
}

#[test]
fn whatever_waits_the_composer_stays_in_the_smallest_window() {
    let mut stage = Stage::new(40, 10);
    stage.ask("go").answers("An answer.\n\nthat goes on");
    for text in ["one", "two", "three", "four"] {
        stage.write(text).enter();
    }
    stage.write("steered").key(KeyCode::Tab);
    let cause = Failure::new(Kind::Network, "the connection broke ".repeat(9)).hint("look at the network");
    stage.hear(Event::Retrying { attempt: 2, of: 5, wait: Duration::from_secs(3), cause });
    stage.send(Msg::Paste("a\nb\nc\nd\ne".into()));
    stage.send(Msg::Copied("a long word about what was copied, and where it is now, and how ".repeat(5)));
    let caret = stage.frame().caret.expect("the composer has it");
    assert!(caret.0 < 10 && stage.frame().rows.len() == 10, "{caret:?}\n{}", stage.screen());
}

#[test]
fn a_window_that_was_another_one_for_a_moment_is_drawn_whole() {
    let mut stage = Stage::new(80, 24);
    for size in [Size { columns: 30, rows: 5 }, Size { columns: 80, rows: 24 }] {
        stage.is_stale = false;
        stage.send(Msg::Resize(size));
        assert!(stage.is_stale, "{size:?}");
    }
}

#[test]
fn what_is_said_in_a_tiny_window_is_laid_out_for_the_least_one_there_is_room_in() {
    let mut stage = Stage::new(80, 24);
    stage.ask("go").send(Msg::Resize(Size { columns: 1, rows: 1 }));
    assert_eq!(stage.screen(), "…");
    stage.answers("one two three four five six seven eight nine\n\n").ends(EndReason::Completed);
    assert!(
        stage.history().ends_with("\none two three four five six seven eight\nnine"),
        "{}",
        stage.history()
    );
    stage.send(Msg::Resize(Size { columns: 80, rows: 24 }));
    assert!(stage.screen().contains("> ▏"));
}

#[test]
fn what_is_being_said_stays_in_a_window_that_becomes_narrow() {
    for (columns, rows) in [(80, 24), (100, 30), (140, 40), (200, 50), (40, 12)] {
        let mut stage = Stage::new(columns, rows);
        stage.ask("go").answers(&"word ".repeat(600));
        let narrow = |row: &Line<'_>| row.width().div_ceil(40).max(1);
        let height: usize = stage.frame().rows.iter().map(narrow).sum();
        assert!(
            height <= rows && stage.screen().matches("word word").count() > 0,
            "{columns}x{rows}: {height}"
        );
    }
}

#[test]
fn a_draft_lives_through_questions_sizes_panels_and_stopping() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").write("my dra").wait(1_000);
    stage.hear(asks_to_run("cargo build")).wait(1_300).write("ft ayjk");
    assert_eq!(stage.ops(), [], "no letter answers");
    stage.send(Msg::Resize(Size { columns: 40, rows: 12 })).send(Msg::Resize(Size { columns: 30, rows: 5 }));
    stage.send(Msg::Resize(Size { columns: 100, rows: 30 }));
    stage.ends(EndReason::Interrupted);
    stage.control('r').escape();
    assert_eq!(stage.draft(), "my draft ayjk");
}

#[test]
fn escape_twice_goes_back_to_before_a_message() {
    let mut stage = Stage::new(80, 24);
    stage.escape().escape();
    assert!(stage.screen().ends_with("nothing was said yet in this conversation"));
    let items = ["first", "second"]
        .map(|text| Item::User(UserMessage { context: Vec::new(), text: text.to_owned() }));
    stage.hear(Event::Restored { items: items.into() });
    stage.ask("third").ends(EndReason::Completed);
    stage.escape().write("x").key(KeyCode::Backspace).escape();
    assert!(!stage.screen().contains("Go back"), "another key came between");
    stage.wait(1_500).escape().escape();
    assert_eq!(
        stage.screen(),
        "┌ Go back to before a message
│ search: ▏  3 of 3
│ › third
│   second
│   first
└ Enter takes it back to be edited · files stay as they are · Esc"
    );
    stage.key(KeyCode::Down).enter();
    assert_eq!(stage.ops(), [Op::Rewind { turn: 2 }]);
    stage.hear(Event::Rewound { turn: 2, text: "second".into() });
    assert_eq!((stage.draft().as_str(), &stage.model.said), ("second", &vec!["first".to_owned()]));
    stage.escape().escape();
    assert_eq!(stage.draft(), "second", "with a draft it does nothing");
}

#[test]
fn control_o_opens_the_chip_at_the_caret() {
    let mut stage = Stage::new(80, 24);
    let pasted = "line\n".repeat(12);
    stage.write("a ").send(Msg::Paste(pasted.clone())).control('o');
    assert_eq!(stage.draft(), format!("a {pasted}"));
    assert_eq!(stage.ops(), []);
}
