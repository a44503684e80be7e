//! Words without product meaning: units, ids, secrets, absolute paths, clean text, token estimates.
//!
//! Everything here is pure and small. Nothing here knows what an agent, a prompt or a provider is.
//! Start reading at [`Clean`] for what may reach a terminal and at [`Secret`] for what may not leave.

mod estimate;
mod ids;
mod path;
mod secret;
mod text;
mod units;

pub use estimate::estimate;
pub use ids::{Account, CallId, SessionId};
pub use path::AbsPath;
pub use secret::Secret;
pub use text::{Clean, width};
pub use units::{Bytes, Moment, Money, Tokens, minutes};
