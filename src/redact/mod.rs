//! Finds secrets in text that is about to leave, and puts stable placeholders in their place.
//!
//! [`find`] knows the forms, [`held`] what a file of secrets or a variable holds without any; a [`Veil`] remembers what it has hidden, so that the same secret has the same placeholder
//! in every request of a session and a prompt that was sent never changes. Pure: nothing is read and nothing is kept.

mod disguise;
mod find;
mod held;
mod kinds;
mod known;
mod marks;
mod rule;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod veil;

pub use find::{Found, find};
pub use held::{Held, held_in_file, held_in_variable};
pub use veil::{Covered, Hidden, Veil};
