//! The way from one session to another without leaving the screen.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;

use crate::{
    agent::Handle,
    base::SessionId,
    protocol::{Failure, Kind, Op},
};

/// How long the last writing of a session that was left is waited for at the end.
const LAST: Duration = Duration::from_millis(500);

/// A session that was chosen to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its id.
    pub session: SessionId,
    /// Its project's folder.
    pub root: String,
    /// Go on in a copy and leave the session itself as it is.
    pub is_copy: bool,
}

/// A session that has begun.
pub struct Started {
    /// Its agent.
    pub handle: Handle,
    /// Whether it is kept.
    pub is_kept: bool,
}

/// Whoever starts sessions; the door of the house implements it.
pub trait Door: Send + Sync {
    /// Starts a session that is kept. May wait for the disk and the keyring; needs a runtime around it.
    /// Errors: it is not there, open elsewhere, or cannot be begun here.
    fn resume(&self, chosen: Chosen) -> Result<Started, Failure>;
}

/// The door, what is wanted of it, and the sessions that are on their way out.
pub(super) struct Doorway {
    door: Option<Arc<dyn Door>>,
    pub(super) wanted: Option<Chosen>,
    leaving: Vec<JoinHandle<()>>,
}

impl Doorway {
    pub(super) fn new(door: Option<Arc<dyn Door>>) -> Self {
        Self { door, wanted: None, leaving: Vec::new() }
    }

    /// Starts what was chosen. Errors: as [`Door::resume`]; there is no door.
    pub(super) async fn open(&mut self, chosen: Chosen) -> Result<Started, Failure> {
        // A session that was just left may be wanted back.
        self.wait().await;
        let Some(door) = self.door.clone() else {
            return Err(Failure::new(Kind::Usage, "no other session can be begun here"));
        };
        let started = tokio::task::spawn_blocking(move || door.resume(chosen)).await;
        started.unwrap_or_else(|_| Err(Failure::new(Kind::Bug, "the beginning of the session broke off")))
    }

    /// Lets a session end by itself.
    pub(super) fn part_with(&mut self, mut handle: Handle) {
        // The draft goes on with the person.
        handle.send(Op::KeepDraft { text: String::new() });
        handle.send(Op::Quit);
        self.leaving.push(tokio::spawn(async move { while handle.next().await.is_some() {} }));
    }

    /// Waits a little until all of them have ended.
    pub(super) async fn wait(&mut self) {
        for task in self.leaving.drain(..) {
            // What takes longer is cut off by the end of the program; a transcript is whole after every line.
            let _ = tokio::time::timeout(LAST, task).await;
        }
    }
}
