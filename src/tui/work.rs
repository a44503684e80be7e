//! A turn that is running.

use std::collections::VecDeque;

use ratatui::text::Line;

use super::{layout::floor, look::Look, retold::Answer};
use crate::{
    base::{CallId, Clean, Moment, Tokens, estimate},
    protocol::Failure,
};

/// How much reasoning and output is kept for opening it in full.
const KEPT: usize = 512 * 1024;
/// How many lines of a running call are shown.
pub(super) const TAIL_LINES: usize = 5;
/// How many first lines of a call's output are kept for its summary.
const HEAD_LINES: usize = 5;

/// A turn that is running.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is seen on its own, in any order")]
pub(super) struct Work {
    /// When the person sent the words.
    pub(super) since: Moment,
    /// The answer being written.
    pub(super) answer: Answer,
    /// Whether any of the answer came as a stream.
    pub(super) has_streamed: bool,
    /// The reasoning being written.
    pub(super) thought: Option<Thought>,
    /// Estimate of what was written in this turn.
    pub(super) written: Tokens,
    /// Calls that run now.
    pub(super) tools: Vec<Tool>,
    /// The wait before the next try.
    pub(super) retry: Option<Retry>,
    /// The person asked to stop.
    pub(super) is_stopping: bool,
    /// The person asked for a summary of the history, not for an answer.
    pub(super) is_summary: bool,
    /// A command of the person's own runs, and no turn.
    pub(super) is_own: bool,
    /// The number of the running request.
    pub(super) request: u32,
    /// What was written of the answer is void; what comes next tells why.
    pub(super) is_void: bool,
    /// When the running answer began, and what was written before.
    began: Option<(Moment, Tokens)>,
}

/// Reasoning that is being written.
#[derive(Clone, Debug)]
pub(super) struct Thought {
    pub(super) since: Moment,
    pub(super) text: String,
}

/// A call that runs.
#[derive(Clone, Debug)]
pub(super) struct Tool {
    pub(super) call: CallId,
    pub(super) title: String,
    pub(super) since: Moment,
    pub(super) head: String,
    pub(super) output: String,
    /// The beginning of the output was dropped.
    pub(super) is_cut: bool,
    /// Line ends that were put out.
    ends: u64,
}

/// A wait before the next try.
#[derive(Clone, Debug)]
pub(super) struct Retry {
    pub(super) attempt: u32,
    pub(super) of: u32,
    pub(super) until: Moment,
    pub(super) cause: Failure,
}

impl Work {
    pub(super) fn new(since: Moment, look: Look, columns: usize) -> Self {
        Self {
            since,
            answer: Answer::new(look, columns),
            has_streamed: false,
            thought: None,
            written: Tokens(0),
            tools: Vec::new(),
            retry: None,
            is_stopping: false,
            is_summary: false,
            is_own: false,
            request: 0,
            is_void: false,
            began: None,
        }
    }

    /// A request goes out: a wait before it is over, and is returned.
    pub(super) fn asks(&mut self, request: u32) -> Option<Retry> {
        if self.request == request {
            // Thoughts without a word behind them are begun anew, too.
            self.thought = None;
        }
        (self.has_streamed, self.began, self.request) = (false, None, request);
        self.retry.take()
    }

    /// More of the answer comes.
    pub(super) fn hears(&mut self, now: Moment) {
        self.began.get_or_insert((now, self.written));
    }

    /// Estimated tokens in a second of the running answer, once there is enough of it to tell.
    pub(super) fn pace(&self, now: Moment) -> Option<u64> {
        let (began, before) = self.began.filter(|_| self.tools.is_empty() && self.retry.is_none())?;
        let took = u64::try_from(now.since(began).as_millis()).ok().filter(|ms| *ms >= 2_000)?;
        Some((self.written - before).0 * 1_000 / took)
    }

