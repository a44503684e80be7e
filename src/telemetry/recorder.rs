//! Keeps what is counted and sends it, beside the session: nobody waits for it.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep_until, timeout},
};

use super::{
    consent::Marks,
    crash::Shelf,
    deliver::{Collector, deliver},
    event::Event,
    folder::{Folder, Pause},
    otlp,
};
use crate::base::Moment;

/// How long events are gathered before they are put to what waits.
const GATHER: Duration = Duration::from_secs(60);
/// Events of one request.
const MOST: usize = 200;
/// How long the end of the program waits for a request that is on its way.
const LAST: Duration = Duration::from_millis(100);
/// How long a collector is left alone whose answer did not come before the end.
const CUT: Duration = Duration::from_secs(60);
/// Times are told by the hour.
const HOUR: u64 = 3_600;

/// Asked before anything is stored or sent.
pub type IsOn = Arc<dyn Fn() -> bool + Send + Sync>;

/// The clock.
pub type Clock = fn() -> Moment;

/// How a session is counted.
#[derive(Clone)]
pub struct Plan {
    /// Where things are kept.
    pub folder: Folder,
    /// Where they are sent; without it they wait.
    pub collector: Option<Collector>,
    /// Where reports of crashes are kept.
    pub shelf: Shelf,
    /// Whether events are counted; otherwise it is only remembered what the person was told.
    pub is_counting: bool,
    /// Whether that still holds.
    pub is_on: IsOn,
    /// The clock.
    pub now: Clock,
}

/// What the recorder is told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Note {
    /// Something is counted.
    Counted(Event),
    /// The notice was shown.
    Told,
    /// The report of a crash was offered.
    Offered,
    /// Something changed that consent hangs on.
    Check,
    /// The session is over.
    End,
}

/// Runs the recorder until its end is noted.
pub(super) async fn record(plan: Plan, mut notes: mpsc::UnboundedReceiver<Note>) {
    let mut recorder = Recorder { plan, gathered: Vec::new(), sending: None, is_over: false };
    let mut due = Instant::now() + GATHER;
    loop {
        let note = tokio::select! {
            note = notes.recv() => note.unwrap_or(Note::End),
            () = sleep_until(due) => {
                due = Instant::now() + GATHER;
                recorder.keep().await;
                recorder.send();
                continue;
            }
        };
        match note {
            Note::Counted(event) => recorder.count(event).await,
            Note::Told => recorder.told().await,
            Note::Offered => recorder.offered().await,
            Note::Check => recorder.keep().await,
            Note::End => break,
        }
    }
    recorder.keep().await;
    recorder.end().await;
}

struct Recorder {
    plan: Plan,
    gathered: Vec<(u64, Event)>,
    sending: Option<JoinHandle<()>>,
    /// Consent was withdrawn; nothing happens any more.
    is_over: bool,
}

impl Recorder {
    async fn count(&mut self, event: Event) {
        if self.is_over || !self.plan.is_counting {
            return;
        }
        let seconds = (self.plan.now)().0 / 1_000;
        self.gathered.push((seconds / HOUR * HOUR, event));
        if matches!(event, Event::SessionStarted { .. }) {
            self.send();
        }
        if self.gathered.len() >= MOST {
            self.keep().await;
        }
    }

    async fn told(&self) {
        let folder = self.plan.folder.clone();
        let is_on = self.plan.is_on.clone();
        // Where it cannot be kept the notice comes again.
        let _ = spawn_blocking(move || {
            if is_on() {
                let _ = folder.keep_marks(Marks { was_told: true, ..folder.marks() });
            }
        })
        .await;
    }

    /// The report of a crash is counted when it is offered, so that each is counted once.
    async fn offered(&mut self) {
        let reports = self.plan.shelf.clone();
        let counted = spawn_blocking(move || {
            let counted = reports.counted();
            reports.has_offered();
            counted
        });
        if let Ok(Some(event)) = counted.await {
            self.count(event).await;
        }
    }

    /// Puts what was gathered to what waits; forgets it when that is not wanted any more.
    async fn keep(&mut self) {
        if self.is_over || !self.plan.is_counting {
            return;
        }
        let (gathered, plan) = (std::mem::take(&mut self.gathered), self.plan.clone());
        let kept = spawn_blocking(move || {
            if !(plan.is_on)() {
                return false;
            }
            if gathered.is_empty() {
                return true;
            }
            let now = (plan.now)();
            // A folder that cannot be written holds nothing, and that is no reason to bother anybody.
            if let Ok(id) = plan.folder.installation(&month(now)) {
                let _ = plan.folder.queue(&otlp::logs(&gathered, &id), now);
            }
            if !(plan.is_on)() {
                // Turned off while it was written.
                let _ = plan.folder.purge();
                return false;
            }
            true
        });
        self.is_over = !kept.await.unwrap_or(false);
    }

    /// Sends what waits, unless that is being done.
    fn send(&mut self) {
        let is_busy = self.sending.as_ref().is_some_and(|sending| !sending.is_finished());
        let Some(collector) = self.plan.collector.clone().filter(|_| !is_busy && !self.is_over) else {
            return;
        };
        let plan = self.plan.clone();
        self.sending = Some(tokio::spawn(async move {
            deliver(&plan.folder, &collector, &*plan.is_on, plan.now).await;
        }));
    }

    /// Gives a request that is on its way a last moment.
    async fn end(&mut self) {
        let Some(mut sending) = self.sending.take() else { return };
        if timeout(LAST, &mut sending).await.is_err() {
            sending.abort();
            let pause = self.plan.folder.pause();
            let until = (self.plan.now)().after(CUT);
            self.plan.folder.keep_pause(Pause { until, failures: pause.failures.saturating_add(1) });
        }
    }
}

/// The month of a moment: `2026-11`.
pub(super) fn month(now: Moment) -> String {
    let at = i64::try_from(now.0).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    at.unwrap_or_default().strftime("%Y-%m").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_told_in_universal_time() {
        assert_eq!(month(Moment(1_795_305_600_000)), "2026-11");
        assert_eq!(month(Moment(0)), "1970-01");
    }
}
