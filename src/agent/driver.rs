//! Performs the machine's effects and brings back what came of them.
//!
//! One task owns the machine. Requests, waits and tools run in tasks of their own and report through one channel;
//! each report carries the number of the work it belongs to, so that what was stopped cannot speak any more.

mod clock;
mod counter;
mod gate;
mod keeping;
mod own;
mod past;
mod queries;
mod switching;

use std::{collections::VecDeque, sync::Arc, time::Instant};

use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use self::counter::Counter;
use super::{
    Connection, Handle, Mailbox, Setup,
    knowledge::{Knowledge, Opened},
    machine::{Effect, Input, Machine},
    shroud::Shroud,
    store::Store,
    wire::Line,
    words,
    work::Workshop,
};
use crate::{
    base::Tokens,
    context, net,
    permissions::Approved,
    protocol::{
        DeskEvent, EndReason, Event, Failure, Level, Op, Query, SessionInfo, ToolCall, Totals, UserMessage,
    },
    provider,
    session::{LedgerFile, PastFile, Transcript, Warmth},
};

/// Starts a session. The handle is there at once; the first event comes when the repository was read.
pub fn start(setup: Setup) -> Handle {
    let (to_agent, ops) = mpsc::unbounded_channel();
    let mailbox = Mailbox::watched(setup.watch.clone());
    let handle = Handle::new(to_agent, mailbox.clone());
    let closing = Closing(mailbox.clone());
    tokio::spawn(async move {
        run(setup, ops, mailbox).await;
        drop(closing);
    });
    handle
}

/// Closes the mailbox however the driver ends, so that no face waits for ever.
struct Closing(Mailbox);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn run(mut setup: Setup, mut ops: mpsc::UnboundedReceiver<Op>, mailbox: Mailbox) {
    let environment = environment(&setup);
    let connection = match setup.connection.clone() {
        // Nobody is there who could sign in.
        Err(failure) if !setup.is_interactive => return refuse(&mailbox, failure),
        connection => connection,
    };
    let places = std::mem::take(&mut setup.secrets);
    let shroud = Shroud::new(setup.redacts, places, mailbox.clone());
    let Opened { head, knowledge, notices } = Knowledge::open(&setup, shroud.clone()).await;
    let prompt = match setup.prompt(head) {
        Ok(prompt) => prompt,
        Err(failure) => return refuse(&mailbox, failure),
    };
    let info = setup.info(&prompt);
    let reserve = connection.as_ref().map(|c| c.profile.max_output).unwrap_or_default();
    let (line, about_account) = match connection {
        Ok(connection) => {
            make_client(&setup.net, &connection);
            (Ok(Line::new(setup.net.clone(), &connection)), connection.notes)
        }
        Err(why) => (Err(why), Vec::new()),
    };
    let ledger_file = std::mem::replace(&mut setup.ledger_file, LedgerFile::nowhere());
    let (inputs, mut reports) = mpsc::unbounded_channel();
    let (counter, mut brought) = Counter::new(setup.desk.take(), mailbox.clone());
    let mut driver = Driver {
        counter,
        next: None,
        fallbacks: setup.fallbacks.clone(),
        net: setup.net.clone(),
        root: setup.root.to_string(),
        machine: Machine::new(setup.machine_config(), prompt),
        line,
        workshop: Arc::new(Workshop::new(&setup, knowledge, shroud)),
        transcript: std::mem::replace(&mut setup.transcript, Transcript::nowhere()),
        environment: Some(environment),
        past: setup.past.clone(),
        store: Store::new(ledger_file, setup.limits().scope, mailbox.clone()),
        mailbox,
        inputs,
        asking: Job::default(),
        tools: Job::default(),
        waking: Job::default(),
        pinging: Job::default(),
        own: Job::default(),
        listing: CancellationToken::new(),
        alarm: Job::default(),
        info,
        reserve,
        last_word: None,
        is_over: false,
    };
    driver.mailbox.put(Event::SessionStarted(driver.info.clone()));
    driver.tell_restored();
    for text in about_account.into_iter().chain(setup.notices).chain(notices) {
        driver.mailbox.put(Event::Notice { level: Level::Warning, text });
    }
    driver.ask_to_sign_in(None);
    while !driver.is_over {
        let input = tokio::select! {
            biased;
            op = ops.recv() => match op {
                Some(op) => driver.op(op),
                // Every face is gone: finish as if it had asked to.
                None => Some(Input::Op(Op::Quit)),
            },
            report = reports.recv() => report.and_then(|r: Report| driver.accept(r)),
            Some(brought) = brought.recv() => driver.brought(brought),
        };
        if let Some(input) = input {
            driver.step(input);
        }
    }
    // Whoever hears the last word may end the process.
    driver.store.settle().await;
    driver.last_word.into_iter().for_each(|event| driver.mailbox.put(event));
}

