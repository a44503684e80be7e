//! Panels: keys in, requests and whole screens out.

use std::{fs, path::Path, sync::Arc};

use super::*;
use crate::{
    base::Money,
    protocol::{
        DeskEvent, DeskOp, Failure, Item, Kind, MemoryFile, Query, Reply, RuleList, RuleRow, SessionRow,
        SettingRow, Turn, UserMessage, ValueKind, WindowPart,
    },
    tui::editor::{Edited, Errand, Page},
};

/// Compares a screen with the one that is kept; `QWEN_BLESS=1` keeps it anew.
fn is_frame(name: &str, stage: &Stage) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/tests/frames").join(name);
    let path = path.with_extension("txt");
    let shown = stage.screen() + "\n";
    if std::env::var_os("QWEN_BLESS").is_some() {
        fs::write(&path, &shown).expect("the frame can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(shown, kept, "{name}");
}

const HOUR: u64 = 3_600_000;

/// A session that is ready, a month after the beginning of time.
fn stage(columns: usize, rows: usize) -> Stage {
    let mut stage = Stage::starting(columns, rows);
    stage.now = Moment(720 * HOUR);
    stage.hear(Event::SessionStarted(session()));
    stage.printed.clear();
    stage
}

fn kept() -> Vec<SessionRow> {
    let row =
        |id: &str, title: &str, hours: u64, turns, money: Option<i64>, branch: Option<&str>| SessionRow {
            session: SessionId::new(id),
            title: title.into(),
            root: "/home/ada/src/shop".into(),
            branch: branch.map(str::to_owned),
            turns,
            changed: Moment((720 - hours) * HOUR),
            cost: money.map(|thousandths| Money::per_million(thousandths * 1_000_000)),
            last: "Edit finished. All 41 tests pass.".into(),
            is_open: id == "s3",
        };
    vec![
        row("s1", "this very session", 0, 1, None, Some("main")),
        row("s2", "fix flaky retry test", 2, 23, Some(410), Some("main")),
        row("s3", "中文 README 更新", 26, 4, Some(20), Some("docs")),
    ]
}

/// `/resume` with its list.
fn resuming(columns: usize, rows: usize) -> Stage {
    let mut stage = stage(columns, rows);
    stage.write("/resume").enter();
    assert_eq!(stage.ops(), [Op::Desk(DeskOp::Sessions { is_everywhere: false })]);
    stage.hear(Event::Desk(DeskEvent::Sessions(kept())));
    stage
}

#[test]
fn sessions_have_age_title_turns_money_and_branch() {
    is_frame("resume_100x30", resuming(100, 30).key(KeyCode::Down));
    is_frame("resume_80x24", &resuming(80, 24));
    is_frame("resume_40x12", resuming(40, 12).key(KeyCode::Down));
}

#[test]
fn typing_searches_and_enter_goes_on_with_what_was_found() {
    let mut stage = resuming(100, 30);
    stage.write("retry");
    is_frame("resume_search", &stage);
    stage.enter();
    let session = SessionId::new("s2");
    let root = "/home/ada/src/shop".to_owned();
    assert_eq!(stage.resumed, [Chosen { session: session.clone(), root: root.clone(), is_copy: false }]);
    stage.control('y');
    assert_eq!(stage.resumed[1], Chosen { session, root, is_copy: true });
    assert_eq!((stage.ops(), stage.draft()), (vec![], String::new()));
}

#[test]
fn a_session_in_another_process_is_gone_on_with_in_a_copy_only() {
    let mut stage = resuming(100, 30);
    stage.enter();
    assert!(stage.screen().ends_with("you are in this session"), "{}", stage.screen());
    stage.key(KeyCode::Up).enter();
    assert!(stage.screen().ends_with("it is open in another process; Ctrl-Y goes on in a copy"));
    stage.key(KeyCode::Delete);
    assert!(stage.screen().ends_with("it is open; leave it first"), "{}", stage.screen());
    assert_eq!((stage.resumed.len(), stage.ops()), (0, vec![]));
    stage.control('y');
    assert_eq!(stage.resumed.len(), 1);
}

#[test]
fn a_session_is_removed_after_a_question() {
    let mut stage = resuming(100, 30);
    stage.key(KeyCode::Down).key(KeyCode::Delete);
    is_frame("resume_remove", &stage);
    stage.write("x").escape();
    assert_eq!(stage.ops(), [], "Esc keeps it");
    stage.key(KeyCode::Delete).enter();
    let (session, root) = (SessionId::new("s2"), "/home/ada/src/shop".to_owned());
    assert_eq!(stage.ops(), [Op::Desk(DeskOp::RemoveSession { session, root, is_everywhere: false })]);
    let why = Failure::new(Kind::Usage, "session `s2` is open in another process");
    stage.hear(Event::Desk(DeskEvent::Failed(why)));
    assert!(stage.screen().contains("│ ✗ session `s2` is open in another process\n└"), "{}", stage.screen());
}

#[test]
fn a_session_can_be_looked_into_and_scrolled() {
    let mut stage = resuming(60, 16);
    stage.key(KeyCode::Down).control('o');
    let (session, root) = (SessionId::new("s2"), "/home/ada/src/shop".to_owned());
    assert_eq!(stage.ops(), [Op::Desk(DeskOp::Preview { session: session.clone(), root })]);
    let text: Vec<String> = (1..=20).map(|n| format!("line {n}")).collect();
    let items: Arc<[Item]> = [
        Item::User(UserMessage::words("fix the \u{1b}[31mtest")),
        Item::Assistant(Turn::text(text.join("\n"))),
        Item::Result(result("c", "exit 0\nmore", Verdict::Done)),
    ]
    .into();
    stage.hear(Event::Desk(DeskEvent::Preview { session: SessionId::new("s9"), items: items.clone() }));
    assert!(stage.screen().contains("asking for it"), "another one's");
    stage.hear(Event::Desk(DeskEvent::Preview { session, items }));
    is_frame("resume_preview", &stage);
    for _ in 0..3 {
        stage.key(KeyCode::PageDown);
    }
    assert!(stage.screen().contains("│ ✓ run_shell_command · exit 0\n└"), "{}", stage.screen());
    stage.key(KeyCode::Up);
    assert!(!stage.screen().contains("exit 0"), "{}", stage.screen());
    stage.escape();
    assert!(stage.screen().starts_with("┌ Resume · this folder 2/3"), "{}", stage.screen());
    stage.escape();
    assert!(stage.screen().contains("ctx 0%"), "and away");
}

#[test]
fn a_look_into_a_session_shows_what_was_stopped_there() {
    let mut stage = resuming(60, 16);
    stage.key(KeyCode::Down).control('o').ops();
    let left = |text: &str| Turn { finish: crate::protocol::Finish::Interrupted, ..Turn::text(text) };
    let items: Arc<[Item]> = [
        Item::User(UserMessage::words("write")),
        Item::Assistant(left("Half an ans")),
        Item::User(UserMessage::words("again")),
        Item::Assistant(left("(stopped by the user before an answer)")),
    ]
    .into();
    stage.hear(Event::Desk(DeskEvent::Preview { session: SessionId::new("s2"), items }));
    let rows = "│ > write\n│ Half an ans\n│ ! stopped\n│\n│ > again\n│ ! stopped\n";
    assert!(stage.screen().contains(rows), "{}", stage.screen());
}

#[test]
fn another_session_takes_the_place_of_this_one_and_the_draft_stays() {
    let mut stage = stage(100, 30);
    stage.ask("hi").answers("Hello.").ends(EndReason::Completed);
    stage.write("half a thought");
    stage.printed.clear();
    stage.send(Msg::Resumed);
    let other = SessionInfo { id: SessionId::new("s2"), restored_turns: 2, ..session() };
    stage.hear(Event::SessionStarted(other));
    let history = stage.history();
    assert!(history.contains("This session is left; it is kept: qwen --resume s1\nqwen 0."), "{history}");
    assert!(history.ends_with("2 turns restored from the earlier session"), "{history}");
    assert_eq!(stage.draft(), "half a thought");
    assert_eq!((stage.model.requests.len(), stage.model.has_spoken), (0, false));
}

#[test]
fn a_question_of_the_agent_stands_above_a_panel() {
    let mut stage = stage(100, 30);
    stage.ask("build it");
    stage.write("/permissions").enter();
    stage.wait(2_000);
    stage.hear(asks_to_run("cargo build"));
    stage.wait(700);
    assert!(stage.screen().starts_with("┌ Run this command?"), "{}", stage.screen());
    stage.wait(700).escape();
    assert!(stage.screen().starts_with("┌ Permissions"), "{}", stage.screen());
}

fn rules() -> Vec<RuleRow> {
    let row = |list, rule: &str, source: &str| RuleRow {
        list,
        rule: rule.into(),
        source: source.into(),
        can_forget: source == "this session",
    };
    vec![
        row(RuleList::Deny, "Read(.env)", "~/.qwen/settings.json"),
        row(RuleList::Ask, "Bash(git push *)", "--ask"),
        row(RuleList::Allow, "Read(//tmp/qwen-s1/**)", "built in"),
        row(RuleList::Allow, "Bash(cargo test)", "this session"),
    ]
}

fn ruling(columns: usize, rows: usize) -> Stage {
    let mut stage = stage(columns, rows);
    stage.write("/permissions").enter();
    assert_eq!(stage.ops(), [Op::Query(Query::Rules)]);
    stage.hear(Event::Reply(Reply::Rules(rules())));
    stage
}

#[test]
fn rules_have_their_source_and_those_of_the_session_can_be_forgotten() {
    is_frame("permissions_40x12", &ruling(40, 12));
    is_frame("permissions_100x30", &ruling(100, 30));
    let mut stage = ruling(80, 24);
    is_frame("permissions_80x24", &stage);
    stage.key(KeyCode::Delete);
    assert!(stage.screen().ends_with("it comes from ~/.qwen/settings.json and is changed there"));
    stage.key(KeyCode::Up).key(KeyCode::Delete);
    assert_eq!(stage.ops(), [Op::ForgetRule { list: RuleList::Allow, rule: "Bash(cargo test)".into() }]);
}

#[test]
fn a_rule_is_added_by_typing_and_a_wrong_one_says_why() {
    let mut stage = ruling(80, 24);
    stage.key(KeyCode::Tab).key(KeyCode::Tab).write("Bash(rm").enter();
    assert_eq!(stage.ops(), [Op::AddRule { list: RuleList::Deny, rule: "Bash(rm".into() }]);
    let why = "the rule `Bash(rm` has no closing parenthesis at its end".to_owned();
    stage.hear(Event::Reply(Reply::BadRule { why }));
    is_frame("permissions_wrong", &stage);
    stage.write(" *)").enter();
    assert_eq!(stage.ops(), [Op::AddRule { list: RuleList::Deny, rule: "Bash(rm *)".into() }]);
    let mut all = rules();
    all.insert(
        1,
        RuleRow {
            list: RuleList::Deny,
            rule: "Bash(rm *)".into(),
            source: "this session".into(),
            can_forget: true,
        },
    );
    stage.hear(Event::Reply(Reply::Rules(all)));
    assert!(stage.screen().contains("│ › deny  Bash(rm *)"), "{}", stage.screen());
    assert!(
        stage.screen().starts_with("┌ Permissions 2/5 · type to filter or add: ▏\n"),
        "{}",
        stage.screen()
    );
}

fn settings() -> Vec<SettingRow> {
    let row = |name: &str, kind, value: &str, source: &str, choices: &[&str]| SettingRow {
        name: name.into(),
        about: format!("What {name} is for."),
        value: value.into(),
        source: source.into(),
        kind,
        choices: choices.iter().map(|word| (*word).to_owned()).collect(),
        is_live: name.starts_with("ui."),
    };
    vec![
        row("model.name", ValueKind::Text, "", "default", &[]),
        row("cache.mode", ValueKind::Word, "\"auto\"", "default", &["auto", "explicit", "off"]),
        row("cache.keepWarm", ValueKind::Switch, "false", "~/.qwen/settings.json", &["true", "false"]),
        row("context.compactAt", ValueKind::Number, "90000", "QWEN_COMPACT", &[]),
        row("security.auth.apiKey", ValueKind::Fixed, "\"••••\"", "~/.qwen/settings.json", &[]),
    ]
}

fn setting(columns: usize, rows: usize) -> Stage {
    let mut stage = stage(columns, rows);
    stage.write("/settings").enter();
    assert_eq!(stage.ops(), [Op::Desk(DeskOp::Settings)]);
    stage.hear(Event::Desk(DeskEvent::Settings(settings())));
    stage
}

fn set(name: &str, value: Option<&str>) -> Op {
    Op::Desk(DeskOp::Set { name: name.into(), value: value.map(str::to_owned) })
}

#[test]
fn settings_have_value_and_source_and_say_when_a_change_counts() {
    is_frame("settings_100x30", &setting(100, 30));
    is_frame("settings_80x24", &setting(80, 24));
    is_frame("settings_40x12", &setting(40, 12));
}

#[test]
fn each_kind_of_setting_is_changed_in_its_own_way() {
    let mut stage = setting(80, 24);
    stage.write("warm").enter();
    assert_eq!(stage.ops(), [set("cache.keepWarm", Some("true"))], "a switch is turned");
    stage.control('u').write("cache.mode").enter();
    is_frame("settings_words", &stage);
    stage.key(KeyCode::Down).enter();
    assert_eq!(stage.ops(), [set("cache.mode", Some("\"explicit\""))]);
    stage.control('u').write("name").enter();
    stage.write("qwen3-\"max\"").enter();
    assert_eq!(stage.ops(), [set("model.name", Some("\"qwen3-\\\"max\\\"\""))]);
    stage.control('u').write("compact").enter();
    stage.key(KeyCode::Backspace);
    is_frame("settings_write", &stage);
    stage.control('u').enter();
    assert_eq!(stage.ops(), [set("context.compactAt", None)], "nothing takes it out");
    stage.control('u').write("api").enter();
    assert!(stage.screen().ends_with("write it into settings.json, keys with /auth"), "{}", stage.screen());
    stage.control('u').write("warm").key(KeyCode::Delete);
    assert_eq!(stage.ops(), [set("cache.keepWarm", None)]);
}

#[test]
fn a_value_that_something_stands_above_says_so() {
    let mut stage = setting(80, 24);
    stage.write("compact").enter();
    stage.control('u').write("5").enter();
    stage.ops();
    stage.hear(Event::Desk(DeskEvent::Settings(settings())));
    assert!(stage.screen().contains("│ written; QWEN_COMPACT stands above it"), "{}", stage.screen());
}

fn parts(is_estimate: bool) -> Vec<WindowPart> {
    let part = |name: &str, group: &str, size| WindowPart {
        name: name.into(),
        group: group.into(),
        size: Tokens(size),
        is_estimate,
    };
    vec![
        part("tools", "", 4_200),
        part("instructions", "", 1_100),
        part("repository", "", 2_000),
        part("QWEN.md", "repository", 800),
        part("map", "repository", 1_200),
        part("messages", "", 90),
        part("answers", "", 3_000),
        part("results", "", 30_000),
        part("read_file", "results", 20_000),
        WindowPart { is_estimate: false, ..part("reserve", "", 8_192) },
    ]
}

fn window(columns: usize, rows: usize, is_estimate: bool) -> Stage {
    let mut stage = stage(columns, rows);
    stage.write("/context").enter();
    assert_eq!(stage.ops(), [Op::Query(Query::Window)]);
    stage.hear(Event::Reply(Reply::Window(parts(is_estimate))));
    stage
}

#[test]
fn the_window_is_told_part_by_part() {
    is_frame("context_100x30", &window(100, 30, false));
    is_frame("context_80x24", &window(80, 24, true));
    is_frame("context_40x12", window(40, 12, true).key(KeyCode::PageDown));
}

#[test]
fn letters_beside_the_window_go_to_the_draft_and_are_sent_from_there() {
    let mut stage = window(80, 24, false);
    stage.write("go on");
    assert!(stage.screen().starts_with("> go on▏\n┌ Context"), "{}", stage.screen());
    stage.enter();
    assert_eq!(stage.ops(), [Op::Say { text: "go on".into() }]);
    assert!(stage.model.panel.is_none());
}

#[test]
fn instruction_files_are_opened_in_the_editor_also_those_that_are_not_there() {
    let mut stage = stage(80, 24);
    stage.write("/memory").enter();
    assert_eq!(stage.ops(), [Op::Query(Query::Memory)]);
    let file = |path: &str, size| MemoryFile { path: path.into(), size: Tokens(size), exists: size > 0 };
    let files = vec![
        file("/home/ada/.qwen/QWEN.md", 120),
        file("/home/ada/.qwen/AGENTS.md", 0),
        file("/home/ada/src/shop/AGENTS.md", 2_400),
    ];
    stage.hear(Event::Reply(Reply::Memory(files)));
    is_frame("memory_80x24", &stage);
    stage.model.fit(Size { columns: 40, rows: 12 });
    is_frame("memory_40x12", &stage);
    stage.key(KeyCode::Down).enter();
    let text = "/home/ada/.qwen/AGENTS.md".to_owned();
    assert_eq!(stage.pages, [Page { errand: Errand::File, text, ending: "" }]);
    stage.send(Msg::Edited(Errand::File, Edited::Unchanged));
    assert_eq!(stage.ops(), [Op::Query(Query::Memory)], "its size may be another");
}
