//! Performs what `update` decides: reads keys, hears the agent, draws.

use std::{
    future::pending,
    io::{self, Stdout, Write as _},
    sync::Arc,
    time::Duration,
};

use crossterm::event::Event as Input;
use ratatui::text::Line;
use tokio::time::{Instant, sleep_until};

use super::{
    answers::{Heard, QUESTION},
    burst::{Burst, Passed},
    canvas::Canvas,
    clock::Clock,
    door::{Chosen, Door, Doorway},
    edges::{choice, last_words, model},
    editor::{Desk, Page, choose_editor, missing},
    feed::Feed,
    frame::Size,
    handover::{self, Clipboard},
    input::{Batch, Keys, Watch},
    lines,
    markdown::prepare,
    model::Model,
    msg::{Cmd, Msg},
    notice,
    options::{Exit, Leaving, Manner, Options},
    sheet::Sheet,
    signals::Signals,
    terminal::{self, Terminal, lend, show_other_screen, suspend, take_back},
    update::update,
    view::view,
};
use crate::{
    agent::Handle,
    protocol::{DeskEvent, Event, Op, Query},
};

/// The shortest time between two frames: 30 a second. Source: `docs/sources.md`, tui 4.5.
const FRAME: Duration = Duration::from_millis(33);
/// The same for a frame that shows a key or what a session begins with, and how long the agent's events are taken before keys are looked at again.
const ECHO: Duration = Duration::from_millis(8);
const SPELL: Duration = Duration::from_millis(8);
/// How many lines are printed with one frame: as many as the terminal takes in the time a key may wait.
const LINES: std::ops::RangeInclusive<usize> = 32..=4_096;
const QUICK: Duration = Duration::from_millis(4);
const SLOW: Duration = Duration::from_millis(12);

/// Runs the interactive face until the person leaves, the agent ends or a signal comes.
///
/// The first frame is drawn before anything is awaited, so the agent behind `handle` may still be starting: what is
/// typed until [`crate::protocol::Event::SessionStarted`] waits. Standard input and output must be a terminal.
/// Errors: the terminal cannot be read, written or put into raw mode. The terminal is restored in every case.
///
/// Another session that is chosen is started through `door`, and the screen stays as it is.
pub async fn run(handle: Handle, options: Options, door: Option<Arc<dyn Door>>) -> io::Result<Exit> {
    let clock = Clock::start();
    let is_kept = options.is_kept;
    if matches!(options.manner, Manner::Lines | Manner::Spoken) {
        let chooses_session = options.chooses_session;
        let mut model = model(options, clock);
        model.zone = jiff::tz::TimeZone::system();
        if chooses_session {
            for op in choice(&mut model) {
                handle.send(op);
            }
        }
        let (reason, model) = lines::serve(handle, model, clock, Doorway::new(door)).await?;
        let mut out = io::stdout();
        for line in last_words(&model, clock, is_kept) {
            let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
            writeln!(out, "{}", text.trim_end())?;
        }
        let session = model.session.as_ref().map(|s| s.id.clone());
        return Ok(Exit { reason, totals: model.totals, session });
    }
    let terminal = Terminal::take(options.manner == Manner::Fullscreen)?;
    let mut face = Face::new(handle, options, clock, door)?;
    face.draw()?;
    face.feed.send(Op::Query(Query::Past));
    let asked = face.ask_page()?;
    face.model.zone = jiff::tz::TimeZone::system();
    let mut reason = face.serve(asked).await?;
    // A terminal that takes no last words is gone.
    if face.end().is_err() {
        reason = Leaving::Signal(1);
    }
    drop(terminal);
    face.door.wait().await;
    let session = face.model.session.as_ref().map(|s| s.id.clone());
    Ok(Exit { reason, totals: face.model.totals, session })
}

struct Face {
    feed: Feed,
    model: Model,
    screen: Canvas,
    clock: Clock,
    printed: Vec<Line<'static>>,
    drawn: Instant,
    /// Something changed: how long after the frame before the next one may come.
    due: Option<Duration>,
    /// How many lines are printed with the next frame at most.
    most: usize,
    /// The full-screen transcript, while it is shown.
    sheet: Option<Sheet<Stdout>>,
    clipboard: Clipboard,
    /// The terminal is gone.
    is_blind: bool,
    is_kept: bool,
    /// Keys that may be a paste.
    burst: Burst,
    editor: String,
    /// A text that waits for the editor.
    page: Option<Page>,
    door: Doorway,
}

