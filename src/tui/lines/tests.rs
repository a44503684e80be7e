//! Sessions without a screen: lines in, lines out.

use std::time::Duration;

use super::speaker::Speaker;
use crate::{
    base::{CallId, Moment, SessionId, Tokens},
    protocol::{
        Answer, Arguments, CacheMode, DeltaKind, EndReason, Event, Mode, Op, Preview, Question, SessionInfo,
        ToolCall, ToolResult, Totals, Verdict,
    },
    tui::{
        frame::Size,
        look::{Look, Voice},
        model::Model,
        msg::{Cmd, Msg},
    },
};

struct Hearer {
    speaker: Speaker,
    now: Moment,
    ops: Vec<Op>,
}

impl Hearer {
    fn new(voice: Voice) -> Self {
        let now = Moment(1_000_000);
        let look = Look { voice, ..Look::new(false) };
        let model = Model::new(Size { columns: 80, rows: 60_000 }, look, Some("/home/ada".into()), now);
        let mut hearer = Self { speaker: Speaker::new(model), now, ops: Vec::new() };
        hearer.hear(Event::SessionStarted(SessionInfo {
            id: SessionId::new("s1"),
            root: "/home/ada/src/shop".into(),
            branch: Some("main".into()),
            model: "qwen3-coder-plus".into(),
            provider: "Qwen Cloud".into(),
            window: Tokens(131_072),
            tools: Vec::new(),
            mode: Mode::Default,
            cache: (CacheMode::Explicit, String::new()),
            restored_turns: 0,
        }));
        hearer
    }

    fn keep(&mut self, cmds: Vec<Cmd>) {
        self.ops.extend(cmds.into_iter().filter_map(|cmd| match cmd {
            Cmd::Send(op) => Some(op),
            _ => None,
        }));
    }

    fn hear(&mut self, event: Event) -> &mut Self {
        let cmds = self.speaker.hear(Msg::Agent(Box::new(event)), self.now);
        self.keep(cmds);
        self
    }

    fn line(&mut self, line: &str) -> &mut Self {
        let cmds = self.speaker.line(line, self.now);
        self.keep(cmds);
        self
    }

    fn wait(&mut self, milliseconds: u64) -> &mut Self {
        self.now = self.now.after(Duration::from_millis(milliseconds));
        let cmds = self.speaker.hear(Msg::Tick, self.now);
        self.keep(cmds);
        self
    }

    fn answers(&mut self, text: &str) -> &mut Self {
        self.hear(Event::Delta { kind: DeltaKind::Text, text: text.into() })
    }

    fn ends(&mut self) -> &mut Self {
        self.hear(Event::TurnEnded { reason: EndReason::Completed, totals: Totals::default() })
    }

    fn asks(&mut self) -> &mut Self {
        self.wait(2_000).hear(Event::Permission {
            call: call(),
            question: Question {
                preview: Preview::Command { command: "rm -rf build".into(), directory: "~/src/shop".into() },
                remember: Some("Bash(rm -rf build)".into()),
                reason: "commands ask in this mode".into(),
                effects: vec!["deletes: build".into()],
            },
        })
    }

    fn text(&mut self) -> String {
        self.speaker.take()
    }
}

fn call() -> ToolCall {
    ToolCall {
        id: CallId::new("c1"),
        name: "run_shell_command".into(),
        arguments: Arguments::parse("{}"),
        extra: None,
    }
}

const STATUS: &str = "(~/src/shop main · default · qwen3-coder-plus · ctx 0% 0/131k · $0.00)";

