//! The terminal's modes: taken at the start, given back however the program ends.

use std::{
    io::{self, Write as _},
    panic,
    sync::{
        Mutex, Once, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange},
    execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};

/// Whether the terminal shows its other screen.
static IS_OTHER: AtomicBool = AtomicBool::new(false);
/// Whether the terminal is in our modes now.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);
/// What panics said while the terminal was ours: it would be unreadable on a raw screen.
static LAST_WORDS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static HOOK: Once = Once::new();
/// Whether the whole window is to be ours while the terminal is.
static IS_WHOLE: AtomicBool = AtomicBool::new(false);
/// Whether the window has a name of ours.
static IS_NAMED: AtomicBool = AtomicBool::new(false);
/// Gives the window the name back that it had. Terminals that keep none ignore it.
const OLD_TITLE: &str = "\x1b[23;0t";

/// Holds the terminal in raw mode with bracketed paste; dropping it restores everything, also while unwinding.
#[derive(Debug)]
pub(super) struct Terminal(());

impl Terminal {
    /// Takes the terminal, and the whole window where `is_whole`. Nothing is asked of it, so nothing can stall.
    pub(super) fn take(is_whole: bool) -> io::Result<Self> {
        hold_panics();
        IS_WHOLE.store(is_whole, Ordering::SeqCst);
        enter()?;
        Ok(Self(()))
    }
}

/// Gives the terminal to the shell, stops this process group, and takes the terminal again when the person brings
/// it back to the foreground.
#[cfg(unix)]
pub(super) fn suspend() -> io::Result<()> {
    restore();
    // A shell started us in a process group of its own; 0 is that group, so that every process of the job stops,
    // as it does when the terminal itself sends the signal.
    let stopped = std::process::Command::new("kill").args(["-s", "TSTP", "0"]).status();
    enter()?;
    stopped.map(drop)
}

/// The bytes that name the window; its old name comes back with [`restore`].
pub(super) fn named(title: &str) -> String {
    let keep = if IS_NAMED.swap(true, Ordering::SeqCst) { "" } else { "\x1b[22;0t" };
    format!("{keep}\x1b]0;{title}\x1b\\")
}

/// Gives the whole window back before the last words are printed.
pub(super) fn shrink() {
    if IS_WHOLE.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), LeaveAlternateScreen);
    }
}

/// Gives the terminal to another program, until [`take_back`].
pub(super) fn lend() {
    restore();
}

/// Takes the terminal again.
pub(super) fn take_back() -> io::Result<()> {
    enter()
}

/// There is no job control to suspend to.
#[cfg(not(unix))]
pub(super) fn suspend() -> io::Result<()> {
    Ok(())
}

/// Changes between the screen where the conversation stands and the other one, which leaves nothing behind.
pub(super) fn show_other_screen(is_other: bool) -> io::Result<()> {
    // Where the whole window is ours, it is the other screen already.
    if IS_WHOLE.load(Ordering::SeqCst) || IS_OTHER.swap(is_other, Ordering::SeqCst) == is_other {
        return Ok(());
    }
    if is_other {
        execute!(io::stdout(), EnterAlternateScreen)
    } else {
        execute!(io::stdout(), LeaveAlternateScreen)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
        for words in LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = writeln!(io::stderr(), "{words}");
        }
    }
}

/// From here on, what a panic says is kept while the terminal is ours. [`super::run`] does it, too; whoever wants to see
/// panics as well does it first and puts a hook of their own around it.
pub fn hold_panics() {
    HOOK.call_once(install_hook);
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    IS_TAKEN.store(true, Ordering::SeqCst);
    if IS_WHOLE.load(Ordering::SeqCst) {
        let _ = execute!(io::stdout(), EnterAlternateScreen);
    }
    // Where pastes cannot be told from keys, everything else still works.
    let _ = execute!(io::stdout(), EnableBracketedPaste, EnableFocusChange);
    // Terminals that do not know the sequence ignore it; asking first could stall on one that does not answer.
    #[cfg(not(windows))]
    let _ = execute!(
        io::stdout(),
        crossterm::event::PushKeyboardEnhancementFlags(
            crossterm::event::KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
        )
    );
    Ok(())
}

/// Undoes [`enter`]; every step is tried whatever became of the others.
fn restore() {
    if !IS_TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = show_other_screen(false);
    #[cfg(not(windows))]
    let _ = execute!(io::stdout(), crossterm::event::PopKeyboardEnhancementFlags);
    let _ = execute!(io::stdout(), DisableFocusChange, DisableBracketedPaste, Show);
    if IS_WHOLE.load(Ordering::SeqCst) {
        let _ = execute!(io::stdout(), LeaveAlternateScreen);
    }
    if IS_NAMED.swap(false, Ordering::SeqCst) {
        let _ = io::stdout().write_all(OLD_TITLE.as_bytes());
        let _ = io::stdout().flush();
    }
    let _ = disable_raw_mode();
}

/// Keeps what a panic says until the terminal is given back. A panic in a task of the agent does not end the
/// screen, so the terminal stays ours.
fn install_hook() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if IS_TAKEN.load(Ordering::SeqCst) {
            LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
        } else {
            before(info);
        }
    }));
}
