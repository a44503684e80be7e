//! Menus below the composer: commands behind `/`, the words that may follow one, files behind `@`.
//!
//! What is completed is read from the draft and the caret after every message; the rows are made then and only shown
//! by the view. Start reading at `model.rs`.

mod commands;
mod files;
mod meant;
mod model;
mod show;
mod topic;

pub(super) use files::Files;
pub(super) use model::Menu;
pub(super) use show::rows;
