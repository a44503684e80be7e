//! The Responses dialect, streamed: the provider keeps the conversation, where it is asked to.
//!
//! Out: [`Responses::body`] writes a prompt as bytes, whole or only what follows a [`crate::protocol::Chain`]. In: events
//! fill slots (`slot`), which become the answer (`answer`). Sending, reading of streams, token counts and errors are
//! shared with the other dialect.

mod answer;
mod body;
mod client;
mod slot;

pub use client::Responses;
