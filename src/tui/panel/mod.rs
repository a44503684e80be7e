//! Panels: lists and forms under the composer, for what is not part of the conversation.
//!
//! A panel never hides a question of the agent and never takes words away: letters it has no use for go to the
//! draft. Start reading at [`Panel`].

mod device;
mod keys;
mod mark;
mod models;
mod secret;
mod show;
mod sign_in;
mod texts;
mod theme;

pub(super) use device::Device;
pub(super) use mark::{Mark, by_digit};
pub(super) use models::Models;
pub(super) use show::Paper;
pub(super) use sign_in::{Focus, Page, SignIn};
pub(super) use texts::{Picked, Purpose, Texts};
pub(super) use theme::Themes;

use ratatui::text::Line;

use crate::base::Moment;

/// What is open.
#[derive(Clone, Debug)]
pub(super) enum Panel {
    /// Accounts and how to get one.
    SignIn(Box<SignIn>),
    /// Models to choose from.
    Models(Box<Models>),
    /// Themes to choose from.
    Themes(Themes),
    /// Texts to choose from.
    Texts(Box<Texts>),
}

impl Panel {
    /// When its rows change by time alone.
    pub(super) fn wake_at(&self, now: Moment) -> Option<Moment> {
        match self {
            Self::SignIn(sign_in) => sign_in.device().and_then(|device| device.wake_at(now)),
            Self::Models(_) | Self::Themes(_) | Self::Texts(_) => None,
        }
    }

    /// Whether letters are its own and not the draft's.
    pub(super) fn takes_text(&self) -> bool {
        match self {
            Self::SignIn(sign_in) => matches!(sign_in.page, Page::Key(_)),
            Self::Models(_) | Self::Texts(_) => true,
            Self::Themes(_) => false,
        }
    }
}

/// A panel as rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// What it is about, one row.
    pub(super) title: String,
    /// What it shows.
    pub(super) body: Vec<Line<'static>>,
    /// The row that must stay in view, counted in `body`.
    pub(super) focus: usize,
    /// Where the cursor stands in `body`, if it writes here.
    pub(super) caret: Option<(usize, usize)>,
    /// Its keys, one row.
    pub(super) keys: String,
}