/// Asks the system and git, beside everything else.
fn environment(setup: &Setup) -> JoinHandle<String> {
    let (root, cwd, today) = (setup.root.clone(), setup.cwd.clone(), setup.today);
    tokio::spawn(
        async move { context::Environment::collect(&root, &cwd, today(), words::shell()).await.text() },
    )
}

/// Makes the client for the first request while that is still being composed: certificates take some milliseconds.
fn make_client(net: &net::Lazy, connection: &Connection) {
    let (net, credential) = (net.clone(), connection.credential.clone());
    // What is wrong with it is told by the request.
    tokio::task::spawn_blocking(move || net.client_for(credential.endpoint().host()).is_ok());
}

/// The session cannot begin: says why, in the order a face expects.
fn refuse(mailbox: &Mailbox, failure: Failure) {
    let totals = Totals::default();
    mailbox.put(Event::Failed(failure));
    mailbox.put(Event::TurnEnded { reason: EndReason::Failed, totals });
    mailbox.put(Event::SessionEnded { totals });
}

/// A stretch of work that can be stopped, and the number that tells its reports from older ones.
#[derive(Default)]
struct Job {
    number: u64,
    stop: CancellationToken,
}

impl Job {
    /// Stops the work so far; what it still reports is not accepted.
    fn renew(&mut self) {
        self.stop.cancel();
        self.stop = CancellationToken::new();
        self.number += 1;
    }
}

/// What a task reports.
struct Report {
    job: Stretch,
    number: u64,
    input: Input,
    /// What the wait at the barrier led to, if it was one.
    warmth: Option<Warmth>,
}

/// Which job a report belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stretch {
    Asking,
    Tools,
    Waking,
    Pinging,
    Own,
    Alarm,
    Composing,
}

struct Driver {
    machine: Machine,
    counter: Counter,
    /// What is used from the next turn on.
    next: Option<Connection>,
    /// What the person named for when the model has no room.
    fallbacks: VecDeque<Connection>,
    net: net::Lazy,
    /// The repository, as transcripts name it.
    root: String,
    /// What requests are made with, or why there is no account.
    line: Result<Line, Failure>,
    workshop: Arc<Workshop>,
    transcript: Transcript,
    environment: Option<JoinHandle<String>>,
    store: Store,
    past: PastFile,
    mailbox: Mailbox,
    inputs: mpsc::UnboundedSender<Report>,
    asking: Job,
    tools: Job,
    waking: Job,
    pinging: Job,
    own: Job,
    /// Stops the list of files that is being made.
    listing: CancellationToken,
    alarm: Job,
    info: SessionInfo,
    /// The most an answer may take of the window.
    reserve: Tokens,
    /// Told when everything is kept.
    last_word: Option<Event>,
    is_over: bool,
}

impl Driver {
    fn op(&mut self, op: Op) -> Option<Input> {
        let op = match self.serve_past(op)? {
            Op::Say { text } | Op::Steer { text } if self.line.is_err() => {
                self.ask_to_sign_in(Some(text));
                return None;
            }
            Op::Compact { .. } if self.line.is_err() => {
                self.ask_to_sign_in(None);
                return None;
            }
            Op::Desk(op) => {
                self.counter.serve(op);
                return None;
            }
            Op::Query(Query::Files) => {
                self.list_files();
                return None;
            }
            Op::Used { command } => {
                self.mailbox.put(Event::Used { command });
                return None;
            }
            op @ (Op::Query(_) | Op::AddRule { .. } | Op::ForgetRule { .. } | Op::LetThrough { .. }) => {
                self.beside(op);
                return None;
            }
            op => op,
        };
        if op == Op::Clear {
            self.step(Input::Op(Op::Clear));
            self.environment = None;
            let mut info = self.info.clone();
            info.restored_turns = 0;
            self.mailbox.put(Event::SessionStarted(info));
            return None;
        }
        Some(Input::Op(op))
    }

