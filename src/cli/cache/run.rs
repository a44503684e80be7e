//! From the flags to what is printed.

use std::io::{self, Write as _};

use serde_json::Value;

use super::{
    super::{Cache, CacheCommand, CacheExplain, CacheModels, CacheStatus},
    explain::Explained,
    explain_json, explain_text, forget, models,
    place::{Place, project},
    policy,
    status::Status,
};
use crate::{
    protocol::{Failure, Kind},
    session,
};

/// Answers one of the questions. Errors: settings that cannot be read, a session that is not there.
pub(in crate::cli) fn run(cache: Cache) -> Result<u8, Failure> {
    let text = match cache.what.unwrap_or(CacheCommand::Status(CacheStatus::default())) {
        CacheCommand::Status(flags) => {
            let status = Status::of(&Place::find(flags.model)?);
            if flags.json { json(&status.to_json()) } else { status.to_text() }
        }
        CacheCommand::Explain(flags) => explain(&flags)?,
        CacheCommand::Forget(flags) => return forget::run(flags.session.as_deref()),
        CacheCommand::Policy(flags) => policy::text(&Place::find(flags.model)?),
        CacheCommand::Models(CacheModels { json: is_json }) => {
            let rows = models::rows()?;
            if is_json { json(&models::to_json(&rows)) } else { models::to_text(&rows) }
        }
    };
    // A closed pipe has read what it wanted.
    let written = io::stdout().write_all(text.as_bytes());
    Ok(u8::from(written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe)))
}

fn explain(flags: &CacheExplain) -> Result<String, Failure> {
    let folder = project()?;
    let id = match &flags.session {
        Some(wanted) => session::find(&folder, wanted)?,
        None => session::latest(&folder).ok_or_else(|| {
            Failure::new(Kind::Usage, "there is no session in this project to explain")
                .hint("run qwen here first; sessions of other folders are explained in those folders")
        })?,
    };
    let explained = Explained::of(session::bill(&folder, &id)?);
    Ok(if flags.json { json(&explain_json::page(&explained)) } else { explain_text::page(&explained) })
}

fn json(value: &Value) -> String {
    format!("{value:#}\n")
}
