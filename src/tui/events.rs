//! What the agent says → changes of the model and lines to print.

use std::time::Duration;

use super::{
    bill::{Request, short_time},
    dialog::{Dialog, State},
    lang::fill,
    model::{Folded, Kind, Model},
    msg::Cmd,
    printed,
    transcript::{Entry, restored},
    work::{Retry, Tool, Work},
};
use crate::{
    base::{Clean, Tokens},
    protocol::{
        CacheReport, DeltaKind, Display, EndReason, Event, Failure, Level, Preview, Question, Reply,
        SessionInfo, ToolCall, ToolResult, Totals, Turn,
    },
};

impl Model {
    /// Takes one event.
    pub(super) fn hear(&mut self, event: Event, cmds: &mut Vec<Cmd>) {
        self.settle_void(&event, cmds);
        match event {
            Event::SessionStarted(session) => self.session_started(session, cmds),
            Event::TurnStarted { text, .. } => self.turn_started(&text, cmds),
            Event::Requested { request, estimate, .. } => self.requested(request, estimate, cmds),
            Event::Delta { kind, text } => self.more(kind, &text, cmds),
            Event::Discarded => self.work().is_void = true,
            Event::Answered { request, turn, model, usage, charge, cache, .. } => {
                self.answered(&turn, cmds);
                let model = self.model_number(model);
                let (miss, finding) = (cache.miss, cache.finding);
                self.count(Request { number: request, model, usage, charge, miss, finding }, cache);
            }
            Event::Permission { call, question } => {
                self.end_answer(cmds);
                self.notify_question(cmds);
                self.ask(call, question);
            }
            Event::ToolStarted { call, title } => self.tool_started(call, title, cmds),
            Event::ToolOutput { call, text } => self.work().output(&call, &text),
            Event::ToolDone { call, result, display, took } => {
                self.tool_done(&call, &result, display, took, cmds);
            }
            Event::Retrying { attempt, of, wait, cause } => {
                let until = self.now.after(wait);
                self.work().retry = Some(Retry { attempt, of, until, cause });
            }
            Event::Compacted { before, after } => {
                let values = [("before", before.to_string()), ("after", after.to_string())];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                self.say(&fill(self.look.words.summed_up, &values), false, cmds);
                self.end_summary(cmds);
            }
            Event::Warmed { cache, totals } => (self.cache, self.totals) = (Some(cache), totals),
            Event::Rewound { turn, text } => self.rewound(turn, text, cmds),
            Event::ModeChanged(mode) => self.mode = mode,
            Event::Restored { items } => {
                self.restore_said(&items);
                let lines = restored(&items, &mut self.transcript, self.size.columns, self.look);
                self.put(Kind::Answer, lines, cmds);
            }
            Event::Reply(Reply::Past(past)) => self.hear_past(past),
            Event::Reply(Reply::Hidden(list)) => self.hear_hidden(&list, cmds),
            Event::Reply(Reply::Files(list)) => self.take_files(list),
            Event::Reply(reply) => self.hear_panel_reply(reply),
            Event::Desk(news) => self.hear_desk(news, cmds),
            Event::Notice { level, text } => {
                self.say(&text, level == Level::Warning, cmds);
                // What is good to know comes while a summary is written, too.
                if level == Level::Warning {
                    self.end_summary(cmds);
                }
            }
            Event::Failed(failure) => self.failed(&failure, cmds),
            Event::TurnEnded { reason, totals } => self.turn_ended(reason, totals, cmds),
            Event::SessionEnded { totals } => {
                self.totals = totals;
                self.is_gone = true;
                cmds.push(Cmd::Quit);
            }
            Event::Steered { text } => self.steered(&text, cmds),
            // `Switched` follows a change of the model; the queue is the face's own, so that it can be taken back.
            Event::FellBack { .. } | Event::Queued { .. } | Event::Used { .. } => {}
        }
    }

    /// More of what is thought or said.
    fn more(&mut self, kind: DeltaKind, text: &str, cmds: &mut Vec<Cmd>) {
        if kind == DeltaKind::Text {
            self.end_thought(cmds);
        }
        let now = self.now;
        self.work().hears(now);
        match kind {
            DeltaKind::Reasoning => self.work().think(text, now),
            DeltaKind::Text => self.write_answer(text, cmds),
        }
    }

    /// Takes an answered request into the sums.
    fn count(&mut self, request: Request, cache: CacheReport) {
        self.totals.requests += 1;
        self.cache = Some(cache);
        if let Some(usage) = request.usage {
            self.context = usage.total();
            self.totals.usage = self.totals.usage.plus(usage);
            self.totals.charge = self.totals.charge.plus(request.charge.unwrap_or_default());
        }
        self.requests.push(request);
    }

