//! Another account or model in the middle of a conversation, which stays as it is, and what that costs.

use super::{Effect, Machine, phase::Phase, warm::Warm};
use crate::{
    base::{Money, Tokens},
    cache::Limits,
    prompt::Prompt,
    protocol::{CacheMode, Prediction, Tier, UserMessage},
};

/// What the next requests go to.
#[derive(Clone, Debug)]
pub struct Switch {
    /// Whose cache is used, and on which terms.
    pub cache: Limits,
    /// How it is used.
    pub cache_mode: CacheMode,
    /// Prices of the model.
    pub tiers: Vec<Tier>,
    /// The model's window.
    pub window: Tokens,
}

/// The price of what is not read from a cache and not stored. *Unit:* thousandths of the input price.
const PLAIN: u32 = 1_000;

impl Machine {
    /// Goes on with another account or model; a running turn ends with the one it began with.
    pub(super) fn switch(&mut self, to: Switch) {
        if matches!(self.phase, Phase::Idle(_)) {
            self.stop_ping();
            return self.take_over(to);
        }
        self.next = Some(to);
        self.notice("the turn that is running ends as it began; what you chose is used from the next one on");
    }

    /// Takes over what was chosen while a turn was running.
    pub(super) fn switch_if_chosen(&mut self) {
        if let Some(to) = self.next.take() {
            self.take_over(to);
        }
    }

    fn take_over(&mut self, to: Switch) {
        let is_same = self.config.cache.scope == to.cache.scope;
        self.ask_another(to);
        let mut notes = Vec::new();
        if let Phase::Idle(prompt) = &self.phase
            && !prompt.items().is_empty()
        {
            let size = self.scaled(prompt.estimate());
            notes.extend((!is_same).then(|| self.cost_of_moving(prompt)));
            notes.extend(self.will_shrink(prompt, size));
            self.totals.context = size;
            // It is being told here.
            self.told_miss |= !is_same;
        }
        self.out.push(Effect::Switched { notes });
    }

    /// From here on requests are made for another account or model.
    pub(super) fn ask_another(&mut self, to: Switch) {
        let Switch { cache, cache_mode, tiers, window } = to;
        self.config.cache = cache;
        (self.config.cache_mode, self.config.tiers, self.config.window) = (cache_mode, tiers, window);
        // What was learned of the old one holds no more. The copy it keeps of the conversation is found again if the
        // person comes back: a link says whose it is.
        (self.warm, self.after_cut) = (Warm::default(), Tokens(0));
    }

    /// What the first request costs that brings the conversation to another model, in words.
    fn cost_of_moving(&self, prompt: &Prompt) -> String {
        let told = self.plan(prompt, false).prediction();
        let whole = told.read + told.written + told.plain;
        match self.config.cache_mode {
            CacheMode::Session if self.is_kept_there(prompt) => {
                "the provider already keeps this conversation: the next request sends only what is new"
                    .to_owned()
            }
            CacheMode::Session => self.cold(Prediction { written: whole, ..Prediction::default() }),
            CacheMode::Explicit if told.read.0 * 10 >= whole.0 * 9 => {
                format!(
                    "the cache is already warm: the next request reads about {} tokens from it",
                    told.read
                )
            }
            CacheMode::Explicit if told.read > Tokens(0) => {
                let (read, written) = (told.read, told.written);
                let price = price(self.price_of_writing(told));
                format!(
                    "the cache holds about {read} tokens of this; the next request writes about {written} again{price}"
                )
            }
            CacheMode::Explicit if told.written > Tokens(0) => self.cold(told),
            _ => self.unmarked(whole),
        }
    }

    fn cold(&self, told: Prediction) -> String {
        let price = price(self.price_of_writing(told));
        format!("the cache starts cold: the next request writes about {} tokens again{price}", told.written)
    }

    /// Nothing is marked, so nothing is known of what the provider keeps.
    fn unmarked(&self, whole: Tokens) -> String {
        let told = Prediction { plain: whole, ..Prediction::default() };
        let money = self.tier_of(told).map(|tier| tier.input.times(whole, PLAIN));
        let price = price(money);
        let terms = &self.config.cache.terms;
        let has_cache = self.config.cache_mode != CacheMode::Off && (terms.implicit || terms.explicit);
        let what = if has_cache { "the cache starts cold" } else { "no cache is used there" };
        format!("{what}: the next request sends about {whole} tokens at the full price{price}")
    }

    /// Whether the provider has a copy that the next request can follow.
    fn is_kept_there(&self, prompt: &Prompt) -> bool {
        let mut next = prompt.clone();
        next.push(UserMessage::words("…"));
        self.followed(&next).is_some()
    }

    /// That the history will not go out as it is, if so.
    fn will_shrink(&self, prompt: &Prompt, size: Tokens) -> Option<String> {
        let window = self.config.window;
        let how = if self.is_over(prompt, Tokens(0)) {
            "is shortened"
        } else if self.is_full(prompt) {
            "becomes a summary"
        } else {
            return None;
        };
        Some(format!(
            "the conversation has about {size} tokens and the window {window}: it {how} before the next request"
        ))
    }
}

fn price(money: Option<Money>) -> String {
    money.map(|money| format!(" (≈ {money})")).unwrap_or_default()
}
