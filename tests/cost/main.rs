//! What the planned markers cost, under every reading of the provider's rules.
//!
//! Conversations are planned by `cache::plan`, written by the real body writer and billed by the simulator's store, in
//! process. The table of `docs/performance.md`: `cargo test --test cost -- --nocapture table`.
#![expect(clippy::unwrap_used, reason = "a test that cannot run should stop where it is")]

mod baseline;
mod client;
mod examples;
mod optimum;
mod random;
mod scenarios;
mod table;
mod world;
