//! Tool calls: judged in order, asked about, run side by side where that is safe.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{
    Asked, Effect, Judgement, Machine,
    phase::{Active, Phase, Working},
    words,
};
use crate::{
    base::CallId,
    permissions::{Approved, Pending},
    prompt::OpenRound,
    protocol::{Answer, Arguments, Budget, Display, EndReason, Event, ToolCall, ToolResult, Verdict},
    tools::Outcome,
};

/// Calls that run side by side at most. Qwen Code's default for `QWEN_CODE_MAX_TOOL_CONCURRENCY` is the same.
const SIDE_BY_SIDE: usize = 10;

impl Machine {
    /// Starts on the calls of an answer.
    pub(super) fn work(&mut self, round: OpenRound) {
        let waiting = round.calls().cloned().collect();
        self.advance(Working {
            round,
            waiting,
            active: Vec::new(),
            asked: Vec::new(),
            is_refused: false,
            is_over: false,
            is_final: false,
        });
    }

    /// Starts what can be started; closes the round when every call has its result.
    fn advance(&mut self, mut working: Working) {
        while let Some(call) = working.waiting.front() {
            let is_parallel = self.config.parallel.contains(&call.name);
            let free = working.active.len() < SIDE_BY_SIDE && working.active.iter().all(|a| a.is_parallel);
            if !(working.active.is_empty() || is_parallel && free) {
                break;
            }
            let Some(call) = working.waiting.pop_front() else { break };
            if working.is_final || !self.is_final_tool(&call) && !self.takes_call() {
                working.is_over |= !working.is_final;
                let why = if working.is_final { words::ANSWERED } else { words::OVER_LIMIT };
                self.settle(&mut working, &call, failed(why, Verdict::Interrupted), Duration::ZERO);
                continue;
            }
            if working.is_refused {
                self.settle(&mut working, &call, failed(words::NOT_REACHED, Verdict::Denied), Duration::ZERO);
                continue;
            }
            match call.arguments.object() {
                Ok(_) => {
                    working.active.push(Active { id: call.id.clone(), is_parallel, edited: None });
                    self.out.push(Effect::Judge(call));
                }
                Err(why) => {
                    let outcome = Outcome::failed(words::broken(why));
                    self.settle(&mut working, &call, outcome, Duration::ZERO);
                }
            }
        }
        let Working { is_refused, is_over, is_final, .. } = working;
        match working.round.close() {
            Ok(prompt) if is_final => self.rest(prompt, EndReason::Completed),
            Ok(prompt) if is_refused => self.rest(prompt, EndReason::Denied),
            Ok(prompt) if is_over => self.rest(prompt, EndReason::Budget(Budget::ToolCalls)),
            Ok(prompt) if self.is_misfit() => self.give_up_form(prompt),
            Ok(prompt) => {
                self.keep_items(&prompt);
                match self.break_loop(prompt) {
                    Ok(prompt) => self.steer_or_ask(prompt),
                    Err(prompt) => self.rest(prompt, EndReason::Loop),
                }
            }
            Err(round) => self.phase = Phase::Working(Box::new(Working { round, ..working })),
        }
    }

    pub(super) fn judged(&mut self, id: &CallId, judgement: Judgement) {
        let Some(mut working) = self.working(id) else { return };
        let edited = working.active.iter().find(|a| a.id == *id).and_then(|a| a.edited.clone());
        match judgement {
            Judgement::Run { approved, title } => self.run_approved(approved, title),
            // The person wrote this command: asking them again would be asking twice.
            Judgement::Ask(asked) if edited.is_some() => self.start(asked.pending, asked.title),
            // A plain no ended the questions of this round.
            Judgement::Ask(asked) if working.is_refused => {
                let call = Some(asked.pending.call().clone());
                let outcome = failed(words::NOT_REACHED, Verdict::Denied);
                self.settle_by(&mut working, call, outcome, Duration::ZERO);
            }
            Judgement::Ask(asked) => {
                let (call, question) = (asked.pending.call().clone(), asked.question.clone());
                self.emit(Event::Permission { call, question });
                working.asked.push(*asked);
            }
            Judgement::Deny(why) => {
                let call = model_call(&working, id);
                self.settle_by(&mut working, call, failed(&why, Verdict::Denied), Duration::ZERO);
            }
            Judgement::Impossible(why) => {
                let call = model_call(&working, id);
                self.settle_by(&mut working, call, Outcome::failed(why), Duration::ZERO);
            }
        }
        self.advance(*working);
    }

