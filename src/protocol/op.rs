//! What a face asks of the agent.

use serde_json::{Map, Value};

use super::{DeskOp, Mode, Query, RuleList};
use crate::base::CallId;

/// A request of a face.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The person says something. While a turn is running it is kept and said when the turn ends.
    Say {
        /// The words as typed; `@path` mentions are resolved by the agent.
        text: String,
    },
    /// The person says something that must not wait for the end of the running turn: it goes with the next request,
    /// behind the results of the tools that run ([`super::Event::Steered`]). A turn that ends before that says it
    /// next, as [`Op::Say`]; one that is stopped or fails drops it, and the face gives the words back.
    Steer {
        /// The words as typed.
        text: String,
    },
    /// The person runs a command of their own. It needs no account and no permission; command and output go to the
    /// model with the next thing the person says.
    Shell {
        /// The command line as typed.
        command: String,
    },
    /// The person answers a question.
    Answer {
        /// The call the question was about.
        call: CallId,
        /// The answer.
        answer: Answer,
    },
    /// Do not wait any longer before the next try of a request that failed.
    TryNow,
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
    /// A question beside the conversation. Answered by [`super::Event::Reply`].
    Query(Query),
    /// Add a rule for this session. Answered by [`super::Reply::Rules`].
    AddRule {
        /// What it says.
        list: RuleList,
        /// The rule as it is written.
        rule: String,
    },
    /// Take a rule of this session away. Answered by [`super::Reply::Rules`].
    ForgetRule {
        /// What it says.
        list: RuleList,
        /// The rule as it is written.
        rule: String,
    },
    /// Keep something the person said or ran, for later sessions in this project.
    KeepPast {
        /// The text as typed.
        text: String,
    },
    /// Keep what is written and not sent, for the next session in this project; empty for nothing.
    KeepDraft {
        /// The text.
        text: String,
    },
    /// A secret that was hidden from the model may leave from now on. Answered by a notice.
    LetThrough {
        /// Its number, as the notice said.
        number: u32,
    },
    /// The person used a command of the face that asks nothing of the agent, or is about to ask. Answered by
    /// [`super::Event::Used`], for whoever counts.
    Used {
        /// Its name in the face's table.
        command: &'static str,
    },
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
    /// Yes, but the file shall read like this. Only for a change of a file; the file must still be as it was shown.
    Rewritten {
        /// The whole file in its new form.
        content: String,
    },
    /// Yes, but with these parameters, from a program that answers in the person's place. It is judged again first.
    Replaced {
        /// All parameters in their new form.
        input: Map<String, Value>,
    },
    /// No; `say` is what to do instead, in the person's words, and may be empty.
    No {
        /// What to do instead.
        say: String,
    },
    /// No, and the turn ends with it, in one step: nothing is asked of the model between the two.
    Stop {
        /// Why not.
        say: String,
    },
}
