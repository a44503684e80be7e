//! Keys and the composer.

use super::*;

fn say(text: &str) -> Op {
    Op::Say { text: text.into() }
}

#[test]
fn words_that_were_taken_back_stand_in_the_composer() {
    let mut stage = Stage::new(80, 24);
    stage.write("/rewind 2").enter().write("/rewind x").enter().write("/context refresh").enter();
    assert_eq!(stage.ops(), [Op::Rewind { turn: 2 }, Op::RefreshContext]);
    stage.hear(Event::Rewound { turn: 2, text: "do it\nwell".into() });
    assert_eq!(stage.draft(), "do it\nwell");
    assert!(stage.history().ends_with("· 2 messages are taken back; files stay as they are."));
    stage.control('c').write("/context").enter();
    assert_eq!(stage.ops(), [Op::Query(crate::protocol::Query::Window)]);
}

#[test]
fn what_is_typed_before_the_session_starts_is_sent_once_it_has() {
    let mut stage = Stage::starting(80, 24);
    stage.model.first_prompt("first".into());
    stage.write("early").enter().write("more");
    assert_eq!(stage.ops(), []);
    stage.hear(Event::SessionStarted(session()));
    assert_eq!(stage.ops(), [say("first")]);
    stage.hear(Event::TurnStarted { turn: 1, text: "first".into() }).ends(EndReason::Completed);
    assert_eq!(stage.ops(), [say("early")]);
    assert_eq!(stage.draft(), "more");
}

#[test]
fn enter_sends_and_the_other_enters_do_not() {
    let mut stage = Stage::new(80, 24);
    stage.write("a").press(KeyCode::Enter, KeyModifiers::SHIFT).write("b");
    stage.press(KeyCode::Enter, KeyModifiers::ALT).write("c").control('j').write("d\\").enter();
    assert_eq!(stage.ops(), []);
    assert_eq!(stage.draft(), "a\nb\nc\nd\n");
    stage.write("e").enter();
    assert_eq!(stage.ops(), [say("a\nb\nc\nd\ne")]);
}

#[test]
fn a_paste_never_sends_and_is_sent_in_full() {
    let mut stage = Stage::new(80, 24);
    let pasted = "line\n".repeat(200);
    stage.send(Msg::Paste(pasted.replace('\n', "\r")));
    assert_eq!(stage.ops(), []);
    assert_eq!(stage.draft(), "[Pasted 200 lines, 1.0 KB]");
    stage.enter();
    assert_eq!(stage.ops(), [say(&pasted)]);
}

#[test]
fn control_c_clears_a_draft_and_leaves_only_twice_within_two_seconds() {
    let mut stage = Stage::new(80, 24);
    stage.write("draft").control('c');
    assert_eq!((stage.draft().as_str(), stage.ops()), ("", vec![]));
    stage.wait(500).write("x").control('c').control('c');
    assert!(stage.screen().contains("Ctrl-C again within 2 s to exit"));
    stage.wait(2_100).control('c');
    assert_eq!(stage.ops(), [], "too late for the second one");
    stage.write("y").key(KeyCode::Backspace).control('c');
    assert_eq!(stage.ops(), [], "any key disarms");
    stage.control('c');
    assert_eq!(stage.ops(), [Op::Quit]);
    stage.hear(Event::SessionEnded { totals: Totals::default() });
    assert!(stage.has_quit);
}

#[test]
fn an_agent_that_does_not_answer_cannot_hold_the_person() {
    let mut stage = Stage::new(80, 24);
    stage.control('d').wait(900);
    assert!(!stage.has_quit);
    stage.wait(200);
    assert!(stage.has_quit);
}

#[test]
fn escape_stops_and_gives_the_queue_back() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").write("next").enter().write("and").enter().write("dra");
    assert_eq!(stage.ops(), [], "the face keeps the queue");
    stage.escape();
    assert_eq!(stage.ops(), [Op::Interrupt]);
    assert_eq!(stage.draft(), "next\n\nand\n\ndra");
    stage.ends(EndReason::Interrupted);
    assert_eq!(stage.ops(), []);
    assert!(stage.history().ends_with("! stopped"));
}

