//! Decides what may happen: `(Policy, Action) → Verdict`. Pure.
//!
//! Rules are about resources (a canonical path, a host, a command), not about tool names alone. Start reading at
//! [`decide`]. The only maker of [`Approved`] is this module, and a tool runs on nothing else.

mod action;
mod approval;
mod decide;
mod line;
mod names;
mod pattern;
mod policy;
mod rule;
mod rules;
mod secret;
mod sensitive;
pub mod shell;

pub use action::{Action, ShellCommand};
pub use approval::{Approved, Pending, Verdict};
pub use decide::decide;
pub use names::{canonical, names_tool};
pub use policy::Policy;
pub use rule::{Rule, Source};
pub use rules::Rules;
pub use secret::{names_secret, secret_part};

// Lines are judged as bash reads them; on Windows hardly any is free.
#[cfg(all(test, unix))]
mod tests;
#[cfg(all(test, unix))]
mod tricks;
