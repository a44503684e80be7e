//! From the flags to what is printed.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::Path,
};

use super::{
    super::{Streams, assemble},
    ExportFormat, Sessions, SessionsCommand, SessionsExport, SessionsFork, SessionsList, gc, list, markdown,
    remove, show,
};
use crate::{
    auth::Vars,
    base::{AbsPath, SessionId},
    config, context,
    protocol::{Failure, Kind},
    session::{self, Folder, Place},
};

/// Does what is asked. Errors: a session that is not there, a file that cannot be read or written.
pub(in crate::cli) fn run(flags: Sessions, streams: Streams) -> Result<u8, Failure> {
    let text = match flags.what.unwrap_or(SessionsCommand::List(SessionsList::default())) {
        SessionsCommand::List(flags) => listed(flags)?,
        SessionsCommand::Show(flags) => {
            let place = chosen(flags.session.as_deref())?;
            show::text(&session::history(&place.file)?, flags.is_full)
        }
        SessionsCommand::Export(flags) => return export(&flags),
        SessionsCommand::Rm(flags) => return remove::run(&flags, streams),
        SessionsCommand::Fork(flags) => fork(&flags)?,
        SessionsCommand::Gc(flags) => gc::run(flags)?,
    };
    Ok(print(text.as_bytes()))
}

/// Where sessions are kept. Errors: the home has no absolute path.
pub(super) fn data_home() -> Result<AbsPath, Failure> {
    AbsPath::new(&config::homes(&Vars::from_process())?.qwen_home)
        .ok_or_else(|| Failure::new(Kind::Config, "the home folder has no absolute path"))
}

/// The folder of this project. Errors: there is no home, or no working folder.
pub(super) fn project() -> Result<Folder, Failure> {
    Ok(Folder::of(&data_home()?, &context::root_of(&assemble::working_folder()?)))
}

fn listed(flags: SessionsList) -> Result<String, Failure> {
    let all =
        if flags.is_everywhere { session::everywhere(&data_home()?) } else { session::list(&project()?) };
    Ok(if flags.json {
        format!("{:#}\n", list::to_json(&all))
    } else {
        list::to_text(&all, flags.is_everywhere, &jiff::tz::TimeZone::system())
    })
}

/// The session that is named, or the newest of this project.
fn chosen(wanted: Option<&str>) -> Result<Place, Failure> {
    let folder = project()?;
    let newest = || {
        session::latest(&folder).ok_or_else(|| {
            Failure::new(Kind::Usage, "there is no session in this project")
                .hint("those of other projects: `qwen sessions list --all`")
        })
    };
    match wanted {
        Some(wanted) => session::seek(&folder, wanted),
        None => session::seek(&folder, newest()?.as_str()),
    }
}

fn export(flags: &SessionsExport) -> Result<u8, Failure> {
    let place = chosen(flags.session.as_deref())?;
    let bytes = match flags.format.unwrap_or_default() {
        ExportFormat::Markdown => markdown::page(&session::history(&place.file)?).into_bytes(),
        ExportFormat::Jsonl => {
            // A line that is being written, or was cut, is none.
            session::history(&place.file)?;
            let mut bytes = Vec::new();
            for line in session::whole_lines(place.file.as_path())? {
                bytes.extend(line);
                bytes.push(b'\n');
            }
            bytes
        }
    };
    match &flags.output {
        None => Ok(print(&bytes)),
        Some(file) => write(file, &bytes).map(|()| 0).map_err(|e| {
            let failure = Failure::new(Kind::Usage, format!("`{}` cannot be written: {e}", file.display()));
            match e.kind() {
                io::ErrorKind::AlreadyExists => failure.hint("remove it first, or name another file"),
                _ => failure,
            }
        }),
    }
}

/// Makes a file for this user only, since a conversation may hold anything.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}

fn fork(flags: &SessionsFork) -> Result<String, Failure> {
    let place = chosen(flags.session.as_deref())?;
    let copy = flags.session_id.clone().map_or_else(assemble::new_session, SessionId::new);
    session::bring(&place.file, &project()?, &copy)?;
    Ok(format!("{copy}\n"))
}

/// Writes to stdout. A closed pipe has read what it wanted.
pub(super) fn print(bytes: &[u8]) -> u8 {
    let written = io::stdout().write_all(bytes).and_then(|()| io::stdout().flush());
    u8::from(written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe))
}
