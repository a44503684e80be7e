//! Runs a command inside limits.
//!
//! Start reading at [`spawn`]: it takes only a [`Confined`], and what it starts is a group of processes that ends
//! as a whole.

/// What keeps a child from the rest of the machine, for the person who is asked.
pub const STATE: &str = "sandbox: off";

mod confined;
mod running;

pub use confined::Confined;
pub use running::{Output, Running, spawn, spawn_into};

#[cfg(all(test, unix))]
mod tests;
