//! An answer in a form: a tool takes it, and the first call of that tool that succeeds ends the run.

use super::{Machine, words};
use crate::{
    prompt::Prompt,
    protocol::{Failure, Finish, Kind, ToolCall, UserMessage},
};

/// Answers in the wrong form that are handed back, in one turn. Ours: a model that missed it four times goes on to.
const MISFITS: u32 = 4;

impl Machine {
    /// Whether this call gives the answer.
    pub(super) fn is_final_tool(&self, call: &ToolCall) -> bool {
        self.config.final_tool.as_ref() == Some(&call.name)
    }

    /// Whether the model has missed the form too often.
    pub(super) fn is_misfit(&self) -> bool {
        self.misfits > MISFITS
    }

    /// Whether an answer of text is to be handed back.
    pub(super) fn wants_call(&self, finish: Finish) -> bool {
        self.config.final_tool.is_some() && matches!(finish, Finish::Stop | Finish::Calls | Finish::Length)
    }

    /// Hands an answer of text back and asks for the call.
    pub(super) fn ask_for_call(&mut self, mut prompt: Prompt) {
        self.misfits += 1;
        if self.is_misfit() {
            return self.give_up_form(prompt);
        }
        let tool = self.config.final_tool.clone().unwrap_or_default();
        prompt.push(UserMessage { context: vec![words::call_instead(&tool)], text: String::new() });
        self.keep_items(&prompt);
        self.next_request(prompt);
    }

    /// Ends the turn: the model does not find the form.
    pub(super) fn give_up_form(&mut self, prompt: Prompt) {
        let tool = self.config.final_tool.as_deref().unwrap_or_default();
        let tries = self.misfits;
        let failure = Failure::new(
            Kind::Output,
            format!("the model gave no answer that fits `--json-schema` in {tries} tries"),
        )
        .hint(format!(
            "see in the transcript what `{tool}` said to its calls; a simpler schema is met more often"
        ));
        self.fail(prompt, failure);
    }
}
