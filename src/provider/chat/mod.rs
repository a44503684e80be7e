//! The Chat Completions dialect, streamed.
//!
//! Out: [`Chat::body`] writes a prompt as bytes (`body`), minus what the server was found not to take (`quirks`).
//! In: bytes are cut into events (`provider::sse`), read as chunks (`chunk`), and put together (`answer`) with their
//! calls (`calls`, `leak`), reasoning (`think`, `details`) and token counts (`usage`). `send` is the only file that waits.

mod answer;
mod body;
mod calls;
mod chunk;
mod details;
mod leak;
mod quirks;
mod scan;
mod send;
mod think;
mod usage;

pub use send::Chat;
