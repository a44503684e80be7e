//! Going on with another account or model.

use std::borrow::Cow;

use super::{Driver, counter::Brought};
use crate::{
    agent::{Connection, machine::Input, wire::Line, words},
    protocol::{DeskEvent, Event, Switched},
    session::{Meta, Record},
};

impl Driver {
    /// Has the machine take over what was brought, as soon as no turn is running.
    pub(super) fn brought(&mut self, brought: Brought) -> Option<Input> {
        let connection = brought.wanted()?;
        let switch = connection.switch();
        self.next = Some(connection);
        Some(Input::Switch(Box::new(switch)))
    }

    /// The model has no room: goes on with the next one the person named.
    pub(super) fn fall_back(&mut self) {
        if let Some(connection) = self.fallbacks.pop_front() {
            // What the person chose meanwhile waits for the end of the turn.
            let chosen = self.next.replace(connection);
            self.switched(Vec::new());
            self.next = chosen;
        }
    }

    /// The machine has taken it over: makes the next requests with it, and says so.
    pub(super) fn switched(&mut self, costs: Vec<String>) {
        let Some(connection) = self.next.take() else { return };
        self.line = Ok(Line::new(self.net.clone(), &connection));
        self.store.serve(connection.limits().scope);
        let Connection { profile, cache_mode, cache_reason, account, mut notes, .. } = connection;
        let (model, provider) = (profile.model.clone(), profile.provider.name.to_owned());
        let meta = Meta::new(self.info.id.clone(), self.root.clone(), model.clone(), words::now());
        let meta = meta.on(self.info.branch.clone());
        let notice = self.transcript.append(&Record::Meta(Cow::Owned(meta)));
        self.warn(notice);
        (self.info.model, self.info.provider) = (model.clone(), provider.clone());
        (self.info.window, self.info.cache) = (profile.window, (cache_mode, cache_reason.clone()));
        self.reserve = profile.max_output;
        notes.extend(costs);
        let window = profile.window;
        let told = Switched { model, provider, account, window, cache: cache_reason, notes };
        self.mailbox.put(Event::Desk(DeskEvent::Switched(told)));
    }
}
