//! A window with the program in it: types keys, and sees when what was expected stands on the screen.

use std::{
    io::{Read as _, Write},
    num::NonZeroU16,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use qwen::sim::Sim;

use crate::{Place, QWEN};

/// What takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(100);
/// How often the screen is looked at.
const GLANCE: Duration = Duration::from_millis(1);

struct Seen {
    emulator: vt100::Parser,
    bytes: usize,
    first: Option<Instant>,
}

/// A window of 100 columns and 30 rows.
pub(crate) struct Window {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
    typed: String,
    opened: Instant,
    /// The window is there as long as this is.
    _master: Box<dyn MasterPty + Send>,
}

impl Window {
    /// Opens a window and starts the program with these words; without a simulator nobody has signed in.
    pub(crate) fn open(place: &Place, sim: Option<&Sim>, words: &[&str]) -> Self {
        let size = PtySize { rows: 30, cols: 100, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(QWEN);
        command.cwd(place.repository());
        command.env_clear();
        for (name, value) in place.command(sim).get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.args(words);
        let whole = |n| NonZeroU16::new(n).unwrap();
        let emulator = vt100::Parser::new(whole(30), whole(100), 0);
        let seen = Arc::new(Mutex::new(Seen { emulator, bytes: 0, first: None }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let opened = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        let shared = seen.clone();
        thread::spawn(move || {
            let mut piece = vec![0; 64 * 1024];
            while let Ok(n @ 1..) = reader.read(&mut piece) {
                let mut seen = shared.lock().unwrap_or_else(PoisonError::into_inner);
                seen.first.get_or_insert_with(Instant::now);
                seen.bytes += n;
                seen.emulator.process(&piece[..n]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { child, keyboard, seen, typed: String::new(), opened, _master: pair.master }
    }

    /// The program's process.
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// When the program was started.
    pub(crate) fn opened(&self) -> Instant {
        self.opened
    }

    /// When the first byte was written.
    pub(crate) fn first_byte(&self) -> Option<Instant> {
        self.seen().first
    }

    /// How many bytes were written.
    pub(crate) fn bytes(&self) -> usize {
        self.seen().bytes
    }

    /// Whether a text stands on the screen.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.seen().emulator.screen().contents().contains(text)
    }

    /// Waits until a text stands on the screen; gives when it did.
    pub(crate) fn waits_for(&self, text: &str) -> Instant {
        let began = Instant::now();
        while !self.shows(text) {
            let screen = self.seen().emulator.screen().contents();
            assert!(began.elapsed() < PATIENCE, "`{text}` is never shown:\n{screen}");
            thread::sleep(GLANCE);
        }
        Instant::now()
    }

    /// Types text and sends it.
    pub(crate) fn says(&mut self, text: &str) {
        self.types(text);
        self.waits_for(&format!("> {text}"));
        self.types("\r");
    }

    /// Types a key and waits until it is shown.
    pub(crate) fn echo(&mut self) -> Duration {
        self.typed.push('q');
        let began = Instant::now();
        self.types("q");
        self.waits_for(&format!("> {}", self.typed)).duration_since(began)
    }

    /// Types keys.
    pub(crate) fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).and_then(|()| self.keyboard.flush()).unwrap();
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
