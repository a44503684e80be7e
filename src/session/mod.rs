//! What is kept on disk: transcripts.
//!
//! One [`Folder`] per project; in it one file per session, which a [`Transcript`] appends to and [`load`] reads
//! back item by item, exactly as it was sent. A home that cannot be written to never stops the program: the
//! session then goes on in memory and says so once.

mod folder;
mod list;
mod load;
mod record;
#[cfg(test)]
mod tests;
mod transcript;

pub use folder::Folder;
pub use list::{Summary, find, latest, list};
pub use load::{Loaded, load};
pub use record::{Meta, Record, Spent};
pub use transcript::Transcript;
