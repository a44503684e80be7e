//! What the person said before in this project, and a draft that is not sent.

use super::Driver;
use crate::protocol::{Event, Op, Query, Reply};

impl Driver {
    /// Serves what is about earlier texts; gives back what is not.
    ///
    /// A home that cannot be written to was told of with the transcript; for these nobody needs to hear it again.
    pub(super) fn serve_past(&self, op: Op) -> Option<Op> {
        match op {
            Op::Query(Query::Past) => {
                let (past, mailbox) = (self.past.clone(), self.mailbox.clone());
                tokio::task::spawn_blocking(move || {
                    mailbox.put(Event::Reply(Reply::Past(past.load())));
                });
            }
            // Small, and in the order they come: the draft is kept before the session ends.
            Op::KeepPast { text } => drop(self.past.keep(&text)),
            Op::KeepDraft { text } => drop(self.past.keep_draft(&text)),
            op => return Some(op),
        }
        None
    }
}
