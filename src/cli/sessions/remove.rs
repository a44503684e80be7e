//! Removes the sessions a person names.

use std::io::{self, Write as _};

use super::{
    super::Streams,
    SessionsRm,
    run::{print, project},
};
use crate::{
    base::Clean,
    protocol::{Failure, Kind},
    session::{self, Place},
};

/// All are found before the first one goes. Errors: one is not there, nobody agrees, or one cannot be removed.
pub(super) fn run(flags: &SessionsRm, streams: Streams) -> Result<u8, Failure> {
    let folder = project()?;
    let mut places: Vec<Place> = Vec::new();
    for wanted in &flags.sessions {
        let place = session::seek(&folder, wanted)?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    if !flags.is_sure {
        if !streams.stdin_is_terminal {
            return Err(Failure::new(
                Kind::Usage,
                "removing a session needs a yes, and stdin is no terminal",
            )
            .hint("say it on the command line: `qwen sessions rm --yes …`"));
        }
        if !agrees(&places) {
            return Ok(print(b"nothing was removed\n"));
        }
    }
    for Place { id, file, .. } in &places {
        session::remove_file(file, id)?;
        print(format!("removed {}\n", Clean::line(id.as_str())).as_bytes());
    }
    Ok(0)
}

/// Asks on the terminal; anything but yes is no.
fn agrees(places: &[Place]) -> bool {
    let mut err = io::stderr();
    for Place { id, root, .. } in places {
        // A closed stderr leaves nobody to ask; the answer then is no.
        let _ = writeln!(err, "  {}  of {}", Clean::line(id.as_str()), Clean::line(root));
    }
    let what = if places.len() == 1 {
        "this session".to_owned()
    } else {
        format!("these {} sessions", places.len())
    };
    let asked = write!(err, "Remove {what} for good? [y/N] ").and_then(|()| err.flush());
    let mut answer = String::new();
    asked.is_ok()
        && io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
