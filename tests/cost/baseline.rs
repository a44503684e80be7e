//! What simple clients would have paid for the same requests at the same times.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use qwen::sim::Reading;
use serde_json::{Value, json};

use crate::world::{Happened, World, blocks};

/// A simple client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Simple {
    /// Nothing is cached.
    None,
    /// One marker on the last message.
    Tail,
    /// One on the system text, one on the last message.
    SystemTail,
    /// These two, and 19 and 38 blocks before the last.
    Ladder,
    /// No markers; the provider finds every repeated prefix.
    Implicit,
}

type Marked = HashMap<(Simple, Rc<[u8]>), Rc<[u8]>>;

thread_local! {
    static MARKED: RefCell<Marked> = RefCell::default();
}

impl Simple {
    /// Those that the planned markers are compared with.
    pub(crate) const ALL: [Self; 5] =
        [Self::None, Self::Tail, Self::SystemTail, Self::Ladder, Self::Implicit];

    /// What this client pays. *Unit:* thousandths of a token.
    pub(crate) fn units(self, world: &World) -> u64 {
        let mut store = world.rules.store();
        let (mut units, mut running) = (0, HashMap::<usize, Reading>::new());
        for happened in &world.happened {
            match happened {
                Happened::Read(at, now) => {
                    let asked = &world.asked[*at];
                    let body = self.body(&asked.body);
                    let reading = store.read(&blocks(&body, asked.account), *now);
                    units +=
                        if self == Self::None { reading.bill.prompt * 1_000 } else { reading.bill.units };
                    running.insert(*at, reading);
                }
                Happened::Keep(at, now) => {
                    if let Some(reading) = running.remove(at) {
                        store.keep(&reading, *now);
                    }
                }
            }
        }
        units
    }

    /// The body with this client's markers in place of ours. Most bodies come again under another reading.
    fn body(self, body: &Rc<[u8]>) -> Rc<[u8]> {
        MARKED.with_borrow_mut(|marked| {
            if marked.len() > 10_000 {
                marked.clear();
            }
            marked.entry((self, body.clone())).or_insert_with(|| self.marked(body).into()).clone()
        })
    }

    fn marked(self, body: &[u8]) -> Vec<u8> {
        let mut body: Value = serde_json::from_slice(body).unwrap();
        let messages = body["messages"].as_array_mut().unwrap();
        let mut places = Vec::new();
        for (at, message) in messages.iter_mut().enumerate() {
            for (part, element) in message["content"].as_array_mut().into_iter().flatten().enumerate() {
                element.as_object_mut().unwrap().shift_remove("cache_control");
                places.push((at, part));
            }
        }
        let is_system = |place: &&(usize, usize)| messages[place.0]["role"] == "system";
        let system = places.iter().rev().find(is_system).copied();
        let back = |steps: usize| places.len().checked_sub(steps + 1).map(|at| places[at]);
        let marks = match self {
            Self::None | Self::Implicit => [None; 4],
            Self::Tail => [back(0), None, None, None],
            Self::SystemTail => [system, back(0), None, None],
            Self::Ladder => [system, back(38), back(19), back(0)],
        };
        for (at, part) in marks.into_iter().flatten() {
            messages[at]["content"][part]["cache_control"] = json!({"type": "ephemeral"});
        }
        serde_json::to_vec(&body).unwrap()
    }
}
