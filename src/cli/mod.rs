//! The door: arguments and subcommands, what a run starts as, and how a failure leaves.
//!
//! The tree in `arguments.rs` feeds the parser, `--help`, `completions/` and `docs/qwen.1`. Start reading at
//! [`parse`]; [`start`] then decides between a one-shot run and the screen.

mod arguments;
mod completions;
mod exit;
mod mode;
mod parse;
mod stdin;
mod subcommands;

#[cfg(test)]
mod generated;

pub use arguments::{
    Arguments, ContextFlags, ModelFlags, OutputFlags, PermissionFlags, PromptFlags, Resume, SessionFlags,
    TurnLimit,
};
pub use completions::Shell;
pub use exit::report;
pub use mode::{Start, Streams, start};
pub use parse::parse;
pub use stdin::read as read_stdin;
pub use subcommands::{Demo, Sim, SimUnit, Subcommand};
