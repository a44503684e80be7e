//! The conversation with the client: lines in, messages out, turn after turn.

use std::{
    collections::VecDeque,
    future::pending,
    io::{self, Write},
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        Stamps,
        face::{Ending, Face as _, Outlets},
        json::Json,
        record::Record,
        run::{leave, refusal, unwritable},
    },
    Lines, answers,
    incoming::{self, Incoming, Wrong},
    lines::Line,
    request::Request,
};
use crate::{
    agent::Handle,
    base::{Clean, Moment},
    protocol::{Answer, DeskEvent, DeskOp, EndReason, Event, Op, Question, ToolCall},
};

/// How long a client may take over a question. Source: `docs/sources.md`, qwen-code 9.3; Qwen Code's usual bound.
const PATIENCE: Duration = Duration::from_secs(60);

/// Speaks with a client until its lines end or a signal comes. Gives the exit code: that of the last turn; a turn the
/// client itself has stopped is no failure.
pub(in crate::headless) async fn converse(
    handle: &mut Handle,
    json: Json,
    mut lines: Lines,
    stop: CancellationToken,
    Stamps { mut id, now }: Stamps,
    (out, err): (&mut dyn Write, &mut dyn Write),
) -> u8 {
    let outlets = Outlets { out, err, id: &mut id };
    let mut talk = Talk::new(json, outlets, now);
    while !talk.is_ended {
        let late = talk.asked.iter().map(|asked| asked.until).min();
        let silence = async {
            match late {
                Some(until) => sleep_until(until).await,
                None => pending().await,
            }
        };
        let done = tokio::select! {
            biased;
            () = stop.cancelled(), if !talk.is_leaving => {
                talk.record.stop();
                talk.leave(handle);
                Ok(())
            }
            event = handle.next() => talk.see(event, handle),
            line = lines.next(), if talk.is_ready && !talk.has_all => talk.hear(line, handle),
            () = silence => talk.hear_nothing(handle),
        };
        if let Err(error) = done {
            talk.broken.get_or_insert(error);
            talk.leave(handle);
        }
        talk.go_on(handle);
    }
    match talk.broken.take() {
        Some(error) => unwritable(&error, &mut talk.to),
        None => talk.code,
    }
}

/// A question the client has not answered.
struct Asked {
    request_id: String,
    call: ToolCall,
    until: Instant,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and all combine")]
struct Talk<'a> {
    json: Json,
    to: Outlets<'a>,
    now: Box<dyn FnMut() -> Moment + Send>,
    record: Record,
    /// What the client said and the agent was not told yet.
    waiting: VecDeque<String>,
    asked: Vec<Asked>,
    patience: Duration,
    /// A request for another model, and that model.
    switching: Option<(String, String)>,
    /// A request for the list of models.
    listing: Option<String>,
    /// When the running turn began.
    turn: Option<Moment>,
    /// Whether the client stopped the running turn.
    is_interrupted: bool,
    /// Whether a result says that a signal has ended the run.
    has_told_stop: bool,
    is_ready: bool,
    has_all: bool,
    is_leaving: bool,
    is_ended: bool,
    broken: Option<io::Error>,
    code: u8,
}

impl<'a> Talk<'a> {
    fn new(json: Json, to: Outlets<'a>, now: Box<dyn FnMut() -> Moment + Send>) -> Self {
        Self {
            json,
            to,
            now,
            record: Record::default(),
            waiting: VecDeque::new(),
            asked: Vec::new(),
            patience: PATIENCE,
            switching: None,
            listing: None,
            turn: None,
            is_interrupted: false,
            has_told_stop: false,
            is_ready: false,
            has_all: false,
            is_leaving: false,
            is_ended: false,
            broken: None,
            code: 0,
        }
    }

    fn leave(&mut self, handle: &Handle) {
        self.is_leaving = true;
        self.waiting.clear();
        leave(handle);
    }

    fn write(&mut self, message: Value) -> io::Result<()> {
        if self.broken.is_some() {
            return Ok(());
        }
        self.json.deliver(message, &mut self.to)
    }

