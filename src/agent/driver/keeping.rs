//! Keeps the conversation on disk as it grows.

use super::Driver;
use crate::{
    agent::{machine::Kept, words},
    protocol::{Event, Item, Level},
    session::{Record, Spent},
};

impl Driver {
    /// Says what was said in an earlier session that goes on.
    pub(super) fn tell_restored(&self) {
        if let Some((_, items @ [_, ..])) = self.machine.conversation() {
            self.mailbox.put(Event::Restored { items: items.into() });
        }
    }

    pub(super) fn keep(&mut self, kept: &Kept) {
        let notice = match kept {
            Kept::Item(item) => {
                if matches!(item, Item::User(_)) {
                    self.workshop.news_are_sent();
                }
                self.transcript.append(&Record::item(item))
            }
            Kept::Usage { request, usage, charge, cache, model, is_ping } => {
                let (usage, charge, cache) = (*usage, *charge, Some(*cache));
                let (request, model, at) = (*request, model.clone(), words::now());
                let is_ping = *is_ping;
                let spent = Spent { request, model, usage, charge, cache, is_ping, at };
                self.transcript.append(&Record::Usage(spent))
            }
            Kept::Link(link) => self.transcript.append(&Record::link(link)),
            Kept::Epoch { epoch, items } => {
                self.workshop.forget_news();
                self.transcript.append(&Record::epoch(*epoch, items))
            }
        };
        self.warn(notice);
    }

    pub(super) fn sync(&mut self) {
        let notice = self.transcript.sync();
        self.warn(notice);
    }

    pub(super) fn warn(&self, notice: Option<String>) {
        if let Some(text) = notice {
            self.mailbox.put(Event::Notice { level: Level::Warning, text });
        }
    }
}