impl Face {
    fn new(handle: Handle, options: Options, clock: Clock, door: Option<Arc<dyn Door>>) -> io::Result<Self> {
        let (is_kept, chooses_session) = (options.is_kept, options.chooses_session);
        let editor = choose_editor(Some(&options.editor), None);
        let screen = Canvas::new(options.manner == Manner::Fullscreen, window_size())?;
        let mut model = model(options, clock);
        if chooses_session {
            for op in choice(&mut model) {
                handle.send(op);
            }
        }
        let (printed, drawn) = (Vec::new(), Instant::now());
        Ok(Self {
            feed: Feed::new(handle),
            model,
            screen,
            clock,
            printed,
            drawn,
            due: None,
            most: 256,
            sheet: None,
            clipboard: Clipboard::default(),
            is_blind: false,
            is_kept,
            burst: Burst::default(),
            editor,
            page: None,
            door: Doorway::new(door),
        })
    }

    /// Asks the terminal for the colour of its page, where that would change anything; the answer is not waited for.
    fn ask_page(&mut self) -> io::Result<Option<Instant>> {
        if !self.model.paint.is_to_ask() {
            return Ok(None);
        }
        self.screen.send(QUESTION)?;
        Ok(Some(Instant::now()))
    }

    /// Takes messages until one ends the screen.
    async fn serve(&mut self, asked: Option<Instant>) -> io::Result<Leaving> {
        let mut keys = Keys::start(asked)?;
        let watch = Watch::start();
        let mut signals = Signals::new()?;
        let mut reason = Leaving::AgentEnded;
        loop {
            let wake = self.wake();
            let mut is_over = false;
            let msg = tokio::select! {
                biased;
                number = signals.next() => {
                    reason = Leaving::Signal(number);
                    Some(Msg::Signal)
                }
                () = watch.gone(), if !self.is_blind => Some(self.lose(&mut reason)),
                batch = keys.next(), if !self.is_blind => {
                    is_over = self.take_keys(batch, &mut reason)?;
                    None
                },
                event = self.feed.next(), if !self.model.is_gone => Some(event.map_or(Msg::Gone, |e| Msg::Agent(Box::new(e)))),
                () = sleep(wake) => Some(Msg::Tick),
            };
            for passed in self.burst.tick(self.clock.now()) {
                self.due = Some(ECHO);
                is_over |= self.take(translate(passed))?;
            }
            is_over |= self.take(msg)?;
            while self.page.is_none()
                && !self.is_blind
                && let Some(batch) = keys.at_hand()
            {
                is_over |= self.take_keys(Some(batch), &mut reason)?;
            }
            if keys.are_at_rest()
                && let Some(page) = self.page.take()
            {
                is_over |= self.edit(page, &mut signals, &watch, &mut reason).await?;
            }
            if let Some(chosen) = self.door.wanted.take() {
                is_over |= self.go_on_with(chosen).await?;
            }
            let enough = Instant::now() + SPELL;
            while let Some(event) = self.feed.at_hand() {
                is_over |= self.take(Some(Msg::Agent(Box::new(event))))?;
                if Instant::now() >= enough {
                    break;
                }
            }
            if self.model.leaving.is_some() && reason == Leaving::AgentEnded {
                reason = Leaving::Asked;
            }
            if is_over {
                return Ok(reason);
            }
            if self.due.is_some_and(|pace| Instant::now() >= self.drawn + pace) && self.draw().is_err() {
                let msg = self.lose(&mut reason);
                self.take(Some(msg))?;
            }
        }
    }

    /// Goes on with another session; where that cannot be, this one stays.
    async fn go_on_with(&mut self, chosen: Chosen) -> io::Result<bool> {
        let msg = match self.door.open(chosen).await {
            Ok(started) => {
                let before = std::mem::replace(&mut self.feed, Feed::new(started.handle));
                self.door.part_with(before.into_handle());
                self.is_kept = started.is_kept;
                Msg::Resumed
            }
            Err(failure) => Msg::Agent(Box::new(Event::Desk(DeskEvent::Failed(failure)))),
        };
        self.take(Some(msg))
    }

