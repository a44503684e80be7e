//! Stories: keys and events in, ops and whole screens out.

mod approval;
mod cache;
mod chinese;
mod frames;
mod fuzz;
mod key_sheet;
mod keys;
mod looks;
mod menus;
mod page;
mod panels;
mod past;
mod privacy;
mod screens;
mod shell;
mod sign_in;
mod transcript;
mod turns;
mod vim;
mod work;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::text::Line;

use super::{
    door::Chosen,
    editor::{Edited, Errand, Page},
    frame::{Frame, Size},
    layout::plain,
    look::Look,
    model::Model,
    msg::{Cmd, Msg},
    transcript::Target,
    update::update,
    view::view,
};
use crate::{
    base::{CallId, Moment, SessionId, Tokens},
    protocol::{
        Arguments, CacheMode, DeltaKind, EndReason, Event, Mode, Op, Preview, Question, SessionInfo,
        ToolCall, ToolResult, Totals, Verdict,
    },
};

/// A screen without a terminal, and a clock that is moved by hand.
struct Stage {
    model: Model,
    now: Moment,
    ops: Vec<Op>,
    /// Commands that were told for whoever counts.
    used: Vec<&'static str>,
    printed: Vec<Line<'static>>,
    pages: Vec<Page>,
    /// What was copied, and what was written where.
    copied: Vec<String>,
    written: Vec<(Target, String)>,
    /// What was kept for later sessions.
    past: Vec<String>,
    drafts: Vec<String>,
    resumed: Vec<Chosen>,
    /// Nothing on the terminal is to be trusted.
    is_stale: bool,
    has_quit: bool,
}

impl Stage {
    /// A session that is ready.
    fn new(columns: usize, rows: usize) -> Self {
        let mut stage = Self::starting(columns, rows);
        stage.hear(Event::SessionStarted(session()));
        stage
    }

    /// A session that has not started yet.
    fn starting(columns: usize, rows: usize) -> Self {
        let now = Moment(1_000_000);
        let home = Some("/home/ada".to_owned());
        let model = Model::new(Size { columns, rows }, Look::new(true), home, now);
        Self {
            model,
            now,
            ops: Vec::new(),
            used: Vec::new(),
            printed: Vec::new(),
            pages: Vec::new(),
            copied: Vec::new(),
            written: Vec::new(),
            past: Vec::new(),
            drafts: Vec::new(),
            resumed: Vec::new(),
            is_stale: false,
            has_quit: false,
        }
    }

    fn send(&mut self, msg: Msg) -> &mut Self {
        for cmd in update(&mut self.model, msg, self.now) {
            match cmd {
                Cmd::Send(Op::KeepPast { text }) => self.past.push(text),
                Cmd::Send(Op::KeepDraft { text }) => self.drafts.push(text),
                Cmd::Send(Op::Used { command }) => self.used.push(command),
                Cmd::Send(op) => self.ops.push(op),
                Cmd::Print(lines) => self.printed.extend(lines),
                Cmd::Edit(page) => self.pages.push(page),
                Cmd::Resume(chosen) => self.resumed.push(chosen),
                Cmd::Quit => self.has_quit = true,
                Cmd::Copy(text) => self.copied.push(text),
                Cmd::Write(target, text) => self.written.push((target, text)),
                Cmd::Redraw => self.is_stale = true,
                Cmd::Notify(_) | Cmd::Title(_) | Cmd::Scroll(_) | Cmd::Suspend => {}
            }
        }
        self
    }

    fn hear(&mut self, event: Event) -> &mut Self {
        self.send(Msg::Agent(Box::new(event)))
    }

    /// Lets time pass, in the steps the screen asks for.
    fn wait(&mut self, milliseconds: u64) -> &mut Self {
        let end = self.now.after(Duration::from_millis(milliseconds));
        while let Some(at) = self.model.wake_at().filter(|at| *at < end) {
            self.now = at;
            self.send(Msg::Tick);
        }
        self.now = end;
        self.send(Msg::Tick)
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) -> &mut Self {
        self.send(Msg::Key(KeyEvent::new(code, modifiers)))
    }

