//! What the machine itself says to the model.

use super::looping::Loop;
use crate::protocol::{Broken, Mode};

/// What stands in the history where no answer could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandIn {
    /// The person stopped it before its first word.
    Stopped,
    /// The request failed.
    NoAnswer,
    /// The thoughts before it went in circles.
    Circled,
}

impl StandIn {
    /// Whether the text of an answer is none of the model's own.
    pub fn of(text: &str) -> Option<Self> {
        match text {
            STOPPED => Some(Self::Stopped),
            NO_ANSWER => Some(Self::NoAnswer),
            CIRCLED => Some(Self::Circled),
            _ => None,
        }
    }
}

/// Stands in the history for an answer that was stopped before its first word.
pub(super) const STOPPED: &str = "(stopped by the user before an answer)";
/// Stands in the history for an answer that never came.
pub(super) const NO_ANSWER: &str = "(no answer: the request failed)";

/// Asks for the summary. It rides at the end of the unchanged conversation, so that it reads the cache.
pub(super) fn summarise(wish: &str) -> String {
    let mut text = "Write a summary of this conversation for yourself; it will replace the history. Do not call \
        tools. State: what the user wants; decisions and facts learned, with file paths and names; what was changed \
        and how it was checked; what is not done yet and the next step. The user's own words and the open list of \
        things to do are kept beside it word for word: do not repeat them. Leave out what is no longer needed."
        .to_owned();
    if !wish.trim().is_empty() {
        text.push_str("\nThe user wants kept: ");
        text.push_str(wish.trim());
    }
    text
}

/// Answers a call whose arguments cannot be used.
pub(super) fn broken(why: Broken) -> String {
    match why {
        Broken::Cut => {
            "The arguments were cut off before their end, so nothing was run. Send the call again; split large \
             content into several smaller edits."
        }
        Broken::NotJson => "The arguments are not valid JSON, so nothing was run. Send the call again.",
        Broken::NotAnObject => "The arguments are not a JSON object, so nothing was run. Send the call again.",
    }
    .to_owned()
}

/// Answers a call the person said no to.
pub(super) fn refused(say: &str) -> String {
    if say.trim().is_empty() {
        "The user did not allow this. Nothing was run. Wait for what they say next.".to_owned()
    } else {
        format!("The user did not allow this. Nothing was run. They say: {}", say.trim())
    }
}

/// Answers a call that was never reached because an earlier one was refused.
pub(super) const NOT_REACHED: &str = "Not run, because the user refused an earlier call of the same answer.";

/// Stands for the output of a command when newer ones fill the message.
pub(super) const LEFT_OUT: &str = "[output left out: newer commands fill this message]";

/// Tells the model what the person ran. The fence is longer than any in the text, so that output cannot end it.
pub(super) fn own_command(line: &str, output: &str) -> String {
    let text = format!("$ {}\n{}", line.trim_end(), output.trim_end());
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!(
        "The user ran a command of their own. What stands between the fences is the command and its output:\n{fence}\n{text}\n{fence}"
    )
}

/// Answers a call for which the limit of calls leaves no room.
pub(super) const OVER_LIMIT: &str =
    "Not run: the limit of tool calls for this run is reached, and the run ends here.";

/// Answers a call beside the one that gave the answer.
pub(super) const ANSWERED: &str = "Not run: the answer was given, and the run ends here.";

/// Tells the model that a limit of the run is near.
pub(super) fn nearly_used_up(noun: &str, share: u128) -> String {
    format!(
        "<reminder>{share} % of the {noun} this run may use are used up. Finish the most important part now and \
         give your answer before the run is ended.</reminder>"
    )
}

/// Stands in the history for thoughts that went in circles before the first word of an answer.
pub(super) const CIRCLED: &str = "(stopped: the thoughts went in circles)";

/// Tells the model that it repeats itself.
pub(super) fn looping(found: &Loop) -> String {
    let text = match found {
        Loop::Calls(tool) => format!(
            "You made the same call of `{tool}` three times and got the same result each time. It will not change. Do \
             something else, or say what keeps you from going on."
        ),
        Loop::Edits(file) => format!(
            "Your edits of `{file}` undo each other: it was changed, changed back and changed again. Decide for one, or \
             say what keeps you from deciding."
        ),
        Loop::Words => {
            "Your answer said the same over and over and was stopped. Do not begin it again: give the answer \
                        in a few words, or say what keeps you from it."
                .to_owned()
        }
    };
    format!("<reminder>{text}</reminder>")
}

/// Tells the model that its answer is to be a call.
pub(super) fn call_instead(tool: &str) -> String {
    format!(
        "<reminder>This run takes its answer only as a call of the tool `{tool}`. Call it now, with your answer as its \
         parameters.</reminder>"
    )
}

/// Tells the model that the approval mode is another now.
pub(super) fn mode_reminder(mode: Mode) -> String {
    let what = match mode {
        Mode::Plan => {
            "Plan mode is on: read and search, change nothing, run only commands that read. Answer with a plan \
             and wait for the user's approval."
        }
        Mode::Default => "Approval mode is now `default`: edits and commands are shown to the user first.",
        Mode::AutoEdit => "Approval mode is now `auto-edit`: edits need no approval, commands do.",
        Mode::Yolo => "Approval mode is now `yolo`: nothing needs approval; be careful.",
    };
    format!("<reminder>{what}</reminder>")
}
