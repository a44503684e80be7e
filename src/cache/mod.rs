//! Where cache markers go, and what a request costs. Pure.
//!
//! Start reading at [`plan`]. The rules are numbered in `docs/cache.md`.

mod plan;

pub use plan::{Mark, Plan};
