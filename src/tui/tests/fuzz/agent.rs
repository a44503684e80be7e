//! An agent that says anything, in an order that agents keep.

use std::collections::VecDeque;

use super::{
    super::{
        Arguments, CallId, Duration, EndReason, Event, Op, Preview, Question, Stage, ToolCall, ToolResult,
    },
    super::{Tokens, Totals, Verdict, plain, session},
    Dice,
};
use crate::{
    protocol::{
        Answer, CacheReport, DeltaKind, Diff, DiffLine, Display, Failure, FileList, Kind, Level, LineKind,
        Past, Prediction, Query, Reply, Todo, TodoStatus, Turn,
    },
    tui::msg::Msg,
};

/// What the agent does now.
#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    /// The answer, piece by piece, and how many were said.
    Answering { pieces: Vec<String>, said: usize },
    /// Calls that wait for an answer or run.
    Calling(Vec<Call>),
    /// A command of the person's own.
    Own(ToolCall),
}

#[derive(Debug)]
struct Call {
    call: ToolCall,
    runs: bool,
}

#[derive(Default)]
pub(super) struct Agent {
    phase: Phase,
    inbox: VecDeque<String>,
    steers: Vec<String>,
    request: u32,
    attempt: u32,
    calls: u32,
    /// The next word.
    next: u32,
    /// Words that have to stand in the scrollback.
    heard: Vec<u32>,
    /// Words that may stand there: a try that was cut off had said them.
    maybe: Vec<u32>,
    /// The person went back in the conversation, or began another one.
    has_left: bool,
}

impl Agent {
    /// Performs what the screen asked for.
    pub(super) fn obeys(&mut self, stage: &mut Stage) {
        let mut ops: VecDeque<Op> = stage.ops().into();
        while let Some(op) = ops.pop_front() {
            self.obey(op, stage);
            ops.extend(stage.ops());
        }
        for _ in std::mem::take(&mut stage.resumed) {
            self.has_left = true;
            self.leave_conversation();
            stage.send(Msg::Resumed).hear(Event::SessionStarted(session()));
        }
    }

    fn obey(&mut self, op: Op, stage: &mut Stage) {
        match op {
            Op::Say { text } => {
                self.inbox.push_back(text);
                self.goes_on(stage);
            }
            Op::Steer { text } if matches!(self.phase, Phase::Idle) => self.obey(Op::Say { text }, stage),
            Op::Steer { text } => self.steers.push(text),
            Op::Shell { command } if matches!(self.phase, Phase::Idle) => {
                let call = self.call(ToolCall::OWN_COMMAND);
                stage.hear(Event::ToolStarted { call: call.clone(), title: command });
                self.phase = Phase::Own(call);
            }
            Op::Answer { call, answer } => self.answered(&call, &answer, stage),
            Op::Interrupt => self.stops(EndReason::Interrupted, stage),
            Op::SetMode(mode) => drop(stage.hear(Event::ModeChanged(mode))),
            Op::Compact { .. } => {
                stage.hear(Event::Compacted { before: Tokens(9_000), after: Tokens(700) });
            }
            Op::Rewind { turn } => {
                self.has_left = true;
                stage.hear(Event::Rewound { turn, text: "what was said".into() });
            }
            Op::Clear => {
                self.has_left = true;
                self.leave_conversation();
                stage.hear(Event::SessionStarted(session()));
            }
            Op::Query(Query::Files) => {
                let paths = ["src/main.rs", "src/深/文件.py", "README.md", "src/"].map(str::to_owned).into();
                stage.hear(Event::Reply(Reply::Files(FileList { paths, is_cut: false })));
            }
            Op::Query(Query::Past) => {
                let texts = vec!["earlier words".to_owned(), "more\nlines".to_owned()];
                stage.hear(Event::Reply(Reply::Past(Past { texts, draft: String::new() })));
            }
            Op::Query(Query::Rules) => drop(stage.hear(Event::Reply(Reply::Rules(Vec::new())))),
            Op::Query(Query::Memory) => drop(stage.hear(Event::Reply(Reply::Memory(Vec::new())))),
            Op::Query(Query::Window) => drop(stage.hear(Event::Reply(Reply::Window(Vec::new())))),
            _ => {}
        }
    }

    fn leave_conversation(&mut self) {
        // What was being said is not ended, so the rest of it may be missing.
        self.phase = Phase::Idle;
        self.inbox.clear();
        self.steers.clear();
    }

