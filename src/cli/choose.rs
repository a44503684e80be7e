//! `--resume` without an id: lists the sessions of this project and asks which.

use std::io::{self, Write as _};

use super::Streams;
use crate::{
    base::{Clean, SessionId},
    protocol::{Failure, Kind},
    session::{self, Folder},
};

/// Sessions that are listed.
const SHOWN: usize = 20;

/// Asks which session goes on. Errors: there is none, nobody to ask, or the answer is not a number of the list.
pub(super) fn session(folder: &Folder, streams: Streams) -> Result<SessionId, Failure> {
    let none = || Failure::new(Kind::Usage, "there is no session to resume in this project");
    let sessions = session::list(folder);
    if sessions.is_empty() {
        return Err(none());
    }
    if !streams.stdin_is_terminal {
        let ids = sessions.iter().take(SHOWN).map(|s| s.id.to_string()).collect::<Vec<_>>().join(", ");
        return Err(Failure::new(Kind::Usage, "--resume needs an id here, since nobody can choose")
            .hint(format!("sessions of this project, the newest first: {ids}")));
    }
    let mut out = io::stdout();
    for (at, summary) in sessions.iter().take(SHOWN).enumerate() {
        let title: String = Clean::line(&summary.title).as_str().chars().take(60).collect();
        let _ = writeln!(out, "{:>3}  {title}  ({} turns, {})", at + 1, summary.turns, summary.id);
    }
    let _ = write!(out, "Which one? Enter takes 1: ");
    let _ = out.flush();
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|e| Failure::new(Kind::Usage, format!("the answer cannot be read: {e}")))?;
    let number = match answer.trim() {
        "" => 1,
        text => text.parse::<usize>().unwrap_or(0),
    };
    let chosen = number.checked_sub(1).and_then(|at| sessions.get(at));
    chosen.map(|s| s.id.clone()).ok_or_else(|| {
        Failure::new(Kind::Usage, format!("`{}` is not a number of the list", Clean::line(answer.trim())))
    })
}
