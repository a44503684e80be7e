//! `qwen privacy`.

use std::io::{self, IsTerminal as _, Write as _};

use super::{
    super::{
        Privacy, PrivacyCommand, PrivacyPurge,
        desk::{Asked, Known},
    },
    disk::{self, Left, Lying, Part},
    page::{Subject, page},
};
use crate::{
    base::{Bytes, Clean},
    protocol::{Failure, Kind},
};

/// Does what was asked. Errors: settings that cannot be used, files that cannot be removed, a purge without a yes.
pub(in crate::cli) fn run(flags: Privacy) -> Result<u8, Failure> {
    let known = Known::read(&Asked::nothing()?)?;
    match flags.what.unwrap_or(PrivacyCommand::Show) {
        PrivacyCommand::Show => Ok(say(&page(&known, Subject::here(&known).as_ref(), false).to_text())),
        PrivacyCommand::Purge(wanted) => purge(&known, wanted),
    }
}

fn purge(known: &Known, wanted: PrivacyPurge) -> Result<u8, Failure> {
    let home = &known.homes.qwen_home;
    let mut all = disk::look(home);
    all.retain(|one| is_wanted(one.part, wanted));
    if all.is_empty() {
        return Ok(say("there is nothing to remove\n"));
    }
    say(&listed(&all));
    if !wanted.yes && !is_agreed()? {
        return Ok(say("nothing was removed\n"));
    }
    let (mut removed, mut busy, mut refused) = (0_usize, 0_usize, Vec::new());
    for one in &all {
        match disk::remove(one) {
            Ok(()) => removed += 1,
            Err(Left::Busy) => busy += 1,
            Err(Left::Refused(e)) if e.kind() == io::ErrorKind::NotFound => removed += 1,
            Err(Left::Refused(e)) => refused.push(format!("`{}`: {e}", one.path.display())),
        }
    }
    say(&format!("removed {}\n", files(removed)));
    if busy > 0 {
        say(&format!("left {} that another process works with; end it and ask again\n", sessions(busy)));
    }
    match refused.first() {
        None => Ok(0),
        Some(first) => {
            let error = format!("{} could not be removed: {first}", files(refused.len()));
            Err(Failure::new(Kind::Config, Clean::line(&error).into_string()))
        }
    }
}

/// Without a word everything but what is needed; with words only that.
fn is_wanted(part: Part, wanted: PrivacyPurge) -> bool {
    let named = |part: Part| match part {
        Part::Sessions | Part::Past | Part::Context => wanted.sessions,
        Part::Cache => wanted.cache,
        Part::Outputs => wanted.outputs,
        Part::Telemetry | Part::Crash => wanted.telemetry,
        Part::Settings => wanted.settings,
        Part::Accounts => wanted.accounts,
    };
    let is_any_named = Part::ALL.into_iter().any(named);
    if is_any_named { named(part) } else { !part.is_needed() }
}

fn listed(all: &[Lying]) -> String {
    let mut text = String::from("this is removed:\n");
    for part in Part::ALL {
        let of: Vec<&Lying> = all.iter().filter(|one| one.part == part).collect();
        if !of.is_empty() {
            let bytes = Bytes(of.iter().map(|one| one.bytes).sum()).short();
            text.extend([format!("  {:<15} {}, {bytes}\n", part.name(), files(of.len()))]);
        }
    }
    text
}

fn is_agreed() -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::new(Kind::Usage, "nobody is there to say yes; nothing was removed")
            .hint("a script says `qwen privacy purge --yes`"));
    }
    say("remove it? y/N ");
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.map_err(|e| Failure::new(Kind::Usage, format!("the answer cannot be read: {e}")))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn sessions(count: usize) -> String {
    if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") }
}

/// Prints. Returns the exit code: a closed pipe has read what it wanted.
fn say(text: &str) -> u8 {
    let mut out = io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    u8::from(written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe))
}