    /// Takes the next words, if nothing runs.
    fn goes_on(&mut self, stage: &mut Stage) {
        if !matches!(self.phase, Phase::Idle) {
            return;
        }
        let Some(text) = self.inbox.pop_front() else { return };
        stage.hear(Event::TurnStarted { turn: 1, text });
        self.phase = Phase::Answering { pieces: Vec::new(), said: 0 };
        self.requests(stage);
    }

    fn requests(&mut self, stage: &mut Stage) {
        for text in std::mem::take(&mut self.steers) {
            stage.hear(Event::Steered { text });
        }
        (self.request, self.attempt) = (self.request + 1, 1);
        self.asks(stage);
    }

    fn asks(&self, stage: &mut Stage) {
        let (request, attempt) = (self.request, self.attempt);
        let (estimate, prediction) = (Tokens(1_000), Prediction::default());
        stage.hear(Event::Requested { request, attempt, markers: 1, estimate, prediction });
    }

    /// Says or does the next thing.
    pub(super) fn speaks(&mut self, stage: &mut Stage, dice: &mut Dice) {
        if dice.once_in(25) {
            let level = if dice.once_in(2) { Level::Info } else { Level::Warning };
            stage.hear(Event::Notice { level, text: "something to know, 中文 as well".into() });
        }
        match &mut self.phase {
            Phase::Idle => self.goes_on(stage),
            Phase::Answering { .. } => self.answers(stage, dice),
            Phase::Calling(_) => self.works(stage, dice),
            Phase::Own(call) => {
                let call = call.clone();
                stage.hear(Event::ToolOutput { call: call.id.clone(), text: "own output\n".into() });
                if dice.once_in(3) {
                    self.phase = Phase::Idle;
                    done(call, Verdict::Done, dice, stage);
                    self.goes_on(stage);
                }
            }
        }
    }

    fn answers(&mut self, stage: &mut Stage, dice: &mut Dice) {
        let Phase::Answering { mut pieces, mut said } = std::mem::take(&mut self.phase) else { return };
        if pieces.is_empty() {
            pieces = self.composes(dice);
        }
        if said == 0 && dice.once_in(3) {
            let text = "I think about 中文 and\nmore ".to_owned();
            stage.hear(Event::Delta { kind: DeltaKind::Reasoning, text });
        } else if said < pieces.len() {
            let until = (said + 1 + dice.below(12)).min(pieces.len());
            stage.hear(Event::Delta { kind: DeltaKind::Text, text: pieces[said..until].concat() });
            said = until;
        }
        let is_cut = dice.once_in(30);
        let end = (self.attempt, is_cut, said == pieces.len());
        match end {
            (1..=3, true, _) => {
                self.maybe.extend(words(&pieces[..said].concat()));
                self.attempt += 1;
                let cause = Failure::new(Kind::Provider, "the answer was cut off");
                let wait = Duration::from_millis(dice.below(3_000) as u64);
                stage.hear(Event::Discarded).hear(Event::Retrying {
                    attempt: self.attempt,
                    of: 4,
                    wait,
                    cause,
                });
                self.asks(stage);
                self.phase = Phase::Answering { pieces, said: 0 };
            }
            (_, _, true) => {
                let text = pieces.concat();
                self.heard.extend(words(&text));
                let calls: Vec<ToolCall> =
                    (0..dice.below(3)).map(|_| self.call("run_shell_command")).collect();
                let mut turn = Turn::text(text);
                turn.calls.clone_from(&calls);
                stage.hear(Event::Answered {
                    request: self.request,
                    turn,
                    model: "m".into(),
                    usage: None,
                    charge: None,
                    cache: CacheReport::default(),
                    took: Duration::from_secs(1),
                });
                if calls.is_empty() {
                    self.stops(EndReason::Completed, stage);
                } else {
                    self.calls(calls, stage, dice);
                }
            }
            _ => self.phase = Phase::Answering { pieces, said },
        }
        if dice.once_in(60) && !matches!(self.phase, Phase::Idle) {
            stage.hear(Event::Failed(Failure::new(Kind::Provider, "the server said 500").hint("try again")));
            self.stops(EndReason::Failed, stage);
        }
    }

