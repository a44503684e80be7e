//! The terminal: `update(&mut Model, Msg, now) -> Vec<Cmd>`, then `view(&Model) -> Frame`.
//!
//! Keys and the agent's events become messages; `update` changes the model and says what is to be done; `view`
//! shows the model as the rows of a live block. Finished text is printed above that block, into the terminal's own
//! scrollback, exactly once. Only `run.rs` and what it names touches the outside. Start reading at `update.rs`.

mod answers;
mod bill;
mod burst;
mod busy;
mod cache_panel;
mod canvas;
mod clock;
mod commands;
mod composer;
mod cut_off;
mod dialog;
mod diff;
mod door;
mod edges;
mod editor;
mod events;
mod feed;
mod frame;
mod fullscreen;
mod handover;
mod input;
mod keeping;
mod key_sheet;
mod keys;
mod lang;
mod layout;
mod lines;
mod live;
mod look;
mod markdown;
mod menu;
mod model;
mod msg;
mod notice;
mod options;
mod panel;
mod past;
mod printed;
mod retold;
mod run;
mod screen;
mod sheet;
mod shell;
mod signals;
mod slash;
mod stats;
mod status;
mod tally;
mod terminal;
#[cfg(test)]
mod tests;
mod transcript;
mod trouble;
mod update;
mod view;
mod waiting;
mod warmth;
mod work;

pub use commands::command_names;
pub use door::{Chosen, Door, Started};
pub use editor::choose_editor;
pub use lang::Language;
pub use live::is_live;
pub use look::{Depth, Ground, Paint, Theme};
pub use notice::Bell;
pub use options::{Exit, Leaving, Manner, Options};
pub use run::run;
pub use terminal::hold_panics;
