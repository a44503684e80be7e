//! One file per wire dialect: a prompt goes out, a stream of [`Chunk`]s and one [`Reply`] come back.

mod types;

pub use types::{Chunk, Class, Options, Reply, Trouble};
