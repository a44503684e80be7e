//! Finds, keeps and refreshes credentials.
//!
//! A key never leaves for a host it was not given for: [`Credential`] owns its [`Endpoint`], and the provider
//! takes the address from nowhere else.

mod credential;

pub use credential::{Credential, Endpoint, Source};