    /// The terminal is gone: nothing more is read or drawn, and the session is brought to its end.
    fn lose(&mut self, reason: &mut Leaving) -> Msg {
        self.is_blind = true;
        *reason = Leaving::Signal(1);
        Msg::Signal
    }

    /// Takes what the person did. A terminal that cannot be read any more is gone, whether or not the signal that tells
    /// of it has come by now.
    fn take_keys(&mut self, batch: Option<Batch>, reason: &mut Leaving) -> io::Result<bool> {
        let Some(Ok(batch)) = batch else {
            let msg = self.lose(reason);
            return self.take(Some(msg));
        };
        let mut is_over = false;
        self.due = Some(ECHO);
        let mut events = Vec::with_capacity(batch.len());
        for (at, heard) in batch {
            match heard {
                Heard::Input(event) => events.push((self.clock.moment(at), event)),
                Heard::Colour(colour) => is_over |= self.take(Some(Msg::Page(colour)))?,
            }
        }
        for passed in self.burst.take(events) {
            is_over |= self.take(translate(passed))?;
        }
        Ok(is_over)
    }

    /// Lends the terminal to the person's editor until it ends; returns whether the screen ends.
    async fn edit(
        &mut self,
        page: Page,
        signals: &mut Signals,
        watch: &Watch,
        reason: &mut Leaving,
    ) -> io::Result<bool> {
        let (errand, look, editor) = (page.errand, self.model.look, self.editor.clone());
        self.screen.leave()?;
        lend();
        let mut end = None;
        let edited = match Desk::new(page).and_then(|desk| desk.start(&editor).map(|child| (desk, child))) {
            Ok((desk, mut child)) => {
                let ended = loop {
                    tokio::select! {
                        biased;
                        // Ctrl-C goes to every program on the terminal; it is the editor's own.
                        number = signals.next() => if number != 2 {
                            *reason = Leaving::Signal(number);
                            end = Some(Msg::Signal);
                        },
                        () = watch.gone() => end = Some(self.lose(reason)),
                        ended = child.wait() => break ended,
                    }
                    if end.is_some() {
                        break child.kill().await.and(Err(io::ErrorKind::Interrupted.into()));
                    }
                };
                desk.outcome(&editor, ended, look)
            }
            Err(e) => missing(&editor, &e, look),
        };
        if !self.is_blind {
            take_back()?;
            self.screen.come_back();
        }
        self.take(Some(Msg::Resize(window_size())))?;
        self.take(Some(Msg::Edited(errand, edited)))?;
        self.take(end)
    }

    /// Takes one message and performs what follows; returns whether the screen ends.
    fn take(&mut self, msg: Option<Msg>) -> io::Result<bool> {
        let Some(msg) = msg else { return Ok(false) };
        let soon = if begins(&msg) { ECHO } else { FRAME };
        self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
        if self.model.look.colour
            && matches!(&msg, Msg::Agent(event) if matches!(**event, Event::Requested { .. }))
        {
            prepare();
        }
        if matches!(msg, Msg::Resize(_)) {
            self.screen.resized();
            self.sheet.iter_mut().for_each(Sheet::distrust);
        }
        let mut is_over = false;
        for cmd in update(&mut self.model, msg, self.clock.now()) {
            match cmd {
                Cmd::Send(op) => self.feed.send(op),
                Cmd::Print(lines) => self.printed.extend(lines),
                Cmd::Redraw => {
                    self.screen.distrust();
                    self.sheet.iter_mut().for_each(Sheet::distrust);
                }
                Cmd::Resume(chosen) => self.door.wanted = Some(chosen),
                Cmd::Copy(text) => {
                    let screen = &mut self.screen;
                    let way = self.clipboard.take(&text, |text| screen.copy(text));
                    let how = handover::told(&way, &text, self.model.look.words);
                    is_over |= self.take(Some(Msg::Copied(how)))?;
                }
                Cmd::Write(target, text) => {
                    let (is_done, said) = handover::write(&target, &text, self.model.look.words);
                    is_over |= self.take(Some(Msg::Written(is_done, said)))?;
                }
                Cmd::Scroll(rows) => self.screen.scroll(rows),
                Cmd::Notify(words) => self.screen.send(&notice::bytes(words, self.model.paint.can_ask))?,
                Cmd::Title(title) => self.screen.send(&terminal::named(&title))?,
                Cmd::Edit(page) => self.page = Some(page),
                Cmd::Suspend => {
                    self.close_sheet()?;
                    self.screen.leave()?;
                    suspend()?;
                    self.screen.come_back();
                    update(&mut self.model, Msg::Resize(window_size()), self.clock.now());
                }
                Cmd::Quit => is_over = true,
            }
        }
        Ok(is_over)
    }

