//! Words that must not wait for the end of the turn.
//!
//! They go behind the results of a round as a message of the person's, so that everything before them keeps its
//! bytes. The path is that of any other message: it is composed, appended, kept, sent.

use std::mem;

use super::{Effect, Machine, phase::Phase, words};
use crate::{
    prompt::Prompt,
    protocol::{EndReason, Event, Op},
};

impl Machine {
    /// The person says something while a turn runs.
    pub(super) fn steer(&mut self, text: String) {
        match self.phase {
            Phase::Idle(_) => self.say(text),
            Phase::Ended => {}
            _ => self.steering.push(text),
        }
    }

    /// After a round: sends what the person said meanwhile with the next request, or just the request.
    pub(super) fn steer_or_ask(&mut self, prompt: Prompt) {
        if self.steering.is_empty() || self.is_at_limit() {
            return self.next_request(prompt);
        }
        let text = mem::take(&mut self.steering).join(APART);
        let reminders = self.untold_mode.take().map(words::mode_reminder).into_iter().collect();
        self.steered = Some(text.clone());
        self.phase = Phase::Composing(prompt);
        self.out.push(Effect::Compose { turn: self.turn, text, is_first: false, reminders });
    }

    /// The message is part of the conversation now.
    pub(super) fn told_steered(&mut self) {
        if let Some(text) = self.steered.take() {
            self.emit(Event::Steered { text });
        }
    }

    /// What becomes of words that no request could take along: after a turn that came to its own end they are said
    /// next.
    pub(super) fn settle_steering(&mut self, reason: EndReason) {
        let left = mem::take(&mut self.steering);
        let is_own_end = !matches!(reason, EndReason::Interrupted | EndReason::Failed);
        if is_own_end && !left.is_empty() {
            self.queue.push_front(left.join(APART));
        }
    }

    fn say(&mut self, text: String) {
        self.op(Op::Say { text });
    }
}

/// Stands between texts that were said one after the other.
const APART: &str = "\n\n";
