//! The full-screen transcript, copying, writing to a file, and an earlier conversation.

use super::*;
use crate::{
    base::Clean,
    protocol::{Diff, DiffLine, Display, Finish, Item, LineKind, Turn, UserMessage},
    tui::frame::Size,
};

/// A conversation with everything that folds.
fn talked() -> Stage {
    let mut stage = Stage::new(60, 16);
    stage
        .ask("fix it")
        .hear(Event::Delta { kind: DeltaKind::Reasoning, text: "first this\nthen that".into() });
    stage.wait(2_000).answers("I will **look** at it.\n\n```sh\ncargo test\n```\n");
    stage.hear(Event::ToolStarted { call: call("c1", "run_shell_command"), title: "run cargo test".into() });
    let all = (1..=50).map(|n| format!("test {n} ok\n")).collect::<Vec<_>>().concat();
    stage.hear(Event::ToolOutput { call: CallId::new("c1"), text: all });
    stage.hear(Event::ToolDone {
        call: call("c1", "run_shell_command"),
        result: result("c1", "…", Verdict::Done),
        display: Some(Display::Output { tail: "test 50 ok".into(), hidden_lines: 49, exit_code: Some(0) }),
        took: Duration::from_millis(1_200),
    });
    let line = |kind, text: &str| DiffLine { kind, number: 4, text: text.into() };
    let lines = vec![line(LineKind::Removed, "one"), line(LineKind::Added, "two")];
    let diff = Diff { path: "a.rs".into(), added: 1, removed: 1, lines, ..Diff::default() };
    stage.hear(Event::ToolDone {
        call: call("c2", "edit"),
        result: result("c2", "", Verdict::Done),
        display: Some(Display::Change { diff }),
        took: Duration::ZERO,
    });
    stage.answers("All *green*.").ends(EndReason::Completed);
    stage
}

#[test]
fn ctrl_t_shows_everything_unfolded_and_goes_back() {
    let mut stage = talked();
    let before = stage.screen();
    stage.control('t');
    let page = stage.screen();
    assert_eq!(page.lines().count(), 16);
    assert!(page.contains("✓ edit {}\n4 - one\n4 + two\n\nAll green."), "{page}");
    assert!(page.ends_with("Esc closes") || page.contains("100 %"), "{page}");
    stage.key(KeyCode::Home);
    let page = stage.screen();
    assert!(
        page.contains("> fix it\n\n+ Thought · 2.0 s\n  first this\n  then that\n\nI will look at it."),
        "{page}"
    );
    stage.key(KeyCode::PageDown).key(KeyCode::PageDown);
    assert!(stage.screen().contains("  test 25 ok\n"), "{}", stage.screen());
    stage.escape();
    assert_eq!(stage.screen(), before, "the draft and the live block are as they were");
    assert_eq!(stage.ops(), [], "nothing was stopped");
}

#[test]
fn a_search_finds_the_next_and_the_one_before() {
    let mut stage = talked();
    stage.control('t').write("/ OK").enter();
    let first = |stage: &Stage| stage.screen().lines().next().expect("rows").to_owned();
    assert_eq!(first(&stage), "  test 1 ok");
    stage.write("nn");
    assert_eq!(first(&stage), "  test 3 ok");
    stage.write("N");
    assert_eq!(first(&stage), "  test 2 ok");
    stage.write("NN");
    assert_eq!(first(&stage), "  test 50 ok", "once around");
    stage.write("/nowhere").enter();
    assert!(stage.screen().ends_with("`nowhere` is not in the transcript"), "{}", stage.screen());
    stage.write("/x").escape().write("q");
    assert_eq!((stage.model.pager.is_none(), stage.draft()), (true, String::new()));
}

#[test]
fn the_page_fits_every_width_and_follows_what_comes() {
    let mut stage = talked();
    stage.control('t');
    for (columns, rows) in [(40, 12), (100, 30), (60, 16)] {
        stage.send(Msg::Resize(Size { columns, rows }));
        assert_eq!(stage.frame().rows.len(), rows);
        stage.key(KeyCode::Home).key(KeyCode::PageDown).key(KeyCode::End);
    }
    let printed = stage.printed.len();
    stage.hear(Event::TurnStarted { turn: 2, text: "and now?".into() }).answers("One.\n\nTwo");
    assert!(stage.screen().contains("> and now?\n\nOne.\n\nTwo\n"), "{}", stage.screen());
    stage.key(KeyCode::Up).answers(" and more.\n\nThree.\n\nFour.\n\n");
    assert!(!stage.screen().contains("Four."), "who reads is not moved");
    stage.hear(asks_to_run("rm -rf x")).wait(5_000);
    assert!(stage.screen().contains("needs your OK"), "{}", stage.screen());
    stage.escape().wait(2_000);
    assert!(stage.screen().contains("Run this command?"), "{}", stage.screen());
    let more = plain(&stage.printed[printed..]);
    assert!(more.contains("One.") && more.contains("Four."), "what came meanwhile is printed: {more}");
}

#[test]
fn copy_takes_the_last_answer_its_code_or_everything() {
    let mut stage = Stage::new(80, 24);
    stage.write("/copy").enter();
    assert!(stage.screen().contains("nothing has been said yet"));
    let mut stage = talked();
    for words in ["/copy ", "/copy code ", "/copy all "] {
        stage.write(words).enter();
    }
    assert_eq!(stage.copied[..2], ["All *green*.", "cargo test\n"]);
    assert!(stage.copied[2].contains("## You\n\nfix it\n"), "{}", stage.copied[2]);
    stage.send(Msg::Copied("copied".into()));
    assert!(stage.screen().contains("copied"));
    stage.write("/copy x ").enter();
    assert!(stage.screen().contains("say /copy, /copy code or /copy all"));
}

