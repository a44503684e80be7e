//! Where cache markers go, what is stored where, and what a request costs. Pure.
//!
//! Start reading at [`plan`]. The rules are told in `docs/cache.md`.

mod charge;
mod forecast;
mod ledger;
mod plan;

pub use charge::charge;
pub use forecast::{Forecast, Situation, forecast};
pub use ledger::{Ledger, Scope};
pub use plan::{Limits, Mark, Plan, plan};
