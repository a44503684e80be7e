//! Providers and models as data: hosts, window, cache terms, prices, quirks. Pure.
//!
//! A difference between providers is a row here, not a branch elsewhere. Start reading at [`Profile`].

mod profile;

pub use profile::{Echo, MaxTokens, Profile, Provider, Thinking};