    /// Says that nothing can be sent, if that is so.
    fn ask_to_sign_in(&self, text: Option<String>) {
        if let Err(why) = &self.line {
            self.mailbox.put(Event::Desk(DeskEvent::SignInNeeded { text, why: why.clone() }));
        }
    }

    /// The input of a report, unless it comes from work that was stopped.
    fn accept(&mut self, report: Report) -> Option<Input> {
        let current = match report.job {
            Stretch::Asking => self.asking.number,
            Stretch::Tools => self.tools.number,
            Stretch::Waking => self.waking.number,
            Stretch::Pinging => self.pinging.number,
            Stretch::Own => self.own.number,
            Stretch::Alarm => self.alarm.number,
            Stretch::Composing => report.number,
        };
        if report.number != current {
            return None;
        }
        match report.warmth {
            Some(Warmth::Stored(ledger)) => self.machine.learn(&ledger, words::now()),
            Some(Warmth::Mine(warming)) => self.store.hold(self.machine.requests(), warming),
            Some(Warmth::Late) | None => {}
        }
        Some(report.input)
    }

    fn step(&mut self, input: Input) {
        if !matches!(input, Input::Chunk(_))
            && let Some(ledger) = self.store.changed()
        {
            self.machine.learn(&ledger, words::now());
        }
        for effect in self.machine.step(input, words::now()) {
            self.perform(effect);
        }
        self.store.release_unless(self.machine.running());
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Compose { turn, text, is_first, reminders } => {
                self.compose(turn, text, is_first, reminders);
            }
            Effect::Collect => self.collect(),
            Effect::RunOwn { call, line } => self.run_own(call, line),
            Effect::StopOwn => self.own.stop.cancel(),
            Effect::Ask { attempt } => self.ask(attempt),
            Effect::Gate { prefix, limit, way_out } => self.gate(prefix, limit, way_out),
            Effect::WakeAt(at) => self.wake_at(at),
            Effect::AlarmAt(at) => self.alarm_at(at),
            Effect::Ping => self.ping(),
            Effect::StopPing => self.pinging.renew(),
            Effect::LeaveSession => {
                if let Ok(line) = &mut self.line {
                    line.leave_session();
                }
            }
            Effect::Switched { notes } => self.switched(notes),
            Effect::FallBack => self.fall_back(),
            Effect::StopAsking => self.asking.renew(),
            Effect::Wait(wait) => self.wait(wait),
            Effect::Judge(call) => self.judge(call),
            Effect::Run(approved) => self.run_tool(*approved),
            Effect::StopTools => self.tools.renew(),
            Effect::Remember(rule) => self.workshop.remember(&rule),
            Effect::SetMode(mode) => {
                self.workshop.set_mode(mode);
                self.info.mode = mode;
            }
            Effect::Emit(event @ Event::SessionEnded { .. }) => self.last_word = Some(event),
            Effect::Emit(event) => self.mailbox.put(event),
            Effect::Keep(kept) => self.keep(&kept),
            Effect::Sync => self.sync(),
            Effect::KeepLedger => self.store.publish(self.machine.news()),
            Effect::End => {
                self.asking.renew();
                self.tools.renew();
                self.waking.renew();
                self.pinging.renew();
                self.own.renew();
                self.listing.cancel();
                self.alarm.renew();
                self.counter.stop();
                self.is_over = true;
            }
        }
    }

    /// A way for a task to report.
    fn reporter(&self, job: Stretch, number: u64) -> impl Fn(Input) + Send + Sync + Clone + 'static {
        let inputs = self.inputs.clone();
        // A report that nobody takes any more is not wanted.
        move |input| drop(inputs.send(Report { job, number, input, warmth: None }))
    }

    fn compose(&mut self, turn: u32, text: String, is_first: bool, reminders: Vec<String>) {
        let report = self.reporter(Stretch::Composing, 0);
        let environment = if is_first { Some(self.environment.take()) } else { None };
        let (workshop, mailbox) = (self.workshop.clone(), self.mailbox.clone());
        tokio::spawn(async move {
            let mut context = Vec::new();
            // Read while git is asked.
            let (words, shop) = (text.clone(), workshop.clone());
            let read = tokio::task::spawn_blocking(move || (shop.news(is_first), shop.mentions(&words)));
            match environment {
                Some(Some(ready)) => {
                    context.extend(ready.await.ok().map(|text| workshop.covered_environment(&text)));
                }
                Some(None) => context.push(workshop.environment().await),
                None => {}
            }
            let (news, mentioned) = read.await.unwrap_or_default();
            for text in news.notices {
                mailbox.put(Event::Notice { level: Level::Warning, text });
            }
            context.extend(news.texts);
            context.extend(workshop.covered_reminders(&reminders));
            context.extend(mentioned);
            report(Input::Composed { turn, message: UserMessage { context, text } });
        });
    }

    fn collect(&self) {
        let (report, workshop) = (self.reporter(Stretch::Composing, 0), self.workshop.clone());
        tokio::task::spawn_blocking(move || {
            report(Input::Collected { repository: workshop.refresh_repository() });
        });
    }

    fn ask(&mut self, attempt: u32) {
        self.asking.renew();
        let (Some((prompt, plan)), Ok(line)) = (self.machine.request(), &self.line) else { return };
        let wire = line.main().clone();
        let body = wire.body(prompt, plan, self.machine.chain());
        let report = self.reporter(Stretch::Asking, self.asking.number);
        let stop = self.asking.stop.clone();
        tokio::spawn(async move {
            let started = Instant::now();
            let mut sink = {
                let report = report.clone();
                move |chunk| report(Input::Chunk(chunk))
            };
            match wire.send(body, &stop, &mut sink).await {
                Ok(reply) => report(Input::Replied { reply: Box::new(reply), took: started.elapsed() }),
                Err(trouble) => {
                    let wait = provider::backoff(attempt, &trouble, words::random());
                    report(Input::Troubled { trouble, wait });
                }
            }
        });
    }

    fn ping(&mut self) {
        self.pinging.renew();
        let (Some((prompt, plan)), Ok(line)) = (self.machine.ping(), &mut self.line) else { return };
        let wire = line.small().clone();
        let body = wire.body(prompt, plan, None);
        let (report, stop) =
            (self.reporter(Stretch::Pinging, self.pinging.number), self.pinging.stop.clone());
        tokio::spawn(async move {
            let started = Instant::now();
            report(match wire.send(body, &stop, &mut |_| {}).await {
                Ok(reply) => Input::Pinged { reply: Box::new(reply), took: started.elapsed() },
                Err(trouble) => Input::PingFailed(trouble),
            });
        });
    }

    fn judge(&self, call: ToolCall) {
        let report = self.reporter(Stretch::Tools, self.tools.number);
        let (workshop, stop) = (self.workshop.clone(), self.tools.stop.clone());
        tokio::spawn(async move {
            let id = call.id.clone();
            let judgement = workshop.judge(call, stop).await;
            report(Input::Judged { call: id, judgement });
        });
    }

    fn run_tool(&self, approved: Approved) {
        let report = self.reporter(Stretch::Tools, self.tools.number);
        let (workshop, stop) = (self.workshop.clone(), self.tools.stop.clone());
        let mailbox = self.mailbox.clone();
        tokio::spawn(async move {
            let (id, started) = (approved.call().id.clone(), Instant::now());
            let outcome = workshop.run(approved, stop, mailbox).await;
            report(Input::Ran { call: id, outcome, took: started.elapsed() });
        });
    }
}

#[cfg(test)]
mod tests;
