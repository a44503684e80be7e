//! How far a batch is to be stopped, and who says so.

use std::{convert::Infallible, io::Write as _, sync::OnceLock, time::Duration};

use tokio::sync::watch;

use crate::protocol::Kind;

/// How far. Each Ctrl-C goes one further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Not at all.
    Run,
    /// Nothing more is started.
    Drain,
    /// What runs is asked to stop, and has a moment for it.
    Interrupt,
    /// What runs is killed.
    Kill,
}

/// Who stops a batch.
pub(super) struct Stop {
    level: watch::Sender<Level>,
    why: OnceLock<Kind>,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self { level: watch::Sender::new(Level::Run), why: OnceLock::new() }
    }

    /// Goes as far as `level`, never back. The first reason counts.
    pub(super) fn raise(&self, level: Level, why: Kind) {
        let _ = self.why.set(why);
        self.level.send_if_modified(|now| {
            let is_further = *now < level;
            *now = level.max(*now);
            is_further
        });
    }

    pub(super) fn level(&self) -> Level {
        *self.level.borrow()
    }

    pub(super) fn why(&self) -> Option<Kind> {
        self.why.get().copied()
    }

    pub(super) fn watch(&self) -> watch::Receiver<Level> {
        self.level.subscribe()
    }

    /// Listens to the system until it is dropped.
    pub(super) async fn listen(&self) -> Infallible {
        while let Some(is_urgent) = signal().await {
            let (level, told) = match self.level() {
                Level::Run if !is_urgent => {
                    (Level::Drain, "starting nothing more; Ctrl-C again stops the tasks that run")
                }
                Level::Run | Level::Drain => (Level::Interrupt, "stopping the tasks that run"),
                Level::Interrupt | Level::Kill => (Level::Kill, "killing the tasks that run"),
            };
            let _ = writeln!(std::io::stderr(), "note: {told}; the same command goes on later");
            self.raise(level, Kind::Interrupted);
        }
        std::future::pending().await
    }

    /// Stops what runs after this time.
    pub(super) async fn after(&self, limit: Option<Duration>) -> Infallible {
        if let Some(limit) = limit {
            tokio::time::sleep(limit).await;
            let _ = writeln!(
                std::io::stderr(),
                "note: the time for this batch is over; stopping the tasks that run"
            );
            self.raise(Level::Interrupt, Kind::Budget);
        }
        std::future::pending().await
    }
}

/// Waits for a signal: whether it leaves no time. `None` when none can be heard.
#[cfg(unix)]
async fn signal() -> Option<bool> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut end = signal(SignalKind::terminate()).ok()?;
    tokio::select! {
        heard = tokio::signal::ctrl_c() => heard.ok().map(|()| false),
        heard = end.recv() => heard.map(|()| true),
        heard = crate::cli::signals::hung_up() => heard.then_some(true),
    }
}

#[cfg(not(unix))]
async fn signal() -> Option<bool> {
    tokio::signal::ctrl_c().await.ok().map(|()| false)
}
