//! What the machine says to the model passes here, so that no secret goes along.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Mailbox;
use crate::{
    context::SecretPlaces,
    protocol::{Event, HiddenList, HiddenRow, Item, Level},
    redact::{Hidden, Veil},
};

/// Told behind a text in which something was hidden; always the same words.
const TOLD: &str = "[Where `[hidden …]` stands, a secret was kept from you. Never write such a mark into a file or command: \
                    `edit` keeps the secret where old_string and new_string both hold its mark.]";

/// The veil of a session, and where the person is told of it.
#[derive(Clone)]
pub(super) struct Shroud {
    veil: Arc<Mutex<Veil>>,
    /// Where more is to be learned, until it was.
    places: Arc<Mutex<Option<SecretPlaces>>>,
    mailbox: Mailbox,
}

impl Shroud {
    pub(super) fn new(is_on: bool, places: SecretPlaces, mailbox: Mailbox) -> Self {
        let veil = if is_on { Veil::default() } else { Veil::off() };
        let places = Arc::new(Mutex::new(is_on.then_some(places)));
        Self { veil: Arc::new(Mutex::new(veil)), places, mailbox }
    }

    /// Learns what the machine's own files of secrets hold, the first time it is called. Who comes meanwhile waits. Blocks
    /// on the file system.
    pub(super) fn learn(&self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = places.take() {
            self.veil().learn(places.read());
        }
    }

    /// The same veil, for tools.
    pub(super) fn shared(&self) -> Arc<Mutex<Veil>> {
        self.veil.clone()
    }

    /// A text that may leave. The person is told once of each secret; `place` says where it was met.
    pub(super) fn cover(&self, text: &str, place: &str) -> String {
        let mut veil = self.veil();
        if veil.is_off() {
            return text.to_owned();
        }
        let mut text = veil.cover(text).text;
        if veil.is_veiled(&text) && !text.contains(TOLD) {
            text = format!("{}\n{TOLD}", text.trim_end_matches('\n'));
        }
        for hidden in veil.untold(&text) {
            let n = hidden.number;
            let text = format!(
                "privacy: {} #{n} in `{place}` was hidden from the model; `/privacy allow {n}` sends it from then on",
                hidden.kind
            );
            self.mailbox.put(Event::Notice { level: Level::Info, text });
        }
        text
    }

    /// The repository block for a head of this session. A session that begins numbers as every other does.
    pub(super) fn block(&self, block: &str) -> String {
        self.veil().cover(block).text
    }

    /// Goes on with the numbers of a conversation that is restored.
    pub(super) fn count_on(&self, items: &[Item]) {
        let mut veil = self.veil();
        for item in items {
            match item {
                Item::User(message) => message.parts().for_each(|part| veil.count_on(part)),
                Item::Result(result) => veil.count_on(&result.text),
                Item::Assistant(_) => {}
            }
        }
    }

    /// What was met, and what of it may leave.
    pub(super) fn list(&self) -> HiddenList {
        let veil = self.veil();
        let row = |(hidden, is_allowed): (Hidden, bool)| HiddenRow {
            number: hidden.number,
            kind: hidden.kind,
            is_allowed,
        };
        HiddenList { is_on: !veil.is_off(), rows: veil.list().into_iter().map(row).collect() }
    }

    /// Lets one secret through from now on.
    pub(super) fn allow(&self, number: u32) {
        let text = if self.veil().allow(number) {
            format!("privacy: secret #{number} is sent from now on; what was sent before stays as it is")
        } else {
            format!("privacy: nothing with the number {number} was hidden in this session")
        };
        self.mailbox.put(Event::Notice { level: Level::Info, text });
    }

    /// The mark in a text that is about to be run, if there is one.
    pub(super) fn spoken(&self, text: &str) -> Option<String> {
        self.veil().spoken(text, "")
    }

    fn veil(&self) -> MutexGuard<'_, Veil> {
        // It is whole after every change.
        self.veil.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The repository block as every session that begins would send it.
pub(super) fn block(block: &str, is_on: bool) -> String {
    if is_on { Veil::default().cover(block).text } else { block.to_owned() }
}
