//! The simulator's clock: the cache's five minutes can pass without waiting for them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::base::Moment;

/// Which clock the cache lives by. Pacing and delays always take real time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Real time, plus whatever `Sim::advance` has added.
    #[default]
    System,
    /// Stands still at this moment until `Sim::advance` moves it.
    Manual(Moment),
}

/// A clock that has been started.
#[derive(Clone, Debug)]
pub(super) struct Running {
    base: Moment,
    since: Option<Instant>,
    ahead: Arc<AtomicU64>,
}

impl Running {
    /// Starts a clock.
    pub(super) fn start(clock: Clock) -> Self {
        let (base, since) = match clock {
            Clock::Manual(at) => (at, None),
            Clock::System => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                (Moment(0).after(now), Some(Instant::now()))
            }
        };
        Self { base, since, ahead: Arc::default() }
    }

    /// The time by this clock.
    pub(super) fn now(&self) -> Moment {
        let passed = self.since.map(|since| since.elapsed()).unwrap_or_default();
        self.base.after(passed).after(Duration::from_millis(self.ahead.load(Ordering::SeqCst)))
    }

    /// Lets time pass at once.
    pub(super) fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.ahead.fetch_add(by, Ordering::SeqCst);
    }
}
