//! While something runs: what waits, what goes wrong, what is being done.

use super::*;
use crate::protocol::{
    Answer, Diff, DiffLine, Display, Failure, Kind, Limit, LineKind, Todo, TodoStatus, Told,
};

fn failed(kind: Kind, text: &str) -> Event {
    Event::Failed(Failure::new(kind, text))
}

fn retrying(attempt: u32, seconds: u64) -> Event {
    let cause = Failure::new(Kind::Quota, "rate limit (429): slow down");
    Event::Retrying { attempt, of: 5, wait: Duration::from_secs(seconds), cause }
}

fn requested(attempt: u32) -> Event {
    let prediction = crate::protocol::Prediction::default();
    Event::Requested { request: 1, attempt, markers: 0, estimate: Tokens(100), prediction }
}

fn started(id: &str, title: &str) -> Event {
    Event::ToolStarted { call: call(id, "x"), title: title.into() }
}

fn put_out(id: &str, text: &str) -> Event {
    Event::ToolOutput { call: CallId::new(id), text: text.into() }
}

fn listed(todos: &[(&str, TodoStatus)]) -> Event {
    let todo = |(content, status): &(&str, TodoStatus)| Todo {
        id: (*content).into(),
        content: (*content).into(),
        status: *status,
    };
    Event::ToolDone {
        call: call("t", "todo_write"),
        result: result("t", "", Verdict::Done),
        display: Some(Display::Todos { todos: todos.iter().map(todo).collect() }),
        took: Duration::ZERO,
    }
}

#[test]
fn a_wait_and_an_error_tell_what_the_server_told() {
    let told = |limit| Told { limit, wait_ms: Some(2_500), request_id: Some("7f\u{1b}[2J2c".into()) };
    let limited = |limit| Failure::new(Kind::Quota, "no (429)").telling(told(limit));
    let mut stage = Stage::new(100, 30);
    stage.printed.clear();
    let wait = Duration::from_secs(3);
    let cause = limited(Some(Limit::Rate));
    stage.ask("hi").hear(Event::Retrying { attempt: 2, of: 5, wait, cause });
    let line = "  Retry 1 of 4 in 3 s (server asked for 3 s) · Esc stop";
    assert!(stage.screen().contains(line), "{}", stage.screen());
    stage.hear(requested(2));
    assert_eq!(stage.history(), "\n> hi\n\n! Retried (1 of 4) after: no (429) · request id 7f␛[2J2c");
    for (limit, fault) in [
        (Some(Limit::Rate), "a limit of how much may be asked at a time; it lifts by itself."),
        (Some(Limit::Plan), "the plan: what it gives for now is used up."),
        (Some(Limit::Money), "the account: it has no money or quota left."),
        (None, "a limit of the account, not what you asked."),
    ] {
        stage.printed.clear();
        stage.hear(Event::Failed(limited(limit)));
        let history = stage.history();
        assert!(history.contains(&format!("✗ no (429)\n  The cause is {fault}\n")), "{history}");
        assert!(history.ends_with("\n  request id 7f␛[2J2c"), "{history}");
    }
}

#[test]
fn tab_says_it_now_and_what_no_request_took_along_is_said_next() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").write("only tests").key(KeyCode::Tab).write("quickly").key(KeyCode::Tab);
    let said = |text: &str| Op::Steer { text: text.into() };
    assert_eq!(stage.ops(), [said("only tests"), said("quickly")]);
    let waits = "with the next request: only tests\nwith the next request: quickly · ↑ edit · Esc back\n> ▏";
    assert!(stage.screen().contains(waits), "{}", stage.screen());
    stage.hear(Event::Steered { text: "only tests\n\nquickly".into() });
    assert!(stage.history().ends_with("> only tests\n\n  quickly"), "{}", stage.history());
    assert!(!stage.screen().contains("with the next"));
    // The turn ends before another request: the agent begins the next one by itself.
    stage.write("and docs").key(KeyCode::Tab).write("later").enter().ends(EndReason::Completed);
    assert_eq!(stage.ops(), [said("and docs")], "what waits for the end stands behind it");
    stage.hear(Event::TurnStarted { turn: 2, text: "and docs".into() });
    assert!(!stage.screen().contains("with the next"));
    stage.ends(EndReason::Completed);
    assert_eq!(stage.ops(), [Op::Say { text: "later".into() }]);
}

#[test]
fn words_that_could_not_be_said_come_back() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").write("wait").key(KeyCode::Tab).write("next").enter().write("dra").escape();
    stage.ends(EndReason::Interrupted);
    assert_eq!(stage.draft(), "wait\n\nnext\n\ndra");
    assert_eq!(stage.ops(), [Op::Steer { text: "wait".into() }, Op::Interrupt]);
}

