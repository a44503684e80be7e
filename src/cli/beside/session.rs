//! A session with another program beside its face.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use tokio::sync::{mpsc::UnboundedSender, watch};

use super::{tail::Tail, target::Target};
use crate::{
    agent::{Handle, Mailbox},
    cli::Arguments,
    headless::{Asked, Command, Commands, Mirror, Stamps},
    protocol::{Event, Failure, Level, Op},
};

/// How long the end of the session waits for what is still to be written.
const LAST: Duration = Duration::from_millis(500);

/// The other program, or nobody.
#[derive(Default)]
pub(in crate::cli) struct Beside {
    /// Takes every event to the program; until [`Beside::end`].
    events: Mutex<Option<Sender<Event>>>,
    /// Nothing ever comes of it; it is closed when everything was written.
    written: Mutex<Option<Receiver<()>>>,
    /// The session that is on the screen, once it has begun.
    session: Option<watch::Sender<Option<Session>>>,
}

/// What a session hears and says.
#[derive(Clone)]
struct Session {
    ops: UnboundedSender<Op>,
    events: Mailbox,
}

impl Beside {
    /// What the flags name. Must be called on the runtime. Errors: it cannot be written.
    pub(in crate::cli) fn begin(arguments: &Arguments) -> Result<Self, Failure> {
        let asked = Asked::default();
        let mut beside = Self::default();
        if let Some(target) = Target::of(arguments)? {
            let (events, to_write) = mpsc::channel();
            let (done, is_done) = mpsc::channel();
            let asked = asked.clone();
            thread::spawn(move || {
                write(target, asked, &to_write);
                drop(done);
            });
            (beside.events, beside.written) = (Mutex::new(Some(events)), Mutex::new(Some(is_done)));
        }
        if let Some(path) = arguments.output.input_file.clone() {
            let (session, current) = watch::channel(None);
            tokio::spawn(obey(path, asked, current));
            beside.session = Some(session);
        }
        Ok(beside)
    }

    /// The same session, seen and heard by the other program. Must be called on the runtime.
    pub(in crate::cli) fn around(&self, mut handle: Handle) -> Handle {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if events.is_none() && self.session.is_none() {
            return handle;
        }
        let mailbox = Mailbox::default();
        let seen = Handle::new(handle.ops(), mailbox.clone());
        let session = Session { ops: handle.ops(), events: mailbox.clone() };
        let current = self.session.clone();
        tokio::spawn(async move {
            while let Some(event) = handle.next().await {
                let is_first = matches!(event, Event::SessionStarted(_));
                if let Some(events) = &events {
                    // A reader that is gone changes nothing for the session.
                    let _ = events.send(event.clone());
                }
                mailbox.put(event);
                if let Some(current) = current.as_ref().filter(|_| is_first) {
                    current.send_replace(Some(session.clone()));
                }
            }
            // Before the face learns that the agent is gone, so that its end waits for what was sent and no longer.
            drop(events);
            mailbox.close();
        });
        seen
    }

    /// Waits, but not for long, until everything was written.
    pub(in crate::cli) fn end(&self) {
        let take = |events: &Mutex<Option<Sender<Event>>>| {
            events.lock().unwrap_or_else(PoisonError::into_inner).take()
        };
        drop(take(&self.events));
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(done) = written {
            let _ = done.recv_timeout(LAST);
        }
    }
}

fn write(target: Target, asked: Asked, events: &Receiver<Event>) {
    let Some(file) = target.open() else { return };
    let mut mirror = Mirror::new(Box::new(file), asked, Stamps::real());
    for event in events {
        if mirror.see(&event).is_err() {
            return;
        }
    }
}

/// Does what the file says, in the session that is on the screen.
async fn obey(path: PathBuf, asked: Asked, mut current: watch::Receiver<Option<Session>>) {
    let mut commands = Commands::of(Tail::of(path));
    while let Some(command) = commands.next().await {
        let Ok(session) = current.wait_for(Option::is_some).await.map(|now| now.clone()) else { return };
        let Some(session) = session else { return };
        let op = match command {
            Ok(Command::Say(text)) => Some(Op::Say { text }),
            Ok(Command::Answer { request, answer }) => {
                asked.call(&request).map(|call| Op::Answer { call, answer })
            }
            Err(error) => {
                let text = format!("`--input-file`: {error}");
                session.events.put(Event::Notice { level: Level::Warning, text });
                None
            }
        };
        if let Some(op) = op {
            // A session that has ended hears nothing.
            let _ = session.ops.send(op);
        }
    }
}
