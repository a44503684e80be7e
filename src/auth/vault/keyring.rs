//! The keyring, behind a thread of its own and a time limit.
//!
//! A locked keyring asks the person, without limit, on a screen that may not be there. So the calls are made on a
//! plain thread, which does not keep the program from ending, and whoever waits gives up after three seconds.
//! Source: `docs/sources.md`, crates 4.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
    thread,
    time::Duration,
};

use crate::base::Secret;

use super::{
    place::{Slot, State},
    system::System,
};

/// How long the keyring may take to answer. An unlocked one takes 80 ms, unoptimised.
const PATIENCE: Duration = Duration::from_secs(3);

/// A store of secrets as operating systems have them. There is one besides the system's: the one of the tests.
pub trait Store: Send {
    /// Reads a secret; `None` when there is none.
    fn get(&mut self, service: &str, user: &str) -> Result<Option<Secret>, StoreError>;
    /// Puts a secret in the place of the one before.
    fn set(&mut self, service: &str, user: &str, secret: &Secret) -> Result<(), StoreError>;
    /// Removes a secret; whether there was one.
    fn remove(&mut self, service: &str, user: &str) -> Result<bool, StoreError>;
}

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no store, or it failed.
    #[error("{0}")]
    Absent(String),
    /// It is locked or refuses access.
    #[error("it is locked")]
    Locked,
}

enum Ask {
    Get,
    Set(Secret),
    Remove,
}

enum Reply {
    Got(Option<Secret>),
    Set,
    Removed(bool),
}

type Answer = Result<Reply, StoreError>;
type Request = (Ask, Slot, SyncSender<Answer>);

/// The keyring of this process. Its thread starts with the first request.
pub struct Keyring {
    requests: Option<Sender<Request>>,
    open: Option<Box<dyn FnOnce() -> Box<dyn Store> + Send>>,
    patience: Duration,
    /// Set when an answer is overdue: the thread is still waiting, and so would the next request.
    is_stuck: bool,
}

impl Keyring {
    /// The system's own. Nothing is touched yet.
    pub fn system() -> Self {
        Self::of(|| Box::new(System))
    }

    /// Another store, opened on the keyring's thread.
    pub fn of(open: impl FnOnce() -> Box<dyn Store> + Send + 'static) -> Self {
        Self { requests: None, open: Some(Box::new(open)), patience: PATIENCE, is_stuck: false }
    }

    /// The same with another limit.
    #[cfg(test)]
    pub(super) fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Reads a key. Errors: how the keyring is instead of ready.
    pub(super) fn get(&mut self, slot: &Slot) -> Result<Option<Secret>, State> {
        match self.ask(Ask::Get, slot)? {
            Reply::Got(found) => Ok(found),
            Reply::Set | Reply::Removed(_) => Ok(None),
        }
    }

    /// Puts a key. Errors: as [`Keyring::get`]; then the key is not there, and will not be later.
    pub(super) fn set(&mut self, slot: &Slot, key: &Secret) -> Result<(), State> {
        self.ask(Ask::Set(Secret::new(key.expose().to_owned())), slot).map(drop)
    }

    /// Removes a key; whether there was one. Errors: as [`Keyring::get`].
    pub(super) fn remove(&mut self, slot: &Slot) -> Result<bool, State> {
        Ok(matches!(self.ask(Ask::Remove, slot)?, Reply::Removed(true)))
    }

    fn ask(&mut self, ask: Ask, slot: &Slot) -> Result<Reply, State> {
        if self.is_stuck {
            return Err(State::Slow);
        }
        let gone = || State::Absent("its thread ended".to_owned());
        let requests = self.started()?;
        // Nobody holds the answer between the two sides: either it was taken, or the thread knows it was not.
        let (reply, answer) = mpsc::sync_channel(0);
        requests.send((ask, slot.clone(), reply)).map_err(|_| gone())?;
        match answer.recv_timeout(self.patience) {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(StoreError::Absent(why))) => Err(State::Absent(why)),
            Ok(Err(StoreError::Locked)) => Err(State::Locked),
            Err(RecvTimeoutError::Timeout) => {
                self.is_stuck = true;
                Err(State::Slow)
            }
            Err(RecvTimeoutError::Disconnected) => Err(gone()),
        }
    }

    fn started(&mut self) -> Result<&Sender<Request>, State> {
        if let Some(open) = self.open.take() {
            let (send, receive) = mpsc::channel();
            thread::Builder::new()
                .name("keyring".to_owned())
                .spawn(move || serve(open().as_mut(), &receive))
                .map_err(|e| State::Absent(format!("its thread cannot be started: {e}")))?;
            self.requests = Some(send);
        }
        self.requests.as_ref().ok_or_else(|| State::Absent("its thread cannot be started".to_owned()))
    }
}

fn serve(store: &mut dyn Store, requests: &Receiver<Request>) {
    for (ask, slot, reply) in requests {
        let (service, user) = (slot.service(), slot.user());
        let puts = matches!(ask, Ask::Set(_));
        let answer = match ask {
            Ask::Get => store.get(&service, user).map(Reply::Got),
            Ask::Set(key) => store.set(&service, user, &key).map(|()| Reply::Set),
            Ask::Remove => store.remove(&service, user).map(Reply::Removed),
        };
        let is_put = puts && answer.is_ok();
        if reply.send(answer).is_err() && is_put {
            // Whoever asked has given up and put the key elsewhere; two copies would drift apart. If this fails
            // too, the keyring has locked itself again, and nothing can be done.
            let _ = store.remove(&service, user);
        }
    }
}