#[test]
fn a_turn_is_lines_with_a_word_before_each_kind_of_text() {
    let mut hearer = Hearer::new(Voice::Spoken);
    let begin = hearer.text();
    assert!(begin.ends_with(&format!("{STATUS}\nYou: ")), "{begin}");
    hearer.line("compare them").hear(Event::TurnStarted { turn: 1, text: "compare them".into() });
    hearer.answers(
        "Two ways:\n\n| Name | 说明 |\n|---|---|\n| alpha | 中文宽字符 |\n| beta | `x` |\n\n---\n\nDone.\n",
    );
    hearer.hear(Event::ToolStarted { call: call(), title: "run cargo test".into() });
    let result = ToolResult {
        call: CallId::new("c1"),
        name: "run_shell_command".into(),
        text: String::new(),
        verdict: Verdict::Done,
    };
    hearer.hear(Event::ToolDone { call: call(), result, display: None, took: Duration::from_secs(2) }).ends();
    assert_eq!(
        hearer.text(),
        format!(
            "\nQwen: Two ways:\n\nrow 1: Name alpha, 说明 中文宽字符\nrow 2: Name beta, 说明 `x`\n\n{}\n\nDone.\n\n\
             Tool: run cargo test · 2.0 s\n{STATUS}\nYou: ",
            "-".repeat(40)
        )
    );
    assert_eq!(hearer.ops.last(), Some(&Op::Say { text: "compare them".into() }));
}

#[test]
fn a_question_is_read_whole_and_answered_by_a_number() {
    let question = "\
Needs approval: Run this command?
$ rm -rf build
in ~/src/shop · deletes: build · commands ask in this mode
1 Yes, once
2 Yes, and stop asking for exactly `Bash(rm -rf build)` this session
3 Edit the command
4 No, and say what to do instead (Esc)
Type a number and press Enter. Behind 3 may stand the command in its other form, behind 4 what to do instead.
";
    for (line, answer) in [
        ("1", Answer::Once),
        ("2", Answer::Always),
        ("4", Answer::No { say: String::new() }),
        ("4 use git clean", Answer::No { say: "use git clean".into() }),
        ("3 rm -r build", Answer::Edited { command: "rm -r build".into() }),
        ("esc", Answer::No { say: String::new() }),
    ] {
        let mut hearer = Hearer::new(Voice::Lines);
        hearer.line("clean up").hear(Event::TurnStarted { turn: 1, text: "clean up".into() }).asks();
        let said = hearer.text();
        assert!(said.ends_with(question), "{said}");
        hearer.ops.clear();
        // What is no number answers nothing, and neither does a number before anybody can have read.
        hearer.line("yes").line("5").line("1");
        assert_eq!(hearer.ops, [], "{line}");
        hearer.wait(700).line(line);
        assert_eq!(hearer.ops, [Op::Answer { call: CallId::new("c1"), answer }], "{line}");
    }
}

#[test]
fn a_long_turn_says_that_it_runs_every_ten_seconds_and_what_is_written_meanwhile_waits() {
    let mut hearer = Hearer::new(Voice::Lines);
    hearer.line("go").hear(Event::TurnStarted { turn: 1, text: "go".into() }).text();
    for _ in 0..21 {
        hearer.wait(1_000);
    }
    assert_eq!(hearer.text(), "Still working, 10 s.\nStill working, 20 s.\n");
    hearer.line("and the docs");
    assert_eq!(hearer.text(), "Waits until the turn ends, number 1.\n");
    hearer.ends();
    assert_eq!(hearer.ops.last(), Some(&Op::Say { text: "and the docs".into() }));
    hearer.hear(Event::TurnStarted { turn: 2, text: "and the docs".into() });
    assert!(hearer.text().contains("> and the docs\n"), "what was said long ago is said again");
}

#[test]
fn a_list_is_read_and_chosen_from_by_its_numbers() {
    let mut hearer = Hearer::new(Voice::Spoken);
    hearer.text();
    hearer.line("/theme");
    let said = hearer.text();
    assert!(said.contains("Colours\n1 auto   as the terminal's page is\n"), "{said}");
    hearer.line("3").line("");
    assert!(matches!(hearer.ops.last(), Some(Op::Desk(_))), "{:?}", hearer.ops);
}

#[test]
fn nothing_that_moves_a_cursor_or_draws_a_box_is_ever_written() {
    let mut hearer = Hearer::new(Voice::Lines);
    hearer.line("draw").hear(Event::TurnStarted { turn: 1, text: "draw".into() });
    hearer.answers("```\n┌──┐\n│\u{1b}[2J│\n└──┘\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n").ends();
    let said = hearer.text();
    let is_bad = |c: char| c.is_control() && c != '\n' || ('\u{2500}'..='\u{259f}').contains(&c);
    assert!(!said.contains(is_bad), "{said:?}");
    assert!(said.contains("+--+\n") && said.contains("| 1 "), "{said}");
}
