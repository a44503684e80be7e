//! Finds credentials and keeps each with its address.
//!
//! A key never leaves for a host it was not given for: [`Credential`] owns its [`Endpoint`], and the provider
//! takes the address from nowhere else. What is found where is decided by [`find`], a pure function over
//! [`Inputs`]; only [`EnvFiles::collect`] and [`oauth`] touch files. Start reading at `find.rs`.

mod credential;
mod endpoint;
mod envfile;
mod find;
mod hidden;
mod inputs;
pub mod oauth;
mod refusal;
mod signin;
mod vars;

pub use credential::{Authorization, Credential, Endpoint, Source};
pub use endpoint::EndpointError;
pub use envfile::{EnvFile, EnvFiles};
pub use find::{Found, find};
pub use hidden::hidden_names;
pub use inputs::{Flags, Inputs, ModelEntry, Options};
pub use vars::Vars;
