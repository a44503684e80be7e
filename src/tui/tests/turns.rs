//! Turns: streaming, tools, errors, leaving.

use super::*;
use crate::{
    base::Money,
    protocol::{CacheReport, Charge, Display, Failure, Finish, Kind, Todo, TodoStatus, Turn, Usage},
};

#[test]
fn an_answer_is_printed_once_as_it_is_finished() {
    let mut stage = Stage::new(80, 24);
    stage.printed.clear();
    stage.ask("hi").answers("One.\n\nTw").answers("o.");
    assert_eq!(stage.history(), "\n> hi\n\nOne.");
    assert!(stage.screen().starts_with("\nTwo.\n─ Writing · 0 s"));
    let turn = Turn { finish: Finish::Stop, ..Turn::text("One.\n\nTwo.") };
    let usage =
        Usage { input: Tokens(1_000), cached: Some(Tokens(800)), output: Tokens(9), ..Usage::default() };
    let money = Some(Money::per_million(31_200));
    let charge = Charge { money, money_uncached: money, ..Charge::default() };
    stage.hear(Event::Answered {
        request: 1,
        turn,
        model: "m".into(),
        usage: Some(usage),
        charge: Some(charge),
        cache: CacheReport::default(),
        took: Duration::from_secs(2),
    });
    assert_eq!(stage.history(), "\n> hi\n\nOne.\n\nTwo.");
    assert!(stage.screen().contains("ctx 0% 1.0k/131k · cache 80%"), "{}", stage.screen());
}

#[test]
fn an_answer_that_did_not_stream_is_printed_all_the_same() {
    let mut stage = Stage::new(80, 24);
    let turn = Turn { reasoning: "hm".into(), ..Turn::text("All at once.") };
    let (usage, charge, cache, took) = (None, None, CacheReport::default(), Duration::ZERO);
    stage.ask("hi").hear(Event::Answered { request: 1, turn, model: "m".into(), usage, charge, cache, took });
    assert!(stage.history().ends_with("+ Thought · 0.0 s · Ctrl-O shows it\n\nAll at once."));
}

#[test]
fn reasoning_folds_to_one_line_and_opens_on_demand() {
    let mut stage = Stage::new(80, 24);
    stage.ask("hi").hear(Event::Delta { kind: DeltaKind::Reasoning, text: "first this\nthen".into() });
    stage.wait(3_100);
    assert!(stage.screen().starts_with("+ Thinking… 3 s\n─ Thinking · 3 s"));
    stage.answers("Yes.");
    assert!(stage.history().ends_with("+ Thought · 3.1 s · Ctrl-O shows it"));
    stage.control('o');
    assert!(stage.history().ends_with("Thought · 3.1 s\n  first this\n  then"));
}

#[test]
fn a_dropped_stream_leaves_one_copy_and_a_mark() {
    let mut stage = Stage::new(80, 24);
    stage.ask("hi").answers("First paragraph.\n\nHalf a sent").hear(Event::Discarded);
    let cause = Failure::new(Kind::Network, "the connection broke");
    stage.hear(Event::Retrying { attempt: 2, of: 5, wait: Duration::from_secs(3), cause });
    let wait = "! the connection broke\n  Retry 1 of 4 in 3 s · Esc stop · Enter without a draft: now\n─ Waiting to try again";
    assert!(stage.screen().contains(wait), "{}", stage.screen());
    stage.wait(1_500);
    assert!(stage.screen().contains("Retry 1 of 4 in 2 s"));
    stage.answers("First paragraph.\n\nHalf a sentence.").ends(EndReason::Completed);
    let history = stage.history();
    assert_eq!(history.matches("First paragraph.").count(), 1, "{history}");
    assert_eq!(history.matches("Half a sent").count(), 1, "{history}");
    assert!(history.contains("cut off"));
}

