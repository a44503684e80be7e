//! Hands a text to the outside: to a clipboard, or into a file.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
};

use super::{
    lang::{Words, fill},
    transcript::Target,
};
use crate::base::Bytes;

/// The longest text that is sent through the terminal. Some take no more than 74,994 bytes of base64, in silence.
const TERMINAL: usize = 56_000;

/// Where a copied text went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The clipboard of the system.
    Desktop,
    /// The terminal was asked to take it.
    Terminal,
    /// A file, since nothing else takes so much.
    File(String),
}

/// The clipboards within reach.
#[derive(Default)]
pub(super) struct Clipboard {
    #[cfg(feature = "clipboard")]
    desktop: Option<desktop::Desktop>,
}

impl Clipboard {
    /// Hands a text over; `send` asks the terminal. Errors: no clipboard takes it and no file can be written.
    pub(super) fn take(&mut self, text: &str, send: impl FnOnce(&str) -> io::Result<()>) -> io::Result<Way> {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        if is_near(is_set) && self.desktop(text) {
            return Ok(Way::Desktop);
        }
        if text.len() <= TERMINAL {
            send(text)?;
            return Ok(Way::Terminal);
        }
        let mut file = tempfile::Builder::new().prefix("qwen-copy-").suffix(".txt").tempfile()?;
        file.write_all(text.as_bytes())?;
        let (_, path) = file.keep().map_err(|e| e.error)?;
        Ok(Way::File(path.display().to_string()))
    }

    #[cfg(feature = "clipboard")]
    fn desktop(&mut self, text: &str) -> bool {
        self.desktop.get_or_insert_with(desktop::Desktop::start).take(text)
    }

    #[cfg(not(feature = "clipboard"))]
    #[expect(clippy::unused_self, reason = "the other one keeps the clipboard")]
    fn desktop(&mut self, _: &str) -> bool {
        false
    }
}

/// Whether the system's clipboard is that of the person: not on another machine, and there is a desktop.
fn is_near(is_set: impl Fn(&str) -> bool) -> bool {
    let is_remote = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].into_iter().any(&is_set);
    let has_desktop =
        cfg!(any(target_os = "macos", windows)) || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY");
    has_desktop && !is_remote
}

/// Which way a text went, and how much it was.
pub(super) fn told(outcome: &io::Result<Way>, text: &str, words: &Words) -> String {
    let (size, lines) = measures(text);
    let why = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let (sentence, path) = match outcome {
        Ok(Way::Desktop) => (words.copied_desktop, ""),
        Ok(Way::Terminal) => (words.copied_terminal, ""),
        Ok(Way::File(path)) => (words.copied_file, path.as_str()),
        Err(_) => (words.copy_failed, ""),
    };
    fill(sentence, &[("size", &size), ("lines", &lines), ("path", path), ("why", &why)])
}

/// Writes a text into a file; says where, or why not, and whether it was written.
pub(super) fn write(target: &Target, text: &str, words: &Words) -> (bool, String) {
    let mut options = OpenOptions::new();
    options.write(true);
    if target.may_replace {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let written = options.open(&target.path).and_then(|mut file| file.write_all(text.as_bytes()));
    let (size, lines) = measures(text);
    let values = |why: &str| {
        let (path, name) = (target.path.as_str(), target.name.as_str());
        let values = [("path", path), ("name", name), ("size", &size), ("lines", &lines), ("why", why)];
        let sentence = match &written {
            Ok(()) => words.exported,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => words.export_exists,
            Err(_) => words.export_failed,
        };
        fill(sentence, &values)
    };
    let why = written.as_ref().err().map(ToString::to_string).unwrap_or_default();
    (written.is_ok(), values(&why))
}

fn measures(text: &str) -> (String, String) {
    (Bytes(text.len() as u64).short(), text.lines().count().to_string())
}

#[cfg(feature = "clipboard")]
mod desktop {
    //! The system's clipboard, kept by a thread: the system may be slow, and on some the owner of a text must live as
    //! long as the text.

    use std::{
        sync::mpsc::{Sender, channel},
        thread,
        time::Duration,
    };

    /// A system that is slower is not waited for.
    const PATIENCE: Duration = Duration::from_millis(400);

    pub(super) struct Desktop(Sender<(String, Sender<bool>)>);

    impl Desktop {
        pub(super) fn start() -> Self {
            let (sender, receiver) = channel::<(String, Sender<bool>)>();
            // Without a thread nobody answers, and another way is taken.
            let _ = thread::Builder::new().name("clipboard".to_owned()).spawn(move || {
                let mut clipboard = arboard::Clipboard::new().ok();
                while let Ok((text, answer)) = receiver.recv() {
                    let is_taken = clipboard.as_mut().is_some_and(|c| c.set_text(text).is_ok());
                    let _ = answer.send(is_taken);
                }
            });
            Self(sender)
        }

        /// Whether the system took the text.
        pub(super) fn take(&self, text: &str) -> bool {
            let (sender, answer) = channel();
            self.0.send((text.to_owned(), sender)).is_ok() && answer.recv_timeout(PATIENCE) == Ok(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::lang::Language;

    #[test]
    fn the_desktop_is_used_only_where_the_person_sits() {
        let near = |set: &[&str]| is_near(|name| set.contains(&name));
        assert!(near(&["DISPLAY"]) && near(&["WAYLAND_DISPLAY"]));
        assert!(!near(&["DISPLAY", "SSH_CONNECTION"]) && !near(&["WAYLAND_DISPLAY", "SSH_TTY"]));
        assert_eq!(near(&[]), cfg!(any(target_os = "macos", windows)));
    }

    #[test]
    fn a_file_is_never_written_over_by_accident() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notes.md").display().to_string();
        let words = Language::English.words();
        let target = |may_replace| Target { name: "notes.md".into(), path: path.clone(), may_replace };
        let kept = || std::fs::read_to_string(&path).expect("it is there");
        let said = write(&target(false), "one\ntwo\n", words);
        assert_eq!(said, (true, format!("written to {path} (8 B, 2 lines)")));
        let said = write(&target(false), "other", words);
        let left = format!("{path} is there already and was left alone; `/export !notes.md` writes over it");
        assert_eq!((said, kept().as_str()), ((false, left), "one\ntwo\n"));
        assert!(write(&target(true), "other", words).0);
        assert_eq!(kept(), "other");
        let nowhere = Target { path: format!("{path}/x"), ..target(true) };
        assert!(!write(&nowhere, "", words).0);
    }

    #[test]
    fn it_says_which_way_and_how_much() {
        let words = Language::English.words();
        assert_eq!(
            told(&Ok(Way::Terminal), "a\nb", words),
            "sent to the clipboard of your terminal (OSC 52), if it takes it: 3 B, 2 lines"
        );
        assert_eq!(told(&Ok(Way::Desktop), "a", words), "copied to the clipboard: 1 B, 1 lines");
        let path = Way::File("/tmp/x".into());
        assert_eq!(told(&Ok(path), "a", words), "no clipboard takes 1 B; the 1 lines are in /tmp/x");
    }
}
