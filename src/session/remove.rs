//! Takes a session off the disk.

use std::{fs, fs::File, io};

use super::{
    Folder,
    transcript::{lock, path_of},
};
use crate::{
    base::{AbsPath, SessionId},
    protocol::{Failure, Kind},
};

/// Removes the session `id` of a project. Errors: it is not there, or it is open in a process, this one included.
pub fn remove(folder: &Folder, id: &SessionId) -> Result<(), Failure> {
    remove_file(&path_of(folder, id)?, id)
}

/// As [`remove`], by its file.
pub fn remove_file(path: &AbsPath, id: &SessionId) -> Result<(), Failure> {
    let failed = |e: &io::Error| match e.kind() {
        io::ErrorKind::NotFound => {
            Failure::new(Kind::Usage, format!("there is no session `{id}` in this project"))
        }
        _ => Failure::new(Kind::Usage, format!("session `{id}` cannot be removed: {e}")),
    };
    let file = File::open(path).map_err(|e| failed(&e))?;
    lock(&file, id)?;
    fs::remove_file(path).map_err(|e| failed(&e))
}
