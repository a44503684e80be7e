//! The one HTTP client: proxy, certificates, time limits, user agent. No header is ever logged.

mod client;

pub use client::{Lazy, Options};
