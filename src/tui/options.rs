//! How a screen is asked for, and how it ended.

use super::{lang::Language, look::Paint, notice::Bell};
use crate::{base::SessionId, protocol::Totals};

/// What a person chose for the screen.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own, and all combine")]
pub struct Options {
    /// Words to send as soon as the session is ready.
    pub first_prompt: Option<String>,
    /// What its colours are chosen from.
    pub paint: Paint,
    /// What it speaks.
    pub language: Language,
    /// What it speaks where no language is chosen.
    pub locale: Language,
    /// Whether nothing may move that carries no news.
    pub is_still: bool,
    /// How it is written.
    pub manner: Manner,
    /// What is told while another window is looked at.
    pub bell: Bell,
    /// Whether the window may be named.
    pub has_title: bool,
    /// The person's home folder, shown as `~`.
    pub home: Option<String>,
    /// Whether the conversation is kept, so that it can be gone on with.
    pub is_kept: bool,
    /// The command line of the person's editor ([`super::choose_editor`]); empty for the usual one.
    pub editor: String,
    /// Whether the composer begins with vim's keys.
    pub is_vim: bool,
    /// Whether the person chooses a kept conversation first.
    pub chooses_session: bool,
}

/// How the screen is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// A live block at the end of the terminal's own scrollback.
    #[default]
    Inline,
    /// The whole window, which is given back at the end.
    Fullscreen,
    /// Lines that are never changed again.
    Lines,
    /// The same, in words for a screen reader.
    Spoken,
}

/// How the screen ended.
#[derive(Clone, Debug)]
pub struct Exit {
    /// Why.
    pub reason: Leaving,
    /// Sums since the session started.
    pub totals: Totals,
    /// The session, if it had started.
    pub session: Option<SessionId>,
}

/// Why the screen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The person left.
    Asked,
    /// The agent ended by itself.
    AgentEnded,
    /// The system sent a signal, whose number this is; 1, as for a hang-up, also where the terminal is gone.
    Signal(u8),
}