    fn calls(&mut self, calls: Vec<ToolCall>, stage: &mut Stage, dice: &mut Dice) {
        let mut running = Vec::new();
        for call in calls {
            let runs = dice.once_in(2);
            if runs {
                stage.hear(Event::ToolStarted { call: call.clone(), title: "run ls 中文".into() });
            } else {
                let preview = preview(dice);
                let remember = dice.once_in(2).then(|| "Bash(ls)".to_owned());
                let effects = vec!["deletes: build".to_owned()];
                let question = Question { preview, remember, reason: "commands ask".into(), effects };
                stage.hear(Event::Permission { call: call.clone(), question });
            }
            running.push(Call { call, runs });
        }
        self.phase = Phase::Calling(running);
    }

    fn answered(&mut self, id: &CallId, answer: &Answer, stage: &mut Stage) {
        let Phase::Calling(calls) = &mut self.phase else { return };
        let Some(at) = calls.iter().position(|c| c.call.id == *id && !c.runs) else { return };
        if let Answer::No { .. } = answer {
            let call = calls.remove(at).call;
            let result = result(&call, Verdict::Denied);
            stage.hear(Event::ToolDone { call, result, display: None, took: Duration::ZERO });
        } else {
            calls[at].runs = true;
            let call = calls[at].call.clone();
            stage.hear(Event::ToolStarted { call, title: "run what was asked".into() });
        }
        self.closes_round(stage);
    }

    fn works(&mut self, stage: &mut Stage, dice: &mut Dice) {
        let Phase::Calling(calls) = &mut self.phase else { return };
        if let Some(at) = calls.iter().position(|c| c.runs) {
            if dice.once_in(3) {
                let call = calls.remove(at).call;
                let verdict = [Verdict::Done, Verdict::Failed][dice.below(2)];
                done(call, verdict, dice, stage);
            } else {
                let text = "out 中文\u{1b}[31m\r\nmore\tof it ".repeat(1 + dice.below(9));
                let call = calls[at].call.id.clone();
                stage.hear(Event::ToolOutput { call, text });
            }
        }
        self.closes_round(stage);
    }

    fn closes_round(&mut self, stage: &mut Stage) {
        if matches!(&self.phase, Phase::Calling(calls) if calls.is_empty()) {
            self.phase = Phase::Answering { pieces: Vec::new(), said: 0 };
            self.requests(stage);
        }
    }

    /// Ends the turn.
    fn stops(&mut self, reason: EndReason, stage: &mut Stage) {
        match std::mem::take(&mut self.phase) {
            Phase::Idle if reason == EndReason::Interrupted => return,
            Phase::Idle => {}
            Phase::Answering { pieces, said } => self.heard.extend(words(&pieces[..said].concat())),
            Phase::Calling(calls) => {
                for Call { call, .. } in calls {
                    let result = result(&call, Verdict::Interrupted);
                    stage.hear(Event::ToolDone { call, result, display: None, took: Duration::ZERO });
                }
            }
            Phase::Own(call) => {
                let result = result(&call, Verdict::Interrupted);
                stage.hear(Event::ToolDone { call, result, display: None, took: Duration::ZERO });
                return self.goes_on(stage);
            }
        }
        for text in std::mem::take(&mut self.steers) {
            self.inbox.push_back(text);
        }
        stage.hear(Event::TurnEnded { reason, totals: Totals::default() });
        self.goes_on(stage);
    }

    /// Brings the session to rest.
    pub(super) fn ends(&mut self, stage: &mut Stage) {
        self.inbox.clear();
        self.steers.clear();
        stage.model.queue.clear();
        self.stops(EndReason::Interrupted, stage);
        stage.ops();
    }

    /// Every word that was said was printed, once and in order; the transcript has them, too.
    pub(super) fn was_heard(&self, stage: &Stage) {
        let printed = words(&plain(&stage.printed));
        self.holds(&printed, "printed");
        if !self.has_left {
            let look = stage.model.look;
            self.holds(&words(&stage.model.transcript.markdown("all", look.words)), "the transcript");
        }
    }

    fn holds(&self, shown: &[u32], where_: &str) {
        assert!(shown.is_sorted_by(|a, b| a < b), "{where_}: out of order or twice: {shown:?}");
        for word in &self.heard {
            assert!(shown.contains(word), "{where_}: word {word} is lost: {shown:?}");
        }
        for word in shown {
            let is_known = self.heard.contains(word) || self.maybe.contains(word) || self.has_left;
            assert!(is_known, "{where_}: nobody said {word}");
        }
    }

