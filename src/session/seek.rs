//! Finds a session in whatever project it is kept.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use super::{
    Folder,
    record::{Meta, Record},
};
use crate::{
    base::{AbsPath, SessionId},
    protocol::{Failure, Kind},
};

/// A session on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub id: SessionId,
    /// The root it belongs to, as text. It need not be there any more.
    pub root: String,
    /// Its file.
    pub file: AbsPath,
}

/// The session whose id is `wanted` or, alone, begins with it: in this project or, if none is there, in any.
/// Errors: there is none, or more than one.
pub fn seek(folder: &Folder, wanted: &str) -> Result<Place, Failure> {
    let here = matching(folder.files().into_iter().map(|(file, id, _)| (id, file)).collect(), wanted);
    match here.as_slice() {
        [] => {}
        found => return one(found, wanted),
    }
    let all = Folder::all_files(&folder.data_home());
    let elsewhere = matching(all.into_iter().map(|(file, id, _)| (id, file)).collect(), wanted);
    match elsewhere.as_slice() {
        [] => Err(Failure::new(Kind::Usage, format!("there is no session `{wanted}` in any project"))
            .hint("list them with `qwen sessions list --all`")),
        found => one(found, wanted),
    }
}

/// As [`seek`], in this project only. A session of another project is named together with its folder.
/// Errors: there is none, or more than one.
pub fn find(folder: &Folder, wanted: &str) -> Result<SessionId, Failure> {
    let here = matching(folder.files().into_iter().map(|(file, id, _)| (id, file)).collect(), wanted);
    if !here.is_empty() {
        return one(&here, wanted).map(|place| place.id);
    }
    let none = Failure::new(Kind::Usage, format!("there is no session `{wanted}` in this project"));
    let Ok(Place { id, root, .. }) = seek(folder, wanted) else {
        return Err(none.hint("list them with `qwen sessions list`"));
    };
    let copy = format!("copy it into this project: `qwen sessions fork {id}`");
    Err(if Path::new(&root).is_dir() {
        none.hint(format!("it belongs to `{root}`: run `qwen --resume {id}` there")).hint(copy)
    } else {
        none.hint(format!("it belongs to `{root}`, which is not there any more")).hint(copy)
    })
}

/// Those whose id is `wanted` or, if there is none, begins with it.
fn matching(mut all: Vec<(SessionId, AbsPath)>, wanted: &str) -> Vec<(SessionId, AbsPath)> {
    let is_exact = all.iter().any(|(id, _)| id.as_str() == wanted);
    all.retain(|(id, _)| if is_exact { id.as_str() == wanted } else { id.as_str().starts_with(wanted) });
    all
}

fn one(found: &[(SessionId, AbsPath)], wanted: &str) -> Result<Place, Failure> {
    match found {
        [(id, file)] => {
            let root = meta(file).map(|meta| meta.root).unwrap_or_default();
            Ok(Place { id: id.clone(), root, file: file.clone() })
        }
        several => {
            let error = format!("`{wanted}` is the beginning of {} sessions", several.len());
            Err(Failure::new(Kind::Usage, error).hint(format!("for instance `{}`", several[0].0)))
        }
    }
}

/// What the first line says; `None` for another program's file.
pub(super) fn meta(file: &AbsPath) -> Option<Meta> {
    let mut line = Vec::new();
    BufReader::new(File::open(file).ok()?).read_until(b'\n', &mut line).ok()?;
    match serde_json::from_slice(&line) {
        Ok(Record::Meta(meta)) => Some(meta.into_owned()),
        _ => None,
    }
}
