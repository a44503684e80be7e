//! `qwen privacy` and `/privacy`: what leaves for the provider in use, what it keeps, and what lies on this disk.
//!
//! Nothing is asked of anybody: it is told from settings, the catalogue and the files themselves. Start reading at
//! [`page`].

mod disk;
mod page;
mod provider;
mod run;

pub(super) use page::{Subject, page};
pub(super) use run::run;
