//! Accounts, models, kept sessions and settings: what the panels of a session and `qwen auth` do, once for both.
//!
//! [`Service`] reads files and environment anew for every request (`known.rs`), so that what another process changed
//! counts; what a run uses is still decided by `auth::find` alone. Nothing is sent anywhere before the person chose the
//! address, and no success is announced before a real request. Start reading at `serve.rs`.

mod add;
mod choose;
mod known;
mod models;
mod overview;
mod rows;
mod serve;
mod service;
mod sessions;
mod settings;
mod settings_file;
mod sign_in;
mod use_model;

#[cfg(test)]
mod tests;

pub(super) use add::{New, address};
pub(super) use known::{Asked, Known, inputs};
pub(super) use rows::{CUSTOM, LOCAL, QWEN_OAUTH, meant, rows};
pub(super) use service::Service;
pub(super) use settings_file::set_usage_statistics;
