//! `--input-format stream-json`: a program speaks with the session, line by line.
//!
//! Lines are messages of the person and control requests; both sides use one envelope. Whatever a line holds, it is
//! answered or taken: a line that cannot be understood is answered with an error and the session goes on.
//! Start reading at [`converse`]. Source: `docs/sources.md`, qwen-code 9.3.

mod answers;
mod converse;
mod incoming;
mod lines;
mod request;

#[cfg(test)]
mod tests;

pub(super) use answers::{can_use_tool, cancel, success};
pub(super) use converse::converse;
pub(super) use lines::Line;
pub use lines::Lines;
