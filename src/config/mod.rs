//! Gathers every module's options and knows where each value came from.
//!
//! Config knows modules, modules do not know config: each gets only its own part. A new setting is a row in
//! `table.rs` and a line in `options.rs`. Start reading at [`load`].

mod files;
mod homes;
mod load;
mod options;
mod prices;
mod screen;
mod setting;
mod table;

pub use homes::{Homes, Paths, homes};
pub use load::{Flags, Loaded, Origin, load};
pub use options::{ContextChoice, Rules, TRIES, ToolChoice};
pub use setting::{Merge, Setting, Shape};
pub use table::ALL;

#[cfg(test)]
mod tests;
