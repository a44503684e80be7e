//! Answers what a face asks beside the conversation: what fills the window, which rules hold, what is read
//! and what was hidden.

use super::{super::window, Driver};
use crate::{
    base::Tokens,
    protocol::{Event, Op, Query, Reply, RuleList, WindowPart},
};

impl Driver {
    /// Serves what has nothing to do with the turn.
    pub(super) fn beside(&mut self, op: Op) {
        match op {
            Op::Query(Query::Rules) => self.tell_rules(),
            Op::Query(Query::Window) => self.tell_window(),
            Op::Query(Query::Memory) => self.tell_memory(),
            Op::Query(Query::Hidden) => {
                self.mailbox.put(Event::Reply(Reply::Hidden(self.workshop.hidden())));
            }
            Op::LetThrough { number } => self.workshop.let_through(number),
            Op::AddRule { list, rule } => self.add_rule(list, &rule),
            Op::ForgetRule { list, rule } => {
                self.workshop.forget_rule(list, &rule);
                self.tell_rules();
            }
            _ => {}
        }
    }

    fn add_rule(&self, list: RuleList, rule: &str) {
        match self.workshop.add_rule(list, rule) {
            Ok(()) => self.tell_rules(),
            Err(why) => self.mailbox.put(Event::Reply(Reply::BadRule { why })),
        }
    }

    fn tell_rules(&self) {
        self.mailbox.put(Event::Reply(Reply::Rules(self.workshop.rules())));
    }

    fn tell_window(&self) {
        let Some((head, items)) = self.machine.conversation() else { return };
        let parts = window::parts(head, &self.workshop.repository_parts(), items);
        let (sized, is_estimate) = self.machine.scale();
        let mut parts: Vec<WindowPart> =
            parts.into_iter().map(|part| window::told(part, &sized, is_estimate)).collect();
        parts.extend((self.reserve > Tokens(0)).then(|| window::reserve(self.reserve)));
        self.mailbox.put(Event::Reply(Reply::Window(parts)));
    }

    fn tell_memory(&self) {
        let (workshop, mailbox) = (self.workshop.clone(), self.mailbox.clone());
        tokio::task::spawn_blocking(move || mailbox.put(Event::Reply(Reply::Memory(workshop.memory()))));
    }
}
