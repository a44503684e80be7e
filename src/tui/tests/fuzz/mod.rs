//! Anything a hand and an agent can do, in any order, drawn into a terminal: nothing panics, nothing that was said is
//! lost or doubled, and what the terminal shows is what a fresh drawing of the state shows.
//!
//! `QWEN_CASES=20` tries twenty times as many; `QWEN_SEED=7` begins at another place.

mod agent;
mod hand;
mod window;

use std::env;

use proptest::{
    prelude::Rng as _,
    test_runner::{RngAlgorithm, TestRng},
};

use super::*;
use agent::Agent;
use window::Window;

/// How many sessions are tried.
const SESSIONS: u64 = 24;
/// How many things happen in one.
const STEPS: usize = 260;

/// Chance, with a name that brings it back.
struct Dice(TestRng);

impl Dice {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end as u64).expect("below a usize")
    }

    /// Once in `n` times.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Says which session failed.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            println!("again: QWEN_SEED={seed} cargo test --lib -- tui::tests::fuzz");
        }
    }
}

fn number(name: &str, usual: u64) -> u64 {
    env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

#[test]
fn whatever_is_done_nothing_is_lost_or_doubled_and_the_screen_is_what_the_state_says() {
    let first = number("QWEN_SEED", 0);
    for seed in first..first + SESSIONS * number("QWEN_CASES", 1) {
        let _named = Named(seed);
        session(seed);
    }
}

/// One session. In every second one the window keeps its size, and everything the terminal holds is compared.
fn session(seed: u64) {
    let mut dice = Dice::new(seed);
    let is_steady = seed.is_multiple_of(2);
    let (columns, rows) = [(80, 24), (100, 30), (40, 12), (57, 17)][dice.below(4)];
    let mut stage = Stage::new(columns, rows);
    let mut agent = Agent::default();
    let mut window = Window::new(columns, rows);
    window.draw(&stage);
    for _ in 0..STEPS {
        match dice.below(20) {
            0..=8 => hand::acts(&mut stage, &mut dice),
            9..=16 => agent.speaks(&mut stage, &mut dice),
            17 if is_steady => {}
            17 => {
                let size = Size { columns: 30 + dice.below(110), rows: 6 + dice.below(40) };
                // What leaves the window at its top cannot be taken back.
                if window.has_room(size) {
                    window.resize(size);
                    stage.send(Msg::Resize(size));
                }
            }
            _ => drop(stage.wait([1, 90, 700, 2_300][dice.below(4)])),
        }
        agent.obeys(&mut stage);
        if stage.has_quit {
            break;
        }
        if !dice.once_in(4) {
            window.draw(&stage);
            window.shows(&stage);
        }
    }
    agent.ends(&mut stage);
    stage.model.pager = None;
    window.draw(&stage);
    window.shows(&stage);
    if is_steady {
        window.holds_everything(&stage);
    }
    agent.was_heard(&stage);
}
