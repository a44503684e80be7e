//! Removes what nobody wrote in for long.

use std::fmt::Write as _;

use super::{
    super::{assemble, cache, desk::Known},
    SessionsGc, list,
    run::data_home,
};
use crate::{
    base::{AbsPath, Clean, Moment},
    protocol::Failure,
    session::{self, Old},
};

/// *Unit:* milliseconds.
const DAY: u64 = 24 * 3_600 * 1_000;

/// What is removed at the end of a run, if the settings say so.
pub(in crate::cli) struct Sweep {
    home: AbsPath,
    days: u32,
}

impl Sweep {
    /// What the settings of a run ask for; `None` when sessions are kept.
    pub(in crate::cli) fn of(known: &Known, is_private: bool) -> Option<Self> {
        let days = known.settings.cleanup_days().filter(|_| !is_private)?;
        Some(Self { home: AbsPath::new(&known.homes.qwen_home)?, days })
    }

    /// Removes what is old. Who cannot remove it now does so after the next run.
    pub(in crate::cli) fn run(self) {
        for old in session::older_than(&self.home, limit(self.days)) {
            let _ = session::remove_file(&old.place.file, &old.place.id);
        }
    }
}

/// Says what went and what stayed. Errors: settings that cannot be read.
pub(super) fn run(flags: SessionsGc) -> Result<String, Failure> {
    let Some(days) =
        flags.older_than.map_or_else(|| Ok(cache::settings()?.cleanup_days()), |days| Ok(Some(days)))?
    else {
        return Ok("nothing is removed: `general.cleanupPeriodDays` is not set, so sessions are kept\n\
             name a time: `qwen sessions gc --older-than 30`\n"
            .to_owned());
    };
    let then = limit(days);
    let (mut out, mut gone, mut size) = (String::new(), 0_u32, 0_u64);
    for Old { place, modified, size: bytes } in session::older_than(&data_home()?, then) {
        let line = format!(
            "{}  {}  of {}",
            Clean::line(place.id.as_str()),
            list::local(modified, &jiff::tz::TimeZone::system()),
            Clean::line(&place.root)
        );
        let removed = if flags.is_dry { Ok(()) } else { session::remove_file(&place.file, &place.id) };
        match removed {
            Ok(()) => {
                gone += 1;
                size += bytes;
                let _ = writeln!(out, "{line}");
            }
            Err(failure) => {
                let _ = writeln!(out, "{line}: kept, since {}", Clean::line(&failure.error));
            }
        }
    }
    let word = if flags.is_dry { "would be removed" } else { "removed" };
    let _ = writeln!(
        out,
        "{gone} sessions {word}, {} kB; last used before the last {days} days",
        size.div_ceil(1_000)
    );
    Ok(out)
}

fn limit(days: u32) -> Moment {
    Moment(assemble::now().saturating_sub(u64::from(days) * DAY))
}
