//! Shrinking the history: by a summary the model writes while it still fits, by cutting when it does not.

use super::{
    Effect, Kept, Machine,
    memory::{Memory, clip, digest},
    phase::{Asking, Phase, Purpose},
    words,
};
use crate::{
    base::Tokens,
    prompt::{Prompt, Then},
    protocol::{EndReason, Event, Failure, Kind, Level, UserMessage},
    provider::Reply,
};

/// The history is summarised when the prompt fills this share of the window, in thousandths.
const FULL: u64 = 800;
/// What stays word for word after a summary, in thousandths of the size that counts as full.
const KEPT: u64 = 190;
/// What a summary is expected to take, so that none is asked for a history that is as short. *Unit:* tokens; ours:
/// the instruction asks for a page.
const SUMMARY: Tokens = Tokens(1_000);
/// What the instruction to summarise takes at most, beside the person's wish.
const INSTRUCTION: Tokens = Tokens(250);
/// The most the person's words and their list take in a summary.
const MEMORY: u64 = 4_000;

impl Machine {
    /// The size at which a history is summarised: four fifths of the window, or less if a setting says so.
    fn full(&self, prompt: &Prompt) -> Tokens {
        let head = self.scaled(prompt.head().estimate());
        let window = Tokens(self.config.window.0 * FULL / 1_000);
        let tiers = self.config.tiers.iter().rev().skip(1).rev();
        // A tier that the head alone half fills leaves no room to work in.
        let tier = tiers.map(|t| t.up_to).find(|up_to| up_to.0 > 2 * (head + SUMMARY).0);
        let tier = tier.filter(|_| self.config.compaction.below_tier);
        [tier, self.config.compaction.at].into_iter().flatten().fold(window, Tokens::min)
    }

    /// What stays word for word.
    fn kept(&self, prompt: &Prompt) -> Tokens {
        let history = self.scaled(prompt.estimate()) - self.scaled(prompt.head().estimate());
        Tokens(self.full(prompt).0 * KEPT / 1_000).min(Tokens(history.0 / 4))
    }

    /// Whether the history is larger than what a summary would leave of it.
    fn pays(&self, prompt: &Prompt) -> bool {
        let history = self.scaled(prompt.estimate()) - self.scaled(prompt.head().estimate());
        history > self.kept(prompt) + SUMMARY
    }

    /// Whether it is time for a summary. After one the prompt grows a good piece before the next.
    pub(super) fn is_full(&self, prompt: &Prompt) -> bool {
        let (used, full) = (self.scaled(prompt.estimate()), self.full(prompt));
        let room = full - self.scaled(prompt.head().estimate());
        used > full && self.pays(prompt) && used >= self.after_cut + Tokens(room.0 / 5)
    }

    /// Whether a request with `more` at its end would be larger than the window.
    pub(super) fn is_over(&self, prompt: &Prompt, more: Tokens) -> bool {
        self.scaled(prompt.estimate() + more) >= self.config.window
    }

    /// The person asks for a summary.
    pub(super) fn compact(&mut self, prompt: Prompt, wish: &str) {
        if self.pays(&prompt) {
            return self.summarise(prompt, wish, Then::Wait);
        }
        let size = self.scaled(prompt.estimate()) - self.scaled(prompt.head().estimate());
        self.phase = Phase::Idle(prompt);
        self.warn(format!("the history is about {size} tokens; a summary would not be shorter"));
    }

    /// Asks for a summary. The request rides on the same head and history with one instruction at its end, so that
    /// it reads the cache. What would not fit with the instruction is cut without a model.
    pub(super) fn summarise(&mut self, prompt: Prompt, wish: &str, then: Then) {
        let instruction = words::summarise(wish);
        if self.is_over(&prompt, INSTRUCTION + crate::base::estimate(wish)) {
            return self.cut_or_go_on(prompt, then, None);
        }
        let base = prompt.clone();
        let mut prompt = prompt;
        prompt.push(UserMessage::words(instruction));
        self.ask(prompt, Purpose::Summary { base, then });
    }

    pub(super) fn summarised(&mut self, base: Prompt, then: Then, reply: &Reply) {
        let summary = Some(reply.turn.text.trim()).filter(|summary| !summary.is_empty());
        match self.cut(&base, summary, then) {
            Some(prompt) => self.replace(&base, prompt, then),
            None => self.cut_or_go_on(base, then, None),
        }
    }

    /// The summary request failed. What the person asked for is told as failed and the history stays; in the middle
    /// of a turn it is cut without a model.
    pub(super) fn cut_instead(&mut self, base: Prompt, then: Then, cause: Failure) {
        if then == Then::Wait {
            return self.fail(base, cause);
        }
        self.cut_or_go_on(base, then, Some(cause));
    }

