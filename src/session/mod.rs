//! What is kept on disk: transcripts, the cache ledger, the pinned context of a repository.
//!
//! One [`Folder`] per project; in it one file per session, which a [`Transcript`] appends to and [`load`] reads
//! back item by item, exactly as it was sent. A home that cannot be written to never stops the program: the
//! session then goes on in memory and says so once. The [`LedgerFile`] is shared by all projects, since the
//! provider's cache is; [`Pinned`] and [`PastFile`], what the person said before, belong to a project.

mod billed;
mod drafts;
mod duplicate;
mod folder;
mod history;
mod ledger;
mod list;
mod load;
mod mend;
mod old;
mod past;
mod pinned;
mod private;
mod record;
mod remove;
mod seek;
#[cfg(test)]
mod tests;
mod transcript;
mod warming;

pub use billed::{Bill, Billed, bill};
pub use drafts::draft_files;
pub use duplicate::{bring, duplicate, try_duplicate};
pub use folder::Folder;
pub use history::{History, Said, history, whole_lines};
pub use ledger::LedgerFile;
pub use list::{Summary, everywhere, latest, list};
pub use load::{Loaded, links, load};
pub use old::{Old, older_than};
pub use past::PastFile;
pub use pinned::{Pin, Pinned};
pub use record::{Meta, Record, Spent};
pub use remove::{remove, remove_file};
pub use seek::{Place, find, seek};
pub use transcript::Transcript;
pub use warming::{Claim, Warming, Warmth};
