//! The person's own editor: a text leaves as a private file and comes back changed.

use std::{fs, io, process::ExitStatus};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::{lang::fill, look::Look};

/// Characters of a command line that mean the same to every shell, so that none is needed.
const PLAIN: &str = " ._-+/:,@%";

/// A text for the person's editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Who asked; comes back with the text.
    pub(super) errand: Errand,
    /// The text as it is; for [`Errand::File`] the file's path.
    pub(super) text: String,
    /// How its file's name ends, for the colours of the editor: `md`, `sh`.
    pub(super) ending: &'static str,
}

/// What a text was given to the editor for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// It stands in the composer.
    Draft,
    /// It is what the question on the screen is about: a command, or a file as it would read.
    Question,
    /// It is a file of the person's own, changed where it lies.
    File,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edited {
    /// The text in its new form; line ends are `\n`.
    Text(String),
    /// The same text.
    Unchanged,
    /// Why there is none, for a person. The text is to stay as it was.
    Failed(String),
}

/// A page on its way: its folder is removed with everything the editor put beside the file.
pub(super) struct Desk {
    folder: TempDir,
    page: Page,
}

impl Desk {
    /// Writes the page where only this user can read it. Errors: the system refuses.
    pub(super) fn new(page: Page) -> io::Result<Self> {
        let mut folder = tempfile::Builder::new();
        folder.prefix("qwen-edit-");
        #[cfg(unix)]
        folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let desk = Self { folder: folder.tempdir()?, page };
        if desk.page.errand == Errand::File {
            let file = desk.file();
            return file.parent().map_or(Ok(()), fs::create_dir_all).map(|()| desk);
        }
        let mut file = fs::OpenOptions::new();
        file.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
        io::Write::write_all(&mut file.open(desk.file())?, desk.page.text.as_bytes())?;
        Ok(desk)
    }

    fn file(&self) -> std::path::PathBuf {
        if self.page.errand == Errand::File {
            return self.page.text.clone().into();
        }
        self.folder.path().join(format!("text.{}", self.page.ending))
    }

    /// Starts the editor on it, on the terminal as it is. Errors: there is no such program.
    pub(super) fn start(&self, editor: &str) -> io::Result<Child> {
        let mut command = command(editor);
        command.arg(self.file()).kill_on_drop(true).spawn()
    }

    /// What came of it, after the editor has ended.
    pub(super) fn outcome(self, editor: &str, ended: io::Result<ExitStatus>, look: Look) -> Edited {
        let text = match ended {
            Ok(status) if status.success() && self.page.errand == Errand::File => return Edited::Unchanged,
            Ok(status) if status.success() => fs::read(self.file()),
            Ok(status) => {
                let code = status.code().map_or_else(|| "?".to_owned(), |code| code.to_string());
                let values = [("editor", editor), ("code", code.as_str())];
                return Edited::Failed(fill(look.words.editor_failed, &values));
            }
            Err(e) => Err(e),
        };
        match text {
            Ok(bytes) => {
                let text = normal(&String::from_utf8_lossy(&bytes), &self.page.text);
                if text == self.page.text { Edited::Unchanged } else { Edited::Text(text) }
            }
            Err(e) => missing(editor, &e, look),
        }
    }
}

/// The editor could not be used at all.
pub(super) fn missing(editor: &str, error: &io::Error, look: Look) -> Edited {
    let values = [("editor", editor), ("error", &error.to_string())];
    Edited::Failed(fill(look.words.editor_missing, &values))
}

/// The editor of a person whose environment says this: `VISUAL`, then `EDITOR`, then what every system has.
pub fn choose_editor(visual: Option<&str>, editor: Option<&str>) -> String {
    let usual = if cfg!(windows) { "notepad" } else { "vi" };
    visual.into_iter().chain(editor).find(|v| !v.trim().is_empty()).unwrap_or(usual).to_owned()
}

/// An editor's command line as a command. What a shell would read in its own way is given to one, as git does it.
fn command(editor: &str) -> Command {
    let is_plain = editor.chars().all(|c| c.is_alphanumeric() || PLAIN.contains(c));
    if cfg!(unix) && !is_plain {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{editor} \"$@\""), "editor"]);
        return shell;
    }
    let mut words = words(editor).into_iter();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}

/// Words between blanks; double quotes keep blanks together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for c in line.trim().chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            c if c.is_whitespace() && !is_quoted => words.push(String::new()),
            c => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// An edited text with our line ends, and without the last one that editors add by themselves.
fn normal(edited: &str, before: &str) -> String {
    let mut text = edited.replace("\r\n", "\n").replace('\r', "\n");
    if text.ends_with('\n') && !before.ends_with('\n') {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visual_stands_before_editor_and_an_empty_one_is_none() {
        assert_eq!(choose_editor(Some("code --wait"), Some("vi")), "code --wait");
        assert_eq!(choose_editor(Some(" "), Some("nano")), "nano");
        assert_eq!(choose_editor(None, None), if cfg!(windows) { "notepad" } else { "vi" });
    }

    #[test]
    fn quotes_keep_a_path_with_blanks_together() {
        assert_eq!(words(r#" "C:\My Tools\ed.exe" --wait  -n "#), [r"C:\My Tools\ed.exe", "--wait", "-n"]);
    }

    #[test]
    fn line_ends_are_ours_and_the_editors_own_last_one_goes() {
        assert_eq!(normal("a\r\nb\r\n", "x"), "a\nb");
        assert_eq!(normal("a\rb\n\n", "x\n"), "a\nb\n\n");
    }

    /// Lets this editor change `text`; what stood in its folder must be gone afterwards.
    #[cfg(unix)]
    async fn edit(editor: &str, text: &str) -> Edited {
        let look = Look::new(false);
        let page = Page { errand: Errand::Draft, text: text.to_owned(), ending: "md" };
        let desk = Desk::new(page).expect("a temporary folder");
        let file = desk.file();
        let mode = |path: &std::path::Path| {
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).expect("it is there").permissions())
        };
        assert_eq!((mode(&file) & 0o777, mode(desk.folder.path()) & 0o777), (0o600, 0o700));
        let edited = match desk.start(editor) {
            Ok(mut child) => {
                let ended = child.wait().await;
                desk.outcome(editor, ended, look)
            }
            Err(e) => {
                drop(desk);
                missing(editor, &e, look)
            }
        };
        assert!(!file.exists(), "nothing is left over");
        edited
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn an_editor_changes_the_text_and_one_that_fails_does_not() {
        let shout = "f() { printf 'more\\r\\n' >> \"$1\"; touch \"$1~\"; }; f";
        assert_eq!(edit(shout, "ab").await, Edited::Text("abmore".into()));
        assert_eq!(edit("true", "as it was\n").await, Edited::Unchanged);
        let failed = "`false` ended with 1; your text is as it was".to_owned();
        assert_eq!(edit("false", "x").await, Edited::Failed(failed));
        let Edited::Failed(word) = edit("no-such-editor --wait", "x").await else { panic!("it failed") };
        assert!(word.starts_with("`no-such-editor --wait` cannot be started: "), "{word}");
    }
}
