//! A run without a screen: events become text, JSON or JSON lines, and an exit code.
//!
//! stdout carries data only; whatever a person may want to know beside it goes to stderr. A refusal or an error
//! is never reported as success. Sees the agent's events and nothing behind them. Start reading at [`run`].

mod aside;
mod asked;
mod bill;
mod cache_messages;
mod commands;
mod control;
mod face;
mod fatal;
mod json;
mod messages;
mod mirror;
mod narration;
mod options;
mod partial;
mod record;
mod run;
mod stats;
mod text;
mod waiting;

#[cfg(test)]
mod tests;

pub use asked::Asked;
pub use commands::{Command, Commands};
pub use control::Lines;
pub use fatal::fatal;
pub use mirror::Mirror;
pub use options::{Approvals, Format, Input, Options, Stamps};
pub use run::run;
