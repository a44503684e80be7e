//! Passes requests about accounts and models on to who knows them, and what comes of it back.

use std::{
    collections::HashMap,
    mem::{Discriminant, discriminant},
    sync::Arc,
};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::{Connection, Desk, Mailbox, Tell};
use crate::protocol::{DeskEvent, DeskOp, Event, Failure, Kind};

/// A connection that a request has brought, unless that was stopped meanwhile.
pub(super) struct Brought {
    connection: Connection,
    stop: CancellationToken,
}

impl Brought {
    /// The connection, if it is still wanted.
    pub(super) fn wanted(self) -> Option<Connection> {
        (!self.stop.is_cancelled()).then_some(self.connection)
    }
}

/// Requests that are being served, at most one of a kind.
pub(super) struct Counter {
    desk: Option<Arc<dyn Desk>>,
    mailbox: Mailbox,
    brought: mpsc::UnboundedSender<Brought>,
    running: HashMap<Discriminant<DeskOp>, CancellationToken>,
}

impl Counter {
    /// A counter, and where it puts what is brought.
    pub(super) fn new(
        desk: Option<Arc<dyn Desk>>,
        mailbox: Mailbox,
    ) -> (Self, mpsc::UnboundedReceiver<Brought>) {
        let (brought, results) = mpsc::unbounded_channel();
        (Self { desk, mailbox, brought, running: HashMap::new() }, results)
    }

    /// Serves a request in a task of its own; an earlier one of the same kind is stopped.
    pub(super) fn serve(&mut self, op: DeskOp) {
        let Some(desk) = self.desk.clone() else {
            if op != DeskOp::Stop {
                self.mailbox.put(Event::Desk(DeskEvent::Failed(nobody())));
            }
            return;
        };
        if op == DeskOp::Stop {
            return self.stop();
        }
        let stop = CancellationToken::new();
        if let Some(earlier) = self.running.insert(discriminant(&op), stop.clone()) {
            earlier.cancel();
        }
        let tell = self.teller(stop.clone());
        let brought = self.brought.clone();
        let served = tokio::spawn(desk.serve(op, stop.clone(), tell.clone()));
        tokio::spawn(async move {
            match served.await {
                Ok(Some(connection)) => drop(brought.send(Brought { connection, stop })),
                Ok(None) => {}
                Err(broken) => tell(DeskEvent::Failed(Failure::new(
                    Kind::Bug,
                    format!("the request about accounts ended by itself: {broken}"),
                ))),
            }
        });
    }

    /// Stops everything that is being served.
    pub(super) fn stop(&mut self) {
        self.running.drain().for_each(|(_, stop)| stop.cancel());
    }

    /// Tells the faces, as long as the request is not stopped.
    fn teller(&self, stop: CancellationToken) -> Tell {
        let mailbox = self.mailbox.clone();
        Arc::new(move |event| {
            if !stop.is_cancelled() {
                mailbox.put(Event::Desk(event));
            }
        })
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.stop();
    }
}

fn nobody() -> Failure {
    Failure::new(Kind::Usage, "accounts and models cannot be changed in this session")
        .hint("leave it and start `qwen` with OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL set, or with `--model`")
}
