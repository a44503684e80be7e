//! What all connections share, and the ticket that settles a request exactly once.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{
    cache::{Reading, Store},
    clock::Running,
    fault::Fault,
    oauth::Desk,
    options::SimOptions,
    record::{Outcome, Recorded, Total},
    responses::{Kept, Shelf},
    script::Progress,
};

/// The simulator behind its connections.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: SimOptions,
    pub(super) clock: Running,
    /// Where it listens.
    pub(super) address: SocketAddr,
    state: Mutex<State>,
}

/// What changes from request to request.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) store: Store,
    pub(super) shelf: Shelf,
    pub(super) desk: Desk,
    pub(super) progress: Progress,
    pub(super) records: Vec<Recorded>,
    pub(super) total: Total,
    /// How often each fault of the options has struck.
    struck: Vec<u32>,
    /// Requests of every kind.
    next: u64,
    /// Chat requests that passed the checks.
    pub(super) chats: usize,
}

impl Shared {
    pub(super) fn new(options: SimOptions, address: SocketAddr) -> Arc<Self> {
        let clock = Running::start(options.clock);
        let state = State {
            store: Store::new(options.cache.clone()),
            struck: vec![0; options.faults.len()],
            ..State::default()
        };
        Arc::new(Self { options, clock, address, state: Mutex::new(state) })
    }

    /// The state. A panic of a script's function cannot leave it half changed, so poison is no reason to stop.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request and gives the ticket that will settle it.
    pub(super) fn admit(self: &Arc<Self>, mut record: Recorded) -> Ticket {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        record.number = number;
        state.records.push(record);
        drop(state);
        let end = Outcome::Refused;
        Ticket { shared: self.clone(), number, reading: None, output: 0, kept: None, end, is_open: true }
    }
}

impl State {
    /// Drops the oldest request that has ended, if there are more than may be kept.
    fn forget(&mut self, keep: Option<usize>) {
        let ended = |record: &Recorded| record.outcome != Outcome::Open;
        if keep.is_some_and(|keep| self.records.iter().filter(|record| ended(record)).count() > keep)
            && let Some(oldest) = self.records.iter().position(ended)
        {
            self.records.remove(oldest);
        }
    }

    /// The faults of the options that strike this request.
    pub(super) fn strike(&mut self, options: &SimOptions) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (planned, struck) in options.faults.iter().zip(&mut self.struck) {
            if planned.first.is_none_or(|first| *struck < first) {
                *struck += 1;
                faults.push(planned.fault.clone());
            }
        }
        faults
    }
}

/// One request that is being answered. Dropped before it was settled, the request counts as aborted: the client went
/// away, or the response broke.
#[derive(Debug)]
pub(super) struct Ticket {
    shared: Arc<Shared>,
    number: u64,
    reading: Option<Reading>,
    output: u64,
    /// The response that is kept when the last byte has left.
    kept: Option<(String, Kept)>,
    /// What the last byte will make of the request.
    end: Outcome,
    is_open: bool,
}

impl Ticket {
    /// Changes what was noted of the request; nothing when `Sim::clear` has forgotten it.
    pub(super) fn note(&self, change: impl FnOnce(&mut Recorded)) {
        if let Some(record) = self.shared.state().records.iter_mut().rev().find(|r| r.number == self.number) {
            change(record);
        }
    }

    /// Which request of the simulator this is.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The model reads the prompt: from now on the request is billed, however it ends.
    pub(super) fn bill(&mut self, reading: Reading, output: u64) {
        self.note(|record| record.bill = Some(reading.bill));
        self.reading = Some(reading);
        self.output = output;
        self.welcome();
    }

    /// What is answered can be chained to, once it is complete.
    pub(super) fn keep(&mut self, id: String, kept: Kept) {
        self.kept = Some((id, kept));
    }

    /// What will be sent is no error.
    pub(super) fn welcome(&mut self) {
        self.end = Outcome::Complete;
    }

    /// The last byte is about to leave. Called before the client can see it, so that the next request of a quick
    /// client already finds what this one stored.
    pub(super) fn complete(&mut self) {
        self.settle(self.end);
    }

    fn settle(&mut self, outcome: Outcome) {
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        let mut state = self.shared.state();
        if let Some(reading) = &mut self.reading {
            if outcome == Outcome::Complete {
                reading.bill.output = self.output;
                state.store.keep(reading, self.shared.clock.now());
            }
            state.total.add(&reading.bill);
        }
        if let Some((id, kept)) = self.kept.take()
            && outcome == Outcome::Complete
        {
            state.shelf.keep(id, kept);
        }
        let bill = self.reading.as_ref().map(|reading| reading.bill);
        let summary =
            state.records.iter_mut().rev().find(|record| record.number == self.number).map(|record| {
                record.finished = Some(Instant::now());
                record.outcome = outcome;
                record.bill = bill;
                record.summary()
            });
        state.forget(self.shared.options.keep);
        drop(state);
        if let (Some(tell), Some(summary)) = (&self.shared.options.on_request, summary) {
            tell(&summary);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.settle(Outcome::Aborted);
    }
}
