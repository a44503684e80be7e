//! Where the person writes: text, pasted chips, history.

mod chips;
mod draft;
mod history;

pub(super) use draft::{Composer, Edit, Shown};
