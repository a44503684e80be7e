//! Where keys are kept: the system's keyring, or a file that only this user reads.
//!
//! A key is kept under the address it was given for and the account's name, so it can only be found again for that
//! address. Nothing here is touched before a key is put, read or removed: a run that finds its key in a flag or in
//! the environment never speaks to a keyring. Start reading at [`Vault`].

mod file;
mod keyring;
mod place;
mod system;

pub use keyring::{Keyring, Store, StoreError};
pub use place::{Kept, Place, Slot, State, Storage};
pub use store::Vault;

mod store;

#[cfg(test)]
mod tests;
