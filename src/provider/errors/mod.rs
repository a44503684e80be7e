//! What a failed answer means: read from any provider's form, classified, put into words.
//!
//! Start reading at [`Report`], which is what a server said, and [`Context::trouble`], which is what to do about it.

mod chain;
mod classify;
mod overflow;
mod report;
mod wait;
mod words;

pub(super) use classify::Cause;
pub(super) use overflow::{number_after, room_for_output};
pub(super) use report::{Report, status_in};
pub(super) use wait::Asked;
pub(super) use words::Context;

#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tests;
