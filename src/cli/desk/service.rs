//! What the panel and `qwen auth` share: the accounts as they are now, and the connection of the running session.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::known::{Asked, Known};
use crate::{
    agent::Connection,
    base::AbsPath,
    protocol::{Failure, Kind},
};

/// Does everything about accounts and models, for a session or for one command.
pub(in crate::cli) struct Service {
    asked: Arc<Asked>,
    /// Whether a person is there who would see a browser open.
    pub(super) is_interactive: bool,
    now: Mutex<Now>,
}

/// What changes while it works.
#[derive(Default)]
pub(super) struct Now {
    /// What the session talks to.
    pub(super) connection: Option<Connection>,
    /// The pages of the running sign-in.
    pub(super) links: Vec<String>,
}

impl Service {
    /// A service for what the command line says; `connection` is what the session begins with.
    pub(in crate::cli) fn new(
        asked: Arc<Asked>,
        is_interactive: bool,
        connection: Option<Connection>,
    ) -> Arc<Self> {
        let now = Now { connection, links: Vec::new() };
        Arc::new(Self { asked, is_interactive, now: Mutex::new(now) })
    }

    /// Everything there is, read anew. Errors: settings that cannot be used.
    pub(in crate::cli) fn known(&self) -> Result<Known, Failure> {
        Known::read(&self.asked)
    }

    /// The folder the person works in.
    pub(super) fn cwd(&self) -> &AbsPath {
        &self.asked.cwd
    }

    /// Whether the session is kept by nobody.
    pub(super) fn is_private(&self) -> bool {
        self.asked.settings.is_private
    }

    /// What changes while it works.
    pub(super) fn now(&self) -> MutexGuard<'_, Now> {
        // A panic while the lock was held leaves values that are whole.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the session talks to.
    pub(super) fn connection(&self) -> Option<Connection> {
        self.now().connection.clone()
    }

    /// Whether the session talks with a sign-in, not with a key.
    pub(in crate::cli) fn is_signed_in(&self) -> bool {
        self.now().connection.as_ref().is_some_and(|connection| connection.credential.is_sign_in())
    }

    /// Remembers what the session goes on with.
    pub(super) fn adopt(&self, connection: &Connection) {
        self.now().connection = Some(connection.clone());
    }

    /// Does what may wait for a file's lock or the keyring on a thread that may wait.
    pub(super) async fn on_disk<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self, Known) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let service = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let known = service.known()?;
            work(&service, known)
        });
        done.await.map_err(|_| Failure::new(Kind::Bug, "the work on accounts ended by itself"))?
    }
}
