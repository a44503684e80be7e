//! `qwen batch`: many one-shot runs from a file, several at once, each done once however often it is stopped.
//!
//! Each task is a process of its own: our own binary, in the task's folder, with its answer going into a file that the
//! process keeps locked. So a crash of one touches no other, and a task whose batch was killed ends by itself and is
//! found by the next one. It never writes a result twice. Start reading at [`run`]; [`Attempt`](attempt::Attempt) is
//! one process, [`Results`](results::Results) the file of results.

mod attempt;
mod check;
mod flags;
mod line;
mod one;
mod pool;
mod progress;
mod results;
mod run;
mod shard;
mod spent;
mod stop;
mod task;
mod work;

#[cfg(test)]
mod tests;

pub use flags::Batch;
pub(super) use run::run;
pub use shard::Shard;
