//! The screen in a real terminal: each test opens the real binary in a pseudo-terminal, types, and reads what a person
//! would see there. The model is a simulator in this process.
//!
//! `desk.rs` sets a terminal up, `terminal.rs` types and reads, `bytes.rs` holds what may be written at all.
#![cfg(unix)]

mod bytes;
mod desk;
mod terminal;

mod answers;
mod approvals;
mod beside;
mod bill;
mod checks;
mod composer;
mod demo;
mod drafts;
mod editor;
mod failures;
mod first_start;
mod hostile;
mod leaving;
mod lines;
mod looks;
mod manners;
mod menus;
mod panels;
mod resizing;
mod sign_in;
mod steering;
mod stopping;
mod telemetry;
mod transcript;

use desk::Desk;
use terminal::{Key, Terminal};

/// A text of one part for each number.
fn numbered(numbers: impl Iterator<Item = u32>, part: impl Fn(u32) -> String) -> String {
    numbers.map(part).collect::<Vec<_>>().concat()
}
