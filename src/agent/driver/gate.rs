//! The barrier before a request that would store a head.

use std::time::Duration;

use super::{Driver, Report, Stretch};
use crate::{
    agent::machine::Input,
    prompt::Prefix,
    session::{Claim, Warmth},
};

impl Driver {
    /// Lets the request through when nobody else is storing its head; otherwise waits for them.
    pub(super) fn gate(&mut self, prefix: Prefix, limit: Duration, way_out: &'static str) {
        self.asking.renew();
        let (inputs, number) = (self.inputs.clone(), self.asking.number);
        let report = move |warmth| {
            let (job, input) = (Stretch::Asking, Input::Opened);
            drop(inputs.send(Report { job, number, input, warmth: Some(warmth) }));
        };
        if let Claim::Mine(warming) = self.store.claim(prefix) {
            return report(Warmth::Mine(warming));
        }
        let (wait, stop) = (self.store.wait(prefix, limit, way_out), self.asking.stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                warmth = wait => report(warmth),
            }
        });
    }
}
