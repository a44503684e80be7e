//! What comes from the terminal: keys, pastes, new sizes, and its end.

use std::{io, thread};

use crossterm::event::{Event, read};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Everything a person does, in order.
///
/// A thread of its own reads: the reader spins for ever on a terminal that is gone, and must not take the screen
/// with it. The thread ends with the program.
pub(super) struct Keys(UnboundedReceiver<io::Result<Event>>);

impl Keys {
    /// Starts to read. Errors: no thread can be started.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, receiver) = unbounded_channel();
        thread::Builder::new().name("keys".to_owned()).spawn(move || {
            loop {
                let event = read();
                let is_last = event.is_err();
                if sender.send(event).is_err() || is_last {
                    return;
                }
            }
        })?;
        Ok(Self(receiver))
    }

    /// The next one; `None` when no more can come.
    pub(super) async fn next(&mut self) -> Option<io::Result<Event>> {
        self.0.recv().await
    }

    /// The next one if it is there already.
    pub(super) fn at_hand(&mut self) -> Option<io::Result<Event>> {
        self.0.try_recv().ok()
    }
}

/// Sees the terminal go: its window was closed, the connection to it broke.
///
/// The signal that tells of it goes to the shell alone, and not every shell passes it on.
#[cfg(unix)]
pub(super) struct Watch(Option<tokio::io::unix::AsyncFd<io::Stdin>>);

#[cfg(unix)]
impl Watch {
    /// Watches standard input. Where it cannot be watched, the terminal is taken to stay.
    #[expect(
        deprecated,
        reason = "its successor is unsafe; standard input stays the same open file, as it asks for"
    )]
    pub(super) fn start() -> Self {
        let interest = tokio::io::Interest::READABLE;
        Self(tokio::io::unix::AsyncFd::with_interest(io::stdin(), interest).ok())
    }

    /// Waits until the terminal is gone.
    pub(super) async fn gone(&self) {
        let Some(stdin) = &self.0 else { return std::future::pending().await };
        while let Ok(mut guard) = stdin.readable().await {
            if guard.ready().is_read_closed() {
                return;
            }
            // A key; somebody else reads it.
            guard.clear_ready();
        }
    }
}

/// A console that goes takes its programs with it.
#[cfg(not(unix))]
pub(super) struct Watch;

#[cfg(not(unix))]
impl Watch {
    pub(super) fn start() -> Self {
        Self
    }

    pub(super) async fn gone(&self) {
        std::future::pending().await
    }
}
