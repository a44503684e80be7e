//! The responses that are kept.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::Value;

use crate::base::Moment;

/// How long a response is kept. Source: docs/sources.md, wire 2.4.
const LIFE: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A response that can be chained to.
#[derive(Debug)]
pub(in crate::sim) struct Kept {
    pub(super) account: String,
    pub(super) created: Moment,
    /// Every item of the conversation, the answer's included.
    pub(super) context: Vec<Value>,
    /// The items of its own request.
    pub(super) input: Vec<Value>,
    pub(super) response: Value,
}

/// Every response that is kept, by id.
#[derive(Debug, Default)]
pub(in crate::sim) struct Shelf(BTreeMap<String, Arc<Kept>>);

impl Shelf {
    /// Keeps a response, and forgets those whose time is over.
    pub(in crate::sim) fn keep(&mut self, id: String, kept: Kept) {
        let now = kept.created;
        self.0.insert(id, Arc::new(kept));
        self.0.retain(|_, kept| now < kept.created.after(LIFE));
    }

    /// The response of this id, unless it is another customer's or too old.
    pub(super) fn find(&self, id: &str, account: &str, now: Moment) -> Option<Arc<Kept>> {
        self.0.get(id).filter(|kept| kept.account == account && now < kept.created.after(LIFE)).cloned()
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// The ids of what is still kept, ascending.
    pub(in crate::sim) fn ids(&self, now: Moment) -> Vec<String> {
        let alive = self.0.iter().filter(|(_, kept)| now < kept.created.after(LIFE));
        alive.map(|(id, _)| id.clone()).collect()
    }
}
