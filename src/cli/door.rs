//! Starts the sessions that are chosen on the screen.

use std::{fs, sync::Arc};

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
    /// Programs that listen beside the screen.
    beside: Arc<Beside>,
}

impl Door {
    pub(super) fn new(
        arguments: Arguments,
        asked: Arc<Asked>,
        relay: Relay,
        beside: Arc<Beside>,
    ) -> Arc<Self> {
        Arc::new(Self { arguments, asked, relay, beside })
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
        if self.arguments.session.is_private() {
            let error = "a private run keeps nothing and does not go on with a session that is kept";
            return Err(Failure::new(Kind::Usage, error).hint("leave it, and start without `--private`"));
        }
        let asked = self.place(&chosen.root)?;
        let mut assembled = assemble::session(&self.arguments, &asked, &Begin::Chosen(chosen), true)?;
        // A project may say no to what the one before said nothing about.
        if allows(&assembled.beginning) {
            assembled.setup.watch = self.relay.next();
        }
        let handle = self.beside.around(agent::start(assembled.setup));
        Ok(Started { is_kept: assembled.screen.is_kept, handle })
    }
}
