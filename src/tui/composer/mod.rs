//! Where the person writes: text, pasted chips, history, vim's keys.
//!
//! Start reading at [`Composer`]. `moves.rs` knows places in a text, `text.rs` changes it and takes changes back,
//! `rows.rs` lays it out, `vim/` reads keys as vim does.

mod chips;
mod draft;
mod edit;
mod history;
mod moves;
mod rows;
#[cfg(test)]
mod tests;
mod text;
mod vim;

pub(super) use draft::Composer;
pub(super) use edit::Edit;
pub(super) use rows::Shown;
pub(super) use vim::VimKey;
