//! What the model can do: one file per tool, with the text the model reads beside it.
//!
//! Start reading at [`Tool`] for what a tool is, and at [`TABLE`] for which there are. A new tool is a new file and
//! a new row. What tools share: `input` (reading parameters), `place` (which file is meant), `bound` (keeping
//! results short), `textfile` (encodings, atomic writes), `change` and `diff` (edits), `walk` (ignore rules).

mod bound;
mod change;
mod diff;
mod edit;
mod fetch;
mod form;
mod glob;
mod grep;
mod input;
mod list;
mod place;
mod read;
mod reads;
mod shell;
mod table;
mod textfile;
mod todo;
mod tool;
mod walk;
mod write;

pub use form::Form;
pub use reads::Reads;
pub use shell::run_own;
pub use table::{Row, Selection, TABLE, Toolbox};
pub use tool::{Hands, Limits, Outcome, Tool};

#[cfg(test)]
mod testing;