#[test]
fn tab_steers_no_command_and_nothing_while_nothing_runs() {
    let mut stage = Stage::new(80, 24);
    stage.write("hello").key(KeyCode::Tab);
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "hello"));
    stage.control('u').ask("work").write("/st").key(KeyCode::Tab);
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "/stats "));
}

#[test]
fn up_takes_the_newest_text_that_waits_into_the_composer() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").write("one").enter().write("two").enter();
    assert!(stage.screen().contains("queued 1: one\nqueued 2: two · ↑ edit · Esc back\n"));
    stage.key(KeyCode::Up).write("!");
    assert_eq!(stage.draft(), "two!");
    assert_eq!(stage.model.queue, ["one"]);
    stage.enter().ends(EndReason::Completed);
    assert_eq!(stage.ops(), [Op::Say { text: "one".into() }]);
    assert_eq!(stage.model.queue, ["two!"]);
}

#[test]
fn control_c_stops_and_keeps_the_draft_and_control_d_stays_while_something_runs() {
    let mut stage = Stage::new(80, 24);
    stage.ask("work").control('d');
    assert_eq!(stage.ops(), []);
    assert!(stage.screen().ends_with("a turn is running; Esc stops it"));
    stage.write("dra").control('c');
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![Op::Interrupt], "dra"));
    stage.ends(EndReason::Interrupted).control('c').control('d');
    assert_eq!(stage.ops(), [Op::Quit]);
}

#[test]
fn a_wait_tells_its_cause_counts_down_and_can_be_cut_short() {
    let mut stage = Stage::new(80, 24);
    stage.ask("hi").hear(requested(1)).hear(retrying(3, 3));
    let first = "\
! rate limit (429): slow down
  Retry 2 of 4 in 3 s · Esc stop · Enter without a draft: now
─ Waiting to try again · 0 s · Esc stop";
    assert!(stage.screen().contains(first), "{}", stage.screen());
    stage.wait(2_000);
    assert!(stage.screen().contains("Retry 2 of 4 in 1 s"), "{}", stage.screen());
    stage.write("r").enter();
    assert_eq!(stage.ops(), [], "a letter is a letter");
    assert_eq!(stage.model.queue, ["r"]);
    stage.enter();
    assert_eq!(stage.ops(), [Op::TryNow]);
    stage.hear(requested(3));
    assert!(stage.history().ends_with("! Retried (2 of 4) after: rate limit (429): slow down"));
    assert!(!stage.screen().contains("Retry 2"));
    stage.hear(retrying(4, 9)).escape().ends(EndReason::Interrupted);
    assert!(stage.history().ends_with("! Not retried: rate limit (429): slow down\n! stopped"));
}

#[test]
fn an_error_says_whose_fault_it_is_and_what_to_do() {
    let told = |kind: Kind| {
        let mut stage = Stage::new(80, 24);
        stage.ask("hi").hear(requested(1)).hear(failed(kind, "it failed")).ends(EndReason::Failed);
        let history = stage.history();
        history.split_once("✗ it failed\n").map(|(_, rest)| rest.to_owned()).unwrap_or_default()
    };
    assert_eq!(
        told(Kind::Network),
        "  The cause is the connection, not what you asked.\n  \
         ↑ brings your words back, Enter sends them again"
    );
    assert_eq!(
        told(Kind::Context),
        "  The conversation is longer than the window: about 100 of 131,072 tokens.\n  \
         /compress replaces the history by a summary · /clear begins anew · ↑ brings\n  your words back"
    );
    assert_eq!(told(Kind::Refused), "");
    for kind in Kind::ALL {
        assert!(!told(kind).contains('{'), "{kind:?}");
    }
}

