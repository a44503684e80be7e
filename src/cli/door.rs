//! Starts the sessions that are chosen on the screen.

use std::{
    fs,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Arguments, assemble,
    begin::Begin,
    beside::Beside,
    desk::Asked,
    telemetry::{Relay, allows},
};
use crate::{
    agent,
    base::AbsPath,
    context,
    protocol::{Failure, Kind},
    tui::{self, Chosen, Started},
};

/// What the command line said holds for these sessions, too.
pub(super) struct Door {
    arguments: Arguments,
    asked: Arc<Asked>,
    /// What counts the run.
    relay: Relay,
    /// Folders that no session may leave behind.
    spills: Spills,
    /// Programs that listen beside the screen.
    beside: Arc<Beside>,
}

/// Folders for what is too long for a result, of private sessions: they go when the program ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Spills(Arc<Mutex<Vec<AbsPath>>>);

impl Spills {
    /// One more.
    pub(super) fn add(&self, folder: AbsPath) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(folder);
    }

    /// Removes them with all that is in them.
    pub(super) fn remove(&self) {
        for folder in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // Nothing may have been put there.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Door {
    pub(super) fn new(
        arguments: Arguments,
        asked: Arc<Asked>,
        (relay, spills): (Relay, Spills),
        beside: Arc<Beside>,
    ) -> Arc<Self> {
        Arc::new(Self { arguments, asked, relay, spills, beside })
    }

    /// In the folder the person works in, or in that of another project.
    fn place(&self, root: &str) -> Result<Arc<Asked>, Failure> {
        if context::root_of(&self.asked.cwd).to_string() == root {
            return Ok(Arc::clone(&self.asked));
        }
        let gone = || {
            Failure::new(Kind::Usage, format!("the folder `{root}` of that session is not there"))
                .hint("put it back, or read the session with the preview")
        };
        let cwd = fs::canonicalize(root).ok().filter(|path| path.is_dir()).and_then(AbsPath::new);
        Ok(Arc::new(self.asked.at(cwd.ok_or_else(gone)?)))
    }
}

impl tui::Door for Door {
    fn resume(&self, chosen: Chosen) -> Result<Started, Failure> {
        let asked = self.place(&chosen.root)?;
        let mut assembled = assemble::session(&self.arguments, &asked, &Begin::Chosen(chosen), true)?;
        if assembled.beginning.is_private {
            self.spills.add(assembled.setup.spill.clone());
        }
        // A project may say no to what the one before said nothing about.
        if allows(&assembled.beginning) {
            assembled.setup.watch = self.relay.next();
        }
        let handle = self.beside.around(agent::start(assembled.setup));
        Ok(Started { is_kept: assembled.screen.is_kept, handle })
    }
}
