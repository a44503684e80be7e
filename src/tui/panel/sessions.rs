//! The sessions that are kept: found by typing, looked into, gone on with, removed.

use std::sync::Arc;

use super::{Around, Entry, List, Paper, Step, frame::room, preview};
use crate::{
    base::{Moment, SessionId},
    protocol::{DeskOp, Failure, Item, Op, SessionRow},
    tui::{
        composer::Edit,
        door::Chosen,
        keys::{Action, Meaning},
        msg::Cmd,
    },
};

/// The panel.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Sessions {
    pub(super) list: List<SessionRow>,
    /// Those of every project.
    pub(super) is_everywhere: bool,
    pub(super) page: Page,
    pub(super) failure: Option<Failure>,
}

/// What it shows.
#[derive(Clone, Debug, Default)]
pub(super) enum Page {
    /// The list.
    #[default]
    All,
    /// What was said in one of them; `None` until it comes.
    Preview { session: SessionId, items: Option<Arc<[Item]>>, offset: usize },
    /// Whether to remove one of them.
    Removing(Box<SessionRow>),
}

impl Entry for SessionRow {
    fn text(&self) -> String {
        let branch = self.branch.as_deref().unwrap_or_default();
        format!("{} {branch} {} {}", self.title, self.root, self.last)
    }
}

impl Sessions {
    /// Asks for what the list shows.
    pub(in crate::tui) fn asks(&self) -> Op {
        Op::Desk(DeskOp::Sessions { is_everywhere: self.is_everywhere })
    }

    /// Takes what was asked for.
    pub(super) fn take(&mut self, rows: Vec<SessionRow>) {
        self.list.take(rows);
    }

    /// Takes what was said in a session, if that is still the one looked into.
    pub(super) fn take_preview(&mut self, of: &SessionId, said: Arc<[Item]>) {
        if let Page::Preview { session, items, .. } = &mut self.page
            && session == of
        {
            *items = Some(said);
        }
    }

    /// One step back; whether there was one.
    pub(super) fn back(&mut self) -> bool {
        self.failure = None;
        !matches!(std::mem::take(&mut self.page), Page::All) || self.list.clear()
    }

    pub(super) fn key(&mut self, meaning: Meaning, around: &Around) -> Step {
        self.failure = None;
        match &mut self.page {
            Page::All => self.key_in_list(meaning, around),
            Page::Removing(row) => {
                if meaning != Meaning::Does(Action::Send) {
                    return Step::Stay;
                }
                let (session, root) = (row.session.clone(), row.root.clone());
                self.page = Page::All;
                let is_everywhere = self.is_everywhere;
                Step::Ask(Op::Desk(DeskOp::RemoveSession { session, root, is_everywhere }))
            }
            Page::Preview { .. } => match meaning {
                Meaning::Does(Action::Send) => self.resume(false, around),
                Meaning::Does(Action::Edit(Edit::Yank)) => self.resume(true, around),
                meaning => {
                    let rows = self.rows(around.paper, None);
                    if let Page::Preview { offset, .. } = &mut self.page {
                        preview::scroll(offset, meaning, &rows, room(&rows, 0, around.paper));
                    }
                    Step::Stay
                }
            },
        }
    }

    fn key_in_list(&mut self, meaning: Meaning, around: &Around) -> Step {
        let words = around.paper.look.words;
        match meaning {
            Meaning::Does(Action::Send) => self.resume(false, around),
            Meaning::Does(Action::Edit(Edit::Yank)) => self.resume(true, around),
            Meaning::Does(Action::Complete) => {
                self.is_everywhere = !self.is_everywhere;
                Step::Ask(self.asks())
            }
            Meaning::Does(Action::OpenFolded) => match self.list.marked() {
                Some(row) => {
                    let (session, root) = (row.session.clone(), row.root.clone());
                    self.page = Page::Preview { session: session.clone(), items: None, offset: 0 };
                    Step::Ask(Op::Desk(DeskOp::Preview { session, root }))
                }
                None => Step::Stay,
            },
            Meaning::Does(Action::Edit(Edit::Delete)) => match self.list.marked() {
                Some(row) if row.is_open => Step::Hint(words.sessions_open.to_owned()),
                Some(row) => {
                    self.page = Page::Removing(Box::new(row.clone()));
                    Step::Stay
                }
                None => Step::Stay,
            },
            meaning => {
                self.list.key(meaning);
                Step::Stay
            }
        }
    }

    fn resume(&self, is_copy: bool, around: &Around) -> Step {
        let words = around.paper.look.words;
        let Some(row) = self.list.marked() else { return Step::Stay };
        let is_ours = around.session.as_ref() == Some(&row.session);
        match (is_copy, is_ours, row.is_open) {
            _ if around.is_busy => Step::Hint(words.panel_busy.to_owned()),
            (false, true, _) => Step::Hint(words.sessions_here.to_owned()),
            (false, false, true) => Step::Hint(words.sessions_elsewhere.to_owned()),
            _ => {
                let (session, root) = (row.session.clone(), row.root.clone());
                Step::Do(Cmd::Resume(Chosen { session, root, is_copy }))
            }
        }
    }
}

/// How long ago something was: `just now`, `5 min ago`, `2 h ago`, `3 d ago`.
pub(super) fn age(then: Moment, paper: Paper) -> String {
    let words = paper.look.words;
    let seconds = paper.now.since(then).as_secs();
    let (sentence, n) = match seconds {
        0..60 => return words.ago_now.to_owned(),
        60..3_600 => (words.ago_minutes, seconds / 60),
        3_600..86_400 => (words.ago_hours, seconds / 3_600),
        _ => (words.ago_days, seconds / 86_400),
    };
    crate::tui::lang::fill(sentence, &[("n", &n.to_string())])
}