    /// The person answered a question.
    pub(super) fn answered(&mut self, id: &CallId, answer: Answer) {
        let Some(mut working) = self.working(id) else { return };
        let Some(at) = working.asked.iter().position(|a| a.pending.call().id == *id) else {
            self.phase = Phase::Working(working);
            return;
        };
        let asked = working.asked.remove(at);
        let (pending, title) = (asked.pending, asked.title);
        match answer {
            Answer::Once => self.start(pending, title),
            Answer::Always => {
                let rule = pending.remember.clone();
                self.start(pending, title);
                if let Some(rule) = rule {
                    self.out.push(Effect::Remember(rule));
                    // It may answer the others, too.
                    let others = working.asked.drain(..);
                    self.out.extend(others.map(|a| Effect::Judge(a.pending.call().clone())));
                }
            }
            Answer::Rewritten { content } => match pending.rewrite(content) {
                Ok(approved) => self.run_approved(Box::new(approved), title),
                Err(pending) => {
                    let (pending, question) = (*pending, asked.question);
                    working.asked.insert(at, Asked { pending, question, title });
                }
            },
            Answer::Edited { command } => {
                let mut input = pending.call().arguments.object().cloned().unwrap_or_default();
                input.insert("command".to_owned(), command.clone().into());
                let told = format!("The user changed the command to: {command}");
                self.judge_instead(&mut working, pending.call(), input, told);
            }
            Answer::Replaced { input } => {
                let told = format!("The user changed the parameters to: {}", Value::Object(input.clone()));
                self.judge_instead(&mut working, pending.call(), input, told);
            }
            Answer::No { say } => {
                working.is_refused = say.trim().is_empty();
                let call = Some(pending.call().clone());
                let outcome = failed(&words::refused(&say), Verdict::Denied);
                self.settle_by(&mut working, call, outcome, Duration::ZERO);
                if working.is_refused {
                    self.drop_questions(&mut working);
                }
            }
            Answer::Stop { say } => {
                let call = Some(pending.call().clone());
                let outcome = failed(&words::refused(&say), Verdict::Denied);
                self.settle_by(&mut working, call, outcome, Duration::ZERO);
                self.phase = Phase::Working(working);
                return self.interrupt();
            }
        }
        self.advance(*working);
    }

    /// Has a call judged with other parameters.
    fn judge_instead(
        &mut self,
        working: &mut Working,
        call: &ToolCall,
        input: Map<String, Value>,
        told: String,
    ) {
        if let Some(active) = working.active.iter_mut().find(|a| a.id == call.id) {
            active.edited = Some(told);
        }
        self.out.push(Effect::Judge(ToolCall { arguments: Arguments::from_object(input), ..call.clone() }));
    }

    /// After a plain no, what was still to be asked is not asked any more.
    fn drop_questions(&mut self, working: &mut Working) {
        for asked in std::mem::take(&mut working.asked) {
            let call = Some(asked.pending.call().clone());
            self.settle_by(working, call, failed(words::NOT_REACHED, Verdict::Denied), Duration::ZERO);
        }
    }

    fn start(&mut self, pending: Pending, title: String) {
        self.run_approved(Box::new(pending.approve()), title);
    }

    fn run_approved(&mut self, approved: Box<Approved>, title: String) {
        self.emit(Event::ToolStarted { call: approved.call().clone(), title });
        self.out.push(Effect::Run(approved));
    }

    pub(super) fn ran(&mut self, id: &CallId, outcome: Outcome, took: Duration) {
        let Some(mut working) = self.working(id) else { return };
        let call = model_call(&working, id);
        self.settle_by(&mut working, call, outcome, took);
        self.advance(*working);
    }

    fn settle_by(&mut self, working: &mut Working, call: Option<ToolCall>, outcome: Outcome, took: Duration) {
        if let Some(call) = call {
            self.settle(working, &call, outcome, took);
        }
    }

    /// Gives a call its result.
    fn settle(&mut self, working: &mut Working, call: &ToolCall, outcome: Outcome, took: Duration) {
        let edited = working.active.iter().find(|a| a.id == call.id).and_then(|a| a.edited.as_deref());
        let text = match edited {
            Some(told) => format!("{told}\n{}", outcome.text),
            None => outcome.text,
        };
        working.active.retain(|a| a.id != call.id);
        if self.is_final_tool(call) {
            working.is_final |= outcome.verdict == Verdict::Done;
            self.misfits += u32::from(outcome.verdict == Verdict::Failed);
        }
        match outcome.verdict {
            Verdict::Denied => self.totals.denied += 1,
            _ => self.totals.calls += 1,
        }
        if let Some(Display::Change { diff }) = &outcome.display {
            self.totals.lines_added += diff.added;
            self.totals.lines_removed += diff.removed;
        }
        self.watch_call(call, &text, outcome.verdict);
        let result =
            ToolResult { call: call.id.clone(), name: call.name.clone(), text, verdict: outcome.verdict };
        working.round.answer(result.clone());
        self.emit(Event::ToolDone { call: call.clone(), result, display: outcome.display, took });
    }

    /// The running round, if it knows this call as started; otherwise the input comes too late and is dropped.
    fn working(&mut self, id: &CallId) -> Option<Box<Working>> {
        match self.take_phase() {
            Phase::Working(working) if working.active.iter().any(|a| a.id == *id) => Some(working),
            other => {
                self.phase = other;
                None
            }
        }
    }
}

/// The call as the model wrote it.
fn model_call(working: &Working, id: &CallId) -> Option<ToolCall> {
    working.round.calls().find(|c| c.id == *id).cloned()
}

fn failed(text: &str, verdict: Verdict) -> Outcome {
    Outcome { verdict, ..Outcome::failed(text) }
}
