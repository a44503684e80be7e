//! Opening panels, and taking the answers to what they ask.

use super::{Models, Panel, Sessions, SignIn, Window};
use crate::{
    protocol::{DeskOp, Op, Query, Reply},
    tui::{editor::Edited, lang::fill, model::Model, msg::Cmd},
};

impl Model {
    /// Opens the sign-in panel.
    pub(in crate::tui) fn open_sign_in(&mut self, cmds: &mut Vec<Cmd>) {
        self.panel = Some(Panel::SignIn(Box::new(SignIn::new(None))));
        cmds.push(desk(DeskOp::Overview));
    }

    /// Opens the list of models, or takes the named one at once.
    pub(in crate::tui) fn open_models(&mut self, typed: &str, cmds: &mut Vec<Cmd>) {
        if !typed.is_empty() {
            let (model, account) = (typed.to_owned(), None);
            return cmds.push(desk(DeskOp::UseModel { model, account, is_default: false }));
        }
        self.panel = Some(Panel::Models(Box::new(Models::new(self.price_of_a_switch()))));
        cmds.push(desk(DeskOp::Models));
    }

    /// What the next request costs more when nothing of the conversation is in the cache.
    fn price_of_a_switch(&self) -> Option<String> {
        let tokens = self.context.to_string();
        (self.context.0 > 0 && self.has_spoken)
            .then(|| fill(self.look.words.models_cold, &[("tokens", &tokens)]))
    }

    /// Opens the sessions that are kept.
    pub(in crate::tui) fn open_sessions(&mut self, cmds: &mut Vec<Cmd>) {
        let sessions = Sessions::default();
        cmds.push(Cmd::Send(sessions.asks()));
        self.panel = Some(Panel::Sessions(Box::new(sessions)));
    }

    /// Opens the rules about what may happen.
    pub(in crate::tui) fn open_rules(&mut self, cmds: &mut Vec<Cmd>) {
        self.panel = Some(Panel::Rules(Box::default()));
        cmds.push(Cmd::Send(Op::Query(Query::Rules)));
    }

    /// Opens the settings.
    pub(in crate::tui) fn open_settings(&mut self, cmds: &mut Vec<Cmd>) {
        self.panel = Some(Panel::Settings(Box::default()));
        cmds.push(desk(DeskOp::Settings));
    }

    /// Opens the instruction files.
    pub(in crate::tui) fn open_memory(&mut self, cmds: &mut Vec<Cmd>) {
        self.panel = Some(Panel::Memory(Box::default()));
        cmds.push(Cmd::Send(Op::Query(Query::Memory)));
    }

    /// Opens what fills the window.
    pub(in crate::tui) fn open_window(&mut self, cmds: &mut Vec<Cmd>) {
        let whole = self.session.as_ref().map(|session| session.window).unwrap_or_default();
        self.panel = Some(Panel::Window(Box::new(Window { whole, ..Window::default() })));
        cmds.push(Cmd::Send(Op::Query(Query::Window)));
    }

    /// The editor has ended with one of the files.
    pub(in crate::tui) fn file_edited(&mut self, edited: Edited, cmds: &mut Vec<Cmd>) {
        if let Edited::Failed(word) = edited {
            self.hint = Some(word);
        }
        cmds.push(Cmd::Send(Op::Query(Query::Memory)));
    }

    /// Takes the answer to a question of an open panel. What is not open any more needs none.
    pub(in crate::tui) fn hear_panel_reply(&mut self, reply: Reply) {
        match (reply, &mut self.panel) {
            (Reply::Window(parts), Some(Panel::Window(window))) => window.parts = Some(parts),
            (Reply::Rules(rules), Some(Panel::Rules(panel))) => panel.take(rules),
            (Reply::BadRule { why }, Some(Panel::Rules(panel))) => panel.refuse(why),
            (Reply::Memory(files), Some(Panel::Memory(memory))) => memory.list.take(files),
            (_, _) => {}
        }
    }
}

pub(super) fn desk(op: DeskOp) -> Cmd {
    Cmd::Send(Op::Desk(op))
}
