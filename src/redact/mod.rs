//! Finds secrets in text that is about to leave, and puts stable placeholders in their place.
//!
//! [`find`] knows the forms; a [`Veil`] remembers what it has hidden, so that the same secret has the same placeholder
//! in every request of a session and a prompt that was sent never changes. Pure: nothing is read and nothing is kept.

mod find;
mod kinds;
mod rule;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod veil;

pub use find::{Found, find};
pub use veil::{Covered, Hidden, Veil};
