//! Copies a session, so that it can go on in two ways.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
};

use super::{
    Folder,
    load::unreadable,
    record::{Meta, Record},
    transcript::path_of,
};
use crate::{
    base::{AbsPath, SessionId},
    protocol::{Failure, Kind},
};

/// Copies the session `id` to `copy`, line by line as it is, also while another process writes it.
///
/// Errors: it is not there or no transcript; `copy` is taken or cannot name a file; the disk refuses.
pub fn duplicate(folder: &Folder, id: &SessionId, copy: &SessionId) -> Result<(), Failure> {
    bring(&path_of(folder, id)?, folder, copy)
}

/// As [`duplicate`]; where the disk refuses, the inner error says why, and nothing is left there.
pub fn try_duplicate(folder: &Folder, id: &SessionId, copy: &SessionId) -> Result<io::Result<()>, Failure> {
    transfer(&path_of(folder, id)?, folder, copy)
}

/// As [`duplicate`], from a session's file into another project, to which the copy belongs.
pub fn bring(from: &AbsPath, folder: &Folder, copy: &SessionId) -> Result<(), Failure> {
    transfer(from, folder, copy)?
        .map_err(|e| Failure::new(Kind::Usage, format!("`{from}` cannot be copied: {e}")))
}

fn transfer(from: &AbsPath, folder: &Folder, copy: &SessionId) -> Result<io::Result<()>, Failure> {
    let to = path_of(folder, copy)?;
    if to.as_path().exists() {
        let error = format!("there already is a session `{copy}`");
        return Err(Failure::new(Kind::Usage, error).hint("choose another id"));
    }
    let mut from_file = BufReader::new(File::open(from).map_err(|e| unreadable(from.as_path(), &e))?);
    let mut line = Vec::new();
    from_file.read_until(b'\n', &mut line).map_err(|e| unreadable(from.as_path(), &e))?;
    let Ok(Record::Meta(meta)) = serde_json::from_slice::<Record<'static>>(&line) else {
        return Err(Failure::new(Kind::Usage, format!("`{from}` is not a session of qwen")));
    };
    let meta = Record::Meta(Cow::Owned(Meta {
        id: copy.clone(),
        root: folder.root().to_owned(),
        ..meta.into_owned()
    }));
    let mut rest = Vec::new();
    from_file.read_to_end(&mut rest).map_err(|e| unreadable(from.as_path(), &e))?;
    // A line that is being written is not whole yet.
    let whole = rest.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let written = || -> io::Result<()> {
        let mut first = serde_json::to_vec(&meta)?;
        first.push(b'\n');
        let mut file = folder.make(&to)?;
        let all = file.write_all(&first).and_then(|()| file.write_all(&rest[..whole]));
        all.and_then(|()| file.sync_data()).inspect_err(|_| {
            // Half a copy would look like a session of its own.
            let _ = fs::remove_file(&to);
        })
    };
    Ok(written())
}