    fn key(&mut self, code: KeyCode) -> &mut Self {
        self.press(code, KeyModifiers::NONE)
    }

    fn control(&mut self, c: char) -> &mut Self {
        self.press(KeyCode::Char(c), KeyModifiers::CONTROL)
    }

    fn enter(&mut self) -> &mut Self {
        self.key(KeyCode::Enter)
    }

    fn escape(&mut self) -> &mut Self {
        self.key(KeyCode::Esc)
    }

    fn write(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.key(KeyCode::Char(c));
        }
        self
    }

    /// Sends words, and the agent takes them.
    fn ask(&mut self, text: &str) -> &mut Self {
        self.write(text).enter();
        self.ops.clear();
        self.hear(Event::TurnStarted { turn: 1, text: text.to_owned() })
    }

    fn answers(&mut self, text: &str) -> &mut Self {
        self.hear(Event::Delta { kind: DeltaKind::Text, text: text.to_owned() })
    }

    fn ends(&mut self, reason: EndReason) -> &mut Self {
        self.hear(Event::TurnEnded { reason, totals: Totals::default() })
    }

    fn ops(&mut self) -> Vec<Op> {
        std::mem::take(&mut self.ops)
    }

    fn draft(&self) -> String {
        self.model.composer.text()
    }

    /// What stands in the scrollback.
    fn history(&self) -> String {
        let rows: Vec<String> = plain(&self.printed).split('\n').map(|r| r.trim_end().to_owned()).collect();
        rows.join("\n")
    }

    fn frame(&self) -> Frame {
        let frame = view(&self.model);
        let Size { columns, rows } = self.model.window;
        assert!(frame.rows.len() <= rows, "{} rows on a screen of {rows}", frame.rows.len());
        for row in &frame.rows {
            let text = plain(std::slice::from_ref(row));
            assert!(crate::base::width(&text) <= columns, "wider than the screen: {text:?}");
        }
        frame
    }

    /// What the live block shows, with `▏` at the caret.
    fn screen(&self) -> String {
        let frame = self.frame();
        let mut rows: Vec<String> =
            frame.rows.iter().map(|r| plain(std::slice::from_ref(r)).trim_end().to_owned()).collect();
        if let Some((row, column)) = frame.caret {
            let (mut used, mut at) = (0, 0);
            for c in rows[row].chars().collect::<Vec<_>>() {
                if used >= column {
                    break;
                }
                used += crate::base::width(c.encode_utf8(&mut [0; 4]));
                at += c.len_utf8();
            }
            rows[row].push_str(&" ".repeat(column.saturating_sub(used)));
            at += column.saturating_sub(used);
            rows[row].insert(at, '▏');
        }
        rows.join("\n")
    }
}

fn session() -> SessionInfo {
    SessionInfo {
        id: SessionId::new("s1"),
        root: "/home/ada/src/shop".into(),
        branch: Some("main".into()),
        model: "qwen3-coder-plus".into(),
        provider: "Qwen Cloud".into(),
        window: Tokens(131_072),
        tools: vec!["edit".into(), "glob".into()],
        mode: Mode::Default,
        cache: (CacheMode::Explicit, "explicit: the provider takes markers".into()),
        restored_turns: 0,
    }
}

fn call(id: &str, name: &str) -> ToolCall {
    ToolCall { id: CallId::new(id), name: name.into(), arguments: Arguments::parse("{}"), extra: None }
}

fn result(id: &str, text: &str, verdict: Verdict) -> ToolResult {
    ToolResult { call: CallId::new(id), name: "run_shell_command".into(), text: text.into(), verdict }
}

/// A question about a command.
fn asks_to_run(command: &str) -> Event {
    Event::Permission {
        call: call("c1", "run_shell_command"),
        question: Question {
            preview: Preview::Command { command: command.into(), directory: "~/src/shop".into() },
            remember: Some("Bash(cargo build)".into()),
            reason: "commands ask in this mode".into(),
            effects: vec!["writes files".into(), "deletes: target/release/deps/very-long".into()],
        },
    }
}
