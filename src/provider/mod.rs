//! One module per wire dialect: a prompt goes out, a stream of [`Chunk`]s and one [`Reply`] come back.
//!
//! Start reading at [`Chat`]. Differences between providers are rows in `catalog`; what a server was found not to
//! take is learned while talking to it; what its errors mean stands in `errors`.

mod backoff;
mod chat;
mod errors;
#[cfg(test)]
mod fixtures;
mod sse;
mod types;

pub use backoff::backoff;
pub use chat::Chat;
pub use types::{Chunk, Class, Options, Reply, Trouble};