#[test]
fn calls_side_by_side_share_the_rows_of_their_outputs() {
    let mut stage = Stage::new(80, 24);
    stage
        .ask("go")
        .hear(started("a", "run one"))
        .hear(started("b", "grep two"))
        .hear(started("c", "run three"));
    for n in 1..=9 {
        stage.hear(put_out("a", &format!("a{n}\n"))).hear(put_out("c", &format!("c{n}\n")));
    }
    stage.wait(2_000);
    assert_eq!(
        stage.screen(),
        "\
▸ run one · 2 s
  … more lines above: 7 · Ctrl-O
  a8
  a9
▸ grep two · 2 s
▸ run three · 2 s
  … more lines above: 7 · Ctrl-O
  c8
  c9
─ Running · 2 s · Esc stop
> ▏
~/src/shop main · default · qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
    stage.control('o');
    assert!(
        stage.history().contains("run one\n  a1\n  a2\n") && stage.history().contains("run three\n  c1\n")
    );
}

#[test]
fn where_there_is_little_room_the_output_shrinks_and_the_call_stays() {
    let mut stage = Stage::new(40, 12);
    stage.ask("go").hear(started("a", "run a command that is longer than the row is wide"));
    for n in 1..=9 {
        stage.hear(put_out("a", &format!("a{n}\n")));
    }
    stage.write("next").enter();
    assert_eq!(
        stage.screen(),
        "\
▸ run a command that is longer th… · 0 s
  a9
─ Running · 0 s · Esc stop
queued 1: next · ↑ edit · Esc back
> ▏
qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
}

#[test]
fn a_command_says_which_folder_it_runs_in() {
    let Event::Permission { call, mut question } = asks_to_run("ls") else { return };
    question.preview = Preview::Command { command: "ls".into(), directory: ".".into() };
    let mut stage = Stage::new(100, 30);
    stage.ask("go").wait(2_000).hear(Event::Permission { call, question }).wait(700);
    assert!(stage.screen().contains("│ in ~/src/shop · writes files"), "{}", stage.screen());
}

#[test]
fn what_is_to_be_done_stays_in_view_while_a_turn_runs() {
    use TodoStatus::{Completed, InProgress, Pending};
    let list =
        [("look", Completed), ("test", Pending), ("fix it", InProgress), ("docs", Pending), ("go", Pending)];
    let mut stage = Stage::new(80, 24);
    stage.ask("go").hear(listed(&list));
    assert_eq!(
        stage.screen(),
        "
To do: 1 of 5 done
  [~] fix it
  [ ] test
  [ ] docs
  … 1 more
─ Waiting for the model · 0 s · Esc stop
> ▏
~/src/shop main · default · qwen3-coder-plus · ctx 0% 0/131k · $0.00"
    );
    let before = stage.history();
    stage.hear(listed(&list));
    assert_eq!(stage.history().matches("[~] fix it").count(), before.matches("[~] fix it").count());
    stage.send(Msg::Resize(Size { columns: 40, rows: 12 }));
    assert!(stage.screen().starts_with("[~] fix it · To do: 1 of 5 done\n─ Waiting"), "{}", stage.screen());
    stage.hear(listed(&[("look", Completed)]));
    assert!(!stage.screen().contains("To do"));
}

#[test]
fn several_questions_are_counted_and_one_that_was_answered_elsewhere_goes() {
    let mut stage = Stage::new(100, 30);
    let Event::Permission { question, .. } = asks_to_run("two") else { return };
    let second = Event::Permission { call: call("c2", "run_shell_command"), question };
    stage.ask("go").wait(2_000).hear(asks_to_run("one")).hear(second.clone()).wait(700);
    assert!(stage.screen().starts_with("┌ Run this command?  1 of 2\n│ $ one\n"), "{}", stage.screen());
    stage.write("2");
    assert_eq!(stage.ops(), [Op::Answer { call: CallId::new("c1"), answer: Answer::Always }]);
    stage.hear(second);
    assert_eq!(stage.model.dialogs.len(), 1, "the same call is asked about once");
    stage.hear(Event::ToolStarted { call: call("c2", "run_shell_command"), title: "run two".into() });
    assert!(stage.model.dialogs.is_empty(), "the stored rule has answered it");
}

#[test]
fn tab_pages_through_a_long_question_and_around() {
    let command = (1..=30).map(|n| format!("echo {n}")).collect::<Vec<_>>().join("\n");
    let mut stage = Stage::new(60, 20);
    stage.ask("go").wait(2_000).hear(asks_to_run(&command)).wait(700);
    let first = stage.screen();
    assert!(first.contains("1 Yes, once (PgDn first)"), "{first}");
    stage.key(KeyCode::Tab);
    assert!(!stage.screen().contains("$ echo 1\n"));
    for _ in 0..2 {
        stage.key(KeyCode::Tab);
    }
    assert!(!stage.screen().contains("PgDn first"), "all of it was shown: {}", stage.screen());
    while stage.model.dialogs[0].offset > 0 {
        stage.key(KeyCode::Tab);
    }
    assert!(stage.screen().contains("$ echo 1\n"));
    stage.control('o');
    assert!(stage.history().contains("$ echo 1\n  echo 2\n") && stage.history().contains("  echo 30"));
}

#[test]
fn a_huge_change_is_laid_out_once_and_not_for_every_frame() {
    let line = |n: u32| DiffLine { kind: LineKind::Added, number: n, text: format!("line {n}") };
    let diff = Diff {
        path: "a".into(),
        is_new: true,
        added: 50_000,
        removed: 0,
        lines: (1..=50_000).map(line).collect(),
    };
    let question = Question {
        preview: Preview::Change { diff, content: String::new() },
        remember: None,
        reason: String::new(),
        effects: Vec::new(),
    };
    let mut stage = Stage::new(80, 24);
    stage.ask("go").wait(2_000).hear(Event::Permission { call: call("c1", "edit"), question }).wait(700);
    let rows = |stage: &Stage| stage.model.dialogs[0].body.as_ref().expect("laid out").rows.clone();
    let first = rows(&stage);
    stage.key(KeyCode::PageDown).key(KeyCode::Down).wait(1_000);
    assert!(std::sync::Arc::ptr_eq(&first, &rows(&stage)));
    assert!(stage.screen().contains("showing 19–36 of 50000 lines"), "{}", stage.screen());
}

#[test]
fn questions_speak_chinese_too() {
    let mut stage = Stage::new(100, 30);
    stage.model.look.words = crate::tui::Language::Chinese.words();
    stage.ask("go").wait(2_000).hear(asks_to_run("ls")).wait(700);
    assert_eq!(
        stage.screen(),
        "\
┌ 运行这条命令？
│ $ ls
│ 位于 ~/src/shop · writes files · 删除：target/release/deps/very-long · commands ask in this mode
│ › 1 是，仅此一次
│   2 是，本次会话不再询问 `Bash(cargo build)`
│   3 编辑命令
│   4 否，并说明该怎么做 (Esc)
└
> ▏按数字，或 ↑↓ 加 Enter；字母会写到这里"
    );
}

/// A question about a change, with the file as it would read.
fn asks_to_change(content: &str) -> Event {
    let line = DiffLine { kind: LineKind::Added, number: 1, text: "x".into() };
    let diff = Diff { path: "a.py".into(), is_new: true, added: 1, removed: 0, lines: vec![line] };
    let question = Question {
        preview: Preview::Change { diff, content: content.into() },
        remember: Some("Edit".into()),
        reason: "changes a file".into(),
        effects: Vec::new(),
    };
    Event::Permission { call: call("c1", "write_file"), question }
}

fn page(text: &str, ending: &'static str) -> Page {
    Page { errand: Errand::Question, text: text.into(), ending }
}

fn edited(text: &str) -> Msg {
    Msg::Edited(Errand::Question, Edited::Text(text.into()))
}

#[test]
fn a_change_goes_to_the_editor_and_what_is_saved_is_written() {
    let mut stage = Stage::new(80, 24);
    stage.ask("go").wait(2_000).hear(asks_to_change("x\r\ny\r\n")).wait(700);
    assert_eq!(
        stage.screen(),
        "\
┌ Create a.py?  +1 −0 · 1 hunk
│ 1 + x
│ changes a file
│ › 1 Yes, once
│   2 Yes, and stop asking for edits in this workspace this session (`Edit`)
│   3 Open in $EDITOR; what you save there is written
│   4 No, and say what to do instead (Esc)
└
> ▏a digit, or ↑↓ and Enter; letters go here"
    );
    stage.write("3").control('g');
    assert_eq!(stage.pages, [page("x\r\ny\r\n", "txt"), page("x\r\ny\r\n", "txt")]);
    stage.send(edited("x\ny\n")).send(Msg::Edited(Errand::Question, Edited::Unchanged)).wait(700);
    assert_eq!(stage.ops(), [], "looking is no answer, whatever the line ends");
    stage.send(Msg::Edited(Errand::Question, Edited::Failed("`vi` ended with 1".into())));
    assert!(stage.screen().ends_with("`vi` ended with 1"), "{}", stage.screen());
    stage.send(edited("x\nz\n"));
    let answer = Answer::Rewritten { content: "x\nz\n".into() };
    assert_eq!(stage.ops(), [Op::Answer { call: CallId::new("c1"), answer }]);
    assert!(stage.model.dialogs.is_empty());
}

#[test]
fn a_file_whose_line_ends_an_editor_would_change_is_not_offered() {
    let mut stage = Stage::new(80, 24);
    stage.ask("go").wait(2_000).hear(asks_to_change("x\r\ny\n")).wait(700).write("3").control('g');
    assert!(stage.pages.is_empty() && !stage.screen().contains("$EDITOR"));
}

#[test]
fn a_command_from_the_editor_is_shown_once_more_before_it_runs() {
    let mut stage = Stage::new(80, 24);
    stage.ask("go").wait(2_000).hear(asks_to_run("ls -l")).wait(700).control('g');
    assert_eq!(stage.pages, [page("ls -l", "sh")]);
    stage.send(edited("ls -a\u{202e}"));
    assert_eq!((stage.ops(), stage.draft().as_str()), (vec![], "ls -a⟨U+202E⟩"));
    stage.key(KeyCode::Backspace).control('u').write("ls -a").enter();
    let answer = Answer::Edited { command: "ls -a".into() };
    assert_eq!(stage.ops(), [Op::Answer { call: CallId::new("c1"), answer }]);
}
