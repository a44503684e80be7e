//! Reads lines, hears the agent, writes text.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    thread,
};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::{Duration, Instant, sleep_until},
};

use super::speaker::Speaker;
use crate::{
    agent::Handle,
    protocol::{DeskEvent, Event},
    tui::{
        clock::Clock,
        door::{Chosen, Doorway},
        handover,
        look::Voice,
        model::Model,
        msg::{Cmd, Msg},
        options::Leaving,
        signals::Signals,
    },
};

/// Serves until the person leaves, the agent ends or a signal comes; gives the model as it is then.
pub(in crate::tui) async fn serve(
    handle: Handle,
    model: Model,
    clock: Clock,
    door: Doorway,
) -> io::Result<(Leaving, Model)> {
    let words = model.look.words;
    let is_shown = io::stdout().is_terminal();
    let why = match model.look.voice {
        Voice::Spoken => words.lines_reader,
        _ if is_shown => words.lines_dumb,
        _ => words.lines_piped,
    };
    if !is_shown {
        let _ = writeln!(io::stderr(), "{why}");
    }
    let mut face = Face { handle, speaker: Speaker::new(model), clock, door, is_over: false };
    face.speaker.say(why);
    face.write()?;
    let reason = face.listen().await?;
    face.write()?;
    face.door.wait().await;
    Ok((reason, face.speaker.model))
}

struct Face {
    handle: Handle,
    speaker: Speaker,
    clock: Clock,
    door: Doorway,
    is_over: bool,
}

impl Face {
    async fn listen(&mut self) -> io::Result<Leaving> {
        let mut lines = lines()?;
        let mut signals = Signals::new()?;
        let (mut reason, mut is_closed) = (Leaving::AgentEnded, false);
        while !self.is_over {
            let wake = self.speaker.model.wake_at().map(|at| self.clock.instant(at));
            let cmds = tokio::select! {
                biased;
                number = signals.next() => match number {
                    2 => self.speaker.hear(control('c'), self.clock.now()),
                    number => {
                        reason = Leaving::Signal(number);
                        self.speaker.hear(Msg::Signal, self.clock.now())
                    }
                },
                line = lines.recv(), if !is_closed => {
                    is_closed = line.is_none();
                    line.map(|line| self.speaker.line(&line, self.clock.now())).unwrap_or_default()
                }
                event = self.handle.next(), if !self.speaker.model.is_gone => {
                    let msg = event.map_or(Msg::Gone, |event| Msg::Agent(Box::new(event)));
                    self.speaker.hear(msg, self.clock.now())
                }
                () = sleep(wake) => self.speaker.hear(Msg::Tick, self.clock.now()),
            };
            self.perform(cmds);
            if let Some(chosen) = self.door.wanted.take() {
                self.go_on_with(chosen).await;
            }
            // Nobody can answer or say anything more.
            let is_free = !self.speaker.model.is_busy() && self.speaker.model.queue.is_empty();
            if is_closed && !self.speaker.model.dialogs.is_empty() {
                let esc = Msg::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
                let cmds = self.speaker.hear(esc, self.clock.now());
                self.perform(cmds);
            } else if is_closed && is_free && self.speaker.model.leaving.is_none() {
                let cmds = self.speaker.hear(Msg::Signal, self.clock.now());
                self.perform(cmds);
            }
            if self.speaker.model.leaving.is_some() && reason == Leaving::AgentEnded {
                reason = Leaving::Asked;
            }
            self.write()?;
        }
        Ok(reason)
    }

    /// Goes on with another session; where that cannot be, this one stays.
    async fn go_on_with(&mut self, chosen: Chosen) {
        let msg = match self.door.open(chosen).await {
            Ok(started) => {
                self.door.part_with(std::mem::replace(&mut self.handle, started.handle));
                Msg::Resumed
            }
            Err(failure) => Msg::Agent(Box::new(Event::Desk(DeskEvent::Failed(failure)))),
        };
        let cmds = self.speaker.hear(msg, self.clock.now());
        self.perform(cmds);
    }

    fn perform(&mut self, cmds: Vec<Cmd>) {
        for cmd in cmds {
            match cmd {
                Cmd::Send(op) => self.handle.send(op),
                Cmd::Quit => self.is_over = true,
                Cmd::Resume(chosen) => self.door.wanted = Some(chosen),
                Cmd::Print(_)
                | Cmd::Redraw
                | Cmd::Suspend
                | Cmd::Notify(_)
                | Cmd::Title(_)
                | Cmd::Scroll(_) => {}
                Cmd::Write(target, text) => {
                    let words = self.speaker.model.look.words;
                    let (is_done, said) = handover::write(&target, &text, words);
                    let cmds = self.speaker.hear(Msg::Written(is_done, said), self.clock.now());
                    self.perform(cmds);
                }
                Cmd::Copy(_) | Cmd::Edit(_) => self.speaker.say(self.speaker.model.look.words.lines_not_here),
            }
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let text = self.speaker.take();
        let mut out = io::stdout();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

fn control(letter: char) -> Msg {
    Msg::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL))
}

/// Lines of standard input, from a thread of its own: reading cannot be given up.
fn lines() -> io::Result<UnboundedReceiver<String>> {
    let (sender, receiver) = unbounded_channel();
    thread::Builder::new().name("lines".to_owned()).spawn(move || {
        for line in io::stdin().lock().lines() {
            if line.is_err() || line.is_ok_and(|line| sender.send(line).is_err()) {
                return;
            }
        }
    })?;
    Ok(receiver)
}

async fn sleep(until: Option<Instant>) {
    match until {
        Some(at) => sleep_until(at.max(Instant::now() + Duration::from_millis(1))).await,
        None => std::future::pending().await,
    }
}
