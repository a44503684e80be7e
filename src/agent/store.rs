//! What is known of the provider's store, shared with other processes: written off the critical path, read when the
//! file has changed, and claimed where several would write the same head.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{task::JoinHandle, time::timeout};

use super::{Mailbox, words};
use crate::{
    base::Moment,
    cache::{Ledger, Scope},
    prompt::Prefix,
    protocol::{Event, Level},
    session::{Claim, LedgerFile, Warming, Warmth},
};

/// How long the end of a session waits for the last state to be written.
const LAST: Duration = Duration::from_millis(200);
/// After this long at the barrier a person is told what is waited for.
const QUIET: Duration = Duration::from_secs(1);

/// The ledger's file as one session uses it.
pub(super) struct Store {
    file: Arc<Mutex<LedgerFile>>,
    scope: Scope,
    mailbox: Mailbox,
    slot: Arc<Mutex<Slot>>,
    writer: Option<JoinHandle<()>>,
    /// Held while the request of this number has a head stored.
    warming: Option<(u32, Warming)>,
}

/// What waits for the writer.
#[derive(Default)]
struct Slot {
    /// The newest state that is not written.
    next: Option<(Ledger, Moment)>,
    /// Released when that is written, so that who waited finds it.
    released: Vec<Warming>,
    is_writing: bool,
}

impl Store {
    pub(super) fn new(file: LedgerFile, scope: Scope, mailbox: Mailbox) -> Self {
        let file = Arc::new(Mutex::new(file));
        Self { file, scope, mailbox, slot: Arc::default(), writer: None, warming: None }
    }

    /// From here on another account or model is asked.
    pub(super) fn serve(&mut self, scope: Scope) {
        self.scope = scope;
    }

    /// What others have learned since the last look; nothing while our own state is being written. One look at the
    /// file's times when it did not change.
    pub(super) fn changed(&self) -> Option<Ledger> {
        self.file.try_lock().ok()?.changed()
    }

    /// Has this state written by another thread. Of states that come faster than they are written, the newest counts.
    pub(super) fn publish(&mut self, ledger: Ledger) {
        let mut slot = lock(&self.slot);
        slot.next = Some((ledger, words::now()));
        if std::mem::replace(&mut slot.is_writing, true) {
            return;
        }
        drop(slot);
        let (file, slot, mailbox) = (self.file.clone(), self.slot.clone(), self.mailbox.clone());
        self.writer = Some(tokio::task::spawn_blocking(move || {
            while let Some((ledger, now)) = next(&slot) {
                if let Some(text) = lock(&file).publish(&ledger, now) {
                    mailbox.put(Event::Notice { level: Level::Warning, text });
                }
            }
        }));
    }

    /// Waits for the last state to be written, but not for long.
    pub(super) async fn settle(&mut self) {
        if let Some(writer) = self.writer.take() {
            let _ = timeout(LAST, writer).await;
        }
    }

    /// Whose task it is to have the head stored: ours when nobody else is at it.
    pub(super) fn claim(&self, prefix: Prefix) -> Claim {
        lock(&self.file).claim(prefix)
    }

    /// Waits until others have the head stored, or gave up, or for `limit`; says so to the person when it takes long.
    pub(super) fn wait(
        &self,
        prefix: Prefix,
        limit: Duration,
        way_out: &'static str,
    ) -> impl Future<Output = Warmth> + Send + use<> {
        let (mut file, scope) = (lock(&self.file).clone(), self.scope.clone());
        let mailbox = self.mailbox.clone();
        async move {
            let is_stored = |ledger: &Ledger| ledger.warm_until(&scope, prefix, words::now()).is_some();
            let mut wait = std::pin::pin!(file.wait(prefix, is_stored, limit));
            if let Ok(warmth) = timeout(QUIET.min(limit), &mut wait).await {
                return warmth;
            }
            let text = format!(
                "cache: another session is storing the same context; waiting up to {} s to read it instead of \
                 writing it again; {way_out}",
                limit.as_secs()
            );
            mailbox.put(Event::Notice { level: Level::Info, text });
            wait.await
        }
    }

    /// Holds the claim while the request with this number runs.
    pub(super) fn hold(&mut self, request: u32, warming: Warming) {
        self.warming = Some((request, warming));
    }

    /// Lets go of the claim unless its request is the one that runs: behind what is being written, so that whoever
    /// waits reads it.
    pub(super) fn release_unless(&mut self, running: Option<u32>) {
        let Some((_, warming)) = self.warming.take_if(|(request, _)| running != Some(*request)) else {
            return;
        };
        let mut slot = lock(&self.slot);
        if slot.is_writing {
            slot.released.push(warming);
        }
    }
}

/// The state to be written next; lets go of what waited for the one before.
fn next(slot: &Mutex<Slot>) -> Option<(Ledger, Moment)> {
    let mut slot = lock(slot);
    if slot.next.is_none() {
        slot.released.clear();
        slot.is_writing = false;
    }
    slot.next.take()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Both are whole after every statement, so a panic elsewhere while one was held harms nothing.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
