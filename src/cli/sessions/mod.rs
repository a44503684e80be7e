//! `qwen sessions`: what is kept of conversations on this machine: seen, taken elsewhere, removed. Asks no network.

mod flags;
mod gc;
mod list;
mod markdown;
mod remove;
mod run;
mod show;
#[cfg(test)]
mod tests;

pub use flags::{
    ExportFormat, Sessions, SessionsCommand, SessionsExport, SessionsFork, SessionsGc, SessionsList,
    SessionsRm, SessionsShow,
};
pub(super) use gc::Sweep;
pub(super) use run::run;
