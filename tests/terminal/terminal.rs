//! A window with a program in it: types, reads the screen, and closes.

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use qwen::sim::Recorded;

use crate::{bytes, desk::World};

/// What takes longer does not happen. Generous, because other tests run at the same time.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often the screen is looked at.
const GLANCE: Duration = Duration::from_millis(10);
/// Rows the terminal remembers.
const SCROLLBACK: usize = 10_000;

/// Keys that are not text, as terminals send them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Enter,
    Escape,
    Up,
    Down,
    PageDown,
    Home,
    End,
    ShiftTab,
    Delete,
    Control(char),
}

impl Key {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Enter => b"\r".to_vec(),
            Self::Escape => b"\x1b".to_vec(),
            Self::Up => b"\x1b[A".to_vec(),
            Self::Down => b"\x1b[B".to_vec(),
            Self::PageDown => b"\x1b[6~".to_vec(),
            Self::Home => b"\x1b[H".to_vec(),
            Self::End => b"\x1b[F".to_vec(),
            Self::Delete => b"\x1b[3~".to_vec(),
            Self::ShiftTab => b"\x1b[Z".to_vec(),
            Self::Control(letter) => vec![letter as u8 & 0x1f],
        }
    }
}

/// What came out so far.
struct Seen {
    emulator: vt100::Parser,
    raw: Vec<u8>,
    /// The program, and everything it started, is done with the terminal.
    is_closed: bool,
    /// The reader lets go of the terminal as soon as it can.
    is_unwanted: bool,
}

/// A window with the program in it.
pub(crate) struct Terminal {
    world: World,
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    modes: String,
    columns: u16,
    /// What was sent to the clipboard of the terminal, as it was sent.
    copied: Vec<String>,
}

