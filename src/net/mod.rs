//! The one HTTP client: proxy, certificates, time limits, user agent. No header is ever logged.
//!
//! Start reading at [`Lazy`]; [`explain`] says in plain words why a request did not get through.

mod client;
mod explain;
mod trust;

pub use client::{Lazy, Options, user_agent};
pub use explain::{explain, is_refused};
pub use trust::{Roots, Trust, trust};
