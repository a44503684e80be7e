//! Vim's keys for the composer: a state machine of its own, over the same text.
//!
//! Start reading at `keys.rs`: one key at a time becomes a [`Step`] when a command is complete. `places.rs` finds
//! where a move leads and what an object spans; `act.rs` changes the draft.

mod act;
mod keys;
mod places;
#[cfg(test)]
mod tests;

pub(super) use act::Vim;
pub(in crate::tui) use keys::VimKey;
use keys::{Keys, Mode, Step};