fn requested(request: u32) -> Event {
    let prediction = crate::protocol::Prediction::default();
    Event::Requested { request, attempt: 1, markers: 0, estimate: Tokens(100), prediction }
}

#[test]
fn what_is_said_of_a_cut_is_what_comes_after_it() {
    let cut = |next: Event| {
        let mut stage = Stage::new(80, 24);
        stage.printed.clear();
        stage.ask("hi").hear(requested(1)).answers("One.\n\nHalf").hear(Event::Discarded);
        assert!(!stage.history().contains("cut off"), "nothing is known yet");
        stage.hear(next);
        stage.history()
    };
    let again = "\n> hi\n\nOne.\n\n! The answer was cut off here and is retried; it begins anew below.";
    assert_eq!(cut(requested(1)), again, "the same request is asked again");
    assert_eq!(
        cut(Event::Failed(Failure::new(Kind::Provider, "status 400"))),
        "\n> hi\n\nOne.\n\nHalf\n\n! The answer was cut off here. The model does not know this part of it.\n\
         ✗ status 400\n  The cause is the server, not what you asked.\n  \
         ↑ brings your words back, Enter sends them again"
    );
    assert_eq!(cut(requested(2)), "\n> hi\n\nOne.\n\nHalf\n\n! The answer was cut off here.", "it goes on");
}

#[test]
fn thoughts_of_a_try_that_failed_are_not_told_as_those_of_the_next() {
    let mut stage = Stage::new(80, 24);
    let thinks = |text: &str| Event::Delta { kind: DeltaKind::Reasoning, text: text.into() };
    stage.ask("hi").hear(requested(1)).hear(thinks("first")).hear(requested(1)).hear(thinks("second"));
    stage.answers("Yes.").control('o');
    assert!(stage.history().ends_with("\n  second") && !stage.history().contains("first"));
}

#[test]
fn a_table_that_is_told_again_in_a_window_of_another_width_stands_once() {
    let mut stage = Stage::new(100, 24);
    let table =
        "| name | what it does |\n|---|---|\n| retry | waits some time and asks again for the same |\n\n";
    stage.ask("hi").answers(table).answers("Then ").hear(Event::Discarded);
    stage.send(Msg::Resize(Size { columns: 40, rows: 24 }));
    stage.answers(table);
    assert!(!stage.screen().contains("retry"), "{}", stage.screen());
    stage.answers("Then the end.").ends(EndReason::Completed);
    let history = stage.history();
    assert_eq!(history.matches("retry").count(), 1, "{history}");
    assert_eq!(history.matches("waits").count(), 1, "{history}");
    assert!(history.ends_with("\n\nThen the end."), "{history}");
}

#[test]
fn an_error_stays_in_the_history_and_the_queue_comes_back() {
    let mut stage = Stage::new(80, 24);
    stage.ask("hi").write("next").enter().answers("Half");
    stage.hear(Event::Failed(
        Failure::new(Kind::Auth, "the key was refused (401)").hint("set `OPENAI_API_KEY`"),
    ));
    stage.ends(EndReason::Failed);
    assert!(stage.history().ends_with(
        "Half\n\n! The answer was cut off here. The model does not know this part of it.\n✗ the key was refused (401)\n  set `OPENAI_API_KEY`\n  \
         The cause is the key or the account, not what you asked.\n  \
         /auth changes the key or the account · ↑ brings your words back"
    ));
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "next"));
}

