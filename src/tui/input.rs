//! What comes from the terminal: keys, pastes, new sizes, and its end.

use std::{
    io,
    sync::mpsc::{Sender, channel},
    thread,
    time::Duration,
};

use crossterm::event::{Event, poll, read};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::Instant,
};

use super::answers::{Answers, Heard, Source};

/// How many are taken at once.
const MANY: usize = 4_096;

/// How long is looked for more. crossterm does not look at all when it is given no time.
const GLANCE: Duration = Duration::from_micros(50);

/// What came together, and when each of it came.
pub(super) type Batch = io::Result<Vec<(Instant, Heard)>>;

/// Everything a person does, in order.
///
/// A thread of its own reads: the reader spins for ever on a terminal that is gone, and must not take the screen
/// with it. It reads only when it is asked to, so that between two batches the terminal can be given to another
/// program. The thread ends with the program.
pub(super) struct Keys {
    batches: UnboundedReceiver<Batch>,
    wishes: Sender<()>,
    is_asked: bool,
}

impl Keys {
    /// Starts the thread; `asked` is when the terminal was asked for its colour. Errors: no thread can be started.
    pub(super) fn start(asked: Option<Instant>) -> io::Result<Self> {
        let (sender, batches) = unbounded_channel();
        let (wishes, wanted) = channel();
        thread::Builder::new().name("keys".to_owned()).spawn(move || {
            let mut answers = Answers::new(Line, asked.map(Instant::into_std));
            while wanted.recv().is_ok() {
                let batch = batch(&mut answers);
                let is_last = batch.is_err();
                if sender.send(batch).is_err() || is_last {
                    return;
                }
            }
        })?;
        Ok(Self { batches, wishes, is_asked: false })
    }

    /// The next ones; `None` when no more can come. Safe to drop before it is ready: nothing is lost.
    pub(super) async fn next(&mut self) -> Option<Batch> {
        self.ask();
        let batch = self.batches.recv().await;
        self.is_asked = false;
        batch
    }

    /// The next ones if they are there already.
    pub(super) fn at_hand(&mut self) -> Option<Batch> {
        self.ask();
        let batch = self.batches.try_recv().ok()?;
        self.is_asked = false;
        Some(batch)
    }

    /// Whether nobody reads now, so that another program may.
    pub(super) fn are_at_rest(&self) -> bool {
        !self.is_asked
    }

    fn ask(&mut self) {
        if !self.is_asked {
            self.is_asked = self.wishes.send(()).is_ok();
        }
    }
}

/// Waits for something and takes what is there behind it.
fn batch(answers: &mut Answers<Line>) -> Batch {
    let mut events = stamped(answers)?;
    while events.len() < MANY && poll(GLANCE)? {
        events.extend(stamped(answers)?);
    }
    Ok(events)
}

fn stamped(answers: &mut Answers<Line>) -> Batch {
    let heard = answers.next()?;
    let now = Instant::now();
    Ok(heard.into_iter().map(|heard| (now, heard)).collect())
}

/// The line to the terminal.
struct Line;

impl Source for Line {
    fn read(&mut self) -> io::Result<Event> {
        read()
    }

    fn poll(&mut self, within: Duration) -> io::Result<bool> {
        poll(within)
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
