//! Providers and models as data: hosts, window, cache terms, prices, quirks. Pure.
//!
//! A difference between providers is a row here, not a branch elsewhere. Start reading at [`Profile`]: it is what
//! the rest of the program asks for. A new provider is a row in `providers.rs` and
//! its name in `presets.rs`, a new model a row in `models.rs`.

mod hosts;
mod models;
mod presets;
mod profile;
mod providers;
mod resolve;
mod support;

pub use hosts::{is_loopback, is_private};
pub use models::{READ, model_names, nearest};
pub use presets::{Group, PRESETS, Preset, preset, preset_at};
pub use profile::{Billing, Echo, MaxTokens, Price, Profile, Proof, Provider, Thinking};
pub use providers::{PROVIDERS, makers, provider, provider_for};
pub use resolve::{CacheSetting, Overrides};
pub use support::{Marking, Support, servers, support};
