//! What is sent to the model: a sealed head and a tail that only grows.
//!
//! The order is the product. An earlier part never changes between two requests, so the provider's cache hits;
//! and no request can be made while a tool call is unanswered. Both are kept by types: [`Prompt`] has `push` and
//! `hear`, nothing else changes it, and while calls are open an [`OpenRound`] owns it.
//! Pure: no file, clock or network.

mod head;
mod prefix;
mod round;
mod tail;

pub use head::{Head, ToolSpec};
pub use prefix::Prefix;
pub use round::{Heard, OpenRound};
pub use tail::{Prompt, RestoreError, Then};
