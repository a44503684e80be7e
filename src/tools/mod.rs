//! What the model can do: one file per tool, with the text the model reads beside it.

mod reads;
mod tool;

pub use reads::Reads;
pub use tool::{Hands, Limits, Outcome, Tool};
