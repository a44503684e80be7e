//! Everything that was said, as it came: for the full-screen transcript, for copying and for writing to a file.
//!
//! The scrollback belongs to the terminal and is never laid out again. What is kept here is the text itself, bounded,
//! and is laid out when somebody looks: `pager.rs` shows it, `pages.rs` lays it out, `export.rs` writes it as Markdown,
//! `restored.rs` takes an earlier conversation in.

mod commands;
mod copy;
mod entries;
mod export;
mod pager;
mod pages;
mod restored;

pub(super) use entries::{Entry, Transcript};
pub(super) use export::Target;
pub(super) use pager::Pager;
pub(super) use restored::{restored, said};
