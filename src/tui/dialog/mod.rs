//! A question of the agent: may this call run?
//!
//! A key must not change its meaning under the finger, so a question opens only when the person has stopped typing,
//! ignores Enter for a moment, and letters never choose. A command must have been on the screen as a whole before
//! it can be allowed.

mod answer;
mod layout;
mod question;

pub(super) use layout::{Laid, in_full, lay_out};
pub(super) use question::{Choice, Dialog, State};
