//! The time of the screen.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::base::Moment;

/// A clock that never jumps.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    start: Instant,
    at: Moment,
}

impl Clock {
    pub(super) fn start() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { start: Instant::now(), at: Moment(0).after(since) }
    }

    pub(super) fn now(&self) -> Moment {
        self.at.after(self.start.elapsed())
    }

    pub(super) fn moment(&self, at: Instant) -> Moment {
        self.at.after(at.saturating_duration_since(self.start))
    }

    pub(super) fn instant(&self, at: Moment) -> Instant {
        // One millisecond later, because moments are cut to whole ones.
        self.start + at.since(self.at) + Duration::from_millis(1)
    }
}