#[test]
fn control_c_stops_a_turn_and_does_not_leave() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").control('c').control('c');
    assert_eq!(stage.ops(), [Op::Interrupt, Op::Interrupt]);
    assert!(!stage.has_quit);
}

#[test]
fn up_brings_back_what_was_sent() {
    let mut stage = Stage::new(80, 24);
    stage.ask("one").ends(EndReason::Completed);
    stage.ask("two").ends(EndReason::Completed);
    stage.write("dra").key(KeyCode::Up).key(KeyCode::Up);
    assert_eq!(stage.draft(), "one");
    stage.key(KeyCode::Down).key(KeyCode::Down);
    assert_eq!(stage.draft(), "dra");
}

#[test]
fn slash_commands_stay_here() {
    let mut stage = Stage::new(80, 24);
    stage.write("/modell x").enter();
    assert!(stage.screen().contains("there is no command `/modell`; did you mean /model?"));
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "/modell x"));
    stage.control('c').write("/approval-mode auto-edit").enter().write("/compress the tests").enter();
    assert_eq!(stage.ops(), [Op::SetMode(Mode::AutoEdit), Op::Compact { wish: "the tests".into() }]);
    stage.hear(Event::Compacted { before: Tokens(9_000), after: Tokens(800) });
    stage.write("/usr/bin is empty").enter();
    assert_eq!(stage.ops(), [say("/usr/bin is empty")]);
    assert_eq!(
        stage.used,
        ["approval-mode", "compress"],
        "by their names in the table, without what followed"
    );
}

#[test]
fn the_list_of_commands_completes_and_runs_the_marked_one() {
    let mut stage = Stage::new(80, 24);
    stage.write("/c").key(KeyCode::Down).key(KeyCode::Tab);
    assert_eq!(stage.draft(), "/compress ");
    stage.control('u').write("/st").enter();
    assert!(stage.history().contains("0 requests"), "{}", stage.history());
    stage.write("/q").escape();
    assert_eq!(stage.draft(), "/q");
}

#[test]
fn shift_tab_cycles_the_mode_and_never_reaches_yolo() {
    let mut stage = Stage::new(80, 24);
    for mode in [Mode::AutoEdit, Mode::Plan, Mode::Default] {
        stage.key(KeyCode::BackTab);
        assert_eq!(stage.ops(), [Op::SetMode(mode)]);
        stage.hear(Event::ModeChanged(mode));
    }
}

#[test]
fn nothing_wakes_while_nothing_moves() {
    let mut stage = Stage::new(80, 24);
    assert_eq!(stage.model.wake_at(), None);
    stage.ask("work");
    assert!(stage.model.wake_at().is_some());
    stage.answers("done").ends(EndReason::Completed).write("draft").wait(1_500);
    assert_eq!(stage.model.wake_at(), None, "the draft is kept");
}

#[test]
fn the_draft_goes_to_an_editor_whole_and_comes_back() {
    let mut stage = Stage::new(80, 24);
    let pasted = "line\n".repeat(20);
    stage.write("see ").send(Msg::Paste(pasted.clone())).control('g');
    let page = Page { errand: Errand::Draft, text: format!("see {pasted}"), ending: "md" };
    assert_eq!(stage.pages, [page]);
    stage
        .send(Msg::Edited(Errand::Draft, Edited::Failed("`vi` ended with 1; your text is as it was".into())));
    assert!(stage.screen().ends_with("`vi` ended with 1; your text is as it was"));
    assert_eq!(stage.draft(), "see [Pasted 20 lines, 100 B]");
    stage.send(Msg::Edited(Errand::Draft, Edited::Text("short\u{1b}".into())));
    assert_eq!(stage.draft(), "short␛");
}