    /// Takes more of the answer; returns the lines to print.
    pub(super) fn write(&mut self, text: &str) -> Vec<Line<'static>> {
        self.has_streamed = true;
        self.written += estimate(text);
        self.answer.write(text)
    }

    /// Ends the answer; returns the lines to print.
    pub(super) fn end_answer(&mut self, look: Look, columns: usize) -> Vec<Line<'static>> {
        let lines = self.answer.finish();
        self.answer = Answer::new(look, columns);
        lines
    }

    /// Drops the part of the answer that is not printed; returns whether any of it had been seen.
    pub(super) fn discard(&mut self, look: Look, columns: usize) -> bool {
        let was_seen = !self.answer.is_empty();
        self.answer.restart(look, columns);
        self.has_streamed = false;
        self.thought = None;
        self.is_void = false;
        was_seen
    }

    /// Takes more reasoning.
    pub(super) fn think(&mut self, text: &str, now: Moment) {
        self.written += estimate(text);
        let thought = self.thought.get_or_insert_with(|| Thought { since: now, text: String::new() });
        thought.text.push_str(text);
        keep_end(&mut thought.text);
    }

    /// Takes more output of a call.
    pub(super) fn output(&mut self, call: &CallId, text: &str) {
        let Some(tool) = self.tools.iter_mut().find(|t| t.call == *call) else { return };
        for line in text.split_inclusive('\n') {
            if tool.head.len() > 2_048 || tool.head.matches('\n').count() >= HEAD_LINES {
                break;
            }
            tool.head.push_str(line);
        }
        tool.ends += text.matches('\n').count() as u64;
        tool.output.push_str(text);
        tool.is_cut |= keep_end(&mut tool.output);
    }
}

impl Tool {
    /// A call that starts now.
    pub(super) fn new(call: CallId, title: String, since: Moment) -> Self {
        let (head, output) = (String::new(), String::new());
        Self { call, title, since, head, output, is_cut: false, ends: 0 }
    }

    /// How many lines were put out so far.
    pub(super) fn lines(&self) -> u64 {
        self.ends + u64::from(!self.output.is_empty() && !self.output.ends_with('\n'))
    }

    /// The last lines of the output.
    pub(super) fn tail(&self) -> Vec<String> {
        let from = self.output.len().saturating_sub(8 * 1024);
        let end = &self.output[floor(&self.output, from)..];
        let clean = Clean::output(end).into_string();
        let mut last: VecDeque<String> = VecDeque::new();
        for line in clean.trim_end_matches('\n').split('\n') {
            if last.len() == TAIL_LINES {
                last.pop_front();
            }
            last.push_back(line.to_owned());
        }
        last.retain(|l| !l.trim().is_empty());
        last.into()
    }
}

/// Drops the beginning of a text that grew past what is kept; returns whether it did.
fn keep_end(text: &mut String) -> bool {
    let is_long = text.len() > 2 * KEPT;
    if is_long {
        let from = floor(text, text.len() - KEPT);
        text.drain(..from);
    }
    is_long
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::layout::plain;

    #[test]
    fn a_second_try_prints_only_what_is_new() {
        let look = Look::new(false);
        let mut work = Work::new(Moment(0), look, 40);
        assert_eq!(plain(&work.write("one\n\ntwo\n\nthr")), "one\n\ntwo");
        assert!(work.discard(look, 40));
        assert_eq!(plain(&work.write("one\n\ntwo\n\nother\n\n")), "\nother");
        assert_eq!(plain(&work.write("end")), "");
        assert_eq!(plain(&work.end_answer(look, 40)), "\nend");
    }

    #[test]
    fn kept_output_is_bounded_and_its_tail_is_whole_lines() {
        let look = Look::new(false);
        let mut work = Work::new(Moment(0), look, 40);
        let call = CallId::new("c");
        work.tools.push(Tool::new(call.clone(), String::new(), Moment(0)));
        for n in 0..200_000 {
            work.output(&call, &format!("line {n} \u{1b}[31m中\u{1b}[0m\n"));
        }
        let tool = &work.tools[0];
        assert!(tool.output.len() <= 2 * KEPT);
        assert_eq!((tool.tail()[4].as_str(), tool.lines()), ("line 199999 中", 200_000));
        assert_eq!(Clean::output(&tool.head).as_str().lines().last(), Some("line 4 中"));
    }
}
