//! Reads the repository: instruction files, map, git → what stands at the front of the prompt.
//!
//! [`collect`] makes the system block that is the same for everybody in the same repository state: no absolute
//! path, date or git state is in it, and asking twice gives equal bytes. A block that is used longer than the state
//! it was made from is completed by a [`delta`]. What does change from day to day is an [`Environment`] and rides
//! in the first user message. Files a person names with `@` come from [`mentions`], and [`files`] lists what can be named.

mod collect;
mod environment;
mod files;
mod git;
mod ignores;
mod imports;
mod instructions;
mod listing;
mod manifests;
mod map;
mod mentions;
mod place;
mod repository;
mod secrets;
mod text_file;

pub use collect::{Fragments, Options, collect};
pub use environment::Environment;
pub use files::files;
pub use git::{Changes, branch, changes};
pub use instructions::memory;
pub use mentions::{Mention, mentions};
pub use place::root_of;
pub use repository::{Repository, delta};
pub use secrets::SecretPlaces;
