//! Going on with another account or model.

use std::borrow::Cow;

use super::{Driver, counter::Brought};
use crate::{
    agent::{
        Connection,
        machine::{Input, Switch},
        wire::Line,
        words,
    },
    protocol::{DeskEvent, Event, Switched},
    session::{Meta, Record},
};

impl Driver {
    /// Has the machine take over what was brought, as soon as no turn is running.
    pub(super) fn brought(&mut self, brought: Brought) -> Option<Input> {
        let connection = brought.wanted()?;
        let switch = Switch {
            cache: connection.limits(),
            cache_mode: connection.cache_mode,
            tiers: connection.profile.tiers.clone(),
            window: connection.profile.input_bound(),
        };
        self.next = Some(connection);
        Some(Input::Switch(Box::new(switch)))
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
