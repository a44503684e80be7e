//! What is kept on disk: transcripts, the cache ledger, the pinned context of a repository.
//!
//! One [`Folder`] per project; in it one file per session, which a [`Transcript`] appends to and [`load`] reads
//! back item by item, exactly as it was sent. A home that cannot be written to never stops the program: the
//! session then goes on in memory and says so once. The [`LedgerFile`] is shared by all projects, since the
//! provider's cache is; [`Pinned`] and [`PastFile`], what the person said before, belong to a project.

mod billed;
mod duplicate;
mod folder;
mod ledger;
mod list;
mod load;
mod past;
mod pinned;
mod private;
mod record;
mod remove;
#[cfg(test)]
mod tests;
mod transcript;
mod warming;

pub use billed::{Bill, Billed, bill};
pub use duplicate::duplicate;
pub use folder::Folder;
pub use ledger::LedgerFile;
pub use list::{Summary, everywhere, find, latest, list};
pub use load::{Loaded, links, load};
pub use past::PastFile;
pub use pinned::{Pin, Pinned};
pub use record::{Meta, Record, Spent};
pub use remove::remove;
pub use transcript::Transcript;
pub use warming::{Claim, Warming, Warmth};
