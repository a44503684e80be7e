//! One module per wire dialect: a prompt goes out, a stream of [`Chunk`]s and one [`Reply`] come back.
//!
//! Start reading at [`Chat`] and [`Responses`]. Differences between providers are rows in `catalog`; what a server was
//! found not to take is learned while talking to it (`quirks`); what its errors mean stands in `errors`. `exchange` is
//! the only file that waits; [`probe`] asks short questions.

mod answer;
mod backoff;
mod bound;
mod chat;
mod errors;
mod exchange;
#[cfg(test)]
mod fixtures;
mod names;
pub mod probe;
mod quirks;
mod responses;
mod sse;
mod types;
mod usage;

pub use backoff::backoff;
pub use chat::Chat;
pub use responses::Responses;
pub use types::{Chunk, Class, Options, Reply, Trouble};
