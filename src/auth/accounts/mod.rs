//! Accounts: several servers with their keys side by side, and which of them is used.
//!
//! `accounts.json` holds no secret: only names, addresses, models and where each key is. [`Accounts`] is what was
//! read of it and goes into [`crate::auth::Inputs`]; [`Book`] changes it, together with the [`crate::auth::Vault`].

mod account;
mod book;

pub use account::{Account, Accounts};
pub use book::{Added, Book};

#[cfg(test)]
mod tests;
