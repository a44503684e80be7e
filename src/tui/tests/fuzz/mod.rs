//! Anything a hand and an agent can do, in any order, drawn into a terminal of any size: nothing panics, every sign that
//! was said stands once and in order in the scrollback, and the window shows what a fresh drawing of the state shows.
//!
//! `QWEN_SECONDS=60` goes on for that long, `QWEN_CASES=20` tries twenty times as many, `QWEN_SEED=7` begins at another place.
//!
//! One thing is not asked for, because no program can do it: rows of the live block that a terminal pushes out of a window
//! which became smaller than the block cannot be taken back. They are counted, and everything else has to hold.

mod agent;
mod hand;
mod window;

use std::{env, time::Instant};

use proptest::{
    prelude::Rng as _,
    test_runner::{RngAlgorithm, TestRng},
};

use super::*;
use crate::tui::fullscreen::History;
use agent::Agent;
use window::{Manners, Window};

/// How many sessions are tried.
const SESSIONS: u64 = 8;
/// How many things happen in one.
const STEPS: usize = 260;

/// Chance, with a name that brings it back.
struct Dice {
    chance: TestRng,
    /// Counts what was said.
    told: u32,
    is_joined: bool,
}

impl Dice {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self { chance: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes), told: 0, is_joined: false }
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.chance.next_u64() % end as u64).expect("below a usize")
    }

    /// A sign for words of the person's: another one each time.
    fn tells(&mut self) -> char {
        self.told += 1;
        char::from_u32(agent::FIRST_TOLD + self.told % agent::TOLD).expect("a syllable")
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
    let least = first + SESSIONS * number("QWEN_CASES", 1);
    let (began, long) = (Instant::now(), Duration::from_secs(number("QWEN_SECONDS", 0)));
    let (mut rows, mut texts) = (0, 0);
    for seed in (first..).take_while(|seed| *seed < least || began.elapsed() < long) {
        let _named = Named(seed);
        let left = session(seed);
        (rows, texts) = (rows + left.0, texts + left.1);
    }
    println!("{rows} rows of live blocks were pushed out of windows, {texts} of them text of an answer");
}

/// A size of a window: usual ones, tiny ones, huge ones.
fn size(dice: &mut Dice) -> Size {
    match dice.below(8) {
        0 => Size { columns: 1 + dice.below(30), rows: 1 + dice.below(9) },
        1 => [(1, 1), (20, 5), (40, 10), (39, 12), (2, 50)].map(|(columns, rows)| Size { columns, rows })
            [dice.below(5)],
        2 => Size { columns: 100 + dice.below(200), rows: 30 + dice.below(70) },
        _ => Size { columns: 30 + dice.below(110), rows: 6 + dice.below(40) },
    }
}

/// One session; gives how many rows of live blocks left the window. In every second one the window keeps its size, and
/// every sign the terminal holds is compared.
fn session(seed: u64) -> (usize, usize) {
    let mut dice = Dice::new(seed);
    let is_steady = seed.is_multiple_of(2);
    let (columns, rows) = [(80, 24), (100, 30), (40, 12), (57, 17)][dice.below(4)];
    let mut stage = Stage::new(columns, rows);
    let mut agent = Agent::default();
    let manners = [Manners::KeepsEnd, Manners::KeepsTop][dice.below(2)];
    let mut window = Window::new(columns, rows, manners);
    // Terminals do not agree about how wide a sign is that is joined of several, so none knows where another breaks it.
    (agent.is_joined, dice.is_joined) = (is_steady, is_steady);
    window.draw(&stage);
    for _ in 0..STEPS {
        match dice.below(20) {
            0..=8 => hand::acts(&mut stage, &mut dice),
            9..=16 => agent.speaks(&mut stage, &mut dice),
            17 if is_steady => {}
            17 => {
                let size = size(&mut dice);
                window.resize(size);
                stage.send(Msg::Resize(size));
            }
            _ => drop(stage.wait([1, 90, 700, 2_300][dice.below(4)])),
        }
        agent.obeys(&mut stage);
        if std::mem::take(&mut stage.is_stale) {
            window.distrust();
        }
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
    if stage.model.window.is_too_small() {
        let size = Size { columns: 90, rows: 25 };
        window.resize(size);
        stage.send(Msg::Resize(size));
    }
    window.draw(&stage);
    window.shows(&stage);
    if is_steady {
        window.holds_every_sign(&stage);
    }
    agent.was_heard(&stage);
    agent.stands_once(&window.history(), "the terminal");
    agent.was_told(&plain(&stage.printed), "printed");
    agent.was_told(&window.history(), "the terminal");
    let mut whole = History::default();
    whole.print(&stage.printed);
    let columns = 20 + dice.below(100);
    agent.stands_once(&plain(&whole.rows(usize::MAX / 2, columns)), "the whole window");
    window.left
}

#[test]
fn a_command_with_a_blank_where_the_window_ends_takes_no_line_of_the_answer_when_it_gets_narrower() {
    let mut stage = Stage::new(51, 30);
    let mut window = Window::new(51, 30, Manners::KeepsTop);
    let call = |id: &str| ToolCall {
        id: CallId::new(id),
        name: "run_shell_command".into(),
        arguments: Arguments::parse("{}"),
        extra: None,
    };
    let lines: Vec<String> = (1..=40).map(|n| format!("line {n}")).collect();
    stage.hear(Event::TurnStarted { turn: 1, text: "look".into() });
    stage.hear(Event::Delta { kind: DeltaKind::Text, text: lines.join("\n\n") });
    // Behind the sign in front, the first row of the command is full with a blank as its last sign.
    let command = format!("{} && b", "a".repeat(45));
    let preview = Preview::Command { command: command.clone(), directory: ".".into() };
    let question = Question { preview, remember: None, reason: "commands ask".into(), effects: Vec::new() };
    stage.hear(Event::Permission { call: call("c1"), question });
    window.draw(&stage);
    let narrower = Size { columns: 50, rows: 30 };
    window.resize(narrower);
    stage.send(Msg::Resize(narrower));
    window.draw(&stage);
    window.shows(&stage);
    let text = window.history();
    let said: Vec<&str> = text.lines().map(str::trim_end).filter(|row| row.starts_with("line ")).collect();
    assert_eq!(said, lines);
}