    fn call(&mut self, name: &str) -> ToolCall {
        self.calls += 1;
        let arguments = Arguments::parse(r#"{"command":"ls"}"#);
        ToolCall { id: CallId::new(format!("c{}", self.calls)), name: name.into(), arguments, extra: None }
    }

    /// Some words.
    fn says(&mut self, many: usize) -> String {
        let first = self.next;
        self.next += u32::try_from(many).expect("few");
        (first..self.next).map(|n| format!("q{n}z")).collect::<Vec<_>>().join(" ")
    }

    /// An answer in markdown, in pieces that end anywhere.
    fn composes(&mut self, dice: &mut Dice) -> Vec<String> {
        let mut text = String::new();
        for _ in 0..=dice.below(6) {
            let block = match dice.below(9) {
                0 => format!("# {}", self.says(3)),
                1 => format!("- {}\n- **{}**\n  1. {}", self.says(9), self.says(2), self.says(30)),
                2 => {
                    // Narrow enough for every window: a table whose cells are broken in other places is told again.
                    let (a, b, c, d) = (self.says(2), self.says(1), self.says(1), self.says(1));
                    format!("| name | 说明 |\n| --- | ---: |\n| {a} | {b} |\n| {c} | {d} |")
                }
                3 => format!("```rust\nlet {} = 1;\n// {}\n```", self.says(1), self.says(2)),
                4 => format!("> {}\n> {}", self.says(12), self.says(1)),
                5 => format!("中文字 {} `{}` 🎉 *{}*", self.says(8), self.says(1), self.says(2)),
                6 => format!("1. [x] {}\n\n   {}\n\n***", self.says(3), self.says(4)),
                _ => self.says(1 + dice.below(60)),
            };
            text.push_str(&block);
            text.push_str(dice.pick(&["\n\n", "\n\n\n", "\n\n"]));
        }
        let mut pieces = Vec::new();
        let mut piece = String::new();
        for c in text.chars() {
            piece.push(c);
            if dice.once_in(5) {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        pieces.push(piece);
        pieces
    }
}

/// The numbers of the words in a text.
fn words(text: &str) -> Vec<u32> {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    parts.filter_map(|part| part.strip_prefix('q')?.strip_suffix('z')?.parse().ok()).collect()
}

fn result(call: &ToolCall, verdict: Verdict) -> ToolResult {
    ToolResult { call: call.id.clone(), name: call.name.clone(), text: "out\nof it".into(), verdict }
}

fn done(call: ToolCall, verdict: Verdict, dice: &mut Dice, stage: &mut Stage) {
    let todo = |content: &str, status| Todo { id: "1".into(), content: content.into(), status };
    let display = match dice.below(4) {
        0 => None,
        1 => Some(Display::Line { text: "3 lines 中文".into() }),
        2 => {
            let many = dice.below(200);
            let (tail, hidden_lines) = ("line 中文\n".repeat(many), dice.below(500) as u64);
            Some(Display::Output { tail, hidden_lines, exit_code: Some(1) })
        }
        _ => Some(Display::Todos {
            todos: vec![todo("look 中文", TodoStatus::Completed), todo("write", TodoStatus::InProgress)],
        }),
    };
    let result = result(&call, verdict);
    stage.hear(Event::ToolDone { call, result, display, took: Duration::from_millis(350) });
}

fn preview(dice: &mut Dice) -> Preview {
    match dice.below(4) {
        0 => Preview::Read { path: "/etc/hosts".into() },
        1 => Preview::Change { diff: diff(1 + dice.below(60)), content: "new\n".into() },
        _ => {
            Preview::Command { command: "echo 中文 && ".repeat(1 + dice.below(30)), directory: ".".into() }
        }
    }
}

fn diff(many: usize) -> Diff {
    let line = |n: usize| DiffLine {
        kind: [LineKind::Same, LineKind::Added, LineKind::Removed][n % 3],
        number: u32::try_from(n).expect("few") + 1,
        text: "\tlet x = \"中文\"; // a rather long line of code that has to be broken".into(),
    };
    let lines = (0..many).map(line).collect();
    Diff { path: "src/a.rs".into(), is_new: false, added: 1, removed: 1, lines }
}
