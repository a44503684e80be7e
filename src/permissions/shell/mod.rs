//! Reads a shell line as the shell would, and says what each part of it does.
//!
//! A real grammar finds the commands; [`lexer`] reads the same text a second time by the shell's quoting rules.
//! Start reading at [`Reading::of`]. What is not understood is said ([`Doubt`]), never guessed.

mod below;
mod command;
mod doubt;
mod files;
mod git;
mod here_document;
mod lexer;
mod nature;
mod place;
mod programs;
mod reader;
mod reading;
mod syntax;
mod table;
mod word;
mod wrapper;

pub use below::Below;
pub use command::SimpleCommand;
pub use doubt::Doubt;
pub use files::{Access, FileUse};
pub use nature::Nature;
pub use place::Places;
pub use reading::Reading;
pub use word::Word;
