//! An answer whose calls are still open.

use super::{Head, Prefix, Prompt};
use crate::{
    base::CallId,
    protocol::{Item, ToolCall, ToolResult, Turn, Verdict},
};

/// What comes of hearing an answer.
#[derive(Debug)]
pub enum Heard {
    /// The answer calls nothing; the prompt may be continued.
    Ready(Prompt),
    /// The answer calls tools; the prompt is inside.
    Open(OpenRound),
}

/// Owns the prompt until each call has a result, so that nothing can be sent in between.
///
/// There is no way to the prompt but [`OpenRound::close`], which needs every answer, and
/// [`OpenRound::abandon`], which gives the missing ones:
///
/// ```
/// # use qwen::prompt::{OpenRound, Prompt};
/// fn stop(round: OpenRound) -> Prompt { round.abandon() }
/// ```
/// ```compile_fail
/// # use qwen::prompt::{OpenRound, Prompt};
/// fn stop(round: OpenRound) -> Prompt { round.prompt }
/// ```
#[derive(Debug)]
pub struct OpenRound {
    prompt: Prompt,
    slots: Vec<(ToolCall, Option<ToolResult>)>,
}

impl OpenRound {
    pub(super) fn new(prompt: Prompt, calls: Vec<ToolCall>) -> Self {
        Self { prompt, slots: calls.into_iter().map(|c| (c, None)).collect() }
    }

    /// The calls that have no result yet, in order.
    pub fn open(&self) -> impl Iterator<Item = &ToolCall> {
        self.slots.iter().filter(|(_, r)| r.is_none()).map(|(c, _)| c)
    }

    /// All calls, in order.
    pub fn calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.slots.iter().map(|(c, _)| c)
    }

    /// Gives a call its result. The first result counts; returns whether it was taken.
    pub fn answer(&mut self, result: ToolResult) -> bool {
        let slot = self.slots.iter_mut().find(|(c, r)| c.id == result.call && r.is_none());
        slot.map(|(_, r)| *r = Some(result)).is_some()
    }

    /// Returns the prompt with one result for each call, in call order. Errors: the round itself, while a call is
    /// still open.
    pub fn close(self) -> Result<Prompt, Self> {
        if self.slots.iter().any(|(_, r)| r.is_none()) {
            return Err(self);
        }
        Ok(self.abandon())
    }

    /// Returns the prompt at once; open calls are answered as interrupted.
    pub fn abandon(mut self) -> Prompt {
        for (call, result) in self.slots {
            let result = result.unwrap_or_else(|| interrupted(call.id, call.name));
            self.prompt.append(Item::Result(result));
        }
        self.prompt
    }

    /// How many items the prompt has up to and with the answer, and the name of that beginning.
    pub fn heard(&self) -> (usize, Prefix) {
        let items = self.prompt.items.len();
        (items, self.prompt.prefix_through(items))
    }

    /// What was said up to and with the answer, for whoever shows it.
    pub fn so_far(&self) -> (&Head, &[Item]) {
        (self.prompt.head(), self.prompt.items())
    }

    /// The answer this round belongs to.
    pub fn turn(&self) -> Option<&Turn> {
        match self.prompt.items.last() {
            Some(Item::Assistant(turn)) => Some(turn),
            _ => None,
        }
    }
}

pub(super) fn interrupted(call: CallId, name: String) -> ToolResult {
    ToolResult {
        call,
        name,
        text: "Interrupted before it finished; nothing is known of its effect.".to_owned(),
        verdict: Verdict::Interrupted,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        prompt::Head,
        protocol::{Arguments, Finish, UserMessage},
    };

    fn round(ids: &[&str]) -> OpenRound {
        let mut prompt = Prompt::new(Arc::new(Head::new(Vec::new(), "Help.".into(), String::new())));
        prompt.push(UserMessage::words("look"));
        let calls = ids.iter().map(|id| ToolCall {
            id: CallId::new(*id),
            name: "glob".into(),
            arguments: Arguments::parse("{}"),
            extra: None,
        });
        let turn = Turn { calls: calls.collect(), finish: Finish::Calls, ..Turn::text("") };
        match prompt.hear(turn) {
            Heard::Open(round) => round,
            Heard::Ready(_) => panic!("the calls were not seen"),
        }
    }

    fn done(id: &str) -> ToolResult {
        ToolResult { call: CallId::new(id), name: "glob".into(), text: id.into(), verdict: Verdict::Done }
    }

    fn order(prompt: &Prompt) -> Vec<(String, Verdict)> {
        let results = prompt.items().iter().filter_map(|i| match i {
            Item::Result(r) => Some((r.call.as_str().to_owned(), r.verdict)),
            _ => None,
        });
        results.collect()
    }

    #[test]
    fn results_stand_in_call_order_whatever_finished_first() {
        let mut round = round(&["a", "b"]);
        assert!(round.answer(done("b")));
        let mut round = round.close().expect_err("a is still open");
        assert!(round.answer(done("a")));
        assert!(!round.answer(done("a")), "the first result counts");
        let prompt = round.close().expect("all answered");
        assert_eq!(order(&prompt), [("a".into(), Verdict::Done), ("b".into(), Verdict::Done)]);
    }

    #[test]
    fn an_abandoned_round_leaves_a_whole_prompt() {
        let mut round = round(&["a", "b"]);
        round.answer(done("b"));
        let prompt = round.abandon();
        assert_eq!(order(&prompt), [("a".into(), Verdict::Interrupted), ("b".into(), Verdict::Done)]);
    }
}
