//! What the person said while something runs: texts that wait for the end of the turn, and texts that go with its
//! next request.

use super::{
    layout::wrap_plain,
    model::{Kind, Model},
    msg::Cmd,
    printed,
    transcript::Entry,
};
use crate::{
    base::Clean,
    protocol::{EndReason, Op},
};

impl Model {
    /// Sends the next text that waits, if nothing is running.
    pub(super) fn send_next(&mut self, cmds: &mut Vec<Cmd>) {
        if self.is_busy() || self.is_gone {
            return;
        }
        if let Some(text) = self.queue.pop_front() {
            self.work = Some(self.new_work());
            cmds.push(Cmd::Send(Op::Say { text }));
        }
    }

    /// Puts what waits for the end of the turn back into the composer.
    pub(super) fn return_queue(&mut self) {
        if !self.queue.is_empty() {
            self.composer.give_back(std::mem::take(&mut self.queue).into());
        }
    }

    /// Takes the newest text that waits into the composer; returns whether there was one.
    pub(super) fn edit_queue(&mut self) -> bool {
        let newest = self.queue.pop_back();
        let is_any = newest.is_some();
        self.composer.give_back(newest.into_iter().collect());
        is_any
    }

    /// Sends the draft into the running turn; returns whether it could.
    pub(super) fn steer(&mut self, cmds: &mut Vec<Cmd>) -> bool {
        let can_hear =
            self.work.as_ref().is_some_and(|work| !work.is_summary && !work.is_own && !work.is_stopping);
        if !can_hear || self.is_editing_command() || self.composer.text().starts_with('/') {
            return false;
        }
        let Some(text) = self.composer.take() else { return false };
        self.steers.push(text.clone());
        cmds.push(Cmd::Send(Op::Steer { text }));
        true
    }

    /// The agent took words: they wait no longer.
    pub(super) fn took_steers(&mut self, text: &str) {
        let many = (1..=self.steers.len()).find(|many| self.steers[..*many].join("\n\n") == text);
        self.steers.drain(..many.unwrap_or(0));
    }

    /// The words went to the model with the running turn.
    pub(super) fn steered(&mut self, text: &str, cmds: &mut Vec<Cmd>) {
        self.took_steers(text);
        self.said.push(text.to_owned());
        let lines = printed::words(text, self.size.columns, self.look);
        self.transcript.push(Entry::Words(text.to_owned()));
        self.put(Kind::Words, lines, cmds);
    }

    /// A turn has ended: what waited is sent, or comes back into the composer.
    pub(super) fn go_on_after(&mut self, reason: EndReason, cmds: &mut Vec<Cmd>) {
        if matches!(reason, EndReason::Interrupted | EndReason::Failed) {
            self.return_queue();
            if !self.steers.is_empty() {
                self.composer.give_back(std::mem::take(&mut self.steers));
            }
        } else if !self.steers.is_empty() {
            // The agent says them next by itself.
            self.work = Some(self.new_work());
        }
        self.send_next(cmds);
    }

    /// Whether a request that failed waits for its next try.
    pub(super) fn waits_for_try(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.retry.is_some())
    }

    /// Prints what running calls have put out so far; returns whether there was anything.
    pub(super) fn open_running(&mut self, cmds: &mut Vec<Cmd>) -> bool {
        let (columns, look) = (self.size.columns, self.look);
        let tools = self.work.as_ref().map_or(&[][..], |work| &work.tools);
        let mut lines = Vec::new();
        for tool in tools.iter().filter(|tool| !tool.output.is_empty()) {
            lines.extend(wrap_plain(&Clean::line(&tool.title), look.bold, columns, ""));
            lines.extend(wrap_plain(&Clean::output(tool.output.trim_end()), look.dim, columns, "  "));
        }
        let is_any = !lines.is_empty();
        self.print(Kind::Note, lines, cmds);
        is_any
    }
}
