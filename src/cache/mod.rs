//! Where cache markers go, what is stored where, and what a request costs. Pure.
//!
//! Start reading at [`plan`]. The rules are told in `docs/cache.md`. What is known of the provider's store is in
//! [`Ledger`]; `survey` lays it beside a prompt, `outcome` learns from answers, `cause` says why something was
//! missed, `trust` finds a provider that breaks its rules, `history` and `forecast` say whether writing pays.

mod cause;
mod charge;
mod forecast;
mod history;
mod ledger;
mod link;
mod outcome;
mod plan;
mod store;
mod survey;
mod trust;

pub use charge::charge;
pub use forecast::{Forecast, Situation, forecast};
pub use ledger::{Ledger, Scope};
pub use link::{Link, kept};
pub use plan::{Limits, Mark, Plan, plan};

#[cfg(test)]
mod tests;
