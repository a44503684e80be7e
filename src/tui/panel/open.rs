//! What is open, and which part of it a key, a pasted text and a step back go to.

use super::{
    Around, Memory, Models, Page, Paper, Rows, Rules, Sessions, Settings, SignIn, Step, Texts, Themes,
    Window, frame::room, preview,
};
use crate::{
    base::{Moment, SessionId},
    tui::keys::{Action, Meaning},
};

/// What is open.
#[derive(Clone, Debug)]
pub(in crate::tui) enum Panel {
    /// Accounts and how to get one.
    SignIn(Box<SignIn>),
    /// Models to choose from.
    Models(Box<Models>),
    /// Themes to choose from.
    Themes(Themes),
    /// Texts to choose from.
    Texts(Box<Texts>),
    /// Sessions to go on with.
    Sessions(Box<Sessions>),
    /// Rules about what may happen.
    Rules(Box<Rules>),
    /// Settings.
    Settings(Box<Settings>),
    /// Instruction files.
    Memory(Box<Memory>),
    /// What fills the window.
    Window(Box<Window>),
}

impl Panel {
    /// When its rows change by time alone.
    pub(in crate::tui) fn wake_at(&self, now: Moment) -> Option<Moment> {
        match self {
            Self::SignIn(sign_in) => sign_in.device().and_then(|device| device.wake_at(now)),
            _ => None,
        }
    }

    /// Whether letters are its own and not the draft's.
    pub(in crate::tui) fn takes_text(&self) -> bool {
        match self {
            Self::SignIn(sign_in) => matches!(sign_in.page, Page::Key(_)),
            Self::Window(_) | Self::Themes(_) => false,
            _ => true,
        }
    }

    /// Lays the panel out. `own` is the running session; `short` writes a path as a person would.
    pub(in crate::tui) fn rows(
        &self,
        paper: Paper,
        own: Option<&SessionId>,
        short: impl Fn(&str) -> String,
    ) -> Rows {
        match self {
            Self::SignIn(sign_in) => sign_in.rows(paper),
            Self::Models(models) => models.rows(paper),
            Self::Themes(themes) => themes.rows(paper),
            Self::Texts(texts) => texts.rows(paper),
            Self::Sessions(sessions) => sessions.rows(paper, own),
            Self::Rules(rules) => rules.rows(paper),
            Self::Settings(settings) => settings.rows(paper),
            Self::Memory(memory) => memory.rows(paper, short),
            Self::Window(window) => window.rows(paper),
        }
    }

    /// Esc: one step back; whether there was one. The sign-in has its own way.
    pub(super) fn back(&mut self) -> bool {
        match self {
            Self::SignIn(_) | Self::Themes(_) | Self::Texts(_) | Self::Window(_) => false,
            Self::Models(models) => models.list.clear(),
            Self::Sessions(sessions) => sessions.back(),
            Self::Rules(rules) => rules.back(),
            Self::Settings(settings) => settings.back(),
            Self::Memory(memory) => memory.list.clear(),
        }
    }

    /// Any other key. The sign-in and the themes have their own way.
    pub(super) fn key(&mut self, meaning: Meaning, around: &Around) -> Step {
        let words = around.paper.look.words;
        match self {
            Self::SignIn(_) | Self::Themes(_) | Self::Texts(_) => Step::Pass,
            Self::Models(models) => models.key(meaning),
            Self::Sessions(sessions) => sessions.key(meaning, around),
            Self::Rules(rules) => rules.key(meaning, words),
            Self::Settings(settings) => settings.key(meaning, words),
            Self::Memory(memory) => memory.key(meaning),
            Self::Window(window) => window.key(meaning, around),
        }
    }

    /// Takes a pasted text; whether it was the panel's to take.
    pub(super) fn paste(&mut self, text: &str) -> bool {
        match self {
            Self::SignIn(sign_in) => return sign_in.paste(text),
            Self::Models(models) => models.list.paste(text),
            Self::Texts(texts) => texts.paste(text),
            Self::Sessions(sessions) => sessions.list.paste(text),
            Self::Rules(rules) => rules.paste(text),
            Self::Settings(settings) => settings.paste(text),
            Self::Memory(memory) => memory.list.paste(text),
            Self::Window(_) | Self::Themes(_) => return false,
        }
        true
    }
}

impl Window {
    /// Moves through the parts. What is written meanwhile belongs to the draft.
    fn key(&mut self, meaning: Meaning, around: &Around) -> Step {
        match meaning {
            Meaning::Does(Action::Up | Action::Down | Action::PageUp | Action::PageDown) => {
                let rows = self.rows(around.paper);
                // The draft has a row above it.
                preview::scroll(&mut self.offset, meaning, &rows, room(&rows, 1, around.paper));
                Step::Stay
            }
            Meaning::Does(Action::Send) if around.has_no_draft => Step::Close,
            _ => Step::Pass,
        }
    }
}