    fn draw(&mut self) -> io::Result<()> {
        (self.drawn, self.due) = (Instant::now(), None);
        if self.is_blind {
            self.printed.clear();
            return Ok(());
        }
        let (frame, window) = (view(&self.model), self.model.window);
        if self.model.pager.is_some() && !window.is_too_small() {
            if self.sheet.is_none() {
                show_other_screen(true)?;
            }
            return self.sheet.get_or_insert_with(|| Sheet::new(io::stdout())).draw(&frame, window.columns);
        }
        self.close_sheet()?;
        // What is left comes with the next frame, so that keys are read in between. A tiny window breaks lines so that
        // no terminal puts them together again: they wait until there is room.
        let many = if window.is_too_small() { 0 } else { self.printed.len().min(self.most) };
        let printed: Vec<Line<'static>> = self.printed.drain(..many).collect();
        self.due = (many > 0 && !self.printed.is_empty()).then_some(ECHO);
        let began = Instant::now();
        self.screen.draw(&printed, &frame, window)?;
        let took = began.elapsed();
        if took > SLOW {
            self.most = (self.most / 2).max(*LINES.start());
        } else if took < QUICK && many == self.most {
            self.most = (self.most * 2).min(*LINES.end());
        }
        Ok(())
    }

    /// Goes back to the screen where the conversation stands, as it was left.
    fn close_sheet(&mut self) -> io::Result<()> {
        if self.sheet.take().is_some() {
            show_other_screen(false)?;
            self.screen.distrust();
        }
        Ok(())
    }

    /// Takes the live block away and prints the summary.
    fn end(&mut self) -> io::Result<()> {
        if self.is_blind {
            return Ok(());
        }
        self.close_sheet()?;
        let printed = std::mem::take(&mut self.printed);
        let last = last_words(&self.model, self.clock, self.is_kept);
        self.screen.end(&printed, &last, self.model.window)
    }

    /// When to look again although nothing happens: at the next frame if one is due, else when time alone changes
    /// what is shown. Never while all stands still.
    fn wake(&self) -> Option<Instant> {
        if let Some(pace) = self.due {
            let frame = self.drawn + pace;
            return Some(self.burst.wake_at().map_or(frame, |at| frame.min(self.clock.instant(at))));
        }
        [self.model.wake_at(), self.burst.wake_at()]
            .into_iter()
            .flatten()
            .min()
            .map(|at| self.clock.instant(at))
    }
}

/// Whether this changes what the person can do: it is shown as soon as a key is.
fn begins(msg: &Msg) -> bool {
    matches!(msg, Msg::Agent(event) if matches!(**event, Event::SessionStarted(_) | Event::Desk(_)))
}

async fn sleep(until: Option<Instant>) {
    match until {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

fn translate(passed: Passed) -> Option<Msg> {
    let input = match passed {
        Passed::Paste(text) => return Some(Msg::Paste(text)),
        Passed::Event(input) => input,
    };
    match input {
        Input::Key(key) => Some(Msg::Key(key)),
        Input::Paste(text) => Some(Msg::Paste(text)),
        Input::FocusGained => Some(Msg::Focus(true)),
        Input::FocusLost => Some(Msg::Focus(false)),
        Input::Resize(columns, rows) => {
            Some(Msg::Resize(Size { columns: columns.into(), rows: rows.into() }))
        }
        Input::Mouse(_) => None,
    }
}

/// The window's size; a usual one where the system does not say.
pub(super) fn window_size() -> Size {
    match crossterm::terminal::size() {
        Ok((columns, rows)) if columns > 0 && rows > 0 => Size { columns: columns.into(), rows: rows.into() },
        _ => Size { columns: 80, rows: 24 },
    }
}
