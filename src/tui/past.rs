//! Earlier texts: those of other sessions, drafts that were not sent, and the way back in this conversation.

use std::time::Duration;

use super::{
    lang::counted,
    model::Model,
    msg::Cmd,
    panel::{Panel, Picked, Purpose, Texts},
};
use crate::{
    base::Moment,
    protocol::{Item, Op, Past},
};

/// How soon the second Esc has to come.
const TWICE: Duration = Duration::from_secs(1);

impl Model {
    /// Nothing runs and nothing is open that Esc is for.
    pub(super) fn is_idle(&self) -> bool {
        self.work.is_none() && self.queue.is_empty() && self.dialogs.is_empty() && self.panel.is_none()
    }

    /// Esc with nothing to stop and no draft: twice, it offers to go back to before a message.
    pub(super) fn escape_idle(&mut self, before: Option<Moment>) {
        let is_second = before.is_some_and(|at| self.now.since(at) < TWICE);
        if !is_second {
            self.escaped = Some(self.now);
        } else if self.said.is_empty() {
            self.hint = Some(self.look.words.back_none.to_owned());
        } else {
            let said = self.said.iter().rev().cloned().collect();
            self.panel = Some(Panel::Texts(Box::new(Texts::new(Purpose::Back, said))));
        }
    }

    /// Opens the list of texts that were sent before.
    pub(super) fn open_past(&mut self) {
        let sent = self.composer.sent();
        if sent.is_empty() {
            self.hint = Some(self.look.words.past_none.to_owned());
        } else {
            self.panel = Some(Panel::Texts(Box::new(Texts::new(Purpose::Past, sent))));
        }
    }

    /// Does what was picked in a list of texts; returns whether the list stays open.
    pub(super) fn pick(&mut self, picked: Picked, cmds: &mut Vec<Cmd>) -> bool {
        match picked {
            Picked::Nothing => return true,
            Picked::Close => {}
            // Its own sign says what it is.
            Picked::Text(text) => {
                self.shell.is_open = false;
                self.composer.set(&text);
            }
            Picked::Back(turn) => cmds.push(Cmd::Send(Op::Rewind { turn })),
        }
        false
    }

    /// Takes what is known of earlier sessions.
    pub(super) fn hear_past(&mut self, past: Past) {
        let Past { mut texts, draft } = past;
        if !draft.is_empty() {
            self.keeping.knows(&draft);
            if self.composer.is_empty() {
                self.composer.set(&draft);
                self.hint = Some(self.look.words.draft_back.to_owned());
            } else {
                // Something is being written already: the other one is the first that Up finds.
                texts.push(draft);
                self.hint = Some(self.look.words.draft_above.to_owned());
            }
        }
        self.composer.remember(texts);
    }

    /// Keeps a text for later sessions.
    pub(super) fn keep_past(text: &str, cmds: &mut Vec<Cmd>) {
        cmds.push(Cmd::Send(Op::KeepPast { text: text.to_owned() }));
    }

    /// Takes over what was said in a conversation that goes on.
    pub(super) fn restore_said(&mut self, items: &[Item]) {
        let said = items.iter().filter_map(|item| match item {
            Item::User(message) => Some(message.text.clone()),
            _ => None,
        });
        self.said = said.collect();
    }

    /// A message, counted from the newest, and all behind it are gone; its words come back into the composer.
    pub(super) fn rewound(&mut self, turn: u32, text: String, cmds: &mut Vec<Cmd>) {
        let words = self.look.words;
        self.say(&counted(turn.into(), words.taken_back_one, words.taken_back), false, cmds);
        self.composer.give_back(vec![text]);
        let many = usize::try_from(turn).unwrap_or(usize::MAX);
        self.said.truncate(self.said.len().saturating_sub(many));
    }
}
