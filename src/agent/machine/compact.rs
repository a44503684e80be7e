//! Shrinking the history: by a summary the model writes while it still fits, by cutting when it does not.

use super::{
    Effect, Kept, Machine,
    phase::{Asking, Purpose},
    words,
};
use crate::{
    base::Tokens,
    prompt::{Prompt, Then},
    protocol::{EndReason, Event, Failure, Item, UserMessage},
    provider::Reply,
};

/// The history is summarised when the prompt fills this share of the window, in thousandths.
const FULL: u64 = 800;
/// What stays word for word after a summary, in thousandths of the window.
const KEPT: u64 = 150;

impl Machine {
    pub(super) fn is_near_window(&self, prompt: &Prompt) -> bool {
        let used = self.scaled(prompt.estimate());
        let head = self.scaled(prompt.head().estimate());
        // A history smaller than what a summary would leave cannot be shrunk: the window is simply small.
        let least = Tokens(self.config.window.0 * KEPT / 1_000) + head;
        used.0 * 1_000 > self.config.window.0 * FULL && used > least && prompt.items().len() > 1
    }

    /// The person asks for a summary.
    pub(super) fn summarise(&mut self, prompt: Prompt, wish: &str) {
        let base = prompt.clone();
        let mut prompt = prompt;
        prompt.push(UserMessage::words(words::summarise(wish)));
        self.ask(prompt, Purpose::Summary { base, then: Then::Wait });
    }

    /// Summarises in the middle of a turn. The request rides on the same head and history with one instruction at
    /// its end, so that it reads the cache.
    pub(super) fn shrink(&mut self, prompt: Prompt, then: Then) {
        let base = prompt.clone();
        let mut prompt = prompt;
        prompt.push(UserMessage::words(words::summarise("")));
        self.ask(prompt, Purpose::Summary { base, then });
    }

    pub(super) fn summarised(&mut self, base: Prompt, then: Then, reply: &Reply) {
        let summary = reply.turn.text.trim();
        if summary.is_empty() {
            let digest = digest(&base);
            return self.replace(base, &digest, then);
        }
        self.replace(base, summary, then);
    }

    /// The summary request failed: cut without a model.
    pub(super) fn cut_instead(&mut self, base: Prompt, then: Then, cause: Failure) {
        if then == Then::Wait {
            self.emit(Event::Failed(cause));
            return self.rest(base, EndReason::Failed);
        }
        let digest = digest(&base);
        self.replace(base, &digest, then);
    }

    /// The provider says that the prompt does not fit. The window is believed from now on, and the history is cut
    /// without a model, since a request for a summary would not fit either.
    pub(super) fn rescue(&mut self, asking: Asking, limit: Option<Tokens>, cause: Failure) {
        if let Some(limit) = limit.filter(|l| *l < self.config.window && l.0 > 0) {
            self.config.window = limit;
        }
        let (prompt, then) = match asking.purpose {
            Purpose::Turn => (asking.prompt, Then::Ask),
            Purpose::Summary { base, then } => (base, then),
        };
        let room = Tokens(self.config.window.0 * KEPT / 1_000) + self.scaled(prompt.head().estimate());
        if self.scaled(prompt.estimate()) <= room {
            // What is left after cutting would be as large: the head alone does not fit.
            return self.fail(prompt, cause);
        }
        let digest = digest(&prompt);
        self.replace(prompt, &digest, then);
    }

    fn replace(&mut self, base: Prompt, summary: &str, then: Then) {
        let before = self.scaled(base.estimate());
        let budget = Tokens(self.config.window.0 * KEPT / 1_000);
        let keep = base.items_within(budget);
        let mut prompt = base.clone().compact(summary, keep, then);
        if self.scaled(prompt.estimate()).0 * 1_000 > self.config.window.0 * FULL {
            // Widening to a whole turn brought too much back.
            prompt = base.compact(summary, 0, then);
        }
        let after = self.scaled(prompt.estimate());
        self.kept = prompt.items().len();
        self.out.push(Effect::Keep(Kept::Epoch { epoch: prompt.epoch(), items: prompt.items().to_vec() }));
        self.emit(Event::Compacted { before, after });
        self.totals.context = after;
        match then {
            Then::Ask => self.ask_after_cut(prompt),
            Then::Wait => self.rest(prompt, EndReason::Completed),
        }
    }

    fn ask_after_cut(&mut self, prompt: Prompt) {
        self.ask(prompt, Purpose::Turn);
        if let super::phase::Phase::Asking(asking) = &mut self.phase {
            // A second overflow on the same turn is told, not tried again.
            asking.shrunk = true;
        }
    }
}

/// A summary without a model: the person's words and the names of what was called, newest kept longest.
fn digest(prompt: &Prompt) -> String {
    const MOST: usize = 6_000;
    let mut lines: Vec<String> = Vec::new();
    for item in prompt.items() {
        match item {
            Item::User(message) => lines.push(format!("User: {}", first(&message.text, 600))),
            Item::Assistant(turn) => {
                if !turn.text.trim().is_empty() {
                    lines.push(format!("Assistant: {}", first(&turn.text, 300)));
                }
                for call in &turn.calls {
                    lines.push(format!("Called {} {}", call.name, first(call.arguments.text(), 160)));
                }
            }
            Item::Result(_) => {}
        }
    }
    let mut size = 0;
    let keep = lines.iter().rev().take_while(|line| {
        size += line.len();
        size <= MOST
    });
    let keep = keep.count().max(1);
    let cut = lines.len().saturating_sub(keep);
    let mut out = Vec::with_capacity(keep + 2);
    // What was asked first is what the rest serves.
    out.extend(lines.first().filter(|_| cut > 0).cloned());
    if cut > 1 {
        out.push(format!("({} older entries left out)", cut - 1));
    }
    out.extend(lines.drain(cut..));
    format!("The history was cut because it no longer fitted. What happened, shortened:\n{}", out.join("\n"))
}

fn first(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