impl Terminal {
    /// Opens a window and starts the program.
    pub(crate) fn open(columns: u16, rows: u16, command: CommandBuilder, world: World) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("there are pseudo-terminals");
        let modes = modes(&*pair.master);
        let emulator = vt100::Parser::new(whole(rows), whole(columns), SCROLLBACK);
        let seen = Seen { emulator, raw: Vec::new(), is_closed: false, is_unwanted: false };
        let seen = Arc::new(Mutex::new(seen));
        let reader = pair.master.try_clone_reader().expect("a new terminal can be read");
        thread::spawn({
            let seen = seen.clone();
            move || read(reader, &seen)
        });
        let keyboard = pair.master.take_writer().expect("nobody has taken it");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let (master, keyboard) = (Some(pair.master), Some(keyboard));
        Self { world, master, keyboard, child, seen, modes, columns, copied: Vec::new() }
    }

    /// Types text, all at once.
    pub(crate) fn type_text(&mut self, text: &str) -> &mut Self {
        self.send(text.as_bytes())
    }

    /// Presses a key.
    pub(crate) fn key(&mut self, key: Key) -> &mut Self {
        self.send(&key.bytes())
    }

    /// Types text and sends it.
    pub(crate) fn says(&mut self, text: &str) -> &mut Self {
        self.type_text(text).waits_for(text.trim_end()).key(Key::Enter)
    }

    /// Pastes, as a terminal does that can tell pastes from keys.
    pub(crate) fn pastes(&mut self, text: &str) -> &mut Self {
        self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes())
    }

    fn send(&mut self, bytes: &[u8]) -> &mut Self {
        let keyboard = self.keyboard.as_mut().expect("the window is open");
        keyboard.write_all(bytes).and_then(|()| keyboard.flush()).expect("the window takes keys");
        self
    }

    /// Lets time pass: where the screen itself waits for time to pass, and where nothing may happen.
    pub(crate) fn pauses(&mut self, milliseconds: u64) -> &mut Self {
        thread::sleep(Duration::from_millis(milliseconds));
        self
    }

    /// The address of the simulator.
    pub(crate) fn address(&self) -> String {
        self.world.sim.base_url()
    }

    /// Somebody approves the sign-in that waits, in a browser somewhere.
    pub(crate) fn approves(&mut self) -> &mut Self {
        assert_eq!(self.world.sim.approve(), 1, "one sign-in waits");
        self
    }

    /// Waits until the session can be talked to.
    pub(crate) fn is_ready(&mut self) -> &mut Self {
        self.waits_for("ctx ")
    }

    /// Waits until a text stands on the screen.
    pub(crate) fn waits_for(&mut self, text: &str) -> &mut Self {
        self.waits_until(&format!("`{text}` is shown"), |t| t.screen().contains(text))
    }

    /// Waits until a text stands on the screen no longer.
    pub(crate) fn waits_for_no(&mut self, text: &str) -> &mut Self {
        self.waits_until(&format!("`{text}` is gone"), |t| !t.screen().contains(text))
    }

    /// Waits until a text was printed, wherever it stands by now.
    pub(crate) fn waits_for_printed(&mut self, text: &str) -> &mut Self {
        self.waits_until(&format!("`{text}` is printed"), |t| t.scrollback().contains(text))
    }

    /// Presses a key and waits until the screen shows something else.
    pub(crate) fn moves(&mut self, key: Key) -> &mut Self {
        let before = self.screen();
        self.key(key).waits_until("the screen changes", |t| t.screen() != before)
    }

    /// Waits until something holds.
    pub(crate) fn waits_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> &mut Self {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "never: {what}\n{}", self.picture());
            thread::sleep(GLANCE);
        }
        self
    }

    /// Waits until a text was sent to the clipboard of the terminal; `base64` is what it looks like on the way.
    pub(crate) fn waits_for_copied(&mut self, base64: &str) -> &mut Self {
        let sequence = format!("\x1b]52;c;{base64}\x1b\\");
        self.waits_until(&format!("`{base64}` is copied"), |t| {
            bytes::count(&t.raw(), sequence.as_bytes()) == 1
        });
        self.copied.push(sequence);
        self
    }

    /// Whether the terminal shows its other screen.
    pub(crate) fn shows_other_screen(&self) -> bool {
        self.seen().emulator.screen().alternate_screen()
    }

    /// Waits until a question can be answered. A question that was just opened does not listen for a moment.
    pub(crate) fn waits_for_question(&mut self, text: &str) -> &mut Self {
        self.waits_for(text).waits_for("1 Yes").pauses(900)
    }

    /// Waits until nothing is drawn any more.
    pub(crate) fn waits_for_rest(&mut self) -> &mut Self {
        let mut before = 0;
        let mut since = Instant::now();
        let began = Instant::now();
        while since.elapsed() < Duration::from_millis(400) {
            let now = self.raw().len();
            if now != before {
                (before, since) = (now, Instant::now());
            }
            assert!(began.elapsed() < PATIENCE, "it never rests\n{}", self.picture());
            thread::sleep(GLANCE);
        }
        self
    }

    /// What the window shows: its rows, without blanks at their ends.
    pub(crate) fn screen(&self) -> String {
        self.seen().emulator.screen().contents()
    }

    /// Everything that was ever printed: what left the window at its top, then the window.
    pub(crate) fn scrollback(&self) -> String {
        let mut screen = self.seen().emulator.screen().clone();
        let mut all = String::new();
        for row in (1..=screen.scrollback_len()).rev() {
            screen.set_scrollback(row);
            all.push_str(screen.rows(0, self.columns).next().unwrap_or_default().trim_end());
            all.push('\n');
        }
        screen.set_scrollback(0);
        all.push_str(&screen.contents());
        all
    }

    /// A text stands in the scrollback so often.
    pub(crate) fn shows(&mut self, text: &str, times: usize) -> &mut Self {
        let found = self.scrollback().matches(text).count();
        assert_eq!(found, times, "`{text}`\n{}", self.picture());
        self
    }

    /// A text stands in the scrollback once.
    pub(crate) fn shows_once(&mut self, text: &str) -> &mut Self {
        self.shows(text, 1)
    }

    /// The column and the row of the cursor, if it is shown.
    pub(crate) fn cursor(&self) -> Option<(u16, u16)> {
        let seen = self.seen();
        let (row, column) = seen.emulator.screen().cursor_position();
        (!seen.emulator.screen().hide_cursor()).then_some((column, row))
    }

    /// All bytes that were written.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    /// Gives the window another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        let mut seen = self.seen();
        seen.emulator.set_size(whole(rows), whole(columns));
        let master = self.master.as_ref().expect("the window is open");
        master.resize(size(columns, rows)).expect("the window changes");
        drop(seen);
        self.columns = columns;
        self
    }

    /// Closes the window while the program runs.
    pub(crate) fn closes(&mut self) -> &mut Self {
        self.seen().is_unwanted = true;
        // The reader wakes when something is drawn.
        self.type_text("x");
        self.waits_until("the reader lets go", |t| t.seen().is_closed);
        (self.keyboard, self.master) = (None, None);
        self
    }

    /// Sends a signal to the program, named as `kill` names it.
    pub(crate) fn signal(&mut self, name: &str) -> &mut Self {
        let id = self.child.process_id().expect("it was started").to_string();
        let sent =
            std::process::Command::new("kill").args(["-s", name, &id]).status().expect("kill is there");
        assert!(sent.success(), "the program was already gone");
        self
    }

    /// Waits for the end of the program, however long it takes to write its last words; gives its exit code.
    pub(crate) fn exits(&mut self) -> u32 {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("our child") {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it never ends\n{}", self.picture());
            thread::sleep(GLANCE);
        };
        self.waits_until("it lets go of the terminal", |t| t.seen().is_closed);
        assert_eq!(status.signal(), None, "it was killed");
        status.exit_code()
    }

    /// Whether the program still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("our child").is_none()
    }

    /// The terminal is as it was before the program.
    pub(crate) fn is_restored(&mut self) -> &mut Self {
        let now = modes(self.master.as_deref().expect("the window is open"));
        assert_eq!(self.modes, now, "modes of the line");
        let raw = self.raw();
        let seen = self.seen();
        let screen = seen.emulator.screen();
        let marks = (screen.bracketed_paste(), screen.hide_cursor(), screen.alternate_screen());
        assert_eq!(marks, (false, false, false), "paste mode, hidden cursor, other screen");
        assert_eq!(bytes::count(&raw, b"\x1b[>1u"), bytes::count(&raw, b"\x1b[<1u"), "keyboard modes");
        assert_eq!(bytes::count(&raw, b"\x1b[?1004h"), bytes::count(&raw, b"\x1b[?1004l"), "focus");
        assert_eq!(bytes::count(&raw, b"\x1b[22;0t"), bytes::count(&raw, b"\x1b[23;0t"), "title");
        assert!(raw.ends_with(b"\n") || bytes::count(&raw, b"\r\n") > 0, "the shell gets a line of its own");
        drop(seen);
        self
    }

    /// Nothing that the program started runs any more.
    pub(crate) fn leaves_no_process(&mut self) -> &mut Self {
        self.waits_until("everything it started has ended", |t| t.world.processes().is_empty())
    }

    /// What runs: the program and everything it started.
    pub(crate) fn processes(&self) -> Vec<String> {
        self.world.processes()
    }

    /// A path of the repository.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.world.path(path)
    }

    /// A file of the repository; empty if it is not there.
    pub(crate) fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    /// All files below a folder beside the repository, which is `work`; `home` is the person's.
    pub(crate) fn files(&self, below: &str) -> Vec<PathBuf> {
        self.world.files(below)
    }

    /// Which files hold a text.
    pub(crate) fn who_holds(&self, text: &str) -> Vec<PathBuf> {
        self.world.who_holds(text)
    }

    /// Connections over the network that the program has, as the system counts them.
    #[cfg(target_os = "linux")]
    pub(crate) fn connections(&self) -> usize {
        let id = self.child.process_id().expect("it was started");
        let links = std::fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
        let ours: Vec<String> = links
            .filter_map(|link| std::fs::read_link(link.path()).ok()?.to_str().map(str::to_owned))
            .filter_map(|name| Some(name.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
            .collect();
        let tables = ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"]
            .map(|name| std::fs::read_to_string(format!("/proc/{id}/net/{name}")).unwrap_or_default());
        let known = |row: &str| row.split_whitespace().nth(9).is_some_and(|n| ours.iter().any(|o| o == n));
        tables.iter().flat_map(|table| table.lines()).filter(|row| known(row)).count()
    }

    /// The simulator's address.
    pub(crate) fn base_url(&self) -> String {
        self.world.sim.base_url()
    }

    /// What the model was asked.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.world.sim.requests()
    }

    /// The newest message of the last request.
    pub(crate) fn last_message(&self) -> String {
        let requests = self.requests();
        let messages = &requests.last().expect("the model was asked").json["messages"];
        messages.as_array().and_then(|all| all.last()).map(ToString::to_string).unwrap_or_default()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn picture(&self) -> String {
        format!("--- the window ---\n{}\n--- the scrollback ---\n{}", self.screen(), self.scrollback())
    }
}

impl Drop for Terminal {
    /// Ends the program, and checks what holds for everything that was ever written.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !thread::panicking() {
            let mut raw = String::from_utf8_lossy(&self.raw()).into_owned();
            for copied in &self.copied {
                raw = raw.replace(copied, "");
            }
            // Where the whole window is ours, a library writes it.
            if !(raw.contains("\x1b[?1049h") && raw.contains("\x1b[39m")) {
                bytes::are_ours(raw.as_bytes());
            }
        }
    }
}

fn read(mut reader: Box<dyn Read + Send>, seen: &Mutex<Seen>) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let many = reader.read(&mut buffer).unwrap_or(0);
        let mut now = seen.lock().unwrap_or_else(PoisonError::into_inner);
        now.raw.extend_from_slice(&buffer[..many]);
        now.emulator.process(&buffer[..many]);
        if many == 0 || now.is_unwanted {
            drop(reader);
            now.is_closed = true;
            return;
        }
    }
}

/// The modes of the line, as text that can be compared.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has modes"))
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, ..PtySize::default() }
}

fn whole(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a window has rows and columns")
}
