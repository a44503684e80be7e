//! One run may show several sessions, one after the other: what counts it sees each of them, and one end.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::{agent::Watch, protocol::Event};

/// Hands what counts a run to its sessions.
#[derive(Clone, Default)]
pub(in crate::cli) struct Relay {
    watch: Option<Watch>,
    newest: Arc<AtomicUsize>,
}

impl Relay {
    /// For what counts the run, if anything does.
    pub(in crate::cli) fn new(watch: Option<Watch>) -> Self {
        Self { watch, newest: Arc::default() }
    }

    /// What sees the events of one more session. The run goes on when an earlier one ends.
    pub(in crate::cli) fn next(&self) -> Option<Watch> {
        let (watch, newest) = (self.watch.clone()?, Arc::clone(&self.newest));
        let own = newest.fetch_add(1, Ordering::SeqCst) + 1;
        Some(Arc::new(move |event| {
            let is_left = own != newest.load(Ordering::SeqCst);
            if !(is_left && matches!(event, Event::SessionEnded { .. })) {
                watch(event);
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::protocol::Totals;

    #[test]
    fn a_run_of_two_sessions_ends_once() {
        let seen: Arc<Mutex<Vec<u32>>> = Arc::default();
        let kept = Arc::clone(&seen);
        let relay = Relay::new(Some(Arc::new(move |event| {
            if let Event::SessionEnded { totals } = event {
                kept.lock().expect("nothing panics").push(totals.requests);
            }
        })));
        let ended = |requests| Event::SessionEnded { totals: Totals { requests, ..Totals::default() } };
        let first = relay.next().expect("it is counted");
        let second = relay.next().expect("it is counted");
        first(&ended(1));
        second(&ended(2));
        assert_eq!(*seen.lock().expect("nothing panics"), [2]);
        assert!(Relay::new(None).next().is_none());
    }
}
