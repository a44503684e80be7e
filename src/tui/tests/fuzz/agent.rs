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
    /// The next mark.
    next: u32,
    /// Marks that have to stand in the scrollback.
    heard: Vec<u32>,
    /// Marks that may stand there: a try that was cut off had said them.
    maybe: Vec<u32>,
    /// Marks that may stand there once more: two tries differ in the middle of a block, which is printed whole.
    twice: Vec<u32>,
    /// What the tries before have said.
    tries: Vec<String>,
    /// Marks of tables, by their first one: cells that are broken stand beside each other.
    tables: Vec<std::ops::Range<u32>>,
    /// Signs that are joined of several, where the window keeps its size.
    pub(super) is_joined: bool,
    /// Signs of the person's words that were heard, and those of words too long to be shown whole.
    told: Vec<u32>,
    cut: Vec<u32>,
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
            // What a command is called is shown again wherever its output is.
            Op::Shell { command } if matches!(self.phase, Phase::Idle) => {
                self.cut.extend(signs_from(&command, FIRST_TOLD, TOLD));
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
        if let Phase::Answering { pieces, said } = std::mem::take(&mut self.phase) {
            self.maybe.extend(marks(&pieces[..said].concat()));
        }
        self.inbox.clear();
        self.steers.clear();
    }

    /// Takes the next words, if nothing runs.
    fn goes_on(&mut self, stage: &mut Stage) {
        if !matches!(self.phase, Phase::Idle) {
            return;
        }
        let Some(text) = self.inbox.pop_front() else { return };
        self.is_told(&text);
        stage.hear(Event::TurnStarted { turn: 1, text });
        self.phase = Phase::Answering { pieces: Vec::new(), said: 0 };
        self.requests(stage);
    }

    fn requests(&mut self, stage: &mut Stage) {
        for text in std::mem::take(&mut self.steers) {
            self.is_told(&text);
            stage.hear(Event::Steered { text });
        }
        (self.request, self.attempt) = (self.request + 1, 1);
        self.tries.clear();
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
        let is_cut = dice.once_in(15);
        let end = (self.attempt, is_cut, said == pieces.len());
        match end {
            (1..=3, true, _) => {
                let old = pieces[..said].concat();
                self.maybe.extend(marks(&old));
                self.tries.push(old);
                if dice.once_in(3) {
                    pieces = self.says_otherwise(pieces, said, dice);
                }
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
                self.hears(&text);
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
            Phase::Answering { pieces, said } => self.hears(&pieces[..said].concat()),
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

    /// Every sign that was said was printed, once and in order; the transcript has it, too.
    pub(super) fn was_heard(&self, stage: &Stage) {
        self.stands_once(&plain(&stage.printed), "printed");
        if !self.has_left {
            let look = stage.model.look;
            let shown = marks(&stage.model.transcript.markdown("all", look.words));
            assert_eq!(shown, self.heard, "the transcript");
        }
    }

    /// Every mark stands once, in the order in which they were said.
    pub(super) fn stands_once(&self, text: &str, where_: &str) {
        let shown = marks(text);
        let times = |mark: u32| shown.iter().filter(|m| **m == mark).count();
        for mark in &self.heard {
            let times = times(*mark);
            let most = self.most(*mark);
            assert!((1..=most).contains(&times), "{where_}: mark {mark} stands {times} times: {shown:?}");
        }
        for mark in &shown {
            assert!(times(*mark) <= self.most(*mark), "{where_}: mark {mark} is doubled: {shown:?}");
            let is_known = self.heard.contains(mark) || self.maybe.contains(mark);
            assert!(is_known, "{where_}: nobody said {mark}");
        }
        let block = |mark: &u32| {
            self.tables.iter().find(|table| table.contains(mark)).map_or(*mark, |table| table.start)
        };
        let once: Vec<u32> = shown.iter().filter(|m| !self.twice.contains(m)).map(block).collect();
        assert!(once.is_sorted(), "{where_}: out of order: {shown:?}");
    }

    /// How often a mark may stand there: once, and once more for each try that differs in the middle of its block.
    fn most(&self, mark: u32) -> usize {
        1 + self.twice.iter().filter(|m| **m == mark).count()
    }

    /// The person's words were taken.
    fn is_told(&mut self, text: &str) {
        let is_long = text.lines().count() > 3 || text.chars().count() > 200;
        let signs = if is_long { &mut self.cut } else { &mut self.told };
        signs.extend(signs_from(text, FIRST_TOLD, TOLD));
    }

    /// The person's words stand there as often as they were said, in order.
    pub(super) fn was_told(&self, text: &str, where_: &str) {
        let whole = |sign: &u32| !self.cut.contains(sign);
        let shown: Vec<u32> = signs_from(text, FIRST_TOLD, TOLD).into_iter().filter(whole).collect();
        let told: Vec<u32> = self.told.iter().copied().filter(whole).collect();
        assert_eq!(shown, told, "{where_}: the person's words");
    }

    fn hears(&mut self, text: &str) {
        self.heard.extend(marks(text));
    }

    /// Another try that begins as the one before and goes on in another way.
    fn says_otherwise(&mut self, mut pieces: Vec<String>, said: usize, dice: &mut Dice) -> Vec<String> {
        pieces.truncate(dice.below(said + 1));
        pieces.extend(self.composes(dice));
        let new = pieces.concat();
        for old in &self.tries {
            let both = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
            let same = both.map(|(c, _)| c.len_utf8()).sum();
            let from = old[..same].rfind("\n\n").unwrap_or(0);
            if same < old.len() {
                self.twice.extend(marks(&old[from..same]));
            }
        }
        pieces
    }

    fn call(&mut self, name: &str) -> ToolCall {
        self.calls += 1;
        let arguments = Arguments::parse(r#"{"command":"ls"}"#);
        ToolCall { id: CallId::new(format!("c{}", self.calls)), name: name.into(), arguments, extra: None }
    }

    /// Some words, with a mark in each.
    fn says(&mut self, many: usize) -> String {
        let first = self.next;
        self.next += u32::try_from(many).expect("few");
        let word = |n: u32| match n % 7 {
            0 => format!("w{}rd", mark(n)),
            1 => format!("{}\u{301}", mark(n)),
            2 if self.is_joined => format!("👩\u{200d}💻{}", mark(n)),
            3 => format!("{}🎉", mark(n)),
            4 => format!("\u{1b}[2J{}\u{202e}\u{7}", mark(n)),
            _ => mark(n).to_string(),
        };
        (first..self.next).map(word).collect::<Vec<_>>().join(" ")
    }

    /// One word without any place to break it.
    fn says_long(&mut self, dice: &mut Dice) -> String {
        let filler = "abcdefghij".repeat(1 + dice.below(40));
        format!("{filler}{}{filler}", self.says(1))
    }

    /// A table, often wider than the window.
    fn says_table(&mut self, dice: &mut Dice) -> String {
        let (most, columns) = ([4, 12, 70][dice.below(3)], 1 + dice.below(6));
        let (rows, words) = (dice.below(most), [1, 2, 6][dice.below(3)]);
        let from = self.next;
        let mut text = format!("|{}\n|{}", " name 说明 |".repeat(columns), "---|".repeat(columns));
        for _ in 0..rows {
            text.push_str("\n|");
            for _ in 0..columns {
                let many = 1 + dice.below(words);
                text.extend([" ", &self.says(many), " |"]);
            }
        }
        self.tables.push(from..self.next);
        text
    }

    /// A block of markdown.
    fn says_block(&mut self, dice: &mut Dice) -> String {
        match dice.below(16) {
            _ if self.next > MARKS - 4_000 => self.says(1),
            0 => format!("# {}", self.says(3)),
            1 => format!("- {}\n- **{}**\n  1. {}", self.says(9), self.says(2), self.says(30)),
            2 | 3 => self.says_table(dice),
            4 => format!("```rust\nlet {} = 1;\n// {}\n```", self.says(1), self.says(2)),
            5 => format!("```\n{}\n\n{}\n```", self.says(60), self.says_long(dice)),
            6 => format!("> {}\n> {}", self.says(12), self.says(1)),
            7 => format!("中文字 {} `{}` 🎉 *{}*", self.says(8), self.says(1), self.says(2)),
            8 => format!("1. [x] {}\n\n   {}\n\n***", self.says(3), self.says(4)),
            9 => self.says_long(dice),
            10 => (0..20).map(|_| self.says(2)).collect::<Vec<_>>().join("\n"),
            11 => format!("{}\n---\n{}\r\n===", self.says(2), self.says(3)),
            12 => {
                (0..9).map(|n| format!("{}- {}", "  ".repeat(n), self.says(4))).collect::<Vec<_>>().join("\n")
            }
            13 if dice.once_in(6) => (0..700).flat_map(|_| ["filler ".into(), self.says(1)]).collect(),
            _ => {
                let many = 1 + dice.below(60);
                self.says(many)
            }
        }
    }

    /// An answer in markdown, in pieces that end anywhere.
    fn composes(&mut self, dice: &mut Dice) -> Vec<String> {
        let mut text = String::new();
        for _ in 0..=dice.below(6) {
            text.push_str(&self.says_block(dice));
            text.push_str(dice.pick(&["\n\n", "\n\n\n", "\n\n"]));
        }
        let mut pieces = Vec::new();
        let mut piece = String::new();
        let often = [5, 40, 400][dice.below(3)];
        for c in text.chars() {
            piece.push(c);
            if dice.once_in(often) {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        pieces.push(piece);
        pieces
    }
}

/// The first of the signs that marks are: syllables, none of which is said by anybody else.
const FIRST_MARK: u32 = 0xac00;
const MARKS: u32 = 11_172;
/// The same for the person's words.
pub(super) const FIRST_TOLD: u32 = 0xa000;
pub(super) const TOLD: u32 = 1_165;

/// A sign of its own, two columns wide.
fn mark(n: u32) -> char {
    assert!(n < MARKS, "a session says less");
    char::from_u32(FIRST_MARK + n).expect("a syllable")
}

/// The marks in a text.
pub(super) fn marks(text: &str) -> Vec<u32> {
    signs_from(text, FIRST_MARK, MARKS)
}

fn signs_from(text: &str, first: u32, many: u32) -> Vec<u32> {
    text.chars().filter_map(|c| u32::from(c).checked_sub(first).filter(|n| *n < many)).collect()
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
