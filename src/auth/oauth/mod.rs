//! Qwen OAuth: the device flow, the file it leaves, and its renewal.
//!
//! [`DeviceFlow`] signs a person in, [`CredsFile`] keeps what was granted where Qwen Code keeps it, and `Keeper` renews it
//! ahead of its end, once for all processes. Tokens go to [`Options`]' endpoints and to the one address that
//! `resource.rs` allows; they are in no error and cannot be printed. Start reading at `device.rs`.

mod answer;
mod client;
mod device;
mod file;
mod grant;
mod keeper;
mod lock;
mod options;
mod pace;
mod refresh;
mod resource;
mod words;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

pub use device::DeviceFlow;
pub use file::{Collected, CredsFile, Kept};
pub use grant::Grant;
pub(super) use keeper::Keeper;
pub use options::{DEFAULT_MODEL, Options, Overrides};
pub use pace::Step;
pub use words::{FREE_TIER, other_ways};
pub(super) use words::{foreign, shown, signed_out};
