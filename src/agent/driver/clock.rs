//! Comes back at a moment, unless that is not wanted any more.

use std::time::Duration;

use super::{Driver, Job, Stretch};
use crate::{
    agent::{machine::Input, words},
    base::Moment,
};

impl Driver {
    pub(super) fn wait(&mut self, wait: Duration) {
        self.asking.renew();
        self.come_back(Stretch::Asking, &self.asking, wait, Input::Woke);
    }

    pub(super) fn wake_at(&mut self, at: Moment) {
        self.waking.renew();
        self.come_back(Stretch::Waking, &self.waking, at.since(words::now()), Input::Tick);
    }

    pub(super) fn alarm_at(&mut self, at: Moment) {
        self.alarm.renew();
        self.come_back(Stretch::Alarm, &self.alarm, at.since(words::now()), Input::Alarm);
    }

    fn come_back(&self, stretch: Stretch, job: &Job, wait: Duration, input: Input) {
        let (report, stop) = (self.reporter(stretch, job.number), job.stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => report(input),
            }
        });
    }
}