#[test]
fn a_finished_command_shows_both_ends_and_the_true_count() {
    let mut stage = Stage::new(80, 24);
    stage.ask("count");
    stage
        .hear(Event::ToolStarted { call: call("c1", "run_shell_command"), title: "run seq 1 100000".into() });
    let all: String = (1..=100_000).map(|n| n.to_string() + "\n").collect();
    stage.hear(Event::ToolOutput { call: CallId::new("c1"), text: all.clone() }).wait(1_000);
    assert!(
        stage
            .screen()
            .starts_with("▸ run seq 1 100000 · 1 s\n  … more lines above: 99,995 · Ctrl-O\n  99996\n  99997\n  99998\n  99999\n  100000\n")
    );
    let tail: Vec<String> = (99_901..=100_000).map(|n| n.to_string()).collect();
    stage.hear(Event::ToolDone {
        call: call("c1", "run_shell_command"),
        result: result("c1", "…", Verdict::Done),
        display: Some(Display::Output { tail: tail.join("\n"), hidden_lines: 99_900, exit_code: Some(0) }),
        took: Duration::from_millis(1_040),
    });
    let history = stage.history();
    assert!(
        history
            .contains("✓ run seq 1 100000 · 1.0 s\n  1\n  2\n  3\n  4\n  5\n  … 99,975 more lines · Ctrl-O")
    );
    assert!(history.ends_with("  99999\n  100000"));
    stage.control('o');
    assert!(stage.history().contains("\n  50000\n"));
}

#[test]
fn a_call_that_never_started_is_told_too() {
    let mut stage = Stage::new(80, 24);
    stage.ask("go").hear(Event::ToolDone {
        call: call("c9", "edit"),
        result: result("c9", "refused by a rule\u{1b}[2J", Verdict::Denied),
        display: None,
        took: Duration::ZERO,
    });
    assert!(stage.history().ends_with("⊘ edit {} · denied\n  refused by a rule"));
    let todo = |content: &str, status| Todo { id: content.into(), content: content.into(), status };
    let todos = vec![
        todo("look", TodoStatus::Completed),
        todo("fix", TodoStatus::InProgress),
        todo("test", TodoStatus::Pending),
    ];
    stage.hear(Event::ToolStarted { call: call("c2", "todo_write"), title: "plan".into() });
    stage.hear(Event::ToolDone {
        call: call("c2", "todo_write"),
        result: result("c2", "", Verdict::Done),
        display: Some(Display::Todos { todos }),
        took: Duration::ZERO,
    });
    assert!(stage.history().ends_with("✓ plan\n  [x] look\n  [~] fix\n  [ ] test"));
}

#[test]
fn hostile_names_and_texts_stay_text() {
    let evil = "\u{1b}]0;x\u{7}\u{1b}[2J\u{202e}";
    let mut stage = Stage::new(80, 24);
    let mut info = session();
    (info.root, info.branch, info.model) = (evil.into(), Some(evil.into()), evil.into());
    stage.hear(Event::SessionStarted(info)).ask(evil).answers(evil);
    stage.hear(Event::ToolStarted { call: call("c1", evil), title: evil.into() });
    stage.hear(Event::ToolOutput { call: CallId::new("c1"), text: evil.into() });
    stage.hear(Event::Failed(Failure::new(Kind::Provider, evil).hint(evil)));
    stage.hear(asks_to_run(evil)).write(evil).wait(2_000).wait(700);
    let mut all = stage.printed.clone();
    all.extend(stage.frame().rows);
    let text = plain(&all);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'));
}

#[test]
fn a_turn_without_an_answer_about_its_end_still_shows_notices() {
    let mut stage = Stage::new(80, 24);
    stage.write("/compress").enter();
    assert!(stage.screen().contains("Summing up"));
    stage.hear(Event::Notice { level: crate::protocol::Level::Warning, text: "nothing to compress".into() });
    assert!(!stage.screen().contains("Summing up"));
    assert!(stage.history().ends_with("! nothing to compress"));
}

#[test]
fn help_names_every_command_and_fits_a_narrow_screen() {
    for columns in [40, 100] {
        let mut stage = Stage::new(columns, 30);
        stage.write("/help").enter();
        let history = stage.history();
        for command in crate::tui::commands::ALL {
            assert!(history.contains(&format!("/{}", command.name)), "{history}");
        }
        assert!(history.lines().all(|l| crate::base::width(l) <= columns), "{history}");
    }
}
