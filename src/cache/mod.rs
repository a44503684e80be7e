//! Where cache markers go, and what a request costs. Pure.
//!
//! Start reading at [`plan`]. The rules are told in `docs/cache.md`.

mod anchors;
mod charge;
mod plan;

pub use anchors::Anchors;
pub use charge::charge;
pub use plan::{Limits, Mark, Plan, plan};
