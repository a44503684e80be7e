//! Counting: what a session begins with, what `qwen telemetry` does, and the report of a panic.
//!
//! What is counted and whether is decided by `telemetry`; here its questions are answered from flags, settings,
//! environment and accounts. Start reading at [`Counting::begin`].

mod consent;
mod counting;
mod hook;
mod relay;
mod run;
mod status;

pub(super) use consent::account;
pub(super) use counting::{Beginning, Counting, allows};
pub(super) use relay::Relay;
pub(super) use run::run;
pub(super) use status::state;

#[cfg(test)]
mod tests;