    /// Which of the models that answered this is.
    fn model_number(&mut self, name: String) -> usize {
        self.models.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.models.push(name);
            self.models.len() - 1
        })
    }

    /// Prints something to know.
    pub(super) fn say(&mut self, text: &str, is_warning: bool, cmds: &mut Vec<Cmd>) {
        let lines = printed::note(text, is_warning, self.size.columns, self.look);
        self.print(Kind::Note, lines, cmds);
    }

    pub(super) fn new_work(&self) -> Work {
        Work::new(self.now, self.look, self.size.columns)
    }

    pub(super) fn work(&mut self) -> &mut Work {
        let (now, look, columns) = (self.now, self.look, self.size.columns);
        self.work.get_or_insert_with(|| Work::new(now, look, columns))
    }

    fn session_started(&mut self, session: SessionInfo, cmds: &mut Vec<Cmd>) {
        self.mode = session.mode;
        let lines = if self.session.is_none() {
            printed::header(self, &session)
        } else {
            self.transcript.push(Entry::Beginning);
            printed::note(self.look.words.begins_anew, false, self.size.columns, self.look)
        };
        if self.session.is_none() {
            self.title(&session.root, cmds);
        }
        (self.session, self.work, self.context) = (Some(session), None, Tokens(0));
        self.cache = None;
        self.steers.clear();
        self.todos.clear();
        self.said.clear();
        self.close_dialogs();
        self.print(Kind::Note, lines, cmds);
        self.send_next(cmds);
    }

    fn turn_started(&mut self, text: &str, cmds: &mut Vec<Cmd>) {
        let since = self.work.as_ref().map_or(self.now, |w| w.since);
        self.took_steers(text);
        self.said.push(text.to_owned());
        let mut work = self.new_work();
        work.since = since;
        (self.work, self.has_spoken) = (Some(work), true);
        self.transcript.push(Entry::Words(text.to_owned()));
        if self.echoed.take().as_deref() != Some(text) {
            let lines = printed::words(text, self.size.columns, self.look);
            self.put(Kind::Words, lines, cmds);
        }
    }

    fn requested(&mut self, request: u32, estimate: Tokens, cmds: &mut Vec<Cmd>) {
        self.context = estimate;
        if let Some(retry) = self.work().asks(request) {
            let lines = self.retry_told(&retry, true);
            self.print(Kind::Note, lines, cmds);
        }
    }

    fn ask(&mut self, call: ToolCall, mut question: Question) {
        // The agent names folders as seen from the one it works in; a person should read which one that is.
        if let (Preview::Command { directory, .. }, Some(session)) = (&mut question.preview, &self.session)
            && directory == "."
        {
            *directory = self.short_path(&session.root);
        }
        match self.dialogs.iter_mut().find(|d| d.call.id == call.id) {
            Some(known) => known.ask_again(question),
            None => self.dialogs.push_back(Dialog::new(call, question)),
        }
    }

    /// Takes more of the answer.
    fn write_answer(&mut self, text: &str, cmds: &mut Vec<Cmd>) {
        let lines = self.work().write(text);
        let is_at_rest = self.work().answer.is_at_rest();
        self.transcript.write(text, is_at_rest);
        self.put(Kind::Answer, lines, cmds);
    }

    fn answered(&mut self, turn: &Turn, cmds: &mut Vec<Cmd>) {
        let has_streamed = self.work().has_streamed;
        if !has_streamed && self.work().thought.is_none() && !turn.reasoning.is_empty() {
            let now = self.now;
            self.work().think(&turn.reasoning, now);
        }
        self.end_thought(cmds);
        if !has_streamed && !turn.text.trim().is_empty() {
            self.write_answer(&turn.text, cmds);
        }
        self.end_answer(cmds);
        self.work().has_streamed = false;
    }

    fn end_thought(&mut self, cmds: &mut Vec<Cmd>) {
        let now = self.now;
        let Some(thought) = self.work().thought.take() else { return };
        let time = short_time(now.since(thought.since));
        let title = fill(self.look.words.thought, &[("time", &time)]);
        let line = printed::folded(&title, self.look);
        self.transcript.push(Entry::thought(&title, &thought.text, self.look.words));
        self.folded = Some(Folded::Text { title, text: thought.text });
        self.put(Kind::Tool, vec![line], cmds);
    }

    /// Freezes what is still open of the answer.
    pub(super) fn end_answer(&mut self, cmds: &mut Vec<Cmd>) {
        let (look, columns) = (self.look, self.size.columns);
        let Some(work) = &mut self.work else { return };
        let lines = work.end_answer(look, columns);
        self.transcript.close();
        self.put(Kind::Answer, lines, cmds);
    }

    fn tool_started(&mut self, call: ToolCall, title: String, cmds: &mut Vec<Cmd>) {
        self.end_thought(cmds);
        self.end_answer(cmds);
        self.drop_dialog(|d| d.call.id == call.id);
        let since = self.now;
        self.work().tools.push(Tool::new(call.id, title, since));
    }

    fn tool_done(
        &mut self,
        call: &ToolCall,
        result: &ToolResult,
        display: Option<Display>,
        took: Duration,
        cmds: &mut Vec<Cmd>,
    ) {
        let (look, columns) = (self.look, self.size.columns);
        self.drop_dialog(|d| d.call.id == call.id);
        let display = self.news_of(display);
        let at = self.work().tools.iter().position(|t| t.call == call.id);
        let running = at.map(|at| self.work().tools.remove(at));
        let (title, head, output, is_cut) = match running {
            Some(ended) => (ended.title, ended.head, ended.output, ended.is_cut),
            None => (printed::untitled(call), String::new(), String::new(), false),
        };
        let done = printed::Done { title: &title, result, display: display.as_ref(), took, head: &head };
        let lines = printed::tool_done(&done, columns, look);
        let mut title = Clean::line(&title).into_string();
        if is_cut {
            title = format!("{title} · {}", look.words.only_the_end);
        }
        self.folded = Some(if let Some(Display::Change { diff }) = display {
            Folded::Change { title, diff }
        } else {
            Folded::Text { title, text: if output.is_empty() { result.text.clone() } else { output } }
        });
        if let Some(folded) = &self.folded {
            self.transcript.push(Entry::call(folded, result, took, look.words));
        }
        self.put(Kind::Tool, lines, cmds);
        if call.is_own() {
            self.end_own(cmds);
        }
    }

    fn failed(&mut self, failure: &Failure, cmds: &mut Vec<Cmd>) {
        self.break_off(true, cmds);
        let lines = self.trouble(failure);
        self.print(Kind::Note, lines, cmds);
        self.end_summary(cmds);
    }

    fn turn_ended(&mut self, reason: EndReason, totals: Totals, cmds: &mut Vec<Cmd>) {
        self.files.may_have_changed();
        self.notify_end(cmds);
        if self.work.is_some() {
            self.end_thought(cmds);
        }
        self.end_answer(cmds);
        let waited = self.work.as_mut().and_then(|work| work.retry.take());
        if let Some(retry) = waited.filter(|_| reason == EndReason::Interrupted) {
            let lines = self.retry_told(&retry, false);
            self.print(Kind::Note, lines, cmds);
        }
        (self.totals, self.work) = (totals, None);
        if totals.context > Tokens(0) {
            self.context = totals.context;
        }
        self.close_dialogs();
        match reason {
            EndReason::Interrupted => self.say(self.look.words.stopped, true, cmds),
            EndReason::Loop => self.say(self.look.words.looped, true, cmds),
            EndReason::TurnLimit | EndReason::Budget(_) => self.say(self.look.words.turn_limit, true, cmds),
            EndReason::Completed | EndReason::Failed | EndReason::Denied => {}
        }
        self.go_on_after(reason, cmds);
    }

    /// What of a result is news: a list of things to do is printed when it has changed.
    fn news_of(&mut self, display: Option<Display>) -> Option<Display> {
        match display {
            Some(Display::Todos { todos }) if todos == self.todos => None,
            Some(Display::Todos { todos }) => {
                self.todos.clone_from(&todos);
                Some(Display::Todos { todos })
            }
            other => other,
        }
    }

    /// A summary was asked for and is made, or cannot be made.
    fn end_summary(&mut self, cmds: &mut Vec<Cmd>) {
        if self.work.as_ref().is_some_and(|w| w.is_summary) {
            self.work = None;
            self.send_next(cmds);
        }
    }

    /// Takes all questions away; a draft that was put aside comes back.
    fn close_dialogs(&mut self) {
        self.drop_dialog(|_| true);
    }

    fn drop_dialog(&mut self, is_over: impl Fn(&Dialog) -> bool) {
        if let Some(dialog) = self.dialogs.front_mut().filter(|d| is_over(d))
            && let State::Editing { kept } = std::mem::replace(&mut dialog.state, State::Waiting)
        {
            self.composer = *kept;
        }
        self.dialogs.retain(|d| !is_over(d));
    }
}