#[test]
fn a_copied_answer_cannot_act_where_it_is_pasted() {
    let mut stage = Stage::new(80, 24);
    stage.ask("hi").answers("a \u{1b}[201~\u{202e}b\n").ends(EndReason::Completed);
    stage.write("/copy ").enter();
    assert_eq!(stage.copied, ["a ␛[201~⟨U+202E⟩b\n"]);
}

#[test]
fn export_writes_the_conversation_as_markdown() {
    let mut stage = talked();
    stage.write("/export notes.md").enter();
    stage.write("/export ! ~/notes.md").enter();
    stage.write("/export ").enter();
    let targets: Vec<(&str, bool)> =
        stage.written.iter().map(|(t, _)| (t.path.as_str(), t.may_replace)).collect();
    assert_eq!(
        targets,
        [
            ("/home/ada/src/shop/notes.md", false),
            ("/home/ada/notes.md", true),
            ("/home/ada/src/shop/qwen-19700101-001642.md", false)
        ]
    );
    let tests: Vec<String> = (1..=50).map(|n| format!("test {n} ok\n")).collect();
    assert_eq!(
        stage.written[0].1,
        format!(
            "# Conversation in ~/src/shop\n\n## You\n\nfix it\n\n*Thought · 2.0 s*\n\n```\nfirst this\nthen that\n```\n\n\
             ## Qwen\n\nI will **look** at it.\n\n```sh\ncargo test\n```\n\n✓ `run cargo test · 1.2 s`\n\n```\n{}```\n\n\
             ✓ `edit {{}}`\n\n```diff\n-one\n+two\n```\n\n## Qwen\n\nAll *green*.\n",
            tests.concat()
        )
    );
    stage.send(Msg::Written(true, "written to x".into()));
    assert!(stage.history().ends_with("· written to x"));
}

#[test]
fn a_new_conversation_is_copied_alone_and_the_old_one_can_still_be_read() {
    let mut stage = talked();
    stage.hear(Event::SessionStarted(session()));
    stage.write("/copy ").enter();
    assert_eq!(stage.copied, [] as [&str; 0]);
    stage.ask("second").answers("Yes.").ends(EndReason::Completed);
    stage.write("/copy all ").enter();
    assert!(!stage.copied[0].contains("fix it") && stage.copied[0].contains("second"));
    stage.control('t').key(KeyCode::Home);
    assert!(stage.screen().contains("> fix it"));
}

fn earlier(turns: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for n in 1..=turns {
        items.push(Item::User(UserMessage { context: vec!["<env>".into()], text: format!("question {n}") }));
        let calls = vec![call("c1", "read_file"), call("c2", "edit")];
        items.push(Item::Assistant(Turn {
            reasoning: "hm".into(),
            calls,
            ..Turn::text(format!("I look {n}."))
        }));
        items.push(Item::Result(result("c1", "the file", Verdict::Done)));
        items.push(Item::Result(result("c2", "refused", Verdict::Denied)));
        items.push(Item::Assistant(Turn::text(format!("Answer **{n}**."))));
    }
    items
}

#[test]
fn the_end_of_an_earlier_conversation_is_printed_and_ctrl_t_shows_all() {
    let mut stage = Stage::new(80, 24);
    stage.printed.clear();
    stage.hear(Event::Restored { items: earlier(5).into() });
    let turn = |n: usize| format!("> question {n}\n\nI look {n}.\n\n✓ read {{}}\n⊘ edit {{}}\n\nAnswer {n}.");
    assert_eq!(
        stage.history(),
        format!(
            "\n… 2 earlier turns are not shown; Ctrl-T shows all of it\n\n{}\n\n{}\n\n{}",
            turn(3),
            turn(4),
            turn(5)
        )
    );
    stage.control('t').key(KeyCode::Home);
    assert!(stage.screen().contains("> question 1\n"), "{}", stage.screen());
    stage.write("/copy").escape().write("q/copy ").enter();
    assert_eq!(stage.copied, ["Answer **5**."]);
}

#[test]
fn an_answer_that_was_not_finished_is_marked_when_its_session_goes_on() {
    let said = |text: &str| Item::User(UserMessage::words(text));
    let left = |text: &str| Item::Assistant(Turn { finish: Finish::Interrupted, ..Turn::text(text) });
    let items = vec![
        said("write"),
        left("Half an ans"),
        said("again"),
        left("(stopped by the user before an answer)"),
        said("once more"),
        left("(no answer: the request failed)"),
    ];
    let mut stage = Stage::new(80, 24);
    stage.printed.clear();
    stage.hear(Event::Restored { items: items.into() });
    let all = "> write\n\nHalf an ans\n\n! stopped\n\n> again\n\n! stopped\n\n\
               > once more\n\n! The request failed; no answer came.";
    assert_eq!(stage.history(), format!("\n{all}"));
    stage.control('t');
    assert!(stage.screen().contains(all), "{}", stage.screen());
}

#[test]
fn a_long_end_is_bounded_and_hostile_text_stays_text() {
    let mut stage = Stage::new(80, 24);
    stage.printed.clear();
    let evil = "\u{1b}]0;x\u{7}\u{1b}[2J\u{202e}\n".repeat(500);
    let items = vec![Item::User(UserMessage::words(evil.clone())), Item::Assistant(Turn::text(evil))];
    stage.hear(Event::Restored { items: items.into() });
    assert_eq!(stage.printed.len(), 63);
    assert!(stage.history().contains("the beginning is not shown"));
    stage.control('t');
    let mut all = stage.printed.clone();
    all.extend(stage.frame().rows);
    let text = plain(&all);
    assert_eq!(Clean::new(&text).as_str(), text);
}
