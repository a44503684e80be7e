//! The wait before another try, while it lasts: a countdown on a terminal, elsewhere a sign of life now and then.

use std::{future::pending, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::face::Outlets;
use crate::protocol::Event;

/// How often a log shows that the run is alive. Source: `docs/sources.md`, qwen-code 3: 30 s, so that a runner does not
/// end it as idle.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);
/// How often a person sees the countdown move.
const TICK: Duration = Duration::from_secs(1);

/// The wait that runs, if one does.
pub(super) struct Waiting {
    is_terminal: bool,
    until: Option<Instant>,
    next: Instant,
    /// Columns that are written on the line of the countdown.
    shown: usize,
}

impl Waiting {
    /// For a stderr that is a terminal, or is not.
    pub(super) fn new(is_terminal: bool) -> Self {
        Self { is_terminal, until: None, next: Instant::now(), shown: 0 }
    }

    /// Takes one event, before it is written: whatever happens ends the wait before it.
    pub(super) fn see(&mut self, event: &Event, to: &mut Outlets<'_>) {
        self.clear(to);
        self.until = None;
        if let Event::Retrying { wait, .. } = event {
            let now = Instant::now();
            self.until = Some(now + *wait);
            self.next = now + self.pace();
        }
    }

    /// Ready when something is to be shown. Safe to drop before.
    pub(super) async fn tick(&self) {
        match self.until.filter(|until| self.next < *until) {
            Some(_) => sleep_until(self.next).await,
            None => pending().await,
        }
    }

    /// Shows how long it still takes.
    pub(super) fn show(&mut self, to: &mut Outlets<'_>) {
        let Some(until) = self.until else { return };
        let left = until.saturating_duration_since(Instant::now()).as_secs() + 1;
        self.next += self.pace();
        if !self.is_terminal {
            return to.aside(&format!("note: waiting, {left} s until the next try"));
        }
        let text = format!("next try in {left} s");
        let blank = " ".repeat(self.shown.saturating_sub(text.len()));
        // A closed stderr is no reason to stop the work.
        let _ = write!(to.err, "\r{text}{blank}").and_then(|()| to.err.flush());
        self.shown = text.len();
    }

    fn clear(&mut self, to: &mut Outlets<'_>) {
        let shown = std::mem::take(&mut self.shown);
        if shown > 0 {
            let _ = write!(to.err, "\r{}\r", " ".repeat(shown)).and_then(|()| to.err.flush());
        }
    }

    fn pace(&self) -> Duration {
        if self.is_terminal { TICK } else { SIGN_OF_LIFE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Failure, Kind};

    /// What stands on stderr after a wait of so many seconds, of which so many have passed.
    fn written(is_terminal: bool, wait: u64, ticks: u32) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(async {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut id = String::new;
            let mut to = Outlets { out: &mut out, err: &mut err, id: &mut id };
            let mut waiting = Waiting::new(is_terminal);
            let cause = Failure::new(Kind::Provider, "busy");
            let wait = Duration::from_secs(wait);
            waiting.see(&Event::Retrying { attempt: 2, of: 5, wait, cause }, &mut to);
            for _ in 0..ticks {
                waiting.show(&mut to);
            }
            waiting.see(&Event::Discarded, &mut to);
            String::from_utf8(err).expect("text")
        })
    }

    #[test]
    fn a_terminal_has_a_countdown_that_leaves_nothing_behind() {
        assert_eq!(written(true, 9, 1), "\rnext try in 9 s\r               \r");
        assert_eq!(written(true, 9, 0), "");
    }

    #[test]
    fn a_log_has_a_line_now_and_then() {
        assert_eq!(written(false, 90, 1), "note: waiting, 90 s until the next try\n");
    }
}
