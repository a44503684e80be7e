//! The Chat Completions dialect, streamed.
//!
//! Out: [`Chat::body`] writes a prompt as bytes (`body`), minus what the server was found not to take. In: events are
//! read as chunks (`chunk`) and put together (`answer`) with their calls (`calls`, `leak`) and reasoning (`think`,
//! `details`). Sending, reading of streams, token counts and errors are shared with the other dialect.

mod answer;
mod body;
mod calls;
mod chunk;
mod client;
mod details;
mod leak;
mod scan;
mod think;

pub use client::Chat;
