//! Going back, beginning anew, and taking in another repository block: what replaces the prompt between two turns.

use std::sync::Arc;

use super::{Effect, Kept, Machine, phase::Phase};
use crate::{
    base::Tokens,
    prompt::Prompt,
    protocol::{CacheMode, EndReason, Event, Mode},
};

impl Machine {
    /// Goes back to before the person's message with this number, counted from the newest.
    pub(super) fn rewind(&mut self, turn: u32) {
        let Phase::Idle(prompt) = &self.phase else {
            return self.warn("not while a turn is running; stop it first".to_owned());
        };
        let back = usize::try_from(turn).unwrap_or(usize::MAX);
        let found = back.checked_sub(1).and_then(|n| prompt.words().rev().nth(n));
        let Some((index, text)) = found.map(|(index, text)| (index, text.to_owned())) else {
            let many = prompt.words().count();
            return self.warn(format!("there is no such message to go back to; the conversation has {many}"));
        };
        if index == 0 && prompt.summary().is_some() {
            return self
                .warn("what came before that message is a summary; there is no way back past it".to_owned());
        }
        let Phase::Idle(prompt) = self.take_phase() else { return };
        match prompt.rewind(index) {
            Ok(prompt) => {
                self.replaced(&prompt);
                self.after_cut = Tokens(0);
                self.emit(Event::Rewound { turn, text });
                self.out.push(Effect::Sync);
                self.phase = Phase::Idle(prompt);
            }
            Err(prompt) => self.phase = Phase::Idle(prompt),
        }
    }

    /// A new conversation on the same head.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.steering.clear();
        self.forget_own();
        if !matches!(self.phase, Phase::Idle(_)) {
            self.interrupt();
        }
        if let Phase::Idle(prompt) = self.take_phase() {
            self.phase = Phase::Idle(Prompt::new(prompt.head().clone()));
            self.kept = 0;
            self.after_cut = Tokens(0);
            self.totals.context = Tokens(0);
            self.untold_mode = Some(self.mode).filter(|m| *m == Mode::Plan);
            self.out.push(Effect::Keep(Kept::Epoch { epoch: 0, items: Vec::new() }));
        }
    }

    /// The repository was read anew. A running turn ends on the head it began with.
    pub(super) fn collected(&mut self, repository: String) {
        self.repository = Some(repository);
        if let Phase::Idle(_) = &self.phase
            && let Phase::Idle(prompt) = self.take_phase()
        {
            let prompt = self.renewed(prompt);
            self.phase = Phase::Idle(prompt);
        }
    }

    /// The prompt with the newest repository block, and what that costs, said before it is spent.
    pub(super) fn renewed(&mut self, prompt: Prompt) -> Prompt {
        let Some(repository) = self.repository.take() else { return prompt };
        let head = (**prompt.head()).clone().with_repository(repository);
        if head.prefix() == prompt.head().prefix() {
            self.notice("context: nothing has changed; the map stays as it is");
            return prompt;
        }
        let prompt = prompt.with_head(Arc::new(head));
        let plan = self.plan(&prompt, false);
        let prediction = plan.prediction();
        if plan.mode() == CacheMode::Explicit {
            let price = self.price_of_writing(prediction).map(|p| format!(", about {p}")).unwrap_or_default();
            let written = prediction.written;
            self.notice(&format!(
                "context: the map was rebuilt; the next request writes {written} tokens again{price}"
            ));
        } else {
            self.notice("context: the map was rebuilt; the next request brings it");
        }
        self.told_miss = true;
        prompt
    }

    /// Ends the turn and waits for the person, or goes on with what they said meanwhile.
    pub(super) fn rest(&mut self, prompt: Prompt, reason: EndReason) {
        self.keep_items(&prompt);
        let prompt = self.renewed(prompt);
        self.phase = Phase::Idle(prompt);
        self.out.push(Effect::Sync);
        self.emit(Event::TurnEnded { reason, totals: self.totals });
        if self.is_quitting {
            return self.end();
        }
        self.switch_if_chosen();
        self.settle_steering(reason);
        if let Some(text) = self.queue.pop_front() {
            self.emit_queue();
            if let Phase::Idle(prompt) = self.take_phase() {
                self.begin(prompt, text);
            }
        } else {
            self.arm();
        }
    }
}
