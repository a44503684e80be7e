//! What a key in a panel leads to.

use super::Paper;
use crate::{base::SessionId, protocol::Op, tui::msg::Cmd};

/// What a key in a panel leads to.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::tui) enum Step {
    /// Nothing but what changed in the panel itself.
    Stay,
    /// The panel closes.
    Close,
    /// The agent is asked for something.
    Ask(Op),
    /// The same, and the panel closes.
    Last(Op),
    /// Something else is done.
    Do(Cmd),
    /// A word about the key.
    Hint(String),
    /// The key is none of the panel's business.
    Pass,
}

/// What stands around a panel.
pub(in crate::tui) struct Around {
    /// What its rows are made with.
    pub(in crate::tui) paper: Paper,
    /// The running session.
    pub(in crate::tui) session: Option<SessionId>,
    /// Whether a turn is running.
    pub(in crate::tui) is_busy: bool,
    /// Whether nothing is written in the composer.
    pub(in crate::tui) has_no_draft: bool,
}
