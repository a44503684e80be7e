//! What a person does beside the conversation: runs commands, looks for files.

use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::{Driver, Stretch};
use crate::{
    agent::machine::Input,
    base::CallId,
    protocol::{Event, Reply},
};

impl Driver {
    /// Runs a command line of the person's own.
    pub(super) fn run_own(&mut self, call: CallId, line: String) {
        self.own.renew();
        let report = self.reporter(Stretch::Own, self.own.number);
        let (workshop, stop) = (self.workshop.clone(), self.own.stop.clone());
        let mailbox = self.mailbox.clone();
        tokio::spawn(async move {
            let started = Instant::now();
            let outcome = workshop.run_own(call.clone(), line, stop, mailbox).await;
            report(Input::OwnRan { call, outcome, took: started.elapsed() });
        });
    }

    /// Lists the files that can be named. A list that is asked for takes the place of one that is still being made.
    pub(super) fn list_files(&mut self) {
        self.listing.cancel();
        self.listing = CancellationToken::new();
        let (workshop, stop, mailbox) = (self.workshop.clone(), self.listing.clone(), self.mailbox.clone());
        tokio::task::spawn_blocking(move || {
            let list = workshop.files(|| !stop.is_cancelled());
            if !stop.is_cancelled() {
                mailbox.put(Event::Reply(Reply::Files(list)));
            }
        });
    }
}
