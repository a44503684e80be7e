//! Markdown that grows: finished blocks come out as lines exactly once, only the open block is laid out again.
//!
//! [`Markdown::push`] takes text as it arrives and returns the lines that will never change; they belong to the
//! terminal's scrollback from then on. [`Markdown::open`] lays out what is still open, which is bounded, so the
//! cost of a token does not grow with the length of the answer.

mod code;
mod inline;
mod line;
mod stream;
mod table;

#[cfg(test)]
pub(super) use code::load;
pub(super) use code::prepare;
pub(super) use stream::Markdown;
