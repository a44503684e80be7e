//! `qwen telemetry`.

use std::{
    io::{self, IsTerminal as _, Write as _},
    panic::catch_unwind,
};

use super::{
    super::{
        Telemetry, TelemetryCommand, assemble,
        desk::{Asked, Known, set_usage_statistics},
    },
    consent::{account, here},
    hook,
    status::Status,
};
use crate::{
    auth,
    base::Moment,
    protocol::{Failure, Kind, bill::many},
    telemetry::{Collector, Decision, Folder, Marks, Shelf, deliver},
};

/// Does what was asked. Errors: settings that cannot be used, files that cannot be changed, a collector that does not
/// take what is sent.
pub(in crate::cli) fn run(flags: Telemetry) -> Result<u8, Failure> {
    let known = known()?;
    let home = &known.homes.qwen_home;
    let (folder, shelf) = (Folder::of(home), Shelf::of(home));
    let kept = |e: io::Error| {
        Failure::new(Kind::Config, format!("something in `{}` cannot be changed: {e}", home.display()))
    };
    match flags.what.unwrap_or(TelemetryCommand::Status) {
        TelemetryCommand::Status => Ok(say(Status::of(&known).to_text().as_bytes())),
        TelemetryCommand::Show { is_sent } => Ok(show(&folder, is_sent)),
        TelemetryCommand::On => {
            if known.settings.telemetry().refused_in.is_some() {
                set_usage_statistics(&known.settings_file(), true)?;
            }
            folder.keep_marks(Marks { was_told: true, said_yes: true }).map_err(kept)?;
            Ok(say(Status::of(&self::known()?).to_text().as_bytes()))
        }
        TelemetryCommand::Off => {
            // The word first, so that a session that runs stores nothing after what it stored is gone.
            set_usage_statistics(&known.settings_file(), false)?;
            folder.remove().and_then(|()| shelf.remove()).map_err(kept)?;
            Ok(say(Status::of(&self::known()?).to_text().as_bytes()))
        }
        TelemetryCommand::Purge => {
            folder.purge().map_err(kept)?;
            Ok(say(b"what waited, what was sent last and the id are gone\n"))
        }
        TelemetryCommand::Send => send(&known, &folder),
        TelemetryCommand::Crash { is_now: true, .. } => Ok(crash(&known, shelf)),
        TelemetryCommand::Crash { is_remove: true, .. } => {
            shelf.remove().map_err(kept)?;
            Ok(say(b"no report of a crash is kept\n"))
        }
        TelemetryCommand::Crash { .. } => match shelf.newest() {
            Some(report) => {
                shelf.has_offered();
                Ok(say(report.as_bytes()))
            }
            None => Ok(aside("there is no report of a crash")),
        },
    }
}

fn known() -> Result<Known, Failure> {
    Known::read(&Asked::nothing()?)
}

/// What a session that is started here would decide.
fn decided(known: &Known) -> Decision {
    let is_interactive = io::stdin().is_terminal() && io::stdout().is_terminal();
    here(known, account(&auth::find(&known.inputs)), is_interactive)
}

fn show(folder: &Folder, is_sent: bool) -> u8 {
    let queued = if is_sent { Vec::new() } else { folder.queued() };
    let bytes = if queued.is_empty() { folder.sent().unwrap_or_default() } else { queued.concat() };
    if bytes.is_empty() {
        return aside("nothing waits to be sent, and nothing was sent");
    }
    say(&bytes)
}

fn send(known: &Known, folder: &Folder) -> Result<u8, Failure> {
    if let Decision::Off(reason) = decided(known) {
        return Err(Failure::new(Kind::Usage, format!("nothing is sent: telemetry is off: {reason}")));
    }
    let options = known.settings.telemetry();
    let address = options.address().ok_or_else(|| {
        Failure::new(Kind::Config, "there is no address to send to")
            .hint("this build has none of its own; `telemetry.endpoint` in the settings sets one")
    })?;
    let collector = Collector::new(known.net(), address, "logs")
        .map_err(|refusal| Failure::new(Kind::Config, refusal))?;
    // Who asks does not want to wait for the end of a pause.
    folder.forget_pause();
    let is_on = || self::known().is_ok_and(|known| !matches!(decided(&known), Decision::Off(_)));
    let now = || Moment(assemble::now());
    let sent = assemble::runtime()?.block_on(deliver(folder, &collector, &is_on, now));
    let left = folder.queued().len() as u64;
    say(format!("sent {} to {}\n", many(sent as u64, "request"), collector.address()).as_bytes());
    if left == 0 {
        return Ok(0);
    }
    Err(Failure::new(Kind::Network, format!("{} could not be sent and {}", many(left, "request"), "wait")))
}

/// Crashes as a bug would, with something of this machine in the message.
fn crash(known: &Known, shelf: Shelf) -> u8 {
    match decided(known) {
        Decision::Off(reason) if reason.is_refusal() => {
            aside(&format!("no report is kept: {reason}"));
        }
        _ => hook::install(shelf),
    }
    let root = known.homes.user_home.display().to_string();
    // What is caught here was told by the hook.
    let _ = catch_unwind(|| panic!("crashed on purpose; the report does not repeat this text: {root}"));
    Kind::Bug.exit_code()
}

/// Prints. Returns the exit code: a closed pipe has read what it wanted.
fn say(bytes: &[u8]) -> u8 {
    let written = io::stdout().write_all(bytes);
    u8::from(written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe))
}

fn aside(text: &str) -> u8 {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
    0
}