    /// The provider says that the prompt does not fit. Its limit is believed from now on, and the history is cut
    /// without a model, since a request for a summary would not fit either.
    pub(super) fn rescue(&mut self, asking: Asking, limit: Option<Tokens>, cause: Failure) {
        let refused = self.scaled(asking.prompt.estimate());
        // Without a number of the server's, what it refused is at least too large.
        let least = self.scaled(asking.prompt.head().estimate()) + SUMMARY + SUMMARY;
        let limit = limit.filter(|l| l.0 > 0).unwrap_or(refused.max(least));
        self.config.window = self.config.window.min(limit);
        let (prompt, then) = match asking.purpose {
            Purpose::Turn => (asking.prompt, Then::Ask),
            Purpose::Summary { base, then } => (base, then),
        };
        match self.cut(&prompt, None, then) {
            Some(next) => self.replace(&prompt, next, then),
            // What is left after cutting would be as large: the head alone does not fit.
            None if then == Then::Ask => self.give_up(prompt, cause),
            None => self.fail(prompt, cause),
        }
    }

    /// Cuts without a model; a history that cannot be made smaller goes out as it is, and the server decides.
    pub(super) fn cut_or_go_on(&mut self, base: Prompt, then: Then, cause: Option<Failure>) {
        match (self.cut(&base, None, then), cause) {
            (Some(prompt), _) => self.replace(&base, prompt, then),
            (None, Some(cause)) => self.give_up(base, cause),
            (None, None) if then == Then::Ask => self.ask(base, Purpose::Turn),
            (None, None) => {
                let failure = Failure::new(Kind::Context, "the history cannot be made shorter");
                self.fail(
                    base,
                    failure.hint("start a new conversation, or choose a model with a larger window"),
                );
            }
        }
    }

    /// The history behind a summary of the model's, or behind one made here: the largest that fits well and is
    /// smaller than `base`. `None` when there is none: the head alone fills the window.
    fn cut(&self, base: &Prompt, summary: Option<&str>, then: Then) -> Option<Prompt> {
        let (head, all) = (self.scaled(base.head().estimate()), base.items().len());
        let room = self.config.window - head;
        let most = self.full(base).max(head + Tokens(room.0 / 2)).min(self.config.window);
        let room = self.unscaled(most - head);
        let kept = base.cut(self.unscaled(self.kept(base)));
        // First with the newest messages, then without, then with ever less text.
        let tries = [(kept, 2), (all, 2), (all, 4), (all, 8), (all, 16), (all, 32)];
        tries.into_iter().filter(|(from, _)| *from > 0).find_map(|(from, part)| {
            let budget = Tokens(room.0 / part);
            let text = match summary {
                Some(summary) => clip(summary, budget),
                None => digest(base, budget.min(Tokens(1_500))),
            };
            let memory = Memory::of(base, from).write(Tokens((budget.0 / 2).min(MEMORY)));
            let prompt = base.clone().compact(&format!("{text}\n{memory}"), from, then);
            let size = self.scaled(prompt.estimate());
            (size <= most && size < self.scaled(base.estimate())).then_some(prompt)
        })
    }

    fn replace(&mut self, base: &Prompt, prompt: Prompt, then: Then) {
        let (before, after) = (self.scaled(base.estimate()), self.scaled(prompt.estimate()));
        self.replaced(&prompt);
        self.emit(Event::Compacted { before, after });
        self.after_cut = after;
        match then {
            Then::Ask => self.ask_after_cut(prompt),
            Then::Wait => self.rest(prompt, EndReason::Completed),
        }
    }

    /// The history is another now: keeps it, and expects that its end is not stored.
    pub(super) fn replaced(&mut self, prompt: &Prompt) {
        self.kept = prompt.items().len();
        self.out.push(Effect::Keep(Kept::Epoch { epoch: prompt.epoch(), items: prompt.items().to_vec() }));
        self.totals.context = self.scaled(prompt.estimate());
    }

    fn ask_after_cut(&mut self, prompt: Prompt) {
        self.ask(prompt, Purpose::Turn);
        if let Phase::Asking(asking) = &mut self.phase {
            // A second overflow on the same turn is told, not tried again.
            asking.shrunk = true;
        }
    }

    /// How many estimated tokens are this many real ones.
    fn unscaled(&self, real: Tokens) -> Tokens {
        const MILLION: u64 = 1_000_000;
        Tokens(real.0.saturating_mul(MILLION) / self.scaled(Tokens(MILLION)).0.max(1))
    }

    pub(super) fn warn(&mut self, text: String) {
        self.emit(Event::Notice { level: Level::Warning, text });
    }
}
