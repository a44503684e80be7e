//! What a face asks of the agent.

use super::{DeskOp, Mode};
use crate::base::CallId;

/// A request of a face.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The person says something. While a turn is running it is kept and said when the turn ends.
    Say {
        /// The words as typed; `@path` mentions are resolved by the agent.
        text: String,
    },
    /// The person answers a question.
    Answer {
        /// The call the question was about.
        call: CallId,
        /// The answer.
        answer: Answer,
    },
    /// Stop what is running; what was written so far is kept.
    Interrupt,
    /// Change the approval mode.
    SetMode(Mode),
    /// Replace the history by a summary.
    Compact {
        /// What the person wants kept, in their words; may be empty.
        wish: String,
    },
    /// Go back to before something the person said: it and everything after it leaves the conversation.
    Rewind {
        /// Which of the person's messages, counted from the newest: 1 is the last one.
        turn: u32,
    },
    /// Read the repository anew and put it in place of what the conversation began with.
    RefreshContext,
    /// Something about accounts and models.
    Desk(DeskOp),
    /// Start a new conversation in the same session folder.
    Clear,
    /// End the session. The agent finishes writing, sends [`super::Event::SessionEnded`] and stops.
    Quit,
}

/// A person's answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes, this once.
    Once,
    /// Yes, and store the rule that was shown, for this session.
    Always,
    /// Yes, but run this command instead. It is judged again first.
    Edited {
        /// The command in its new form.
        command: String,
    },
    /// No; `say` is what to do instead, in the person's words, and may be empty.
    No {
        /// What to do instead.
        say: String,
    },
}
