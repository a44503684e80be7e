//! Panels: lists and forms under the composer, for what is not part of the conversation.
//!
//! A panel never hides a question of the agent and never takes words away: letters it has no use for go to the
//! draft. All have one look (`frame.rs`), and their lists one set of keys (`list.rs`). Start reading at [`Panel`].

mod device;
mod frame;
mod hear;
mod keys;
mod list;
mod mark;
mod memory;
mod models;
mod open;
mod preview;
mod rules;
mod secret;
mod sessions;
mod sessions_show;
mod settings;
mod settings_show;
mod show;
mod sign_in;
mod step;
mod texts;
mod theme;
mod window;

pub(super) use device::Device;
pub(super) use frame::show_panel;
pub(super) use list::{Entry, List};
pub(super) use mark::{Mark, by_digit};
pub(super) use memory::Memory;
pub(super) use models::Models;
pub(super) use open::Panel;
pub(super) use rules::Rules;
pub(super) use sessions::Sessions;
pub(super) use settings::Settings;
pub(super) use show::Paper;
pub(super) use sign_in::{Focus, Page, SignIn};
pub(super) use step::{Around, Step};
pub(super) use texts::{Picked, Purpose, Texts};
pub(super) use theme::Themes;
pub(super) use window::Window;

use ratatui::text::Line;

/// A panel as rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// What it is about, one row.
    pub(super) title: String,
    /// Which entry is marked, from 1, and how many there are.
    pub(super) count: Option<(usize, usize)>,
    /// What is written into the title: what for, and the text so far.
    pub(super) field: Option<(&'static str, String)>,
    /// What it shows.
    pub(super) body: Vec<Line<'static>>,
    /// The row that must stay in view, counted in `body`.
    pub(super) focus: usize,
    /// The first row in view, where the person moves that and not a mark.
    pub(super) top: Option<usize>,
    /// Where the cursor stands in `body`, if it writes there.
    pub(super) caret: Option<(usize, usize)>,
    /// What stands below the body and is always in view.
    pub(super) under: Vec<Line<'static>>,
    /// Its keys, parted by ` · `.
    pub(super) keys: String,
}
