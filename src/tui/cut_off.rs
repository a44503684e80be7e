//! An answer that breaks off: what is said of it, once it is known what follows.

use super::{model::Model, msg::Cmd};
use crate::protocol::Event;

impl Model {
    /// What was written of an answer is void. The next event that bears on it tells whether the same request is asked
    /// again; until then nothing is said, because nothing would be known to be true.
    pub(super) fn settle_void(&mut self, event: &Event, cmds: &mut Vec<Cmd>) {
        let Some(work) = self.work.as_mut().filter(|work| work.is_void) else { return };
        let is_again = match event {
            Event::Retrying { .. }
            | Event::FellBack { .. }
            | Event::Delta { .. }
            | Event::Answered { .. } => true,
            Event::Requested { request, .. } => *request == work.request,
            Event::Failed(_) | Event::TurnEnded { .. } => false,
            _ => return,
        };
        work.is_void = false;
        if is_again {
            self.discard(cmds);
        } else {
            self.break_off(matches!(event, Event::Failed(_)), cmds);
        }
    }

    /// The answer begins anew: what is still open of it is dropped.
    fn discard(&mut self, cmds: &mut Vec<Cmd>) {
        let (look, columns) = (self.look, self.size.columns);
        self.transcript.discard();
        if self.work().discard(look, columns) {
            self.say(look.words.cut_off_retried, true, cmds);
        }
    }

    /// No more of the answer comes: what is there stays, marked. Where the turn has failed, the model does not know it.
    pub(super) fn break_off(&mut self, is_lost: bool, cmds: &mut Vec<Cmd>) {
        let was_writing = self.work.as_ref().is_some_and(|w| !w.answer.is_empty());
        self.end_answer(cmds);
        if was_writing {
            let words = self.look.words;
            self.say(if is_lost { words.cut_off_lost } else { words.cut_off }, true, cmds);
        }
    }
}
