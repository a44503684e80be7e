//! Commands of the person's own: they run between two turns, and the model is told of them with the next message.

use std::time::Duration;

use super::{Effect, Machine, phase::Phase, words};
use crate::{
    base::CallId,
    protocol::{Arguments, Event, ToolCall, ToolResult},
    tools::Outcome,
};

/// What one message tells of commands, at most; what older ones wrote is left out first. *Unit:* characters.
const MOST: usize = 60_000;

/// What the person ran since the model was last told.
#[derive(Debug, Default)]
pub(super) struct Own {
    running: Option<Running>,
    ran: Vec<Ran>,
    /// How many of `ran` stand in the message that is being made.
    telling: usize,
    /// Counts commands of the session.
    count: u32,
}

#[derive(Debug)]
struct Running {
    call: ToolCall,
    line: String,
    /// The conversation it was run in is gone.
    is_forgotten: bool,
}

#[derive(Debug)]
struct Ran {
    line: String,
    output: String,
}

impl Own {
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// What the next message tells, the oldest first.
    pub(super) fn texts(&mut self) -> Vec<String> {
        self.telling = self.ran.len();
        let mut left = MOST;
        let mut texts: Vec<String> = Vec::with_capacity(self.ran.len());
        for Ran { line, output } in self.ran.iter().rev() {
            let size = output.chars().count();
            let output = if size <= left { output.as_str() } else { words::LEFT_OUT };
            left = left.saturating_sub(size);
            texts.push(words::own_command(line, output));
        }
        texts.reverse();
        texts
    }

    /// The message that tells of them is part of the conversation.
    pub(super) fn are_told(&mut self) {
        self.ran.drain(..self.telling);
        self.telling = 0;
    }
}

impl Machine {
    pub(super) fn run_own(&mut self, line: String) {
        if line.trim().is_empty() {
            return;
        }
        if !matches!(self.phase, Phase::Idle(_)) || self.own.is_running() {
            return self.warn("not while something is running; stop it first".to_owned());
        }
        self.own.count += 1;
        let id = CallId::new(format!("own-{}", self.own.count));
        let arguments = serde_json::json!({ "command": line }).to_string();
        let (name, arguments) = (ToolCall::OWN_COMMAND.to_owned(), Arguments::parse(&arguments));
        let call = ToolCall { id: id.clone(), name, arguments, extra: None };
        self.emit(Event::ToolStarted { call: call.clone(), title: format!("! {line}") });
        self.own.running = Some(Running { call, line: line.clone(), is_forgotten: false });
        self.out.push(Effect::RunOwn { call: id, line });
    }

    pub(super) fn own_ran(&mut self, call: &CallId, outcome: Outcome, took: Duration) {
        let Some(Running { call, line, is_forgotten }) = self.own.running.take_if(|r| r.call.id == *call)
        else {
            return;
        };
        let Outcome { text, verdict, display } = outcome;
        let (id, name) = (call.id.clone(), call.name.clone());
        if !is_forgotten {
            self.own.ran.push(Ran { line, output: text.clone() });
        }
        let result = ToolResult { call: id, name, text, verdict };
        self.emit(Event::ToolDone { call, result, display, took });
        if matches!(self.phase, Phase::Idle(_))
            && let Some(text) = self.queue.pop_front()
            && let Phase::Idle(prompt) = self.take_phase()
        {
            self.emit_queue();
            self.begin(prompt, text);
        }
    }

    pub(super) fn stop_own(&mut self) {
        if self.own.is_running() {
            self.out.push(Effect::StopOwn);
        }
    }

    /// A new conversation begins: what was run before is no part of it.
    pub(super) fn forget_own(&mut self) {
        self.stop_own();
        (self.own.ran, self.own.telling) = (Vec::new(), 0);
        if let Some(running) = &mut self.own.running {
            running.is_forgotten = true;
        }
    }
}
