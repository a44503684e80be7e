//! Finds credentials and keeps each with its address.
//!
//! A key never leaves for a host it was not given for: [`Credential`] owns its [`Endpoint`], and the provider
//! takes the address from nowhere else. What is found where is decided by [`find`], a pure function over
//! [`Inputs`]; only [`EnvFiles::collect`], [`Book`], [`Vault`] and [`oauth`] touch files. Start reading at `find.rs`;
//! where keys are kept is in `vault/`, which of several servers is used in `accounts/`.

mod accounts;
mod credential;
mod endpoint;
mod envfile;
mod find;
mod found;
mod hidden;
mod inputs;
mod jsonfile;
mod lying;
mod moved;
pub mod oauth;
mod refusal;
mod seen;
mod shapes;
mod signin;
mod vars;
mod vault;

pub use accounts::{Account, Accounts, Added, Book};
pub use credential::{Authorization, Credential, Endpoint, Source};
pub use endpoint::EndpointError;
pub use envfile::{EnvFile, EnvFiles};
pub use find::find;
pub use found::{Access, Found, StoredKey};
pub use hidden::hidden_names;
pub use inputs::{Flags, Inputs, ModelEntry, Options};
pub use lying::{lying_about, may_go};
pub use moved::Consent;
pub use seen::Seen;
pub use vars::Vars;
pub use vault::{Kept, Keyring, Place, Slot, State, Storage, Store, StoreError, Vault};