    /// Takes what happened; `None` when the agent is gone.
    fn see(&mut self, event: Option<Event>, handle: &Handle) -> io::Result<()> {
        let Some(event) = event else {
            self.is_ended = true;
            return self.end_turn(None);
        };
        self.record.see(&event);
        if self.broken.is_none() {
            self.json.see(&event, &self.record, &mut self.to)?;
        }
        match event {
            Event::SessionStarted(_) => self.is_ready = true,
            Event::TurnStarted { .. } => self.turn = Some((self.now)()),
            Event::Permission { call, question } => return self.ask(call, &question, handle),
            Event::Desk(event) => return self.hear_desk(event),
            Event::TurnEnded { reason, .. } => {
                self.cancel_questions()?;
                if matches!(reason, EndReason::TurnLimit | EndReason::Budget(_)) {
                    self.leave(handle);
                }
                return self.end_turn(Some(reason));
            }
            Event::SessionEnded { .. } => {
                self.is_ended = true;
                return self.end_turn(None);
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes the result of a turn; at the end of the session only for one that has none yet.
    fn end_turn(&mut self, reason: Option<EndReason>) -> io::Result<()> {
        let began = self.turn.take();
        let is_told = began.is_none() && (!self.record.is_stopped() || self.has_told_stop);
        if reason.is_none() && is_told {
            return Ok(());
        }
        self.has_told_stop = self.record.is_stopped();
        let took = began.map(|began| (self.now)().since(began)).unwrap_or_default();
        let outcome = self.record.outcome();
        let is_wanted = std::mem::take(&mut self.is_interrupted) && !self.has_told_stop;
        self.code = match &outcome {
            Err(failure) if !is_wanted => failure.kind.exit_code(),
            _ => 0,
        };
        let ending = Ending { outcome, record: &self.record, took };
        if self.broken.is_none() {
            self.json.end(&ending, &mut self.to)?;
        }
        self.record.begin_turn();
        Ok(())
    }

    /// Asks the client about a call; nobody can be asked when its lines have ended.
    fn ask(&mut self, call: ToolCall, question: &Question, handle: &Handle) -> io::Result<()> {
        if self.has_all || self.is_leaving {
            let answer = Answer::No { say: refusal(&call) };
            handle.send(Op::Answer { call: call.id, answer });
            return Ok(());
        }
        let request_id = (self.to.id)();
        let message = answers::can_use_tool(&request_id, &call, question);
        self.asked.push(Asked { request_id, call, until: Instant::now() + self.patience });
        self.write(message)
    }

    /// Nobody waits for an answer to these questions any more.
    fn cancel_questions(&mut self) -> io::Result<()> {
        for asked in std::mem::take(&mut self.asked) {
            self.write(answers::cancel(&asked.request_id))?;
        }
        Ok(())
    }

    /// The client takes too long, or its lines have ended: that is a no.
    fn hear_nothing(&mut self, handle: &Handle) -> io::Result<()> {
        let now = Instant::now();
        let (late, waiting) = self.asked.drain(..).partition(|asked| self.has_all || asked.until <= now);
        self.asked = waiting;
        let late: Vec<Asked> = late;
        for asked in late {
            let answer = Answer::No { say: refusal(&asked.call) };
            handle.send(Op::Answer { call: asked.call.id, answer });
            self.write(answers::cancel(&asked.request_id))?;
        }
        Ok(())
    }

    fn hear(&mut self, line: Option<Line>, handle: &Handle) -> io::Result<()> {
        let line = match line {
            Some(Line::Text(text)) => text,
            Some(Line::TooLong) => return self.refuse("", "the line is too long"),
            Some(Line::Broken(error)) => {
                self.has_all = true;
                self.to.aside(&format!("warning: stdin cannot be read any further: {error}"));
                return self.hear_nothing(handle);
            }
            None => {
                self.has_all = true;
                return self.hear_nothing(handle);
            }
        };
        match incoming::read(&line) {
            Ok(Incoming::Say(words)) => self.waiting.push_back(words),
            Ok(Incoming::Request(id, request)) => return self.serve(id, request, handle),
            Ok(Incoming::Answer(id, answer)) => self.answered(&id, answer, handle),
            Ok(Incoming::Cancel(id)) => self.cancelled(id.as_deref()),
            Ok(Incoming::Blank) => {}
            Err(Wrong { request_id, error }) => return self.refuse(&request_id, &error),
        }
        Ok(())
    }

    fn refuse(&mut self, request_id: &str, error: &str) -> io::Result<()> {
        self.write(answers::error(request_id, error))
    }

    fn serve(&mut self, id: String, request: Request, handle: &Handle) -> io::Result<()> {
        let Some(info) = self.record.session.clone() else { return Ok(()) };
        let response = match request {
            Request::Initialize { patience } => {
                self.patience = patience.unwrap_or(PATIENCE);
                answers::capabilities(info.id.as_str())
            }
            Request::Interrupt => {
                self.is_interrupted = self.turn.is_some();
                handle.send(Op::Interrupt);
                json!({ "subtype": "interrupt" })
            }
            Request::SetMode(mode) => {
                handle.send(Op::SetMode(mode));
                json!({ "status": "updated", "mode": mode.name() })
            }
            Request::Commands => json!({ "subtype": "supported_commands", "commands": [] }),
            Request::Servers => json!({ "subtype": "mcp_server_status", "status": {} }),
            Request::ContextUsage => answers::context_usage(&info, &self.record.totals),
            Request::SetModel(model) => {
                let earlier = self.switching.replace((id, model.clone()));
                handle.send(Op::Desk(DeskOp::UseModel { model, account: None, is_default: false }));
                return match earlier {
                    Some((id, _)) => self.refuse(&id, "another `set_model` came after this one"),
                    None => Ok(()),
                };
            }
            Request::Models => {
                let earlier = self.listing.replace(id);
                handle.send(Op::Desk(DeskOp::Models));
                return match earlier {
                    Some(id) => self.refuse(&id, "another `get_available_models` came after this one"),
                    None => Ok(()),
                };
            }
        };
        self.write(answers::success(&id, &response))
    }

    /// What came of a request about models.
    fn hear_desk(&mut self, event: DeskEvent) -> io::Result<()> {
        match event {
            DeskEvent::Switched(to) => {
                let Some((id, _)) = self.switching.take() else { return Ok(()) };
                self.write(answers::success(&id, &json!({ "subtype": "set_model", "model": to.model })))
            }
            DeskEvent::Models(rows) => {
                let Some(id) = self.listing.take() else { return Ok(()) };
                self.write(answers::success(&id, &answers::models(&rows)))
            }
            DeskEvent::Failed(failure) => {
                let id = self.switching.take().map(|(id, _)| id).or_else(|| self.listing.take());
                id.map_or(Ok(()), |id| self.refuse(&id, &failure.error))
            }
            _ => Ok(()),
        }
    }

    /// The client's answer to a question.
    fn answered(&mut self, id: &str, answer: Result<Map<String, Value>, String>, handle: &Handle) {
        let Some(at) = self.asked.iter().position(|asked| asked.request_id == id) else {
            let id = Clean::line(id);
            return self.to.aside(&format!("warning: nothing was asked under the id `{id}`"));
        };
        let asked = self.asked.remove(at);
        let answer = decided(&asked.call, answer);
        self.is_interrupted |= matches!(answer, Answer::Stop { .. });
        handle.send(Op::Answer { call: asked.call.id, answer });
    }

    /// Nothing is done for the client under this id any more.
    fn cancelled(&mut self, id: Option<&str>) {
        let is_meant = |own: &str| id.is_none_or(|id| id == own);
        self.switching.take_if(|(own, _)| is_meant(own));
        self.listing.take_if(|own| is_meant(own));
    }

    /// Says what waits when nothing runs; ends the session when there is nothing more to come.
    fn go_on(&mut self, handle: &Handle) {
        if self.turn.is_some() || self.switching.is_some() || !self.is_ready || self.is_leaving {
            return;
        }
        if let Some(text) = self.waiting.pop_front() {
            self.turn = Some((self.now)());
            handle.send(Op::Say { text });
        } else if self.has_all && self.listing.is_none() {
            self.is_leaving = true;
            handle.send(Op::Quit);
        }
    }
}

/// What the client's words mean. Whatever is not a clear yes is a no.
fn decided(call: &ToolCall, answer: Result<Map<String, Value>, String>) -> Answer {
    let payload = match answer {
        Ok(payload) => payload,
        Err(error) => return Answer::No { say: error },
    };
    let text = |key: &str| payload.get(key).and_then(Value::as_str);
    if text("behavior").is_some_and(|word| word.eq_ignore_ascii_case("allow")) {
        let input = payload.get("updatedInput").and_then(Value::as_object);
        return match input.filter(|input| call.arguments.object().ok() != Some(input)) {
            Some(input) => Answer::Replaced { input: input.clone() },
            None => Answer::Once,
        };
    }
    let say = text("message").map(str::trim).filter(|say| !say.is_empty()).unwrap_or("denied").to_owned();
    match payload.get("interrupt").and_then(Value::as_bool) {
        Some(true) => Answer::Stop { say },
        _ => Answer::No { say },
    }
}
