//! Questions to a person, on stderr; answers from the terminal.

use std::io::{self, Write as _};

use crossterm::{
    event::{Event, KeyCode, KeyEventKind, KeyModifiers, read},
    terminal::{disable_raw_mode, enable_raw_mode},
};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{login::unless_stopped, run::say};
use crate::{
    base::Secret,
    protocol::{Failure, Kind},
};

/// Asks for one of a list; `None` for none. Errors: stdin cannot be read; it was stopped.
pub(super) async fn number(
    title: &str,
    lines: &[String],
    stop: &CancellationToken,
) -> Result<Option<usize>, Failure> {
    say(title);
    for (at, text) in lines.iter().enumerate() {
        say(&format!("{:>3}  {text}", at + 1));
    }
    loop {
        let answer = line("Which one? Enter for none: ", stop).await?;
        match answer.parse::<usize>() {
            _ if answer.is_empty() => return Ok(None),
            Ok(number) if (1..=lines.len()).contains(&number) => return Ok(Some(number - 1)),
            _ => say(&format!("type a number from 1 to {}", lines.len())),
        }
    }
}

/// Asks for yes or no; anything but yes is no. Errors: stdin cannot be read; it was stopped.
pub(super) async fn yes(question: &str, stop: &CancellationToken) -> Result<bool, Failure> {
    let answer = line(question, stop).await?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a line. Errors: stdin cannot be read, or has ended; it was stopped.
pub(super) async fn line(question: &str, stop: &CancellationToken) -> Result<String, Failure> {
    prompt(question);
    unless_stopped(stop, || {
        let mut text = String::new();
        match io::stdin().read_line(&mut text) {
            Ok(0) => Err(Failure::new(Kind::Interrupted, "stdin has ended")),
            Ok(_) => Ok(text.trim().to_owned()),
            Err(e) => Err(Failure::new(Kind::Usage, format!("the answer cannot be read: {e}"))),
        }
    })
    .await
}

/// Asks for a key, which is not shown. Errors: the terminal cannot be read; it was stopped.
pub(super) async fn secret(question: &str, stop: &CancellationToken) -> Result<Secret, Failure> {
    let question = question.to_owned();
    let typed = unless_stopped(stop, move || {
        // Before anybody can see that a key is wanted: the first letters would be shown.
        enable_raw_mode().map_err(|e| unreadable(&e))?;
        prompt(&question);
        let typed = unseen();
        let _ = disable_raw_mode();
        say("");
        typed
    })
    .await;
    // The terminal is the person's again, also where the thread that reads was left behind.
    let _ = disable_raw_mode();
    typed
}

/// Reads keys until Enter, without an echo.
fn unseen() -> Result<Secret, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(256));
    loop {
        let key = match read().map_err(|e| unreadable(&e))? {
            Event::Key(key) if key.kind != KeyEventKind::Release => key,
            Event::Paste(pasted) => {
                text.push_str(&Zeroizing::new(pasted));
                continue;
            }
            _ => continue,
        };
        let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(Secret::new(text.to_string())),
            // In this mode the terminal sends letters, not signals.
            KeyCode::Char('c' | 'd') if with_control => {
                return Err(Failure::new(Kind::Interrupted, "the sign-in was stopped"));
            }
            KeyCode::Char('u') if with_control => text.clear(),
            KeyCode::Char(letter) if !with_control => text.push(letter),
            KeyCode::Backspace => drop(text.pop()),
            _ => {}
        }
    }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::new(Kind::Usage, format!("the terminal cannot be read: {error}"))
        .hint("pipe the key in: --key-stdin")
}

fn prompt(question: &str) {
    // A closed stderr leaves nobody to ask; the read then ends by itself.
    let _ = write!(io::stderr(), "{question}");
    let _ = io::stderr().flush();
}
